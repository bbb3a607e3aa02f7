"""The room send: the letter, the message made out to a reader, and getting it to each reader once."""

import itertools
import json
import re
import socketserver
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest

from pipeline import post as posts
from pipeline import send as room
from pipeline.cli.init import _sample_files, make
from pipeline.errors import SendError
from pipeline.html import plain_text, safe_url
from pipeline.model import DeliveryState, Reader, ReaderState, Source
from pipeline.send.letter import make_letter
from pipeline.send.message import Envelope, Mould
from pipeline.send.ways import Folder, Smtp
from pipeline.settings import load
from pipeline.store import Store
from pipeline.store import deliveries as kept_deliveries
from pipeline.store import send as kept

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
HOME = "https://nadia-verhoeven.example/"
WAITING, EXCLUDED, CLAIMED, SENT, LATER, REFUSED = DeliveryState


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The settings of the sample site."""
    folder = tmp_path_factory.mktemp("sample") / "site"
    make(folder, dict(_sample_files()))
    return load(folder, {})


@pytest.fixture(scope="module")
def edition(site):
    return posts.read(site.content / "posts/2026-11-16-what-had-no-name.md")


@pytest.fixture(scope="module")
def letter(edition, site):
    return make_letter(edition, site)


def changed(settings, section, **values):
    return settings.model_copy(update={section: getattr(settings, section).model_copy(update=values)})


def wire(letter, reader, envelope, now):
    """The bytes of a letter made out to a reader, as they go over the wire."""
    return Mould(letter, envelope).message(reader, now).data


def make_message(letter, reader, envelope, now):
    """The same as a mail program reads it."""
    return message_from_bytes(wire(letter, reader, envelope, now), policy=policy.default)


def reader(number=1, email="ana@example.org", name="Ana Ruiz"):
    known = {"id": number, "email": email, "name": plain_text(name), "token": f"token-{number}"}
    return Reader(state=ReaderState.ACTIVE, consent=plain_text(""), consented_at=NOW, **known)


class Html(HTMLParser):
    """Links, tags and words of a letter."""

    def __init__(self, text):
        super().__init__()
        self.links, self.tags, self.words, self._in_style = [], [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._in_style = tag == "style"
        self.tags.append((tag, dict(attrs)))
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data):
        self.words += [] if self._in_style else data.split()


# -- the letter


def test_text_and_html_say_the_same_with_the_same_links_and_begin_with_the_summary(letter, edition, site):
    web = HOME + "posts/2026-11-16-what-had-no-name/"
    assert (letter.subject, letter.web_url) == ("The things that had no name", web)
    page, words = Html(letter.html), " ".join(re.sub(r"(?m)^> ?|^  +", "", letter.text).split())
    in_text = re.findall(r"https?://[^\s<>]+", letter.text)
    assert set(page.links) == set(in_text) >= {HOME, web, *(take.url for take in edition.takes)}
    in_html = " ".join(page.words)
    assert in_html.removeprefix(edition.title).strip().startswith(edition.summary)
    assert words.startswith(edition.summary)
    for said in (site.send.reason, "2000 Antwerp", *(take.heading for take in edition.takes)):
        assert said in in_html
        assert said in words
    assert "\n\nNadia Verhoeven\nOude Werf 12\n2000 Antwerp\n" in letter.text
    assert max(len(line) for line in letter.text.splitlines() if "https://" not in line) <= 72


def test_a_letter_asks_nobody_for_anything_and_runs_nothing(letter):
    tags = Html(letter.html).tags
    assert not {"script", "img", "iframe", "link", "form", "object"} & {tag for tag, _ in tags}
    assert not [name for _, values in tags for name in values if name.startswith("on") or name == "src"]
    assert not re.search(r"url\(|@import", letter.html)


def test_a_hostile_title_summary_or_publisher_is_only_words(edition, site):
    evil = plain_text("</title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}&amp;")
    source = Source(url=safe_url("https://a.example/"), title=evil, publisher=evil)
    body = "## [x](https://a.example/)\n\n<script>alert(1)</script>[y](javascript:alert(1)) words\n"
    post = posts.parse(f"---\ndate: 2026-11-23\ntitle: x\n---\n{body}")
    made = make_letter(replace(post, title=evil, summary=evil, sources=(source,), path=edition.path), site)
    page = Html(made.html)
    assert not {"script", "img"} & {tag for tag, _ in page.tags}
    assert not [link for link in page.links if not link.startswith("https://")]
    assert " ".join(page.words).count("{{ 7*7 }}&amp;") == 4  # <title>, summary, heading and publisher
    assert " ".join(made.text.split()).count("{{ 7*7 }}&amp;") >= 2


def test_template_strings_in_names_and_titles_print_as_themselves(edition, site, corpora):
    lines = (corpora / "hostile/patt-ssti.jsonl").read_text(encoding="utf-8").splitlines()
    for title in (plain_text(json.loads(line)["input"]) for line in lines[::3]):
        made = make_letter(replace(edition, title=title, summary=title), site)
        message = made_out(made, reader(name=title[:40]), site)
        assert title in " ".join(Html(made.html).words)
        assert message["Subject"].strip() == title
        assert message["To"].addresses[0].display_name == title[:40].strip()


def broken_letter(edition, tmp_path, template):
    make(tmp_path / "site", dict(_sample_files()) | {"overrides/letter/letter.html": template.encode()})
    with pytest.raises(SendError) as raised:
        make_letter(edition, load(tmp_path / "site", {}))
    return str(raised.value)


def test_a_template_that_is_no_template_is_named_with_file_and_line(edition, tmp_path):
    assert re.search(r"letter\.html:3: .*broken", broken_letter(edition, tmp_path, "a\nb\n{% if %}\n"))


@pytest.mark.parametrize("mistake", ["nothing", "post.nothing", "1 / 0", "post.title + 1"])
def test_a_template_that_fails_as_it_runs_is_named_with_file_and_line(edition, tmp_path, mistake):
    assert "letter.html:3: " in broken_letter(edition, tmp_path, f"a\nb\n{{{{ {mistake} }}}}\n")


# -- the message


def made_out(letter, to, site, now=NOW):
    return make_message(letter, to, Envelope.of(site), now)


def test_a_message_has_the_headers_that_let_it_arrive_and_its_reader_leave(letter, site):
    message = made_out(letter, reader(), site)
    people = "Nadia Verhoeven <nadia@nadia-verhoeven.example>", "Ana Ruiz <ana@example.org>"
    assert (message["From"], message["To"]) == people
    assert (message["Subject"], message["Date"].datetime) == ("The things that had no name", NOW)
    assert message["List-Id"].endswith("<letter.nadia-verhoeven.example>")
    leave = "https://letter.nadia-verhoeven.example/unsubscribe?token=token-1"
    mail = "mailto:nadia@nadia-verhoeven.example?subject=unsubscribe"
    assert re.findall("<(.*?)>", message["List-Unsubscribe"]) == [leave, mail]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message.get_content_type() == "multipart/alternative"
    plain, page = (part.get_content() for part in message.iter_parts())
    assert leave in plain
    assert leave in Html(page).links
    assert "unsubscribe.invalid" not in plain + page


def test_a_message_names_its_language(letter, site):
    assert made_out(letter, reader(), site)["Content-Language"] == "en"


def test_a_message_has_one_id_for_good_and_each_reader_another(letter, site):
    times = (NOW, NOW.replace(hour=9))
    ids = [made_out(letter, reader(n), site, now)["Message-ID"] for n in (1, 2) for now in times]
    assert ids[0] == ids[1] != ids[2] == ids[3]
    assert made_out(replace(letter, edition="another"), reader(), site)["Message-ID"] not in ids
    assert re.fullmatch(r"<[0-9a-f]{32}@nadia-verhoeven\.example>", ids[0])


def test_without_an_address_for_leaving_it_is_asked_for_by_mail(letter, site):
    message = made_out(letter, reader(), changed(site, "send", unsubscribe_url=None))
    assert message["List-Unsubscribe"] == "<mailto:nadia@nadia-verhoeven.example?subject=unsubscribe>"
    assert message["List-Unsubscribe-Post"] is None


def test_one_click_is_not_offered_over_http(letter, site):
    message = made_out(letter, reader(), changed(site, "send", unsubscribe_url="http://a.example/leave"))
    assert message["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize("length", [10, 60, 90, 300, 900])
def test_list_headers_are_never_encoded_and_no_line_is_too_long(letter, site, length):
    address = f"https://a.example/leave?list={'x' * length}"
    long = changed(site, "site", site_name="Ana, “the” Ruiz " + "y" * length)
    long = changed(long, "send", unsubscribe_url=address)
    raw = wire(letter, reader(name="梅 " * 60), Envelope.of(long), NOW)
    assert f"<{address}&token=token-1>".encode() in raw
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert (max(map(len, raw.split(b"\r\n"))) <= 998, raw.isascii()) == (True, True)
    head, _, body = raw.partition(b"\r\n\r\n")
    assert not re.search(rb"(?mi)^list-[^\r]*=\?", head)
    assert max(map(len, body.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(("section", "name"), [("send", "unsubscribe_url"), ("site", "site_url")])
def test_addresses_beyond_ascii_are_written_in_ascii(letter, site, section, name):
    there = changed(site, section, **{name: "https://bücher.example/"})
    assert wire(letter, reader(), Envelope.of(there), NOW).isascii()


# -- getting it there

PEOPLE = ("ana@example.org", "jonas@example.org", "mei@example.org")
ME = "nadia@nadia-verhoeven.example"
PLACES = ["jonas@example.org", ("data", "jonas@example.org")]


def with_readers(url):
    opened = Store(url)
    with opened.writing() as connection:
        for email in PEOPLE:
            kept.add_reader(connection, email, plain_text(email), plain_text(""), NOW)
    yield opened
    opened.close()


@pytest.fixture
def store(store_url):
    """A store with three readers, on each engine."""
    yield from with_readers(store_url)


@pytest.fixture
def small(tmp_path):
    """The same on one engine, for what is the mail server's doing."""
    yield from with_readers(f"sqlite:///{tmp_path / 'small.db'}")


