"""Notes to people: from the author's own templates to text to copy, a mailto: link or a draft. Nothing is sent.

What stands in a template is the author's; what is known of a person is a value that it names, and is never evaluated.
"""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from pipeline.connect.match.names import called
from pipeline.errors import UsageError
from pipeline.html import plain_text
from pipeline.model import Subject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from pipeline.model import Person, PlainText, SafeUrl

FOLDER: Final = "notes"
SHARE: Final = "share"
HELLO: Final = "hello"
INTRODUCE: Final = "introduce"
_SUBJECT: Final = "subject:"
_STOPPED_TWICE: Final = re.compile(r"(?<=\w)\.\.(?=\s|$)")
"""A sentence that ends with "Acme Inc." has its full stop."""
LONGEST: Final = 4_000
"""Characters of a note: a mail program takes no longer link."""


def kinds(folder: Path) -> tuple[str, ...]:
    """Return the names of the author's templates in ``folder``."""
    return tuple(sorted(path.stem for path in folder.glob("*.txt")))


def kinds_about_nothing(folder: Path, person: Person, author: str) -> tuple[str, ...]:
    """Return the templates that make a note where there is nothing to tell of, a greeting first."""
    values = values_of(person, author, None)
    found = [kind for kind in kinds(folder) if kind != INTRODUCE and _is_written(folder, kind, values)]
    return tuple(sorted(found, key=lambda kind: kind != HELLO))


def _is_written(folder: Path, kind: str, values: Mapping[str, Any]) -> bool:
    try:
        return _rendered(folder, kind, values) is not None
    except UsageError:
        return False


def written(folder: Path, kind: str, values: Mapping[str, Any]) -> tuple[PlainText, str]:
    """Return the subject and the text of a note by the template called ``kind``.

    Raises ``UsageError`` where there is no such template, it cannot be used, or it tells of something and ``values``
    have nothing to tell.
    """
    if kind not in kinds(folder):
        there = ", ".join(kinds(folder)) or "none"
        raise UsageError(f"there is no template {folder / kind}.txt; there are: {there}")
    text = _rendered(folder, kind, values)
    if text is None:
        name, title = values["person"]["name"], values["about"]["title"]
        lacks = f"“{title}” has no address to give {name}" if title else f"there is nothing to tell {name} of"
        others = [each for each in kinds(folder) if each != INTRODUCE and _is_written(folder, each, values)]
        greet = f", or take a kind that needs none: --kind {' or '.join(others)}" if others else ""
        raise UsageError(f"{lacks}: name a story or a link by --about{greet}")
    return _parted(text)


def _rendered(folder: Path, kind: str, values: Mapping[str, Any]) -> str | None:
    """Return what a template makes of ``values``; nothing where it shows a title or a link that is not there."""
    from jinja2 import (
        FileSystemLoader,
        StrictUndefined,
        TemplateError,
        TemplateRuntimeError,
        TemplateSyntaxError,
        Undefined,
    )
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class MissingError(TemplateRuntimeError):
        """What a template shows is not there."""

    class Missing(Undefined):
        """A template may ask whether it is there, and nothing else."""

        __slots__ = ()

        def __str__(self) -> str:
            raise MissingError

    # Plain text is not escaped: it becomes no markup here, and each way out encodes it for itself.
    templates = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    missing = {name: Missing(exc=MissingError) for name in ("title", "link") if not values["about"][name]}
    try:
        return templates.get_template(f"{kind}.txt").render({**values, "about": {**values["about"], **missing}})
    except MissingError:
        return None
    except TemplateSyntaxError as error:
        raise UsageError(f"{folder / kind}.txt, line {error.lineno}: {error.message}; put it right") from error
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise UsageError(f"{folder / kind}.txt cannot be used: {error}; see the manual for what it may name") from error


def _parted(text: str) -> tuple[PlainText, str]:
    """Return the subject, which the first line may give, and the rest, each line of it clean."""
    text = _STOPPED_TWICE.sub(".", text).strip()
    first, _, rest = text.partition("\n")
    has_subject = first.lower().startswith(_SUBJECT)
    subject = plain_text(first[len(_SUBJECT) :]) if has_subject else plain_text("")
    lines = [plain_text(line) for line in (rest if has_subject else text).strip().split("\n")]
    return subject, "\n".join(lines)[:LONGEST]


def lines_of(text: str) -> str:
    """Return ``text`` with each line of it clean."""
    return "\n".join(plain_text(line) for line in text.split("\n"))


def values_of(person: Person, author: str, subject: Subject | None, other: Person | None = None) -> dict[str, Any]:
    """Return what a template may name: the author, a person, what to speak about, and whom to introduce."""
    return {
        "author": author,
        "person": _card(person),
        "other": _card(other) if other else None,
        "about": {
            "title": subject.title if subject else "",
            "link": subject.link or "" if subject else "",
            "publisher": subject.publisher if subject else "",
            "is_own": subject.is_own if subject else False,
        },
    }


def _card(person: Person) -> dict[str, Any]:
    """Return what a template may say of somebody to others. What the author noted of them is not in it."""
    return {
        "name": person.name,
        "first": called(person.name),
        "role": person.role,
        "organisation": person.organisation,
        "topics": tuple(person.topics),
    }


def mailto(addresses: Sequence[str], subject: str, text: str) -> str:
    """Return a link that opens a mail program with the note in it (RFC 6068)."""
    to = ",".join(quote(address, safe="@") for address in _usable(addresses))
    body = "\r\n".join(plain_text(line) for line in text.split("\n"))
    return f"mailto:{to}?subject={quote(plain_text(subject), safe='')}&body={quote(body, safe='')}"


def draft(people: Sequence[Person], sender: str, subject: str, text: str) -> bytes:
    """Return the note as a draft that mail programs open to be edited and sent (``X-Unsent``)."""
    message = EmailMessage(policy=SMTP)
    message["X-Unsent"] = "1"
    if sender:
        message["From"] = sender
    to = [_addressed(person) for person in people if _usable(person.emails)]
    if to:
        message["To"] = to
    message["Subject"] = plain_text(subject)
    message.set_content("\n".join(plain_text(line) for line in text.split("\n")) + "\n", cte="base64")
    return message.as_bytes()


def _addressed(person: Person) -> Address:
    [address] = _usable(person.emails)[:1]
    return Address(display_name=person.name, addr_spec=address)


def _usable(addresses: Sequence[str]) -> list[str]:
    """Return the addresses that a mail can go to; whatever else an import brought is left out."""
    return [address for address in addresses if _is_usable(address)]


def _is_usable(address: str) -> bool:
    if not address.isprintable() or any(mark in address for mark in ' ,;<>()"\\:[]') or address.count("@") != 1:
        return False
    try:
        return bool(Address(addr_spec=address).domain)
    except (HeaderParseError, ValueError, IndexError):
        return False


def link_alone(link: SafeUrl, now: datetime) -> Subject:
    """Return what a note is about where only its address is known."""
    return Subject(title=plain_text(link), blocks=(), link=link, publisher=plain_text(""), dated=now)
