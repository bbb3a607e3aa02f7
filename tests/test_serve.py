"""The public service: in by a mail and a button, out at once, nothing told of who is on the list, nothing that runs."""

import http.client
import json
import re
import socket
import threading
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
import yaml
from starlette.testclient import TestClient

from pipeline.errors import StoreMovedError, UsageError
from pipeline.html import plain_text
from pipeline.model import Preferences, ReaderState
from pipeline.send.message import Envelope
from pipeline.send.tokens import Purpose
from pipeline.serve import answering, limits, tidy
from pipeline.serve.colours import colours
from pipeline.serve.errands import Errands
from pipeline.serve.guard import MOST_BYTES, network_of, origin
from pipeline.serve.limits import Limit, Limits, Verdict
from pipeline.serve.server import listening, server_of
from pipeline.store import send as kept

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
URL = "https://letter.ana-ruiz.example/in/subscribe"


class Door:
    """The service of a site in a test: its pages, its mails, its readers, and a clock that can be set."""

    def __init__(self, app, box):
        self.app, self.box, self.now, self.notes = app, box, NOW, []
        self.errands = Errands(self.notes.append)
        self.service = app.service()
        self.asgi = answering(self.service, lambda: self.now, self.errands, tell=self.notes.append)
        self.pages = TestClient(self.asgi, base_url="https://letter.ana-ruiz.example", follow_redirects=False)

    def subscribe(self, email="bea@example.org", **more):
        answer = self.pages.post("/subscribe", data={"email": email, **more})
        self.errands.wait()
        return answer

    def link(self):
        """The path of the link in the last mail."""
        return link_in(self.box.messages[-1][2])

    def reader(self, email="bea@example.org"):
        with self.app.store.reading() as connection:
            return kept.reader_by_email(connection, email)

    def preferences(self, email="bea@example.org"):
        with self.app.store.reading() as connection:
            return kept.preferences_of(connection, kept.reader_by_email(connection, email))

    def token(self, purpose, email="bea@example.org"):
        return self.app.readers.tokens.made(purpose, self.reader(email).token, self.now)


def link_in(mail):
    (found,) = re.findall(r"https://letter\.ana-ruiz\.example(/in/\S+)", mail.get_content())
    return found


def configured(site, port, **send):
    path = site / "byline.yml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["publish"]["subscribe"] = {"url": URL}
    data["send"] |= {"smtp": {"host": "127.0.0.1", "port": port, "security": "none"}, **send}
    data["send"]["unsubscribe_url"] = URL.replace("subscribe", "unsubscribe")
    data["select"]["topics"] = {"Ports": {"phrases": ["port"]}, "<b>Rail</b>": {"phrases": ["rail"]}}
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")


@pytest.fixture
def door(site, open_app, mailbox):
    configured(site, mailbox.port)
    opened = Door(open_app(site), mailbox)
    yield opened
    opened.errands.close()


def in_the_list(door, email="ana@example.org"):
    return door.app.readers.add(email, "Ana Ruiz", "asked me")


# -- in


def test_somebody_becomes_a_reader_by_a_form_a_mail_and_a_button(door):
    assert 'name="email"' in door.pages.get("/subscribe").text
    assert door.subscribe("bea@Example.org").status_code == 200
    ((sender, recipients, mail),) = door.box.messages
    assert (sender, recipients) == ("ana@ana-ruiz.example", ["bea@example.org"])
    assert mail["Auto-Submitted"] == "auto-generated"
    assert door.service.wording in mail.get_content()
    assert door.reader().state is ReaderState.PENDING
    page = door.pages.get(door.link())
    assert (page.status_code, door.reader().state) == (200, ReaderState.PENDING)
    assert door.service.wording in unescape(page.text)
    door.now += timedelta(hours=1)
    assert door.pages.post(door.link()).status_code == 200
    bea = door.reader()
    assert (bea.state, bea.consented_at, bea.wording) == (ReaderState.ACTIVE, door.now, door.service.wording)
    assert URL in bea.consent
    assert "2026-11-23 07:30" in bea.consent
    assert bea.ip == ""


