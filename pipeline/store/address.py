"""The address of a database, and what its driver says: read, and shown without anything that is secret in it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from pipeline.errors import SettingsError

_UNREADABLE: Final = (
    "DATABASE_URL cannot be read: in the name and the password, write @ as %40, : as %3A, / as %2F, # as %23 and "
    "% as %25"
)


def address_of(place: str | Path) -> URL:
    """Return the address of ``place``, a SQLite file by its path or a URL with its driver.

    Raises ``SettingsError`` where that is none. What went wrong is told without a piece of it: a password that holds
    what an address is made of reads like a host or a port.
    """
    if isinstance(place, Path):
        return URL.create("sqlite", database=str(place))
    try:
        url = make_url(place)
    except ArgumentError:
        url = None
    except ValueError:  # of the port
        raise SettingsError([_UNREADABLE]) from None
    if url is None or url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise SettingsError(
            ["DATABASE_URL is no address of a PostgreSQL database, such as postgresql://user@host/name"]
        )
    if "@" in f"{url.host}{url.database if url.host else ''}":
        raise SettingsError([_UNREADABLE])
    return url


def words_of(error: Exception) -> str:
    """Return the first line of what a driver says: further ones repeat statements and values."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]


def shown(place: str | Path | URL) -> str:
    """Return which database ``place`` is, and as whom it is looked into, as DATABASE_URL has it but for what is secret.

    Whoever sets DATABASE_URL to that, and adds the password, is in the same database and the same schema of it.
    """
    url = place if isinstance(place, URL) else address_of(place)
    told = {name: value for name, value in url.query.items() if name in _TOLD}
    name = url.get_backend_name()
    return URL.create(name, url.username, None, url.host, url.port, url.database, told).render_as_string()


_TOLD: Final = frozenset({"schema", "host", "port", "user", "dbname"})
"""What of a query says which database it is."""
