"""Mastodon, Bluesky and LinkedIn on loopback, which behave as their documentation says and refuse what it refuses.

Each keeps in ``posts`` what is there, and in ``asked`` each request. ``plan`` is what happens to the next requests to
post: an answer (status, object), "cut" before anything is taken, or "take", which takes the post and ends the
connection without a word.
"""

import email
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server:
    token = "sesame-0123456789"

    def __init__(self):
        self.posts, self.asked, self.plan, self.media = {}, [], [], {}
        self.url = ""

    def bearer(self, request):
        return request.headers.get("Authorization") == f"Bearer {self.token}"

    def planned(self, take):
        """What happens to a post that is right: the plan's, or it is taken."""
        step = self.plan.pop(0) if self.plan else None
        if step == "cut":
            return None
        if isinstance(step, tuple):
            return (*step, {})
        answer = take()
        return None if step == "take" else answer


class Mastodon(Server):
    """https://docs.joinmastodon.org/methods/statuses/ and /methods/media/"""

    most, per_url, looks = 500, 23, 0

    def __init__(self):
        super().__init__()
        self.keys = {}

    def answer(self, request, body):
        path = request.path
        if path == "/api/v2/instance":
            limits = {"max_characters": self.most, "characters_reserved_per_url": self.per_url}
            return 200, {"configuration": {"statuses": limits}}, {}
        if not self.bearer(request):
            return 401, {"error": "The access token is invalid"}, {}
        if path == "/api/v2/media":
            return self.upload(request, body)
        if path.startswith("/api/v1/media/"):
            self.looks -= 1
            return (200 if self.looks <= 0 else 206), {"id": path.rpartition("/")[2]}, {}
        if path == "/api/v1/statuses":
            return self.status(request, json.loads(body))
        return 404, {"error": "Record not found"}, {}

    def upload(self, request, body):
        form = email.message_from_bytes(
            b"Content-Type: " + request.headers["Content-Type"].encode() + b"\r\n\r\n" + body
        )
        parts = {part.get_param("name", header="content-disposition"): part for part in form.get_payload()}
        name = str(len(self.media) + 1)
        words = parts["description"].get_payload(decode=True).decode()
        self.media[name] = (parts["file"].get_payload(decode=True), words, parts["file"].get_content_type())
        return (202 if self.looks else 200), {"id": name}, {}

    def status(self, request, asked):
        key = request.headers.get("Idempotency-Key")
        if key in self.keys:
            return 200, self.keys[key], {}
        if any(name not in self.media for name in asked.get("media_ids", [])):
            return 422, {"error": "Validation failed"}, {}

        def take():
            said = {"id": str(len(self.posts) + 1), "url": f"https://mastodon.example/@ana/{len(self.posts) + 1}"}
            self.posts[said["url"]] = asked
            self.keys[key] = said
            return 200, said, {}

        return self.planned(take)


class Bluesky(Server):
    """https://docs.bsky.app/docs/api/com-atproto-repo-put-record"""

    def answer(self, request, body):
        method = request.path.removeprefix("/xrpc/com.atproto.")
        if method == "server.createSession":
            return self.session(json.loads(body))
        if not self.bearer(request):
            return 401, {"error": "AuthMissing", "message": "Authentication Required"}, {}
        if method == "repo.uploadBlob":
            return self.blob(request.headers["Content-Type"], body)
        return self.record(json.loads(body)) if method == "repo.putRecord" else (501, {"error": "NotImplemented"}, {})

    def session(self, asked):
        if asked != {"identifier": "ana.bsky.example", "password": "app-pass-word"}:
            return 401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}, {}
        return 200, {"did": "did:plc:ana", "handle": "ana.bsky.example", "accessJwt": self.token}, {}

    def blob(self, kind, body):
        name = f"bafy{len(self.media)}"
        self.media[name] = body
        return 200, {"blob": {"$type": "blob", "ref": {"$link": name}, "mimeType": kind, "size": len(body)}}, {}

    def record(self, asked):
        if len(asked["record"]["text"].encode()) > 3000:
            return 400, {"error": "InvalidRecord", "message": "text is too long"}, {}

        def take():
            self.posts[asked["rkey"]] = asked
            return 200, {"uri": f"at://did:plc:ana/app.bsky.feed.post/{asked['rkey']}", "cid": "bafyrecord"}, {}

        return self.planned(take)


class LinkedIn(Server):
    """https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api"""

    upload_to = None

    def answer(self, request, body):
        if not self.bearer(request):
            return 401, {"message": "Invalid access token", "status": 401}, {}
        if request.path == "/rest/images?action=initializeUpload":
            return 200, {"value": {"uploadUrl": self.upload_to or f"{self.url}/up", "image": "urn:li:image:C1"}}, {}
        if request.path == "/up" and request.command == "PUT":
            self.media["urn:li:image:C1"] = body
            return 201, {}, {}
        if request.path == "/rest/posts":
            if not request.headers.get("LinkedIn-Version"):
                return 400, {"message": "A version must be present"}, {}

            def take():
                name = f"urn:li:share:{len(self.posts) + 7}"
                self.posts[name] = json.loads(body)
                return 201, {}, {"x-restli-id": name}

            return self.planned(take)
        return 404, {"message": "no such resource"}, {}


@contextmanager
def served(server):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            server.asked.append((self.command, self.path))
            answer = server.answer(self, body)
            if answer is None:
                self.close_connection = True
                return
            status, said, headers = answer
            data = json.dumps(said).encode()
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(data)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_POST  # noqa: N815  (http.server calls them so)

        def log_message(self, *_):
            pass

    bound = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    bound.daemon_threads = True
    threading.Thread(target=bound.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    server.url = f"http://127.0.0.1:{bound.server_port}"
    yield server
    bound.shutdown()
    bound.server_close()