def test_the_network_address_is_kept_only_where_the_author_wants_it(site, open_app, mailbox):
    configured(site, mailbox.port, keep_ip=True)
    door = Door(open_app(site), mailbox)
    client = TestClient(door.asgi, client=("203.0.113.9", 1))
    client.post("/subscribe", data={"email": "bea@example.org"})
    door.errands.close()
    door.pages.post(door.link())
    assert door.reader().ip == "203.0.113.9"


def test_a_link_to_confirm_is_good_for_seven_days_and_a_new_one_comes_for_the_asking(door):
    door.subscribe()
    door.now += timedelta(days=7, seconds=1)
    for ask in (door.pages.get, door.pages.post):
        assert ask(door.link()).status_code == 404
    assert door.reader().state is ReaderState.PENDING
    door.subscribe()
    assert door.pages.post(door.link()).status_code == 200


def test_the_service_of_a_store_that_was_moved_promises_nobody_anything(door, tmp_path):
    door.subscribe()
    ana = in_the_list(door)
    leave, choose = (
        f"/unsubscribe?token={ana.token}",
        f"/preferences?token={door.token(Purpose.PREFERENCES, ana.email)}",
    )
    mails = len(door.box.messages)
    door.app.copy_store(f"sqlite:///{tmp_path}/new.db", moves_to="postgresql://db.example.org/ana")
    for asked in (
        door.pages.post("/subscribe", data={"email": "cy@example.org"}),
        door.pages.post(door.link()),
        door.pages.post(leave),
        door.pages.get(leave),
        door.pages.post(choose),
        door.pages.post("/hooks/postmark", content=b"{}"),
    ):
        assert (asked.status_code, asked.headers["retry-after"]) == (503, "3600")
        assert "Nothing was changed" in asked.text
        assert "content-security-policy" in asked.headers
    assert door.pages.get("/health").status_code == 503
    assert door.pages.get("/go?l=none").status_code == 404
    door.errands.wait()
    assert (len(door.box.messages), door.reader(ana.email).state) == (mails, ReaderState.ACTIVE)
    (told,) = door.notes
    assert "moved to postgresql://db.example.org/ana" in told
    with pytest.raises(StoreMovedError):
        door.service.readers.leave(ana.token, door.now)
    door.app.stay()
    assert door.pages.post(leave).status_code == 200


def test_a_store_that_moves_while_a_request_is_answered_promises_nothing_either(door, tmp_path, monkeypatch):
    ana = in_the_list(door)
    door.app.copy_store(f"sqlite:///{tmp_path}/new.db", moves_to="postgresql://db.example.org/ana")
    monkeypatch.setattr(door.service, "why_closed", lambda: "")  # as it was a moment ago
    left = door.pages.post(f"/unsubscribe?token={ana.token}")
    assert (left.status_code, "Nothing was changed" in left.text) == (503, True)


def test_confirming_twice_is_once_and_brings_nobody_back_who_left_since(door):
    door.subscribe()
    first, again = door.pages.post(door.link()), door.pages.post(door.link())
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert door.pages.post(f"/unsubscribe?token={door.reader().token}").status_code == 200
    assert door.pages.post(door.link()).status_code == 404
    assert door.reader().state is ReaderState.LEFT


def test_who_asks_twice_may_confirm_by_either_mail(door):
    door.subscribe()
    door.now += timedelta(minutes=1)
    door.subscribe()
    (_, _, first), (_, _, second) = door.box.messages
    assert door.pages.post(link_in(first)).status_code == 200
    assert door.pages.post(link_in(second)).status_code == 200
    assert "2026-11-23 07:30" in door.reader().consent


def test_a_link_confirms_the_words_of_its_own_mail_and_no_later_ones(door, monkeypatch):
    door.subscribe()
    (_, _, first) = door.box.messages[0]
    monkeypatch.setattr(type(door.service), "wording", plain_text("Quite another letter, each day."))
    door.now += timedelta(minutes=1)
    door.subscribe()
    for ask in (door.pages.get, door.pages.post):
        assert ask(link_in(first)).status_code == 404
    assert door.reader().state is ReaderState.PENDING
    assert door.pages.post(door.link()).status_code == 200
    assert door.reader().wording == "Quite another letter, each day."


