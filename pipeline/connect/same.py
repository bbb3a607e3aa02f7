"""Who is the same person, and what is then known of them: pure rules.

Somebody is known again by a profile, a mail address, or the name with the organisation. No two who have different names
are made one by a mailbox that they share, and no two of one name who have different profiles at one place.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import unquote, urlsplit

from pipeline.connect.match.names import key_of_organisation
from pipeline.html import plain_text
from pipeline.model import NO_TEXT, Aside, Organisation, Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.model import PlainText

    _Value = TypeVar("_Value")

_WORD: Final = re.compile(r"[^\W_]+")
_LEGAL: Final = frozenset("ag bv co corp gmbh inc kg limited llc llp ltd nv oy plc sa sarl sas se spa srl".split())
_SHARED: Final = frozenset(
    "admin billing contact hello help hr info jobs kontakt mail marketing media news office post press sales service "
    "support team webmaster".split()
)
"""Names of mailboxes that several people read."""
_OF_A_PERSON: Final = re.compile(r"linkedin\.com/in/.")
_OF_NO_PERSON: Final = re.compile(r"linkedin\.com/(?:company|school|showcase)(?:/|$)")
_SCALARS: Final = ("name", "role", "organisation", "place", "met", "birthday", "connected_on", "works_since")
_ADDED: Final = ("former", "emails", "phones", "profiles", "tags", "topics")
_CHOSEN: Final = ("ideal_days", "latest_days", "snoozed_until")
BY_HAND: Final = (*_SCALARS, *_ADDED, *_CHOSEN, "notes")
_BETWEEN_NOTES: Final = " | "
_MOST: Final = 60
_LONGEST_NOTES: Final = 20_000
_DIGITS: Final = 9
"""So many last digits tell a phone, with and without the number of its country."""


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return what two spellings of a name have in common: no capitals, no accents, single spaces."""
    if text.isascii():
        return " ".join(_WORD.findall(text.lower()))
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(_WORD.findall(bare.casefold()))


@lru_cache(maxsize=4096)
def organisation_key(name: str) -> str:
    """Return what two spellings of an organisation have in common; what tells its legal form is no part of it."""
    words = folded(name).split()
    while len(words) > 1 and words[-1] in _LEGAL:
        words.pop()
    return " ".join(words) or plain_text(name).casefold()


def profile_key(url: str) -> str:
    """Return what two addresses of one profile have in common; nothing where it is no page of one person's own."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    host = "linkedin.com" if host.endswith(".linkedin.com") else host
    path = unquote(parts.path).strip("/").casefold()
    key = f"{host}/{path}"
    return key if path and not _OF_NO_PERSON.match(key) else ""


def keys_of(person: Person) -> tuple[str, ...]:
    """Return by what a person is known again, the surest first; without any other, it is the name alone."""
    profiles = [f"profile:{key}" for url in person.profiles if (key := profile_key(url))]
    mails = [f"mail:{mail.casefold()}" for mail in person.emails if mail.partition("@")[0].casefold() not in _SHARED]
    name = folded(person.name) or person.name.casefold()
    at = [f"name:{name}|{organisation_key(person.organisation)}"] if person.organisation else []
    phones = [f"phone:{digits[-_DIGITS:]}|{name}" for each in person.phones if (digits := re.sub(r"\D", "", each))]
    keys = (*profiles, *mails, *at, *phones) or (f"name:{name}|",)
    return tuple(dict.fromkeys(keys))


def is_same(known: Person, told: Person, key: str) -> bool:
    """Tell whether two who have ``key`` in common are one person."""
    if key.startswith("profile:"):
        return bool(_OF_A_PERSON.search(key)) or _may_be_called_alike(known, told)
    if key.startswith("mail:"):
        return _may_be_called_alike(known, told)
    return not _are_known_apart(known, told)


def _may_be_called_alike(known: Person, told: Person) -> bool:
    """Tell whether two names may be one person's: they share a word, or are written in different scripts."""
    names = [known.name, *(each.said for each in known.aside if each.fact == "name")]
    words = {word for name in names for word in folded(name).split()}
    others = set(folded(told.name).split())
    is_an_address = "@" in known.name or "@" in told.name
    return bool(words & others) or is_an_address or folded(known.name).isascii() != folded(told.name).isascii()


def _are_known_apart(known: Person, told: Person) -> bool:
    """Tell whether both have a profile at one place, and not the same."""
    theirs, others = (
        {key.partition("/")[0]: key for url in each.profiles if (key := profile_key(url))} for each in (known, told)
    )
    return any(theirs[host] != others[host] for host in theirs.keys() & others.keys())


