"""What a first visit to each kind of page transfers, and whether it reached anybody else or left anything behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.report import Row, counted, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

KINDS = ("document", "stylesheet", "script", "image", "font", "other")
HEADS = ("page", "HTML", "CSS", "JS", "images", "fonts", "other", "total", "of it own images", "requests")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a page asked for: ``size`` is in bytes as they were transferred; ``own`` an image that its text shows."""

    url: str
    kind: str
    size: int = 0
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A page opened for the first time in a browser that knows nothing, and not touched."""

    url: str
    requests: tuple[Request, ...]
    cookies: tuple[str, ...] = ()
    stored: tuple[str, ...] = ()
    session: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


def weight(visit: Visit) -> dict[str, int]:
    """Return the bytes of each kind of content."""
    bytes_of = dict.fromkeys(KINDS, 0)
    for request in visit.requests:
        bytes_of[request.kind if request.kind in bytes_of else "other"] += request.size
    return bytes_of


def counted_bytes(visit: Visit) -> int:
    """Return what the budget holds: all but the pictures that are part of the page's own text."""
    return sum(request.size for request in visit.requests if not request.own)


def check(visits: Mapping[str, Visit], most: int) -> Row:
    """Return whether each of the named pages keeps to ``most`` bytes."""
    faults = [
        f"{name} ({visit.url}) transfers {_kilobytes(counted_bytes(visit))} without its own images"
        for name, visit in visits.items()
        if counted_bytes(visit) > most
    ]
    heaviest = max(map(counted_bytes, visits.values()), default=0)
    return Row(
        check="budget",
        goal=f"≤ {_kilobytes(most)} a page",
        figure=f"at most {_kilobytes(heaviest)} in {len(visits)} kinds of page",
        met=not faults,
        faults=tuple(faults),
    )


def printed(visits: Mapping[str, Visit]) -> str:
    rows = []
    for name, visit in visits.items():
        total, own = sum(request.size for request in visit.requests), sum(r.size for r in visit.requests if r.own)
        sizes = [*weight(visit).values(), total, own]
        rows.append([name, *map(_kilobytes, sizes), str(len(visit.requests))])
    return table(HEADS, rows)


def _kilobytes(size: int) -> str:
    return f"{size / 1000:.1f} KB"


def quiet(visits: Sequence[Visit], base: str) -> list[Row]:
    """Return whether the pages reached no other host, set no cookie and stored nothing without a click."""
    seen = f"{len(visits)} pages"
    sessions = sorted({key for visit in visits for key in visit.session})
    notes = [f"sessionStorage holds {', '.join(sessions)}"] if sessions else []
    return [
        counted("requests", "to other hosts", away(visits, base), seen=seen),
        counted("cookies", "set", (f"{v.url} sets {name}" for v in visits for name in v.cookies), seen=seen),
        counted("storage", "kept", (f"{v.url} keeps {name}" for v in visits for name in v.stored), notes, seen=seen),
        counted("console", "errors", (f"{v.url}: {error}" for v in visits for error in v.errors), seen=seen),
    ]


def away(visits: Sequence[Visit], base: str) -> Iterator[str]:
    """Yield each request that left the host."""
    for visit in visits:
        for request in visit.requests:
            if not request.url.startswith((base, "data:", "blob:", "about:")):
                yield f"{visit.url} asks {request.url}"