def test_a_wish_that_can_be_confirmed_no_more_is_forgotten_though_nobody_asks_anew(door):
    in_the_list(door)
    door.app.readers.remove("ana@example.org")
    for address in ("bea@example.org", "ana@example.org"):
        door.subscribe(address)
    for days, left in ((7, {"bea@example.org", "ana@example.org"}), (2, {"ana@example.org"})):
        door.now += timedelta(days=days)
        errands = Errands(pytest.fail)
        tidy(door.service, lambda: door.now, errands)
        errands.wait()
        errands.close()
        assert {reader.email for reader in door.app.readers.everyone()} == left
    assert not door.app.readers.show("ana@example.org")["asked"]


def test_who_left_and_asks_anew_is_left_until_they_confirm(door):
    in_the_list(door)
    door.app.readers.remove("ana@example.org")
    door.subscribe("ana@example.org")
    assert door.reader("ana@example.org").state is ReaderState.LEFT
    door.pages.post(door.link())
    assert door.reader("ana@example.org").state is ReaderState.ACTIVE


def test_who_was_erased_and_asks_anew_is_known_again_once_they_confirm(door):
    in_the_list(door)
    door.app.readers.erase("ana@example.org")
    door.subscribe("ana@example.org")
    door.pages.post(door.link())
    assert door.reader("ana@example.org").state is ReaderState.ACTIVE
    door.app.readers.remove("ana@example.org")
    refused = door.app.readers.import_csv("email\nana@example.org\n", "asked").refused
    assert "left the list" in refused[0][1]


def test_a_reader_who_asks_again_is_told_so_in_their_mailbox_and_stays_as_they_are(door):
    ana = in_the_list(door)
    door.subscribe("ana@example.org")
    assert door.reader("ana@example.org") == ana
    assert "/preferences?" in door.link()
    assert door.pages.get(door.link()).status_code == 200


def test_a_form_of_the_site_is_answered_wherever_it_comes_from_and_by_the_name_of_its_field(site, open_app, mailbox):
    configured(site, mailbox.port)
    path = site / "byline.yml"
    path.write_text(path.read_text(encoding="utf-8").replace(f"url: {URL}", f"url: {URL}\n    field: EMAIL"))
    door = Door(open_app(site), mailbox)
    headers = {"origin": "https://ana-ruiz.example", "sec-fetch-site": "cross-site"}
    answer = door.pages.post("/in/subscribe", data={"EMAIL": "bea@example.org", "list": "7"}, headers=headers)
    door.errands.close()
    assert answer.status_code == 200
    assert len(mailbox.messages) == 1


# -- nothing is told of who is on the list


def test_the_answer_is_the_same_in_bytes_whether_an_address_is_known_or_not(door):
    in_the_list(door)
    in_the_list(door, "gone@example.org")
    door.app.readers.remove("gone@example.org")
    door.subscribe("asked@example.org")
    known = ["ana@example.org", "gone@example.org", "asked@example.org", "new@example.org"]
    answers = [door.subscribe(email) for email in known]
    assert len({(one.status_code, one.content, tuple(sorted(one.headers.items()))) for one in answers}) == 1


def test_the_answer_comes_before_anything_depends_on_the_address(door):
    """However long the store and the mail take: the errand is held up, and the answer is there."""
    free = threading.Event()
    door.errands.take(free.wait)
    answer = door.pages.post("/subscribe", data={"email": "bea@example.org"})
    assert (answer.status_code, door.reader()) == (200, None)
    free.set()
    door.errands.wait()
    assert door.reader().state is ReaderState.PENDING


def test_a_mail_that_the_server_does_not_take_changes_no_answer_and_is_told_the_author(door):
    door.box.answers["bea@example.org"] = "550 5.1.1 no such user"
    assert door.subscribe().content == door.subscribe("cas@example.org").content
    assert ["550 5.1.1" in said for said in door.notes] == [True]


def test_of_many_wishes_for_one_address_three_a_day_are_heeded_and_the_others_look_the_same(door):
    answers = [door.subscribe().content for _ in range(5)]
    assert (len(set(answers)), len(door.box.messages)) == (1, 3)
    door.now += timedelta(days=1)
    door.subscribe()
    assert len(door.box.messages) == 4


# -- out


