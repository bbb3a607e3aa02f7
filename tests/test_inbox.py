"""What comes back does what it should to readers, once, only where it is proven, and can be taken back."""

import json
import mailbox
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imap_server import serving
from pipeline.connect.network import Network
from pipeline.errors import SendError, UsageError
from pipeline.html import plain_text
from pipeline.model import (
    Arrived,
    DeliveryState,
    Done,
    EditionId,
    Effect,
    Proof,
    ReaderState,
    Returned,
    ReturnKind,
    ReturnReason,
    Settled,
)
from pipeline.send.consequences import Consequences
from pipeline.send.returned import MOST_BYTES, arrived, effect_of
from pipeline.settings.sections import ConnectSettings
from pipeline.store import Store, forgotten
from pipeline.store import deliveries as ledger
from pipeline.store import send as kept
from pipeline.store import sends as sendings

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
SENDER = "ana@ana-ruiz.example"


def name_of(edition, email):
    """A Message-ID as ours are: a hash at the sender's domain."""
    import hashlib

    return f"<{hashlib.sha256(f'{edition} {email}'.encode()).hexdigest()[:32]}@ana-ruiz.example>"


def add(store, *emails):
    with store.writing() as connection:
        for email in emails:
            kept.add_reader(connection, email, plain_text(""), plain_text("asked"), NOW - timedelta(days=90))


def sent(store, edition, at=NOW - timedelta(days=1), how=DeliveryState.SENT, answer="250 OK"):
    """Send an edition to all who get letters, by the ledger alone."""
    with store.writing() as connection:
        ledger.freeze(connection, EditionId(edition), (), at)
        for row, reader, _ in ledger.candidates(connection, EditionId(edition), 0, 1000, at):
            ledger.claim(connection, {row: name_of(edition, reader.email)}, at)
            ledger.settle(connection, [Settled(row=row, state=how, answer=plain_text(answer))], at)
        sendings.stop(connection, EditionId(edition), "done")


def reader(store, email="mei@example.org"):
    with store.reading() as connection:
        return kept.reader_by_email(connection, email)


def bounce(recipient="mei@example.org", letter="", status="5.1.1", words="550 5.1.1 User unknown", action="failed"):
    returned = f"Message-ID: {letter}\n" if letter else ""
    return f"""From: MAILER-DAEMON@mx.example.net
To: {SENDER}
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

It did not arrive.
--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}
--b1
Content-Type: message/rfc822

{returned}To: {recipient}
Subject: The letter

Words.
--b1--
""".encode()


def soft(edition, email="mei@example.org"):
    return bounce(email, name_of(edition, email), "5.2.2", "552 5.2.2 Mailbox full")


def complaint(letter, recipient="mei@example.org"):
    return f"""From: fbl@example.net
To: {SENDER}
Subject: Abuse report
Content-Type: multipart/report; report-type=feedback-report; boundary="b1"

--b1
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Test/1
Version: 1
Original-Rcpt-To: <{recipient}>
--b1
Content-Type: message/rfc822

Message-ID: {letter}
To: {recipient}
Subject: The letter

Words.
--b1--
""".encode()


def wish(sender="mei@example.org", to=SENDER, subject="unsubscribe", more=""):
    return f"From: Mei <{sender}>\nTo: {to}\nSubject: {subject}\n{more}\n\n".encode()


def take(store, mail, now=NOW):
    return Consequences(store, now).take(arrived(mail, "file", SENDER))


def done(store, mail, now=NOW):
    (ruling,) = take(store, mail, now)
    return ruling.done


@pytest.fixture
def sent_one(store):
    add(store, "mei@example.org", "ana@example.org")
    sent(store, "one")
    return store


LETTER = name_of("one", "mei@example.org")


# -- what takes a reader off


