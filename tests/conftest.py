"""The real parts that tests use: a site, a store on SQLite and PostgreSQL, an HTTP and an SMTP server on loopback."""

import os
import pwd
import re
import shutil
import socket
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import create_engine, text

from pipeline.app import App
from pipeline.cli.init import _new_files, make
from pipeline.settings import load
from pipeline.store import Store

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
REPOSITORY = Path(__file__).parents[1]
CORPORA = Path(os.environ.get("BYLINE_CORPORA", REPOSITORY.parent / "shared" / "corpora"))


def _long():
    return frozenset((Path(__file__).parent / "long.txt").read_text(encoding="utf-8").split())


@pytest.hookimpl(tryfirst=True)  # before it is asked which tests are chosen by their marks
def pytest_collection_modifyitems(items):
    long = _long()
    for item in items:
        if f"{item.path.name}::{item.originalname}" in long:
            item.add_marker(pytest.mark.long)


@pytest.fixture
def now():
    return NOW


@pytest.fixture(scope="session")
def corpora():
    """The folder of real and hostile input, which only some machines have."""
    if not CORPORA.is_dir():
        pytest.skip(f"no corpora at {CORPORA}; set BYLINE_CORPORA to run this test")
    return CORPORA


# -- a site


VALUES = {
    "name": "Ana Ruiz",
    "email": "ana@ana-ruiz.example",
    "url": "https://ana-ruiz.example/",
    "line": "What happened, and what I make of it.",
    "date": "2026-11-23",
    "file": "2026-11-23-why-i-write-this.md",
}


@pytest.fixture
def site(tmp_path):
    """A new author's site, as `byline init` makes it."""
    folder = tmp_path / "site"
    make(folder, dict(_new_files(VALUES)))
    return folder


@pytest.fixture
def open_app():
    """A function that opens the app of a site; all are closed at the end."""
    with ExitStack() as opened:

        def open_it(folder, environment=None, now=NOW):
            app = App(load(folder, environment or {}), now)
            opened.callback(app.close)
            return app

        yield open_it


@pytest.fixture
def byline(capfd, monkeypatch):
    """A function that runs a command as a person would and gives (exit code, stdout, stderr)."""
    from pipeline.cli import run

    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("CI", raising=False)  # where a code host runs the tests, they are about a machine that stays

    def call(*words, at=None):
        where = ["-C", str(at)] if at else []
        code = run([*where, "--now", "2026-11-23T07:30Z", *map(str, words)])
        said = capfd.readouterr()
        return code, said.out, said.err

    return call


# -- a store


def _postgres_binaries():
    """Where the server's programs are: on the path, or where Debian keeps them."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server of this run's own, started from the machine's binaries."""
    binaries = _postgres_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed on this machine")
    folder = Path("/tmp") / f"byline-pg-{uuid4().hex[:12]}"  # a socket's path must be short
    folder.mkdir(mode=0o700)
    user = _unprivileged(folder)
    data, log = folder / "data", folder / "log"

    def run(program, *words):
        subprocess.run([binaries / program, *words], check=True, user=user, stdout=subprocess.DEVNULL, cwd=folder)

    try:
        run("initdb", "-D", data, "-U", "byline", "--auth=trust", "--encoding=UTF8", "--no-sync", "--locale=C")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c timezone=Pacific/Auckland"
        run("pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")
        url = f"postgresql+psycopg://byline@/postgres?host={folder}"
        _make_template(url)
        yield url
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_template(server):
    """Make a database that is up to date once, for all tests to copy."""
    _run_sql(server, "CREATE DATABASE made")
    Store(server.replace("/postgres?", "/made?")).close()


