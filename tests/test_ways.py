"""The ways out beside a mail server: what each provider is told, what it means, and that nobody gets it twice."""

import json
import random
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from pipeline import post as posts
from pipeline import send as room
from pipeline.cli.init import _sample_files, make
from pipeline.errors import SendError, SettingsError, StoreError, UsageError
from pipeline.html import plain_text
from pipeline.model import DeliveryState, Reader, ReaderState, SendState, Settled
from pipeline.send.hosted import hand_over, hosted_of
from pipeline.send.hosted.buttondown import Buttondown as ButtondownService
from pipeline.send.hosted.service import quoted_html
from pipeline.send.letter import make_letter
from pipeline.send.message import Envelope, Mould
from pipeline.send.note import note
from pipeline.send.pace import SLOWED
from pipeline.send.sign import signers_for
from pipeline.send.ways import Folder, Overdue, Smtp, Uncertain, way_of
from pipeline.send.ways.api import Connection, NotSentError, Place, Request
from pipeline.send.ways.mailgun import Mailgun
from pipeline.send.ways.postmark import Postmark
from pipeline.send.ways.resend import Resend
from pipeline.send.ways.ses import Ses
from pipeline.send.ways.sigv4 import Key, signed
from pipeline.send.wire import Message
from pipeline.settings import load
from pipeline.settings.sending import PaceSettings
from pipeline.store import Store, handovers
from pipeline.store import deliveries as ledger
from pipeline.store import send as kept
from pipeline.store.schema import deliveries
from providers import KEY, Buttondown, Listmonk, json_answer, serving, slowly
from providers import Mailgun as MailgunServer
from providers import Postmark as PostmarkServer
from providers import Resend as ResendServer
from providers import Ses as SesServer
from sending import state_of

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
SENT, LATER, REFUSED, CLAIMED, WAITING = (
    DeliveryState(name) for name in ("sent", "later", "refused", "claimed", "waiting")
)
SERVERS = {"postmark": PostmarkServer, "ses": SesServer, "mailgun": MailgunServer, "resend": ResendServer}
every = pytest.mark.parametrize("name", SERVERS)
forgetful = pytest.mark.parametrize("name", ["postmark", "ses", "mailgun"])
BUSY = (429, {}, b"{}")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The settings of the sample site."""
    folder = tmp_path_factory.mktemp("sample") / "site"
    make(folder, dict(_sample_files()))
    return load(folder, {})


@pytest.fixture(scope="module")
def letter(site):
    return make_letter(posts.read(site.content / "posts/2026-11-16-what-had-no-name.md"), site)


@pytest.fixture
def provider(name):
    with serving(SERVERS[name]()) as opened:
        yield opened


def place_of(server):
    return Place.of(f"http://127.0.0.1:{server.port}")


def way_to(name, site, server, pauses=None, key=KEY, place=None):
    """The way out to a provider on loopback; how long it pauses is noted, and no time is spent on that."""
    pause = (pauses if pauses is not None else []).append
    place, secret, own = place or place_of(server), SecretStr(key), getattr(site.send, name)
    if name == "ses":
        return Ses(own, SecretStr("AKIDEXAMPLE"), secret, place=place, pause=pause)
    if name == "mailgun":
        return Mailgun(own, site.send.domain, secret, place, pause=pause)
    return {"postmark": Postmark, "resend": Resend}[name](own, secret, place, pause=pause)


def reader(email="ana@example.org", name="Ana Ruiz", token="token"):
    return Reader(
        id=1,
        email=email,
        name=plain_text(name),
        state=ReaderState.ACTIVE,
        consent=plain_text(""),
        consented_at=NOW,
        token=token,
    )


@pytest.fixture
def message(site, letter):
    """The letter to one reader."""
    return Mould(letter, Envelope.of(site)).message(reader(), NOW)


def sent_by(way, message):
    line = way.open()
    try:
        return line.send(message)
    finally:
        line.close()


# -- what a provider is told


@every
def test_a_letter_arrives_with_both_parts_and_the_ways_to_leave(name, site, letter, provider):
    to = reader(name='Zoë "von" Müller, Dr.')
    message = Mould(letter, Envelope.of(site)).message(to, NOW)
    answer = sent_by(way_to(name, site, provider), message)
    assert answer.state is SENT
    ((recipient, what),) = provider.got
    assert recipient == to.email
    told = as_read(name, what)
    leave = Envelope.of(site).leave(to)
    assert told["subject"] == letter.subject
    assert told["from"] == "Nadia Verhoeven <nadia@nadia-verhoeven.example>"
    assert to.name.replace('"', "") in told["to"].replace('"', "").replace("\\", "")
    assert f"<{leave}>" in told["headers"]["List-Unsubscribe"]
    assert told["headers"]["List-Id"].endswith(">")
    assert told["text"].rstrip() == letter.text.replace(letter.leave, leave).rstrip()
    assert told["html"].rstrip() == letter.html.replace(letter.leave, leave.replace("&", "&amp;")).rstrip()
    keeps = way_to(name, site, provider).promise.keeps_message_id
    assert (told["headers"].get("Message-ID") == message.message_id) or not keeps


def as_read(name, what):
    """The letter as its provider understood it."""
    if name == "postmark":
        headers = what["Headers"]
        return {
            "from": what["From"],
            "to": what["To"],
            "subject": what["Subject"],
            "html": what["HtmlBody"],
            "text": what["TextBody"],
            "headers": headers,
        }
    if name == "resend":
        return {**what, "to": what["to"][0]}
    read = message_from_bytes(what, policy=policy.default)
    text, html = (part.get_content().replace("\r\n", "\n") for part in read.iter_parts())
    return {
        "from": str(read["From"]),
        "to": str(read["To"]),
        "subject": str(read["Subject"]),
        "html": html,
        "text": text,
        "headers": {each: str(value) for each, value in read.items()},
    }


@pytest.mark.parametrize("name", ["ses", "mailgun"])
def test_what_takes_a_message_as_it_is_gets_its_very_bytes(name, site, provider, message):
    sent_by(way_to(name, site, provider), message)
    assert provider.got == [(message.recipient, message.data)]


@pytest.mark.parametrize("name", ["postmark"])
def test_postmark_counts_nothing_and_keeps_notes_out_of_the_stream_of_letters(name, site, provider, message):
    way = way_to(name, site, provider)
    sent_by(way, message)
    sent_by(way, note(site, "mei@example.org", plain_text("Please confirm"), "Hello", NOW, signers_for(site, way)))
    (_, first), (_, second) = provider.got
    assert (first["TrackOpens"], first["TrackLinks"], first["MessageStream"]) == (False, "None", "broadcast")
    assert (second["MessageStream"], second["TextBody"].strip()) == ("outbound", "Hello")
    assert "HtmlBody" not in second


def test_a_signature_that_would_not_hold_is_not_made(site, tmp_path):
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "dkim.pem").write_bytes(key)
    from pipeline.settings.sending import DkimSettings

    dkim = (DkimSettings(selector="s", key_file=str(tmp_path / "dkim.pem")),)
    signing = site.model_copy(update={"send": site.send.model_copy(update={"dkim": dkim})})
    with serving(SesServer()) as server:
        assert signers_for(signing, way_to("ses", signing, server)) == ()
    assert len(signers_for(signing, Smtp(signing))) == len(signers_for(signing, Folder(tmp_path))) == 1


def test_a_request_to_aws_is_signed_as_its_documentation_shows():
    """The example of AWS's General Reference: ListUsers at IAM, on 2015-08-30."""
    key = Key(
        name="AKIDEXAMPLE",
        secret="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        region="us-east-1",
        service="iam",
    )
    asked = Request(
        method="GET",
        path="/?Action=ListUsers&Version=2010-05-08",
        headers={
            "Host": "iam.amazonaws.com",
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        },
    )
    made = signed(key, asked, datetime(2015, 8, 30, 12, 36, tzinfo=UTC)).headers["Authorization"]
    assert made.endswith("Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")


