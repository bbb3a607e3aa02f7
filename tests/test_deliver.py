"""Many lines and one ledger: what is signed can be verified, what is cut off is uncertain, and nobody gets it twice."""

import base64
import itertools
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

import sending
from pipeline.errors import SendError, StoreError
from pipeline.html import plain_text
from pipeline.model import DeliveryState, Reader, ReaderState, SendState, Settled
from pipeline.send.course import Course, again_at
from pipeline.send.message import Envelope, Mould
from pipeline.send.sign import Signer
from pipeline.store import Store
from pipeline.store import deliveries as ledger
from pipeline.store import send as kept
from sending import CLAIMED, LATER, NOW, REFUSED, SENT, filled, here, sent, sink, state_of, states

law = settings(derandomize=True, deadline=None, max_examples=40)


site, letter = sending.site, sending.letter


def reader(number=1, name="Ana Ruiz", token="token"):
    return Reader(
        id=number,
        email=f"reader-{number}@example.org",
        name=plain_text(name),
        state=ReaderState.ACTIVE,
        consent=plain_text(""),
        consented_at=NOW,
        token=token,
    )


# -- the mould


@law
@given(name=st.text(max_size=90), token=st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=60))
def test_a_message_out_of_a_mould_is_the_letter_with_the_readers_own_way_to_leave(site, letter, name, token):
    envelope, to = Envelope.of(site), reader(name=name, token=token)
    data = Mould(letter, envelope).message(to, NOW).data
    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) < 998
    assert b"\n" not in data.replace(b"\r\n", b"")
    read = message_from_bytes(data, policy=policy.default)
    assert [each.get_content_type() for each in read.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    text, page = (part.get_content().replace("\r\n", "\n") for part in read.iter_parts())
    leave = envelope.leave(to)
    assert text.rstrip() == letter.text.replace(letter.leave, leave).rstrip()
    assert page.rstrip() == letter.html.replace(letter.leave, leave.replace("&", "&amp;")).rstrip()
    assert read["To"].addresses[0].addr_spec == to.email
    shown = read["To"].addresses[0].display_name  # Python's parser puts a space between two encoded words
    assert "".join(shown.split()) == "".join(to.name.split())
    assert not read.defects


# -- signatures


def keys(folder):
    """A signer of each kind, and what DNS says of its key."""
    made = {
        "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "ed25519": ed25519.Ed25519PrivateKey.generate(),
    }
    records = {}
    for kind, key in made.items():
        (folder / f"{kind}.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        how = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo) if kind == "rsa" else (Encoding.Raw, PublicFormat.Raw)
        public = base64.b64encode(key.public_key().public_bytes(*how))
        records[f"{kind}._domainkey.nadia-verhoeven.example."] = b"v=DKIM1; k=%s; p=%s" % (kind.encode(), public)
    return records


@pytest.fixture(scope="module")
def signed(site, letter, tmp_path_factory):
    """A message with two signatures, and what DNS says."""
    folder = tmp_path_factory.mktemp("keys")
    records = keys(folder)
    domain = site.send.domain
    signers = [Signer.of(folder / f"{kind}.pem", domain, kind) for kind in ("rsa", "ed25519")]
    to = reader(name="Zoë  van  der  Meer", token="a=b&c")
    return Mould(letter, Envelope.of(site), signers).message(to, NOW).data, records


def verified(data, records):
    """Whether each signature of a message holds, as dkimpy judges it."""
    found = dkim.DKIM(data)
    many = len(re.findall(rb"(?mi)^DKIM-Signature:", data))
    lookup = lambda name, timeout=5: records.get(name.decode() if isinstance(name, bytes) else name)  # noqa: ARG005, E731
    return [_holds(found, number, lookup) for number in range(many)]


def _holds(found, number, lookup):
    try:
        return found.verify(idx=number, dnsfunc=lookup)
    except dkim.ValidationError:
        return False


def test_signatures_of_both_kinds_hold(signed):
    assert verified(*signed) == [True, True]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: The", b"Subject: A"),
        (b"List-Unsubscribe-Post: List", b"List-Unsubscribe-Post: None"),
        (b"Date: Mon", b"Date: Tue"),
        (b"<html", b"<htmL"),
        (b"Content-Type: multipart", b"Content-type: text"),
    ],
)
def test_what_is_changed_on_the_way_breaks_them(signed, old, new):
    data, records = signed
    assert old in data
    assert verified(data.replace(old, new, 1), records) == [False, False]


