"""The picture that a link to a page shows where it is shared: what it says and the author's colours in, a PNG out.

It is made offline from packaged fonts, and knows nothing of posts, settings or the site.
"""

from pipeline.publish.cards.card import Card, Direction, alt_of
from pipeline.publish.cards.colours import Palette, palette_of
from pipeline.publish.cards.drawing import HEIGHT, WIDTH, draw, unshown
from pipeline.publish.cards.keys import key_of

__all__ = ["HEIGHT", "WIDTH", "Card", "Direction", "Palette", "alt_of", "draw", "key_of", "palette_of", "unshown"]