def test_a_session_of_aws_is_signed_too(site, message):
    with serving(SesServer()) as server:
        way = Ses(site.send.ses, SecretStr("AKIDEXAMPLE"), SecretStr(KEY), SecretStr("for-an-hour"), place_of(server))
        assert sent_by(way, message).state is SENT
        headers = server.requests[0][2]
    assert headers["X-Amz-Security-Token"] == "for-an-hour"
    assert "x-amz-security-token" in headers["Authorization"]


def test_the_key_of_a_message_is_its_message_id_and_the_request_is_the_same_each_time(site, letter):
    with serving(ResendServer()) as server:
        way = way_to("resend", site, server)
        mould = Mould(letter, Envelope.of(site))
        first, second = (way.request(mould.message(reader(), NOW + timedelta(days=day))) for day in (0, 1))
        assert first == second
        assert first.headers["Idempotency-Key"] in mould.message(reader(), NOW).message_id


@every
def test_a_connection_serves_many_messages(name, site, letter, provider):
    mould, line = Mould(letter, Envelope.of(site)), way_to(name, site, provider).open()
    for number in range(5):
        assert line.send(mould.message(reader(f"r{number}@example.org", token=f"t{number}"), NOW)).state is SENT
    assert len(provider.recipients()) == 5
    line.close()


# -- what its answers mean

ILLEGAL = {
    "postmark": (422, {"ErrorCode": 300, "Message": "Invalid 'To' address: 'ana@example.org'."}),
    "ses": (400, {"__type": "BadRequestException", "message": "Domain contains illegal character"}),
    "mailgun": (400, {"message": "'to' parameter is not a valid address. please check documentation"}),
    "resend": (422, {"name": "validation_error", "message": "Invalid `to` field. It needs to be an address."}),
}


@every
def test_one_reader_that_is_not_wanted_is_refused_and_the_next_gets_the_letter(name, site, letter, provider):
    mould, line = Mould(letter, Envelope.of(site)), way_to(name, site, provider).open()
    provider.plan["ana@example.org"] = [json_answer(*ILLEGAL[name])]
    answer = line.send(mould.message(reader(), NOW))
    assert answer.state is REFUSED
    assert str(ILLEGAL[name][0]) in answer.text
    assert line.send(mould.message(reader("mei@example.org", token="other"), NOW)).state is SENT
    line.close()
    assert provider.recipients() == ["mei@example.org"]


def test_a_reader_who_is_inactive_at_postmark_is_refused(site, message):
    with serving(PostmarkServer()) as server:
        server.inactive = ("ana@example.org",)
        answer = sent_by(way_to("postmark", site, server), message)
    assert answer.state is REFUSED
    assert "inactive" in answer.text


@every
def test_who_is_busy_is_asked_again_after_as_long_as_they_say(name, site, provider, message):
    pauses = []
    provider.plan["ana@example.org"] = [(429, {"Retry-After": "7"}, b"{}"), BUSY]
    assert sent_by(way_to(name, site, provider, pauses), message).state is SENT
    assert pauses[0] == 7
    assert 0 < pauses[1] < 7
    assert len(provider.got) == 1


@every
def test_who_is_busy_for_long_is_left_in_peace(name, site, provider, message):
    pauses = []
    provider.otherwise = (429, {"Retry-After": "3600"}, b"{}")
    answer = sent_by(way_to(name, site, provider, pauses), message)
    assert (answer.state, answer.wait, pauses) == (LATER, timedelta(hours=1), [])
    provider.otherwise = BUSY
    assert sent_by(way_to(name, site, provider, pauses), message).state is LATER
    assert sum(pauses) < 60
    assert provider.got == []


@every
@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("Wed, 21 Oct 2099 07:28:00 GMT", timedelta(days=2)),
        ("Wed, 21 Oct 2009 07:28:00 GMT", timedelta(0)),
        ("99999999999999999999", timedelta(days=2)),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("²", None),
    ],
)
def test_a_server_that_is_closed_took_nothing_whatever_it_says_of_when(name, said, wait, site, provider, message):
    provider.otherwise = (503, {"Retry-After": said.encode("utf-8").decode("latin-1")}, b"")
    answer = sent_by(way_to(name, site, provider), message)
    assert (answer.state, answer.wait) == (LATER, wait)


@forgetful
@pytest.mark.parametrize("status", [500, 502, 504, 303, 520])
def test_a_fault_there_leaves_it_uncertain_where_no_key_is_known(name, status, site, provider, message):
    provider.plan["ana@example.org"] = [("take", (status, {}, b""))]
    with pytest.raises(Uncertain):
        sent_by(way_to(name, site, provider), message)
    assert len(provider.requests) == 1


@pytest.mark.parametrize("fault", [(500, {}, b""), (502, {}, b""), (504, {}, b""), "cut"], ids=str)
@pytest.mark.parametrize("is_taken", [True, False])
def test_by_a_key_a_fault_is_asked_about_and_the_letter_is_sent_once(fault, is_taken, site, message):
    with serving(ResendServer()) as server:
        server.plan["ana@example.org"] = [("take", fault) if is_taken else fault, fault]
        assert sent_by(way_to("resend", site, server), message).state is SENT
        assert server.recipients() == ["ana@example.org"]


@pytest.mark.parametrize(
    "then",
    [
        BUSY,
        (503, {}, b""),
        (401, {}, b'{"message": "API key is invalid"}'),
        (422, {}, b'{"name": "validation_error", "message": "Invalid `to` field"}'),
        (409, {}, b'{"name": "concurrent_idempotent_requests"}'),
        (409, {}, b'{"name": "invalid_idempotent_request"}'),
        (200, {}, b"{}"),
    ],
    ids=str,
)
def test_after_a_doubt_only_a_yes_to_the_same_key_is_believed(then, site, message):
    with serving(ResendServer()) as server:
        server.known = lambda *_: None
        server.plan["ana@example.org"], server.otherwise = [("take", "cut")], then
        with pytest.raises(Uncertain):
            sent_by(way_to("resend", site, server), message)


@every
def test_what_became_too_late_while_they_were_busy_is_not_handed_over_again(name, site, provider, message):
    provider.otherwise = BUSY
    with closing(way_to(name, site, provider).open()) as line:
        assert line.send(message, [False, True].pop).state is LATER
        with pytest.raises(Overdue):
            line.send(message, lambda: False)
    assert len(provider.requests) == 1


def test_what_became_too_late_after_a_doubt_stays_uncertain(site, message):
    with serving(ResendServer()) as server, closing(way_to("resend", site, server).open()) as line:
        server.plan["ana@example.org"] = ["cut"]
        with pytest.raises(Uncertain):
            line.send(message, [False, True].pop)
        assert len(server.requests) == 1


