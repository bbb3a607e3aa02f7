"""Mail providers on loopback, which behave as their documentation says and refuse what it refuses.

Each keeps in ``got`` what it took. ``plan`` maps a recipient to what happens to the next requests for them, one after
the other: an answer (status, headers, body) or a function that gives one, "cut", which ends the connection, or ("take",
any of these), which happens after the message was taken. ``otherwise`` happens to all who are not in the plan.
"""

import base64
import hashlib
import hmac
import json
import re
import threading
import time
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

ADDRESS = re.compile(r"[^@\s<>,\"]+@[a-z0-9-]+(\.[a-z0-9-]+)+")
KEY = "sesame-0123456789"


class Provider:
    """What all have in common."""

    def __init__(self):
        self.got, self.plan, self.requests = [], {}, []
        self.otherwise = None
        self.is_mute = False
        """Whether it takes what comes, and ends each connection instead of an answer."""
        self.port = 0
        self.lock, self.this = threading.Lock(), threading.local()
        self.key = KEY

    def next_for(self, recipient):
        if getattr(self.this, "is_taken_now", False):
            return None
        with self.lock:
            planned = self.plan.get(recipient)
            return planned.pop(0) if planned else self.otherwise

    def take(self, recipient, what):
        with self.lock:
            self.got.append((recipient, what))
        return uuid4().hex

    def recipients(self):
        with self.lock:
            return [recipient for recipient, _ in self.got]


