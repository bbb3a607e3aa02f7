"""``byline ci``: what a run at a code host does beside the commands of the week."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.talk import app, counted, json_option, shown, write_file
from pipeline.cli.talk import report as say
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr

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

    Without --preview nothing of the repository is run, whatever a stranger put there: it is only read.

    \b
    Example:
      byline ci report --since origin/main
      byline ci report --since HEAD --preview --to preview
    """
    from pipeline import post as posts
    from pipeline.app.hosts import changed
    from pipeline.app.hosts.told import previews, told

    with app(context) as opened:
        paths = changed(opened.settings, since)
        found = [finding for path in paths for finding in opened.check(path)]
        write_file(folder / REPORT, told(opened.settings.root, paths, found).encode())
        for path in paths if preview else ():
            for name, data in previews(opened, path):
                write_file(folder / name, data)
    grave = sum(each.hinders for each in found)
    say(
        {"report": folder / REPORT, "posts": [path.stem for path in paths], "errors": grave, "findings": len(found)},
        f"{counted(len(paths), 'changed post')}, {counted(grave, 'error')}: see {shown(folder / REPORT)}",
        as_json=as_json,
    )
    return int(any(each.hinders and each.path.parent.name != posts.DRAFTS for each in found))


@ci.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.pass_context
def propose(context: click.Context, folder: Path) -> int:
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
        click.echo(proposed(opened.settings, run_of(environment), _token(environment), words))
    return 0


_WORDS = """The stories of the week as a draft. Write your words below each heading, in **Files changed**, and merge it
once the check finds no error: it is on the site then. If you do not want it, close this.

How page and letter look is among the artifacts of the run that opened this.

{report}"""


@ci.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.pass_context
def comment(context: click.Context, folder: Path) -> int:
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
    click.echo(commented(run_of(environment), _token(environment), _report_in(folder)))
    return 0


@ci.command()
@click.option("--branch", default="pages", show_default=True, help="The branch that is replaced.")
@click.pass_context
def pages(context: click.Context, branch: str) -> int:
    """Make the built site all that a branch holds, for code hosts that show a branch as a site.

    \b
    Example:
      byline publish && byline ci pages
    """
    from pipeline.app.hosts import put_on_a_branch
    from pipeline.app.hosts.runs import run_of

    environment = context.obj["environment"]
    with app(context) as opened:
        click.echo(put_on_a_branch(opened.settings, run_of(environment), _token(environment), branch))
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
    try:
        return (folder / REPORT).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{folder / REPORT} cannot be read: `byline ci report` writes it") from error