def test_the_link_to_leave_in_a_letter_acts_by_post_alone_and_without_a_login(door):
    ana = in_the_list(door)
    link = Envelope.of(door.app.settings).leave(ana)
    assert link == f"https://letter.ana-ruiz.example/in/unsubscribe?token={ana.token}"
    for _ in range(3):
        page = door.pages.get(link)
    assert (page.status_code, door.reader("ana@example.org").state) == (200, ReaderState.ACTIVE)
    assert '<form method="post">' in page.text
    assert "Press the button, and no further letter" in page.text  # it has not happened yet, and does not say so
    answer = door.pages.post(link, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, door.reader("ana@example.org").state) == (200, ReaderState.LEFT)
    again = door.pages.post(link)
    assert (again.status_code, again.content) == (200, answer.content)


def test_a_mail_program_may_leave_by_a_form_of_several_parts_too(door):
    ana = in_the_list(door)
    answer = door.pages.post(f"/unsubscribe?token={ana.token}", files={"List-Unsubscribe": (None, "One-Click")})
    assert (answer.status_code, door.reader("ana@example.org").state) == (200, ReaderState.LEFT)


@pytest.mark.parametrize("purpose", [Purpose.UNSUBSCRIBE, Purpose.PREFERENCES])
def test_signed_links_lead_out_too_and_one_to_confirm_does_not(door, purpose):
    in_the_list(door)
    confirming = door.token(Purpose.CONFIRM, "ana@example.org")
    assert door.pages.post(f"/unsubscribe?token={confirming}").status_code == 404
    token = door.token(purpose, "ana@example.org")
    assert door.pages.post(f"/unsubscribe?token={token}").status_code == 200
    assert door.reader("ana@example.org").state is ReaderState.LEFT


@pytest.mark.parametrize(
    "token", ["", "x", "%00", "'%20OR%201=1", "%7B%7B7*7%7D%7D", "a" * 300, "%0d%0aSet-Cookie:a=b"]
)
@pytest.mark.parametrize("path", ["confirm", "preferences", "unsubscribe"])
def test_what_is_no_token_opens_nothing_and_is_not_shown(door, path, token):
    ana = in_the_list(door)
    answer = door.pages.post(f"/{path}?token={token}", data={"pause": "2026-12-01"})
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers
    assert door.reader("ana@example.org") == ana


# -- what a reader chooses


def test_a_reader_chooses_topics_a_pause_and_one_letter_a_month(door):
    in_the_list(door)
    link = f"/preferences?token={door.token(Purpose.PREFERENCES, 'ana@example.org')}"
    page = door.pages.get(link).text
    assert "ana@example.org" not in page
    assert "&lt;b&gt;Rail&lt;/b&gt;" in page
    chosen = {"topic": ["ports", "never offered"], "monthly": "on", "pause": "2027-01-31"}
    assert door.pages.post(link, data=chosen).status_code == 200
    until = datetime(2027, 1, 31, tzinfo=UTC)
    assert door.preferences("ana@example.org") == Preferences(topics=("ports",), paused_until=until, monthly=True)
    assert door.reader("ana@example.org").state is ReaderState.PAUSED
    page = door.pages.get(link).text
    assert 'value="ports" checked' in page
    assert 'value="2027-01-31"' in page
    assert door.pages.post(link, data={"pause": ""}).status_code == 200
    assert door.preferences("ana@example.org") == Preferences()
    assert door.reader("ana@example.org").state is ReaderState.ACTIVE


@pytest.mark.parametrize("day", ["2026-11-23", "2020-01-01", "9999-12-31", "tomorrow", "<b>", "2027-02-30"])
def test_a_day_that_cannot_be_is_told_and_changes_nothing(door, day):
    in_the_list(door)
    link = f"/preferences?token={door.token(Purpose.PREFERENCES, 'ana@example.org')}"
    answer = door.pages.post(link, data={"pause": day, "topic": "ports"})
    assert (answer.status_code, door.preferences("ana@example.org")) == (400, Preferences())
    assert "<b>" not in answer.text
    assert 'role="alert"' in answer.text