def test_an_address_that_is_gone_takes_the_reader_off_at_once_with_the_reason(sent_one):
    (ruling,) = take(sent_one, bounce(letter=LETTER))
    assert (ruling.done, ruling.proof, ruling.edition, ruling.email) == (
        Done.LEFT,
        Proof.NAMED,
        "one",
        "mei@example.org",
    )
    mei = reader(sent_one)
    assert (mei.state, mei.because) == (ReaderState.LEFT, "the address is gone: userunknown (550 5.1.1)")
    assert reader(sent_one, "ana@example.org").state is ReaderState.ACTIVE


def test_a_complaint_takes_the_reader_off_even_where_the_address_was_taken_out_of_it(sent_one):
    assert done(sent_one, complaint(LETTER, "redacted@redacted.invalid")) is Done.LEFT
    assert (reader(sent_one).state, reader(sent_one).because) == (ReaderState.LEFT, "complained to their mail service")


def test_the_same_mail_counts_once_however_its_lines_end(sent_one):
    mail = bounce(letter=LETTER)
    assert len(take(sent_one, mail)) == 1
    assert take(sent_one, mail) == ()
    assert take(sent_one, mail.replace(b"\n", b"\r\n")) == ()
    assert len(Consequences(sent_one, NOW).rulings()) == 1


def test_three_strikes_in_five_letters_pause_and_two_do_not(store):
    add(store, "mei@example.org", "bea@example.org")
    for day, edition in enumerate(["one", "two", "three", "four", "five", "six", "seven"]):
        sent(store, edition, NOW - timedelta(days=30 - day))
    assert [done(store, soft(edition)) for edition in ("one", "two")] == [Done.STRIKE, Done.STRIKE]
    assert [done(store, soft(edition)) for edition in ("three", "four")] == [Done.STRIKE, Done.STRIKE]
    assert reader(store).state is ReaderState.ACTIVE  # one and two are too long ago
    assert done(store, soft("six")) is Done.PAUSED
    mei = reader(store)
    assert (mei.state, mei.paused_until) == (ReaderState.PAUSED, None)
    assert mei.because == "3 of the last 5 letters did not arrive, the latest for: mailboxfull (552 5.2.2)"


def test_two_words_about_one_letter_are_one_strike(store):
    add(store, "mei@example.org")
    for day, edition in enumerate(["one", "two", "three"]):
        sent(store, edition, NOW - timedelta(days=30 - day))
    for number in range(4):
        again = soft("one") + b"X" * number
        assert done(store, again) is Done.STRIKE
    assert reader(store).state is ReaderState.ACTIVE


SENDERS = sorted(set(ReturnReason) - {ReturnReason.FEEDBACK, ReturnReason.VACATION, ReturnReason.DELIVERED})
OURS = [
    reason
    for reason in SENDERS
    if effect_of(Returned(kind=ReturnKind.BOUNCE, reason=reason)) is Effect.NOTHING
    and reason not in {ReturnReason.USERUNKNOWN, ReturnReason.HOSTUNKNOWN, ReturnReason.HASMOVED}
]


def test_the_reasons_that_lie_with_the_sender_are_those_of_the_bench():
    assert {"blocked", "authfailure", "policyviolation", "speeding", "badreputation", "spamdetected"} <= set(OURS)


@given(reasons=st.lists(st.sampled_from(OURS), min_size=1, max_size=30), pending=st.booleans(), vouched=st.booleans())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_reason_that_lies_with_the_sender_ever_changes_a_reader(tmp_path_factory, reasons, pending, vouched):
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('store') / 'byline.db'}")
    try:
        add(store, "mei@example.org")
        for number in range(5):
            sent(store, f"e{number}", NOW - timedelta(days=9 - number))
        before = reader(store)
        for number, reason in enumerate(reasons):
            event = Returned(
                kind=ReturnKind.BOUNCE, reason=reason, recipient=plain_text("mei@example.org"), pending=pending
            )
            letters = (name_of(f"e{number % 5}", "mei@example.org"),)
            came = Arrived(key=f"k{number}", source="file", events=(event,), letters=letters, is_vouched=vouched)
            (ruling,) = Consequences(store, NOW).take(came)
            assert ruling.done is Done.NOTHING
        assert reader(store) == before
    finally:
        store.close()


