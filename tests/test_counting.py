"""Counting of links: of all readers together, of people alone, nowhere else than the letter says; and what waits."""

import json
import threading
import time
from datetime import UTC, date, datetime, timedelta

import pytest
import yaml
from starlette.testclient import TestClient

from pipeline import post as posts
from pipeline.errors import BylineError, PutOffError
from pipeline.serve import answering
from pipeline.serve.clicks import AT_ONCE, HELD, MOST, Clicks, is_by_a_person
from pipeline.serve.errands import MOST_WAITING, Errands
from pipeline.store import links

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
BASE = "https://letter.ana-ruiz.example/in/"
PERSON = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
}


# -- who is a person


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        (
            {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"},
            True,
        ),
        ({"user-agent": ""}, False),
        ({"user-agent": "python-requests/2.32"}, False),
        ({"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html) Gecko"}, False),
        ({"user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0"}, False),
        ({"user-agent": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 BarracudaSentinel"}, False),
        ({"sec-purpose": "prefetch;prerender"}, False),
        ({"purpose": "prefetch"}, False),
        ({"x-purpose": "preview"}, False),
        ({"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}, False),
        ({"sec-fetch-mode": "cors"}, False),
    ],
)
def test_what_says_that_it_is_a_program_is_none(changed, expected):
    assert is_by_a_person("GET", PERSON | changed) is expected
    assert not is_by_a_person("HEAD", PERSON | changed)


def opened(*times, links=None):
    """What counts of a network that opens links, each so many seconds after NOW."""
    clicks = Clicks()
    for number, seconds in enumerate(times):
        clicks.note("192.0.2.0/24", links[number] if links else f"link-{number}", NOW + timedelta(seconds=seconds))
    return clicks.over(NOW + timedelta(seconds=max(times)) + HELD)


def test_a_person_reads_for_a_while_between_two_links():
    assert opened(0, 4, 30) == {("link-0", TODAY): 1, ("link-1", TODAY): 1, ("link-2", TODAY): 1}


def test_the_same_link_twice_is_once():
    assert opened(0, 0.2, 3, links=["a", "a", "a"]) == {("a", TODAY): 1}


@pytest.mark.parametrize("times", [(0, 0.5), (0, 4, 4.2), tuple(3 * number for number in range(MOST))])
def test_who_opens_many_at_once_or_one_after_the_other_is_a_program_and_none_of_it_counts(times):
    assert timedelta(seconds=0.5) < AT_ONCE
    assert opened(*times) == {}


def test_nothing_counts_before_it_is_over_and_then_once():
    clicks = Clicks()
    clicks.note("a", "link", NOW)
    assert clicks.over(NOW + HELD / 2) == {}
    assert clicks.over(NOW + HELD) == {("link", TODAY): 1}
    assert clicks.over(None) == {}
    assert not clicks.is_waiting


def test_two_networks_do_not_disturb_each_other_and_no_address_is_held():
    clicks = Clicks()
    for network in ("192.0.2.0/24", "198.51.100.0/24"):
        clicks.note(network, "link", NOW)
    assert "192.0.2" not in repr(clicks._visits)
    assert clicks.over(None) == {("link", TODAY): 2}


# -- the service


def configured(site, *, is_on=True):
    path = site / "byline.yml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["publish"]["subscribe"] = {"url": f"{BASE}subscribe"}
    data["send"] |= {"unsubscribe_url": f"{BASE}unsubscribe", "count_links": is_on}
    path.write_text(yaml.safe_dump(data), encoding="utf-8")


POST = """\
---
date: 2026-11-23
title: A title
kind: edition
---
[One](https://one.example/a?b=c&d=e) and [two](https://two.example/).
"""


class Door:
    """The service of a site whose letter was sent, with a clock that can be set."""

    def __init__(self, app):
        self.app, self.now = app, NOW
        self.path = app.settings.content / "posts/2026-11-23-x.md"
        self.path.write_text(POST, encoding="utf-8")
        self.letter = app.letters.make(self.path)
        with app.store.writing() as connection:
            links.keep(connection, self.letter.edition, self.letter.links)
        self.errands = Errands(lambda _: None)
        self.asgi = answering(app.service(), lambda: self.now, self.errands)
        self.pages = TestClient(self.asgi, base_url="https://letter.ana-ruiz.example", follow_redirects=False)

    def go(self, url, method="GET", **headers):
        name = next(name for name, target in self.letter.links.items() if target == url)
        return self.pages.request(method, f"/in/go?to=x&l={name}", headers=PERSON | headers)

    def counts(self):
        self.errands.close()
        return {each.url: each.many for each in self.app.letters.counts(self.path) if each.day}


ONE = "https://one.example/a?b=c&d=e"


@pytest.fixture
def door(site, open_app):
    configured(site)
    opened = Door(open_app(site))
    yield opened
    opened.errands.close()


def test_a_link_leads_where_the_letter_says_and_is_counted_by_edition_link_and_day(door):
    answer = door.go(ONE)
    assert (answer.status_code, answer.headers["location"]) == (302, ONE)
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers
    assert door.counts() == {ONE: 1}


def test_programs_are_led_on_and_not_counted(door):
    assert door.go(ONE, "HEAD").headers["location"] == ONE
    assert door.go(ONE, **{"user-agent": "curl/8"}).headers["location"] == ONE
    assert door.go(ONE, **{"sec-purpose": "prefetch"}).status_code == 302
    assert door.counts() == {}


def test_a_scanner_that_opens_all_is_not_counted(door):
    for url in sorted(door.letter.links.values()):
        assert door.go(url).status_code == 302
    assert door.counts() == {}


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "?l=",
        "?l=https://evil.example/",
        "?to=evil.example&l=x",
        "?l=" + "a" * 500,
        "?url=https://evil.example/",
        "?l=%00",
    ],
)
def test_it_leads_nowhere_else(door, asked):
    answer = door.pages.get(f"/in/go{asked}", headers=PERSON)
    assert answer.status_code == 404
    assert "location" not in answer.headers
    assert "evil" not in answer.text


def test_a_name_is_made_by_a_key_and_the_same_each_time(door):
    again = door.app.letters.make(door.path)
    assert again.links == door.letter.links
    tokens = door.app.readers.tokens
    assert tokens.named("link", "x", "y") != tokens.named("link", "xy", "")
    assert all(len(name) == 24 for name in door.letter.links)


def test_links_of_old_letters_go_on_working_when_counting_is_off_again(door, site, open_app):
    configured(site, is_on=False)
    service = answering(open_app(site).service(), lambda: NOW, door.errands)
    name = next(iter(door.letter.links))
    pages = TestClient(service, base_url="https://letter.ana-ruiz.example", follow_redirects=False)
    assert pages.get(f"/go?l={name}", headers=PERSON).status_code == 302
    assert door.counts() == {}


def test_counts_add_up_over_days_on_each_engine(store):
    with store.writing() as connection:
        links.keep(connection, "e", {"n": "https://a.example/", "m": "https://b.example/"})
        links.keep(connection, "e", {"n": "https://a.example/"})
        links.add(connection, {("n", TODAY): 2})
        links.add(connection, {("n", TODAY): 1, ("n", date(2026, 11, 24)): 5})
        found = links.counts_of(connection, "e")
        assert links.target(connection, "n") == "https://a.example/"
        assert links.target(connection, "o") is None
    assert [(each.url, each.day, each.many) for each in found] == [
        ("https://a.example/", TODAY, 3),
        ("https://a.example/", date(2026, 11, 24), 5),
        ("https://b.example/", None, 0),
    ]


def test_the_command_tells_what_was_opened_most_first(door, byline):
    with door.app.store.writing() as connection:
        name = next(name for name, url in door.letter.links.items() if url == ONE)
        links.add(connection, {(name, TODAY): 3})
    code, said, _ = byline("letter", "2026-11-23-x", "--counts", "--json", at=door.app.settings.root)
    first, *others = json.loads(said)["links"]
    assert (code, first) == (0, {"url": ONE, "opened": 3, "days": {"2026-11-23": 3}})
    assert {other["opened"] for other in others} == {0}
    _, said, _ = byline("letter", "2026-11-23-x", "--counts", at=door.app.settings.root)
    assert f"     3  {ONE}\n" in said


def test_sending_keeps_where_links_lead(door, tmp_path):
    door.app.readers.add("bea@example.org", "Bea", "asked")
    door.path.write_text(POST + "\n[three](https://three.example/)\n", encoding="utf-8")
    letter = door.app.letters.make(door.path)
    door.app.letters.send(letter, tmp_path / "out", lambda _: None)
    (name,) = (name for name, url in letter.links.items() if url == "https://three.example/")
    assert door.pages.get(f"/go?l={name}").headers["location"] == "https://three.example/"
    assert posts.edition_of(posts.read(door.path)) == letter.edition


def test_the_author_can_open_the_links_of_a_letter_that_went_to_them_alone(site, open_app, mailbox):
    configured(site)
    path = site / "byline.yml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["send"]["smtp"] = {"host": "127.0.0.1", "port": mailbox.port, "security": "none"}
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    app = open_app(site)
    post = app.settings.content / "posts/2026-11-23-x.md"
    post.write_text(POST, encoding="utf-8")
    letter = app.letters.make(post)
    app.letters.rehearse(letter)
    with app.store.reading() as connection:
        assert {links.target(connection, name) for name in letter.links} == set(letter.links.values())
    assert "go?to=one.example" in mailbox.messages[0][2].get_body(("plain",)).get_content()


# -- what waits


class Mail:
    """A mail that is put off a number of times."""

    def __init__(self, times):
        self.left, self.tries, self.done = times, 0, threading.Event()

    def __call__(self):
        self.tries += 1
        if self.left:
            self.left -= 1
            raise PutOffError("451 later", self)
        self.done.set()


def until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_mail_that_is_put_off_is_tried_again_until_it_is_taken():
    notes, mail = [], Mail(2)
    errands = Errands(notes.append, gaps=(0.01, 0.02, 0.03))
    assert errands.take(mail)
    assert mail.done.wait(20)
    errands.close()
    assert mail.tries == 3
    assert notes == ["note: 451 later; it is tried again in 1 minute"] * 2


def test_a_mail_that_is_always_put_off_is_given_up():
    notes, mail = [], Mail(100)
    errands = Errands(notes.append, gaps=(0.01, 0.01))
    errands.take(mail)
    until(lambda: len(notes) == 3)
    errands.close()
    assert mail.tries == 3
    assert notes[-1] == "note: 451 later; it is not tried again"


def test_what_waits_is_bounded_and_told_at_the_end():
    notes = []
    errands = Errands(notes.append, gaps=(3600,))
    for _ in range(MOST_WAITING + 5):
        assert errands.take(Mail(1))
        errands.wait()
    errands.close()
    assert sum("is not tried again" in note for note in notes) == 5
    assert (
        notes[-1] == f"note: {MOST_WAITING} mails that were put off are not tried again; who waits for one can ask anew"
    )


def test_others_do_not_wait_for_one_that_is_put_off():
    errands, done = Errands(lambda _: None, gaps=(3600,)), []
    errands.take(Mail(1))
    errands.take(lambda: done.append(1))
    errands.wait()
    assert done == [1]
    errands.close()
    assert not errands.take(lambda: done.append(2))


def test_what_goes_wrong_in_one_is_told_and_stops_no_other():
    notes, done = [], []
    errands = Errands(notes.append)

    def wrong(error):
        raise error

    errands.take(lambda: wrong(BylineError("as it may")))
    errands.take(lambda: wrong(KeyError("x")))
    errands.take(lambda: done.append(1))
    errands.close()
    assert done == [1]
    assert notes == ["note: as it may", "note: a fault of Byline's own: KeyError: 'x'"]


def test_what_is_for_later_is_done_once_and_at_the_end_at_the_latest():
    errands, ends = Errands(lambda _: None), []
    for _ in range(3):
        assert errands.later(lambda *, is_the_end: ends.append(is_the_end), 3600, name="count")
    errands.wait()
    assert ends == []
    errands.close()
    assert ends == [True]
