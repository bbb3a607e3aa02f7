"""Links of a letter that are counted: they lead through the author's own service, and are the same for every reader.

In come the two texts of a letter, out come the same with other addresses, and the target of each. Links to leave, to
choose and to write are left alone, and so are those whose own words are an address, which would lead elsewhere than
they say.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pipeline import post as posts
from pipeline.send.lint.copy import tree
from pipeline.send.lint.links import leads_elsewhere
from pipeline.send.lint.parts import links_of
from pipeline.send.tokens import tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.model import Post
    from pipeline.settings.sections import Settings

_LINK: Final = re.compile(r"""(<a\b[^<>]*?\shref=")([^"<>]*)(")""")
_IN_TEXT: Final = re.compile(r"https?://[^\s<>\"]+")
_LONGEST: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A letter's two texts, and the targets of the links in them that are counted, by their names."""

    html: str
    text: str
    links: Mapping[str, str] = field(default_factory=dict)


def is_counted(settings: Settings) -> bool:
    """Tell whether links of the letter are counted: the author wants it, and there is a service that can."""
    return settings.send.count_links and settings.service is not None


def counted(page: str, text: str, post: Post, settings: Settings) -> Counted:
    """Return the letter of ``post`` in its two forms, with links that are counted where the author wants that."""
    if not is_counted(settings):
        return Counted(html=page, text=text)
    service, tokens, edition = str(settings.service), tokens_of(settings), posts.edition_of(post)
    names = {target: tokens.named("link", edition, target) for target in _countable(page, service)}
    ways = {target: way(service, target, name) for target, name in names.items()}
    return Counted(
        html=_LINK.sub(lambda found: f"{found[1]}{_led(found[2], ways)}{found[3]}", page),
        text=_IN_TEXT.sub(lambda found: ways.get(found[0], found[0]), text),
        links={name: target for target, name in names.items()},
    )


def way(service: str, target: str, name: str) -> str:
    """Return the address that is opened for a link; where it leads can be read in it."""
    return f"{service}go?to={urlsplit(target).hostname or ''}&l={name}"


def _led(written: str, ways: Mapping[str, str]) -> str:
    way = ways.get(html.unescape(written))
    return written if way is None else html.escape(way)


def _countable(page: str, service: str) -> Iterator[str]:
    """Yield each target once that is counted."""
    spared, found = set[str](), dict[str, None]()
    for link, target in links_of(tree(page)):
        if leads_elsewhere(" ".join(link.text_content().split()), way(service, target, "")):
            spared.add(target)
        elif _IN_TEXT.fullmatch(target) and len(target) <= _LONGEST and not _is_own(target, service):
            found[target] = None
    yield from (target for target in found if target not in spared)


def _is_own(target: str, service: str) -> bool:
    """Tell whether a link is one to leave or to choose, or a mark that becomes one."""
    return target.startswith(service) or (urlsplit(target).hostname or "").endswith(".invalid")