def test_from_the_page_to_leave_one_comes_to_choose_instead(door):
    ana = in_the_list(door)
    (link,) = re.findall(r'href="(preferences\?token=[^"]+)"', door.pages.get(f"/unsubscribe?token={ana.token}").text)
    assert door.pages.get(f"/{link}").status_code == 200
    door.app.readers.remove("ana@example.org")
    assert door.pages.get(f"/{link}").status_code == 404
    assert "preferences?" not in door.pages.get(f"/unsubscribe?token={ana.token}").text


# -- what means harm

HOSTILE = [
    "{{7*7}}@example.org",
    "${7*7}@example.org",
    "bea@example.org\r\nBcc: evil@example.org",
    "bea@example.org%0d%0aBcc: evil@example.org",
    "bea@example.org\nSubject: x",
    "bea@example.org,evil@example.org",
    "<script>alert(1)</script>@example.org",
    '"bea\r\n.\r\nMAIL FROM:<x>"@example.org',
    "bea@example.org\x00",
    "{% for x in ().__class__ %}@example.org",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_is_put_into_a_form_adds_a_header_a_recipient_or_a_word(door, text):
    usual = door.subscribe("plain@example.org")
    headers = sorted(door.box.messages[0][2].keys())
    answer = door.subscribe(text, name=text, topic=text, list=text)
    assert "49" not in answer.text
    assert "alert(1)" not in answer.text
    assert sorted(answer.headers) == sorted(usual.headers)
    for _, recipients, mail in door.box.messages[1:]:
        assert len(recipients) == 1
        assert "evil" not in recipients[0]
        assert sorted(mail.keys()) == headers
        assert "49" not in mail.get_content().replace("2026", "").partition("token=")[0]


def collected(corpora):
    """Line breaks and templates of collections, as they are and as a browser would send them."""
    for name in ("patt-crlf", "patt-ssti", "email-validator"):
        lines = (corpora / f"hostile/{name}.jsonl").read_text(encoding="utf-8").splitlines()
        for text in (json.loads(line)["input"] for line in lines):
            yield text
            if "%0d" in text or "%0a" in text:
                yield text.replace("%0d", "\r").replace("%0a", "\n")


def test_what_collections_of_harm_have_adds_nothing_in_any_field(door, corpora):
    in_the_list(door)
    link = f"/preferences?token={door.token(Purpose.PREFERENCES, 'ana@example.org')}"
    usual = sorted(door.subscribe("plain@example.org").headers)
    (_, _, mail) = door.box.messages[0]
    fields, words = sorted(mail.keys()), mail.get_content().partition("https://letter.")[0]
    for number, text in enumerate(collected(corpora)):
        door.now += timedelta(hours=1)
        for email in (text, f"r{number}@example.org{text}", f"{text}@example.org"):
            answer = door.subscribe(email, name=text, list=text)
            assert sorted(answer.headers) == usual
        asked = [
            door.pages.get(f"/{page}", params={"token": text}) for page in ("confirm", "preferences", "unsubscribe")
        ]
        chosen = door.pages.post(link, data={"topic": text, "monthly": text, "pause": text})
        assert all(sorted(each.headers) == usual for each in (*asked, chosen))
    assert {*door.preferences("ana@example.org").topics} == set()
    for _, recipients, sent in door.box.messages:
        assert len(recipients) == 1
        assert sorted(sent.keys()) == fields
        assert sent.get_content().startswith(words)


def test_what_an_author_calls_the_site_is_shown_as_it_is_and_not_evaluated(site, open_app, mailbox):
    configured(site, mailbox.port)
    path = site / "mkdocs.yml"
    name = "{{ 7*7 }} <b>& {% raw %}"
    text = re.sub(r"(?m)^site_name:.*$", lambda _: f"site_name: '{name}'", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    door = Door(open_app(site), mailbox)
    assert "{{ 7*7 }} &lt;b&gt;&amp; {% raw %}" in door.pages.get("/subscribe").text
    door.subscribe()
    door.errands.close()
    assert mailbox.messages[0][2]["Subject"] == f"Please confirm: {name}"
    assert name in mailbox.messages[0][2].get_content()


def test_a_body_that_is_too_large_is_refused(door):
    answer = door.pages.post("/subscribe", data={"email": "bea@example.org", "x": "x" * MOST_BYTES})
    assert answer.status_code == 413
    pieces = (b"x" * 1000 for _ in range(100))
    assert door.pages.post("/subscribe", content=pieces).status_code == 413
    assert door.pages.get("/confirm?token=" + "x" * 3000).status_code == 414
    assert door.pages.post("/subscribe", data={f"f{n}": "x" for n in range(200)}).status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "multipart/form-data; boundary=x"])
