"""``byline write`` and ``byline check``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from pipeline import post as posts
from pipeline.cli.lint import report_on_letters
from pipeline.cli.talk import app, counted, json_option, report, shown, working
from pipeline.errors import QuietError
from pipeline.model import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pipeline.app import App
    from pipeline.model import Finding, SafeUrl, Snapshot


@click.command()
@click.argument("stories", nargs=-1, type=int, metavar="[STORY_ID]...")
@click.option("--publish", "draft", metavar="DRAFT", help="Move a draft that passes the check to content/posts/.")
@json_option
@click.pass_context
def write(context: click.Context, stories: tuple[int, ...], draft: str | None, *, as_json: bool) -> int:
    """Draft a post from stories of the shortlist: their links, sources and a quotation each. The words are yours.

    Without ids it takes up the first stories of the shortlist; with one id it makes a link post. Where none waits, it
    says so.

    \b
    Example:
      byline write 17 42
      byline write --publish 2026-11-23-what-the-cranes-tell
    """
    if draft is not None and stories:
        raise click.UsageError("--publish takes a draft and no story ids")
    with app(context) as opened:
        if draft is not None:
            return _publish(opened, draft, as_json=as_json)
        try:
            path = opened.stories.write(stories)
        except QuietError as quiet:
            report({"draft": None, "findings": []}, f"Nothing was drafted: {quiet}", as_json=as_json)
            return 0
        found = opened.check(path)
    takes = counted(sum(finding.rule == "no-words" for finding in found), "take waits", "takes wait")
    report(
        {"draft": path, "findings": found},
        f"Wrote {shown(path)}: {takes} for your words.",
        f"Write them in any editor; `byline check {path.stem}` says what is still missing.",
        as_json=as_json,
    )
    return 0


def _publish(opened: App, name: str, *, as_json: bool) -> int:
    draft = opened.find(name, posts.DRAFTS, posts.POSTS)
    path, found = opened.publish_draft(draft)
    told = [f"{shown(draft)} is not ready and stays a draft."]
    if path is not None:
        told = [f"Moved to {shown(path)}.", "It is on the site after the next `byline publish`."]
    report({"post": path, "findings": found}, *_lines(found), *told, as_json=as_json)
    return int(path is None)


@click.command()
@click.argument("names", nargs=-1, metavar="[POST]...")
@click.option("--fix", "fixing", is_flag=True, help="Put right what needs no word of yours, then check.")
@click.option("--articles", is_flag=True, help="Read the page behind each take first, to check quotations against.")
@click.option("--links", is_flag=True, help="Go to each link to another site, too, and see whether it is there.")
@click.option("--letter", is_flag=True, help="Look at the letter of POST as a reader would get it, not at its text.")
@click.option("--online", is_flag=True, help="With --letter: try each link, too, and ask DNS about the sender.")
@json_option
@click.pass_context
def check(
    context: click.Context,
    names: tuple[str, ...],
    *,
    fixing: bool,
    articles: bool,
    links: bool,
    letter: bool,
    online: bool,
    as_json: bool,
) -> int:
    """Say what keeps a post from being published, with line, reason and remedy. Without a name: all drafts.

    Each take needs your own words, twice as many as it quotes; each quotation must stand word for word in what was
    pulled of its source; links and front matter must be whole. Errors make the exit code 1; warnings do not, and
    neither does what the front matter accepts with a reason.

    With --letter it says what is wrong with the final bytes of the letter: whether it arrives, can be read by all and
    on all mail programs, and lets its reader leave.

    \b
    Example:
      byline check 2026-11-23-what-the-cranes-tell
      byline check --fix --links
      byline check --letter 2026-11-16-what-had-no-name
    """
    if letter:
        _see_what_goes_with_letter(names, others=fixing or articles or links)
    elif online:
        raise click.UsageError("--online goes with --letter; the links of a post are tried by --links")
    with app(context) as opened:
        paths = [opened.find(name, posts.DRAFTS, posts.POSTS) for name in names]
        if letter:
            with working("Looking at the letter"):
                looked_at = [opened.letters.lint(path, online=online) for path in paths]
            return report_on_letters(looked_at, as_json=as_json)
        wanted = _Wanted(fixing=fixing, articles=articles, links=links)
        return _checked(opened, paths or opened.drafts(), wanted, as_json=as_json)


class _Wanted(NamedTuple):
    """What is to be done before the posts are checked."""

    fixing: bool
    articles: bool
    links: bool


def _checked(opened: App, paths: Sequence[Path], wanted: _Wanted, *, as_json: bool) -> int:
    """Check the posts in ``paths``, and report what was found."""
    read: dict[SafeUrl, Snapshot | Unreadable] = {}
    if wanted.articles:
        with working("Reading articles"):
            opened.read_articles(paths, read.__setitem__)
    fixed = {path: done for path in paths if wanted.fixing and (done := opened.fix(path))}
    dead = opened.dead_links(paths) if wanted.links else None
    found = [finding for path in paths for finding in opened.check(path, dead)]
    put_right = [{"path": path, "done": done} for path, each in fixed.items() for done in each]
    told = [f"not read  {url} {page.cause}" for url, page in read.items() if isinstance(page, Unreadable)]
    told += [f"{shown(path)}: put right: {done}" for path, each in fixed.items() for done in each]
    report(
        {"files": paths, "fixed": put_right, "findings": found},
        *told,
        *_lines(found),
        *_ways_out(found, opened),
        _summed(len(paths), found),
        as_json=as_json,
    )
    return int(any(finding.hinders for finding in found))


def _see_what_goes_with_letter(names: tuple[str, ...], *, others: bool) -> None:
    """Raise ``UsageError`` where --letter has no post, or stands beside what looks at a post's text."""
    if not names:
        raise click.UsageError("--letter needs a post: byline check --letter POST")
    if others:
        raise click.UsageError("--letter looks at the letter, and --fix, --articles and --links at the post: choose")


def _ways_out(found: Sequence[Finding], opened: App) -> Iterator[str]:
    """Say which findings the author may accept, and how."""
    acceptable = [each.rule for each in found if each.accepted is None and opened.can_be_accepted(each)]
    if acceptable:
        rules = ", ".join(f"{rule}: why it stays" for rule in dict.fromkeys(acceptable))
        yield f"What is right as it is, you may accept in the front matter: `accept: {{{rules}}}`"


def _summed(files: int, found: Sequence[Finding]) -> str:
    errors = sum(finding.hinders for finding in found)
    accepted = sum(finding.accepted is not None for finding in found)
    warnings = len(found) - errors - accepted
    told = f"{counted(files, 'file')}: {counted(errors, 'error')}, {counted(warnings, 'warning')}"
    return f"{told}, {accepted} accepted." if accepted else f"{told}."


def _lines(found: Sequence[Finding]) -> Iterable[str]:
    return [line for finding in found for line in _told(finding)]


def _told(finding: Finding) -> Iterator[str]:
    grave = finding.severity if finding.accepted is None else "accepted"
    yield f"{shown(finding.path)}:{finding.line}: {grave}: {finding.reason} [{finding.rule}]"
    yield f"    {finding.remedy if finding.accepted is None else finding.accepted}"