def local(site, port, **changes):
    """Return settings whose mail server listens at ``port`` here."""
    plain = {"host": "127.0.0.1", "port": port, "security": "none", "connections": 1}
    here = changed(site.send, "smtp", **(plain | changes))
    return site.model_copy(update={"send": here})


def send(letter, settings, store, way=None, tell=lambda _: None):
    """Send, and return the state of each delivery of this run by the reader's address."""
    ended = {}

    def told(delivery):
        ended[delivery.reader.email] = delivery.state
        tell(delivery)

    sent = room.send(letter, settings, store, way or Smtp(settings), told, room.Orders(clock=lambda: next(CLOCK)))
    assert sent.counts == Counter(ended.values())
    return ended


CLOCK = (NOW + timedelta(hours=hours) for hours in itertools.count())
"""By which what is put off can be tried again at each next look."""


def ledger(store, letter):
    """Of each reader who was claimed the state."""
    with store.reading() as connection:
        found = kept_deliveries.deliveries_of(connection, letter.edition)
    return {each.reader.email: each.state for each in found if each.state not in {WAITING, EXCLUDED}}


def all_of(state, people=PEOPLE):
    return dict.fromkeys(people, state)


def test_a_folder_gets_one_file_a_reader_and_none_the_second_time(letter, site, store, tmp_path):
    assert send(letter, site, store, Folder(tmp_path / "out")) == all_of(SENT)
    files = list((tmp_path / "out").iterdir())
    read = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    assert sorted(message["To"].addresses[0].addr_spec for message in read) == sorted(PEOPLE)
    assert all(f"<{path.stem}@" in message["Message-ID"] for path, message in zip(files, read, strict=True))
    assert send(letter, site, store, Folder(tmp_path / "again")) == {}
    assert list((tmp_path / "again").glob("*")) == []


