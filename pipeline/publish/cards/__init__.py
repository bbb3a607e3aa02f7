"""The picture that a link to a page shows where it is shared: what it says and the author's colours in, a PNG out.

Cards are made offline from packaged fonts. Each is drawn once, and taken from where it is remembered until what it says
or how it looks changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.publish.kept import Piece

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.publish.cards.card import Card
    from pipeline.publish.cards.colours import Palette


def pictures(cards: Mapping[str, Card], palette: Palette, font: Path | None, memory: Path) -> dict[str, Piece]:
    """Return the pictures of ``cards`` by their names; ``font`` is the author's own, ``memory`` where they are kept."""
    from pipeline.publish.cards.keys import key_of  # Pillow is loaded only where it is needed

    keys = {name: key_of(card, palette, font) for name, card in cards.items()}
    files = {name: memory / f"{key}.png" for name, key in keys.items()}
    there = {path.name for path in memory.glob("*.png")}
    todo = {path: cards[name] for name, path in files.items() if path.name not in there}
    if todo:
        from pipeline.publish.cards.drawn import draw_all

        draw_all(todo, palette, font)
    for name in there - {path.name for path in files.values()}:
        (memory / name).unlink()
    return {name: Piece(mark=keys[name], source=path) for name, path in files.items()}
