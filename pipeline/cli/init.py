"""``byline init``: a new author's site, made from this project's own."""

from __future__ import annotations

from email.errors import HeaderParseError
from email.headerregistry import Address
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

import click

from pipeline import post as posts
from pipeline import yamltext
from pipeline.cli.talk import counted, json_option, moment, report, shown
from pipeline.errors import UsageError
from pipeline.html import plain_text, safe_url
from pipeline.settings.explained import explained

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PACKAGE: Final = Path(__file__).parents[1]
FIRST_POST: Final = "Why I write this"
LOCK: Final = "requirements.lock"
"""What the workflows install Byline's own requirements from."""


def own_site() -> Path:
    """Return where Byline's own sample site is: inside an installed package, or the repository around it."""
    packed = PACKAGE / "skeleton"
    return packed if packed.is_dir() else PACKAGE.parent


def lock_of_this() -> bytes:
    """Return the packages that this Byline needs, with PostgreSQL and workers, each with its version and hashes."""
    return (own_site() / "requirements/worker.txt").read_bytes()


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", default="Your Name", help="Your name, as it stands in the masthead.")
@click.option("--email", default="you@example.org", help="The address that letters come from.")
@click.option("--url", default="https://example.org/", help="The address that the site will have.")
@click.option(
    "--line",
    default="What happened in our field, and what I make of it.",
    help="One line that says what it is about.",
)
@click.option(
    "--host",
    type=click.Choice(["github", "gitlab", "forgejo"]),
    default="github",
    show_default=True,
    help="Whose workflows to write: those of GitHub, of GitLab, or of Forgejo, such as Codeberg.",
)
@click.option("--sample", is_flag=True, help="Make the sample site instead, to look around in.")
@json_option
@click.pass_context
def init(
    context: click.Context,
    folder: Path,
    *,
    name: str,
    email: str,
    url: str,
    line: str,
    host: str,
    sample: bool,
    as_json: bool,
) -> int:
    """Make a new site in DIR with everything in it: settings, pages, a first post, templates, workflows.

    It never overwrites a file. What it makes builds at once with `byline publish`.

    \b
    Example:
      byline init my-site --name "Ana Ruiz" --email ana@example.org --url https://ana-ruiz.example/
    """
    if safe_url(url) is None:
        raise UsageError(f"--url {url} is no web address such as https://your-name.example/")
    values = {"name": name, "email": email, "url": url.rstrip("/") + "/", "line": line, "host": host}
    values |= {"date": moment(context).date().isoformat()}
    values |= {"file": posts.file_name(moment(context).date(), FIRST_POST)}
    files = dict(_sample_files() if sample else _new_files(values))
    make(folder, files)
    report(
        {"made": folder, "files": sorted(files)},
        f"Made {shown(folder)}/ with {counted(len(files), 'file')}.",
        f"Next: cd {shown(folder)}, look into byline.yml, then `byline feeds add URL` and `byline publish --serve`.",
        as_json=as_json,
    )
    return 0


def make(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write ``files`` into ``folder``. Raises ``UsageError`` before the first where any of them is there already."""
    there = [name for name in files if (folder / name).exists()]
    if there:
        raise UsageError(f"{folder} has {there[0]} already, and init overwrites nothing: choose another folder")
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error


def _new_files(values: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a new author's site."""
    yield "mkdocs.yml", _mkdocs(values).encode()
    yield "byline.yml", explained(_settings(values)).encode()
    yield from _starter(values)
    yield from _copied("overrides")
    yield from _share_templates()
    yield from _copied("content/index.md")


def _sample_files() -> Iterator[tuple[str, bytes]]:
    """Yield the files of the sample site: this project's own."""
    for name in ("mkdocs.yml", "byline.yml", "content", "overrides"):
        yield from _copied(name)
    yield from _share_templates()
    yield ".gitignore", (PACKAGE / "starter/gitignore").read_bytes()


def _share_templates() -> Iterator[tuple[str, bytes]]:
    """Yield what texts to share are made by, for the author to change."""
    for path in sorted((PACKAGE / "connect/shares/templates").glob("*.txt")):
        yield f"overrides/shares/{path.name}", path.read_bytes()


def _starter(values: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    starter = PACKAGE / "starter"
    places = {
        "gitignore": ".gitignore",
        "content/posts/first.md": f"content/{posts.POSTS}/{values['file']}",
    }
    for path in sorted(starter.rglob("*")):
        if path.is_file() and path.parent.parent.name != "workflows":
            name = path.relative_to(starter).as_posix()
            yield (
                places.get(name, name),
                Template(path.read_text(encoding="utf-8")).substitute(values).encode(),
            )
    yield LOCK, lock_of_this()
    yield from _workflows(values.get("host", "github"))


def _workflows(host: str) -> Iterator[tuple[str, bytes]]:
    """Yield the workflows of a code host, word for word: they have dollars of their own."""
    folder = "" if host == "gitlab" else f".{host}/workflows/"
    for path in sorted((PACKAGE / "starter/workflows" / host).iterdir()):
        yield f"{folder}{'.' * (host == 'gitlab')}{path.name}", path.read_bytes()


def _copied(name: str) -> Iterator[tuple[str, bytes]]:
    root = own_site()
    for path in sorted((root / name).rglob("*")) if (root / name).is_dir() else [root / name]:
        place = path.relative_to(root)
        if path.is_file() and posts.DRAFTS not in place.parts:
            yield place.as_posix(), path.read_bytes()


def _mkdocs(values: Mapping[str, str]) -> str:
    """Return our own mkdocs.yml with the new author's name, address and line in it."""
    text = (own_site() / "mkdocs.yml").read_text(encoding="utf-8")
    changes = {"site_name": "name", "site_author": "name", "site_url": "url", "site_description": "line"}
    for setting, value in changes.items():
        text = yamltext.set_value(text, (setting,), values[value])
    return yamltext.set_value(text, ("copyright",), f"© {values['name']}")


def _settings(values: Mapping[str, str]) -> Mapping[str, object]:
    try:
        sender = str(Address(display_name=plain_text(values["name"]), addr_spec=values["email"]))
    except (ValueError, HeaderParseError):
        raise UsageError(f"--email {values['email']} is no mail address such as name@example.org") from None
    return {
        "select": {"topics": {"my topic": {"phrases": ["a phrase that tells it", "another phrase"]}}},
        "send": {"sender": sender, "unsubscribe_url": f"{values['url']}unsubscribe/"},
    }