TROUBLE = {
    "postmark": [
        (401, {"ErrorCode": 10, "Message": "Bad token"}, "BYLINE_POSTMARK_TOKEN"),
        (422, {"ErrorCode": 400, "Message": "No sender signature"}, "verify the address"),
        (422, {"ErrorCode": 401, "Message": "Not confirmed"}, "confirm the sender"),
        (422, {"ErrorCode": 405, "Message": "Not allowed to send"}, "plan and credits"),
        (422, {"ErrorCode": 412, "Message": "Pending approval"}, "waits for approval"),
        (422, {"ErrorCode": 300, "Message": "Invalid 'From' address"}, "its log at Postmark"),
    ],
    "ses": [
        (403, {"__type": "UnrecognizedClientException", "message": "token invalid"}, "BYLINE_SES_KEY_ID"),
        (400, {"__type": "MessageRejected", "message": "Email address is not verified"}, "production access"),
        (400, {"__type": "SendingPausedException", "message": "paused"}, "sending is paused"),
        (400, {"__type": "AccountSuspendedException", "message": "no"}, "suspended"),
        (400, {"__type": "MailFromDomainNotVerifiedException", "message": "no"}, "MX record"),
        (429, {"__type": "TooManyRequestsException", "message": "Daily message quota exceeded"}, "takes no more"),
    ],
    "mailgun": [
        (401, {"message": "Forbidden"}, "BYLINE_MAILGUN_KEY"),
        (403, {"message": "Domain is not allowed to send"}, "may not send"),
        (404, {"message": "Domain not found"}, "send.mailgun.domain"),
        (400, {"message": "'from' parameter is not a valid address"}, "log at Mailgun"),
    ],
    "resend": [
        (401, {"name": "missing_api_key", "message": "Missing API key"}, "BYLINE_RESEND_KEY"),
        (400, {"name": "validation_error", "message": "API key is invalid"}, "BYLINE_RESEND_KEY"),
        (403, {"name": "validation_error", "message": "The domain is not verified."}, "verify the domain"),
        (429, {"name": "daily_quota_exceeded", "message": "quota"}, "wait until tomorrow"),
        (429, {"name": "monthly_quota_exceeded", "message": "quota"}, "plan of the account"),
        (451, {"name": "security_error", "message": "hm"}, "ask Resend"),
    ],
}


@pytest.mark.parametrize(
    ("name", "trouble"), [(each, case) for each, cases in TROUBLE.items() for case in cases], ids=str
)
def test_trouble_with_the_sender_stops_the_run_with_the_remedy(name, trouble, site, provider, message):
    status, said, remedy = trouble
    provider.otherwise = json_answer(status, said)
    with pytest.raises(SendError, match=remedy):
        sent_by(way_to(name, site, provider), message)
    assert len(provider.requests) == 1
    assert provider.got == []


@every
def test_a_wrong_key_stops_the_run_before_anybody_else_is_asked(name, site, letter, provider, small):
    with pytest.raises(SendError, match=r"BYLINE_\w+"):
        room.send(
            letter,
            site,
            small,
            way_to(name, site, provider, key="wrong"),
            lambda _: None,
            room.Orders(clock=lambda: NOW),
        )
    assert states(small, letter).keys() == {LATER, WAITING}
    assert provider.got == []


@forgetful
@pytest.mark.parametrize("is_taken", [True, False])
def test_a_connection_that_ends_after_the_request_leaves_it_uncertain(name, is_taken, site, provider, message):
    provider.plan["ana@example.org"] = [("take", "cut") if is_taken else "cut"]
    with pytest.raises(Uncertain):
        sent_by(way_to(name, site, provider), message)
    assert len(provider.requests) == 1


@every
def test_a_server_that_is_not_there_claims_nobody(name, site, letter, small):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    way = way_to(name, site, None, place=Place.of(f"http://127.0.0.1:{port}"))
    with pytest.raises(SendError, match=r"cannot be reached.*nobody was sent anything"):
        room.send(letter, site, small, way, lambda _: None, room.Orders(clock=lambda: NOW))
    assert states(small, letter) == {}


@every
def test_a_server_that_goes_away_between_two_messages_stops_the_run_and_leaves_nobody_uncertain(name, site, letter):
    mould = Mould(letter, Envelope.of(site))
    with serving(SERVERS[name]()) as server:
        line = way_to(name, site, server).open()
        server.plan["ana@example.org"] = [lambda _: (503, {"Connection": "close"}, b"")]
        assert line.send(mould.message(reader(), NOW)).state is LATER
    with pytest.raises(SendError, match="cannot be reached any more"):
        line.send(mould.message(reader(), NOW))
    line.close()


@every
def test_nothing_follows_where_it_is_led_and_no_key_goes_there(name, site, provider, message):
    with serving(SERVERS[name]()) as other:
        for status in (301, 302, 307, 308):
            provider.otherwise = (status, {"Location": f"http://127.0.0.1:{other.port}/email"}, b"")
            with pytest.raises(SendError, match="leads elsewhere"):
                sent_by(way_to(name, site, provider), message)
        assert other.requests == []


# -- hostile answers


@forgetful
@pytest.mark.parametrize(
    "body",
    [b"", b"OK", b"{}", b"[]", b"null", b"[" * 60_000, b"\xff\xfe", b'{"id": ""}', b'{"MessageID": null}', b"{" * 300],
    ids=lambda body: str(body[:12]),
)
def test_a_yes_without_the_providers_name_of_the_message_is_no_yes(name, body, site, provider, message):
    provider.otherwise = (200, {}, body)
    with pytest.raises(Uncertain):
        sent_by(way_to(name, site, provider), message)


@every
def test_what_a_provider_says_is_text_and_short_and_never_our_key(name, site, provider, message):
    words = f"\x1b[31mno\r\n\u202e<script> {KEY} " + "x" * 5_000
    status, said = ILLEGAL[name]
    field = next(each for each in ("message", "Message") if each in said)
    provider.otherwise = json_answer(status, {**said, field: f"{said[field]} {words}"})
    answer = sent_by(way_to(name, site, provider), message)
    assert answer.state is REFUSED
    assert len(answer.text) < 300
    assert not set("\x1b\r\n\u202e") & set(answer.text)
    assert KEY not in answer.text


def asked(server, seconds=20.0, most=2**18):
    return Connection(place_of(server), None, seconds, most).ask(Request(path="/email", body=b"{}"))


class Raw:
    """A server that says just these bytes to whatever comes."""

    def __init__(self, *said, wait=0.0):
        self.said, self.wait = said, wait

    def __enter__(self):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        return self

    def serve(self):
        try:
            line, _ = self.listening.accept()
            with line:
                line.recv(2**16)
                for each in self.said:
                    line.sendall(each)
                    time.sleep(self.wait)
        except OSError:
            pass  # the client had enough, which is what is tested

    def __exit__(self, *_):
        self.listening.close()
        self.thread.join(5)


