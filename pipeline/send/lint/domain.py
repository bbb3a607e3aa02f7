"""What DNS says of a sender's domain: SPF, DKIM, DMARC, and where answers go. Asked before, judged here.

Which server will send cannot be known here, so nothing is said of whether SPF allows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.send.lint.rules import Rule
from pipeline.send.lint.sender import domain_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.send.lint.copy import Copy
    from pipeline.send.lint.facts import Facts, Question, Records
    from pipeline.send.lint.rules import LetterFinding


_SECOND: Final = frozenset("co com org net ac gov edu or ne go gob nom".split())
"""Names that in many a country stand before its own, so that what is before them belongs to different people."""
_DEEPEST: Final = 8
"""Labels of a domain that DMARC climbs."""
_SPF: Final = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
_OPEN: Final = re.compile(r"(?:^| )\+?all(?: |$)", re.IGNORECASE)
_DMARC: Final = re.compile(r"v\s*=\s*DMARC1\s*(?:;|$)")
_NO_MAIL: Final = re.compile(r"\d+ \.")
_AT: Final = "in the DNS of the domain, where your provider's help says how"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who signed: a domain, and the name of its key."""

    domain: str
    selector: str


def signatures_of(copy: Copy) -> tuple[Signature, ...]:
    """Return the DKIM signatures of a letter."""
    made = [tags(field) for field in copy.all("DKIM-Signature")]
    return tuple(Signature(domain=each.get("d", "").lower(), selector=each.get("s", "").lower()) for each in made)


def tags(text: str) -> dict[str, str]:
    """Return the tags of a signature or record (RFC 6376, section 3.2), without spaces."""
    pairs = ("".join(pair.split()).partition("=") for pair in text.split(";"))
    return {name.lower(): value for name, _, value in pairs if name}


def questions(copy: Copy) -> tuple[Question, ...]:
    """Return what is to be asked of DNS to judge a letter's sender."""
    return questions_of(_sender(copy), signatures_of(copy))


def questions_of(domain: str, signed: Sequence[Signature]) -> tuple[Question, ...]:
    """Return what is to be asked of DNS to judge who sends from ``domain`` and signs so."""
    names = [f"{each.selector}._domainkey.{each.domain}" for each in signed]
    asked = [(name, "TXT") for name in (domain, *map("_dmarc.{}".format, _climbed(domain)), *names)]
    return (*asked, *((domain, kind) for kind in ("MX", "A", "AAAA"))) if domain else ()


def who_vouches(copy: Copy, facts: Facts) -> Iterator[LetterFinding]:
    """Yield what is wrong with the proofs that a letter is from whom it says."""
    domain = _sender(copy)
    signed = signatures_of(copy)
    if signed and not any(belong_together(each.domain, domain) for each in signed):
        told = f"the letter is signed by {', '.join(each.domain for each in signed)}, and is from {domain}"
        yield Rule.DKIM_ALIGNMENT.found(
            "DKIM-Signature", told, "Leave out send.dkim.domain, or name that of send.sender."
        )
    if facts.records is not None and domain:
        yield from what_dns_says(domain, signed, facts)


def what_dns_says(domain: str, signed: Sequence[Signature], facts: Facts) -> Iterator[LetterFinding]:
    """Yield what is wrong with what DNS says of ``domain`` and of those who signed, as it was asked."""
    records = facts.records or {}
    yield from _spf(domain, records)
    yield from _dmarc(domain, signed, records)
    yield from _answers(domain, records)
    for each in signed:
        yield from _key(each, facts)


def belong_together(one: str, other: str) -> bool:
    """Tell whether two domains belong to the same organisation, as far as can be told without a list of suffixes."""
    longer, shorter = sorted((one.split("."), other.split(".")), key=len, reverse=True)
    if longer[-len(shorter) :] == shorter:
        return len(shorter) > 1
    needed = 3 if len(shorter) > 1 and shorter[-2] in _SECOND else 2
    return len(shorter) >= needed and longer[-needed:] == shorter[-needed:]


def _sender(copy: Copy) -> str:
    return next((domain_of(address) for _, address in copy.mailboxes("From") if "@" in address), "")


def _climbed(domain: str) -> Sequence[str]:
    labels = domain.split(".")[-_DEEPEST:]
    return [".".join(labels[at:]) for at in range(max(len(labels) - 1, 1))]


def _spf(domain: str, records: Records) -> Iterator[LetterFinding]:
    texts = records.get((domain, "TXT"))
    if texts is None:
        return
    found = [text for text in texts if _SPF.match(text)]
    if len(found) != 1:
        told = f"{domain} has {len(found) or 'no'} {'records' if found else 'record'} for SPF, and needs one"
        yield Rule.SPF.found("From", told, f"Publish one that names your mail server, {_AT}.")
    elif _OPEN.search(found[0]):
        told = f"SPF of {domain} lets everybody send in its name: {found[0]}"
        yield Rule.SPF.found("From", told, "End it with ~all or -all.")


def _dmarc(domain: str, signed: Sequence[Signature], records: Records) -> Iterator[LetterFinding]:
    asked = [records.get((f"_dmarc.{name}", "TXT")) for name in _climbed(domain)]
    found = next(([text for text in texts if _DMARC.match(text)] for texts in asked if texts and _is_dmarc(texts)), [])
    if not found and None in asked:
        return
    said = tags(found[0]) if len(found) == 1 else {}
    if said.get("p") not in {"none", "quarantine", "reject"}:
        told = f"{domain} has {'a record for DMARC that says nothing' if found else 'no record for DMARC'}"
        yield Rule.DMARC.found("From", told, f"Publish v=DMARC1; p=none; at least, at _dmarc, {_AT}.")
    elif said.get("adkim") == "s" and signed and all(each.domain != domain for each in signed):
        told = f"DMARC of {domain} wants signatures by that very domain (adkim=s)"
        yield Rule.DKIM_ALIGNMENT.found("DKIM-Signature", told, "Name it as send.dkim.domain.")


def _is_dmarc(texts: Sequence[str]) -> bool:
    return any(map(_DMARC.match, texts))


def _answers(domain: str, records: Records) -> Iterator[LetterFinding]:
    servers, *hosts = (records.get((domain, kind)) for kind in ("MX", "A", "AAAA"))
    takes_none = servers is not None and any(map(_NO_MAIL.fullmatch, servers))
    if takes_none or (servers == () and all(host == () for host in hosts)):
        told = f"{domain} takes no mail, so nobody can answer, and many services refuse a letter from there"
        yield Rule.NO_MX.found("From", told, f"Name the server that takes your mail (MX), {_AT}.")


def _key(signed: Signature, facts: Facts) -> Iterator[LetterFinding]:
    name = f"{signed.selector}._domainkey.{signed.domain}"
    texts = (facts.records or {}).get((name, "TXT"))
    if texts is None:
        return
    keys = [tags(text).get("p", "") for text in texts]
    ours = facts.keys.get((signed.selector, signed.domain))
    if not any(keys):
        yield Rule.DKIM_KEY.found("DKIM-Signature", f"there is no public key at {name}", f"Publish it, {_AT}.")
    elif ours is not None and ours not in keys:
        told = f"the public key at {name} is not that of the key by which letters are signed"
        yield Rule.DKIM_KEY.found("DKIM-Signature", told, f"Publish p={ours[:24]}…, {_AT}, or name the other key file.")