@pytest.mark.parametrize("name", [b"From", b"Subject", b"To", b"Date"])
def test_a_second_field_of_what_readers_see_breaks_them(signed, name):
    data, records = signed
    assert verified(name + b": evil@x.example\r\n" + data, records) == [False, False]


def test_spaces_and_folds_may_change_on_the_way(signed):
    data, records = signed
    head, end, body = data.partition(b"\r\n\r\n")
    changed = head.replace(b"MIME-Version: 1.0", b"MIME-Version:\r\n  1.0") + end + body + b"\r\n\r\n"
    assert verified(changed, records) == [True, True]


def test_the_unsubscribe_headers_are_inside_the_signature(signed):
    signed_fields = re.search(rb"\sh=([^;]+);", signed[0])[1].replace(b"\r\n ", b"").split(b":")
    assert {b"list-unsubscribe", b"list-unsubscribe-post", b"from", b"message-id"} <= {*signed_fields}


@pytest.mark.parametrize("content", [None, b"", b"no key", "weak", "other"])
def test_a_key_that_cannot_sign_is_named(tmp_path, content):
    path = tmp_path / "dkim.pem"
    if content in {"weak", "other"}:
        key = ec.generate_private_key(ec.SECP256R1())
        content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SendError, match=r"dkim\.pem of send\.dkim"):
        Signer.of(path, "a.example", "s")


# -- the rules


def ended(state, answer="", row=1):
    return Settled(row=row, state=state, answer=plain_text(answer))


def course(*every, domain="a.example"):
    made = Course()
    for each in every:
        made.note(domain, each)
    return made


def test_what_is_put_off_is_tried_later_and_later():
    waits = [again_at(tries, NOW) - NOW for tries in (1, 2, 3, 4, 9, 99)]
    assert waits == [timedelta(minutes=minutes) for minutes in (5, 20, 80, 320, 720, 720)]


@pytest.mark.parametrize(
    "answer",
    [
        "550-5.7.26 Your email has been blocked because the sender is unauthenticated",
        "550 5.7.515 Access denied, sending domain does not meet the required authentication level",
    ],
)
def test_a_refusal_of_the_sender_stops_the_send(answer):
    assert "something against the sender" in course(ended(REFUSED, answer)).trouble


def test_one_who_is_unknown_stops_nothing_and_neither_does_greylisting():
    assert not course(ended(REFUSED, "550 5.1.1 no such user"), *[ended(SENT)] * 3).trouble
    assert not course(*[ended(LATER, "451 4.7.1 Greylisted, try again")] * 9).trouble
    assert "something against the sender" in course(*[ended(LATER, "421 4.7.0 your IP is rate limited")] * 3).trouble


def test_a_burst_of_refusals_stops_the_send_and_a_few_do_not():
    refused, sent = ended(REFUSED, "550 5.1.1 no such user"), ended(SENT)
    assert not course(*[refused] * 9).trouble
    assert "10 of the last 10 deliveries were refused" in course(*[refused] * 10).trouble
    assert not course(*[sent, sent, refused] * 30).trouble


def test_a_domain_that_puts_off_three_in_a_row_is_left_in_peace():
    made = course(*[ended(LATER, "451 busy")] * 3)
    assert made.rests("a.example")
    assert not made.rests("b.example")
    made.note("a.example", ended(SENT))
    assert not made.rests("a.example")


# -- several lines


@pytest.fixture
def small(tmp_path):
    opened = filled(f"sqlite:///{tmp_path / 'small.db'}", 0)
    yield opened
    opened.close()


@pytest.fixture
def store(store_url):
    opened = filled(store_url, 60)
    yield opened
    opened.close()


@pytest.mark.parametrize("pipelining", [True, False])
def test_each_reader_gets_the_letter_once_over_several_lines(site, letter, store, pipelining):
    with sink(pipelining=pipelining) as server:
        found = sent(letter, here(site, server.server_address[1]), store)
        assert (found.counts, found.left_out) == ({SENT: 60}, {})
        assert Counter(server.got) == {f"r{number}@d{number % 7}.example": 1 for number in range(60)}
        again = sent(letter, here(site, server.server_address[1]), store)
        assert (again.counts, again.left_out) == ({}, {"has it already": 60})
    assert state_of(store, letter).state == SendState.DONE