def test_a_delivery_that_is_still_being_tried_changes_nobody(sent_one):
    assert (
        done(sent_one, bounce(letter=LETTER, action="delayed", status="4.1.1", words="450 4.1.1 later")) is Done.NOTHING
    )
    assert reader(sent_one).state is ReaderState.ACTIVE


# -- what could be forged


def test_a_bounce_that_names_no_letter_of_ours_waits_for_the_author(sent_one):
    assert done(sent_one, bounce()) is Done.WAITS
    assert done(sent_one, bounce(letter="<0123456789abcdef0123456789abcdef@ana-ruiz.example>")) is Done.WAITS
    assert reader(sent_one).state is ReaderState.ACTIVE


def test_who_has_a_letter_speaks_of_nobody_but_themselves_by_it(sent_one):
    """Ana knows her own Message-ID, and writes Mei's address beside it."""
    (ruling,) = take(sent_one, bounce("mei@example.org", name_of("one", "ana@example.org")))
    assert (ruling.email, ruling.done) == ("ana@example.org", Done.STRIKE)
    assert reader(sent_one).state is ReaderState.ACTIVE


def test_where_a_mailbox_sends_on_to_another_that_is_gone_it_is_a_strike(sent_one):
    (ruling,) = take(sent_one, bounce("mei@elsewhere.example", LETTER))
    assert (ruling.email, ruling.done, ruling.effect) == ("mei@example.org", Done.STRIKE, Effect.STRIKE)


@pytest.mark.parametrize("address", ["Mei@Example.ORG", "mei@mail.example.org", "mei+letters@example.org"])
def test_other_names_of_the_same_mailbox_are_that_mailbox(sent_one, address):
    assert done(sent_one, bounce(address, LETTER)) is Done.LEFT


def test_a_letter_that_was_never_sent_to_somebody_is_none(store):
    add(store, "mei@example.org")
    assert [ruling.email for ruling in take(store, bounce())] == [""]
    assert Consequences(store, NOW).rulings() == ()


def test_what_is_nobodys_letter_and_what_is_no_bounce_is_not_kept(sent_one):
    others = [
        b"From: friend@example.com\nTo: ana@ana-ruiz.example\nSubject: Lunch?\n\nAt one.\n",
        b"From: mei@example.org\nAuto-Submitted: auto-replied\nSubject: Away\n\nI am away.\n",
        bounce("stranger@example.com"),
    ]
    for mail in others:
        take(sent_one, mail)
    assert Consequences(sent_one, NOW).rulings() == ()


def answer(sender, subject="Re: The letter", to=LETTER):
    return f"From: {sender}\nTo: {SENDER}\nSubject: {subject}\nIn-Reply-To: {to}\n\nA word between us.\n".encode()


def test_that_a_reader_answered_a_letter_is_kept_and_not_what_they_wrote(sent_one):
    (ruling,) = take(sent_one, answer("Mei <Mei@example.org>"))
    assert (ruling.email, ruling.event.kind, ruling.done) == ("mei@example.org", ReturnKind.OTHER, Done.NOTHING)
    assert take(sent_one, answer("Mei <Mei@example.org>")) == ()
    (kept_one,) = Consequences(sent_one, NOW).rulings()
    assert not any(Consequences(sent_one, NOW).show(kept_one.id)[1])
    assert take(sent_one, answer("friend@example.com"))[0].id == 0
    assert take(sent_one, answer("mei@example.org", to="<nobody-knows@example.org>"))[0].id == 0
    assert len(Consequences(sent_one, NOW).rulings()) == 1


