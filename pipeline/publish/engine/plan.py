"""What an engine is asked to do, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipeline import yamltext
from pipeline.errors import PublishError
from pipeline.publish.elsewhere import elsewhere

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.publish.ground.kept import Piece
    from pipeline.publish.stage.files import Staged
    from pipeline.settings.sections import Settings

_NOTES: Final = "notes/"
"""Where an author has templates of notes in overrides/; an engine takes them for files of the site."""
_WANT_SCRIPTS: Final = ("content.", "navigation.instant", "navigation.tracking", "announce.", "toc.follow", "header.")
"""Features of Material that its scripts make; without any, and with another search, they are not loaded."""
_SHEETS: Final = {
    "mkdocs": ("material", "assets/stylesheets"),
    "zensical": ("zensical", "assets/stylesheets/classic"),
}
"""Where each engine's theme has its style sheets: a package, and a folder of the site."""
_BETTER: Final = frozenset({"sitemap.xml", "sitemap.xml.gz"})
"""Ours knows when each page changed."""
_SCRIPTS: Final = ("assets/javascripts/", "search.json")
_DECIDED: Final = frozenset({"blog", "material/blog"})
"""Plugins whose work is done before the engine."""
SEARCHES: Final = frozenset({"search", "material/search"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The pages in ``staged`` are to be built into the new folder ``output``; what is remembered lies in ``memory``.

    ``told`` is what templates find as ``config.extra.byline``; ``elsewhere`` why pages may be made of more than that.
    """

    engine: str
    staged: Staged
    output: Path
    memory: Path
    told: Mapping[str, Any]
    elsewhere: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The files that were made, what the engine warned of, how many pages it built anew, and why it was not fewer."""

    pieces: Mapping[str, Piece]
    warnings: tuple[str, ...]
    fresh: int
    slowed: str = ""


def planned(staged: Staged, work: Path, engine: str, told: Mapping[str, Any], settings: Settings) -> Plan:
    """Return the plan to build ``staged`` in the folder ``work``; ``told`` is what is known of the site by now."""
    search, features = settings.publish.search, settings.site.theme.features
    needs = search == "material" or any(each.startswith(_WANT_SCRIPTS) for each in features)
    styles = [name for name, _ in theirs(engine)]
    told = {**told, "search": search, "scripts": needs, "styles": styles}
    return Plan(
        engine=engine,
        staged=staged,
        output=work / "build",
        memory=work / "pages",
        told=told,
        elsewhere=elsewhere(settings.site),
    )


def see_that_templated(theirs: Mapping[str, Any], text: str) -> None:
    """Raise ``PublishError`` where ``theirs``, the author's mkdocs.yml, names a theme and not the site's templates."""
    theme = theirs.get("theme")
    if isinstance(theme, str):
        line = yamltext.line_of(text, ("theme",))
        raise PublishError(
            f"mkdocs.yml:{line}: theme: names {theme}, and not where the site's own templates are; "
            f"write below it, indented, `name: {theme}` and `custom_dir: overrides`"
        )


def plugins_without_ours(plugins: Any, search: str) -> list[Any]:
    """Return the ``plugins`` of mkdocs.yml without those whose work is done before, and without a search not wanted."""
    listed = [{name: given} for name, given in plugins.items()] if isinstance(plugins, dict) else list(plugins or [])
    unwanted = _DECIDED if search == "material" else _DECIDED | SEARCHES
    return [each for each in listed if (next(iter(each)) if isinstance(each, dict) and each else each) not in unwanted]


def looks(overrides: Path) -> tuple[Path, ...]:
    """Return the style sheets that pages of the site have: the theme's, then those in the author's ``overrides``."""
    sheets = (path for _, path in theirs("mkdocs"))
    return (*sheets, *sorted((overrides / "assets" / "stylesheets").glob("*.css")))


def theirs(engine: str) -> tuple[tuple[str, Path], ...]:
    """Return the style sheets of the theme, each with its name on the site, which tells its version."""
    package, folder = _SHEETS.get(engine, _SHEETS["mkdocs"])
    found = find_spec(package)
    places = found.submodule_search_locations if found else None
    place = Path((places or [""])[0]) / "templates" / folder
    sheets = (sheet for name in ("main", "palette") for sheet in sorted(place.glob(f"{name}.*.min.css")))
    return tuple((f"{folder}/{sheet.name}", sheet) for sheet in sheets)


def wanted(pieces: Mapping[str, Piece], plan: Plan, settings: Settings) -> dict[str, Piece]:
    """Return ``pieces`` without what is made better after the engine, scripts that no page loads, and templates."""
    own = settings.overrides
    return {
        name: piece
        for name, piece in pieces.items()
        if name not in _BETTER
        and not name.endswith(".map")
        and not (name.startswith(_NOTES) and (own / name).is_file())
        and (plan.told["scripts"] or not name.startswith(_SCRIPTS) or (own / name).is_file())
    }
