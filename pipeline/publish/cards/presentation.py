"""Arabic and Hebrew for where no library shapes them: letters in their joined forms, in the order in which ink stands.

What Unicode knows of forms is all there is here: enough to be read, and less fine than what a font knows itself.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_FORMS: Final = (*range(0xFB50, 0xFBFF), *range(0xFE80, 0xFEFD))
_TURNED: Final = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")
_NOT_DRAWN: Final = re.compile("[\u200b-\u200d\u00ad]")
_LAM_AND_ALEF: Final = re.compile("\u0644[\u0622\u0623\u0625\u0627]|.", re.DOTALL)
_TATWEEL: Final = "\u0640"  # joins on both sides and has one form
_NUMBER_OR_LETTER: Final = re.compile(
    r"\d+(?:[.,:/]\d+)*%?|.[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f]*", re.DOTALL
)


def in_order(text: str, direction: str, has: AbstractSet[str]) -> str:
    """Return a text from left to right as it is drawn, in such forms of its letters as a font ``has``."""
    if direction == "ltr":
        return _NOT_DRAWN.sub("", text)
    joined = _NOT_DRAWN.sub("", _joined(text, has)).translate(_TURNED)
    return "".join(reversed(_NUMBER_OR_LETTER.findall(joined)))  # a number is read from the left everywhere


def _joined(text: str, has: AbstractSet[str]) -> str:
    """Return each letter in the form that its neighbours ask for."""
    units = _LAM_AND_ALEF.findall(text)
    forms = [_forms().get(unit, {}) for unit in units]
    bare = [place for place, unit in enumerate(units) if not unicodedata.combining(unit[0])]
    shown = list(units)
    for number, place in enumerate(bare):
        before = forms[bare[number - 1]] if number else {}
        after = forms[bare[number + 1]] if number + 1 < len(bare) else {}
        joins = ("initial" in before and "final" in forms[place], "initial" in forms[place] and "final" in after)
        name = {(False, False): "isolated", (True, False): "final", (False, True): "initial"}.get(joins, "medial")
        form = forms[place].get(name, "")
        shown[place] = form if form in has else units[place]
    return "".join(shown)


@lru_cache(maxsize=1)
def _forms() -> dict[str, dict[str, str]]:
    """Return the forms of each Arabic letter and of lam with alef, as Unicode names what they are made of."""
    found: dict[str, dict[str, str]] = {_TATWEEL: dict.fromkeys(("isolated", "initial", "medial", "final"), _TATWEEL)}
    for code in _FORMS:
        name, *made_of = unicodedata.decomposition(chr(code)).split() or [""]
        letter = "".join(chr(int(part, 16)) for part in made_of)
        if name.startswith("<") and (len(letter) == 1 or _LAM_AND_ALEF.fullmatch(letter)):
            found.setdefault(letter, {})[name.strip("<>")] = chr(code)
    return found