def test_who_joins_while_a_send_is_cut_off_is_no_part_of_it_and_gets_the_next(site, letter, store):
    hang_up = iter(["hang up", "hang up"])
    with sink(lambda verb, _: next(hang_up, None) if verb == "." else None) as server:
        there = here(site, server.server_address[1], 1)
        with pytest.raises(SendError, match="in a row were cut off"):
            sent(letter, there, store)
        assert state_of(store, letter).state == SendState.PAUSED
        with store.writing() as connection:
            kept.add_reader(connection, "late@d.example", plain_text(""), plain_text(""), NOW)
        with pytest.raises(SendError, match=r"is paused: 2 deliveries in a row were cut off.*--resume` goes on"):
            sent(letter, there, store)
        assert sent(letter, there, store, resume=True).counts == {SENT: 58}
        assert sent(letter, there, store).counts == {SENT: 1}
    assert server.got[-1] == "late@d.example"
    assert states(store, letter) == {SENT: 59, CLAIMED: 2}


@pytest.mark.parametrize("pipelining", [True, False])
def test_refusals_at_each_step_are_settled_and_the_others_get_theirs(site, letter, store, pipelining):
    answers = {
        ("RCPT", "r3@d3.example"): "550 5.1.1 no such user",
        ("RCPT", "r9@d2.example"): "451 4.2.1 busy",
        ("DATA", "r17@d3.example"): "452 4.2.2 full",
        (".", "r25@d4.example"): "554 5.6.0 no",
    }
    with sink(lambda *at: answers.get(at), pipelining=pipelining) as server:
        found = sent(letter, here(site, server.server_address[1]), store)
    assert found.counts == {SENT: 56, REFUSED: 2, LATER: 2}
    assert {(each.reader.email, each.state) for each in found.troubled} == {
        ("r3@d3.example", REFUSED),
        ("r9@d2.example", LATER),
        ("r17@d3.example", LATER),
        ("r25@d4.example", REFUSED),
    }
    assert len({*server.got}) == len(server.got) == 56


def test_a_domain_that_puts_off_is_left_in_peace_and_tried_in_a_later_run(site, letter, store):
    asked = []

    def plan(verb, recipient):
        if verb == "RCPT" and recipient.endswith("@d2.example"):
            asked.append(recipient)
            return "451 4.3.2 overloaded" if len(asked) < 20 else None
        return None

    clock = (NOW + timedelta(hours=hour) for hour in itertools.count())
    with sink(plan) as server:
        there = here(site, server.server_address[1])
        found = sent(letter, there, store)
        assert 3 <= found.count(LATER) <= 3 + 4
        assert found.count(SENT) == 60 - 9
        asked += [""] * 20
        assert sent(letter, there, store, lambda: next(clock)).count(SENT) == 9
    assert len({*server.got}) == len(server.got) == 60


