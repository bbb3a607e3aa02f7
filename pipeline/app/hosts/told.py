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


def told(root: Path, paths: Sequence[Path], found: Sequence[Finding]) -> str:
    """Return what the check found in ``paths``, as Markdown."""
    if not paths:
        return "No post was changed.\n"
    return "\n".join(part for path in paths for part in _of(root, path, [each for each in found if each.path == path]))


def _of(root: Path, path: Path, found: Sequence[Finding]) -> Iterator[str]:
    errors = sum(each.hinders for each in found)
    open_ones = [each for each in found if each.accepted is None]
    name = plain_text(path.relative_to(root).as_posix()).replace("`", "'")
    more = len(open_ones) - errors
    yield f"**`{name}`** has {errors or 'no'} error{'s' * (errors != 1)} and {more or 'no'} more to look at.\n"
    if open_ones:
        lines = [line for each in open_ones for line in _lines(each)]
        fence = "`" * (max([2, *(len(run) for line in lines for run in re.findall("`+", line))]) + 1)
        yield "\n".join((f"{fence}text", *lines, f"{fence}\n"))


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