def test_a_mail_server_gets_each_message_once(letter, site, store, mailbox):
    assert send(letter, local(site, mailbox.port), store) == all_of(SENT)
    assert send(letter, local(site, mailbox.port), store) == {}
    assert [(sender, *to) for sender, to, _ in mailbox.messages] == [(ME, to) for to in PEOPLE]
    assert ledger(store, letter) == all_of(SENT)


@pytest.mark.parametrize("place", PLACES, ids=["RCPT", "DATA"])
def test_who_is_refused_stays_refused_and_the_others_get_theirs(letter, site, store, mailbox, place):
    mailbox.answers[place] = "550 5.1.1 no such user"
    assert send(letter, local(site, mailbox.port), store) == all_of(SENT) | {"jonas@example.org": REFUSED}
    del mailbox.answers[place]
    assert send(letter, local(site, mailbox.port), store) == {}
    assert len(mailbox.messages) == 2
    with store.reading() as connection:
        assert "550 5.1.1 no such user" in [found.answer for found in kept_deliveries.unfinished(connection)]


@pytest.mark.parametrize("place", PLACES, ids=["RCPT", "DATA"])
def test_who_is_put_off_gets_it_with_a_later_run(letter, site, store, mailbox, place):
    mailbox.answers[place] = "451 4.7.1 greystore"
    put_off = all_of(SENT) | {"jonas@example.org": LATER}
    assert send(letter, local(site, mailbox.port), store) == put_off == ledger(store, letter)
    assert send(letter, local(site, mailbox.port), store) == {"jonas@example.org": LATER}
    del mailbox.answers[place]
    assert send(letter, local(site, mailbox.port), store) == {"jonas@example.org": SENT}
    assert [to for _, (to,), _ in mailbox.messages] == [PEOPLE[number] for number in (0, 2, 1)]


