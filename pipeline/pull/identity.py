"""Which entry is which: the same at every pull, whatever a publisher does to ids, addresses and dates.

Pure rules. What comes in are the entries of a feed and what is known of it by their keys; what goes out is which
of them are new and which are known. Keys go from the publisher's id, the strongest, to the title with the date.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.html import digest, safe_url
from pipeline.model import Key, Keyed, Naming, Recognised

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.model import EntryId, Known, ParsedEntry

LONGEST: Final = 600
"""Characters of a name; four bytes each stay under the 2,704 bytes of a PostgreSQL index entry."""
_FEWEST_WORDS: Final = 3
"""A title of fewer words says too little to know an entry by."""


def trusted(entries: Iterable[ParsedEntry], naming: Naming) -> Naming:
    """Return by what ``entries`` are known, at most ``naming``: ids that several share tell nothing, as do links."""
    told = {(entry.uid, entry.link, entry.title) for entry in entries}
    if naming is Naming.BY_ID and _repeats((uid, link or title) for uid, link, title in told):
        naming = Naming.BY_LINK
    if naming is Naming.BY_LINK and _repeats((link or "", title) for _, link, title in told):
        naming = Naming.BY_TITLE
    return naming


def _repeats(pairs: Iterable[tuple[str, str]]) -> bool:
    """Tell whether the same name stands for different things."""
    return any(count > 1 for name, count in Counter(name for name, _ in set(pairs)).items() if name)


def keyed(entries: Iterable[ParsedEntry], naming: Naming) -> tuple[Keyed, ...]:
    """Return the ``entries`` that say something, each once, with their keys and a ``uid`` that no other has.

    The uid is the publisher's id where that can be trusted, else the link, else a hash of the text.
    """
    telling = [entry for entry in entries if entry.title or entry.link or entry.summary or entry.content]
    named: dict[str, Keyed] = {}
    for entry in telling:
        name = _bounded(_name(entry, naming))
        if name not in named:
            named[name] = Keyed(entry=_named(entry, name), keys=_keys(entry, name, naming))
    return tuple(named.values())


def are_reused(entries: Iterable[Keyed], known: Mapping[Key, Known]) -> bool:
    """Tell whether an id that is known stands for another entry now: title, link and date are all others."""
    pairs = ((item.entry, known.get(item.keys[0])) for item in entries)
    return any(
        other is not None
        and entry.title.casefold() != other.title.casefold()
        and None not in {entry.link, other.link, entry.published, other.published}
        and _canonical(entry.link or "") != _canonical(other.link or "")
        and entry.published != other.published
        for entry, other in pairs
    )


def _named(entry: ParsedEntry, name: str) -> ParsedEntry:
    return entry if entry.uid == name else replace(entry, uid=name)


def recognised(entries: Sequence[Keyed], known: Mapping[Key, Known]) -> Recognised:
    """Return which of ``entries`` are new; ``known`` are the kept entries by those keys that only one of them has.

    A weaker key counts only if no stronger one of another entry claims the same kept entry.
    """
    shared = {key for key, count in Counter(key for item in entries for key in item.keys[1:]).items() if count > 1}
    found: dict[EntryId, Keyed] = {}
    left: list[Keyed] = []
    for item in entries:
        first = known.get(item.keys[0])
        if first is not None and first.id not in found:
            found[first.id] = item
        else:
            left.append(item)
    new = []
    for item in left:
        others = (known[key] for key in item.keys[1:] if key in known and key not in shared)
        match = next((other for other in others if other.id not in found and _may_be(item.entry, other)), None)
        if match is None:
            new.append(item)
        else:
            found[match.id] = item
    return Recognised(new=tuple(new), known=found)


def _may_be(entry: ParsedEntry, other: Known) -> bool:
    """Tell whether an entry whose id is new is one that is kept: its title or its date must be the same."""
    return entry.title.casefold() == other.title.casefold() or (
        entry.published is not None and entry.published == other.published
    )


def _name(entry: ParsedEntry, naming: Naming) -> str:
    if entry.uid and naming is Naming.BY_ID:
        return entry.uid
    if entry.link and naming is not Naming.BY_TITLE:
        return entry.link
    if entry.title and entry.published:
        return digest(f"{entry.title}\n{entry.published.isoformat()}")
    return digest("\n".join((entry.title, entry.link or "", entry.summary, entry.content)))


def _keys(entry: ParsedEntry, name: str, naming: Naming) -> tuple[Key, ...]:
    keys = [_key("id", name)]
    if naming is Naming.BY_ID and (place := _place(entry.uid)):
        keys.append(_key("place", place))
    if naming is not Naming.BY_TITLE and entry.link:
        keys.append(_key("link", _canonical(entry.link)))
    if entry.published and len(entry.title.split()) >= _FEWEST_WORDS:
        keys.append(_key("title", f"{entry.title.casefold()}\n{entry.published.isoformat()}"))
    return tuple(keys)


def _place(uid: str) -> str:
    """Return an id that is a web address without its scheme and host, or nothing where that says nothing."""
    url = safe_url(uid) if uid.startswith(("http://", "https://")) else None
    place, query = _place_and_query(url or "")
    return place.partition("/")[2] + query


def _canonical(link: str) -> str:
    """Return an address as it would be for anybody: without scheme, www, a last slash, and what only tracks."""
    place, query = _place_and_query(link)
    return place.removeprefix("www.") + query


def _place_and_query(address: str) -> tuple[str, str]:
    """Return host and path of an address, and apart from them its query: in ``/?p=123`` that says all there is."""
    place, _, query = address.partition("#")[0].partition("?")
    return place.partition("//")[2].rstrip("/"), f"?{'&'.join(sorted(query.split('&')))}" if query else ""


def _key(kind: str, text: str) -> Key:
    hashed = hashlib.blake2b(f"{kind}\n{text}".encode(), digest_size=8).digest()
    return Key(int.from_bytes(hashed, "big", signed=True))


def _bounded(name: str) -> str:
    """Return ``name``, or its hash where it is longer than an index of the store takes."""
    return name if len(name) <= LONGEST else digest(name)