def test_a_wish_in_another_form_is_refused(door, kind):
    answer = door.pages.post("/subscribe", content=b"email=bea@example.org", headers={"content-type": kind})
    assert answer.status_code == 415


@pytest.mark.parametrize("call", ["GET /", "GET /nothing", "PUT /subscribe", "DELETE /unsubscribe", "POST /health"])
def test_what_is_not_offered_is_told_in_a_page(door, call):
    method, path = call.split()
    answer = door.pages.request(method, path)
    assert answer.status_code in {404, 405}
    assert answer.headers["content-type"].startswith("text/html")


# -- pages


def test_every_answer_has_headers_that_let_nothing_run_and_nothing_be_kept(door):
    ana = in_the_list(door)
    calls = ["/subscribe", "/health", "/nothing", "/confirm?token=x", f"/unsubscribe?token={ana.token}"]
    for answer in [*map(door.pages.get, calls), door.subscribe("wrong"), door.subscribe()]:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "<script" not in answer.text
        assert not {"server", "set-cookie", "location"} & set(answer.headers)


def test_pages_have_the_authors_colours_for_light_and_dark(site, open_app, mailbox):
    sheet = site / "overrides/assets/stylesheets/byline.css"
    sheet.write_text(
        "body { --byline-accent: light-dark(#123456, #abcdef); --byline-paper: url(x); }", encoding="utf-8"
    )
    configured(site, mailbox.port)
    page = Door(open_app(site), mailbox).pages.get("/subscribe").text
    light, dark = page.partition("prefers-color-scheme:dark")[::2]
    assert "--accent:#123456" in light
    assert "--accent:#abcdef" in dark
    assert "url(" not in page


@pytest.mark.parametrize("value", ["red;}</style><script>", "#fff;}body{", "light-dark(#fff,</style>)", "#xyz"])
def test_only_plain_colours_are_taken_from_a_style_sheet(value):
    assert colours(f"--byline-paper: {value};") in {colours(""), colours("--byline-paper: #fff;")}


def test_health_tells_whether_the_list_can_be_asked(door):
    assert (door.pages.get("/health").status_code, door.pages.get("/health").text) == (200, "ok\n")


# -- limits and networks


def test_from_one_network_only_so_many_wishes_are_heeded(door):
    answers = [door.subscribe(f"r{number}@example.org").status_code for number in range(limits.PER_NETWORK[0] + 1)]
    assert answers == [200] * limits.PER_NETWORK[0] + [429]
    door.now += limits.PER_NETWORK[1]
    assert door.subscribe("later@example.org").status_code == 200


def test_in_all_only_so_many_wishes_are_heeded():
    every = Limits()
    most = limits.IN_ALL[0]
    told = [every.ask(f"a{number}", f"n{number}", NOW) for number in range(most + 1)]
    assert told == [Verdict.GO] * most + [Verdict.STOP]
    assert every.ask("b", "n", NOW + limits.IN_ALL[1]) is Verdict.GO


def test_what_is_remembered_for_limits_is_bounded(monkeypatch):
    monkeypatch.setattr(limits, "MOST_KEYS", 100)
    limit = Limit(3, timedelta(days=1))
    for number in range(1000):
        limit.note(str(number), NOW)
        limit.note("often", NOW)
    assert len(limit._times) <= 100
    assert limit.is_reached("often", NOW)
    assert len(limit._times["often"]) == 3


def test_leaving_is_never_limited(door):
    readers = [in_the_list(door, f"r{number}@example.org") for number in range(60)]
    assert {door.pages.post(f"/unsubscribe?token={one.token}").status_code for one in readers} == {200}


def scope(client, *forwarded):
    return {"type": "http", "client": client, "headers": [(b"x-forwarded-for", each.encode()) for each in forwarded]}


