"""What readers are told by Byline itself, in the language of the site where that is known, and in English otherwise.

In come a language and the author's own words, out come texts by their names. A catalogue for each language lies beside
this module; ``en.yml`` has all names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_HERE: Final = Path(__file__).parent
_SLOT: Final = re.compile(r"\{([a-z]+)\}")
_FROM_THE_RIGHT: Final = frozenset("ar arc ckb dv fa he iw ku ps sd ug ur yi".split())
OWN: Final = "words.yml"
"""The file of the author's own words, beside the templates of the letter."""


@dataclass(frozen=True, slots=True)
class Said:
    """The texts of one language: ``said("left")``, with the facts that fill its slots."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, name: str, **facts: str) -> str:
        """Return the text of this name. Raises ``KeyError`` where there is none."""
        return _SLOT.sub(lambda slot: facts.get(slot[1], slot[0]), self.texts[name])


def said_in(language: str, folder: Path) -> Said:
    """Return what is said in ``language``, with the author's own words of ``folder``.

    Raises ``UsageError`` where these are not as they should be.
    """
    known = _shipped(language.replace("_", "-").partition("-")[0].lower())
    spoken = language if known is not None else "en"
    texts = {**(_shipped("en") or {}), **(known or {})}
    own = _own(folder / OWN, texts)
    return Said(language=language if own.keys() == texts.keys() else spoken, texts={**texts, **own})


def direction(language: str) -> str:
    """Return how ``language`` is written, as HTML's ``dir`` says it."""
    return "rtl" if language.replace("_", "-").partition("-")[0].lower() in _FROM_THE_RIGHT else "ltr"


@lru_cache(maxsize=8)
def _shipped(language: str) -> Mapping[str, str] | None:
    path = _HERE / f"{language}.yml"
    if not language.isalpha() or not path.is_file():
        return None
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def _own(path: Path, known: Mapping[str, str]) -> dict[str, str]:
    """Return the author's own words; only names that are known, as a slip would go unnoticed."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    try:
        given = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise UsageError(f"{path} is no YAML: write a name, a colon and the words in quotation marks") from error
    if not isinstance(given, dict) or not all(isinstance(each, str) for pair in given.items() for each in pair):
        raise UsageError(f'{path} is to hold names with words in quotation marks, as unsubscribe: "Leave"')
    if unknown := sorted(given.keys() - known.keys()):
        raise UsageError(f"{path}: {', '.join(unknown)} is said nowhere; the manual's chapter Send lists the names")
    return given