def json_answer(status, said, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, {"Content-Type": "application/json", **named}, json.dumps(said).encode()


class Postmark(Provider):
    """https://postmarkapp.com/developer/api/email-api"""

    inactive = ()
    unverified = ()
    streams = ("broadcast", "outbound")

    def answer(self, request):
        if (request.command, request.path) != ("POST", "/email"):
            return json_answer(404, {"Message": "no such endpoint"})
        if request.headers.get("X-Postmark-Server-Token") != self.key:
            return json_answer(401, {"ErrorCode": 10, "Message": "The Server Token you provided is not valid."})
        if "json" not in request.headers.get("Content-Type", ""):
            return json_answer(422, {"ErrorCode": 409, "Message": "JSON required"})
        asked = json.loads(request.body)
        recipient = ADDRESS.search(asked["To"] + " ")
        recipient = recipient.group() if recipient else asked["To"]
        fault = self.fault(asked, recipient)
        if fault:
            return json_answer(422, {"ErrorCode": fault[0], "Message": fault[1]})
        return self.next_for(recipient) or self.done(asked, recipient)

    def fault(self, asked, recipient):
        if asked["From"] in self.unverified:
            return 400, f"The 'From' address you supplied ({asked['From']}) is not a Sender Signature on your account."
        if not ADDRESS.fullmatch(recipient):
            return 300, f"Invalid 'To' address: '{recipient}'."
        if recipient in self.inactive:
            return 406, f"You tried to send to recipient(s) that have been marked as inactive: {recipient}."
        if asked.get("MessageStream") not in self.streams:
            return 1235, f"The stream provided: '{asked.get('MessageStream')}' does not exist on this server."
        named = {each["Name"].lower() for each in asked["Headers"]}
        if named & {"from", "to", "subject", "content-type", "dkim-signature"}:
            return 300, "Header is not allowed."
        return None

    def done(self, asked, recipient):
        named = {each["Name"]: each["Value"] for each in asked["Headers"]}
        if named.get("X-PM-KeepID") != "true":
            named["Message-ID"] = f"<{uuid4()}@mtasv.net>"
        name = self.take(recipient, {**asked, "Headers": named})
        return json_answer(200, {"To": asked["To"], "MessageID": name, "ErrorCode": 0, "Message": "OK"})


class Resend(Provider):
    """https://resend.com/docs/api-reference/emails/send-email, and its idempotency keys"""

    def __init__(self):
        super().__init__()
        self.keys = {}

    def answer(self, request):
        if (request.command, request.path) != ("POST", "/emails") or not request.headers.get("User-Agent"):
            return self.error(404, "not_found", "no such endpoint, or nobody who asks")
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return self.error(401, "validation_error", "API key is invalid")
        asked = json.loads(request.body)
        recipient = ADDRESS.search(asked["to"][0])
        if recipient is None:
            said = "Invalid `to` field. The email address needs to follow the `email@example.com` format."
            return self.error(422, "validation_error", said)
        key = request.headers.get("Idempotency-Key")
        if key is not None and not 1 <= len(key) <= 256:
            return self.error(400, "invalid_idempotency_key", "The key must be between 1-256 chars.")
        return self.known(key, request.body) or self.next_for(recipient.group()) or self.done(asked, recipient, key)

    def known(self, key, body):
        with self.lock:
            name, before = self.keys.get(key, ("", b""))
        if name and before != body:
            return self.error(409, "invalid_idempotent_request", "Same idempotency key, different request payload.")
        return json_answer(200, {"id": name}) if name else None

    def done(self, asked, recipient, key):
        name = self.take(recipient.group(), asked)
        if key:
            with self.lock:
                self.keys[key] = (name, json.dumps(asked).encode())
        return json_answer(200, {"id": name})

    @staticmethod
    def error(status, name, said, **headers):
        return json_answer(status, {"statusCode": status, "name": name, "message": said}, **headers)


class Mailgun(Provider):
    """https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages"""

    domain = "nadia-verhoeven.example"
    paused = False

    def answer(self, request):
        if request.headers.get("Authorization") != "Basic " + base64.b64encode(f"api:{self.key}".encode()).decode():
            return 401, {"Content-Type": "text/plain"}, b"Forbidden"
        if (request.command, request.path) != ("POST", f"/v3/{self.domain}/messages.mime"):
            return json_answer(404, {"message": "Domain not found: " + request.path})
        if self.paused:
            return json_answer(403, {"message": "Domain is not allowed to send: Account disabled."})
        head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
        form = message_from_bytes(head + request.body, policy=policy.HTTP)
        fields = {part.get_param("name", header="Content-Disposition"): part for part in form.iter_parts()}
        recipient = fields["to"].get_payload(decode=True).decode().strip()
        if not ADDRESS.fullmatch(recipient):
            return json_answer(400, {"message": "'to' parameter is not a valid address. please check documentation"})
        if planned := self.next_for(recipient):
            return planned
        start = request.body.index(b"message/rfc822\r\n\r\n") + len(b"message/rfc822\r\n\r\n")
        raw = request.body[start : request.body.rindex(b"\r\n--")]
        self.take(recipient, raw)
        read = message_from_bytes(raw, policy=policy.default)
        return json_answer(200, {"id": str(read["Message-ID"]), "message": "Queued. Thank you."})


class Ses(Provider):
    """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html"""

    region = "eu-central-1"
    name = "AKIDEXAMPLE"
    trouble = None

    def answer(self, request):
        if (request.command, request.path) != ("POST", "/v2/email/outbound-emails"):
            return self.error(404, "NotFoundException", "no such path")
        if not self.is_signed(request):
            return self.error(403, "SignatureDoesNotMatch", "The request signature we calculated does not match.")
        if self.trouble:
            return self.error(*self.trouble)
        asked = json.loads(request.body)
        (recipient,) = asked["Destination"]["ToAddresses"]
        if not ADDRESS.fullmatch(recipient):
            return self.error(400, "BadRequestException", "Illegal address")
        raw = base64.b64decode(asked["Content"]["Raw"]["Data"], validate=True)
        read = message_from_bytes(raw, policy=policy.default)
        for once in ("DKIM-Signature", "Message-ID", "Date", "List-Unsubscribe"):
            if len(read.get_all(once, [])) > 1:
                return self.error(400, "BadRequestException", f"Duplicate header '{once}'")
        return self.next_for(recipient) or json_answer(200, {"MessageId": self.take(recipient, raw)})

    def is_signed(self, request):
        """Compute the signature as AWS tells to, from the request as it came."""
        found = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=(\w+)/(\d{8})/([\w-]+)/ses/aws4_request, "
            r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})",
            request.headers.get("Authorization", ""),
        )
        if not found or found[1] != self.name or found[3] != self.region or "host" not in found[4].split(";"):
            return False
        lines = "".join(f"{each}:{request.headers[each].strip()}\n" for each in found[4].split(";"))
        whole = f"POST\n{request.path}\n\n{lines}\n{found[4]}\n{hashlib.sha256(request.body).hexdigest()}"
        scope = f"{found[2]}/{found[3]}/ses/aws4_request"
        moment, digest = request.headers["X-Amz-Date"], hashlib.sha256(whole.encode()).hexdigest()
        key = b"AWS4" + self.key.encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        made = hmac.digest(key, f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}".encode(), "sha256").hex()
        return moment.startswith(found[2]) and hmac.compare_digest(made, found[5])

    @staticmethod
    def error(status, name, said, **headers):
        where = f"{name}:http://internal.amazon.com/coral/"
        return json_answer(status, {"message": said}, x_amzn_ErrorType=where, **headers)