@pytest.mark.parametrize(
    ("forwarded", "trusted", "told"),
    [
        (["203.0.113.9"], True, "203.0.113.9"),
        (["6.6.6.6, 203.0.113.9"], True, "203.0.113.9"),
        (["6.6.6.6", "203.0.113.9"], True, "203.0.113.9"),
        (["203.0.113.9"], False, "10.0.0.1"),
        ([], True, "10.0.0.1"),
        (["nonsense"], True, ""),
        (["::ffff:203.0.113.9"], True, "203.0.113.9"),
        (["6.6.6.6, 203.0.113.9:50412"], True, "203.0.113.9"),
        (["[2001:db8::9]:50412"], True, "2001:db8::9"),
        (["2001:db8::9"], True, "2001:db8::9"),
        (["203.0.113.9:50412:1"], True, ""),
    ],
)
def test_a_proxy_is_believed_only_where_it_is_trusted_and_only_what_it_wrote_itself(forwarded, trusted, told):
    assert origin(scope(("10.0.0.1", 1), *forwarded), trust_proxy=trusted) == told


def test_behind_a_proxy_each_network_is_counted_for_itself(door):
    trusting = TestClient(answering(door.service, lambda: door.now, door.errands, trust_proxy=True))

    def ask(number, ip):
        form = {"email": f"r{number}@example.org"}
        return trusting.post("/subscribe", data=form, headers={"x-forwarded-for": f"6.6.6.{number}, {ip}"}).status_code

    assert [ask(number, "203.0.113.9") for number in range(limits.PER_NETWORK[0] + 1)][-1] == 429
    assert ask(99, "198.51.100.1") == 200


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/56"),
        ("", ""),
        ("fe80::1%eth0", "fe80::/56"),
    ],
)
def test_neighbours_of_one_network_count_together(ip, network):
    assert network_of(ip) == network


# -- as a program


@contextmanager
def running(door):
    with listening("127.0.0.1", 0) as bound:
        server = server_of(door.asgi)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            yield bound.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


def test_it_answers_on_a_port(door):
    in_the_list(door)
    with running(door) as port, closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        form = {"content-type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/in/subscribe", urlencode({"email": "bea@example.org"}), form)
        answer = connection.getresponse()
        assert (answer.status, b"Look into your mailbox" in answer.read()) == (200, True)
        connection.request("POST", f"/in/unsubscribe?token={door.reader('ana@example.org').token}", "", {})
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("server"), answer.read() != b"") == (200, None, True)
    assert door.reader("ana@example.org").state is ReaderState.LEFT


def test_a_reader_comes_chooses_and_leaves_in_a_browser_without_scripts(door, chromium):
    """With the policy as it is sent: the style is applied, and each button does what it says."""
    door.subscribe()
    with running(door) as port, closing(chromium.new_context(java_script_enabled=False)) as context:
        page, complaints = context.new_page(), []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(f"http://127.0.0.1:{port}{door.link()}")
        page.get_by_role("button").click()
        page.get_by_role("link", name="Choose topics").click()
        page.get_by_label("Ports").check()
        page.get_by_label("One letter a month").check()
        page.get_by_role("button").click()
        assert door.preferences() == Preferences(topics=("ports",), monthly=True)
        page.goto(f"http://127.0.0.1:{port}/in/unsubscribe?token={door.reader().token}")
        page.get_by_role("button").click()
        assert page.get_by_role("heading").inner_text() == "You have left"
        assert complaints == []
    assert door.reader().state is ReaderState.LEFT


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(door, chromium, scheme):
    from axe_playwright_python.sync_playwright import Axe

    ana = in_the_list(door)
    door.subscribe()
    choosing = f"/preferences?token={door.token(Purpose.PREFERENCES, 'ana@example.org')}"
    paths = ["/subscribe", door.link(), choosing, f"/unsubscribe?token={ana.token}", "/confirm?token=x"]
    with running(door) as port, closing(chromium.new_context(bypass_csp=True, color_scheme=scheme)) as context:
        page = context.new_page()
        for path in paths:
            page.goto(f"http://127.0.0.1:{port}{path}")
            assert Axe().run(page).response["violations"] == []


