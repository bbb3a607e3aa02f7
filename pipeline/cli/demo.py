"""``byline demo``: a sample author's week, from the feeds to the letters, in a scratch folder."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import sys
import tempfile
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import yaml

from pipeline import post as posts
from pipeline import yamltext
from pipeline.cli.init import PACKAGE
from pipeline.cli.talk import counted, shown
from pipeline.errors import BylineError
from pipeline.settings import FILE
from pipeline.settings.explained import explained

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SAMPLE: Final = PACKAGE / "sample"
NOW: Final = "2026-11-23T07:30Z"
"""The Monday after the week that the sample feeds tell of."""
READERS: Final = "email,name\nana@example.org,Ana Ruiz\njonas@example.org,Jonas Weber\nmei@example.org,梅 Lin\n"


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
def demo(folder: Path | None) -> int:
    """Walk through a sample week in DIR, or in a scratch folder: feeds in, a site and a letter out.

    It serves the sample feeds on this machine only and sends no mail: the letters become .eml files.

    \b
    Example:
      byline demo
    """
    place = (folder or Path(tempfile.mkdtemp(prefix="byline-demo-")) / "site").resolve()
    _byline("init", str(place), "--sample")
    with _feeds_served() as address:
        _point_feeds_at(place / FILE, address)
        pulled = _byline("pull", at=place)
    click.echo(
        f"pull     {counted(len(pulled['feeds']), 'feed')} over HTTP, {counted(pulled['new'], 'entry', 'entries')}, "
        f"{counted(sum(bool(feed['repairs']) for feed in pulled['feeds']), 'feed')} mended on the way"
    )
    stories = _byline("select", at=place)["stories"]
    click.echo(f"select   {counted(len(stories), 'story', 'stories')} on the shortlist; first: {stories[0]['title']}")
    draft = _written(place, stories)
    published = Path(_byline("write", "--publish", str(draft), at=place)["post"])
    built = _byline("publish", at=place)
    click.echo(f"publish  {counted(built['posts'], 'post')} on {counted(built['pages'], 'page')}")
    letter = _byline("letter", published.stem, at=place)
    sent = _sent(place, published)
    click.echo(f"send     {counted(sent['sent'], 'letter')} of {letter['bytes'] / 1000:.0f} kB, each once")
    for what, path in {
        "post": published,
        "page": Path(built["site"]) / "posts" / published.stem / "index.html",
        "letter": Path(letter["files"][0]),
        "mail": place / "outbox",
    }.items():
        click.echo(f"{what:<8} {path}")
    click.echo(f"Preview the site with: {_ourselves()} -C {place} publish --serve")
    return 0


def _ourselves() -> str:
    """Return how this very command was called, so that the next can be called the same way."""
    called = Path(sys.argv[0])
    return shown(called.absolute()) if called.name == "byline" and called.is_file() else "byline"


def _written(place: Path, stories: Sequence[Mapping[str, Any]]) -> Path:
    """Draft an edition about the author's picks, see it refused, and put in her words."""
    draft = Path(_byline("write", *_picks(stories), at=place)["draft"])
    refused = _byline("check", str(draft), at=place, codes=(1,))["findings"]
    draft.write_text(with_words(draft.read_text(encoding="utf-8")), encoding="utf-8")
    _byline("check", str(draft), at=place)
    click.echo(
        f"write    a draft with {counted(sum(f['rule'] == 'no-words' for f in refused), 'take')}, "
        "refused by the check until the author's words were in"
    )
    return draft


def _picks(stories: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the ids of the stories on the shortlist that the sample author writes about; one for each of her texts."""
    for take in _words()["takes"][:4]:
        yield from [str(story["id"]) for story in stories if story["link"] in take["links"]][:1]


def _words() -> Any:
    return yaml.safe_load((SAMPLE / "words.yml").read_text(encoding="utf-8"))


def _sent(place: Path, published: Path) -> Any:
    table = place / "readers.csv"
    table.write_text(READERS, encoding="utf-8")
    _byline("readers", "import", str(table), "--consent", "asked for it at the port congress", at=place)
    return _byline("send", published.stem, "--to-folder", str(place / "outbox"), "--yes", at=place)


def with_words(draft: str) -> str:
    """Return ``draft`` as the sample author would finish it: with a title, an opening, views and a farewell."""
    words = _words()
    said = {link: take["words"] for take in words["takes"] for link in take["links"]}
    post = posts.parse(draft)
    lines = draft.split("\n")
    for take in reversed(post.takes):
        at = lines.index(posts.PROMPT, take.line)
        lines[at] = said[take.url].rstrip()
    text = "\n".join(lines).replace(posts.OPENING, words["opening"].rstrip())
    _, matter, body = text.split("---\n", 2)
    for name in ("title", "summary"):
        matter = yamltext.set_value(matter, (name,), words[name])
    return f"---\n{matter}---\n{body.rstrip()}\n\n## Giving back\n\n{words['closing'].rstrip()}\n"


@contextlib.contextmanager
def _feeds_served() -> Iterator[str]:
    """Serve the sample feeds on a free port of this machine, and give their address."""
    handler = functools.partial(_Quiet, directory=str(SAMPLE / "feeds"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal belongs to the demo."""


def _point_feeds_at(settings: Path, address: str) -> None:
    """Let byline.yml read the sample feeds from ``address``, which is on this machine and so must be allowed."""
    values = yaml.safe_load(settings.read_text(encoding="utf-8"))
    index = yaml.safe_load((SAMPLE / "feeds/index.yml").read_text(encoding="utf-8"))
    values["pull"]["feeds"] = [
        {"url": address + feed["file"], "title": feed["title"], "allow_private": True} for feed in index
    ]
    settings.write_text(explained(values), encoding="utf-8")


def _byline(*words: str, at: Path | None = None, codes: tuple[int, ...] = (0,)) -> Mapping[str, Any] | Any:
    """Run one command as a person would, and return its report."""
    from pipeline.cli import run

    said = io.StringIO()
    where = ("-C", str(at)) if at else ()
    with contextlib.redirect_stdout(said):
        code = run([*where, "--now", NOW, *words, "--json"], environment={})  # never into the author's own database
    if code not in codes:
        raise BylineError(f"the demo stopped at `byline {' '.join(words)}` (exit code {code})")
    return json.loads(said.getvalue())