def merged(known: Person, told: Person, *, by_hand: bool = False) -> Person:
    """Return ``known`` with what is ``told`` of the same person.

    Of two facts that do not agree, the newer stands, unless the author wrote the other ``by_hand``; the one that does
    not stand is kept aside, and does not come back by an import.
    """
    facts = _Facts(known, by_hand=by_hand)
    for name in _SCALARS:
        facts.settle(name, getattr(told, name))
    for name in _ADDED:
        facts.add(name, getattr(told, name))
    for name in _CHOSEN:
        if (value := getattr(told, name)) is not None and (by_hand or getattr(known, name) is None):
            facts.values[name] = value
    facts.note(told.notes)
    facts.values["is_watched"] = known.is_watched or told.is_watched
    facts.values["is_left_alone"] = known.is_left_alone or told.is_left_alone
    for each in told.aside:
        facts.put_aside(each.fact, each.said)
    hands = (*known.by_hand, *(said_by_hand(told) if by_hand else ()), *told.by_hand)
    return replace(known, **facts.values, aside=tuple(facts.aside), by_hand=tuple(dict.fromkeys(hands)))


def joined(stays: Person, goes: Person) -> Person:
    """Return ``stays`` with all that is known of ``goes``, as the author says that they are one person.

    Of two facts that do not agree that of ``stays`` stands, and the other is kept aside; nothing is lost.
    """
    whole = merged(replace(stays, by_hand=(*stays.by_hand, *said_by_hand(stays))), goes)
    return replace(whole, by_hand=tuple(dict.fromkeys((*stays.by_hand, *goes.by_hand))))


def said_by_hand(told: Person) -> tuple[str, ...]:
    """Return the names of what is said of somebody at all."""
    return tuple(name for name in BY_HAND if getattr(told, name) not in (None, "", ()))


class _Facts:
    """The facts of a person as they are settled."""

    def __init__(self, known: Person, *, by_hand: bool) -> None:
        self._known = known
        self._by_hand = by_hand
        self.values: dict[str, Any] = {}
        self.aside = list(known.aside)

    def settle(self, name: str, told: Any) -> None:
        """Settle which of two values stands."""
        known = getattr(self._known, name)
        if not told or (known and _alike(known, told)) or (name == "name" and folded(known) == folded(told) != ""):
            return
        is_same_place = bool(known) and name == "organisation" and _is_one_place(known, told)
        if is_same_place and not self._by_hand:
            return  # another legal form or spelling
        if not self._by_hand and (self._was_set_aside(name, told) or (known and name in self._known.by_hand)):
            self.put_aside(name, told)
            return
        self.values[name] = told
        self.aside = [each for each in self.aside if each.fact != name or not _alike(each.said, told)]
        if known and name == "organisation":
            self.add("former", () if is_same_place else (known,))
        elif known:
            self.put_aside(name, known)

    def add(self, name: str, told: Sequence[Any]) -> None:
        """Add values to a list, but for those that the author took from it."""
        known = self.values.get(name, getattr(self._known, name))
        there = {_sign(name, each) for each in known}
        current = self.values.get("organisation", self._known.organisation)
        new = [
            each
            for each in told
            if _sign(name, each) not in there
            and (self._by_hand or not self._was_set_aside(name, each))
            and not (name == "former" and _is_one_place(each, current))
        ]
        once = {_sign(name, each): each for each in reversed(new)}
        self.values[name] = (*known, *reversed(once.values()))[:_MOST]

    def note(self, told: PlainText) -> None:
        """Add what is told in notes, where they do not say it already."""
        known = self._known.notes
        if told and told not in known and len(known) + len(told) < _LONGEST_NOTES:
            self.values["notes"] = plain_text(f"{known}{_BETWEEN_NOTES}{told}") if known else told

    def put_aside(self, name: str, value: Any) -> None:
        """Keep aside what does not stand."""
        if not self._was_set_aside(name, value) and len(self.aside) < _MOST:
            self.aside.append(Aside(fact=plain_text(name), said=plain_text(str(value))))

    def _was_set_aside(self, name: str, value: Any) -> bool:
        if name == "organisation" and any(_is_one_place(each, value) for each in self._known.former):
            return True
        return any(each.fact == name and _alike(each.said, value) for each in self.aside)


def _alike(one: Any, other: Any) -> bool:
    return one == other or str(one).casefold() == str(other).casefold()


def _sign(name: str, value: Any) -> str:
    """Return what two values of a list have in common that say one thing."""
    return _place(value) if name == "former" else str(value).casefold()


def _is_one_place(one: str, other: str) -> bool:
    """Tell whether two names are one organisation's, whatever their legal forms and spellings."""
    return _place(one) == _place(other)


def _place(name: str) -> str:
    return key_of_organisation(name) or name.casefold()


def _once(values: Iterable[_Value]) -> list[_Value]:
    return list(dict.fromkeys(values))


def merged_organisation(known: Organisation, told: Organisation) -> Organisation:
    """Return ``known`` with what is ``told`` of the same organisation; nothing of it is lost."""
    notes = known.notes
    if told.notes and told.notes not in notes:
        notes = plain_text(f"{notes}{_BETWEEN_NOTES}{told.notes}") if notes else told.notes
    return replace(
        known,
        also=tuple(_once((*known.also, *told.also))),
        site=told.site or known.site,
        topics=tuple(_once((*known.topics, *told.topics))),
        tags=tuple(_once((*known.tags, *told.tags))),
        notes=notes or NO_TEXT,
        is_wanted=known.is_wanted or told.is_wanted,
        is_watched=known.is_watched or told.is_watched,
    )
