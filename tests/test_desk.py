"""The desk: whom it lets in, what it does to files and choices, and the whole way in a real browser."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.client import HTTPConnection

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright
from sqlalchemy import update

from conftest import NOW
from pipeline.app import App
from pipeline.desk import Keys, address, guarded
from pipeline.desk.cards import cards
from pipeline.desk.guard import FRAME_POLICY, PAGE_POLICY, cookie_name
from pipeline.desk.server import listening, server_of
from pipeline.errors import UsageError
from pipeline.html import plain_text, safe_html, safe_url
from pipeline.model import Choice, Entry, EntryId, FeedId, ParsedEntry, RankedStory, Reason, Story, StoryId
from pipeline.pull.taking import take_in
from pipeline.settings import load
from pipeline.store import pull as kept_feeds
from pipeline.store import select as kept
from pipeline.store.schema import entries, feeds

HOSTILE = '<script>top.hacked=1</script><img src=x onerror="top.hacked=1">'


@dataclass
class Desk:
    """A desk that runs, and the way to ask it as a program would."""

    app: App
    keys: Keys
    port: int
    asked: list = field(default_factory=list)

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    def own(self, **headers):
        """The headers of a request that one of the desk's own pages makes."""
        own = {"Cookie": f"{cookie_name(self.port)}={self.keys.cookie}", "Sec-Fetch-Site": "same-origin"}
        own |= {"Origin": self.base, "X-Byline-Key": self.keys.change, "Content-Type": "application/json"}
        own |= {name.replace("_", "-"): value for name, value in headers.items()}
        return {name: value for name, value in own.items() if value is not None}

    def ask(self, method, path, headers, body=None):
        """Give the answer to one request: (status, headers, text)."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()

    def post(self, path, **said):
        status, _, text = self.ask("POST", path, self.own(), json.dumps(said))
        return status, json.loads(text)


@pytest.fixture(scope="module")
def sample_week(tmp_path_factory):
    """The folder that the demo leaves, with a shortlist of that day."""
    folder = tmp_path_factory.mktemp("desk") / "site"
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    demo = [sys.executable, "-m", "pipeline", "demo", str(folder)]  # beside it, a browser may have a loop of its own
    subprocess.run(demo, env=environment, check=True, stdout=subprocess.DEVNULL)
    app = App(load(folder, {}), NOW)
    app.stories.select()
    app.close()
    return folder


@pytest.fixture
def folder(sample_week, tmp_path):
    return shutil.copytree(sample_week, tmp_path / "site")


@pytest.fixture
def model(web):
    """A service that speaks the OpenAI API, for tests that ask for it; it proposes what `said` holds."""
    said = []

    def answer(_):
        message = {"choices": [{"message": {"content": json.dumps({"proposals": said})}}]}
        return 200, {"Content-Type": "application/json"}, json.dumps(message).encode()

    web.pages["/v1/chat/completions"] = answer
    said_at = {"BYLINE_ASSIST_URL": f"{web.url}/v1", "BYLINE_ASSIST_MODEL": "small-1"}
    return said, said_at


@pytest.fixture
def desk(folder, request):
    """A desk on a free port."""
    environment = request.getfixturevalue("model")[1] if "model" in request.fixturenames else {}
    app = App(load(folder, environment), NOW)
    bound, keys = listening(0), Keys.new()
    port = bound.getsockname()[1]
    server = server_of(guarded(app, lambda: NOW, keys, port))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    yield Desk(app, keys, port)
    server.should_exit = True
    thread.join(10)
    bound.close()
    app.close()


@pytest.fixture(scope="module")
def chromium():
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("no chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, desk):
    """The desk in a browser, let in by the address that the command prints; nothing may go wrong in the console."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    opened, faults = context.new_page(), []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("request", lambda request: desk.asked.append(request.url))
    opened.goto(address(desk.port, desk.keys))
    yield opened
    context.close()
    assert faults == []
    assert [url for url in desk.asked if not url.startswith((desk.base, "data:"))] == []


def wait_for(done, seconds=5):
    """Give whether ``done`` comes true: choices reach the desk one after the other, behind the page."""
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def choices(desk):
    return {item.story.id: item.choice for item in desk.app.stories.shortlist()}


# -- who is let in


def test_the_desk_listens_on_this_machine_only(desk):
    for family, _, _, _, where in socket.getaddrinfo(socket.gethostname(), desk.port, type=socket.SOCK_STREAM):
        if not where[0].startswith("127."):
            with socket.socket(family) as other:
                other.settimeout(2)
                assert other.connect_ex(where) != 0


def test_a_port_that_is_taken_is_told(desk):
    with pytest.raises(UsageError, match="--port"):
        listening(desk.port)


def test_the_printed_address_becomes_a_cookie_and_stands_in_no_address_any_more(desk):
    start = address(desk.port, desk.keys).removeprefix(desk.base)
    status, headers, _ = desk.ask("GET", start, {"Sec-Fetch-Site": "none"})
    assert (status, headers["location"]) == (303, "/")
    said = headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert desk.keys.start not in headers["set-cookie"]
    cookie = headers["set-cookie"].partition(";")[0]
    status, _, text = desk.ask("GET", "/", {"Cookie": cookie})
    assert status == 200
    assert desk.keys.start not in text


LEFT_OUT = [
    ("GET", "/", {"Cookie": None}),
    ("GET", "/static/desk.css", {"Cookie": None}),
    ("GET", "/?start=guessed", {"Cookie": None}),
    ("GET", "/", {"Host": "evil.example"}),
    ("GET", "/", {"Host": "127.0.0.1"}),
    ("GET", "/", {"Host": "127.0.0.1:1"}),
    ("GET", "/", {"Origin": "http://evil.example"}),
    ("GET", "/", {"Origin": "null"}),
    ("GET", "/", {"Sec-Fetch-Site": "cross-site"}),
    ("GET", "/", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}),
    ("GET", "/", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}),
    ("POST", "/select", {"Origin": None}),
    ("POST", "/select", {"Origin": "http://evil.example"}),
    ("POST", "/select", {"Origin": "http://localhost:1"}),
    ("POST", "/select", {"Sec-Fetch-Site": "same-site"}),
    ("POST", "/select", {"X-Byline-Key": None}),
    ("POST", "/select", {"X-Byline-Key": "ä"}),
    ("POST", "/select", {"Content-Type": "text/plain"}),
    ("POST", "/select", {"Content-Type": "application/x-www-form-urlencoded"}),
    ("POST", "/select", {"Content-Length": "99999999"}),
    ("POST", "/select", {"Cookie": None}),
    ("OPTIONS", "/select", {}),
    ("DELETE", "/select", {}),
]


