"""What other processes do beside a build until it is asked for: they draw pictures, and make the search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pipeline.publish.cards import Pictures
from pipeline.publish.finish.index import Indexing

if TYPE_CHECKING:
    from pathlib import Path


class Beside:
    """Both of them; neither outlives the block that it stands in.

    What can be used again is remembered in the folder ``work``. A build that does not ``draw`` has no pictures.
    """

    def __init__(self, work: Path, *, draws: bool = True) -> None:
        self.work = work
        self.draws = draws
        self.pictures = Pictures(work / "cards")
        self.index = Indexing(work / "search")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.pictures.__exit__(*error)
        self.index.__exit__(*error)