def _run_sql(server, statement):
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _unprivileged(folder):
    """The server refuses to run as root: give its folder to somebody else, and name them."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in known else "nobody"
    shutil.chown(folder, user)
    return user


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request, tmp_path):
    """The URL of an empty database, once on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'byline.db'}"
        return
    server = request.getfixturevalue("postgres")
    name = f"byline_{uuid4().hex}"
    _run_sql(server, f"CREATE DATABASE {name}")
    yield server.replace("/postgres?", f"/{name}?")
    _run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store(request, store_url):
    """An empty store; on PostgreSQL a copy of one that is up to date already, which is faster."""
    if not store_url.startswith("sqlite"):
        server, name = request.getfixturevalue("postgres"), store_url.partition("?")[0].rpartition("/")[2]
        _run_sql(server, f"DROP DATABASE {name}")
        _run_sql(server, f"CREATE DATABASE {name} TEMPLATE made")
    opened = Store(store_url)
    yield opened
    opened.close()


# -- an HTTP server


@dataclass
class Web:
    """A server on loopback: `pages` maps a path to (status, headers, body) or to a function of the request."""

    pages: dict = field(default_factory=dict)
    otherwise: object = (404, {}, b"nothing here")
    requests: list = field(default_factory=list)
    url: str = ""

    def serve(self, path, body=b"", status=200, **headers):
        """Answer `path` with this; returns its whole address."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, named, body.encode() if isinstance(body, str) else body)
        return self.url + path


@pytest.fixture
def web():
    with serving() as served:
        yield served


@pytest.fixture
def online(web):
    """A function that lets a site be online: each of its pages is at the address that mkdocs.yml has from then on."""

    def put(folder):
        web.otherwise = (200, {}, b"A page.")
        path = folder / "mkdocs.yml"
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"(?m)^site_url: .+$", f"site_url: {web.url}/", text), encoding="utf-8")

    return put


@contextmanager
def serving():
    """A server on loopback as long as it is needed."""
    served = Web()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        said = b""

        def do_POST(self):
            self.said = self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def do_GET(self):
            served.requests.append((self.path, dict(self.headers)))
            page = served.pages.get(self.path, served.otherwise)
            status, headers, body = page(self) if callable(page) else page
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if status != 304:
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_):
            """A client that hangs up is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    yield served
    server.shutdown()
    server.server_close()


# -- an SMTP server


class Mailbox:
    """What a mail server took in, from which `callers`, and how it answers: `answers` maps a recipient to a reply."""

    def __init__(self):
        self.messages = []
        self.answers = {}
        self.port = 0
        self.callers = set()

    async def handle_RCPT(  # noqa: N802  (aiosmtpd calls it so)
        self, server, session, envelope, address, options
    ):
        del server, options
        self.callers.add(session.peer)
        reply = self.answers.get(address, "250 OK")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  (aiosmtpd calls it so)
        del server, session
        reply = self.answers.get(("data", envelope.rcpt_tos[0]), "250 taken")
        if callable(reply):
            reply = reply()
        if reply.startswith("2"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            self.messages.append((envelope.mail_from, envelope.rcpt_tos, message))
        return reply


@pytest.fixture
def mailbox():
    """A mail server on loopback without TLS and login; its `port` goes into send.smtp.port."""
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


def within(seconds, work, *given):
    """Return what ``work`` does, and see that it needs at most so many seconds of CPU.

    A busy machine and coverage make anything slow once; what takes longer than its length is worth is slow each time.
    """
    for _ in range(3):
        began = time.process_time()
        done = work(*given)
        spent = time.process_time() - began
        if spent < seconds:
            break
    assert spent < seconds
    return done


# -- a site with some of everything


@pytest.fixture(scope="session")
def varied_site(tmp_path_factory):
    """The folder of the varied site (see varied_site.py), and what is known of it as it was built."""
    from varied_site import made

    folder = tmp_path_factory.mktemp("varied") / "site"
    app = made(folder)
    try:
        return folder, app.publish()
    finally:
        app.close()


@pytest.fixture(scope="module")
def chromium():
    """A browser of the machine's own; tests that need one are skipped where there is none."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium")
    if found is None:
        pytest.skip("no chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