def test_two_senders_with_several_lines_reach_each_reader_once(site, letter, store, store_url):
    other = Store(store_url)
    results = []
    with sink() as server:
        there = here(site, server.server_address[1])
        threads = [
            threading.Thread(target=lambda own=own: results.append(sent(letter, there, own))) for own in (store, other)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    other.close()
    assert sum(each.count(SENT) for each in results) == 60
    assert len({*server.got}) == len(server.got) == 60


def test_who_leaves_while_it_is_sent_is_not_claimed_after_that(site, letter, store):
    gone, after = [], []

    def leave(delivery):
        if len(gone) < 20:
            with store.writing() as connection:
                found = kept.readers_in(connection, ReaderState.ACTIVE)
                one = random.Random(len(gone)).choice(found)
                claimed = [
                    each.reader.email
                    for each in ledger.deliveries_of(connection, letter.edition)
                    if each.state not in {DeliveryState.WAITING, DeliveryState.EXCLUDED}
                ]
                kept.mark_left(connection, one.id, NOW)
            gone.append((one.email, one.email in claimed))
        after.append(delivery.reader.email)

    with sink() as server:
        sent(letter, here(site, server.server_address[1]), store, tell=leave)
    never = {email for email, was_claimed in gone if not was_claimed}
    assert never
    assert not never & {*server.got}
    assert states(store, letter)[DeliveryState.EXCLUDED] == len(never)


def test_what_is_cut_off_by_a_kill_is_uncertain_and_nobody_gets_it_twice(site, letter, tmp_path):
    """The short form of bench/kills, which does it many times."""
    url = f"sqlite:///{tmp_path / 'kill.db'}"
    filled(url, 300).close()
    with sink() as server:
        (tmp_path / "child.py").write_text(CHILD, encoding="utf-8")
        port = str(server.server_address[1])
        chance = random.Random(6)
        kills = 0
        for _ in range(8):
            before = len(server.got)
            with subprocess.Popen([sys.executable, str(tmp_path / "child.py"), str(site.root), url, port]) as child:
                while child.poll() is None and len(server.got) == before:
                    time.sleep(0.005)
                time.sleep(chance.uniform(0, 0.1))
                if child.poll() is None:
                    child.send_signal(signal.SIGKILL)
                    kills += 1
        subprocess.run([sys.executable, str(tmp_path / "child.py"), str(site.root), url, port], check=True)
        time.sleep(0.3)
        assert len({*server.got}) == len(server.got)
        store = Store(url)
        with store.reading() as connection:
            found = ledger.deliveries_of(connection, letter.edition)
        by_state = {state: {each.reader.email for each in found if each.state is state} for state in DeliveryState}
        store.close()
    assert by_state[SENT] <= {*server.got} <= by_state[SENT] | by_state[CLAIMED]
    assert kills > 0
    assert len(by_state[CLAIMED]) <= 4 * kills
    assert len(found) == 300 == len(by_state[SENT]) + len(by_state[CLAIMED])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_interrupts_a_send_leaves_nobody_uncertain(site, letter, tmp_path, number):
    url = f"sqlite:///{tmp_path / 'stop.db'}"
    filled(url, 1500).close()
    (tmp_path / "child.py").write_text(CHILD, encoding="utf-8")
    with sink() as server:
        port = str(server.server_address[1])
        command = [sys.executable, str(tmp_path / "child.py"), str(site.root), url, port]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as child:
            while not server.got:
                time.sleep(0.01)
            time.sleep(0.1)
            child.send_signal(number)
            assert child.wait(20) != 0
    store = Store(url)
    found = states(store, letter)
    store.close()
    assert 0 < found[SENT] == len(server.got) < 1500
    assert found[SENT] + found[DeliveryState.WAITING] == 1500


def test_a_server_that_takes_one_connection_gets_all_over_that_one(site, letter, store):
    with sink(most=1) as server:
        assert sent(letter, here(site, server.server_address[1]), store).counts == {SENT: 60}
    assert len({*server.got}) == len(server.got) == 60


def test_a_reader_whose_address_is_none_is_named_and_claimed_by_nobody(site, letter, small):
    with small.writing() as connection:
        kept.add_reader(connection, "ana@example.org\r\nBcc: x", plain_text(""), plain_text(""), NOW)
    with sink() as server, pytest.raises(SendError, match=r"cannot be made out to ana@example\.org .*readers remove"):
        sent(letter, here(site, server.server_address[1], 1), small)
    assert CLAIMED not in states(small, letter)
    assert not server.got


def test_a_store_that_fails_ends_every_line(site, letter, store, monkeypatch):
    def fail(*_):
        raise StoreError("the disk is full")

    def told(_):
        monkeypatch.setattr(ledger, "settle", fail)

    before = threading.active_count()
    with sink() as server, pytest.raises(StoreError, match="full"):
        sent(letter, here(site, server.server_address[1]), store, tell=told)
    for _ in range(100):
        if threading.active_count() <= before + 1:
            break
        time.sleep(0.05)
    assert threading.active_count() <= before + 1
    assert states(store, letter)[CLAIMED] <= 4


CHILD = """
import sys
from pathlib import Path
from pipeline import post as posts, send as room
from pipeline.send.letter import make_letter
from pipeline.send.ways import Smtp
from pipeline.settings import load
from pipeline.store import Store
settings = load(Path(sys.argv[1]), {})
smtp = settings.send.smtp.model_copy(update={"host": "127.0.0.1", "port": int(sys.argv[3]), "security": "none"})
settings = settings.model_copy(update={"send": settings.send.model_copy(update={"smtp": smtp})})
letter = make_letter(posts.read(settings.content / "posts/2026-11-16-what-had-no-name.md"), settings)
room.send(letter, settings, Store(sys.argv[2]), Smtp(settings), lambda _: None)
"""


@pytest.mark.parametrize("fault", ["all", "421-text", "drip"])
def test_a_mail_server_that_misbehaves_makes_nobody_get_it_twice_and_loses_nobody(fault):
    """The short form of bench/faults."""
    words = ["--letters", "40", "--share", "0.15", "--only", fault]
    bench = Path(__file__).parents[1] / "bench" / "faults"
    done = subprocess.run([sys.executable, str(bench), *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "WRONG" not in done.stdout
    assert " faults    0 " not in done.stdout
