"""Web addresses: absolute, http or https, as RFC 3986 writes them, without what only tracks."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from pipeline.model import SafeUrl

_TRACKERS: Final = (
    r"(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|_hsenc|_hsmi|mkt_tok|vero_id|"
    r"oly_(?:anon|enc)_id|wickedid)"
)
_TRACKING: Final = re.compile(_TRACKERS, re.IGNORECASE)
_TRACKS: Final = re.compile(rf"[?&]{_TRACKERS}(?:[=&#]|$)", re.IGNORECASE)
_LABELS: Final = r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?"
_HOST: Final = re.compile(_LABELS)
_IN_PATH: Final = "/%:@!$&'()*+,;=~-._?"
_PATH: Final = r"(?:[A-Za-z0-9/:@!$&'()*+,;=~._-]++|%[\dA-Fa-f]{2})"
_QUERY: Final = r"(?:[A-Za-z0-9/:@!$&'()*+,;=~._?-]++|%[\dA-Fa-f]{2})"
_DONE: Final = re.compile(rf"https?://{_LABELS}(?:/{_PATH}*+)?(?:\?{_QUERY}++)?(?:#{_QUERY}++)?")
"""An address as ``safe_url`` writes it; most are so from the beginning."""
_MAX_URL: Final = 2048
_BREAKS: Final = re.compile("[\t\r\n\ud800-\udfff]")
_BLANKS: Final = "".join(map(chr, range(33)))
_ABSOLUTE: Final = re.compile(r"https?://", re.IGNORECASE)
_PORTS: Final = {"http": 80, "https": 443}
_FEED_SCHEME: Final = re.compile(r"feed:(?://(?=https?:))?", re.IGNORECASE)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d+(?:[/?#]|$))", re.IGNORECASE)
"""A scheme, and not a host with a port."""


def safe_url(address: str, base: str = "", *, tracking: bool = False) -> SafeUrl | None:
    """Return ``address``, resolved against ``base``, or None where it is no plain http or https URL.

    Credentials are taken out, and parameters that only track unless ``tracking`` keeps them; what may not stand in
    a URL (RFC 3986) is percent-encoded.
    """
    if (
        _DONE.fullmatch(address)
        and len(address) <= _MAX_URL
        and (tracking or "?" not in address or not _TRACKS.search(address))
    ):
        return SafeUrl(address)
    cleaned = _BREAKS.sub("", address.strip(_BLANKS))
    try:
        absolute = _ABSOLUTE.match(cleaned)
        parts = urlsplit(_slashes(cleaned) if absolute else urljoin(base, _slashes(cleaned)))
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host:
        return None
    place = host if port in {None, _PORTS[parts.scheme]} else f"{host}:{port}"
    query = parts.query if tracking else _without_tracking(parts.query)
    url = urlunsplit((parts.scheme, place, *map(_encoded, (parts.path, query, parts.fragment))))
    return SafeUrl(url) if len(url) <= _MAX_URL else None


def _encoded(part: str) -> str:
    """Percent-encode what may not stand in a URL, and a % that encodes nothing."""
    return quote(re.sub(r"%(?![\da-fA-F]{2})", "%25", part), safe=_IN_PATH, errors="ignore")


def _slashes(address: str) -> str:
    """Read a backslash before the query as browsers do (WHATWG URL, special schemes): as a slash."""
    head, mark, rest = re.split(r"([?#])", address, maxsplit=1) if re.search(r"[?#]", address) else (address, "", "")
    return head.replace("\\", "/") + mark + rest


def _host(name: str) -> str:
    """Return ``name`` in ASCII. Raises ``ValueError`` where it is no host name and no IP address."""
    name = unquote(name)
    if ":" in name:
        return f"[{ipaddress.IPv6Address(name.partition('%')[0])}]"  # a zone says nothing to anybody else
    if not name.isascii():
        name = name.encode("idna").decode()
    name = name.lower()
    if not _HOST.fullmatch(name):
        raise ValueError(name)
    return name


def _without_tracking(query: str) -> str:
    if not _TRACKS.search(f"?{query}"):
        return query
    return "&".join(part for part in query.split("&") if not _TRACKING.fullmatch(part.partition("=")[0]))


def authority(url: str) -> tuple[str, int] | None:
    """Return the host and the port that ``url`` leads to, or None where it is no http or https URL.

    Two addresses lead to the same host where these are equal, however they are written; an IPv6 address stands
    without brackets, a name without the dot of the root.
    """
    known = safe_url(url, tracking=True)
    if known is None:
        return None
    parts = urlsplit(known)
    return (parts.hostname or "").removesuffix("."), _PORTS[parts.scheme] if parts.port is None else parts.port


def host_of(url: str) -> str:
    """Return the host that ``url`` leads to, to whatever port; of what is no web address, that itself."""
    found = authority(url)
    return found[0] if found else url


def without_feed_scheme(address: str) -> str:
    """Take away what browsers once put before the address of a feed: feed://example.org/, feed:https://example.org/.

    Of the first, //example.org/ is left.
    """
    found = _FEED_SCHEME.match(address)
    return address[found.end() :] if found else address


def as_web_address(typed: str) -> str:
    """Return what somebody typed or pasted as a web address: without "feed:", with https:// where no scheme stands."""
    address = without_feed_scheme(typed.strip())
    if _SCHEME.match(address):
        return address
    return f"https:{address}" if address.startswith("//") else f"https://{address}"


def kept_url(stored: str) -> SafeUrl:
    """Name what this module made and the store kept for what it is."""
    return SafeUrl(stored)