def test_who_answered_a_letter_is_offered_as_somebody_to_have_been_in_touch_with(sent_one, tmp_path):
    net = Network(lambda: sent_one, ConnectSettings(), tmp_path, NOW)
    net.add({"name": ["Mei"], "emails": ["mei@example.org"]})
    take(sent_one, answer("mei@example.org"))
    assert [person.name for person, _ in net.offered()] == ["Mei"]


def test_a_wish_to_leave_by_the_address_that_the_letter_names_is_heeded(sent_one):
    (ruling,) = take(sent_one, wish())
    assert (ruling.done, ruling.proof) == (Done.LEFT, Proof.ASKED)
    assert reader(sent_one).because == "asked by mail to leave"


def test_a_wish_in_an_answer_to_a_letter_is_heeded_whoever_answers(sent_one):
    mail = wish("mei.private@example.com", subject="Re: unsubscribe", more=f"In-Reply-To: {LETTER}")
    (ruling,) = take(sent_one, mail)
    assert (ruling.done, ruling.email, ruling.proof) == (Done.LEFT, "mei@example.org", Proof.NAMED)


@pytest.mark.parametrize(
    "mail",
    [
        wish(subject="Please unsubscribe"),
        wish(to="somebody-else@example.net"),
        wish(more="Authentication-Results: mx.ana-ruiz.example; dmarc=fail header.from=example.org"),
        b"From: Mei <mei@example.org>, Mallory <m@example.net>\nTo: ana@ana-ruiz.example\nSubject: unsubscribe\n\n",
        b'From: "mei@example.org" <m@example.net>\nTo: ana@ana-ruiz.example\nSubject: unsubscribe\n\n',
    ],
)
def test_a_wish_that_may_be_another_mans_is_not_heeded_by_itself(sent_one, mail):
    assert {ruling.done for ruling in take(sent_one, mail)} <= {Done.WAITS, Done.NOTHING}
    assert reader(sent_one).state is ReaderState.ACTIVE


def test_the_author_decides_about_what_waits(sent_one):
    (first,), (second,) = take(sent_one, bounce()), take(sent_one, bounce() + b"again")
    consequences = Consequences(sent_one, NOW)
    assert [ruling.id for ruling in consequences.rulings(waiting=True)] == [second.id, first.id]
    assert consequences.settle(first.id, counts=False).done is Done.DISMISSED
    assert reader(sent_one).state is ReaderState.ACTIVE
    assert consequences.settle(second.id, counts=True).done is Done.LEFT
    assert reader(sent_one).state is ReaderState.LEFT
    assert consequences.rulings(waiting=True) == ()
    with pytest.raises(UsageError, match="does not wait"):
        consequences.settle(first.id, counts=True)


# -- taken back


def test_what_was_done_is_undone_and_stays_so(sent_one):
    before, (ruling,) = reader(sent_one), take(sent_one, bounce(letter=LETTER))
    assert Consequences(sent_one, NOW).undo(ruling.id) == before
    assert reader(sent_one) == before
    assert take(sent_one, bounce(letter=LETTER)) == ()
    assert reader(sent_one) == before
    (told,) = Consequences(sent_one, NOW).rulings()
    assert (told.done, told.undone_at) == (Done.LEFT, NOW)
    with pytest.raises(UsageError, match="nothing to undo"):
        Consequences(sent_one, NOW).undo(ruling.id)


def test_who_paused_by_themselves_is_put_back_to_that(sent_one):
    until = NOW + timedelta(days=40)
    with sent_one.writing() as connection:
        from pipeline.model import Preferences

        kept.prefer(connection, kept.reader_by_email(connection, "mei@example.org").id, Preferences(paused_until=until))
    (ruling,) = take(sent_one, complaint(LETTER))
    back = Consequences(sent_one, NOW).undo(ruling.id)
    assert (back.state, back.paused_until) == (ReaderState.PAUSED, until)