class Listmonk(Provider):
    """https://listmonk.app/docs/apis/campaigns/; ``got`` is what was started"""

    user = "byline"
    lists = (3,)
    then = ()
    """What happens at each step, one after the other, in place of what would."""

    def __init__(self):
        super().__init__()
        self.campaigns = {}
        self.then = []

    def answer(self, request):
        if request.headers.get("Authorization") != f"token {self.user}:{self.key}":
            return json_answer(403, {"message": "invalid API credentials"})
        parts = urlsplit(request.path)
        step = self.then.pop(0) if self.then and request.command != "GET" else None
        if isinstance(step, tuple) or step == "cut":
            return step
        answer = self.done(request.command, parts, json.loads(request.body or b"{}"))
        return "cut" if step == "take and cut" else answer

    def done(self, verb, parts, asked):
        if (verb, parts.path) == ("GET", "/api/campaigns"):
            wanted = set(parse_qs(parts.query).get("tags", ()))
            rows = [each for each in self.campaigns.values() if wanted <= set(each["tags"])]
            return json_answer(200, {"data": {"results": rows, "total": len(rows), "page": 1, "per_page": 100}})
        if (verb, parts.path) == ("POST", "/api/campaigns"):
            return self.kept(len(self.campaigns) + 1, asked)
        found = re.fullmatch(r"/api/campaigns/(\d+)(/status)?", parts.path)
        campaign = self.campaigns.get(int(found[1])) if found else None
        if verb != "PUT" or campaign is None:
            return json_answer(404, {"message": "campaign not found"})
        if campaign["status"] != "draft":
            return json_answer(400, {"message": "Only drafts can be changed, and only these and paused ones started"})
        if not found[2]:
            return self.kept(campaign["id"], asked)
        campaign["status"] = asked["status"]
        self.take(campaign["id"], dict(campaign))
        return json_answer(200, {"data": campaign})

    def kept(self, number, asked):
        if not set(asked["lists"]) <= set(self.lists):
            return json_answer(400, {"message": "List not found."})
        if asked["type"] not in {"regular", "optin"} or asked["content_type"] not in {"html", "richtext", "plain"}:
            return json_answer(400, {"message": "Invalid type"})
        self.campaigns[number] = {**asked, "id": number, "status": "draft"}
        return json_answer(200, {"data": self.campaigns[number]})


class Buttondown(Provider):
    """https://docs.buttondown.com/api-emails-introduction, in the version 2026-04-01; ``got`` is what was sent"""

    page = 2

    def __init__(self):
        super().__init__()
        self.emails = []
        self.then = []

    def answer(self, request):
        if request.headers.get("Authorization") != f"Token {self.key}":
            return json_answer(401, {"detail": "Invalid token."})
        parts = urlsplit(request.path)
        step = self.then.pop(0) if self.then and request.command != "GET" else None
        if isinstance(step, tuple) or step == "cut":
            return step
        answer = self.done(request, parts, json.loads(request.body or b"{}"))
        return "cut" if step == "take and cut" else answer

    def done(self, request, parts, asked):
        verb = request.command
        if (verb, parts.path) == ("GET", "/v1/emails"):
            number = int(parse_qs(parts.query).get("page", ["1"])[0])
            rows = self.emails[(number - 1) * self.page : number * self.page]
            after = f"http://x/v1/emails?page={number + 1}" if len(self.emails) > number * self.page else None
            return json_answer(200, {"results": rows, "next": after, "previous": None, "count": len(self.emails)})
        is_confirmed = request.headers.get("X-Buttondown-Live-Dangerously") == "true"
        if asked.get("status") == "about_to_send" and not is_confirmed:
            return json_answer(400, {"code": "sending_requires_confirmation", "detail": "say so"})
        if (verb, parts.path) == ("POST", "/v1/emails"):
            email = {"status": "draft", "metadata": {}, **asked, "id": str(uuid4())}
            self.emails.append(email)
            return json_answer(201, email)
        email = next((each for each in self.emails if parts.path == f"/v1/emails/{each['id']}"), None)
        if verb != "PATCH" or email is None:
            return json_answer(404, {"detail": "Not Found"})
        if asked.get("status") == "about_to_send" and email["status"] == "draft":
            self.take(email["id"], email)
        email.update(asked)
        return json_answer(200, email)


@contextmanager
def serving(provider, *, context=None):
    """Serve ``provider`` on loopback as long as it is needed."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def serve(self):
            self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            provider.requests.append((self.command, self.path, dict(self.headers), self.body))
            answer = provider.answer(self)
            if isinstance(answer, tuple) and answer[0] == "take":
                provider.this.is_taken_now = True
                provider.answer(self)
                provider.this.is_taken_now = False
                answer = answer[1]
            if callable(answer):
                answer = answer(self)
            if provider.is_mute:
                answer = "cut"
            if answer is None or answer == "cut":
                self.close_connection = True
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_GET = do_PATCH = serve  # noqa: N815  (http.server calls them so)

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *_):
            """A client that hangs up is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    provider.port = server.server_port
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


def slowly(request):
    """An answer of which a byte comes every tenth of a second."""
    request.close_connection = True
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + b" " * 900:
        request.wfile.write(bytes([byte]))
        request.wfile.flush()
        time.sleep(0.1)
    return "cut"
