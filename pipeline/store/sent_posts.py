"""What each edition said when its sending began, so that it is known again under another name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from pipeline.html import kept_text
from pipeline.model import EditionId, SentPost
from pipeline.store.schema import sent_posts, upsert

if TYPE_CHECKING:
    from collections.abc import Mapping


def remember(connection: Connection, post: SentPost) -> None:
    """Keep what an edition says, in place of what it said before; when it was sent first stays."""
    values = {"edition": post.edition, "title": post.title, "date": post.date, "body": post.body, "at": post.at}
    query = upsert(connection, sent_posts, lambda new: {"title": new.title, "date": new.date, "body": new.body})
    connection.execute(query.values(values))


def remembered(connection: Connection) -> Mapping[EditionId, SentPost]:
    """Return what each edition said, the first that was sent first."""
    rows = connection.execute(select(sent_posts).order_by(sent_posts.c.at, sent_posts.c.edition))
    return {
        EditionId(row.edition): SentPost(
            edition=EditionId(row.edition), title=kept_text(row.title), date=row.date, body=row.body, at=row.at
        )
        for row in rows
    }
