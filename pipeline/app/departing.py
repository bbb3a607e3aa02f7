"""What must hold before a letter leaves, by whatever way and at whoever's word."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.app.written import read_posts
from pipeline.errors import UsageError
from pipeline.model import SentPost
from pipeline.post.alike import reads_like
from pipeline.store import begun, handovers, moves, restores, sent_posts
from pipeline.store import deliveries as ledger

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pipeline.app import App
    from pipeline.model import EditionId, Letter, Post

_NOON: Final = time(12)


def see_that_it_may_leave(app: App, letter: Letter, now: datetime, *, resume: bool = False) -> None:
    """Raise ``UsageError`` or ``StoreMovedError`` where ``letter`` must not leave: there is no other way back from it.

    The words must be the author's, the store the one that knows who got it, and the post none that was sent before
    under another name. One of which a restored store does not know whether it was sent leaves only to ``resume`` it.
    What the post says is remembered from here on.
    """
    post = letter.post
    if app.settings.write.approval:
        app.see_that_approved(app.find(letter.edition))
    with app.store.reading() as connection:
        moves.see_that_it_is_here(connection)
        sent = sent_posts.remembered(connection)
        # Of one that was sent, nobody needs to know what else was, which a long ledger says slowly.
        is_new = letter.edition not in sent
        known = begun.editions(connection) if is_new else frozenset()
    if post is None:
        return
    see_that_said(post)
    if not resume:
        see_that_it_is_known(app, post)
    if is_new and (before := next(_under_another_name(app, post, sent, known), None)):
        raise UsageError(
            f"{post.path.name} reads like {before.edition}, which was sent on {before.at:%Y-%m-%d} and whose file is "
            f"gone, so nobody was sent it again. If it is that post under another name, write `aliases: "
            f"[{before.edition}]` into its front matter, and its old address goes on working, too; if it is another, "
            "give it a title and a text of its own"
        )
    with app.store.writing() as connection:
        sent_posts.remember(connection, _said(letter.edition, post, now))


def count_as_sent(app: App, letter: Letter, now: datetime) -> int:
    """Write down that ``letter`` went out already, where a restored store knows nothing of it.

    Return how many deliveries or hand-overs that are. It went out on the day of the post, as far as anybody knows.
    """
    with app.store.writing() as connection:
        if letter.post is None or not restores.why_unknown(connection, letter.edition, letter.post.date):
            return 0
        at = min(now, datetime.combine(letter.post.date, _NOON, UTC))
        sent_posts.remember(connection, _said(letter.edition, letter.post, at))
        if app.settings.send.is_handed_over:
            handovers.count_as_sent(connection, letter.edition, app.settings.send.way, at, now)
            return 1
        return ledger.count_as_sent(connection, letter.edition, letter.topics, at, now)


def _said(edition: EditionId, post: Post, now: datetime) -> SentPost:
    return SentPost(edition=edition, title=post.title, date=post.date, body=post.body, at=now)


def see_that_it_is_known(app: App, post: Post) -> None:
    """Raise ``UsageError`` where the store came out of a backup, and ``post`` may have been sent since then."""
    with app.store.reading() as connection:
        why = restores.why_unknown(connection, posts.edition_of(post), post.date)
    if why:
        raise UsageError(why)


def see_that_said(*read: Post) -> None:
    """Raise ``UsageError`` where one of the posts that were ``read`` has no words of the author's in some place."""
    from pipeline.write.gate import unsaid

    found = [finding for post in read for finding in unsaid(post)]
    if found:
        told = "".join(f"\n  {each.path.name}:{each.line}: {each.reason}. {each.remedy}" for each in found)
        raise UsageError(f"what nobody has written words for is not for Byline to say in your name:{told}")


def _under_another_name(
    app: App, post: Post, sent: Mapping[EditionId, SentPost], known: Collection[EditionId]
) -> Iterator[SentPost]:
    """Yield what somebody was sent and reads like ``post``, where no file has its name now."""
    folder = app.settings.content / posts.POSTS
    gone = [sent[edition] for edition in sent if edition in known and not (folder / f"{edition}.md").exists()]
    alike = [each for each in gone if reads_like(each, post)]
    if alike:
        theirs: set[EditionId] = set(map(posts.edition_of, read_posts(app.settings.content, posts.POSTS)[0]))
        yield from (each for each in alike if each.edition not in theirs)
