"""What the pictures of the site say: that of each post, and the one of all other pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.publish.cards.card import Card, alt_of
from pipeline.publish.facts import places

if TYPE_CHECKING:
    from pipeline.model import Post
    from pipeline.settings.sections import Settings


def card_of(post: Post, settings: Settings) -> Card:
    """Return what the picture of a post says."""
    day = posts.day_in_words(post.date, settings.site.language)
    line = f"{str(post.kind).capitalize()} · {day}"
    name, language = settings.site.site_name, settings.site.language
    return Card(site_name=name, title=post.title, line=line, topics=" · ".join(post.topics), language=language)


def site_card(settings: Settings) -> Card:
    """Return what the picture of a page says that is no post."""
    site = settings.site
    return Card(site_name=site.site_name, title=site.site_name, line=site.site_description, language=site.language)


def told_of_post(post: Post, settings: Settings) -> dict[str, str]:
    """Return where the picture of a post is, and what it shows in words."""
    return {"url": places.whole(settings.site, places.card_address(post)), "alt": alt_of(card_of(post, settings))}


def told_of_site(settings: Settings) -> dict[str, str]:
    """Return where the picture of all other pages is, and what it shows in words."""
    return {"url": places.whole(settings.site, places.SITE_CARD), "alt": alt_of(site_card(settings))}
