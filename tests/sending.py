"""A list of readers, and a mail server that takes their letters, for tests of how these are sent."""

import socketserver
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from pipeline import post as posts
from pipeline import send as room
from pipeline.cli.init import _sample_files, make
from pipeline.html import plain_text
from pipeline.model import DeliveryState
from pipeline.send.letter import make_letter
from pipeline.send.ways import Smtp
from pipeline.settings import load
from pipeline.store import Store
from pipeline.store import deliveries as ledger
from pipeline.store import send as kept
from pipeline.store.schema import sends

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
SENT, LATER, REFUSED, CLAIMED = (DeliveryState(name) for name in ("sent", "later", "refused", "claimed"))


class Sink(socketserver.StreamRequestHandler):
    """A mail server that takes everything, as fast as it can, unless the plan of its server says otherwise."""

    def handle(self):
        server, recipient, accepted = self.server, "", False
        server.open += 1
        try:
            self._say("220 sink" if server.open <= server.most else "421 too many connections")
            self._serve(server, recipient, accepted)
        finally:
            server.open -= 1

    def _serve(self, server, recipient, accepted):
        while line := self.rfile.readline():
            verb = line[:4].strip().upper()
            if verb == b"EHLO":
                self._say("250-sink\r\n250 PIPELINING" if server.pipelining else "250 sink")
            elif verb == b"DATA":
                if not self._text(recipient, accepted):
                    return
            elif verb == b"QUIT":
                return
            else:
                recipient = line[9:-3].decode() if verb == b"RCPT" else recipient
                said = server.plan(verb.decode(), recipient) or "250 ok"
                accepted = said.startswith("250") if verb in {b"RCPT", b"MAIL"} else accepted
                self._say(said)
                if said.startswith("421"):
                    return

    def _text(self, recipient, accepted):
        """Take a text; where nobody is to get it, that is said as late as may be (RFC 2920, section 3.1)."""
        refused = self.server.plan("DATA", recipient)
        if refused == "hang up":
            return False
        self._say(refused or "354 go on")
        if refused and not refused.startswith("354"):
            return True
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False  # cut off: no message
        said = self.server.plan(".", recipient) or "250 ok" if accepted else "554 5.5.1 no valid recipients"
        if said == "hang up":
            return False
        if said.startswith("250"):
            self.server.got.append(recipient)
        self._say(said)
        return True

    def _say(self, words):
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def sink(plan=lambda *_: None, *, pipelining=True, most=99):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Sink)
    server.daemon_threads, server.plan, server.pipelining, server.got = True, plan, pipelining, []
    server.open, server.most = 0, most
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def here(site, port, connections=4):
    smtp = {"host": "127.0.0.1", "port": port, "security": "none", "connections": connections}
    sending = site.send.model_copy(update={"smtp": site.send.smtp.model_copy(update=smtp)})
    return site.model_copy(update={"send": sending})


def filled(url, many):
    opened = Store(url)
    with opened.writing() as connection:
        for number in range(many):
            kept.add_reader(connection, f"r{number}@d{number % 7}.example", plain_text("R"), plain_text(""), NOW)
    return opened


def sent(letter, settings, store, clock=lambda: NOW, tell=lambda _: None, **orders):
    return room.send(letter, settings, store, Smtp(settings), tell, room.Orders(clock=clock, **orders))


def states(store, letter):
    with store.reading() as connection:
        return ledger.counted(connection, letter.edition)


def state_of(store, letter):
    with store.reading() as connection:
        return connection.execute(sends.select().where(sends.c.edition == letter.edition)).one()


# -- what several files of tests begin with: each names it as its own


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The settings of the sample site."""
    folder = tmp_path_factory.mktemp("sample") / "site"
    make(folder, dict(_sample_files()))
    return load(folder, {})


@pytest.fixture(scope="module")
def letter(site):
    """Its edition as a letter."""
    return make_letter(posts.read(site.content / "posts/2026-11-16-what-had-no-name.md"), site)


@pytest.fixture
def store(store_url):
    """A store with twenty readers."""
    opened = filled(store_url, 20)
    yield opened
    opened.close()