def assert_claims_nobody(letter, settings, store):
    with pytest.raises(SendError, match=r"cannot be reached: .*send\.smtp"):
        send(letter, settings, store)
    assert ledger(store, letter) == {}


def test_a_server_that_cannot_be_reached_claims_nobody(letter, site, small):
    assert_claims_nobody(letter, local(site, 1), small)


def test_a_server_without_the_protection_asked_for_claims_nobody(letter, site, small, mailbox):
    assert_claims_nobody(letter, local(site, mailbox.port, security="starttls"), small)


def test_who_leaves_while_a_send_runs_does_not_get_it(letter, site, store, mailbox):
    def leave(_):
        with store.writing() as connection:
            kept.mark_left(connection, kept.reader_by_email(connection, "mei@example.org").id, NOW)

    assert send(letter, local(site, mailbox.port), store, tell=leave) == all_of(SENT, PEOPLE[:2])
    assert len(mailbox.messages) == 2


def test_two_sends_at_once_reach_each_reader_once(letter, site, store, store_url, mailbox):
    other = Store(store_url)
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda own: send(letter, local(site, mailbox.port), own), (store, other)))
    other.close()
    assert sorted(to for _, (to,), _ in mailbox.messages) == sorted(PEOPLE)
    assert sorted(email for result in results for email in result) == sorted(PEOPLE)
    assert ledger(store, letter) == all_of(SENT)


class Session(socketserver.StreamRequestHandler):
    """One connection of a mail server that answers each verb as its script says; a lone dot ends a message."""

    def handle(self):
        line, recipient, inside = b"OPEN", b"", False
        while line:
            verb = line[:4].strip().decode().upper()
            usual = {"OPEN": "220", "DATA": "354", "QUIT": "221"}.get(verb, "250")
            usual = "503" if verb == "MAIL" and inside else usual
            reply = (self.server.script.get(verb) or [usual]).pop(0)
            if reply == "hang up":
                return
            self.wfile.write(f"{reply} said\r\n".encode())
            recipient = line[9:-3] if verb == "RCPT" else recipient
            inside = verb not in {"EHLO", "RSET", "."} and (inside or verb == "MAIL")
            if reply == "354":
                self.server.got.append(recipient.decode())
                while line not in {b".\r\n", b""}:
                    line = self.rfile.readline()
            else:
                line = self.rfile.readline()


