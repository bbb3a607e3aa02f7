"""Cards to files, many at a time: by several processes where that is worth it and safe."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING, Final

from pipeline.publish.cards.drawing import draw
from pipeline.publish.forks import processes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.publish.cards.card import Card
    from pipeline.publish.cards.colours import Palette

FEWEST: Final = 40
"""So many cards are worth a process."""


def draw_all(cards: Mapping[Path, Card], palette: Palette, font: Path | None) -> None:
    """Draw ``cards``, each into its file. Raises ``PublishError`` where ``font`` is no font."""
    work = [(path, card, palette, font) for path, card in cards.items()]
    for path in {path.parent for path in cards}:
        path.mkdir(parents=True, exist_ok=True)
    many = processes(len(work), FEWEST)
    if many < 2:  # noqa: PLR2004
        _drawn(work)
        return
    with multiprocessing.get_context("fork").Pool(many) as pool:
        pool.map(_drawn, [work[at::many] for at in range(many)], chunksize=1)


def _drawn(work: Sequence[tuple[Path, Card, Palette, Path | None]]) -> None:
    for path, card, palette, font in work:
        part = path.with_suffix(".part")
        part.write_bytes(draw(card, palette, font))
        part.replace(path)