@pytest.mark.parametrize(
    "said",
    [
        (b"",),
        (b"SSH-2.0-OpenSSH\r\n",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2**17,),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",),
        (b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 2**16] * 5),
        (b"HTTP/1.1 99999 OK\r\n\r\n",),
    ],
    ids=lambda said: str(said[0][:40]),
)
def test_an_answer_that_is_none_leaves_it_uncertain(said):
    with Raw(*said) as server, pytest.raises(Uncertain):
        asked(server)


def test_an_answer_without_end_in_time_is_given_up():
    with serving(PostmarkServer()) as server:
        server.answer = slowly
        began = time.monotonic()
        with pytest.raises(Uncertain):
            asked(server, seconds=0.7)
        assert time.monotonic() - began < 5
    with Raw(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 100, wait=0.05) as server, pytest.raises(Uncertain):
        asked(server, seconds=0.7)


def test_an_answer_before_the_request_was_there_is_heard_and_without_one_nothing_was_sent():
    big = Request(path="/email", body=b"x" * 2**24)
    with Raw(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", wait=0.5) as server:
        assert Connection(place_of(server), None).ask(big).status == 413
    with Raw(b"") as server, pytest.raises(NotSentError):
        Connection(place_of(server), None).ask(big)


def test_an_idle_connection_that_the_other_side_closed_is_opened_anew(site, letter):
    mould = Mould(letter, Envelope.of(site))
    with serving(PostmarkServer()) as server:
        line = way_to("postmark", site, server).open()
        server.plan["ana@example.org"] = [closing_after]
        assert line.send(mould.message(reader(), NOW)).state is LATER
        time.sleep(0.2)
        assert line.send(mould.message(reader(), NOW)).state is SENT
        line.close()


def closing_after(request):
    """Answer as if the connection stayed open, and close it."""
    request.wfile.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")
    return "cut"


# -- whom it believes


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for localhost that nobody vouches for but itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import NameOID

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


@every
@pytest.mark.parametrize(("host", "is_known"), [("localhost", False), ("127.0.0.1", True), ("localhost", True)])
def test_a_certificate_is_believed_only_if_it_is_vouched_for_and_for_that_name(
    name, host, is_known, site, certificate, message
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(SERVERS[name](), context=context) as server:
        way = way_to(name, site, server, place=Place.of(f"https://{host}:{server.port}"))
        if is_known:
            way.trust.load_verify_locations(certificate)
        if is_known and host == "localhost":
            assert sent_by(way, message).state is SENT
            return
        with pytest.raises(SendError, match="certificate is not believed"):
            sent_by(way, message)
        assert server.requests == []


# -- what the settings choose


def chosen(site, way, **more):
    secrets = {name: SecretStr(value) for name, value in more.pop("secrets", {}).items()}
    sending = site.send.model_copy(update={"way": way, **more})
    return site.model_copy(update={"send": sending, "secrets": site.secrets.model_copy(update=secrets)})


KEYS = {
    "postmark": {"postmark_token": KEY},
    "ses": {"ses_key_id": "AKID", "ses_secret": KEY},
    "mailgun": {"mailgun_key": KEY},
    "resend": {"resend_key": KEY},
}


@every
def test_the_settings_choose_the_way_with_its_key(name, site):
    way = way_of(chosen(site, name, secrets=KEYS[name]))
    assert way.mark.startswith({"ses": "amazon-ses"}.get(name, name))
    assert way.place.secure
    assert KEY not in way.mark + way.name
    other = way_of(chosen(site, name, secrets={each: f"{key}x" for each, key in KEYS[name].items()}))
    assert other.mark != way.mark
    with pytest.raises(UsageError, match=r"BYLINE_\w+ is not set"):
        way_of(chosen(site, name))
    with pytest.raises(UsageError, match="no key has") as raised:
        way_of(chosen(site, name, secrets=dict.fromkeys(KEYS[name], f"{KEY}\n")))
    assert KEY not in str(raised.value)


def test_without_a_choice_or_with_a_service_that_has_the_readers_notes_go_by_the_mail_server(site):
    assert isinstance(way_of(site), Smtp)
    assert isinstance(way_of(chosen(site, "listmonk")), Smtp)
    assert hosted_of(site) is None


def test_the_region_decides_where_a_provider_is_and_can_be_no_other_place(site):
    ses = site.send.ses.model_copy(update={"region": "us-gov-west-1"})
    mailgun = site.send.mailgun.model_copy(update={"region": "us"})
    assert way_of(chosen(site, "ses", ses=ses, secrets=KEYS["ses"])).place.host == "email.us-gov-west-1.amazonaws.com"
    assert way_of(chosen(site, "mailgun", mailgun=mailgun, secrets=KEYS["mailgun"])).place.host == "api.mailgun.net"
    assert way_of(chosen(site, "mailgun", secrets=KEYS["mailgun"])).place.host == "api.eu.mailgun.net"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BYLINE_SEND_SES_REGION", "eu-central-1.evil.example/"),
        ("BYLINE_SEND_MAILGUN_DOMAIN", "a.example/../x"),
        ("BYLINE_SEND_MAILGUN_REGION", "moon"),
        ("BYLINE_SEND_POSTMARK_STREAM", "two words"),
        ("BYLINE_SEND_LISTMONK_URL", "http://listmonk.example"),
        ("BYLINE_SEND_LISTMONK_URL", "https://user@listmonk.example"),
        ("BYLINE_SEND_LISTMONK_URL", "https://listmonk.example/?x=1"),
        ("BYLINE_SEND_LISTMONK_URL", "ftp://listmonk.example/"),
        ("BYLINE_SEND_LISTMONK_USERNAME", "a:b"),
        ("BYLINE_SEND_WAY", "pigeon"),
        ("BYLINE_SEND_RESEND_CONNECTIONS", "99"),
    ],
)
def test_a_setting_that_leads_elsewhere_is_refused(site, variable, value):
    with pytest.raises(SettingsError, match=variable):
        load(site.root, {variable: value})


def test_a_letter_that_is_too_long_for_a_provider_leaves_nobody_uncertain(site, message):
    long = Message(
        message_id=message.message_id,
        sender=message.sender,
        recipient=message.recipient,
        data=message.data + b"x" * 5_000_000,
    )
    with serving(PostmarkServer()) as server, pytest.raises(SendError, match="at most 5,000,000 bytes"):
        sent_by(way_to("postmark", site, server), long)
    assert server.requests == []


# -- each reader once


def filled(url, many):
    opened = Store(url)
    with opened.writing() as connection:
        for number in range(many):
            kept.add_reader(connection, f"r{number}@d{number % 7}.example", plain_text("R"), plain_text(""), NOW)
    return opened


@pytest.fixture
def small(tmp_path):
    opened = filled(f"sqlite:///{tmp_path / 'small.db'}", 12)
    yield opened
    opened.close()


@pytest.fixture
def store(store_url):
    opened = filled(store_url, 30)
    yield opened
    opened.close()


def states(store, letter):
    with store.reading() as connection:
        return ledger.counted(connection, letter.edition)


def sent(letter, site, store, way, at=NOW, tell=lambda _: None):
    return room.send(letter, site, store, way, tell, room.Orders(clock=lambda: at))


