"""Cards as address books write them (vCard 4.0, RFC 6350; 3.0, RFC 2426; and 2.1, as far as it is met) to people.

Lines that are folded are joined, the data of photographs is passed over as it is read. A line that is none is told of,
and the rest of its card taken; a card without a person is told of as a whole.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pipeline.connect.contacts.facts import Card, Refused, person_from
from pipeline.connect.contacts.lines import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

_PROPERTY: Final = re.compile(r'(?:[\w-]+\.)?([\w-]+)((?:;(?:[^":;]|"[^"]*")*)*):(.*)', re.DOTALL)
_PARAMETER: Final = re.compile(r';(?:([\w-]+)=)?((?:[^":;]|"[^"]*")*)')
_HEAVY: Final = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
"""What may hold megabytes, and is passed over."""
_LONGEST: Final = 400_000
"""Characters of a property, all its lines together."""
_MOST: Final = 2_000
"""Properties of a card."""
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_HONOURED: Final = 5
"""Parts of N: family name, given name, additional names, prefixes, suffixes."""
_NOT_PEOPLE: Final = {"group": "a group", "org": "an organisation", "location": "a place", "device": "a device"}
_QUOTED_PRINTABLE: Final = ("QUOTED-PRINTABLE", "Q")
_BASE64: Final = ("BASE64", "B")


@dataclass(slots=True)
class _Begun:
    """A card as far as it is read; ``depth`` counts cards within it, which are no one's but its own."""

    line: int
    facts: dict[str, list[str]] = field(default_factory=dict)
    named: dict[str, list[str]] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)
    depth: int = 1
    properties: int = 0


def cards_of(lines: Iterable[Line]) -> Iterator[Card | Refused]:
    """Yield whom the cards in ``lines`` tell of."""
    card: _Begun | None = None
    for line in _unfolded(lines):
        word = line.text.strip().upper()
        if card and word in _DEPTHS and (card.depth > 1 or _begins_within(card, word)):
            card.depth += _DEPTHS[word]
        elif word == "BEGIN:VCARD":
            yield from _cut_off(card)
            card = _Begun(line.number, text=[line.text])
        elif card is None:
            if word:
                yield Refused(line=line.number, because="stands in no card", text=line.text)
        elif word == "END:VCARD":
            card.text.append(line.text)
            yield _whole(card)
            card = None
        elif card.depth == 1:
            yield from _taken(card, line)
    yield from _cut_off(card)


_DEPTHS: Final = {"BEGIN:VCARD": 1, "END:VCARD": -1}


def _begins_within(card: _Begun, word: str) -> bool:
    """Tell whether a card begins within another, as 2.1 has it for somebody's agent."""
    return word == "BEGIN:VCARD" and card.text[-1].strip().upper().startswith("AGENT")


def _cut_off(card: _Begun | None) -> Iterator[Refused]:
    if card:
        yield Refused(line=card.line, because="has no END:VCARD", text="\n".join(card.text))


