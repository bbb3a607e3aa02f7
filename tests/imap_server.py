"""A small IMAP server on loopback, with TLS, for tests: one folder of mails, and a record of what was said to it."""

import base64
import ipaddress
import re
import shlex
import socketserver
import ssl
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass
class Mail:
    data: bytes
    came: date = date(2026, 11, 23)
    seen: bool = False


@dataclass
class Imap:
    """``folders`` hold mails by their UIDs; ``said`` are the commands, without passwords."""

    folders: dict = field(default_factory=lambda: {"INBOX": {}, "Done": {}})
    validity: int = 7
    user: str = "ana@ana-ruiz.example"
    password: str = "pass word"
    can: str = "IMAP4rev1 AUTH=PLAIN MOVE"
    said: list = field(default_factory=list)
    hooks: dict = field(default_factory=dict)
    port: int = 0

    def put(self, data, **more):
        box = self.folders["INBOX"]
        number = max(box, default=0) + 1
        box[number] = Mail(data, **more)
        return number


class Talk(socketserver.StreamRequestHandler):
    timeout = 20

    def setup(self):
        self.imap, self.trust = self.server.imap, self.server.trust
        if self.server.implicit:
            self.request = self.trust.wrap_socket(self.request, server_side=True)
        super().setup()

    def tell(self, text):
        self.wfile.write(text if isinstance(text, bytes) else text.encode())
        self.wfile.flush()

    def handle(self):
        with suppress(OSError, ValueError):  # a client that hangs up
            self.talk()

    def finish(self):
        super().finish()
        self.request.close()  # TLS made another socket of the one that the server closes

    def talk(self):
        self.tell("* OK ready\r\n")
        self.folder, self.logged_in, self.may_write = {}, False, False
        while line := self.rfile.readline():
            tag, _, rest = line.decode().rstrip("\r\n").partition(" ")
            name, _, args = rest.partition(" ")
            if name.upper() == "UID":
                inner, _, args = args.partition(" ")
                name = f"uid_{inner}"
            self.imap.said.append(f"{name} {args}" if name.lower() not in {"login", "authenticate"} else name)
            hook = self.imap.hooks.get(name.lower())
            if hook and (answer := hook(self)) is not None:
                self.tell(answer if answer.startswith(b"*") else f"{tag} ".encode() + answer)
                continue
            answer = getattr(self, f"do_{name.lower()}")(tag, args)
            self.tell(f"{tag} {answer}\r\n")
            if name.upper() == "STARTTLS":
                self.request = self.connection = self.trust.wrap_socket(self.request, server_side=True)
                self.rfile, self.wfile = self.connection.makefile("rb", -1), self.connection.makefile("wb", 0)
            if name.upper() == "LOGOUT":
                return

    def do_capability(self, _tag, _args):
        self.tell(f"* CAPABILITY {self.imap.can}\r\n")
        return "OK done"

    def do_starttls(self, _tag, _args):
        return "OK begin"

    def do_authenticate(self, _tag, _args):
        self.tell("+ \r\n")
        _, user, password = base64.b64decode(self.rfile.readline()).decode().split("\0")
        return self.let_in(user, password)

    def do_login(self, _tag, args):
        return self.let_in(*shlex.split(args))

    def let_in(self, user, password):
        self.logged_in = (user, password) == (self.imap.user, self.imap.password)
        return "OK in" if self.logged_in else "NO [AUTHENTICATIONFAILED] not so"

    def do_select(self, _tag, args, *, may_write=True):
        name = shlex.split(args)[0]
        if name not in self.imap.folders:
            return "NO no such folder"
        self.folder, self.may_write = self.imap.folders[name], may_write
        self.tell(f"* {len(self.folder)} EXISTS\r\n* OK [UIDVALIDITY {self.imap.validity}] good\r\n")
        return "OK [READ-WRITE] done" if may_write else "OK [READ-ONLY] done"

    def do_examine(self, tag, args):
        return self.do_select(tag, args, may_write=False)

    def do_uid_search(self, _tag, args):
        if args.startswith("UID"):
            first = int(args.split()[1].partition(":")[0])
            last = max(self.folder, default=0)
            found = [number for number in self.folder if number >= first or number == last]
        else:
            day, month, year = args.split()[1].split("-")
            since = date(int(year), MONTHS.index(month) + 1, int(day))
            found = [number for number, mail in self.folder.items() if mail.came >= since]
        self.tell(f"* SEARCH {' '.join(map(str, found))}\r\n")
        return "OK done"

    def do_uid_fetch(self, _tag, args):
        number, _, what = args.partition(" ")
        size = int(re.fullmatch(r"\(BODY\.PEEK\[\]<0\.(\d+)>\)", what)[1])
        mail = self.folder.get(int(number))
        if mail:
            data = mail.data[:size]
            self.tell(f"* 1 FETCH (UID {number} BODY[]<0> {{{len(data)}}}\r\n".encode() + data + b")\r\n")
        return "OK done"

    def do_uid_store(self, _tag, args):
        number, _, flags = args.partition(" ")
        assert self.may_write
        assert flags == r"+FLAGS.SILENT (\Seen)"
        self.folder[int(number)].seen = True
        return "OK done"

    def do_uid_move(self, _tag, args):
        number, name = shlex.split(args)
        assert self.may_write
        if name not in self.imap.folders:
            return "NO [TRYCREATE] no such folder"
        there = self.imap.folders[name]
        there[max(there, default=0) + 1] = self.folder.pop(int(number))
        return "OK done"

    def do_logout(self, _tag, _args):
        self.tell("* BYE\r\n")
        return "OK done"


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_):
        """A client that does not believe the certificate is what some tests are about."""


@contextmanager
def serving(folder, *, implicit=True):
    """Serve a mailbox at 127.0.0.1; the certificate to believe in is written to ``folder``/ca.pem."""
    imap = Imap()
    with Server(("127.0.0.1", 0), Talk) as server:
        server.imap, server.implicit = imap, implicit
        server.trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.trust.load_cert_chain(*certificate(folder))
        imap.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield imap
        server.shutdown()


def certificate(folder):
    """Make a certificate for 127.0.0.1; return its files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "imap.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "ca.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
