"""Which mail programs do not know what a letter uses, and how many readers have one of them.

The table is `support.json`: what was tested, and when, by caniemail.com, for a few families of mail programs with their
rough share of use. A family knows a feature if all its programs do, and does not if none does; else it does partly.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.send.lint.rules import Rule
from pipeline.send.lint.uses import uses

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.send.lint.copy import Copy
    from pipeline.send.lint.rules import LetterFinding

WORTH_TELLING: Final = 3.0
"""Percent of readers; of fewer nothing is said."""
_KINDS: Final = {"css": "CSS", "html": "HTML", "image": "images of the kind"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A family of mail programs; ``share`` is that of all mails that are opened, in percent."""

    name: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Something that letters use: what it is called, when it was tested, how it is known again, who supports it."""

    name: str
    tested: date
    seen: tuple[str, ...]
    support: Mapping[str, str]
    without: str


@cache
def table() -> tuple[Mapping[str, Client], tuple[Feature, ...]]:
    """Return the families of mail programs by a short name, and the features."""
    known = json.loads(Path(__file__).with_name("support.json").read_text(encoding="utf-8"))
    clients = {name: Client(name=said["name"], share=said["share"]) for name, said in known["clients"].items()}
    features = [
        Feature(
            name=said["feature"],
            tested=date.fromisoformat(said["tested"]),
            seen=tuple(said["seen"]),
            support=said["support"],
            without=said["without"],
        )
        for said in known["features"]
    ]
    return clients, tuple(features)


def what_is_not_supported(copy: Copy) -> Iterator[LetterFinding]:
    """Yield each feature of the letter that the mail programs of many readers do not know."""
    used = uses(copy.root)
    clients, features = table()
    for feature in features:
        places = [used[name] for name in feature.seen if name in used]
        lacking = [client for name, client in clients.items() if feature.support.get(name) == "n"]
        share = sum(client.share for client in lacking)
        if places and share > WORTH_TELLING:
            found = Rule.UNSUPPORTED.found(places[0], _told(feature, lacking, share), feature.without)
            yield replace(found, as_of=feature.tested)


def _told(feature: Feature, lacking: list[Client], share: float) -> str:
    kind, _, name = feature.name.partition("-")
    name = name.replace("at-media-", "@media ").replace("at-", "@").replace("pseudo-class-", ":")
    names = ", ".join(client.name for client in sorted(lacking, key=lambda client: -client.share))
    return f"{_KINDS[kind]} {name} is unknown to {names}: {share:.0f} % of opened mails (tested {feature.tested})"
