"""``byline select``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from pipeline.cli.talk import app, counted, json_option, plain, report, working, wrapped
from pipeline.errors import UsageError
from pipeline.model import STRONGEST, Choice, Snapshot
from pipeline.words import bars

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.model import Entry, RankedStory, Trend, Unreadable

_CHOSEN: Final = {Choice.PICK: "picked ", Choice.SKIP: "skipped", Choice.LATER: "later  "}
_NOTHING_LEARNED: Final = (
    "Nothing is learned yet: it takes five stories picked and five skipped, of which some tell the others."
)
_stories = click.argument("stories", nargs=-1, type=int, required=True, metavar="STORY_ID...")


@click.group(invoke_without_command=True)
@click.option("--articles", is_flag=True, help="Read the article of each story too, to check quotations against.")
@click.option("--again", is_flag=True, help="Show what was skipped, or written about already, too, behind the others.")
@json_option
@click.pass_context
def select(context: click.Context, *, articles: bool, again: bool, as_json: bool) -> int:
    """Show the stories worth your time, best first, with the reasons of each.

    The number before a story is its id: `byline select pick 17 42` picks two for the next post, `byline write 17 42`
    drafts a post about just these.

    \b
    Example:
      byline select
      byline select --articles
      byline select skip 12 31
    """
    if context.invoked_subcommand is not None:
        return 0
    read: dict[str, Snapshot | Unreadable] = {}
    with app(context) as opened:
        with working("Grouping and ranking"):
            shortlist = opened.stories.select(again=again)
        days = opened.settings.select.days
        if articles:
            with working("Reading articles"):
                opened.feeds.articles(shortlist, read.__setitem__)
    lines = [line for place, item in enumerate(shortlist, start=1) for line in _lines(place, item)]
    nothing = f"No story of the last {counted(days, 'day')} is waiting: run `byline pull`, or widen select.days."
    told = {"stories": [_data(item) | _article(item, read) for item in shortlist]}
    report(told, *(lines or [nothing]), *_article_lines(read), as_json=as_json)
    return 0


@select.command("pick")
@_stories
@json_option
@click.pass_context
def pick(context: click.Context, stories: tuple[int, ...], *, as_json: bool) -> int:
    """Pick stories for the next post: `byline write` drafts from these.

    \b
    Example:
      byline select pick 17 42
    """
    return _choose(context, Choice.PICK, stories, as_json=as_json)


@select.command("skip")
@_stories
@json_option
@click.pass_context
def skip(context: click.Context, stories: tuple[int, ...], *, as_json: bool) -> int:
    """Pass stories over: they are not shown again, but by `byline select --again`.

    \b
    Example:
      byline select skip 12 31
    """
    return _choose(context, Choice.SKIP, stories, as_json=as_json)


@select.command("later")
@_stories
@json_option
@click.pass_context
def later(context: click.Context, stories: tuple[int, ...], *, as_json: bool) -> int:
    """Leave stories for later: they stay on the shortlist, and nothing is learned from it.

    \b
    Example:
      byline select later 17
    """
    return _choose(context, Choice.LATER, stories, as_json=as_json)


@select.command("clear")
@_stories
@json_option
@click.pass_context
def clear(context: click.Context, stories: tuple[int, ...], *, as_json: bool) -> int:
    """Take back your latest choice about stories: what was chosen before it counts again.

    \b
    Example:
      byline select clear 17
    """
    with app(context) as opened:
        opened.stories.listed(stories)  # all of them are there, or nothing is taken back
        cleared = [opened.stories.take_back(story) for story in dict.fromkeys(stories)]
    lines = [f"{_headline(item)}: {_CHOSEN[item.choice].strip() if item.choice else 'undecided'}" for item in cleared]
    report({"cleared": [item.story.id for item in cleared]}, *lines, as_json=as_json)
    return 0


@select.command("merge")
@_stories
@json_option
@click.pass_context
def merge(context: click.Context, stories: tuple[int, ...], *, as_json: bool) -> int:
    """Have stories that report the same event told as one, at once and from now on.

    \b
    Example:
      byline select merge 17 42
    """
    if len(set(stories)) < 2:  # noqa: PLR2004  (one alone is merged with nothing)
        raise UsageError("name two stories or more")
    with app(context) as opened:
        item = opened.stories.merge(stories)
    told = f"{counted(len(set(stories)), 'story', 'stories')} are one from now on:"
    report({"merged": stories, "story": item.story.id}, told, _headline(item), as_json=as_json)
    return 0


@select.command("split")
@click.argument("story", type=int, metavar="STORY_ID")
@click.argument("entries", nargs=-1, type=int, required=True, metavar="ENTRY_ID...")
@json_option
@click.pass_context
def split(context: click.Context, story: int, entries: tuple[int, ...], *, as_json: bool) -> int:
    """Take reports of something else out of a story; `byline select --json` shows the ids of its entries.

    \b
    Example:
      byline select split 17 23
    """
    with app(context) as opened:
        rest, apart = opened.stories.split(story, entries)
    told = f"{counted(len(set(entries)), 'report')} told apart from story {story} from now on:"
    data = {"story": story, "apart": entries, "stories": [rest.story.id, apart.story.id]}
    moved = "" if rest.story.id == story else f"  (was {story}; a story has the number of its first report)"
    report(data, told, f"{_headline(rest)}{moved}", _headline(apart), as_json=as_json)
    return 0


@select.command("learned")
@click.option("--refuse", metavar="N", type=click.IntRange(1), help="Heed the Nth lesson no more.")
@click.option("--accept", metavar="N", type=click.IntRange(1), help="Heed the Nth lesson after all.")
@click.option("--all", "every", is_flag=True, help="Show the weak lessons, too.")
@json_option
@click.pass_context
def learned(context: click.Context, refuse: int | None, accept: int | None, *, every: bool, as_json: bool) -> int:
    """Show what your choices told, and how much each gives or takes; refuse what you do not mean.

    The strongest thirty are shown, and what you refused; all of them with --all.

    \b
    Example:
      byline select learned
      byline select learned --refuse 2
    """
    with app(context) as opened:
        lessons, refused = opened.stories.lessons()
        for number, is_refused in ((refuse, True), (accept, False)):
            if number is not None and number > len(lessons):
                raise UsageError(f"there is no lesson {number}; `byline select learned` shows them")
            if number is not None:
                opened.stories.refuse(lessons[number - 1].mark, refused=is_refused)
                lessons, refused = opened.stories.lessons()
    data = [plain(lesson) | {"refused": lesson.mark in refused} for lesson in lessons]
    lines = [
        f"  {place}  {lesson.points:+.2f}  {lesson.because}{' (refused)' if lesson.mark in refused else ''}"
        for place, lesson in enumerate(lessons, start=1)
        if every or place <= STRONGEST or lesson.mark in refused
    ]
    if len(lines) < len(lessons):
        lines.append(f"{counted(len(lessons) - len(lines), 'weaker lesson')} more; --all shows them.")
    report({"lessons": data}, *(lines or [_NOTHING_LEARNED]), as_json=as_json)
    return 0


@select.command("trends")
@json_option
@click.pass_context
def trends(context: click.Context, *, as_json: bool) -> int:
    """Show what rises and falls in your field: words of headlines over the last eight weeks, with the latest of each.

    \b
    Example:
      byline select trends
    """
    with app(context) as opened:
        found = opened.stories.trends()
    data = [plain(trend) | {"examples": [_example(entry) for entry in trend.examples]} for trend in found]
    nothing = "Too little was pulled over the last eight weeks to tell."
    report({"trends": data}, *([line for trend in found for line in _trend_lines(trend)] or [nothing]), as_json=as_json)
    return 0


def _trend_lines(trend: Trend) -> Iterator[str]:
    yield f"{bars(trend.counts)}  {trend.term} {trend.direction}: {', '.join(map(str, trend.counts))} a week"
    yield from (f"          {entry.title or entry.link} ({entry.publisher})" for entry in trend.examples[:1])


def _example(entry: Entry) -> dict[str, Any]:
    return {"title": entry.title, "link": entry.link, "publisher": entry.publisher, "dated": plain(entry.dated)}


def _choose(context: click.Context, choice: Choice, stories: tuple[int, ...], *, as_json: bool) -> int:
    with app(context) as opened:
        chosen = opened.stories.choose(choice, stories)
    lines = [wrapped(f"{_CHOSEN[choice]}  {item.story.lead.title or item.story.id}") for item in chosen]
    report({"choice": choice, "stories": [item.story.id for item in chosen]}, *lines, as_json=as_json)
    return 0


def _article(item: RankedStory, read: Mapping[str, Snapshot | Unreadable]) -> dict[str, Any]:
    found = read.get(item.story.lead.link or "")
    if found is None:
        return {"article": None}
    if isinstance(found, Snapshot):
        return {"article": {"taken_at": found.taken_at, "digest": found.digest, "words": len(found.text.split())}}
    return {"article": {"error": found.cause}}


def _article_lines(read: Mapping[str, Snapshot | Unreadable]) -> Iterator[str]:
    if not read:
        return
    taken = [found for found in read.values() if isinstance(found, Snapshot)]
    yield ""
    left = f", {len(read) - len(taken)} not" if len(taken) < len(read) else ""
    yield f"{counted(len(taken), 'article')} read{left}."
    for url, found in read.items():
        if isinstance(found, Snapshot):
            yield f"  read      {url} ({counted(len(found.text.split()), 'word')})"
        else:
            yield f"  not read  {url} {found.cause}"


def _lines(place: int, item: RankedStory) -> Iterator[str]:
    lead = item.story.lead
    if place > 1:
        yield ""
    yield click.style(_headline(item), bold=True)
    if item.written:
        said = "you wrote about this on" if item.is_spent else "update to what you wrote on"
        yield wrapped(f"{said} {item.written.date}: “{item.written.title}”", "    ")
    yield f"    {lead.link or 'no link'}"
    for reason in item.reasons:
        yield wrapped(f"{reason.points:5.2f}  {reason.name}: {reason.because}", "    ")


def _headline(item: RankedStory) -> str:
    lead = item.story.lead
    marked = f"{_CHOSEN[item.choice].strip()}: " if item.choice else ""
    return wrapped(f"[{item.story.id}] {marked}{lead.title or lead.publisher}")


def _data(item: RankedStory) -> dict[str, Any]:
    lead = item.story.lead
    return {
        "id": item.story.id,
        "title": lead.title,
        "link": lead.link,
        "score": round(item.score, 2),
        "topics": item.topics,
        "choice": item.choice,
        "written": item.written,
        "reasons": item.reasons,
        "publishers": item.story.publishers,
        "entries": [
            {
                "id": entry.id,
                "title": entry.title,
                "link": entry.link,
                "publisher": entry.publisher,
                "dated": entry.dated,
            }
            for entry in item.story.entries
        ],
    }
