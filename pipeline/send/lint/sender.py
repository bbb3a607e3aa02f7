"""Who a letter is from: an address that can be answered, a domain that is the author's, a name that is one."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from pipeline.send.lint.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.send.lint.copy import Copy
    from pipeline.send.lint.rules import LetterFinding

_MUTE: Final = re.compile(r"(?:do[-_.]?)?not?[-_.]?reply(?![a-z])|(?:mailer-daemon|nobody|null|void)$")
_FREE_DOMAINS: Final = frozenset(
    "gmail.com googlemail.com ymail.com rocketmail.com msn.com icloud.com me.com mac.com aol.com web.de t-online.de "
    "freenet.de proton.me protonmail.com pm.me mail.ru inbox.ru bk.ru list.ru mail.com yandex.ru yandex.com zoho.com "
    "laposte.net orange.fr wanadoo.fr free.fr sfr.fr libero.it naver.com qq.com 163.com 126.com fastmail.com hey.com "
    "tutanota.com tuta.io posteo.de mailbox.org wp.pl o2.pl seznam.cz".split()
)
_FREE_EVERYWHERE: Final = re.compile(r"(?:yahoo|hotmail|outlook|live|gmx|aol)\.(?:com?\.)?[a-z]{2,3}")
"""Services that have a domain in each country."""
_EXAMPLES: Final = re.compile(r"(?:.*\.)?(?:example|test|invalid|localhost|local)|(?:.*\.)?example\.(?:com|net|org)")
_ARROWS: Final = 0x2190
_CJK: Final = 0x3000
_EMOJI: Final = 0x1F000
_REMEDY: Final = "Write another address into send.sender of byline.yml."


def from_whom(copy: Copy) -> Iterator[LetterFinding]:
    """Yield what is wrong with who the letter is from."""
    for field in ("From", "Reply-To"):
        for name, address in copy.mailboxes(field):
            yield from _address(field, address)
            if field == "From":
                yield from _name(name)


def domain_of(address: str) -> str:
    """Return the domain of a mail address, in small letters."""
    return address.rpartition("@")[2].lower().rstrip(".")


def is_freemail(domain: str) -> bool:
    """Tell whether anybody can have an address at ``domain``."""
    return domain in _FREE_DOMAINS or bool(_FREE_EVERYWHERE.fullmatch(domain))


def _address(field: str, address: str) -> Iterator[LetterFinding]:
    local, domain = address.rpartition("@")[0].lower(), domain_of(address)
    if _MUTE.match(local.partition("+")[0]):
        told = f"nobody reads what comes to {address}, and readers answer a letter"
        yield Rule.NO_REPLY.found(field, told, _REMEDY)
    if field == "From" and is_freemail(domain):
        told = f"{domain} tells others to refuse what says to be from there and is not sent by it"
        remedy = "Get a domain of your own, and write an address there into send.sender of byline.yml."
        yield Rule.FREEMAIL.found(field, told, remedy)
    if _EXAMPLES.fullmatch(domain) or "." not in domain:
        told = f"{domain or address} is a name for examples, where nobody can be answered"
        yield Rule.SENDER_RESERVED.found(field, told, _REMEDY)


def _name(name: str) -> Iterator[LetterFinding]:
    remedy = "Write the name by which your readers know you before the address in send.sender of byline.yml."
    if not name or "@" in name:
        yield Rule.SENDER_NAME.found("From", "the sender has no name, only an address", remedy)
    if any(map(_is_picture, name)):
        told = f"the sender's name {name} has a picture in it, as mails have that pretend to be somebody"
        yield Rule.SENDER_EMOJI.found("From", told, remedy)


def _is_picture(letter: str) -> bool:
    """Tell whether ``letter`` is an emoji; a ™ or a ㈱ belongs to many a name."""
    kind, number = unicodedata.category(letter), ord(letter)
    return letter == "\N{VARIATION SELECTOR-16}" or (
        kind in {"So", "Sk"} and (number >= _EMOJI or _ARROWS <= number < _CJK)
    )
