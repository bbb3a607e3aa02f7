"""Cards to files, by as many processes as there are processors."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from pipeline.publish.cards.drawing import draw
from pipeline.publish.ground.forks import Work
from pipeline.publish.ground.remembered import folder_at

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.publish.cards.card import Card
    from pipeline.publish.cards.colours import Palette

FEWEST: Final = 40
"""So many cards are worth a process."""


def drawing(cards: Mapping[Path, Card], palette: Palette, font: Path | None) -> Work[Any, None]:
    """Begin to draw ``cards``, each into its file. The work raises ``PublishError`` where ``font`` is no font."""
    for folder in {path.parent for path in cards}:
        folder_at(folder)
    return Work(partial(_drawn, palette, font), list(cards.items()), FEWEST)


def _drawn(palette: Palette, font: Path | None, work: tuple[Path, Card]) -> None:
    path, card = work
    part = path.with_suffix(".part")
    part.write_bytes(draw(card, palette, font))
    part.replace(path)