@contextmanager
def scripted(**replies):
    """A mail server on loopback that gives these replies to a verb, one after the other, and then the usual ones."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
    server.daemon_threads, server.script, server.got = True, replies, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server, server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def test_a_delivery_cut_off_before_the_answer_is_uncertain_and_never_sent_again(letter, site, store):
    with scripted(**{".": ["hang up"]}) as (server, port):
        assert send(letter, local(site, port), store) == all_of(SENT) | {"ana@example.org": CLAIMED}
        assert send(letter, local(site, port), store) == {}
        assert server.got == list(PEOPLE)
    left_out = {one.email: why for one, why in room.audience(letter, store, NOW).left_out}
    assert left_out["ana@example.org"].startswith("uncertain")


def test_a_sender_refused_stops_the_run_and_nobody_is_uncertain(letter, site, small):
    with scripted(MAIL=["250", "550 not you"]) as (server, port):
        with pytest.raises(SendError, match=r"refuses the sender: 550 .*send\.sender"):
            send(letter, local(site, port), small)
        assert ledger(small, letter) == {"ana@example.org": SENT, "jonas@example.org": LATER}
        assert send(letter, local(site, port), small) == all_of(SENT, PEOPLE[1:])
        assert server.got == list(PEOPLE)


def test_a_text_refused_before_it_was_handed_over_does_not_touch_the_next_message(letter, site, small):
    with scripted(DATA=["451 later"]) as (server, port):
        assert send(letter, local(site, port), small) == all_of(SENT) | {"ana@example.org": LATER}
        assert server.got == list(PEOPLE[1:])


def test_a_connection_that_the_server_ends_between_messages_is_opened_again(letter, site, small):
    with scripted(MAIL=["hang up"]) as (server, port):
        assert send(letter, local(site, port), small) == all_of(SENT)
        assert server.got == list(PEOPLE)


def test_a_server_that_leaves_one_after_the_other_uncertain_is_sent_no_more(letter, site, small):
    cut_off = pytest.raises(SendError, match="2 deliveries in a row were cut off")
    with scripted(**{".": ["hang up", "hang up"]}) as (_, port), cut_off:
        send(letter, local(site, port), small)
    assert ledger(small, letter) == dict.fromkeys(PEOPLE[:2], CLAIMED)


def test_a_post_cannot_hold_what_stands_for_the_way_to_leave(edition, site):
    first, second = make_letter(edition, site), make_letter(edition, site)
    assert first.leave != second.leave
    assert first.html.replace(first.leave, "x") == second.html.replace(second.leave, "x")


@pytest.mark.parametrize("title", ["=?utf-8?Q?=0D=0ABcc:_evil@x.example?= strike", "=?utf-8?B?QUFB?=", "A" * 240])
def test_a_subject_is_what_the_title_says(letter, site, title):
    made = wire(replace(letter, subject=plain_text(title)), reader(), Envelope.of(site), NOW)
    assert max(map(len, made.split(b"\r\n"))) < 998
    read = message_from_bytes(made, policy=policy.default)
    assert read["Bcc"] is None
    assert "".join(str(read["Subject"]).split()) == "".join(title.split())


def test_a_very_long_title_is_cut_in_the_subject(letter, site):
    made = make_message(replace(letter, subject=plain_text("word " * 1000)), reader(), Envelope.of(site), NOW)
    assert str(made["Subject"]).endswith("word…")
    assert len(str(made["Subject"])) <= 250


def test_a_sample_shows_a_readers_own_way_to_leave(letter, site):
    made = room.sample(letter, site, NOW)
    assert list(made) == ["html", "txt", "eml"]
    for text in (made["html"], made["txt"]):
        assert b"token=sample" in text
        assert letter.leave.encode() not in text


def test_files_of_letters_are_their_owners_alone(letter, site, small, tmp_path):
    send(letter, site, small, Folder(tmp_path / "out"))
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()} == {0o600}


def test_what_waits_for_a_reader_who_left_is_not_told(letter, site, store):
    with scripted(RCPT=["451 later"]) as (_, port):
        send(letter, local(site, port), store)
    with store.writing() as connection:
        (waiting,) = kept_deliveries.unfinished(connection)
        kept.mark_left(connection, waiting.reader.id, NOW)
        assert kept_deliveries.unfinished(connection) == ()
