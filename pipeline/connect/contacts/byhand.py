"""People and organisations as the author writes them by hand, in Markdown or YAML, to what each is.

Each record is read by itself: one that is broken is told of with its line, and the rest is taken.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from pipeline import faults, yamltext
from pipeline.connect.contacts.facts import Card, Place, Refused, organisation_from, person_from
from pipeline.connect.contacts.lines import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pipeline.connect.contacts.facts import Facts

PEOPLE, ORGANISATIONS = "people", "organisations"
_FIELDS: Final = {
    PEOPLE: {
        **dict.fromkeys(("mail", "mails", "email", "emails"), "emails"),
        **dict.fromkeys(("phone", "phones"), "phones"),
        **dict.fromkeys(("profile", "profiles", "url", "site"), "profiles"),
        **dict.fromkeys(("organisation", "organization", "company"), "organisation"),
        **dict.fromkeys(("role", "title"), "role"),
        **dict.fromkeys(("notes", "note"), "notes"),
        **{name: name for name in ("name", "former", "place", "tags", "topics", "met", "birthday")},
        "connected": "connected_on",
        "since": "works_since",
        "watched": "is_watched",
        "ideal": "ideal_days",
        "latest": "latest_days",
        "snoozed": "snoozed_until",
        "left alone": "is_left_alone",
    },
    ORGANISATIONS: {
        **dict.fromkeys(("site", "url"), "site"),
        **dict.fromkeys(("notes", "note"), "notes"),
        **{name: name for name in ("name", "also", "topics", "tags")},
        "wanted": "is_wanted",
        "watched": "is_watched",
    },
}
_LISTS: Final = frozenset({"former", "emails", "phones", "profiles", "tags", "topics", "also"})
_SECTION: Final = re.compile(r"(people|organisations|organizations):\s*(?:#.*)?")
_ITEM: Final = re.compile(r"( *)-(?: +|$)")
_HEADING: Final = re.compile(r"(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_POINT: Final = re.compile(r"[-*+][ \t]+([A-Za-z][A-Za-z ]{1,14}?)[ \t]*:[ \t]*(.*)")
_MOST_LINES: Final = 2_000
_PERSON_LEVEL: Final = 2
_TOGETHER: Final = 20
"""Items that are read at once: each by itself takes twice as long."""

Told = Card | Place | Refused


def of_yaml(lines: Iterable[Line]) -> Iterator[Told]:
    """Yield whom a file of YAML tells of: lists under ``people:`` and ``organisations:``, an item for each."""
    waiting: list[_Item] = []
    for each in _items(lines):
        if isinstance(each, Refused) or (waiting and each.section != waiting[0].section) or len(waiting) == _TOGETHER:
            yield from _of_items(waiting)
            waiting = []
        if isinstance(each, Refused):
            yield each
        else:
            waiting.append(each)
    yield from _of_items(waiting)


@dataclass(frozen=True, slots=True)
class _Item:
    """An item of a list, in its lines."""

    section: str
    lines: list[Line]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines) + "\n"


def _items(lines: Iterable[Line]) -> Iterator[_Item | Refused]:
    section, record, indent = "", list[Line](), -1
    for line in lines:
        found, item = _SECTION.fullmatch(line.text), _ITEM.match(line.text)
        begins = item is not None and (not record or len(item[1]) <= indent)
        if (found or begins) and record:
            yield _Item(section, record)
            record = []
        if found:
            section, indent = found[1].replace("z", "s"), -1
        elif begins and item and section:
            record, indent = [line], len(item[1])
        elif record and (not line.text.strip() or line.text.startswith(" " * (indent + 1)) or _is_remark(line)):
            record.append(line)
        elif line.text.strip() not in {"", "---"} and not _is_remark(line):
            because = "stands in no list under `people:` or `organisations:`"
            yield Refused(line=line.number, because=because, text=line.text)
    if record:
        yield _Item(section, record)


def _is_remark(line: Line) -> bool:
    return line.text.lstrip().startswith("#")


def _of_items(items: list[_Item]) -> Iterator[Told]:
    """Yield what items tell, all read together; where one of them is broken, each by itself."""
    data: Any = None
    if not any(line.fault for item in items for line in item.lines):
        with suppress(yaml.YAMLError):
            data = yamltext.parse_as_written("".join(item.text for item in items))
    is_whole = isinstance(data, list) and len(data) == len(items)
    for place, item in enumerate(items):
        yield _of_item(item, data[place : place + 1] if is_whole else None)


def _of_item(item: _Item, data: Any) -> Told:
    text, first = item.text, item.lines[0].number

    def read() -> Facts:
        _see_that_whole(item.lines)
        try:
            read_data = yamltext.parse_as_written(text) if data is None else data
        except yaml.YAMLError as error:
            line, reason = faults.of_yaml(error, text)
            raise ValueError(f"cannot be read (line {first + line - 1}): {reason}") from None
        if not isinstance(read_data, list) or len(read_data) != 1 or not isinstance(read_data[0], dict):
            raise ValueError("must be facts of the form `name: value`")
        return _facts(item.section, read_data[0].items())

    return _told(item.section, first, f"{item.section}:\n{text}", read)


def _see_that_whole(lines: list[Line]) -> None:
    """See to it that all lines of a record can be read. Raises ``ValueError`` where one cannot."""
    if fault := next((line.fault for line in lines if line.fault), ""):
        raise ValueError(fault)
    if len(lines) > _MOST_LINES:
        raise ValueError(f"has {len(lines):,} lines; at most {_MOST_LINES:,} are taken")


def of_markdown(lines: Iterable[Line]) -> Iterator[Told]:
    """Yield whom Markdown tells of: a heading ``## Name`` for each, a list of ``- field: value``, then words of notes.

    What stands under ``# Organisations`` are organisations.
    """
    section, record = PEOPLE, list[Line]()
    for line in lines:
        found = _HEADING.fullmatch(line.text) if line.text.startswith("#") else None
        level = len(found[1]) if found else 0
        if found and level <= _PERSON_LEVEL:
            if record:
                yield _of_markdown(section, record)
            record = [line] if level == _PERSON_LEVEL else []
            if level == 1:
                organisations = found[2].strip().casefold().startswith("organi")
                section = ORGANISATIONS if organisations else PEOPLE
        elif record:
            record.append(line)
    if record:
        yield _of_markdown(section, record)


def _of_markdown(section: str, record: list[Line]) -> Told:
    text = "\n".join(line.text for line in record) + "\n"

    def read() -> Facts:
        _see_that_whole(record)
        heading = _HEADING.fullmatch(record[0].text)
        assert heading is not None
        pairs: list[tuple[str, Any]] = [("name", heading[2])]
        words: list[str] = []
        for line in record[1:]:
            point = _POINT.fullmatch(line.text) if not words else None
            if point:
                field = _FIELDS[section].get(point[1].strip().lower(), "")
                pairs.append((point[1], point[2].split(",") if field in _LISTS else point[2]))
            elif line.text.strip():
                words.append(line.text.strip())
        return _facts(section, (*pairs, *([("notes", " ".join(words))] if words else [])))

    return _told(section, record[0].number, f"# {section.capitalize()}\n{text}", read)


def _told(section: str, line: int, text: str, read: Callable[[], Facts]) -> Told:
    """Return what a record tells, or why it tells nothing, with its ``text`` as it can be read again."""
    try:
        if section == ORGANISATIONS:
            return Place(line=line, organisation=organisation_from(read()))
        return Card(line=line, person=person_from(read()), by_hand=True)
    except ValueError as error:
        return Refused(line=line, because=str(error), text=text.rstrip("\n"))


def _facts(section: str, pairs: Iterable[tuple[Any, Any]]) -> Facts:
    """Return what ``pairs`` say under our names. Raises ``ValueError`` for a name that means nothing here."""
    facts: dict[str, list[str]] = {}
    for name, value in pairs:
        field = _FIELDS[section].get(str(name).strip().lower().replace("_", " "))
        if field is None:
            known = ", ".join(sorted(_FIELDS[section]))
            raise ValueError(f"says `{str(name)[:40]}`, which means nothing here; it may say {known}")
        facts.setdefault(field, []).extend(_values(field, value))
    return facts


def _values(field: str, value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _values(field, each)
    elif isinstance(value, dict):
        raise ValueError(f"has parts where `{field}` must be a text; put it in quotes")  # noqa: TRY004  (of the file)
    elif value is not None:
        yield str(value)
