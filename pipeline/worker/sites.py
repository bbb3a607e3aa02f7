"""The sites that a worker works for: the one that it is started in, or all of a folder, each with secrets of its own.

What comes in are folders and an environment; what goes out are ``Site``s. Nothing of one site's environment is in
another's. A site whose own file is wrong is left out, and keeps none of the others from being worked for.
"""

from __future__ import annotations

import re
import stat
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from pipeline.errors import SettingsError
from pipeline.settings import FILE, load
from pipeline.settings.sections import store_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import URL

    from pipeline.settings.sections import Settings

SHARED: Final = frozenset("PATH HOME LANG LC_ALL TZ TMPDIR PYTHONPATH PYTHONDONTWRITEBYTECODE".split())
"""What every program needs, and what tells nothing of a site."""
_LINE: Final = re.compile(r"""(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=("[^"]*"|'[^']*'|[^"'\s]*)""")
_NEEDS_POSTGRES: Final = (
    "byline worker needs PostgreSQL: what is to be done, and who does it, stands in a database that workers on several "
    "machines can share and wait on, which a file of SQLite is not. Let DATABASE_URL name one, as "
    "postgresql://user@host/name; `byline store copy` moves a store there. Without one, timers do the same on one "
    "machine: see deploy/systemd, or `byline pull --due` and `byline send --due`"
)
_MUST_BE: Final = (
    "must name a PostgreSQL database that is the same for all workers, as postgresql://user@host/name?schema=name, or "
    "be left away: a file of SQLite is another one on each machine, and each would send to all readers"
)
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_FRESH: Final = 60.0
"""Seconds for which what is known of the sites is good: each worker looks for itself, whoever gives out the looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One author's site: by which name it is known to the workers, where it lies, and its environment."""

    name: str
    root: Path
    environment: Mapping[str, str] = field(repr=False)
    is_by_name: bool = False
    """Whether its store is called after it: then it is nobody else's."""

    def settings(self) -> Settings:
        """Return its settings as they are now. Raises ``SettingsError``."""
        return load(self.root, self.environment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The sites by their names, and of those that are left out, why: a sentence that holds nothing of their secrets."""

    sites: Mapping[str, Site]
    left_out: Mapping[str, str] = field(default_factory=dict)


class Known(Mapping[str, Site]):
    """The sites that there are, as they were within the last minute; ``tell`` hears which are left out, and why."""

    def __init__(self, find: Callable[[], Found], tell: Callable[[Mapping[str, str]], None]) -> None:
        self._find, self._tell = find, tell
        self._lock = threading.Lock()
        self._sites = self.anew()

    def anew(self) -> Mapping[str, Site]:
        """Look for them once more, and return them."""
        with self._lock:
            found = self._find()
            self._sites, self._looked_at = found.sites, time.monotonic()
            self._tell(found.left_out)
            return found.sites

    def _fresh(self) -> Mapping[str, Site]:
        return self._sites if time.monotonic() - self._looked_at < _FRESH else self.anew()

    def __getitem__(self, name: str) -> Site:
        return self._fresh()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fresh())

    def __len__(self) -> int:
        return len(self._fresh())


def queue_url(environment: Mapping[str, str]) -> URL:
    """Return the address of the database in which the queue is. Raises ``SettingsError`` where there can be none."""
    given = environment.get("DATABASE_URL") or ""
    if not _is_postgres(given):
        raise SettingsError([_NEEDS_POSTGRES])
    return make_url(store_url(given)).difference_update_query(["schema"])


def one_site(root: Path, environment: Mapping[str, str]) -> Found:
    """Return the site in ``root``, which has the whole environment of the worker.

    It is called by its schema, or else its database: so it is called alike on each machine, wherever it lies there.
    """
    url = make_url(store_url(environment["DATABASE_URL"]))
    name = str(url.query.get("schema") or url.database)
    return Found(sites={name: Site(name=name, root=root, environment=environment)})


def sites_below(folder: Path, secrets: Path | None, environment: Mapping[str, str]) -> Found:
    """Return the sites in ``folder``, by the names of their folders.

    NAME.env in ``secrets`` is the environment of the site NAME. Without a DATABASE_URL there, its store is a schema of
    its name in the database of the queue. Left out is whose file is open to others or cannot be read, and who names
    the store of another or none in PostgreSQL. Raises ``SettingsError`` where there is no site at all.
    """
    common = {name: value for name, value in environment.items() if name in SHARED}
    sites, left_out = {}, {}
    for root in sorted(path.parent for path in folder.glob(f"*/{FILE}")):
        try:
            own = _variables(secrets / f"{root.name}.env") if secrets else {}
        except SettingsError as error:
            left_out[root.name] = str(error)
            continue
        mine = _own_store(root.name, environment)
        url = own.get("DATABASE_URL", "").strip() or mine
        if not _is_postgres(url):
            left_out[root.name] = f"{root.name}.env: DATABASE_URL {_MUST_BE}"
            continue
        environ = common | own | {"DATABASE_URL": url}
        is_by_name = _place(url) == _place(mine)
        sites[root.name] = Site(name=root.name, root=root, environment=environ, is_by_name=is_by_name)
    if not sites and not left_out:
        raise SettingsError([f"no folder in {folder} has a {FILE}: name the folder that has the sites in it"])
    left_out |= _sharing(sites)
    return Found(sites={name: site for name, site in sites.items() if name not in left_out}, left_out=left_out)


def _sharing(sites: Mapping[str, Site]) -> dict[str, str]:
    """Return who names a store that another has as well, and the sentence about it; who has it by name keeps it."""
    at: dict[str, list[str]] = defaultdict(list)
    for name, site in sites.items():
        at[_place(site.environment["DATABASE_URL"])].append(name)
    told = {}
    for names in at.values():
        entitled = [name for name in names if sites[name].is_by_name]
        for name in names:
            others = [other for other in names if other != name]
            if others and entitled != [name]:
                told[name] = share(name, others)
    return told


def share(name: str, others: Sequence[str]) -> str:
    """Return what is said of a site whose store is also that of ``others``."""
    return f"{name} and {', '.join(others)} name the same store: give each a schema of its own"


def _own_store(name: str, environment: Mapping[str, str]) -> str:
    schema = re.sub(r"[^a-z0-9_]", "_", name.lower())
    url = queue_url(environment).update_query_dict({"schema": f"site_{schema}"[:63]})
    return url.render_as_string(hide_password=False)


def _is_postgres(url: str) -> bool:
    try:
        return make_url(store_url(url)).get_backend_name() == "postgresql"
    except (ArgumentError, ValueError):
        return False


def _place(url: str) -> str:
    """Return what tells stores apart, as far as their addresses show; a look asks the databases themselves."""
    parts = make_url(store_url(url))
    query = "&".join(f"{name}={value}" for name, value in sorted(parts.query.items()) if name in {"host", "schema"})
    return f"{parts.host}:{parts.port or 5432}/{parts.database}?{query}"


def _variables(path: Path) -> dict[str, str]:
    """Return the variables of a file of lines NAME=VALUE, as systemd and podman read them; none where it is missing."""
    try:
        mode, text_of_it = path.stat().st_mode, path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            [f"{path} cannot be read ({type(error).__name__}): see that it is text, and yours"]
        ) from None
    if mode & _OTHERS:
        raise SettingsError([f"{path} holds secrets and others may read it: chmod 600 {path}"])
    found = {}
    for number, line in enumerate(text_of_it.splitlines(), start=1):
        if (text := line.strip()) and not text.startswith(("#", ";")):
            parts = _LINE.fullmatch(text)
            if parts is None:
                raise SettingsError(
                    [f"{path}:{number}: must be NAME=VALUE, with quotes around a value that has spaces"]
                )
            found[parts[1]] = parts[2].strip("\"'")
    return found