@pytest.mark.parametrize(("method", "path", "changed"), LEFT_OUT)
def test_whoever_is_not_the_desks_own_page_is_refused(desk, method, path, changed):
    headers = {name: value for name, value in (desk.own() | changed).items() if value is not None}
    if method == "GET" and "Origin" not in changed:
        headers.pop("Origin", None)
    status, answered, text = desk.ask(
        method, path, {k: v.encode() for k, v in headers.items()}, b"{}" if method == "POST" else None
    )
    assert status == 403
    assert desk.keys.cookie not in text + str(answered)
    assert not [name for name in answered if name.lower().startswith("access-control")]


def test_a_guessed_token_with_the_wrong_host_gets_no_cookie(desk):
    start = address(desk.port, desk.keys).removeprefix(desk.base)
    status, headers, _ = desk.ask("GET", start, {"Host": f"evil.example:{desk.port}"})
    assert status == 403
    assert "set-cookie" not in {name.lower() for name in headers}


@pytest.mark.parametrize("path", ["/", "/trends", "/drafts", "/static/desk.css", "/nowhere"])
def test_every_answer_says_what_a_browser_may_do_with_it(desk, path):
    _, headers, _ = desk.ask("GET", path, desk.own(Origin=None))
    assert headers["content-security-policy"] == PAGE_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in {name.lower() for name in headers}


def test_the_policies_allow_nothing_that_runs_but_our_own_files():
    assert PAGE_POLICY.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "script-src" not in FRAME_POLICY
    assert "allow-scripts" not in FRAME_POLICY


@pytest.mark.parametrize(
    "path", ["/choose", "/merge", "/split", "/select", "/draft", "/heed", "/save", "/publish", "/test"]
)
def test_nothing_is_changed_by_looking(desk, path):
    status, _, _ = desk.ask("GET", path, desk.own(Origin=None))
    assert status == 405


@pytest.mark.parametrize(
    "path",
    ["/static/../guard.py", "/static/%2e%2e/guard.py", "/static/..%2fguard.py", "/write/..%2f..%2fbyline.yml"],
)
def test_no_path_leads_out_of_where_the_desk_looks(desk, path):
    status, _, text = desk.ask("GET", path, desk.own(Origin=None))
    assert status in {404, 405}
    assert "Guard" not in text
    assert "feeds" not in text


@pytest.mark.parametrize("said", ["", "[]", "{", '{"story": "x", "choice": "pick"}', '{"story": 1, "choice": "buy"}'])
def test_what_makes_no_sense_is_told_and_changes_nothing(desk, said):
    before = choices(desk)
    status, _, text = desk.ask("POST", "/choose", desk.own(), said)
    assert status == 400
    assert "error" in json.loads(text)
    assert choices(desk) == before


def test_a_story_that_is_not_there_is_told(desk):
    status, said = desk.post("/choose", story=987654, choice="pick")
    assert status == 422
    assert "987654" in said["error"]


# -- triage


def test_a_choice_is_kept_and_can_be_taken_back(desk):
    story = next(number for number, choice in choices(desk).items() if choice is None)
    desk.post("/choose", story=story, choice="later")
    desk.post("/choose", story=story, choice="pick")
    assert choices(desk).get(story) is Choice.PICK
    assert desk.post("/choose", story=story, choice=None) == (200, {"choice": "later"})
    assert desk.post("/choose", story=story, choice=None) == (200, {"choice": None})
    assert choices(desk).get(story) is None


def test_what_feeds_say_is_shown_as_text(desk, page):
    with desk.app.store.writing() as connection:
        connection.execute(update(entries).values(title=HOSTILE, publisher=HOSTILE, summary=HOSTILE, content=""))
    page.reload()
    expect(page.locator(".card__title").first).to_have_text(HOSTILE)
    assert page.locator("main script, main img").count() == 0
    assert page.evaluate("window.hacked") is None