@every
def test_an_edition_goes_to_each_reader_once_and_the_ledger_knows_by_which_way(name, site, letter, provider, store):
    provider.plan["r3@d3.example"] = [json_answer(*ILLEGAL[name])]
    provider.plan["r5@d5.example"] = [(503, {"Retry-After": "7200"}, b"")]
    way = way_to(name, site, provider)
    first = sent(letter, site, store, way)
    assert (first.count(LATER), first.later) == (1, NOW + timedelta(hours=2))
    assert first.left_out == {SLOWED: 29 - first.count(SENT) - first.count(REFUSED)}
    assert first.count(SENT) < 28
    assert sent(letter, site, store, way, NOW + timedelta(hours=1)).counts == {}
    last = sent(letter, site, store, way, NOW + timedelta(hours=3))
    assert last.count(SENT) + first.count(SENT) == 29
    assert max(Counter(provider.recipients()).values()) == 1
    assert len(provider.recipients()) == 29
    with store.reading() as connection:
        assert set(connection.scalars(deliveries.select().with_only_columns(deliveries.c.way))) == {way.mark}


def cut_off(letter, site, store, server):
    """Leave two deliveries claimed, as a run does whose answers never came though all was taken."""
    server.is_mute = True
    with pytest.raises(SendError, match="in a row were cut off"):
        sent(letter, site, store, way_to("resend", one_line(site), server))
    server.is_mute = False
    server.requests.clear()


def one_line(site):
    resend = site.send.resend.model_copy(update={"connections": 1})
    return site.model_copy(update={"send": site.send.model_copy(update={"resend": resend})})


def test_what_was_cut_off_is_taken_up_first_with_its_key_and_settled(site, letter, store):
    with serving(ResendServer()) as server:
        cut_off(letter, site, store, server)
        assert states(store, letter)[CLAIMED] == 2
        found = sent(letter, site, store, way_to("resend", site, server), NOW + timedelta(hours=1))
        assert (found.counts, found.left_out) == ({SENT: 30}, {})
        assert states(store, letter) == {SENT: 30}
        first = [json.loads(body)["to"][0] for *_, body in server.requests[:2]]
        assert {each.partition("<")[2].rstrip(">") for each in first} == {"r0@d0.example", "r1@d1.example"}
        by_key = {headers["Idempotency-Key"] for _, _, headers, _ in server.requests}
        assert len(by_key) == 30


@pytest.mark.parametrize(
    "why", ["too late", "a wrong clock", "another account", "another provider", "left", "changed", "no answer"]
)
def test_what_was_cut_off_stays_uncertain_where_the_key_proves_nothing(why, site, letter, store):
    with serving(ResendServer()) as server, serving(PostmarkServer()) as other:
        cut_off(letter, site, store, server)
        at, way, made = NOW + timedelta(hours=1), way_to("resend", site, server), letter
        if why == "too late":
            at = NOW + timedelta(hours=23, minutes=1)
        elif why == "a wrong clock":
            at = NOW - timedelta(days=1)  # how long ago it was in truth is known to nobody
        elif why == "another account":
            server.key = "another"
            way = way_to("resend", site, server, key="another")
        elif why == "another provider":
            way = way_to("postmark", site, other)
        elif why == "left":
            with store.writing() as connection:
                for each in ledger.deliveries_of(connection, letter.edition):
                    if each.state is CLAIMED:
                        kept.mark_left(connection, each.reader.id, NOW)
        elif why == "changed":
            path = site.content / "posts/2026-11-16-what-had-no-name.md"
            made = make_letter(posts.parse(path.read_text(encoding="utf-8") + "\n\nOne more word.\n", path), site)
        else:
            server.known = lambda key, body, known=server.known: (503, {}, b"") if known(key, body) else None
        assert sent(made, site, store, way, at).counts == {SENT: 28}
        assert states(store, letter) == {CLAIMED: 2, SENT: 28}


def test_what_another_hand_has_at_this_moment_is_not_taken_up(site, letter, store):
    with serving(ResendServer()) as server:
        way = way_to("resend", one_line(site), server)
        with store.writing() as connection:
            ledger.freeze(connection, letter.edition, (), NOW)
            [one] = ledger.candidates(connection, letter.edition, 0, 1, NOW)
            name = Mould(letter, Envelope.of(site)).message(one.reader, NOW).message_id
            ledger.claim(connection, {one.row: name}, NOW, way.mark)
        assert sent(letter, site, store, way, NOW + timedelta(minutes=9)).counts == {SENT: 29}
        assert one.reader.email not in server.recipients()
        assert sent(letter, site, store, way, NOW + timedelta(minutes=11)).counts == {SENT: 1}
    assert states(store, letter) == {SENT: 30}
    assert state_of(store, letter).state == SendState.DONE


def test_nothing_is_handed_over_by_a_key_that_was_forgotten_while_it_waited(site, letter, store, monkeypatch):
    with serving(ResendServer()) as server:
        cut_off(letter, site, store, server)
        now = [NOW + timedelta(hours=22)]

        def waits(*_given):
            now[0] = NOW + timedelta(hours=24)
            return True

        monkeypatch.setattr("pipeline.send.resumed._may_leave", waits)
        way = way_to("resend", site, server)
        room.send(letter, site, store, way, lambda _: None, room.Orders(clock=lambda: now[0]))
        assert len(server.requests) == 28  # none for the two that were cut off, which the server took
    assert states(store, letter) == {SENT: 28, CLAIMED: 2}


def test_what_is_taken_up_is_within_the_pace(site, letter, store):
    paced = one_line(site)
    paced = paced.model_copy(update={"send": paced.send.model_copy(update={"pace": PaceSettings(per_day=3)})})
    with serving(ResendServer()) as server:
        cut_off(letter, paced, store, server)  # two of the three
        found = sent(letter, paced, store, way_to("resend", paced, server), NOW + timedelta(hours=1))
        assert found.counts == {SENT: 1}
        assert len(server.requests) == 1
        assert states(store, letter) == {SENT: 1, CLAIMED: 1, DeliveryState.WAITING: 28}


