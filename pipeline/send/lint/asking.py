"""The one place from which the check of a letter asks DNS: each question once, all at one time, for some seconds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dns.asyncresolver import Resolver

    from pipeline.send.lint.facts import Question, Records

SECONDS: Final = 5.0


def ask(questions: Sequence[Question], resolver: Resolver | None = None) -> Records:
    """Return what DNS has for each question, by ``resolver`` or as this machine is set up to ask."""
    from dns.asyncresolver import Resolver
    from dns.resolver import NoResolverConfiguration

    try:
        asked = resolver or Resolver()
    except NoResolverConfiguration:
        return dict.fromkeys(questions)
    return asyncio.run(_all(questions, asked))


async def _all(questions: Sequence[Question], resolver: Resolver) -> Records:
    answers = await asyncio.gather(*(_one(question, resolver) for question in questions))
    return dict(zip(questions, answers, strict=True))


async def _one(question: Question, resolver: Resolver) -> tuple[str, ...] | None:
    from dns.exception import DNSException
    from dns.resolver import NXDOMAIN, NoAnswer

    name, kind = question
    try:
        found = await resolver.resolve(f"{name}.", kind, lifetime=SECONDS)
    except (NXDOMAIN, NoAnswer):
        return ()
    except (DNSException, OSError, UnicodeError):
        return None
    return tuple(sorted(map(_text, found)))  # DNS has them in no order


def _text(record: object) -> str:
    """Return a record as text; the pieces of a TXT belong together (RFC 7208, section 3.3)."""
    pieces = getattr(record, "strings", None)
    return str(record) if pieces is None else b"".join(pieces).decode("utf-8", "replace")
