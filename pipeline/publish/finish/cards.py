"""The pictures of the site: of each post, and one for all other pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.publish.facts import places
from pipeline.publish.facts.pictured import card_of, site_card

if TYPE_CHECKING:
    from pipeline.publish.cards import Pictures
    from pipeline.publish.facts.catalogue import Catalogue
    from pipeline.settings.sections import Settings


def begin(pictures: Pictures, found: Catalogue, settings: Settings) -> None:
    """Begin to draw the picture of each post, and that of the site, for where pages say that they are."""
    from pipeline.publish.cards.colours import palette_of

    sheet = settings.overrides / "assets" / "stylesheets" / "byline.css"
    palette = palette_of(sheet.read_text(encoding="utf-8", errors="replace") if sheet.is_file() else "")
    font = settings.root / settings.publish.card_font if settings.publish.card_font else None
    every = {places.card_file(post): card_of(post, settings) for post in found.posts}
    pictures.begin(every | {places.SITE_CARD: site_card(settings)}, palette, font)