def test_two_runs_that_take_up_the_same_settle_it_once(site, letter, store, store_url):
    other = Store(store_url)
    with serving(ResendServer()) as server:
        cut_off(letter, site, store, server)
        results, at = [], NOW + timedelta(hours=1)
        threads = [
            threading.Thread(
                target=lambda own=own: results.append(sent(letter, site, own, way_to("resend", site, server), at))
            )
            for own in (store, other)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert set(Counter(server.recipients()).values()) == {1}
        assert sum(each.count(SENT) for each in results) == 30
    other.close()
    assert states(store, letter) == {SENT: 30}


def test_a_delivery_that_another_run_settled_alike_is_no_trouble_and_otherwise_is(letter, small):
    with small.writing() as connection:
        ledger.freeze(connection, letter.edition, (), NOW)
        rows = [each.row for each in ledger.candidates(connection, letter.edition, 0, 2, NOW)]
        ledger.claim(connection, dict.fromkeys(rows, "<x@y>"), NOW, "resend")
        told = [Settled(row=row, state=SENT, answer=plain_text("taken")) for row in rows]
        ledger.settle(connection, told[:1], NOW)
        ledger.settle(connection, told, NOW)
        refused = [Settled(row=rows[0], state=REFUSED, answer=plain_text("no"))]
        with pytest.raises(StoreError, match="somebody else"):
            ledger.settle(connection, refused, NOW)


CHILD = """
import sys
from pathlib import Path
from datetime import UTC, datetime, timedelta
from pydantic import SecretStr
from pipeline import post as posts, send as room
from pipeline.send.letter import make_letter
from pipeline.send.ways.api import Place
from pipeline.send.ways.resend import Resend
from pipeline.settings import load
from pipeline.store import Store
settings = load(Path(sys.argv[1]), {})
letter = make_letter(posts.read(settings.content / "posts/2026-11-16-what-had-no-name.md"), settings)
way = Resend(settings.send.resend, SecretStr(sys.argv[4]), Place.of(f"http://127.0.0.1:{sys.argv[3]}"))
clock = lambda: datetime.now(UTC) + timedelta(minutes=int(sys.argv[5]))
room.send(letter, settings, Store(sys.argv[2]), way, lambda _: None, room.Orders(clock=clock))
"""


def test_kills_leave_nobody_twice_nobody_lost_and_nobody_uncertain_where_keys_are_known(site, letter, tmp_path):
    url = f"sqlite:///{tmp_path / 'kill.db'}"
    filled(url, 120).close()
    (tmp_path / "child.py").write_text(CHILD, encoding="utf-8")
    chance, kills, left = random.Random(24), 0, 0
    with serving(ResendServer()) as server:
        command = [sys.executable, str(tmp_path / "child.py"), str(site.root), url, str(server.port), KEY]
        for _ in range(5):
            before = len(server.recipients())
            with subprocess.Popen([*command, "0"]) as child:
                while child.poll() is None and len(server.recipients()) == before:
                    time.sleep(0.002)
                time.sleep(chance.uniform(0, 0.05))
                if child.poll() is None:
                    child.send_signal(signal.SIGKILL)
                    kills += 1
            store = Store(url)
            left = states(store, letter).get(CLAIMED, 0)
            store.close()
        subprocess.run([*command, "0"], check=True)
        store = Store(url)
        assert states(store, letter)[CLAIMED] == left  # whoever has them may live
        sending = state_of(store, letter)
        assert sending.state == SendState.RUNNING
        assert sending.due_at > datetime.now(UTC) + timedelta(minutes=8)
        store.close()
        subprocess.run([*command, "11"], check=True)
        got = Counter(server.recipients())
    store = Store(url)
    assert states(store, letter) == {SENT: 120}
    assert state_of(store, letter).state == SendState.DONE
    store.close()
    assert set(got.values()) == {1}
    assert len(got) == 120
    assert kills > 0
    assert left > 0  # or nothing was to be taken up, and this proves nothing


# -- an edition as a whole


SERVICES = {"listmonk": Listmonk, "buttondown": Buttondown}
service = pytest.mark.parametrize("name", SERVICES)
POST = "2026-11-16-what-had-no-name"


@pytest.fixture
def hosting(name):
    with serving(SERVICES[name]()) as opened:
        yield opened


@pytest.fixture(params=SERVICES)
def named(request):
    """Each service, with its name."""
    with serving(SERVICES[request.param]()) as opened:
        yield request.param, opened


def service_at(name, site, server):
    if name == "buttondown":
        return ButtondownService(site.send.buttondown, SecretStr(server.key), place_of(server))
    own = site.send.listmonk.model_copy(
        update={"url": f"http://127.0.0.1:{server.port}", "username": "byline", "lists": (3,)}
    )
    return hosted_of(chosen(site, "listmonk", listmonk=own, secrets={"listmonk_token": server.key}))


def handed(name, site, letter, store, server, at=NOW):
    return hand_over(letter, site, store, service_at(name, site, server), lambda: at)


def uncertain(store, letter):
    with store.reading() as connection:
        found = handovers.handover_of(connection, letter.edition)
    return None if found is None else found.state


def words_of(what):
    return (what["subject"], what["body"], what.get("altbody", ""))


@service
def test_an_edition_is_handed_over_once_with_the_services_own_way_to_leave(name, site, letter, hosting, small):
    done = handed(name, site, letter, small, hosting)
    assert done.state is SENT
    again = handed(name, site, letter, small, hosting)
    assert (again.state, again.ticket) == (SENT, done.ticket)
    ((_, what),) = hosting.got
    subject, html, text = words_of(what)
    assert subject == letter.subject
    leave = {"listmonk": "{{ UnsubscribeURL }}", "buttondown": "{{ unsubscribe_url }}"}[name]
    assert f'href="{leave}"' in html
    assert html.count("{{") == 1
    assert letter.leave not in html + text
    assert "token=" not in html
    assert (leave in text) == (name == "listmonk")
    if name == "listmonk":
        assert (what["lists"], what["content_type"], what["from_email"]) == ([3], "html", site.send.sender)


@service
def test_what_is_handed_over_has_nothing_in_it_that_is_one_readers_own(name, site):
    told = site.publish.subscribe.model_copy(update={"url": "https://in.example/subscribe"})
    own = {"unsubscribe_url": "https://in.example/unsubscribe", "count_links": True}
    served = chosen(site, "smtp", **own)
    served = served.model_copy(update={"publish": site.publish.model_copy(update={"subscribe": told})})
    there = served.model_copy(update={"send": served.send.model_copy(update={"way": name})})
    post = posts.read(site.content / f"posts/{POST}.md")
    mine, whole = make_letter(post, served), make_letter(post, there)
    assert (bool(mine.choose), bool(mine.links)) == (True, True)
    assert (whole.choose, whole.name, whole.links) == ("", "", {})
    assert ".invalid" not in (whole.html + whole.text).replace(whole.leave, "")


@service
def test_nothing_in_a_post_is_an_order_to_the_service(name, site, hosting, small):
    evil = "{{ .Subscriber.Email }} {% include 'x' %} {# #} {{{{ {{{% https://a.example/@TrackLink"
    path = site.content / f"posts/{POST}.md"
    text = path.read_text(encoding="utf-8").replace("title: ", f"title: '{evil.replace(chr(39), '')}' #", 1)
    letter = make_letter(posts.parse(f"{text}\n\n{evil}\n", path), site)
    handed(name, site, letter, small, hosting)
    ((_, what),) = hosting.got
    subject, html, plain = words_of(what)
    for words in (html, *((subject, plain) if name == "buttondown" else ())):
        own = words.replace("{{ UnsubscribeURL }}", "").replace("{{ unsubscribe_url }}", "")
        assert not [mark for mark in ("{{", "{%", "{#") if mark in own]
    if name == "listmonk":
        assert as_go_shows(subject) == letter.subject
        assert as_go_shows(plain.replace("{{ UnsubscribeURL }}", letter.leave)) == letter.text
        assert "@TrackLink" not in html


def as_go_shows(text):
    """What Go's text/template makes of a text with no other expression than a quoted pair of braces."""
    shown, rest = "", text
    while "{{" in rest:
        before, _, rest = rest.partition("{{")
        inside, end, rest = rest.partition("}}")
        assert (inside, end) == (' "{{" ', "}}")
        shown += before + "{{"
    return shown + rest


@pytest.mark.parametrize("mark", ["{{", "{{{", "{{{{", "{%", "{{%", "{#", "{{{#"])
def test_html_shows_the_same_with_its_braces_written_otherwise(mark):
    import html

    made = quoted_html(f"<p>a{mark} b</p>")
    assert not [each for each in ("{{", "{%", "{#") if each in made]
    assert html.unescape(made) == f"<p>a{mark} b</p>"


@pytest.mark.parametrize("fault", ["cut", "take and cut", (500, {}, b""), (504, {}, b"")], ids=str)
@pytest.mark.parametrize("steps", [0, 1])
def test_what_was_cut_off_is_looked_for_there_and_sent_once(fault, steps, site, letter, named, small):
    name, hosting = named
    hosting.then = [None] * steps + [fault]
    with pytest.raises(SendError, match=r"uncertain now.*looks there first"):
        handed(name, site, letter, small, hosting)
    assert uncertain(small, letter) is CLAIMED
    assert handed(name, site, letter, small, hosting, NOW + timedelta(minutes=11)).state is SENT
    assert len(hosting.got) == 1
    assert uncertain(small, letter) is SENT


@service
def test_what_is_not_there_yet_may_be_on_its_way_from_another_run(name, site, letter, hosting, small):
    hosting.then = ["cut"]
    with pytest.raises(SendError, match="uncertain"):
        handed(name, site, letter, small, hosting)
    with pytest.raises(SendError, match="another run may be handing"):
        handed(name, site, letter, small, hosting, NOW + timedelta(minutes=9))
    assert hosting.got == []
    with small.writing() as connection:
        assert handovers.resolve_edition(connection, letter.edition, LATER, NOW) == 1
    assert handed(name, site, letter, small, hosting).state is SENT


@service
def test_a_draft_that_was_noted_and_is_gone_is_not_made_again(name, site, letter, hosting, small):
    hosting.then = [None, "cut"]
    with pytest.raises(SendError, match="uncertain"):
        handed(name, site, letter, small, hosting)
    (hosting.emails if name == "buttondown" else hosting.campaigns).clear()
    with pytest.raises(SendError, match="has it no more"):
        handed(name, site, letter, small, hosting, NOW + timedelta(days=1))
    with small.writing() as connection:
        assert handovers.resolve_edition(connection, letter.edition, SENT, NOW) == 1
    assert handed(name, site, letter, small, hosting).state is SENT
    assert hosting.got == []


@service
def test_a_refusal_claims_nothing_and_the_next_run_begins_anew_with_the_draft_that_is_there(
    name, site, letter, hosting, small
):
    hosting.then = [None, (422, {}, b'{"message": "no", "detail": "no"}')]
    with pytest.raises(SendError, match=r"does not do it: 422 no"):
        handed(name, site, letter, small, hosting)
    assert uncertain(small, letter) is None
    path = site.content / f"posts/{POST}.md"
    changed = make_letter(posts.parse(path.read_text(encoding="utf-8") + "\n\nOne more word.\n", path), site)
    assert handed(name, site, changed, small, hosting).state is SENT
    ((_, what),) = hosting.got
    assert "One more word." in what["body"]
    assert len(hosting.emails if name == "buttondown" else hosting.campaigns) == 1


@service
def test_what_went_out_is_known_even_where_the_ledger_is_lost(name, site, letter, hosting, small, tmp_path):
    if name == "buttondown":
        hosting.emails += [{"id": f"x{number}", "status": "sent", "metadata": None} for number in range(5)]
    handed(name, site, letter, small, hosting)
    other = filled(f"sqlite:///{tmp_path / 'other.db'}", 0)
    assert "there already" in handed(name, site, letter, other, hosting).answer
    other.close()
    assert len(hosting.got) == 1


@service
def test_two_runs_hand_an_edition_over_once(name, site, letter, hosting, store, store_url):
    other, results = Store(store_url), []

    def run(own):
        try:
            results.append(handed(name, site, letter, own, hosting).state)
        except SendError as error:
            results.append(str(error))

    threads = [threading.Thread(target=run, args=(own,)) for own in (store, other)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    other.close()
    assert SENT in results
    assert len(hosting.got) == 1


@service
def test_a_wrong_key_or_a_service_that_is_away_claims_nothing(name, site, letter, hosting, small):
    service_there = service_at(name, site, hosting)
    hosting.key = "another"
    with pytest.raises(SendError, match=r"look at .*BYLINE_\w+"):
        hand_over(letter, site, small, service_there, lambda: NOW)
    hosting.answer = lambda _: (302, {"Location": "http://127.0.0.1:1/"}, b"")
    with pytest.raises(SendError, match="does not do it: 302"):
        hand_over(letter, site, small, service_there, lambda: NOW)
    for hostile in (b"[]", b"null", b'{"data": 1}', b"[" * 90_000, b'{"results": 7}', b"<html>"):
        hosting.answer = lambda _, said=hostile: (200, {}, said)
        with pytest.raises(SendError, match="does not list"):
            hand_over(letter, site, small, service_there, lambda: NOW)
    hosting.answer = lambda _: "cut"
    with pytest.raises(SendError, match="gave no answer"):
        hand_over(letter, site, small, service_there, lambda: NOW)
    assert uncertain(small, letter) is None


@service
@pytest.mark.parametrize("bad", ["../../lists/3", "", True, None, {"a": 1}, "x" * 99, 1.5])
def test_a_name_that_is_none_leads_nowhere(name, bad, site, letter, hosting, small):
    hosting.then = [json_answer(200, {"id": bad, "data": {"id": bad}})]
    with pytest.raises(SendError, match="no name of the draft"):
        handed(name, site, letter, small, hosting)
    assert [verb for verb, *_ in hosting.requests] == ["GET", "POST"]
    assert uncertain(small, letter) is CLAIMED


@pytest.mark.parametrize("name", ["buttondown"])
def test_a_state_there_that_nobody_knows_is_left_to_the_author(name, site, letter, hosting, small):
    handed(name, site, letter, small, hosting)
    hosting.emails[0]["status"] = "deleted"
    with small.writing() as connection:
        connection.exec_driver_sql("DELETE FROM handovers")
    with pytest.raises(SendError, match="as deleted"):
        handed(name, site, letter, small, hosting)
    assert len(hosting.got) == 1


def test_what_began_at_one_service_is_not_done_again_at_another(site, letter, small):
    with serving(Listmonk()) as first, serving(Buttondown()) as second:
        first.then = [None, "take and cut"]
        with pytest.raises(SendError, match="uncertain"):
            handed("listmonk", site, letter, small, first)
        with pytest.raises(SendError, match=r"send\.way is now buttondown"):
            handed("buttondown", site, letter, small, second, NOW + timedelta(days=1))
        assert second.got == []


HANDING = """
import os, sys
from datetime import datetime, timedelta, UTC
from pathlib import Path
from pydantic import SecretStr
from pipeline import post as posts
from pipeline.send.hosted import hand_over, hosted_of
from pipeline.send.letter import make_letter
from pipeline.settings import load
from pipeline.store import Store
named = {"BYLINE_SEND_WAY": "listmonk", "BYLINE_SEND_LISTMONK_URL": sys.argv[3],
         "BYLINE_SEND_LISTMONK_USERNAME": "byline", "BYLINE_LISTMONK_TOKEN": sys.argv[4]}
settings = load(Path(sys.argv[1]), named)
own = settings.send.listmonk.model_copy(update={"lists": (3,)})
settings = settings.model_copy(update={"send": settings.send.model_copy(update={"listmonk": own})})
letter = make_letter(posts.read(settings.content / "posts/2026-11-16-what-had-no-name.md"), settings)
later = timedelta(minutes=int(sys.argv[5]))
hand_over(letter, settings, Store(sys.argv[2]), hosted_of(settings), lambda: datetime.now(UTC) + later)
"""


@pytest.mark.parametrize("step", ["GET", "POST", "PUT"])
@pytest.mark.parametrize("is_done", [True, False])
def test_a_kill_at_each_step_of_a_hand_over_sends_it_once(step, is_done, site, tmp_path):
    url = f"sqlite:///{tmp_path / 'kill.db'}"
    Store(url).close()
    (tmp_path / "child.py").write_text(HANDING, encoding="utf-8")
    with serving(Listmonk()) as server:
        where = f"http://127.0.0.1:{server.port}"
        command = [sys.executable, str(tmp_path / "child.py"), str(site.root), url, where, KEY]
        answer = server.answer
        with subprocess.Popen([*command, "0"], stderr=subprocess.DEVNULL) as child:

            def killing(request):
                if request.command != step:
                    return answer(request)
                if is_done:
                    answer(request)
                child.send_signal(signal.SIGKILL)
                child.wait()
                return "cut"

            server.answer = killing
        server.answer = answer
        assert child.returncode == -signal.SIGKILL
        subprocess.run([*command, "11"], check=True)
        assert len(server.got) == 1


# -- the command


@pytest.fixture
def published(monkeypatch, tmp_path, online):
    """A copy of the sample site that sends by a listmonk on loopback."""
    folder = tmp_path / "own"
    make(folder, dict(_sample_files()))
    with serving(Listmonk()) as server:
        monkeypatch.setenv("BYLINE_SEND_WAY", "listmonk")
        monkeypatch.setenv("BYLINE_SEND_LISTMONK_URL", f"http://127.0.0.1:{server.port}")
        monkeypatch.setenv("BYLINE_SEND_LISTMONK_USERNAME", "byline")
        monkeypatch.setenv("BYLINE_LISTMONK_TOKEN", KEY)
        path = folder / "byline.yml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("\nsend:\n", "\nsend:\n  listmonk: {lists: [3]}\n", 1), encoding="utf-8")
        online(folder)
        yield folder, server


def test_byline_send_hands_over_and_status_tells_what_is_uncertain(published, byline):
    folder, server = published
    code, out, _ = byline("send", POST, "--built-elsewhere", "--dry-run", at=folder)
    assert code == 0
    assert "would be handed over to listmonk (127.0.0.1)" in out
    assert server.requests == []
    server.then = ["cut"]
    code, _, err = byline("send", POST, "--built-elsewhere", "--yes", at=folder)
    assert code == 1
    assert "looks there first" in err
    code, out, _ = byline("status", at=folder)
    assert code == 1
    assert f"Edition    {POST} to listmonk:127.0.0.1: uncertain" in out
    code, out, _ = byline("status", "--json", at=folder)
    assert [each["edition"] for each in json.loads(out)["cut_off"]] == [POST]
    assert byline("send", POST, "--uncertain", "again", at=folder)[0] == 0
    code, out, _ = byline("send", POST, "--built-elsewhere", "--yes", "--json", at=folder)
    assert json.loads(out) == {
        "edition": POST,
        "to": "listmonk:127.0.0.1",
        "state": "sent",
        "answer": "campaign 1 is running",
    }
    code, out, _ = byline("send", POST, "--built-elsewhere", "--yes", at=folder)
    assert (code, "already" in out) == (0, True)
    assert len(server.got) == 1
    assert byline("status", at=folder)[0] == 0
    assert f"not sent {POST}" not in byline("status", at=folder)[1]


def test_a_planned_edition_that_was_handed_over_is_closed_however_that_came(published, byline):
    folder, server = published
    planned, after = "2026-11-16T06:00Z", "2026-11-16T07:01Z"

    def plan():
        return byline("--now", planned, "send", POST, "--at", "2026-11-16T07:00Z", "--built-elsewhere", at=folder)[0]

    def due():
        return byline("--now", after, "send", "--due", "--built-elsewhere", at=folder)

    server.then = ["cut"]
    assert plan() == 0
    assert due()[0] == 1
    assert byline("--now", after, "status", at=folder)[0] == 1  # whether it went out is uncertain, and stays told
    assert "--uncertain" in due()[2]
    assert byline("send", POST, "--uncertain", "sent", at=folder)[0] == 0
    assert due()[:2] == (0, "Nothing is due.\n")
    code, _, err = byline("--now", planned, "send", POST, "--at", "2026-11-16T07:00Z", at=folder)
    assert (code, "is done already" in err) == (2, True)
    with closing(Store(folder / ".byline/byline.db")) as store, store.writing() as connection:
        connection.execute(text("DELETE FROM handovers"))
        connection.execute(text("UPDATE sends SET state = 'scheduled'"))
    code, out, _ = due()
    assert (code, "Handed over" in out) == (0, True)
    assert due()[:2] == (0, "Nothing is due.\n")
    with closing(Store(folder / ".byline/byline.db")) as store, store.writing() as connection:
        connection.execute(text("UPDATE sends SET state = 'scheduled'"))  # as it was left before sends were closed
    code, out, _ = due()
    assert (code, "already" in out) == (0, True)
    assert due()[:2] == (0, "Nothing is due.\n")
    late = "2026-11-16T15:00Z"
    assert byline("--now", late, "send", "--due", "--built-elsewhere", at=folder)[0] == 0
    assert byline("--now", late, "status", at=folder)[0] == 0
    assert len(server.got) == 1


def test_byline_send_refuses_to_hand_over_what_the_site_does_not_show(published, byline):
    folder, server = published
    code, _, err = byline("send", POST, "--yes", at=folder)
    assert (code, "byline publish" in err) == (2, True)
    assert server.requests == []


def test_byline_send_says_which_key_is_missing(byline, monkeypatch, tmp_path, online):
    folder = tmp_path / "own"
    make(folder, dict(_sample_files()))
    online(folder)
    monkeypatch.setenv("BYLINE_SEND_WAY", "postmark")
    byline("readers", "add", "ana@example.org", "--consent", "said so", at=folder)
    code, _, err = byline("send", POST, "--built-elsewhere", "--yes", at=folder)
    assert (code, "BYLINE_POSTMARK_TOKEN is not set" in err) == (2, True)
    code, _, err = byline("letter", POST, "--to-me", at=folder)
    assert (code, "BYLINE_POSTMARK_TOKEN is not set" in err) == (2, True)


def test_a_confirmation_leaves_by_the_chosen_way_too(site, small, monkeypatch):
    from pipeline.app import service as public
    from pipeline.send.tokens import tokens_of

    with serving(PostmarkServer()) as server:
        monkeypatch.setattr("pipeline.send.ways.way_of", lambda settings: way_to("postmark", settings, server))
        subscribe = site.publish.subscribe.model_copy(update={"url": "https://letter.example.org/subscribe"})
        own = site.model_copy(update={"publish": site.publish.model_copy(update={"subscribe": subscribe})})
        public.Service(own, small, tokens_of(own)).ask("new@example.org", "", NOW)
        ((to, mail),) = server.got
    assert (to, mail["MessageStream"]) == ("new@example.org", "outbound")
    assert "https://letter.example.org/confirm?token=" in mail["TextBody"]