def test_triage_by_keys(desk, page):
    page.keyboard.press("j")
    expect(page.locator(".card").nth(0)).to_be_focused()
    for key in "jjk":
        page.keyboard.press(key)
    card = page.locator(".card").nth(1)
    expect(card).to_be_focused()
    story = int(card.get_attribute("data-story"))
    page.keyboard.press("l")
    expect(card).to_have_attribute("data-choice", "later")
    expect(page.get_by_role("status")).to_contain_text("Left for later")
    expect(page.locator(".card").nth(2)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("s")
    assert wait_for(lambda: story not in choices(desk))
    page.keyboard.press("u")
    expect(card).to_be_focused()
    expect(card).to_have_attribute("data-choice", "later")
    assert wait_for(lambda: choices(desk).get(story) is Choice.LATER)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.get_by_label("Use these keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect(card).to_have_attribute("data-choice", "later")


def test_triage_by_buttons(desk, page):
    card = page.locator('.card[data-choice=""]').first
    story = int(card.get_attribute("data-story"))
    card = page.locator(f"#story-{story}")
    card.get_by_role("button", name="Skip").click()
    expect(card.get_by_role("button", name="Skip")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Undo").click()
    expect(card.get_by_role("button", name="Skip")).to_have_attribute("aria-pressed", "false")
    card.get_by_role("button", name="Pick").click()
    expect(page.locator("#picked")).to_have_text("1")
    assert wait_for(lambda: choices(desk).get(story) is Choice.PICK)
    expect(card.get_by_role("button", name="Pick")).to_have_attribute("aria-pressed", "true")


def test_a_choice_that_the_desk_refuses_is_taken_back_and_told(page):
    card = page.locator('.card[data-choice=""]').first
    story = card.get_attribute("data-story")
    page.route("**/choose", lambda route: route.abort())
    card.get_by_role("button", name="Pick").click()
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    expect(page.locator(f"#story-{story}")).to_have_attribute("data-choice", "")


def test_an_opened_story_knows_nothing_of_the_desk(page):
    page.context.route("https://**", lambda route: route.fulfill(body="<title>there</title>", content_type="text/html"))
    page.keyboard.press("j")
    with page.context.expect_page() as opened:
        page.keyboard.press("o")
    assert opened.value.evaluate("window.opener") is None
    assert opened.value.evaluate("document.referrer") == ""
    opened.value.close()


def on_the_page(page):
    """The ids of the stories, as they stand on the page."""
    return [int(card.get_attribute("data-story")) for card in page.locator(".card").all()]


def test_stories_are_joined_and_parted_by_key_at_once_and_the_place_stays(page):
    before = on_the_page(page)
    page.keyboard.press("j")
    page.keyboard.press("s")  # the first is skipped, and stays in sight
    page.keyboard.press("m")
    expect(page.get_by_role("status")).to_contain_text("Marked")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("m")
    expect(page.get_by_role("status")).to_contain_text("Told as one: “")
    after = [before[0], min(before[1], before[3]), before[2], *before[4:]]
    assert on_the_page(page) == after
    card = page.locator(".card").nth(1)
    expect(card).to_be_focused()
    expect(page.locator("h1")).to_have_text(f"{len(after)} stories")
    expect(page.locator("#decided")).to_contain_text(f" of {len(after)} decided")
    page.keyboard.press("x")
    boxes = page.get_by_role("dialog").get_by_role("checkbox")
    apart = int(boxes.last.get_attribute("value"))
    boxes.last.check()
    headline, _, publisher = boxes.last.locator("..").inner_text().strip().rpartition(" · ")
    page.get_by_role("button", name="Split off").click()
    expect(page.get_by_role("status")).to_contain_text("Told apart: “")
    expect(page.locator(".card").nth(2).locator(".card__title")).to_have_text(headline)
    expect(page.locator(".card").nth(2).locator(".card__publisher")).to_have_text(publisher)
    assert on_the_page(page) == [*after[:2], apart, *after[2:]]
    expect(card).to_be_focused()
    page.reload()
    assert on_the_page(page) == [after[1], apart, *after[2:]]  # without the one that is skipped
    assert faults_of(page) == []


def test_stories_are_joined_by_button_and_a_skipped_one_does_not_vanish(desk, page):
    one, other = on_the_page(page)[:2]
    page.locator(f"#story-{one}").get_by_role("button", name="Skip").click()
    page.locator(f"#story-{one}").get_by_role("button", name="Merge").click()
    page.locator(f"#story-{other}").get_by_role("button", name="Merge").click()
    merged = page.locator(".card").first
    expect(merged).to_have_attribute("data-story", str(min(one, other)))
    expect(merged).to_have_attribute("data-choice", "later")
    expect(merged).to_be_focused()
    [item] = desk.app.stories.listed([min(one, other)])
    assert item.choice is Choice.LATER


def test_each_act_can_be_undone_the_latest_first(desk, page):
    before, status = on_the_page(page), page.get_by_role("status")
    stood = {item.story.id: {entry.id for entry in item.story.entries} for item in desk.app.stories.shortlist()}
    whole = next(at for at, story in enumerate(before) if at > 1 and len(stood[story]) > 1)
    for key in "jpkmjj":  # the first is picked, then told as one with the third
        page.keyboard.press(key)
    page.keyboard.press("m")
    expect(status).to_contain_text("Told as one")
    page.locator(f"#story-{before[whole]}").focus()
    page.keyboard.press("x")
    page.get_by_role("dialog").get_by_role("checkbox").last.check()
    page.get_by_role("button", name="Split off").click()
    expect(status).to_contain_text("Told apart")
    page.locator("#undo").click()
    expect(status).to_contain_text("Undone. Told as one again: “")
    expect(page.locator(f"#story-{before[whole]}")).to_be_focused()
    page.keyboard.press("u")
    expect(status).to_contain_text("Undone. Told apart again: “")
    expect(page.locator(f"#story-{before[0]}")).to_be_focused()
    expect(page.locator(f"#story-{before[0]}")).to_have_attribute("data-choice", "pick")
    page.keyboard.press("u")
    expect(status).to_contain_text("Undone. Undecided: ")
    assert wait_for(lambda: set(choices(desk).values()) == {None})
    expect(page.locator("#undo")).to_be_disabled()
    page.keyboard.press("u")
    expect(status).to_have_text("Nothing to undo.")
    now = {item.story.id: {entry.id for entry in item.story.entries} for item in desk.app.stories.shortlist()}
    assert now == stood
    page.reload()
    assert sorted(on_the_page(page)) == sorted(before)
    assert on_the_page(page)[0] == before[0]


def test_an_act_that_the_desk_refused_is_not_undone(desk, page):
    one, other = on_the_page(page)[:2]
    for key in "jp":
        page.keyboard.press(key)
    assert wait_for(lambda: choices(desk)[one] is Choice.PICK)
    page.route("**/merge", lambda route: route.abort())
    for story in (one, other):
        page.locator(f"#story-{story}").get_by_role("button", name="Merge").click()
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    page.keyboard.press("u")
    expect(page.locator(f"#story-{one}")).to_have_attribute("data-choice", "")
    assert wait_for(lambda: choices(desk)[one] is None)


def test_a_choice_that_is_pressed_again_is_taken_back_and_what_stands_is_told(desk, page):
    story, status = on_the_page(page)[0], page.get_by_role("status")
    card = page.locator(f"#story-{story}")
    card.get_by_role("button", name="Later").click()
    card.get_by_role("button", name="Pick").click()
    assert wait_for(lambda: choices(desk)[story] is Choice.PICK)
    page.reload()
    card.focus()
    page.keyboard.press("p")
    expect(status).to_contain_text("Taken back. Left for later: ")
    expect(card).to_be_focused()
    expect(card.get_by_role("button", name="Later")).to_have_attribute("aria-pressed", "true")
    assert choices(desk)[story] is Choice.LATER
    card.get_by_role("button", name="Later").click()
    expect(status).to_contain_text("Taken back. Undecided: ")
    expect(card).to_have_attribute("data-choice", "")
    assert choices(desk)[story] is None
    page.keyboard.press("u")
    expect(status).to_contain_text("Undone. Left for later: ")
    assert wait_for(lambda: choices(desk)[story] is Choice.LATER)


def test_a_key_that_is_held_down_chooses_once(page):
    page.keyboard.press("j")
    page.keyboard.down("p")
    for _ in range(3):
        page.keyboard.down("p")
    expect(page.locator('.card[data-choice="pick"]')).to_have_count(1)


def test_a_choice_is_taken_back_of_a_story_that_was_parted_or_joined_since(desk):
    item = next(one for one in desk.app.stories.shortlist() if len(one.story.entries) > 1)
    desk.post("/choose", story=item.story.id, choice="pick")
    parts = desk.post("/split", story=item.story.id, entries=[item.story.entries[-1].id])[1]["stories"]
    assert [choices(desk)[part] for part in parts] == [Choice.PICK, Choice.PICK]
    assert desk.post("/choose", story=parts[1], choice=None) == (200, {"choice": None})
    assert [choices(desk)[part] for part in parts] == [Choice.PICK, None]
    [whole] = desk.post("/merge", stories=parts)[1]["stories"]
    assert choices(desk)[whole] is Choice.PICK
    assert desk.post("/choose", story=whole, choice=None) == (200, {"choice": None})


def test_who_marks_by_touch_is_told_of_buttons(page):
    page.locator(".card").first.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("status")).to_have_text("Marked. Choose Merge on the story that tells the same.")
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    expect(page.get_by_role("status")).to_have_text("Marked. Press m on the story that tells the same.")


def reported(number, publisher, **said):
    """A report of paper ``number``, which says the more the higher its number is."""
    said = {"published": NOW - timedelta(days=2), "first_seen": NOW, "title": plain_text("Cranes"), **said}
    return Entry(
        id=EntryId(number),
        feed=FeedId(number),
        uid=str(number),
        link=safe_url(f"https://paper{number}.example/"),
        updated=None,
        authors=(),
        summary=safe_html("<p>Crane.</p>" * number),
        content=safe_html(""),
        publisher=plain_text(publisher),
        **said,
    )


def card_of(*reports, **reasons):
    told = tuple(Reason(name=name, points=1.0, because=because) for name, because in reasons.items())
    story = Story(id=StoryId(reports[0].id), entries=reports)
    [card] = cards([RankedStory(story=story, reasons=told, topics=())], (), NOW)
    return card


@pytest.mark.parametrize(
    ("names", "others"),
    [
        ("A", ""),
        ("AB", "and A"),
        ("ABCD", "and A, B, C"),
        ("ABCDE", "and A, B and 2 more"),
        ("ABCDEFG", "and A, B and 4 more"),
    ],
)
def test_a_card_names_first_who_published_what_it_shows_and_then_the_others(names, others):
    card = card_of(*(reported(number, name) for number, name in enumerate(names, start=1)))
    assert (card.publisher, card.others) == (names[-1], others)


def test_a_card_says_when_a_story_was_reported_as_its_reason_does():
    assert card_of(reported(1, "A"), freshness="last reported 6 days ago").age == "6 days ago"
    assert card_of(reported(1, "A"), freshness="last reported within the hour").age == "within the hour"
    assert card_of(reported(1, "A"), freshness="nobody says when it was reported").age == "undated"
    assert card_of(reported(1, "A", published=None)).age == "undated"
    assert card_of(reported(1, "A"), reported(2, "B", published=None)).age == "2 days ago"


def test_a_card_tells_whom_of_the_watched_its_story_names(desk, page):
    assert card_of(reported(1, "A")).watched == ""
    assert card_of(reported(1, "A"), watched="it names Ada and Bo, whom you watch").watched == "watched: Ada and Bo"
    tag = page.locator(".card__from").get_by_text("watched: Westmark").first
    expect(tag).to_be_visible()
    [named] = [one for one in desk.app.stories.shortlist() if one.story.id == on_the_page(page)[0]]
    assert page.locator(".card__age").first.inner_text() in "\n".join(reason.because for reason in named.reasons)


def test_where_the_page_cannot_show_what_was_joined_it_is_loaded_anew(page):
    before = on_the_page(page)
    page.route("**/cards*", lambda route: route.abort())
    for key in "jmjm":
        page.keyboard.press(key)
    expect(page.locator(".card")).to_have_count(len(before) - 1)


# -- trends


def weekly(week, number, feed):
    """An entry of some week: the last two tell of a customs strike, those before of wash water, and all of the calm."""
    loud = number < 6
    title = f"Calm{number} day" if not loud else "Customs strike" if week < 2 else "Wash water"
    return ParsedEntry(
        uid=f"{week}-{number}",
        title=plain_text(f"{title} {HOSTILE}" if loud else title),
        link=safe_url(f"https://paper{feed.id}.example/{week}-{number}"),
        published=NOW - timedelta(weeks=week, hours=number),
        updated=None,
        authors=(),
        summary=safe_html(""),
        content=safe_html(""),
    )


@pytest.fixture
def trending(desk):
    """A desk that knows eight weeks of three feeds, and that one of them is always picked, and one always skipped."""
    urls = [f"https://paper{number}.example/" for number in range(3)]
    with desk.app.store.writing() as connection:
        papers = kept_feeds.known_feeds(connection, urls).values()
        for paper, name in zip(papers, ("Picked <b>Post</b>", "Skipped Star", "Third"), strict=True):
            items = [weekly(week, number, paper) for week in range(8) for number in range(14)]
            take_in(connection, replace(paper, title=plain_text(name)), items, NOW)
            connection.execute(update(feeds).where(feeds.c.id == paper.id).values(title=name))
        told = [one for one in kept.entries_since(connection, NOW - timedelta(weeks=9)) if one.title.startswith("Calm")]
        for paper, choice in zip(papers, (Choice.PICK, Choice.SKIP), strict=False):
            stories = [Story(id=one.id, entries=(one,)) for one in told if one.feed == paper.id][:12]
            items = [RankedStory(story=story, reasons=(), topics=()) for story in stories]
            kept.keep_choice(connection, choice, items, NOW)
    return desk


def test_the_page_of_trends_tells_what_rises_and_what_falls_in_words(trending, page):
    page.goto(f"{trending.base}/")
    page.get_by_role("link", name="Trends", exact=True).click()
    rising, falling = page.get_by_role("region", name="What rises"), page.get_by_role("region", name="What falls")
    expect(rising.get_by_role("heading", level=3).first).to_contain_text("rises")
    expect(rising).to_contain_text("Customs strike rises")
    expect(rising).to_contain_text("In 36 of 84 headlines of the last two weeks, in 0 of 252 of the six before.")
    expect(rising).to_contain_text("Week by week, the oldest first: 0, 0, 0, 0, 0, 0, 18, 18.")
    expect(falling).to_contain_text("Wash water falls")
    assert rising.locator("svg").first.locator("rect").count() == 8
    link = rising.get_by_role("link").first
    assert link.get_attribute("href").startswith("https://paper")
    assert link.get_attribute("rel") == "noopener noreferrer"
    expect(page.get_by_role("link", name="Trends", exact=True)).to_have_attribute("aria-current", "page")


def test_what_feeds_say_is_text_on_the_page_of_trends(trending, page):
    page.goto(f"{trending.base}/trends")
    expect(page.get_by_role("main").get_by_role("link").first).to_contain_text(HOSTILE)
    expect(page.get_by_role("region", name="What your choices tell")).to_contain_text("Picked <b>Post</b>")
    assert page.locator("main script, main img, main b").count() == 0
    assert page.evaluate("window.hacked") is None


def test_a_lesson_is_refused_and_heeded_again_by_keyboard(trending, page):
    page.goto(f"{trending.base}/trends")
    lesson = page.locator(".lesson", has_text="Skipped Star")
    expect(lesson).to_contain_text("You skipped 12 of 12 stories from Skipped Star.")
    button = lesson.get_by_role("button")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Refused")
    expect(button).to_have_text("Refused: heed again")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
    [mark] = trending.app.stories.lessons()[1]
    assert mark == button.get_attribute("data-mark")
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.focus()
    page.keyboard.press("Space")
    expect(button).to_have_text("Refuse")
    assert trending.app.stories.lessons()[1] == frozenset()


def test_only_what_the_choices_tell_can_be_refused(trending):
    status, said = trending.post("/heed", mark="feed 987654", refused=True)
    assert (status, "load the page again" in said["error"]) == (422, True)
    assert trending.app.stories.lessons()[1] == frozenset()


def test_where_nothing_is_told_yet_the_page_says_what_it_takes(page, desk):
    page.goto(f"{desk.base}/trends")
    expect(page.get_by_role("main")).to_contain_text("a word must be in five headlines of three feeds")
    expect(page.get_by_role("main")).to_contain_text("it takes five stories picked and five skipped")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_on_the_page_of_trends(trending, page, scheme, width):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{trending.base}/trends")
    button = page.get_by_role("button", name="Refuse").first
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# -- writing


@pytest.fixture
def draft(desk):
    """The file of a draft about two stories."""
    return desk.app.stories.write(list(choices(desk))[:2])


@pytest.fixture
def writing(desk, draft, page):
    """The page on which the draft is written."""
    page.goto(f"{desk.base}/write/{draft.stem}")
    expect(page.locator("#saved")).to_have_text("Saved")
    return page


def held(desk, draft):
    return desk.post("/load", name=draft.stem)[1]


def test_a_draft_is_loaded_and_saved_as_the_file_that_it_is(desk, draft):
    draft.write_bytes(b"\xef\xbb\xbf" + draft.read_bytes().replace(b"\n", b"\r\n"))
    draft.chmod(0o640)
    loaded = held(desk, draft)
    assert "\r" not in loaded["text"]
    status, said = desk.post("/save", name=draft.stem, text=loaded["text"] + "Mehr …\n", mark=loaded["mark"])
    assert status == 200
    assert draft.read_bytes().endswith("Mehr …\r\n".encode())
    assert draft.read_bytes().startswith(b"\xef\xbb\xbf---\r\n")
    assert draft.stat().st_mode & 0o777 == 0o640
    assert desk.post("/look", name=draft.stem)[1] == said
    assert sorted(path.suffix for path in draft.parent.iterdir()) == [".md"] * len(list(draft.parent.iterdir()))


def test_a_file_that_was_changed_outside_is_not_written_over(desk, draft):
    loaded = held(desk, draft)
    draft.write_text("by another hand", encoding="utf-8")
    status, said = desk.post("/save", name=draft.stem, text="mine", mark=loaded["mark"])
    assert (status, said["text"]) == (409, "by another hand")
    assert desk.post("/publish", name=draft.stem, mark=loaded["mark"])[0] == 409
    assert draft.read_text(encoding="utf-8") == "by another hand"
    assert desk.post("/save", name=draft.stem, text="mine", mark=said["mark"])[0] == 200
    assert draft.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    "path",
    [
        "/load",
        "/look",
        "/check",
        "/sources",
        "/preview",
        "/save",
        "/test",
        "/test-files",
        "/approve",
        "/publish",
        "/propose",
        "/take",
    ],
)
@pytest.mark.parametrize("name", ["../../byline", "../posts/2026-11-16-what-had-no-name", "/etc/passwd", "", "nobody"])
def test_only_the_name_of_a_draft_leads_to_a_file(desk, path, name):
    status, said = desk.post(path, name=name, text="x", mark="x", views=["site"], wish="questions", line=1, number=1)
    if path == "/look":
        assert (status, said) == (200, {"mark": ""})
    else:
        assert status == 422
        assert "no draft" in said["error"]


@pytest.mark.parametrize("name", ["..%2fbyline.yml", "drafts/x.md", "posts/../../.byline/byline.db", "index.md", ""])
def test_only_pictures_of_the_authors_are_given_out(desk, folder, name):
    (folder / "content/images").mkdir()
    (folder / "content/images/a.png").write_bytes(b"PNG")
    assert desk.ask("GET", f"/content/{name}", desk.own(Origin=None))[0] == 404
    status, headers, _ = desk.ask("GET", "/content/images/a.png", desk.own(Origin=None))
    assert (status, headers["content-type"]) == (200, "image/png")
    assert headers["content-security-policy"] == FRAME_POLICY


def test_unsaved_text_is_checked_and_shown_and_touches_no_file(desk, draft):
    before = draft.read_bytes()
    text = held(desk, draft)["text"].replace("summary: ''", "summary: In one line.") + "\nA word of mine & more.\n"
    rules = [finding["rule"] for finding in desk.post("/check", name=draft.stem, text=text)[1]["findings"]]
    assert "no-words" in rules
    assert "no-summary" not in rules
    views = ["site", "letter", "phone", "dark", "text"]
    shown = desk.post("/preview", name=draft.stem, text=text, views=views)[1]["html"]
    assert [*shown] == views
    assert all("A word of mine &amp; more." in each for each in shown.values())
    assert draft.read_bytes() == before
    assert desk.post("/preview", name=draft.stem, text="no front matter", views=["site"])[0] == 422


def test_a_letter_in_the_dark_is_dark_whatever_the_browser_is(desk, draft):
    text = held(desk, draft)["text"]
    shown = desk.post("/preview", name=draft.stem, text=text, views=["dark", "letter"])[1]["html"]
    assert "@media (min-width: 0)" in shown["dark"]
    assert "@media (max-width: 0)" in shown["letter"]


def test_nothing_runs_in_a_preview(desk, draft, writing):
    text = writing.locator("#text")
    hostile = f'{HOSTILE}\n\n<a href="javascript:top.hacked=1" id="lure">x</a>\n\n[out](https://evil.example/)\n'
    text.fill(held(desk, draft)["text"] + hostile)
    frame = writing.frame_locator("#frame-site")
    frame.locator("#lure").click()
    frame.get_by_role("link", name="out").click()
    writing.get_by_role("tab", name="Letter").click()
    expect(writing.frame_locator("#frame-letter").get_by_role("link", name="out")).to_be_visible()
    assert writing.evaluate("window.hacked") is None
    assert writing.url.endswith(draft.stem)
    text.fill(held(desk, draft)["text"])


def test_what_is_typed_is_checked_shown_and_saved(desk, draft, writing):
    text = writing.locator("#text")
    text.fill(held(desk, draft)["text"].replace("summary: ''", "summary: All of it."))
    expect(writing.frame_locator("#frame-site").locator(".byline-summary")).to_have_text("All of it.")
    expect(writing.locator("[data-rule=no-summary]")).to_have_count(0)
    expect(writing.locator("[data-rule=no-words]").first).to_be_visible()
    writing.keyboard.press("Control+s")
    expect(writing.locator("#saved")).to_have_text("Saved")
    assert "All of it." in draft.read_text(encoding="utf-8")
    text.press_sequentially("x")
    expect(writing.locator("#saved")).to_have_text("Not saved yet")
    expect(writing.locator("#saved")).to_have_text("Saved")


def test_a_finding_leads_to_its_line(writing):
    finding = writing.locator("[data-rule=no-words] button").first
    finding.click()
    expect(writing.locator("#text")).to_be_focused()
    marked = marked_in(writing)
    assert marked.startswith("<!-- Your words: ")
    writing.keyboard.type("Mine.")  # in place of the prompt
    expect(writing.locator("[data-rule=no-words]")).to_have_count(1)
    finding.click()
    assert marked_in(writing) == marked


def test_a_finding_of_a_take_without_a_prompt_leads_to_its_heading(writing):
    text = writing.locator("#text")
    text.fill(re.sub(r"^<!-- Your words: .*-->$", "", text.input_value(), flags=re.MULTILINE))
    writing.locator("[data-rule=no-words] button").last.click()
    assert marked_in(writing).startswith("## [")


def marked_in(page):
    return page.evaluate("(t => t.value.slice(t.selectionStart, t.selectionEnd))(document.getElementById('text'))")


def where_typed(page):
    """The text before the caret, and the text after it."""
    at = page.evaluate("document.getElementById('text').selectionStart")
    value = page.locator("#text").input_value()
    return value[:at], value[at:]


def is_in_sight(page):
    """Whether the line of the caret is within what the text shows, as far as its share of the text tells."""
    return page.evaluate("""(text => {
        const high = text.scrollHeight * text.selectionStart / text.value.length - text.scrollTop;
        return -100 < high && high < text.clientHeight + 100;
    })(document.getElementById('text'))""")


def test_a_draft_opens_where_words_are_waited_for(draft, writing):
    text = writing.locator("#text")
    expect(text).to_be_focused()
    assert marked_in(writing).startswith("<!-- Your opening: ")
    writing.keyboard.type("Welcome, and look at these.")
    writing.keyboard.press("Control+s")
    expect(writing.locator("#saved")).to_have_text("Saved")
    writing.set_viewport_size({"width": 1280, "height": 500})
    writing.reload()
    expect(text).to_be_focused()
    assert marked_in(writing).startswith("<!-- Your words: ")
    assert where_typed(writing)[0].count("\n## [") == 1
    assert is_in_sight(writing)
    draft.write_text(with_words(draft.read_text(encoding="utf-8")), encoding="utf-8")
    writing.reload()
    expect(text).to_be_focused()
    assert marked_in(writing) == "Welcome, and look at these."


def test_what_is_typed_stays_in_sight_in_the_preview_and_nothing_jumps(writing):
    text, frame = writing.locator("#text"), writing.frame_locator("#frame-site")
    text.fill(with_words(text.input_value()).replace("Mine alone, and", "Mine alone,\n\nand so on " * 40))
    place = "document.getElementById('frame-site').contentDocument.scrollingElement.scrollTop"
    text.press("Control+End")
    text.press_sequentially("At the very end of it all")
    expect(frame.get_by_text("At the very end of it all")).to_be_in_viewport()
    stood = writing.evaluate(place)
    assert stood > 500
    text.press_sequentially(", and on")
    expect(frame.get_by_text("end of it all, and on")).to_be_in_viewport()
    assert writing.evaluate(place) == stood
    writing.evaluate(f"{place} = 0")
    writing.keyboard.press("Control+s")
    writing.get_by_role("tab", name="Letter").click()
    writing.get_by_role("tab", name="Site").click()
    expect(frame.get_by_text("end of it all, and on")).not_to_be_in_viewport()


def test_a_sentence_of_a_source_is_quoted_with_one_press_and_passes_the_check(desk, draft, writing):
    sentence = writing.locator(".source").first.locator(".sentence").nth(1)
    words = sentence.inner_text()
    sentence.press("Enter")
    expect(writing.locator("#text")).to_be_focused()
    writing.keyboard.press("Control+s")
    expect(writing.locator("#saved")).to_have_text("Saved")
    written = draft.read_text(encoding="utf-8")
    take = written[written.index("\n## [") : written.index("\n## [", written.index("\n## [") + 1)]
    assert f"\n\n> {words}\n" in take
    assert take.index(words) < take.index("<!-- Your words: ")
    before, after = where_typed(writing)
    assert before.endswith(f"\n\n> {words}\n\n")
    assert after.startswith("\n\n<!-- Your words: ")
    writing.keyboard.type("What I make of it.")
    expect(writing.frame_locator("#frame-site").locator("p", has_text="What I make of it.").first).to_be_visible()
    expect(writing.frame_locator("#frame-site").locator("blockquote", has_text="What I make of it.")).to_have_count(0)
    writing.locator("#text").fill(written)
    assert not [found for found in desk.app.check(draft) if found.rule.startswith("quotation-")]


def test_quotations_stand_above_the_prompts_of_their_takes_and_below_words_where_the_caret_is(writing):
    text, told = writing.locator("#text"), writing.locator(".source")
    sentences = [told.nth(number).locator(".sentence") for number in (0, 0, 1)]
    words = [sentence.nth(at).inner_text() for at, sentence in enumerate(sentences)]
    for at, sentence in enumerate(sentences):
        sentence.nth(at).click()
    takes = text.input_value().split("\n## [")[1:]
    assert f"> {words[0]}\n\n> {words[1]}\n\n\n\n<!-- Your words: " in takes[0]
    assert f"> {words[2]}\n\n\n\n<!-- Your words: " in takes[1]
    text.fill(re.sub(r"(?m)^(<!-- Your words: .*-->)$", r"\1\n\nMine, and\non two lines.", text.input_value(), count=1))
    expect(writing.locator("[data-rule=no-words]")).to_have_count(1)
    writing.evaluate(
        "(t => t.setSelectionRange(...Array(2).fill(t.value.indexOf('Mine, and'))))(document.getElementById('text'))"
    )
    sentences[0].nth(2).click()
    third = sentences[0].nth(2).inner_text()
    assert f"Mine, and\non two lines.\n\n> {third}\n\n" in text.input_value()
    expect(writing.locator("#saved")).to_have_text("Saved")


def test_other_reports_of_a_story_can_be_compared_and_not_be_quoted(desk, writing):
    item = next(one for one in desk.app.stories.shortlist() if len(one.story.entries) > 1)
    others = [entry for entry in item.story.entries if entry is not item.story.lead]
    told = writing.locator(".source").filter(has=writing.get_by_role("link", name=item.story.lead.title))
    folded = told.locator("details")
    expect(folded).to_have_count(len(others))
    expect(folded.first.locator("summary")).to_have_text(others[0].publisher)
    expect(folded.first.locator("li").first).to_be_hidden()
    folded.first.locator("summary").click()
    expect(folded.first.locator("li").first).to_be_visible()
    link = folded.first.get_by_role("link", name=others[0].title)
    expect(link).to_have_attribute("href", others[0].link)
    expect(link).to_have_attribute("target", "_blank")
    expect(folded.get_by_role("button")).to_have_count(0)
    assert faults_of(writing) == []


def test_of_other_reports_only_so_many_are_shown(desk, draft):
    item = next(one for one in desk.app.stories.shortlist() if len(one.story.entries) > 1)
    rest = [one.story.id for one in desk.app.stories.shortlist() if one.story.id != item.story.id]
    desk.app.stories.merge([item.story.id, *rest])
    long = "".join(f"<p>This is the sentence of number {number}.</p>" for number in range(40))
    with desk.app.store.writing() as connection:
        connection.execute(update(entries).where(entries.c.id != item.story.lead.id).values(content=long))
    text = held(desk, draft)["text"]
    told = desk.post("/sources", name=draft.stem, text=text)[1]["sources"][0]
    assert len(told["others"]) == 8
    assert {len(one["sentences"]) for one in told["others"]} == {12}


def test_a_change_from_outside_is_shown_beside_what_is_here(desk, draft, writing):
    text = writing.locator("#text")
    theirs = held(desk, draft)["text"] + "Theirs.\n"
    draft.write_text(theirs, encoding="utf-8")
    expect(text).to_have_value(theirs)
    mine = theirs + "Mine.\n"
    draft.write_text(theirs + "Later.\n", encoding="utf-8")
    text.fill(mine)
    writing.keyboard.press("Control+s")
    both = writing.get_by_role("dialog")
    expect(both.get_by_label("What you have here")).to_have_value(mine)
    expect(both.get_by_label("What the file holds now")).to_have_value(theirs + "Later.\n")
    assert faults_of(writing) == []
    assert draft.read_text(encoding="utf-8") == theirs + "Later.\n"
    both.get_by_role("button", name="Save what I have here").click()
    expect(writing.locator("#saved")).to_have_text("Saved")
    assert draft.read_text(encoding="utf-8") == mine


def test_where_posts_must_be_approved_the_desk_approves_and_then_publishes(desk, draft, writing):
    expect(writing.get_by_role("button", name="Approve")).to_have_count(0)
    desk.app.settings = desk.app.settings.model_copy(
        update={"write": desk.app.settings.write.model_copy(update={"approval": True})}
    )
    writing.reload()
    writing.get_by_role("button", name="Approve").click()
    expect(writing.get_by_role("alert")).to_contain_text("has errors")
    text = writing.locator("#text")
    text.fill(with_words(text.input_value()))
    writing.get_by_role("button", name="Publish").click()
    expect(writing.get_by_role("alert")).to_contain_text("not approved as it stands")
    expect(writing.locator("#count")).to_have_text("none: it waits for approval")
    writing.get_by_role("button", name="Approve").click()
    expect(text).to_have_value(re.compile("approved: {by: Nadia Verhoeven"))
    expect(writing.locator("#count")).to_have_text("none: it can be published")
    writing.goto(f"{desk.base}/drafts")
    expect(writing.get_by_role("main")).to_contain_text("approved by Nadia Verhoeven")
    writing.goto(f"{desk.base}/write/{draft.stem}")
    writing.get_by_role("button", name="Publish").click()
    expect(writing.locator("#saved")).to_contain_text("Published as posts/")


def test_the_alarm_covers_no_finding_and_can_be_closed(writing):
    writing.get_by_role("button", name="Publish").click()
    alarm, first = writing.locator("#alarm"), writing.locator("#found button").first
    expect(alarm).to_be_visible()
    expect(first).to_be_focused()
    for width in (1280, 390):
        writing.set_viewport_size({"width": width, "height": 844})
        first.focus()
        box, below = alarm.bounding_box(), first.bounding_box()
        assert box["y"] + box["height"] <= below["y"] or below["y"] + below["height"] <= box["y"]
        assert faults_of(writing) == []
    close = alarm.get_by_role("button", name="Close")
    assert close.bounding_box()["height"] >= 44
    close.press("Enter")
    expect(alarm).to_be_hidden()
    expect(first).to_be_focused()


def test_who_follows_a_link_of_the_page_leaves_nothing_behind(draft, writing):
    writing.locator("#text").press("Control+End")
    writing.keyboard.type("The last words.")
    writing.get_by_role("link", name="Drafts").click()
    expect(writing.get_by_role("heading", level=1)).to_have_text("Drafts")
    assert "The last words." in draft.read_text(encoding="utf-8")


def test_who_cannot_save_stays_and_is_told(writing):
    writing.route("**/save", lambda route: route.abort())
    writing.locator("#text").press("Control+End")
    writing.keyboard.type("The last words.")
    writing.get_by_role("link", name="Drafts").click()
    expect(writing.get_by_role("alert")).to_contain_text("does not answer")
    expect(writing.locator("#text")).to_have_value(re.compile("The last words"))
    writing.unroute("**/save")
    writing.get_by_role("link", name="Drafts").click()
    expect(writing.get_by_role("heading", level=1)).to_have_text("Drafts")


def test_without_a_model_the_page_offers_no_suggestions(writing):
    expect(writing.locator("#ask")).to_have_count(0)


def test_a_suggestion_stands_beside_the_text_until_the_author_uses_it(model, draft, writing):
    model[0][:] = ["What these papers leave out.", "Why 8,765 people wait.", HOSTILE]
    text = writing.locator("#text")
    before = text.input_value()
    writing.get_by_label("What for").select_option("summary")
    writing.get_by_role("button", name="Ask").click()
    offered = writing.locator(".suggestion")
    expect(offered).to_have_count(3)
    assert text.input_value() == before
    expect(offered.nth(1)).to_contain_text("Cannot be taken: small-1 proposed words with “8,765”")
    expect(offered.nth(1).get_by_role("button", name="Use it")).to_have_count(0)
    expect(offered.nth(2)).to_contain_text("<script>")
    assert faults_of(writing) == []
    offered.first.get_by_role("button", name="Use it").press("Enter")
    expect(offered).to_have_count(2)
    expect(writing.locator("#saved")).to_have_text("Saved")
    assert "summary: What these papers leave out." in draft.read_text(encoding="utf-8")
    assert "by: small-1" in draft.read_text(encoding="utf-8")
    expect(writing.frame_locator("#frame-site").locator("body")).to_contain_text("A language model (small-1) proposed")
    text.press("Control+z")
    expect(text).to_have_value(before)
    assert writing.evaluate("window.hacked") is None


def test_questions_are_only_read(model, writing):
    model[0][:] = ["Whom does it help?"]
    writing.locator("#text").fill(writing.locator("#text").input_value() + "\nMine.\n")
    writing.get_by_role("button", name="Ask").click()
    expect(writing.locator(".suggestion")).to_contain_text("Whom does it help?")
    expect(writing.get_by_role("button", name="Use it")).to_have_count(0)
    writing.get_by_role("button", name="Put away").click()
    expect(writing.get_by_role("button", name="Ask")).to_be_focused()


def test_all_previews_stand_side_by_side_and_follow_the_text(writing):
    writing.get_by_role("tab", name="All").click()
    writing.locator("#text").press("Control+End")
    writing.locator("#text").press_sequentially("Followed.")
    for view in ("site", "letter", "phone", "dark", "text"):
        frame = writing.locator(f"#frame-{view}")
        expect(frame).to_be_visible()
        expect(writing.frame_locator(f"#frame-{view}").locator("body")).to_contain_text("Followed.")
    tops = {round(writing.locator(f"#frame-{view}").bounding_box()["y"]) for view in ("site", "letter")}
    assert len(tops) == 1
    assert faults_of(writing) == []
    writing.get_by_role("tab", name="Letter").click()
    expect(writing.locator("#frame-site")).to_be_hidden()


def test_a_test_is_written_as_files_where_there_is_no_mail_server(folder, draft, writing):
    writing.get_by_role("button", name="Send a test").click()
    writing.get_by_role("button", name="Only write it as files").click()
    expect(writing.get_by_role("status")).to_contain_text(f".byline/letters/{draft.stem}.eml")
    assert (folder / f".byline/letters/{draft.stem}.eml").read_bytes()


def test_a_test_goes_to_the_author_alone(folder, mailbox, byline, draft, writing):
    writing.get_by_role("button", name="Send a test").click()
    assert faults_of(writing) == []
    expect(writing.get_by_role("dialog")).to_contain_text("and to nobody else")
    writing.get_by_role("button", name="Leave it").click()
    assert mailbox.messages == []
    del folder, byline, draft


def test_a_test_is_taken_by_the_mail_server_and_counts_as_no_delivery(folder, mailbox, open_app):
    where = {"BYLINE_SEND_SMTP_HOST": "127.0.0.1", "BYLINE_SEND_SMTP_PORT": str(mailbox.port)}
    app = open_app(folder, where | {"BYLINE_SEND_SMTP_SECURITY": "none"})
    letter = app.letter(app.find("what-had-no-name"))
    before = len(app.audience(letter).to)
    address_told, answer = app.rehearse(letter)
    [(_, to, message)] = mailbox.messages
    assert to == [address_told]
    assert address_told in app.settings.send.sender
    assert message["Subject"] == letter.subject
    assert answer.text.startswith("250")
    assert len(app.audience(letter).to) == before


def test_the_whole_way_from_triage_to_a_published_file(desk, folder, page):
    for card in page.locator('.card[data-choice=""]:not([data-drafted])').all()[:2]:
        page.locator(f"#{card.get_attribute('id')}").focus()
        page.keyboard.press("p")
    page.get_by_role("button", name="Draft from picks").click()
    page.wait_for_url("**/write/*")
    text = page.locator("#text")
    expect(text).to_be_enabled()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("alert")).to_contain_text("not ready")
    expect(page.locator("#found button").first).to_be_focused()
    text.fill(with_words(text.input_value()))
    expect(page.locator("#saved")).to_have_text("Saved")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("#saved")).to_contain_text("Published as posts/")
    name = page.locator("#saved").inner_text().removeprefix("Published as ")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    assert page.title().startswith(f"{name} · ")
    for gone in ("Save", "Send a test", "Publish"):
        expect(page.get_by_role("button", name=gone)).to_have_count(0)
    expect(page.locator(".sentence").first).to_be_disabled()
    after = page.locator("#after")
    expect(after).to_be_focused()
    expect(after).to_contain_text("byline publish")
    expect(after).to_contain_text(f"byline send {name.removeprefix('posts/').removesuffix('.md')}")
    assert faults_of(page) == []
    expect(after.get_by_role("link", name="Stories")).to_have_attribute("href", "/")
    after.get_by_role("link", name="Drafts").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Drafts")
    assert "Mine alone" in (folder / "content" / name).read_text(encoding="utf-8")
    page.goto(f"{desk.base}/drafts")
    expect(page.get_by_role("main")).not_to_contain_text(name.removeprefix("posts/").removesuffix(".md"))


