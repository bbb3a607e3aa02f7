"""How long a text is at each place, by the rule that the place has published. Pure; nothing is ever cut here.

LinkedIn counts as its editor does, in UTF-16; Mastodon what people take for one character, with each address as 23
(whatever its server says) and a mention without its domain; Bluesky the same characters, and bytes besides; Threads
characters, and an emoji by its bytes; X by the weights of twitter-text, version 3.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

import regex

from pipeline.connect.shares.addresses import at_mastodon, at_x

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

URL: Final = 23
"""Characters of any address at X, and at Mastodon where its server says nothing else."""

_CLUSTER: Final = regex.compile(r"\X")
_MODIFIED: Final = r"\p{Emoji_Modifier}?"
_PICTURE: Final = rf"(?:[\p{{Extended_Pictographic}}--[©®™]]|[©®™](?=\ufe0f))(?!\ufe0e)\ufe0f?{_MODIFIED}"
_NO_FLAG: Final = frozenset({"EZ", "QO", "XA", "XB", "ZZ"})
"""What has the form of a region and is no place, so that it has no flag."""
_FIRST_LETTER: Final = 0x1F1E6 - ord("A")
_LIGHT: Final = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that weigh one at X (twitter-text, config/v3.json); all others weigh two."""
_MENTION: Final = regex.compile(r"(?<![=/\w])(@[a-z0-9_]+(?:[a-z0-9_.-]+[a-z0-9_]+)?)@[\w.-]+\w+", regex.IGNORECASE)


def utf16(text: str) -> int:
    """Return how many units of UTF-16 ``text`` has."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8(text: str) -> int:
    """Return how many bytes ``text`` has in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def graphemes(text: str) -> int:
    """Return how many characters people see in ``text``: extended grapheme clusters (UAX #29)."""
    return sum(1 for _ in _CLUSTER.finditer(text))


def at_linkedin(text: str) -> int:
    """Return how long ``text`` is at LinkedIn."""
    return utf16(text)


def in_mastodon(text: str, url: int = URL) -> int:
    """Return how long ``text`` is at a server of Mastodon that counts each address as ``url`` characters."""
    replaced = _without(text, at_mastodon(text), "x" * url)
    return graphemes(_MENTION.sub(r"\1", replaced))


def in_threads(text: str) -> int:
    """Return how long ``text`` is at Threads: an emoji counts its bytes, any other code point one."""
    emoji = _emoji().findall(text)
    return len(_emoji().sub("", text)) + sum(map(utf8, emoji))


def in_x(text: str) -> int:
    """Return what ``text`` weighs at X."""
    composed = unicodedata.normalize("NFC", text)
    spans = at_x(composed)
    rest = _without(composed, spans, "")
    emoji = _emoji().findall(rest)
    return URL * len(spans) + 2 * len(emoji) + sum(map(_weight, _emoji().sub("", rest)))


def first(text: str, most: int, count: Callable[[str], int] = utf16) -> str:
    """Return so much of ``text`` as is seen before "more" is pressed, cut between characters."""
    seen = ""
    for cluster in _CLUSTER.findall(text):
        if count(seen + cluster) > most:
            break
        seen += cluster
    return seen


@cache
def _emoji() -> regex.Pattern[str]:
    """Return what finds one emoji, of however many code points (UTS #51), where it is shown as a picture."""
    from babel import Locale

    names = map(str, Locale("en").territories)
    regions = {name for name in names if len(name) == 2 and name.isalpha()} - _NO_FLAG  # noqa: PLR2004  (ISO 3166)
    flags = "|".join("".join(chr(_FIRST_LETTER + ord(letter)) for letter in name) for name in sorted(regions))
    return regex.compile(
        rf"{flags}"
        r"|[0-9#*]\ufe0f?\u20e3"
        r"|\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]+\U000e007f"
        rf"|{_PICTURE}(?:\u200d{_PICTURE})*|\p{{Emoji_Modifier}}",
        regex.VERSION1,
    )


def _without(text: str, spans: Iterable[tuple[int, int]], instead: str) -> str:
    """Return ``text`` with ``instead`` in the place of each of ``spans``."""
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], instead]
        at = end
    return "".join([*parts, text[at:]])


def _weight(character: str) -> int:
    return 1 if any(low <= ord(character) <= high for low, high in _LIGHT) else 2
