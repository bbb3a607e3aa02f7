"""The picture that a link to a page shows where it is shared: what it says and the author's colours in, a PNG out.

Cards are made offline from packaged fonts. Each is drawn once, and taken from where it is remembered until what it says
or how it looks changes. They are drawn by other processes while this one goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pipeline.publish.ground.kept import Piece
from pipeline.publish.ground.remembered import remove

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.publish.cards.card import Card
    from pipeline.publish.cards.colours import Palette
    from pipeline.publish.ground.forks import Work


class Pictures:
    """The drawing of cards into the folder ``memory``, which does not outlive the block that it stands in."""

    def __init__(self, memory: Path) -> None:
        self._memory = memory
        self._work: Work[Any, None] | None = None
        self._pieces: dict[str, Piece] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._work:
            self._work.stop()

    def begin(self, cards: Mapping[str, Card], palette: Palette, font: Path | None) -> None:
        """Begin to draw ``cards``, by the names of their files; ``font`` is the author's own."""
        from pipeline.publish.cards.keys import key_of  # Pillow is loaded only where it is needed

        keys = {name: key_of(card, palette, font) for name, card in cards.items()}
        self._pieces = {name: Piece(mark=key, source=self._memory / f"{key}.png") for name, key in keys.items()}
        wanted = {*keys.values()}
        for path in self._memory.glob("*.png"):
            if path.stem not in wanted or not path.is_file():
                remove(path)
        there = {path.stem for path in self._memory.glob("*.png")}
        if todo := {self._memory / f"{key}.png": cards[name] for name, key in keys.items() if key not in there}:
            from pipeline.publish.cards.drawn import drawing

            self._work = drawing(todo, palette, font)

    def pieces(self) -> dict[str, Piece]:
        """Return the pictures by the names of their files. Raises ``PublishError`` where the font is no font."""
        if self._work:
            self._work.results()
            self._work = None
        return self._pieces
