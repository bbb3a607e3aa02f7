"""What a run found, as Markdown for a pull request, and pages that show how a post will look.

Words of feeds and of strangers stand in blocks of code alone: there, nobody is mentioned, nothing is linked, and no
issue is closed. A page is one file that loads nothing and runs nothing.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from pipeline.html import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.app import App
    from pipeline.model import Finding

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_PAGE: Final = """<!doctype html><html lang="{language}" class="no-js"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}"><title>{title}</title><style>{look}</style></head>
<body dir="ltr" data-md-color-scheme="default" data-md-color-primary="custom" data-md-color-accent="custom">
{body}</body></html>
"""


_MOST_NAMES: Final = 50
"""So many files are named that are no posts."""


def told(root: Path, paths: Sequence[Path], found: Sequence[Finding], others: Sequence[str] = ()) -> str:
    """Return what the check found in ``paths``, as Markdown; ``others`` are files that it did not look into."""
    by_post = [part for path in paths for part in _of(root, path, [each for each in found if each.path == path])]
    return "\n".join((*(by_post or ["No post was changed.\n"]), *_not_looked_into(others)))


def told_of_trouble(problems: Sequence[str]) -> str:
    """Return why nothing could be checked, as Markdown."""
    lines = [plain_text(problem) for problem in problems]
    return "\n".join(("**Nothing could be checked.** First put this right:\n", _as_code(lines)))


def _not_looked_into(names: Sequence[str]) -> Iterator[str]:
    if names:
        lines = [plain_text(name.encode("utf-8", "replace").decode()) for name in names[:_MOST_NAMES]]
        more = [f"and {len(names) - _MOST_NAMES} more"] if len(names) > _MOST_NAMES else []
        yield "Changed as well, and not looked into; some of it may decide what is built and what is run:\n"
        yield _as_code([*lines, *more])


def _of(root: Path, path: Path, found: Sequence[Finding]) -> Iterator[str]:
    errors = sum(each.hinders for each in found)
    open_ones = [each for each in found if each.accepted is None]
    name = plain_text(path.relative_to(root).as_posix()).replace("`", "'")
    more = len(open_ones) - errors
    yield f"**`{name}`** has {errors or 'no'} error{'s' * (errors != 1)} and {more or 'no'} more to look at.\n"
    if open_ones:
        yield _as_code([line for each in open_ones for line in _lines(each)])


def _as_code(lines: Sequence[str]) -> str:
    """Return ``lines`` as a block of code that none of them can end."""
    fence = "`" * (max([2, *(len(run) for line in lines for run in re.findall("`+", line))]) + 1)
    return "\n".join((f"{fence}text", *lines, f"{fence}\n"))


def _lines(found: Finding) -> Iterator[str]:
    yield plain_text(f"line {found.line}: {found.severity}: {found.reason} [{found.rule}]")
    yield f"    {plain_text(found.remedy)}"


def previews(app: App, path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield files that show the post in ``path``: its page, and its letter by each ending."""
    text = path.read_text(encoding="utf-8")
    looks = "\n".join(sheet.read_text(encoding="utf-8") for sheet in app.looks())
    page = _PAGE.format(
        language=html.escape(app.settings.site.language),
        policy=_POLICY,
        title=html.escape(path.stem),
        look=re.sub(r"</(?=style)", r"<\\/", looks, flags=re.IGNORECASE),
        body=app.glance(path, text),
    )
    yield f"{path.stem}.page.html", page.encode()
    for ending, data in app.letters.sample(app.letters.make(path)).items():
        yield f"{path.stem}.letter.{ending}", data
