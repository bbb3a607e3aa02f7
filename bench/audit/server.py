"""A folder served on loopback as a code host's pages are: gzip, max-age=600, 404.html, and nothing from outside."""

from __future__ import annotations

import gzip
import hashlib
import threading
from contextlib import contextmanager
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from audit.pages import file_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "application/javascript; charset=utf-8",
    ".mjs": "application/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".map": "application/json; charset=utf-8",
    ".webmanifest": "application/manifest+json; charset=utf-8",
    ".xml": "application/xml",
    ".xsl": "application/xslt+xml",
    ".xslt": "application/xslt+xml",
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".ico": "image/vnd.microsoft.icon",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".pdf": "application/pdf",
}
PACKED = ("text/", "application/javascript", "application/json", "application/manifest", "application/x", "image/svg")
"""The types that code hosts compress on the way; the others are compressed already."""
SMALLEST = 256
"""Bytes below which compression gains nothing."""


@lru_cache(maxsize=4096)
def _packed(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: PagesServer

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        below = path.removeprefix(self.server.prefix) if path.startswith(self.server.prefix) else None
        folder = self.server.folder
        place = file_at(folder, below) if below is not None else None
        if place and place.name == "index.html" and below and not below.endswith(("/", "index.html")):
            self._answer(301, b"", location=path + "/")
        elif place:
            self._file(200, place)
        elif missing := file_at(folder, "404.html"):
            self._file(404, missing)
        else:
            self._answer(404, b"There is no such page.")

    def do_HEAD(self) -> None:
        self.do_GET()

    def _file(self, status: int, place: Path) -> None:
        body = place.read_bytes()
        kind = TYPES.get(place.suffix.lower(), "application/octet-stream")
        tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        headers = {"content_type": kind, "etag": tag, "cache_control": "max-age=600"}
        if status == 200 and self.headers.get("If-None-Match") == tag:
            self._answer(304, b"", **headers)
            return
        if kind.startswith(PACKED) and len(body) >= SMALLEST:
            headers["vary"] = "Accept-Encoding"
            if "gzip" in self.headers.get("Accept-Encoding", ""):
                headers["content_encoding"] = "gzip"
                body = _packed(body)
        self._answer(status, body, **headers)

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 304:
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the audit says what was asked for."""


class PagesServer(ThreadingHTTPServer):
    """Serves ``folder`` below ``prefix``; the folder may be set when the port is known, for it stands in the pages."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, folder: Path, prefix: str = "/") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder, self.prefix = folder, prefix

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}{self.prefix}"


@contextmanager
def served(folder: Path, prefix: str = "/") -> Iterator[PagesServer]:
    server = PagesServer(folder, prefix)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
