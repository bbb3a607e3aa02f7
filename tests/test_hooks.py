"""Mail providers tell what came back: each is believed by its own seal alone, and changes what a mail would."""

import base64
import hashlib
import hmac
import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from starlette.testclient import TestClient

from pipeline.errors import SettingsError
from pipeline.model import Done, ReaderState, ReturnKind
from pipeline.send.hooks import Hooks
from pipeline.serve import answering
from pipeline.serve.errands import Errands
from pipeline.serve.limits import FAILED
from pipeline.settings import load
from test_inbox import NOW, add, name_of, reader, sent

TOPIC = "arn:aws:sns:eu-west-1:123456789012:letters"
POSTMARK, MAILGUN = "p0stmarkSecretOf32LettersAndMore", "key-of-mailgun"
RESEND = f"whsec_{base64.b64encode(b'k' * 24).decode()}"
ENVIRONMENT = {
    "BYLINE_POSTMARK_WEBHOOK_SECRET": POSTMARK,
    "BYLINE_MAILGUN_WEBHOOK_SECRET": MAILGUN,
    "BYLINE_RESEND_WEBHOOK_SECRET": RESEND,
}
CERTIFICATES = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
LETTER = name_of("one", "mei@example.org")


class Amazon:
    """Signs notices as Amazon SNS documents it, and has the certificate where one may be fetched."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=1))
            .sign(self.key, hashes.SHA256())
        )
        self.pages = {CERTIFICATES: made.public_bytes(serialization.Encoding.PEM)}
        self.asked = []

    def fetch(self, url):
        self.asked.append(url)
        return self.pages.get(url)

    def notice(self, message, version="2", kind="Notification", **more):
        said = {
            "Type": kind,
            "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": TOPIC,
            "Message": message if isinstance(message, str) else json.dumps(message),
            "Timestamp": NOW.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "SignatureVersion": version,
            "SigningCertURL": CERTIFICATES,
            **more,
        }
        named = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        text = "".join(f"{name}\n{said[name]}\n" for name in named if name in said)
        made = hashes.SHA1() if version == "1" else hashes.SHA256()
        signature = self.key.sign(text.encode(), padding.PKCS1v15(), made)
        return {"Signature": base64.b64encode(signature).decode(), **said}


@pytest.fixture(scope="module")
def amazon():
    return Amazon()


class Door:
    """The service of a site, its store, and a clock that can be set."""

    def __init__(self, app, amazon):
        self.app, self.store, self.now = app, app.store, NOW
        self.service = app.service()
        self.service.__dict__["_hooks"] = Hooks(app.settings, app.store, amazon.fetch)
        self.errands = Errands(print)
        asgi = answering(self.service, lambda: self.now, self.errands)
        self.pages = TestClient(asgi, base_url="https://letter.ana-ruiz.example")

    def post(self, provider, words, **headers):
        body = words if isinstance(words, bytes) else json.dumps(words).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.pages.post(f"/hooks/{provider}", content=body, headers=named).status_code

    def postmark(self, words, secret=POSTMARK, user="byline"):
        return self.post(
            "postmark", words, authorization=f"Basic {base64.b64encode(f'{user}:{secret}'.encode()).decode()}"
        )

    def mailgun(self, event, token="t" * 50, at=None, **seal):
        timestamp = str(int((at or self.now).timestamp()))
        signature = hmac.new(MAILGUN.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
        sealed = {"timestamp": timestamp, "token": token, "signature": signature, **seal}
        return self.post("mailgun", {"signature": sealed, "event-data": event})

    def resend(self, words, name="msg_1", at=None, **headers):
        body, moment = json.dumps(words).encode(), str(int((at or self.now).timestamp()))
        signed = hmac.new(b"k" * 24, f"{name}.{moment}.".encode() + body, hashlib.sha256).digest()
        given = {"svix_id": name, "svix_timestamp": moment}
        given["svix_signature"] = f"v1,{base64.b64encode(signed).decode()}"
        return self.post("resend", body, **(given | headers))

    def told(self):
        return [(ruling.email[:3], ruling.event.kind.value, ruling.done) for ruling in self.app.returns.rulings()]


@pytest.fixture
def opened(site, open_app, amazon):
    path = site / "byline.yml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["publish"]["subscribe"] = {"url": "https://letter.ana-ruiz.example/subscribe"}
    data["send"]["hooks"] = {"ses_topic": TOPIC}
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    app = open_app(site, ENVIRONMENT)
    add(app.store, "mei@example.org", "ana@example.org")
    sent(app.store, "one")
    door = Door(app, amazon)
    yield door
    door.errands.close()


BOUNCE = {
    "RecordType": "Bounce",
    "ID": 692560173,
    "Type": "HardBounce",
    "TypeCode": 1,
    "MessageID": "2c1b63fe-43f2-4db5-91b0-8bdfa44a9316",
    "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
    "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
    "Email": "mei@example.org",
    "BouncedAt": "2026-11-23T07:29:00Z",
}
FAILED_FOR_GOOD = {
    "event": "failed",
    "id": "G9Bn5sl1TC6nu79C8C0bwg",
    "severity": "permanent",
    "reason": "bounce",
    "recipient": "mei@example.org",
    "delivery-status": {"code": 550, "enhanced-code": "5.1.1", "message": "5.1.1 The email account does not exist"},
    "message": {"headers": {"message-id": LETTER.strip("<>"), "to": "mei@example.org"}},
}
BOUNCED = {
    "type": "email.bounced",
    "created_at": "2026-11-23T07:29:00Z",
    "data": {
        "email_id": "56761188-7520-42d8-8898-ff6fc54ce618",
        "to": ["mei@example.org"],
        "bounce": {"type": "Permanent", "subType": "General", "message": "The recipient's server rejected it."},
    },
}


def amazon_bounce(kind="Permanent", inner="General", code="smtp; 550 5.1.1 user unknown", email="mei@example.org"):
    person = {"emailAddress": email, "action": "failed", "status": "5.1.1", "diagnosticCode": code}
    inside = {
        "bounceType": kind,
        "bounceSubType": inner,
        "bouncedRecipients": [person],
        "feedbackId": f"f-{kind}{inner}",
    }
    mail = {"messageId": "0100", "commonHeaders": {"messageId": LETTER}}
    return {"notificationType": "Bounce", "bounce": inside, "mail": mail}


# -- each as its documentation says


def test_postmark_is_believed_by_its_password_and_a_bounce_is_taken_once(opened):
    assert opened.postmark(BOUNCE) == 200
    assert opened.told() == [("mei", "bounce", Done.LEFT)]
    assert opened.postmark(BOUNCE) == 200
    assert len(opened.told()) == 1
    assert reader(opened.store).state is ReaderState.LEFT


def test_mailgun_is_believed_by_its_signature(opened):
    assert opened.mailgun(FAILED_FOR_GOOD) == 200
    (ruling,) = opened.app.returns.rulings()
    assert (ruling.email, ruling.edition, ruling.done) == ("mei@example.org", "one", Done.LEFT)
    assert opened.mailgun(FAILED_FOR_GOOD, token="u" * 50) == 200
    assert len(opened.told()) == 1


def test_resend_is_believed_by_its_signature(opened):
    assert opened.resend(BOUNCED) == 200
    assert opened.told() == [("mei", "bounce", Done.LEFT)]
    assert opened.resend(BOUNCED, at=NOW + timedelta(minutes=2)) == 200
    assert len(opened.told()) == 1


@pytest.mark.parametrize("version", ["1", "2"])
def test_amazon_is_believed_by_its_certificate(opened, amazon, version):
    assert opened.post("ses", amazon.notice(amazon_bounce(), version)) == 200
    assert opened.post("ses", amazon.notice(amazon_bounce(), version, Subject="Amazon SES")) == 200
    (ruling,) = opened.app.returns.rulings()
    assert (ruling.email, ruling.edition, ruling.done) == ("mei@example.org", "one", Done.LEFT)


def test_amazon_is_agreed_to_for_the_topic_that_was_named_and_no_other(opened, amazon):
    link = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:x&Token=2336412f37"
    wish = {"kind": "SubscriptionConfirmation", "Token": "2336412f37", "SubscribeURL": link}
    amazon.pages[link] = b"<ConfirmSubscriptionResponse/>"
    amazon.asked.clear()
    assert opened.post("ses", amazon.notice("You have chosen to subscribe", TopicArn=f"{TOPIC}2", **wish)) == 403
    assert (
        opened.post(
            "ses", amazon.notice("x", **{**wish, "SubscribeURL": "https://example.org/?Action=ConfirmSubscription&"})
        )
        == 503
    )
    assert link not in amazon.asked
    assert opened.post("ses", amazon.notice("You have chosen to subscribe", **wish)) == 200
    assert amazon.asked.count(link) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-0123456789abcdef.pem",
        "https://evil.s3.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.eu-west-1.amazonaws.com/evil/SimpleNotificationService-0123456789abcdef.pem",
    ],
)
def test_no_certificate_is_fetched_from_elsewhere(opened, amazon, url):
    amazon.asked.clear()
    amazon.pages[url] = amazon.pages[CERTIFICATES]
    assert opened.post("ses", amazon.notice(amazon_bounce(), SigningCertURL=url)) == 403
    assert amazon.asked == []


def test_a_certificate_that_holds_no_more_or_cannot_be_had_is_not_believed(opened, amazon):
    opened.now = NOW + timedelta(days=2)
    late = opened.now.isoformat().replace("+00:00", "Z")
    assert opened.post("ses", amazon.notice(amazon_bounce(), Timestamp=late)) == 403
    opened.now = NOW
    assert opened.post("ses", amazon.notice(amazon_bounce(), SigningCertURL=CERTIFICATES.replace("-0", "-1"))) == 503


# -- every bit


def flipped(text):
    """Every text that differs from this one in a bit, and can stand in a header or in JSON."""
    for place in range(len(text)):
        for bit in range(7):
            letter = chr(ord(text[place]) ^ (1 << bit))
            if letter.isprintable():
                yield text[:place] + letter + text[place + 1 :]


def hears(opened, provider, words, headers, now=NOW):
    body = words if isinstance(words, bytes) else json.dumps(words).encode()
    return opened.service.hear(provider, headers, body, now).value


def test_each_bit_of_a_seal_counts(opened):
    wanted = f"Basic {base64.b64encode(f'byline:{POSTMARK}'.encode()).decode()}"
    assert hears(opened, "postmark", {}, {"authorization": wanted}) == "taken"
    said = {hears(opened, "postmark", BOUNCE, {"authorization": each}) for each in flipped(wanted)}
    timestamp = str(int(NOW.timestamp()))
    good = hmac.new(MAILGUN.encode(), f"{timestamp}{'t' * 20}".encode(), hashlib.sha256).hexdigest()
    seal = {"timestamp": timestamp, "token": "t" * 20, "signature": good}
    for name, value in seal.items():
        for each in flipped(value):
            said.add(hears(opened, "mailgun", {"signature": {**seal, name: each}, "event-data": FAILED_FOR_GOOD}, {}))
    body = json.dumps(BOUNCED)
    signed = hmac.new(b"k" * 24, f"msg_1.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    headers = {"svix-id": "msg_1", "svix-timestamp": timestamp}
    headers["svix-signature"] = f"v1,{base64.b64encode(signed).decode()}"
    for name, value in headers.items():
        said |= {hears(opened, "resend", body.encode(), {**headers, name: each}) for each in flipped(value)}
    said |= {hears(opened, "resend", each.encode(), headers) for each in flipped(body)}
    assert said == {"refused"}
    assert opened.told() == []
    assert hears(opened, "resend", body.encode(), headers) == "taken"


def test_each_bit_of_a_notice_of_amazon_counts(opened, amazon):
    notice = amazon.notice("{}", Subject="S")
    said = set()
    for name, value in notice.items():
        changed = list(flipped(value))
        for each in changed if len(changed) < 900 else changed[:: len(changed) // 700]:
            said.add(hears(opened, "ses", {**notice, name: each}, {}))
        said.add(hears(opened, "ses", {key: other for key, other in notice.items() if key != name}, {}))
    assert said <= {"refused", "later"}  # a certificate at another address cannot be had
    assert hears(opened, "ses", notice, {}) == "taken"


# -- replays


def test_what_is_too_old_or_ahead_of_time_is_refused(opened, amazon):
    old = (NOW - timedelta(days=1, minutes=1)).isoformat()
    assert opened.post("ses", amazon.notice(amazon_bounce(), Timestamp=old)) == 403
    assert opened.resend(BOUNCED, at=NOW - timedelta(minutes=6)) == 403
    assert opened.resend(BOUNCED, at=NOW + timedelta(minutes=6)) == 403
    assert opened.mailgun(FAILED_FOR_GOOD, at=NOW - timedelta(hours=13)) == 403
    assert opened.mailgun(FAILED_FOR_GOOD, at=NOW + timedelta(minutes=6)) == 403
    assert opened.told() == []


def test_a_token_of_mailgun_is_good_for_one_word_only_even_after_a_restart(opened, amazon):
    assert opened.mailgun({**FAILED_FOR_GOOD, "recipient": "nobody@example.net", "message": {}}) == 200
    again = Door(opened.app, amazon)
    assert again.mailgun(FAILED_FOR_GOOD) == 403
    assert again.mailgun({**FAILED_FOR_GOOD, "recipient": "nobody@example.net", "message": {}}) == 200
    assert opened.told() == []
    again.errands.close()


# -- what the kinds mean


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"Type": "SoftBounce", "Details": "smtp;452 4.2.2 over quota"}, Done.STRIKE),
        ({"Type": "SoftBounce", "Details": "smtp;550 5.1.1 no such user"}, Done.STRIKE),
        ({"Type": "HardBounce", "Details": ""}, Done.LEFT),
        ({"Type": "HardBounce", "Details": "smtp;554 5.7.1 Client host blocked using zen.spamhaus.org"}, Done.NOTHING),
        ({"Type": "Blocked", "Details": "smtp;550 5.1.1 no such user"}, Done.NOTHING),
        ({"Type": "SpamNotification", "Details": ""}, Done.NOTHING),
        ({"Type": "DMARCPolicy"}, Done.NOTHING),
        ({"Type": "Transient", "Details": "smtp;550 5.1.1 no such user"}, Done.NOTHING),
        ({"RecordType": "SpamComplaint", "Type": "SpamComplaint"}, Done.LEFT),
        ({"Type": "Unsubscribe"}, Done.LEFT),
    ],
)
def test_the_kinds_of_postmark(opened, change, expected):
    assert opened.postmark({**BOUNCE, **change}) == 200
    assert [done for _, _, done in opened.told()] == [expected]


def test_a_reader_who_unsubscribes_at_postmark_has_left_and_what_the_author_does_there_is_his(opened):
    words = {"RecordType": "SubscriptionChange", "Recipient": "mei@example.org", "SuppressSending": True}
    words |= {"ChangedAt": "2026-11-23T07:00:00Z", "MessageID": None, "SuppressionReason": "ManualSuppression"}
    assert opened.postmark({**words, "Origin": "Customer"}) == 200
    assert opened.told() == []
    assert opened.postmark({**words, "Origin": "Recipient"}) == 200
    assert opened.told() == [("mei", "unsubscribe", Done.LEFT)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"severity": "temporary"}, Done.NOTHING),
        ({"reason": "espblock", "delivery-status": {"code": 550, "message": "no such user"}}, Done.NOTHING),
        ({"reason": "old", "delivery-status": {"code": 602, "message": "Too old"}}, Done.STRIKE),
        ({"reason": "suppress-bounce", "delivery-status": {"code": 605}}, Done.LEFT),
        ({"reason": "suppress-unsubscribe"}, Done.LEFT),
        ({"event": "complained"}, Done.LEFT),
        ({"event": "unsubscribed"}, Done.LEFT),
        ({"delivery-status": {"code": 552, "message": "5.2.2 mailbox full"}}, Done.STRIKE),
    ],
)
def test_the_kinds_of_mailgun(opened, change, expected):
    assert opened.mailgun({**FAILED_FOR_GOOD, **change}) == 200
    assert [done for _, _, done in opened.told()] == [expected]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (amazon_bounce("Transient", "MailboxFull", ""), Done.STRIKE),
        (amazon_bounce("Transient", "General", "smtp; 550 5.1.1 no such user"), Done.STRIKE),
        (amazon_bounce("Transient", "ContentRejected", ""), Done.NOTHING),
        (amazon_bounce("Undetermined", "Undetermined", ""), Done.STRIKE),
        (amazon_bounce("Permanent", "OnAccountSuppressionList", ""), Done.LEFT),
        (amazon_bounce(email="mei@elsewhere.example"), Done.STRIKE),
    ],
)
def test_the_kinds_of_amazon(opened, amazon, words, expected):
    assert opened.post("ses", amazon.notice(words)) == 200
    assert [done for _, _, done in opened.told()] == [expected]


def test_a_complaint_at_amazon_and_at_resend_takes_off(opened, amazon):
    inside = {"complainedRecipients": [{"emailAddress": "mei@example.org"}], "feedbackId": "f1"}
    complaint = {"eventType": "Complaint", "complaint": inside, "mail": {"messageId": "1"}}
    assert opened.post("ses", amazon.notice(complaint)) == 200
    words = {"type": "email.complained", "data": {"to": ["ana@example.org"]}}
    assert opened.resend(words) == 200
    assert sorted(opened.told()) == [("ana", "complaint", Done.LEFT), ("mei", "complaint", Done.LEFT)]


def test_who_is_no_reader_of_ours_is_not_kept(opened):
    assert opened.postmark({**BOUNCE, "Email": "stranger@example.net"}) == 200
    assert opened.postmark({"RecordType": "Open", "Email": "mei@example.org"}) == 200
    assert opened.told() == []


def test_a_decision_shows_what_the_provider_said(opened):
    opened.postmark(BOUNCE)
    (ruling,) = opened.app.returns.rulings()
    _, words = opened.app.returns.show(ruling.id)
    assert any("does not exist" in line for line in words)
    assert ruling.event.kind is ReturnKind.BOUNCE


# -- what strangers meet


def test_what_is_not_configured_is_not_there(site, open_app, amazon):
    path = site / "byline.yml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["publish"]["subscribe"] = {"url": "https://letter.ana-ruiz.example/in/subscribe"}
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    door = Door(open_app(site), amazon)
    for provider in ("postmark", "ses", "mailgun", "resend", "sendgrid"):
        assert door.pages.post(f"/in/hooks/{provider}", content=b"{}").status_code == 404
    assert door.pages.get("/hooks/postmark").status_code in {404, 405}
    door.errands.close()


def test_a_wrong_seal_is_refused_without_a_reason_and_too_many_are_not_listened_to(opened):
    answer = opened.pages.post("/hooks/postmark", content=b"{}")
    assert (answer.status_code, answer.text) == (403, "refused\n")
    for _ in range(FAILED[0] - 1):
        assert opened.postmark(BOUNCE, secret="x" * 24) == 403
    assert opened.postmark(BOUNCE) == 429
    opened.now += timedelta(hours=1, seconds=1)
    assert opened.postmark(BOUNCE) == 200


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"nonsense", b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe", b"1" * 9_000]
)
def test_what_is_no_json_is_not_understood_and_breaks_nothing(opened, body):
    assert (
        opened.post("postmark", body, authorization=f"Basic {base64.b64encode(f'byline:{POSTMARK}'.encode()).decode()}")
        == 400
    )
    assert opened.post("mailgun", body) == 403
    assert opened.post("ses", body) == 403


def test_values_of_other_kinds_than_they_should_be_break_nothing(opened, amazon):
    for value in (None, 1, [], {}, [[]], "x" * 20_000, True):
        assert opened.postmark(dict.fromkeys(BOUNCE, value)) == 200
        assert opened.postmark({**BOUNCE, "Email": value, "Details": value}) == 200
        assert opened.mailgun(dict.fromkeys(FAILED_FOR_GOOD, value), token=repr(value)[:30]) == 200
        assert opened.mailgun(value, token=f"t{repr(value)[:30]}") == 200
        assert opened.resend({"type": "email.bounced", "data": value}, name=f"m{repr(value)[:9]}") == 200
        assert opened.post("ses", {**amazon.notice("{}"), "Signature": value}) == 403
        assert opened.post("ses", amazon.notice({"notificationType": "Bounce", "bounce": value, "mail": value})) == 200
        assert opened.post("ses", {**amazon.notice("{}"), "Message": value}) == 403


def test_a_body_is_bounded(opened):
    assert opened.post("postmark", b"x" * 300_001) == 413
    assert opened.pages.post("/subscribe", content=b"x" * 20_000).status_code == 413


def test_a_store_that_is_locked_has_the_provider_try_again(opened, site):
    with closing(sqlite3.connect(site / ".byline/byline.db", isolation_level=None)) as other:
        other.execute("ALTER TABLE returns RENAME TO elsewhere")  # as quick to fail as one that is locked is slow
        assert opened.postmark(BOUNCE) == 503
        other.execute("ALTER TABLE elsewhere RENAME TO returns")
    assert opened.postmark(BOUNCE) == 200
    assert opened.mailgun(FAILED_FOR_GOOD) == 200


def test_a_secret_that_is_easily_guessed_is_no_setting(site):
    with pytest.raises(SettingsError, match="24 or more letters and digits"):
        load(site, {"BYLINE_POSTMARK_WEBHOOK_SECRET": "short"})


def test_secrets_print_as_asterisks(opened):
    said = repr(opened.app.settings)
    assert all(secret not in said for secret in ENVIRONMENT.values())