def _unfolded(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield lines as they were before they were folded; what is heavy is not put together."""
    parts: list[str] = []
    number, size, fault, is_soft, is_heavy = 0, 0, "", False, False
    for line in lines:
        text = line.text
        if parts and (is_soft or text.startswith((" ", "\t"))):
            if is_heavy or fault:
                is_soft = is_soft and text.endswith("=")
                continue
            text = text if is_soft else text[1:]
        else:
            if parts:
                yield Line(number, "".join(parts), fault)
            parts, number, size, fault = [], line.number, 0, ""
            is_heavy = _name_of(text) in _HEAVY
        size += len(text)
        fault = line.fault or (f"is longer than {_LONGEST:,} characters" if size > _LONGEST else "")
        # a soft line break of quoted-printable ends in =, and the line after it begins anywhere
        is_soft = text.endswith("=") and "QUOTED-PRINTABLE" in (parts[0] if parts else text).upper()
        parts.append(text[:-1] if is_soft else text)
    if parts:
        yield Line(number, "".join(parts), fault)


_NAME: Final = re.compile(r"(?:[\w-]+\.)?([\w-]+)[;:]")


def _name_of(text: str) -> str:
    found = _NAME.match(text)
    return found[1].upper() if found else ""


def _taken(card: _Begun, line: Line) -> Iterator[Refused]:
    """Take a line into its card, or yield why not."""
    name = _name_of(line.text)
    if name in _HEAVY or not line.text.strip():
        return
    card.properties += 1
    found = _PROPERTY.fullmatch(line.text)
    because = line.fault or ("" if found else "is no line of a card, which is NAME:value")
    if card.properties > _MOST:
        because = f"is more than the {_MOST:,} lines that a card may have"
    if because or not found:
        if card.properties <= _MOST + 1:
            yield Refused(line=line.number, because=because, text=line.text[:_LONGEST])
        return
    card.text.append(line.text)
    try:
        _note(card, name, _parameters(found[2]), found[3])
    except ValueError as error:
        yield Refused(line=line.number, because=str(error), text=line.text)


def _whole(card: _Begun) -> Card | Refused:
    text = "\n".join(card.text)
    if kind := _NOT_PEOPLE.get(next(iter(card.named.get("kind", ())), "").strip().lower()):
        return Refused(line=card.line, because=f"is the card of {kind}, and not of a person", text=text)
    try:
        names = card.named.get("N", [])
        facts = {"name": [*card.named.get("FN", []), *names, *card.named.get("NICKNAME", [])], **card.facts}
        facts["role"] = [*card.facts.get("role", []), *card.named.get("ROLE", [])]
        return Card(line=card.line, person=person_from(facts))
    except ValueError as error:
        return Refused(line=card.line, because=str(error), text=text)


def _parameters(text: str) -> Mapping[str, str]:
    """Return the parameters of a property; 2.1 leaves their names out."""
    found: dict[str, str] = {}
    if not text:
        return found
    for name, value in _PARAMETER.findall(text):
        bare = value.strip('"').upper()
        if not name and bare in {"QUOTED-PRINTABLE", "BASE64"}:
            name = "ENCODING"  # noqa: PLW2901
        found[name.upper()] = bare
    return found


def _note(card: _Begun, name: str, parameters: Mapping[str, str], value: str) -> None:
    """Note what a property says. Raises ``ValueError`` where it cannot be decoded."""
    decoded = _decoded(value, parameters)
    if name in _READ:
        to, read = _READ[name]
        card.facts.setdefault(to, []).extend(read(decoded))
    elif name == "N":
        family, given, more, *_ = [*_parts(decoded, ";"), *[""] * _HONOURED]
        card.named.setdefault("N", []).append(" ".join(part for part in (given, more, family) if part))
    elif name in {"FN", "NICKNAME", "ROLE"}:
        card.named.setdefault(name, []).append(_bare(decoded))
    elif name in {"KIND", "X-ADDRESSBOOKSERVER-KIND"}:
        card.named["kind"] = [decoded]


def _decoded(value: str, parameters: Mapping[str, str]) -> str:
    charset = parameters.get("CHARSET", "utf-8")
    encoding = parameters.get("ENCODING", "")
    try:
        if encoding in _QUOTED_PRINTABLE:
            return quopri.decodestring(value.encode()).decode(charset)
        if encoding in _BASE64:
            return base64.b64decode(value, validate=False).decode(charset)
    except (LookupError, UnicodeDecodeError, binascii.Error):
        raise ValueError(f"cannot be decoded: it says that it is {encoding.lower()} in {charset.lower()}") from None
    return value


def _bare(value: str) -> str:
    """Return a value without its escapes (RFC 6350, section 3.4)."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value) if "\\" in value else value


def _parts(value: str, mark: str) -> list[str]:
    """Return the parts of a value between marks that are not escaped."""
    if "\\" not in value:
        return value.split(mark)
    parts: list[str] = []
    part: list[str] = []
    is_escaped = False
    for letter in value:
        if letter == mark and not is_escaped:
            parts.append("".join(part))
            part = []
            continue
        part.append(letter)
        is_escaped = letter == "\\" and not is_escaped
    return [_bare(each) for each in (*parts, "".join(part))]


def _one(value: str) -> Sequence[str]:
    return [_bare(value)]


def _listed(value: str) -> Sequence[str]:
    return _parts(value, ",")


def _organisation(value: str) -> Sequence[str]:
    return _parts(value, ";")[:1]


def _address(value: str) -> Sequence[str]:
    """Return the town and the country of an address; without a town, nothing: a street tells where somebody lives."""
    town, _, _, country, *_ = [*_parts(value, ";")[3:], *[""] * 4]
    return [", ".join(part for part in (town.strip(), country.strip()) if part)] if town.strip() else []


def _telephone(value: str) -> Sequence[str]:
    return [_bare(value).removeprefix("tel:").replace(";ext=", " ext. ")]


def _split(value: str) -> Sequence[str]:
    """Return a text that we wrote for something to be kept aside: its fact, and what was said."""
    return [":".join(_parts(value, ";")[:2])]


_READ: Final[Mapping[str, tuple[str, Callable[[str], Sequence[str]]]]] = {
    "ORG": ("organisation", _organisation),
    "TITLE": ("role", _one),
    "EMAIL": ("emails", _one),
    "TEL": ("phones", _telephone),
    "URL": ("profiles", _one),
    "SOCIALPROFILE": ("profiles", _one),
    "X-SOCIALPROFILE": ("profiles", _one),
    "ADR": ("place", _address),
    "CATEGORIES": ("tags", _listed),
    "INTEREST": ("topics", _one),
    "NOTE": ("notes", _one),
    "BDAY": ("birthday", _one),
    "X-BYLINE-FORMER": ("former", _one),
    "X-BYLINE-MET": ("met", _one),
    "X-BYLINE-CONNECTED-ON": ("connected_on", _one),
    "X-BYLINE-WORKS-SINCE": ("works_since", _one),
    "X-BYLINE-WATCHED": ("is_watched", _one),
    "X-BYLINE-IDEAL-DAYS": ("ideal_days", _one),
    "X-BYLINE-LATEST-DAYS": ("latest_days", _one),
    "X-BYLINE-SNOOZED-UNTIL": ("snoozed_until", _one),
    "X-BYLINE-LEFT-ALONE": ("is_left_alone", _one),
    "X-BYLINE-ASIDE": ("aside", _split),
}
"""Which property says what, and how its value is read."""
