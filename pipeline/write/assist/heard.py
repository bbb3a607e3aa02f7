"""What a model says, as proposals: plain texts, bounded in number and length. It says them in many ways."""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from pipeline.html import plain_text, shortened
from pipeline.likeness import count
from pipeline.write.assist.asking import MOST, MOST_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model import PlainText, Wish

_THOUGHTS: Final = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_ITEM: Final = re.compile(r"^[ \t]*(?:[-*•]|\d{1,2}[.)])\s+", re.MULTILINE)
_HIDDEN: Final = re.compile(
    "(?<![^\\W\\d_a-zA-Z])[\u200b-\u200f\u2060-\u2064\u00ad\ufeff]|[\ufe00-\ufe0f\U000e0000-\U000e01ef]"
)
"""What nobody sees and may part a word or a number; between letters of some scripts it joins them, and stays."""
_AROUND: Final = '"“”„ \t*_`'
_MOST_CHARACTERS: Final = 2_000
_MOST_BRACKETS: Final = 20
_GENEROUS: Final = 1.5
"""So much longer than asked for a proposal may be, before it is passed over."""


def proposals(said: str, wish: Wish) -> tuple[PlainText, ...]:
    """Return what is proposed in ``said``, each once, at most as many and as long as is asked for ``wish``."""
    texts = (_clean(text) for text in _texts(_THOUGHTS.sub("", said)))
    fit = (text for text in texts if any(map(str.isalnum, text)) and count(text) <= _GENEROUS * MOST_WORDS[wish])
    return tuple(dict.fromkeys(fit))[: MOST[wish]]


def _texts(said: str) -> Iterator[str]:
    told = _json_in(said)
    if told is None:
        parts = _ITEM.split(said) if _ITEM.search(said) else said.split("\n")
        yield from (part for part in parts[bool(_ITEM.search(said)) :] if part.strip() and "```" not in part)
        return
    items = told if isinstance(told, list) else next((each for each in told.values() if isinstance(each, list)), [])
    for item in items:
        inner = next((each for each in item.values() if isinstance(each, str)), "") if isinstance(item, dict) else item
        if isinstance(inner, str):
            yield inner


def _json_in(said: str) -> Any:
    """Return the first object or list of JSON in ``said``, around which models like to talk; None without any."""
    for found in islice(re.finditer(r"[{\[]", said), _MOST_BRACKETS):
        try:
            told, _ = json.JSONDecoder().raw_decode(said, found.start())
        except (ValueError, RecursionError):
            continue
        if told:
            return told
    return None


def _clean(text: str) -> PlainText:
    """Return ``text`` as one plain line, without the marks that models put around it."""
    plain = plain_text(_HIDDEN.sub("", text[:_MOST_CHARACTERS]))
    if plain[:1] in _AROUND and plain[-1:] in _AROUND:
        plain = plain_text(plain.strip(_AROUND))
    return shortened(plain, _MOST_CHARACTERS)