def test_one_of_two_reasons_taken_back_leaves_the_other(sent_one):
    (one,), (two,) = take(sent_one, bounce(letter=LETTER)), take(sent_one, complaint(LETTER))
    still = Consequences(sent_one, NOW).undo(one.id)
    assert (still.state, still.because) == (ReaderState.LEFT, "complained to their mail service")
    assert Consequences(sent_one, NOW).undo(two.id).state is ReaderState.ACTIVE


def test_a_strike_taken_back_ends_the_pause(store):
    add(store, "mei@example.org")
    for day, edition in enumerate(["one", "two", "three"]):
        sent(store, edition, NOW - timedelta(days=30 - day))
    rulings = [take(store, soft(edition))[0] for edition in ("one", "two", "three")]
    assert reader(store).state is ReaderState.PAUSED
    assert Consequences(store, NOW).undo(rulings[0].id).state is ReaderState.ACTIVE
    assert reader(store).because == ""


def test_a_readers_own_word_is_not_taken_back_with_ours(sent_one):
    from pipeline.send.optin import OptIn
    from pipeline.send.tokens import Tokens

    (ruling,) = take(sent_one, bounce(letter=LETTER))
    assert OptIn(sent_one, Tokens(["k" * 32])).leave(reader(sent_one).token, NOW)
    assert Consequences(sent_one, NOW).undo(ruling.id).state is ReaderState.LEFT
    assert reader(sent_one).state is ReaderState.LEFT


def test_who_asks_anew_is_not_held_to_what_came_back_before(store):
    add(store, "mei@example.org")
    for day, edition in enumerate(["one", "two", "three"]):
        sent(store, edition, NOW - timedelta(days=30 - day))
    for edition in ("one", "two"):
        take(store, soft(edition), NOW - timedelta(days=5))
    with store.writing() as connection:
        kept.mark_left(connection, kept.reader_by_email(connection, "mei@example.org").id, NOW - timedelta(days=3))
        kept.rejoin(connection, "mei@example.org", plain_text("asked anew"), NOW - timedelta(days=2))
    assert done(store, soft("three")) is Done.STRIKE
    assert reader(store).state is ReaderState.ACTIVE


# -- shown and erased


