"""What the engine made to the whole site: what is told to programs, pictures, the search, and old addresses.

Nothing here changes what a page says; it is all made of the catalogue and of the finished pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.publish.facts import places
from pipeline.publish.feeds import feeds
from pipeline.publish.finish.addresses import old_addresses
from pipeline.publish.finish.copies import copies
from pipeline.publish.finish.images import with_images
from pipeline.publish.finish.index import begin
from pipeline.publish.finish.maps import maps
from pipeline.publish.finish.reading import reading
from pipeline.publish.finish.tame import INDEX, tamed
from pipeline.publish.finish.weights import too_heavy
from pipeline.publish.ground.kept import also_folders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.publish.facts.catalogue import Catalogue
    from pipeline.publish.finish.beside import Beside
    from pipeline.publish.ground.kept import Piece
    from pipeline.publish.stage.files import Staged
    from pipeline.settings.sections import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """All files of the site but its search, by their names in it, and what the author should know of them."""

    pieces: Mapping[str, Piece]
    warnings: tuple[str, ...]


def finish(
    pieces: Mapping[str, Piece], staged: Staged, found: Catalogue, settings: Settings, beside: Beside
) -> Finished:
    """Return the files of the site: ``pieces``, which the engine made of what was ``staged``, and what goes with them.

    ``beside``, pictures are being drawn, and the search is begun. What the author put where one of ours would be stays
    the author's.
    """
    work = beside.work
    whole, warnings = with_images(dict(pieces), work / "images")
    whole |= {INDEX: tamed(whole[INDEX], staged.titles)} if INDEX in whole else {}
    begin(beside.index, whole, found.posts, settings)
    ours = copies(found, settings) | old_addresses(found, whole, settings.site) | reading(settings)
    ours |= maps(found, whole, staged, settings)
    warnings += too_heavy(whole, settings.publish.page_kilobytes, work / "weights")
    ours |= beside.pictures.pieces()
    ours |= feeds(found, ours | whole, settings, work)
    every = ours | whole
    for name in sorted(also_folders(every, [places.SEARCH] if settings.publish.search == "pagefind" else ())):
        warnings.append(f"{name} is not on the site, as a folder has that name; rename the one of content/")
        del every[name]
    return Finished(pieces=every, warnings=tuple(warnings))
