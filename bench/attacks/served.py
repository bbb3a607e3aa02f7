"""What readers get, served on loopback: the site, letters, what a feed reader makes of the feeds, and nothing cleaned.

Every answer comes with a policy that the browser only reports by: no script may run but the site's own. The site's
style sheets are empty here: that many pages would take the browser minutes to lay out.
"""

import base64
import hashlib
import json
import re
import threading
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree

from audit.pages import file_at
from audit.server import TYPES

OURS = "/-/"
"""Below this is what is no page of the site."""
SHEET = f"{OURS}sheet"
INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
KEPT = {".css", ".js"}
HEAD = '<!doctype html><meta charset="utf-8"><title>x</title>'
IN_A_READER = 20
ATOM = "{http://www.w3.org/2005/Atom}"
ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"


def policy(pages):
    """Return the policy of a site: its own files, and the scripts that stand in ``pages``, which nobody attacked."""
    inline = {found for page in pages for found in INLINE.findall(page)}
    hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in sorted(inline))
    return " ".join(("script-src 'self' 'wasm-unsafe-eval'", *(f"'sha256-{each}'" for each in hashes)))


def unprotected(attack):
    """Return a page that puts an attack where a title, a link, an author, a summary and a text belong, as it is."""
    fields = f"<h1>{attack}</h1><p>By {attack}</p><p>{attack}</p><div>{attack}</div>"
    return f'{HEAD}{fields}<a href="{attack}">Read it</a>'


def carelessly_read(folder):
    """Return pages in which a feed reader shows the feeds in ``folder`` as the HTML that they say they are.

    The heading of each stands at its end: what an item does not end is seen by its absence.
    """
    kinds = {"rss": _rss_items, "atom": _atom_items, "json": _json_items}
    return {
        f"{kind}-{at}": f"{HEAD}{''.join(items[at : at + IN_A_READER])}<h1>{kind}-{at}</h1>"
        for kind, items_of in kinds.items()
        for items in [list(items_of(folder))]
        for at in range(0, len(items), IN_A_READER)
    }


def _rss_items(folder):
    for item in etree.parse(folder / "feed.xml").iter("item"):
        parts = (item.findtext(name) or "" for name in ("title", "description", ENCODED))
        yield _item(item.findtext("link"), *parts)


def _atom_items(folder):
    for entry in etree.parse(folder / "atom.xml").iter(f"{ATOM}entry"):
        found = (entry.find(f"{ATOM}{name}") for name in ("title", "summary", "content"))
        parts = ("" if each is None else _as_typed(each) for each in found)
        yield _item(entry.find(f"{ATOM}link").get("href"), *parts)


def _as_typed(construct):
    text = construct.text or ""
    return text if construct.get("type") == "html" else escape(text)


def _json_items(folder):
    for item in json.loads((folder / "feed.json").read_text(encoding="utf-8"))["items"]:
        yield _item(item["url"], escape(item["title"]), escape(item.get("summary", "")), item["content_html"])


def _item(link, title, summary, content):
    return f'<article><h2><a href="{link}">{title}</a></h2><p>{summary}</p><div>{content}</div></article>'


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        path = urlsplit(self.path).path
        if path == SHEET:
            self.answer(200, b"<!doctype html><link rel=icon href=data:,><body>", ".html")
        elif path in self.server.pages:
            self.answer(200, self.server.pages[path], Path(path).suffix or ".html", "script-src 'none'")
        elif path.startswith(OURS) or not self.server.folder or not (place := file_at(self.server.folder, path[1:])):
            self.server.missed.append(self.path)
            self.answer(404, b"", ".txt")
        else:
            suffix = place.suffix.lower()
            self.answer(200, b"" if suffix == ".css" else place.read_bytes(), suffix, self.server.policy)

    def answer(self, status, body, suffix, policy=""):
        self.send_response(status)
        self.send_header("Content-Type", TYPES.get(suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600" if suffix in KEPT else "no-store")
        if policy:
            self.send_header("Content-Security-Policy-Report-Only", policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    """Serves ``folder`` by ``policy``, and ``pages`` by their paths; ``missed`` are paths that were asked in vain."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, policy):
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder, self.policy, self.pages, self.missed = None, policy, {}, []

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"

    def add(self, kind, pages):
        """Serve ``pages`` by their names below their ``kind``; return their paths."""
        named = {f"{OURS}{kind}/{name}": page for name, page in pages.items()}
        self.pages |= {path: page if isinstance(page, bytes) else _encoded(page) for path, page in named.items()}
        return list(named)

    def handle_error(self, *_):
        """A browser that hangs up is nothing to speak of."""


def _encoded(page):
    return page.encode("utf-8", "replace")


@contextmanager
def served(policy):
    server = Server(policy)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