def test_a_place_that_cannot_be_used_is_told():
    with listening("127.0.0.1", 0) as taken, pytest.raises(UsageError, match="--port"):
        listening("127.0.0.1", taken.getsockname()[1])
    with pytest.raises(UsageError, match="--host"):
        listening("no such host", 0)


@pytest.mark.parametrize("url", [None, "https://lists.example.org/add?list=7"])
def test_without_an_address_of_its_own_it_does_not_begin(site, byline, url):
    if url:
        path = site / "byline.yml"
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        data["publish"]["subscribe"] = {"url": url}
        path.write_text(yaml.safe_dump(data), encoding="utf-8")
    code, _, err = byline("serve", at=site)
    assert (code, "publish.subscribe.url" in err) == (2, True)


def test_letters_that_lead_elsewhere_to_leave_are_noted(door):
    assert door.service.concerns() == ()
    send = door.app.settings.send.model_copy(update={"unsubscribe_url": "https://elsewhere.example/"})
    door.service._settings = door.app.settings.model_copy(update={"send": send})
    assert "/in/unsubscribe" in door.service.concerns()[0]


def test_the_mail_to_confirm_is_plain_text_and_says_who_writes(door):
    door.subscribe()
    mail = door.box.messages[0][2]
    assert mail.get_content_type() == "text/plain"
    assert mail["Subject"] == f"Please confirm: {plain_text(door.service.site_name)}"
    assert mail["From"].addresses[0].addr_spec == "ana@ana-ruiz.example"


# -- in the reader's language, and again where it was put off


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ("Den Brief bekommen", "Bitte bestätigen: Ana Ruiz", "Sie haben abbestellt")),
        ("fr", ("Recevoir la lettre", "Merci de confirmer : Ana Ruiz", "Vous êtes désabonné")),
        ("es", ("Recibir la carta", "Por favor, confirme: Ana Ruiz", "Se ha dado de baja")),
        ("fi", ("Get the letter", "Please confirm: Ana Ruiz", "You have left")),
    ],
)
def test_pages_and_mails_speak_the_language_of_the_site(site, open_app, mailbox, language, words):
    title, subject, left = words
    configured(site, mailbox.port)
    path = site / "mkdocs.yml"
    path.write_text(
        re.sub(r"language: en\b", f"language: {language}", path.read_text(encoding="utf-8")), encoding="utf-8"
    )
    door = Door(open_app(site), mailbox)
    page = door.pages.get("/subscribe").text
    assert f"<h1>{title}</h1>" in page
    assert f'<html lang="{"en" if language == "fi" else language}" dir="ltr">' in page
    door.subscribe()
    ((_, _, mail),) = mailbox.messages
    assert mail["Subject"] == subject
    assert door.service.wording in " ".join(mail.get_content().split())
    assert door.pages.post(door.link()).status_code == 200
    assert left in unescape(door.pages.post(f"/unsubscribe?token={door.reader().token}").text)
    door.errands.close()


def test_a_mail_to_confirm_that_is_put_off_comes_later(site, open_app, mailbox):
    configured(site, mailbox.port)
    replies = iter(["451 4.3.0 later", "451 4.3.0 later"])
    mailbox.answers["data", "bea@example.org"] = lambda: next(replies, "250 taken")
    door = Door(open_app(site), mailbox)
    door.errands.close()
    door.errands = Errands(door.notes.append, gaps=(0.01, 0.01, 0.01))
    door.pages = TestClient(answering(door.service, lambda: door.now, door.errands), follow_redirects=False)
    assert door.subscribe().status_code == 200
    deadline = time.monotonic() + 20
    while not mailbox.messages:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    door.errands.close()
    assert len(mailbox.messages) == 1
    assert ["451 4.3.0 later; it is tried again in" in note for note in door.notes] == [True, True]
    assert door.pages.post(door.link()).status_code == 200


def test_a_mail_server_that_is_not_there_is_tried_again_too(site, open_app):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    configured(site, port)
    door = Door(open_app(site), None)
    assert door.subscribe().status_code == 200
    door.errands.close()
    assert "cannot be reached" in door.notes[0]
    assert "it is tried again in 1 minute" in door.notes[0]
    assert "1 mail that was put off is not tried again" in door.notes[1]