def with_words(text):
    """The draft as an author would finish it, whatever else a draft asks for."""
    text = re.sub(r"^summary: ''$", "summary: What I make of it.", text, flags=re.MULTILINE)
    text = re.sub(r"^title: .*$", "title: Two things", text, count=1, flags=re.MULTILINE)
    mine = "Mine alone, and at some length: " + "we should look at this again with people who do it every day. " * 6
    return re.sub(r"^<!-- (?!more).*?-->$", mine, text, flags=re.MULTILINE | re.DOTALL)


# -- for everybody


def faults_of(page):
    return [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(desk, draft, page, scheme, width):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("/", "/trends", "/drafts", f"/write/{draft.stem}"):
        page.goto(desk.base + path)
        page.wait_for_load_state("networkidle")
        for summary in page.locator("details summary").all()[:2]:
            summary.click()
        assert faults_of(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(desk.base)
    page.keyboard.press("?")
    assert faults_of(page) == []


def test_about_four_stories_are_in_sight_at_once(page):
    end = page.locator(".bar").bounding_box()["y"]
    boxes = [card.bounding_box() for card in page.locator(".card").all()]
    assert sum(box["y"] + box["height"] <= end + 20 for box in boxes) >= 4
    card = page.locator(".card").first
    words, buttons = card.locator(".card__opening").bounding_box(), card.locator(".card__do").bounding_box()
    assert words["x"] + words["width"] <= buttons["x"]


def test_targets_on_a_phone_are_large_enough_for_a_thumb(page):
    page.set_viewport_size({"width": 390, "height": 844})
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box is None or min(box["width"], box["height"]) >= 44


# -- the command


def test_the_command_prints_where_the_desk_is(folder, byline, monkeypatch):
    import uvicorn

    said = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda _, sockets: said.append(sockets[0].getsockname()[0]))
    code, out, _ = byline("desk", "--port", "0", "--no-browser", at=folder)
    assert code == 0
    assert "http://127.0.0.1:" in out
    assert "/?start=" in out
    assert said == ["127.0.0.1"]
