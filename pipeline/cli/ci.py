"""``byline ci``: what a run at a code host does beside the commands of the week."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.talk import app, counted, json_option, shown, write_file
from pipeline.cli.talk import report as say
from pipeline.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr

    from pipeline.app.hosts import Done

REPORT = "report.md"


@click.group()
def ci() -> None:
    """Propose the draft, comment what the check found, put the site on a branch: for runs at a code host.

    The workflows that `byline init` writes call it. GitHub Actions, GitLab CI and Forgejo Actions are known.

    \b
    Example:
      byline ci report --since HEAD --preview --to preview
      byline ci propose preview
    """


@ci.command()
@click.option("--since", metavar="COMMIT", required=True, help="Look at the posts that are other than there, or new.")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("report"),
    show_default=True,
    help="Where to write.",
)
@click.option(
    "--preview", is_flag=True, help="Show page and letter, too: runs the site's templates, so never for strangers."
)
@json_option
@click.pass_context
def report(context: click.Context, since: str, folder: Path, *, preview: bool, as_json: bool) -> int:
    """Write what the check finds in changed posts into a folder, as Markdown. Errors in posts make the exit code 1.

    Settings that are wrong are errors of the report, too. Without --preview nothing of the repository is run, whatever
    a stranger put there: it is only read. Nothing is written through a link.

    \b
    Example:
      byline ci report --since origin/main
      byline ci report --since HEAD --preview --to preview
    """
    from pipeline.app.hosts.reported import reported, reported_of_settings
    from pipeline.app.hosts.told import previews

    try:
        with app(context) as opened:
            made = reported(opened, since)
            _put(folder, REPORT, made.text.encode())
            for path in made.paths if preview else ():
                for name, data in previews(opened, path):
                    _put(folder, name, data)
    except SettingsError as error:
        made = reported_of_settings(error)
        _put(folder, REPORT, made.text.encode())
    say(
        {
            "report": folder / REPORT,
            "posts": [path.stem for path in made.paths],
            "errors": made.errors,
            "findings": made.findings,
        },
        f"{counted(len(made.paths), 'changed post')}, {counted(made.errors, 'error')}: see {shown(folder / REPORT)}",
        as_json=as_json,
    )
    return int(made.is_red)


def _put(folder: Path, name: str, data: bytes) -> None:
    """Write a file of the report. Raises ``UsageError`` where a link would lead it elsewhere, as one proposed might."""
    own = () if folder.is_absolute() else folder.parents
    for each in (folder / name, folder, *own):
        if each.is_symlink():
            raise UsageError(f"{each} is a link, and nothing is written through it: name another folder by --to")
    write_file(folder / name, data)


@ci.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@json_option
@click.pass_context
def propose(context: click.Context, folder: Path, *, as_json: bool) -> int:
    """Open a pull request that makes the new draft a post, with the report in FOLDER as its words.

    It is opened once, however often this is run. Needs BYLINE_CODE_HOST_TOKEN.

    \b
    Example:
      byline ci propose preview
    """
    from pipeline.app.hosts import propose as proposed
    from pipeline.app.hosts.runs import run_of

    environment = context.obj["environment"]
    with app(context) as opened:
        words = _WORDS.format(report=_report_in(folder))
        done = proposed(opened.settings, run_of(environment), _token(environment), words)
    return _tell(done, as_json=as_json)


_WORDS = """The stories of the week as a draft. Write your words below each heading, in **Files changed**, and merge it
once the check finds no error: it is on the site then. If you do not want it, close this.

How page and letter look is among the artifacts of the run that opened this.

{report}"""


@ci.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@json_option
@click.pass_context
def comment(context: click.Context, folder: Path, *, as_json: bool) -> int:
    """Show the report in FOLDER below the pull request that this run is about, in one comment that is kept up to date.

    It needs no site, so that the job that has the token need not look at what was proposed. Needs
    BYLINE_CODE_HOST_TOKEN.

    \b
    Example:
      byline ci comment report
    """
    from pipeline.app.hosts import comment as commented
    from pipeline.app.hosts.runs import run_of

    environment = context.obj["environment"]
    done = commented(run_of(environment), _token(environment), _report_in(folder))
    return _tell(done, as_json=as_json)


@ci.command()
@click.option("--branch", default="pages", show_default=True, help="The branch that is replaced.")
@json_option
@click.pass_context
def pages(context: click.Context, branch: str, *, as_json: bool) -> int:
    """Make the built site all that a branch holds, for code hosts that show a branch as a site.

    A file that names the site's own domain is kept: .domains or CNAME, of your content or else of the branch.

    \b
    Example:
      byline publish && byline ci pages
    """
    from pipeline.app.hosts import put_on_a_branch
    from pipeline.app.hosts.runs import run_of

    environment = context.obj["environment"]
    with app(context) as opened:
        done = put_on_a_branch(opened.settings, run_of(environment), _token(environment), branch)
    return _tell(done, as_json=as_json)


@ci.command()
@json_option
@click.pass_context
def lock(context: click.Context, *, as_json: bool) -> int:
    """Write requirements.lock anew: what this Byline needs, each package with its hashes. The workflows install that.

    Do it with each new Byline that you name in requirements.txt.

    \b
    Example:
      byline ci lock
    """
    from pipeline.cli.init import LOCK, lock_of_this

    with app(context) as opened:
        path = opened.settings.root / LOCK
    write_file(path, lock_of_this())
    say({"lock": path}, f"Wrote {shown(path)}: commit it together with requirements.txt.", as_json=as_json)
    return 0


def _tell(done: Done, *, as_json: bool) -> int:
    say({"state": done.state, "url": done.url or None, "branch": done.branch or None}, done.told, as_json=as_json)
    return 0


def _token(environment: Mapping[str, str]) -> SecretStr:
    from pipeline.settings.environment import secrets

    token = secrets(environment).code_host_token
    if token is None:
        raise UsageError("BYLINE_CODE_HOST_TOKEN is not set: give this step a token that may write pull requests")
    value = token.get_secret_value()
    if not value.isascii() or not value.isprintable() or " " in value:
        raise UsageError("BYLINE_CODE_HOST_TOKEN holds what no token has, such as a space or the end of a line")
    return token


def _report_in(folder: Path) -> str:
    if (folder / REPORT).is_symlink():
        raise UsageError(f"{folder / REPORT} is a link: `byline ci report` writes none")
    try:
        return (folder / REPORT).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{folder / REPORT} cannot be read: `byline ci report` writes it") from error