def test_erasing_a_reader_takes_every_word_of_what_came_back(sent_one):
    take(sent_one, bounce(letter=LETTER))
    mei = reader(sent_one)
    with sent_one.reading() as connection:
        (told,) = forgotten.everything_about(connection, mei.id)["returned"]
    assert (told["reason"], told["done"]) == ("userunknown", "left")
    assert "Final-Recipient" in told["excerpt"]
    with sent_one.writing() as connection:
        forgotten.erase(connection, mei.id)
    with sent_one.reading() as connection:
        rows = [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM returns")]
    assert len(rows) == 1
    assert "example.org" not in repr(rows)
    assert take(sent_one, bounce(letter=LETTER))[0].email == ""
    assert Consequences(sent_one, NOW).rulings() == ()


def test_a_decision_shows_its_mail_within_bounds(sent_one):
    long = bounce(letter=LETTER).replace(b"It did not arrive.", b"It did not arrive. \x1b[31m" + b"x" * 90_000)
    (ruling,) = take(sent_one, long)
    _, mail = Consequences(sent_one, NOW).show(ruling.id)
    assert mail[0] == "From: MAILER-DAEMON@mx.example.net"
    assert any("It did not arrive." in line for line in mail)
    assert (len(mail) <= 60, max(map(len, mail)) <= 300, "\x1b" in "".join(mail)) == (True, True, False)


# -- refused while it was handed over


def test_a_refusal_while_sending_is_read_by_the_same_rules(store):
    add(store, "mei@example.org")
    sent(store, "one", how=DeliveryState.REFUSED, answer="550 5.1.1 no such user here")
    add(store, "bea@example.org")
    sent(store, "two", how=DeliveryState.REFUSED, answer="554 5.7.1 your address is on a block list")
    (gone,) = Consequences(store, NOW).after_sending(EditionId("one"))
    assert (gone.email, gone.done, gone.proof, gone.source) == ("mei@example.org", Done.LEFT, Proof.VOUCHED, "send")
    told = {each.email: each.done for each in Consequences(store, NOW).after_sending(EditionId("two"))}
    assert told["bea@example.org"] is Done.NOTHING
    assert Consequences(store, NOW).after_sending(EditionId("one")) == ()
    assert (reader(store).state, reader(store, "bea@example.org").state) == (ReaderState.LEFT, ReaderState.ACTIVE)


def test_a_send_takes_off_whom_the_mail_server_does_not_know(site, byline, mailbox, online):
    online(site)
    configured(site, smtp={"host": "127.0.0.1", "port": mailbox.port, "security": "none"})
    for name in ("mei", "bea"):
        byline("readers", "add", f"{name}@example.org", "--consent", "asked", at=site)
    mailbox.answers["mei@example.org"] = "550 5.1.1 no such user"
    post = next((site / "content/posts").glob("*.md"))
    code, out, err = byline("send", post.stem, "--built-elsewhere", "--yes", at=site)
    assert code == 1, (out, err)
    _, shown, _ = byline("readers", "show", "mei@example.org", "--json", at=site)
    assert json.loads(shown)["state"] == "left"
    assert json.loads(shown)["because"] == "the address is gone: userunknown (550 5.1.1)"
    assert json.loads(byline("readers", "show", "bea@example.org", "--json", at=site)[1])["state"] == "active"


# -- by IMAP


def configured(site, **send):
    path = site / "byline.yml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["send"] |= send
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")


@pytest.fixture
def imap(tmp_path, monkeypatch):
    with serving(tmp_path) as served:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        yield served


@pytest.fixture
def at_home(site, imap, open_app):
    """A site whose mailbox is the server on loopback, and a letter that went to two readers."""
    configured(site, inbox={"host": "127.0.0.1", "port": imap.port, "done_folder": "Done"})
    app = open_app(site, {"BYLINE_INBOX_PASSWORD": imap.password})
    add(app.store, "mei@example.org", "ana@example.org")
    sent(app.store, "one")
    return app


def read(app, *, only_look=False, files=()):
    told = []
    notes = app.returns.read(files, told.append, only_look=only_look)
    return [ruling for looked in told for ruling in looked.rulings if ruling.email], notes


def test_new_mails_are_read_once_and_only_ours_is_marked_and_moved(at_home, imap):
    private = imap.put(b"From: friend@example.com\nSubject: Lunch?\n\nAt one.\n")
    imap.put(bounce(letter=LETTER))
    ((ruling,), notes) = read(at_home)
    assert (ruling.done, notes) == (Done.LEFT, ())
    assert not imap.folders["INBOX"][private].seen
    (moved,) = imap.folders["Done"].values()
    assert moved.seen
    imap.said.clear()
    assert read(at_home) == ([], ())
    assert not [said for said in imap.said if said.startswith("uid_FETCH")]
    assert not [said for said in imap.said if "EXPUNGE" in said or "Deleted" in said]


def test_an_answer_stays_unread_where_it_is(at_home, imap):
    assert at_home.heard.answers() == []
    number = imap.put(answer("mei@example.org"))
    ((ruling,), notes) = read(at_home)
    assert (bool(ruling.id), ruling.event.kind, notes) == (True, ReturnKind.OTHER, ())
    assert not imap.folders["INBOX"][number].seen
    assert at_home.heard.answers() == [("mei@example.org", "one", at_home.now)]


def test_a_first_round_begins_with_the_day_of_the_first_letter(at_home, imap):
    imap.put(complaint(LETTER), came=(NOW - timedelta(days=400)).date())
    imap.put(complaint(LETTER) + b"new")
    rulings, _ = read(at_home)
    assert len(rulings) == 1


def test_where_the_numbers_of_a_mailbox_begin_anew_nothing_is_done_twice(at_home, imap):
    imap.put(complaint(LETTER))
    assert len(read(at_home)[0]) == 1
    imap.folders["INBOX"], imap.validity = {}, 8
    imap.put(complaint(LETTER))
    imap.put(bounce(letter=LETTER))
    assert [ruling.event.kind for ruling in read(at_home)[0]] == [ReturnKind.BOUNCE]


def test_a_rehearsal_changes_nothing_here_or_there(at_home, imap):
    imap.put(complaint(LETTER))
    ((ruling,), _) = read(at_home, only_look=True)
    assert ruling.done is Done.LEFT
    assert reader(at_home.store).state is ReaderState.ACTIVE
    assert at_home.returns.rulings() == ()
    assert [said for said in imap.said if said.startswith(("SELECT", "uid_STORE", "uid_MOVE"))] == []
    assert len(read(at_home)[0]) == 1


def test_a_round_that_ends_in_the_middle_goes_on_where_it_was(at_home, imap):
    imap.put(complaint(LETTER))
    imap.put(complaint(name_of("one", "ana@example.org"), "ana@example.org"))

    class CutOffError(Exception):
        pass

    def cut(_looked):
        raise CutOffError

    with pytest.raises(CutOffError):
        at_home.returns.read((), cut, only_look=False)
    assert reader(at_home.store).state is ReaderState.LEFT
    assert [ruling.email for ruling in read(at_home)[0]] == ["ana@example.org"]


def test_a_mail_without_end_is_read_to_a_bound(at_home, imap):
    imap.put(bounce(letter=LETTER) + b"x" * 3 * MOST_BYTES)
    assert len(read(at_home)[0]) == 1


def test_a_server_that_sends_more_than_was_asked_for_is_left(at_home, imap):
    imap.put(bounce(letter=LETTER))
    imap.hooks["uid_fetch"] = lambda _: b"* 1 FETCH (UID 1 BODY[]<0> {999999999}\r\n"
    with pytest.raises(SendError, match="999999999 bytes"):
        read(at_home)


def test_a_server_that_hangs_up_in_the_middle_is_told_and_nothing_is_lost(at_home, imap):
    imap.put(complaint(LETTER))

    def hang_up(_talk):
        raise OSError

    imap.hooks["uid_fetch"] = hang_up
    with pytest.raises(SendError, match="run it again"):
        read(at_home)
    imap.hooks.clear()
    assert len(read(at_home)[0]) == 1


def test_a_certificate_that_nobody_vouches_for_is_not_believed(at_home, imap, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(SendError, match=r"cannot be reached: .*certificate"):
        read(at_home)
    assert imap.said == []


def test_a_wrong_password_is_told_with_the_remedy(at_home, imap):
    imap.password = "another"
    with pytest.raises(SendError, match="BYLINE_INBOX_PASSWORD"):
        read(at_home)


def test_a_server_without_plain_login_is_logged_in_to_by_name(at_home, imap):
    imap.can = "IMAP4rev1"
    imap.put(complaint(LETTER))
    rulings, notes = read(at_home)
    assert len(rulings) == 1
    assert notes == ("the server cannot move mails (RFC 6851), so they stay where they are",)


def test_a_folder_that_is_not_there_is_told(at_home, imap):
    del imap.folders["Done"]
    imap.put(complaint(LETTER))
    (_, (note,)) = read(at_home)
    assert "send.inbox.done_folder, Done" in note
    del imap.folders["INBOX"]
    with pytest.raises(SendError, match="has no folder INBOX"):
        read(at_home)


def test_starttls_protects_before_anything_is_said(site, open_app, tmp_path, monkeypatch):
    with serving(tmp_path, implicit=False) as imap:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        imap.can = "IMAP4rev1 STARTTLS AUTH=PLAIN"
        configured(site, inbox={"host": "127.0.0.1", "port": imap.port, "security": "starttls"})
        app = open_app(site, {"BYLINE_INBOX_PASSWORD": imap.password})
        add(app.store, "mei@example.org")
        sent(app.store, "one")
        imap.put(complaint(LETTER))
        assert len(read(app)[0]) == 1
        names = [said.split()[0].upper() for said in imap.said]
        assert names.index("STARTTLS") < names.index("AUTHENTICATE")


# -- files, and the command


def test_files_maildirs_and_mboxes_are_read(at_home, tmp_path):
    single = tmp_path / "one.eml"
    single.write_bytes(bounce(letter=LETTER))
    box = mailbox.mbox(tmp_path / "box")
    box.add(complaint(LETTER))
    box.add(soft("one"))
    box.close()
    folder = mailbox.Maildir(tmp_path / "maildir")
    folder.add(complaint(name_of("one", "ana@example.org"), "ana@example.org"))
    rulings, _ = read(at_home, files=(single, tmp_path / "box", tmp_path / "maildir"))
    assert [(ruling.email[:3], ruling.event.kind.value) for ruling in rulings] == [
        ("mei", "bounce"),
        ("mei", "complaint"),
        ("mei", "bounce"),
        ("ana", "complaint"),
    ]
    assert read(at_home, files=(single, tmp_path / "box", tmp_path / "maildir")) == ([], ())


def test_what_cannot_be_read_is_told(at_home, tmp_path):
    with pytest.raises(UsageError, match="no Maildir"):
        read(at_home, files=(tmp_path,))
    with pytest.raises(UsageError, match="cannot be read"):
        read(at_home, files=(tmp_path / "none.eml",))


@pytest.mark.usefixtures("at_home")
def test_the_command_says_line_by_line_what_was_done_and_takes_it_back(site, byline, tmp_path):
    mail = tmp_path / "b.eml"
    mail.write_bytes(bounce(letter=LETTER))
    doubtful = tmp_path / "d.eml"
    doubtful.write_bytes(bounce("ana@example.org"))
    _, out, _ = byline("inbox", "--dry-run", mail, at=site)
    assert "mei@example.org would be off the list" in out
    assert "Nothing was done or kept." in out
    code, out, _ = byline("inbox", mail, doubtful, at=site)
    assert code == 0
    assert "1  2026-11-23  mei@example.org is off the list. to mei@example.org: the address is gone" in out.replace(
        "To", "to"
    )
    assert "2  2026-11-23  ana@example.org stays until you decide, as nothing in it proves" in out
    assert "Looked at 2 mails" in out
    assert "Inbox      1 mail to decide about" in byline("status", at=site)[1]
    assert json.loads(byline("inbox", "--list", "--json", at=site)[1])["events"][1]["done"] == "left"
    assert "Final-Recipient" in byline("inbox", "--show", "1", at=site)[1]
    assert "mei@example.org gets letters." in byline("inbox", "--undo", "1", at=site)[1]
    assert "(undone on 2026-11-23)" in byline("inbox", "--list", at=site)[1]
    assert byline("inbox", "--undo", "1", at=site)[0] == 2
    assert "ana@example.org" in byline("inbox", "--waiting", at=site)[1]
    assert "you decided that it means nothing" in byline("inbox", "--dismiss", "2", at=site)[1]
    assert json.loads(byline("status", "--json", at=site)[1])["returned"] == 0
    assert "returned" in byline("readers", "show", "mei@example.org", at=site)[1]


@pytest.mark.parametrize(
    "words", [["--list", "--undo", "1"], ["--undo", "1", "a.eml"], ["--dry-run", "--list"], ["--show", "99"], []]
)
def test_what_does_not_go_together_is_told(site, byline, words):
    code, _, err = byline("inbox", *words, at=site)
    assert code == 2
    assert err.startswith("byline: ")
