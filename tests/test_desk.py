"""The desk: whom it lets in, what it does to files and choices, and the whole way in a real browser."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.client import HTTPConnection

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import update

from conftest import NOW
from pipeline.app import App
from pipeline.desk import Keys, address, guarded
from pipeline.desk import desk as at_the_desk
from pipeline.desk.cards import cards
from pipeline.desk.guard import FRAME_POLICY, PAGE_POLICY, cookie_name
from pipeline.desk.progress import Progress
from pipeline.desk.server import listening, server_of
from pipeline.errors import StoreError, UsageError
from pipeline.html import plain_text, safe_html, safe_url
from pipeline.model import Choice, Entry, EntryId, FeedId, ParsedEntry, RankedStory, Reason, Story, StoryId, Written
from pipeline.pull.taking import take_in
from pipeline.settings import load
from pipeline.store import pull as kept_feeds
from pipeline.store import select as kept
from pipeline.store import troubles
from pipeline.store.schema import entries, feeds

HOSTILE = '<script>top.hacked=1</script><img src=x onerror="top.hacked=1">'


class Serving:
    """A server that stands for the whole module, and answers with the desk of the test that runs."""

    def __init__(self):
        self.desk = None
        self.asked = 0

    async def __call__(self, scope, receive, send):
        self.asked += 1
        try:
            await self.desk(scope, receive, send)
        finally:
            self.asked -= 1


@dataclass
class Desk:
    """A desk that runs, and the way to ask it as a program would. ``now`` is what its clock says."""

    app: App
    keys: Keys
    port: int
    now: datetime = NOW
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
def smtp(mailbox):
    """A mail server, and the settings that lead to it."""
    where = {"BYLINE_SEND_SMTP_HOST": "127.0.0.1", "BYLINE_SEND_SMTP_PORT": str(mailbox.port)}
    return mailbox, where | {"BYLINE_SEND_SMTP_SECURITY": "none"}


@pytest.fixture(scope="module")
def serving():
    """A server on a free port; to start and to stop one takes longer than most tests."""
    answers, bound = Serving(), listening(0)
    server = server_of(answers)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    yield answers, bound.getsockname()[1]
    server.should_exit = True
    thread.join(10)
    bound.close()


@pytest.fixture
def desk(folder, serving, request):
    """A desk with a folder, keys and a store of its own; with the model or the mail server that a test asks for."""
    asked_for = {"model", "smtp"}.intersection(request.fixturenames)
    environment = {key: value for name in asked_for for key, value in request.getfixturevalue(name)[1].items()}
    answers, port = serving
    made = Desk(App(load(folder, environment), NOW), Keys.new(), port)
    answers.desk = guarded(made.app, lambda: made.now, made.keys, port)
    yield made
    assert wait_for(lambda: not answers.asked)
    made.app.close()


@pytest.fixture
def blank(chromium, desk):
    """A page of a browser that is let in; nothing may go wrong in its console."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    opened, faults = context.new_page(), []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("request", lambda request: desk.asked.append(request.url))
    context.add_cookies([{"name": cookie_name(desk.port), "value": desk.keys.cookie, "url": desk.base}])
    yield opened
    context.close()
    assert faults == []
    assert [url for url in desk.asked if not url.startswith((desk.base, "data:"))] == []


@pytest.fixture
def page(desk, blank):
    """The stories in a browser."""
    blank.goto(desk.base)
    return blank


def wait_for(done, seconds=5):
    """Give whether ``done`` comes true: choices reach the desk one after the other, behind the page."""
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


class Held:
    """Requests of a page to a path that wait until they are let go, or are lost."""

    def __init__(self, page, path):
        self.waiting = []
        self.page = page
        page.route(path, self.keep)

    def keep(self, route):
        self.waiting.append(route)

    def arrive(self):
        """Wait until one is there, and give it."""
        until = time.monotonic() + 5
        while not self.waiting:
            assert time.monotonic() < until
            self.page.wait_for_timeout(10)
        return self.waiting.pop()


def choices(desk):
    return {item.story.id: item.choice for item in desk.app.stories.shortlist()}


# -- who is let in


def test_a_port_that_is_taken_is_told(desk):
    with pytest.raises(UsageError, match="--port"):
        listening(desk.port)


def test_the_printed_address_becomes_a_cookie_and_stands_in_no_address_any_more(desk):
    start = address(desk.port, desk.keys).removeprefix(desk.base)
    status, headers, _ = desk.ask("GET", start, {"Sec-Fetch-Site": "none"})
    assert (status, headers["location"]) == (303, "/week")
    said = headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert desk.keys.start not in headers["set-cookie"]
    cookie = headers["set-cookie"].partition(";")[0]
    status, _, text = desk.ask("GET", "/", {"Cookie": cookie})
    assert status == 200
    assert desk.keys.start not in text


@pytest.mark.parametrize(
    ("then", "place"),
    [("/drafts",) * 2, ("/",) * 2, ("//evil.example", "/week"), ("https://evil.example/", "/week"), ("", "/week")],
)
def test_the_address_names_a_page_of_the_desk_and_no_other_place(desk, then, place):
    start = address(desk.port, desk.keys).removeprefix(desk.base)
    status, headers, _ = desk.ask("GET", f"{start}&then={then}", {"Sec-Fetch-Site": "none"})
    assert (status, headers["location"]) == (303, place)


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


HUGE = 2**63


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/choose", {"story": HUGE, "choice": "pick"}),
        ("/merge", {"stories": []}),
        ("/merge", {"stories": [4]}),
        ("/merge", {"stories": [4, 4]}),
        ("/merge", {"stories": [HUGE, 4]}),
        ("/split", {"story": 4, "entries": [HUGE]}),
        ("/split", {"story": HUGE, "entries": []}),
        ("/take", {"name": "x", "text": "", "number": HUGE}),
        ("/propose", {"name": "x", "text": "", "wish": "tighter", "line": -HUGE}),
        ("/check", {"name": ["x"], "text": {}}),
        ("/load", b'{"name": "\xff"}'),
        ("/load", b'{"name": "\\ud800"}'),
        ("/load", b'{"name": "\\u0000"}'),
        ("/load", b"\xff\xfe{\x00}\x00"),
        ("/save", b'{"name": ' * 9000),
        ("/preview", b"[" * 100_000),
        ("/heed", b'{"mark": NaN, "refused": 1e999}'),
    ],
)
def test_what_no_page_says_is_refused_in_words(desk, draft, path, said):
    if isinstance(said, dict):
        if said.get("name") == "x":
            said = said | {"name": draft.stem}
        said = json.dumps(said).encode()
    status, headers, text = desk.ask("POST", path, desk.own(), said)
    assert (status, headers["content-type"]) in {(400, "application/json"), (422, "application/json")}
    assert len(json.loads(text)["error"].split()) > 3


@pytest.mark.parametrize("number", [str(HUGE), "9" * 5000, "x", "-1", "%00", ""])
def test_a_card_of_no_story_is_told(desk, number):
    status, _, text = desk.ask("GET", f"/cards?story={number}", desk.own(Origin=None))
    assert (status, text) == (404, "there is no such story\n")


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


def test_only_the_choice_that_the_page_names_is_taken_back(desk):
    story = next(number for number, choice in choices(desk).items() if choice is None)
    desk.post("/choose", story=story, choice="later")
    desk.post("/choose", story=story, choice="skip")
    status, said = desk.post("/choose", story=story, choice=None, was="pick")
    assert (status, said["choice"]) == (409, "skip")
    assert "“skip” is chosen now" in said["error"]
    assert desk.post("/choose", story=story, choice=None, was="skip") == (200, {"choice": "later"})
    assert desk.post("/choose", story=story, choice=None, was="later") == (200, {"choice": None})
    status, said = desk.post("/choose", story=story, choice=None, was="later")
    assert (status, said["choice"], "nothing is chosen now" in said["error"]) == (409, None, True)


def test_what_feeds_say_is_shown_as_text(desk, blank):
    with desk.app.store.writing() as connection:
        connection.execute(update(entries).values(title=HOSTILE, publisher=HOSTILE, summary=HOSTILE, content=""))
    blank.goto(desk.base)
    expect(blank.locator(".card__title").first).to_have_text(HOSTILE)
    assert blank.locator("main script, main img").count() == 0
    assert blank.evaluate("window.hacked") is None


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


def test_of_choices_that_are_all_refused_none_is_shown_nor_can_be_undone(page):
    card = page.locator(".card").first
    lost = Held(page, "**/choose")
    card.get_by_role("button", name="Pick").click()
    card.get_by_role("button", name="Later").click()
    lost.arrive().abort()
    lost.arrive().abort()
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    expect(card).to_have_attribute("data-choice", "")
    expect(page.locator("#undo")).to_be_disabled()


def test_a_refused_choice_is_told_until_it_is_made_though_others_are_taken(desk, page):
    one, other = on_the_page(page)[:2]

    def answer(route):
        return route.abort() if route.request.post_data_json["story"] == one else route.fallback()

    page.route("**/choose", answer)
    with page.expect_response("**/choose"):  # there is one about the other only
        for key in "jpp":
            page.keyboard.press(key)
    assert choices(desk)[other] is Choice.PICK
    expect(page.locator(f"#story-{one}")).to_have_attribute("data-choice", "")
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    page.unroute("**/choose")
    page.locator(f"#story-{one}").get_by_role("button", name="Pick").click()
    expect(page.locator("#alarm")).to_be_hidden()


def test_an_undo_that_the_desk_did_not_hear_can_be_tried_again(desk, page):
    card = page.locator(".card").first
    story, button = on_the_page(page)[0], page.locator("#undo")
    card.get_by_role("button", name="Pick").click()
    assert wait_for(lambda: choices(desk)[story] is Choice.PICK)
    page.route("**/choose", lambda route: route.abort())
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    expect(card).to_have_attribute("data-choice", "pick")
    expect(button).to_be_enabled()
    page.unroute("**/choose")
    button.click()
    assert wait_for(lambda: choices(desk)[story] is None)
    expect(button).to_be_disabled()


@pytest.mark.parametrize("how", ["undo", "press"])
def test_a_choice_of_another_window_is_not_taken_back_but_shown(desk, page, how):
    card, story = page.locator(".card").first, on_the_page(page)[0]
    card.get_by_role("button", name="Pick").click()
    assert wait_for(lambda: choices(desk)[story] is Choice.PICK)
    desk.post("/choose", story=story, choice="later")
    (page.locator("#undo") if how == "undo" else card.get_by_role("button", name="Pick")).click()
    expect(page.get_by_role("alert")).to_contain_text("changed elsewhere in the meantime: “later” is chosen now")
    expect(card).to_have_attribute("data-choice", "later")
    assert choices(desk)[story] is Choice.LATER


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


def test_what_was_passed_over_is_shown_behind_the_others_and_can_be_picked_again(desk, page):
    one = on_the_page(page)[0]
    page.locator(f"#story-{one}").get_by_role("button", name="Skip").click()
    assert wait_for(lambda: one not in choices(desk))
    page.reload()
    assert one not in on_the_page(page)
    page.get_by_role("button", name="Show what was passed over").press("Enter")
    passed = page.get_by_role("region", name="Passed over")
    card = passed.locator(f"#story-{one}")
    expect(card).to_be_visible()
    waiting = list(choices(desk))
    assert on_the_page(page)[: len(waiting)] == waiting
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{len(waiting)} stories")
    expect(passed.locator(".card").first).to_be_focused()
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert faults_of(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    card.focus()
    page.keyboard.press("p")
    assert wait_for(lambda: choices(desk).get(one) is Choice.PICK)
    page.get_by_role("button", name="Hide what was passed over").click()
    expect(page.locator(f"#story-{one}")).to_have_attribute("data-choice", "pick")
    expect(passed).to_have_count(0)


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


def test_a_key_that_is_pressed_twice_on_the_last_card_chooses_once(desk, page):
    card, story = page.locator(".card").last, on_the_page(page)[-1]
    card.focus()
    for key in "ppp":
        page.keyboard.press(key)
    expect(page.get_by_role("status")).to_contain_text("Picked already: ")
    expect(card).to_have_attribute("data-choice", "pick")
    page.keyboard.press("u")
    expect(card).to_have_attribute("data-choice", "")
    for key in "pkjp":  # who comes back to it takes back, as everywhere
        page.keyboard.press(key)
    expect(card).to_have_attribute("data-choice", "")
    assert wait_for(lambda: choices(desk)[story] is None)


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


def test_a_card_says_when_a_story_was_reported_as_of_now_and_not_of_when_the_shortlist_was_made():
    assert card_of(reported(1, "A")).age == "2 days ago"
    assert card_of(reported(1, "A", published=None)).age == "undated"
    assert card_of(reported(1, "A"), reported(2, "B", published=None)).age == "2 days ago"


def test_a_card_tells_whether_there_is_news_since_the_author_wrote():
    story = Story(id=StoryId(1), entries=(reported(1, "A"),))
    for days, said in ((3, "Update to what you wrote on"), (1, "You wrote about this on")):
        wrote = Written(title=plain_text("Mine"), date=(NOW - timedelta(days=days)).date())
        [card] = cards([RankedStory(story=story, reasons=(), topics=(), written=wrote)], (), NOW)
        assert card.written == f"{said} {wrote.date}: “Mine”"


def test_a_card_tells_whom_of_the_watched_its_story_names(page):
    assert card_of(reported(1, "A")).watched == ""
    assert card_of(reported(1, "A"), watched="it names Ada and Bo, whom you watch").watched == "watched: Ada and Bo"
    tag = page.locator(".card__from").get_by_text("watched: Westmark").first
    expect(tag).to_be_visible()


def test_a_page_that_is_opened_days_later_tells_times_as_of_then(desk, blank):
    desk.now = NOW + timedelta(days=40)
    blank.goto(desk.base)
    assert all(re.fullmatch(r"\d\d days ago|undated", said) for said in blank.locator(".card__age").all_inner_texts())
    card = blank.locator(".card").first
    card.locator("summary").click()
    expect(card.locator(".card__why")).to_contain_text(re.compile(r"last reported \d{4}-\d\d-\d\d \d\d:\d\d UTC"))


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


def test_the_page_of_trends_tells_what_rises_and_what_falls_in_words(trending, blank):
    blank.goto(f"{trending.base}/")
    blank.get_by_role("link", name="Trends", exact=True).click()
    rising, falling = blank.get_by_role("region", name="What rises"), blank.get_by_role("region", name="What falls")
    expect(rising.get_by_role("heading", level=3).first).to_contain_text("rises")
    expect(rising).to_contain_text("Customs strike rises")
    expect(rising).to_contain_text("In 36 of 84 headlines of the last two weeks, in 0 of 252 of the six before.")
    expect(rising).to_contain_text("Week by week, the oldest first: 0, 0, 0, 0, 0, 0, 18, 18.")
    expect(falling).to_contain_text("Wash water falls")
    assert rising.locator("svg").first.locator("rect").count() == 8
    link = rising.get_by_role("link").first
    assert link.get_attribute("href").startswith("https://paper")
    assert link.get_attribute("rel") == "noopener noreferrer"
    expect(blank.get_by_role("link", name="Trends", exact=True)).to_have_attribute("aria-current", "page")


def test_what_feeds_say_is_text_on_the_page_of_trends(trending, blank):
    blank.goto(f"{trending.base}/trends")
    expect(blank.get_by_role("main").get_by_role("link").first).to_contain_text(HOSTILE)
    expect(blank.get_by_role("region", name="What your choices tell")).to_contain_text("Picked <b>Post</b>")
    assert blank.locator("main script, main img, main b").count() == 0
    assert blank.evaluate("window.hacked") is None


def test_a_lesson_is_refused_and_heeded_again_by_keyboard(trending, blank):
    blank.goto(f"{trending.base}/trends")
    lesson = blank.locator(".lesson", has_text="Skipped Star")
    expect(lesson).to_contain_text("You skipped 12 of 12 stories from Skipped Star.")
    button = lesson.get_by_role("button")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.focus()
    blank.keyboard.press("Enter")
    expect(blank.get_by_role("status")).to_contain_text("Refused")
    expect(button).to_have_text("Refused: heed again")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
    [mark] = trending.app.stories.lessons()[1]
    assert mark == button.get_attribute("data-mark")
    blank.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.focus()
    blank.keyboard.press("Space")
    expect(button).to_have_text("Refuse")
    assert trending.app.stories.lessons()[1] == frozenset()


def test_only_what_the_choices_tell_can_be_refused(trending):
    status, said = trending.post("/heed", mark="feed 987654", refused=True)
    assert (status, "load the page again" in said["error"]) == (422, True)
    assert trending.app.stories.lessons()[1] == frozenset()


def test_where_nothing_is_told_yet_the_page_says_what_it_takes(blank, desk):
    blank.goto(f"{desk.base}/trends")
    expect(blank.get_by_role("main")).to_contain_text("a word must be in five headlines of three feeds")
    expect(blank.get_by_role("main")).to_contain_text("it takes five stories picked and five skipped")
    assert faults_by_day_and_night(blank) == []


def test_axe_finds_nothing_on_the_page_of_trends(trending, blank):
    blank.goto(f"{trending.base}/trends")
    button = blank.get_by_role("button", name="Refuse").first
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    for width in (390, 1280):
        blank.set_viewport_size({"width": width, "height": 900})
        assert faults_by_day_and_night(blank) == []
        assert blank.evaluate("document.documentElement.scrollWidth <= innerWidth")


# -- writing


@pytest.fixture
def draft(desk):
    """The file of a draft about two stories."""
    return desk.app.stories.write(list(choices(desk))[:2])


@pytest.fixture
def writing(desk, draft, blank):
    """The page on which the draft is written."""
    blank.goto(f"{desk.base}/write/{draft.stem}")
    expect(blank.locator("#saved")).to_have_text("Saved")
    return blank


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
        "/accept",
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
    status, said = desk.post(
        path, name=name, text="x", mark="x", views=["site"], wish="questions", line=1, number=1, rule="x", reason="x"
    )
    if path == "/look":
        assert (status, said) == (200, {"mark": ""})
    else:
        assert status == 422
        assert "no draft" in said["error"]


@pytest.mark.parametrize(
    "name",
    [
        *("..%2fbyline.yml", "drafts/x.md", "posts/../../.byline/byline.db", "index.md", ""),
        *("images/%00.png", "a" * 300 + ".png", "a/" * 3000 + "a.png", "images/%ff.png"),
    ],
)
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


@pytest.fixture
def clock(blank):
    """The clock of the browser, for tests that would have to wait; it goes on as ever, and can be put forward."""
    blank.clock.install()
    return blank.clock


def test_what_is_typed_is_checked_shown_and_saved(desk, draft, clock, writing):
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
    clock.fast_forward(1500)
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
    assert marked_in(writing) == ""
    assert where_typed(writing)[0].split("\n")[-1].startswith("## [")


def test_a_finding_selects_none_of_the_authors_own_words(writing):
    text = writing.locator("#text")
    text.fill(with_words(text.input_value()).replace("Mine alone", "TODO: mine alone", 1))
    writing.locator("[data-rule=leftover] .finding").click()
    expect(writing.locator(".sign")).to_be_visible()  # so that the line is found
    before = text.input_value()
    assert where_typed(writing)[0].split("\n")[-1].startswith("TODO: mine alone")
    assert where_typed(writing)[1].startswith("\n")
    writing.keyboard.type("x")
    assert len(text.input_value()) == len(before) + 1
    expect(writing.locator(".sign")).to_have_count(0)


def test_a_finding_is_accepted_with_a_reason_and_that_can_be_undone(writing):
    text, dialog = writing.locator("#text"), writing.get_by_role("dialog", name="Accept this finding?")
    expect(writing.locator("[data-rule=no-words] .accept")).to_have_count(0)  # which no reason excuses
    text.fill(with_words(text.input_value()).replace("summary: What I make of it.", "summary: ''"))
    before, item = text.input_value(), writing.locator("[data-rule=no-summary]")
    item.get_by_role("button", name="Accept …").click()
    assert faults_by_day_and_night(writing) == []
    why = dialog.get_by_label("Why is it right as it stands?")
    expect(why).to_be_focused()
    writing.keyboard.press("Enter")
    expect(dialog).to_be_visible()  # without a reason nothing is accepted
    writing.keyboard.type(f"short, {HOSTILE}")
    writing.keyboard.press("Enter")
    expect(item).to_contain_text(f"Your reason: short, {HOSTILE}")
    expect(item.get_by_role("button")).to_be_focused()
    expect(writing.locator("#count")).to_have_text("none: it can be published")
    expect(item.locator(".accept")).to_have_count(0)
    text.press("Control+z")
    expect(text).to_have_value(before)
    expect(item.locator(".accept")).to_be_visible()


@pytest.mark.parametrize(
    ("matter", "after"),
    [
        ("", "accept: {few-words: 'a, b'}\n"),
        ("accept: {no-alt: drawn}\n", "accept: {no-alt: drawn, few-words: 'a, b'}\n"),
        ("accept:\n  no-alt: drawn  # why\ntopics: [x]\n", None),
        ("accept: {few-words: ''}\n", "accept: {few-words: 'a, b'}\n"),
        ("accept: {}\n", "accept: {few-words: 'a, b'}\n"),
    ],
)
def test_what_is_accepted_already_stays_so(desk, draft, matter, after):
    after = after or "accept:\n  no-alt: drawn  # why\n  few-words: 'a, b'\ntopics: [x]\n"
    text = "---\ndate: 2026-11-23\ntitle: A\n{}---\nText.\n"
    status, said = desk.post("/accept", name=draft.stem, text=text.format(matter), rule="few-words", reason=" a,\nb ")
    assert (status, said) == (200, {"text": text.format(after)})


@pytest.mark.parametrize(
    ("rule", "reason", "matter"),
    [("no-words", "a", ""), ("nothing", "a", ""), ("few-words", " … ", ""), ("few-words", "a", "accept: yes\n")],
)
def test_what_cannot_be_accepted_is_told(desk, draft, rule, reason, matter):
    text = f"---\ndate: 2026-11-23\ntitle: A\n{matter}---\nText.\n"
    status, said = desk.post("/accept", name=draft.stem, text=text, rule=rule, reason=reason)
    assert (status, len(said["error"].split()) > 3) == (422, True)


def test_the_finding_of_a_missing_summary_leads_to_where_it_is_written(writing):
    writing.locator("[data-rule=no-summary] .finding").click()
    writing.keyboard.type("All of it.")
    assert "\nsummary: 'All of it.'\n" in writing.locator("#text").input_value()
    expect(writing.locator("[data-rule=no-summary], [data-rule=front-matter]")).to_have_count(0)


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
    assert where_typed(writing)[0].endswith("\nWelcome, and look at these.")
    writing.keyboard.type(" And on.")
    assert "\nWelcome, and look at these. And on.\n" in text.input_value()


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


def test_a_change_from_outside_is_shown_beside_what_is_here(desk, draft, clock, writing):
    text = writing.locator("#text")
    theirs = held(desk, draft)["text"] + "Theirs.\n"
    draft.write_text(theirs, encoding="utf-8")
    clock.fast_forward(2000)
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


def test_both_texts_begin_where_they_differ_and_the_lines_that_do_are_marked(draft, writing):
    text = writing.locator("#text")
    long = with_words(text.input_value()).replace("Mine alone, and", "Mine alone,\n\nand so on " * 9)
    ours, theirs = long + "Mine.\n", long.replace("Two things", "Three things") + "\nTheirs.\n" * 20
    ours = ours.replace("What I make of it.", "What I make.")
    draft.write_text(theirs, encoding="utf-8")
    text.fill(ours)
    writing.keyboard.press("Control+s")
    both = writing.get_by_role("dialog")
    first = ours.split("\n").index("title: Two things")
    expect(both).to_contain_text(f"From line {first + 1} on they differ: 3 lines here, 42 lines there.")
    assert marked_lines(both, "mine") == ["title: Two things", "summary: What I make.", "Mine."]
    assert marked_lines(both, "theirs")[:2] == ["title: Three things", "summary: What I make of it."]
    both.locator("#mine").fill(theirs.replace("so on", "so off", 1))
    expect(both).to_contain_text("they differ: 1 line here, 1 line there.")
    both.get_by_role("button", name="Take what the file holds").click()
    text.fill(theirs + "The end.")
    draft.write_text(theirs + "Another\n" * 50, encoding="utf-8")
    writing.keyboard.press("Control+s")
    assert faults_by_day_and_night(writing) == []
    writing.set_viewport_size({"width": 390, "height": 844})
    tops = [both.locator(f"#{one}").evaluate("box => box.scrollTop") for one in ("mine", "theirs")]
    assert tops[0] == tops[1] > 500


def marked_lines(both, name):
    lines = "box => [...box.previousElementSibling.querySelectorAll('.marks__other')].map((line) => line.textContent)"
    return both.locator(f"#{name}").evaluate(lines)


@pytest.fixture
def restart(desk, serving):
    """A function that stops the desk and starts it anew, as another run would have it: with keys that nobody has."""

    def start_anew():
        desk.keys = Keys.new()
        serving[0].desk = guarded(desk.app, lambda: desk.now, desk.keys, desk.port)

    return start_anew


def type_at_the_end(page, words):
    page.locator("#text").press("Control+End")
    page.keyboard.type(words)


def test_a_page_from_before_the_desk_was_started_anew_saves_once_the_browser_is_let_in(
    desk, draft, restart, clock, writing
):
    restart()
    type_at_the_end(writing, "Not lost.")
    writing.keyboard.press("Control+s")
    expect(writing.get_by_role("alert")).to_contain_text("open the address that it printed then in another tab")
    assert "Not lost." not in draft.read_text(encoding="utf-8")
    second = writing.context.new_page()
    second.goto(f"{address(desk.port, desk.keys)}&then=/")
    second.close()
    clock.fast_forward(2000)
    expect(writing.locator("#saved")).to_have_text("Saved")
    expect(writing.locator("#alarm")).to_be_hidden()
    assert draft.read_text(encoding="utf-8").endswith("Not lost.")


def test_words_that_were_not_saved_are_offered_when_the_page_is_loaded_again(desk, draft, restart, writing):
    before = draft.read_text(encoding="utf-8")
    restart()
    type_at_the_end(writing, "Not lost.")
    expect(writing.get_by_role("alert")).to_contain_text("started anew")
    writing.goto(address(desk.port, desk.keys))
    writing.goto(f"{desk.base}/write/{draft.stem}")
    both = writing.get_by_role("dialog", name="You wrote something that was not saved")
    expect(both.get_by_label("What you have here")).to_have_value(f"{before}Not lost.")
    expect(both.get_by_label("What the file holds now")).to_have_value(before)
    writing.reload()  # without an answer, it is asked again
    both.get_by_role("button", name="Save what I have here").click()
    expect(writing.locator("#saved")).to_have_text("Saved")
    assert draft.read_text(encoding="utf-8") == f"{before}Not lost."
    assert kept_by(writing) == 0
    writing.reload()
    expect(writing.locator("#saved")).to_have_text("Saved")
    expect(both).to_be_hidden()


def test_words_that_were_not_saved_are_shown_beside_what_the_file_became(desk, draft, writing):
    writing.route("**/save", lambda route: route.abort())
    type_at_the_end(writing, "Not lost.")
    expect(writing.get_by_role("alert")).to_contain_text("does not answer")
    writing.unroute("**/save")
    draft.write_text(draft.read_text(encoding="utf-8") + "Theirs.\n", encoding="utf-8")
    writing.goto(f"{desk.base}/write/{draft.stem}")
    both = writing.get_by_role("dialog", name="The file was changed outside of the desk")
    expect(both.get_by_label("What you have here")).to_have_value(re.compile("Not lost.$"))
    both.get_by_role("button", name="Take what the file holds").click()
    expect(writing.locator("#text")).to_have_value(draft.read_text(encoding="utf-8"))
    assert kept_by(writing) == 0


def test_what_was_saved_though_no_answer_came_is_not_unsaved(draft, writing):
    def lost(route):
        route.fetch()
        route.abort()

    writing.route("**/save", lost)
    type_at_the_end(writing, "Written.")
    writing.keyboard.press("Control+s")
    expect(writing.get_by_role("alert")).to_contain_text("does not answer")
    assert draft.read_text(encoding="utf-8").endswith("Written.")
    writing.unroute("**/save")
    writing.keyboard.press("Control+s")
    expect(writing.locator("#saved")).to_have_text("Saved")
    expect(writing.get_by_role("dialog")).to_be_hidden()
    assert kept_by(writing) == 0


def kept_by(page):
    """How many drafts have words that only the browser keeps."""
    return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('byline-unsaved')).length")


def test_a_draft_is_checked_again_only_when_something_changed_that_counts(desk, draft, folder):
    checked = []
    check = desk.app.check

    def counting(path):
        checked.append(path.name)
        return check(path)

    desk.app.check = counting
    other = draft.with_name("2026-11-23-other.md")
    shutil.copy(draft, other)
    progress = Progress()

    def looked():
        checked.clear()
        told = progress.of(desk.app, desk.app.drafts())
        assert [each["name"] for each in told] == [path.stem for path in desk.app.drafts()]
        return sorted(checked)

    both = sorted((draft.name, other.name))
    assert looked() == both
    assert looked() == []
    draft.write_text(with_words(draft.read_text(encoding="utf-8")), encoding="utf-8")
    assert looked() == [draft.name]
    (folder / "content/about.md").write_text("# About\n", encoding="utf-8")
    assert looked() == both
    desk.app.readers.add("a@a.example", "A", "asked")
    assert looked() == both
    other.unlink()
    assert looked() == [draft.name]
    draft.write_text("no post", encoding="utf-8")
    assert [each["state"] for each in progress.of(desk.app, [draft])] == ["no post yet"]


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


@pytest.mark.parametrize("act", ["Approve", "Publish"])
def test_while_the_file_is_changed_from_here_nothing_is_typed_or_quoted_that_would_be_lost(desk, draft, blank, act):
    desk.app.settings = desk.app.settings.model_copy(
        update={"write": desk.app.settings.write.model_copy(update={"approval": act == "Approve"})}
    )
    draft.write_text(with_words(draft.read_text(encoding="utf-8")), encoding="utf-8")
    blank.goto(f"{desk.base}/write/{draft.stem}")
    sentence, text = blank.locator(".sentence").first, blank.locator("#text")
    expect(sentence).to_be_visible()
    held_back = Held(blank, f"**/{act.lower()}")
    blank.get_by_role("button", name=act).click()
    request = held_back.arrive()
    before = text.input_value()
    expect(text).not_to_be_editable()
    sentence.click()
    expect(blank.get_by_role("status")).to_contain_text("the file is being changed")
    text.press("Control+End")
    blank.keyboard.type("Lost?")
    assert text.input_value() == before
    blank.get_by_role("button", name=act).click()
    request.fallback()
    if act == "Publish":
        expect(blank.locator("#saved")).to_contain_text("Published as posts/")
        return
    expect(text).to_have_value(re.compile("approved: {by:"))
    expect(text).to_be_editable()
    text.press("Control+End")
    blank.keyboard.type("Typed on.")
    blank.keyboard.press("Control+s")
    expect(blank.locator("#saved")).to_have_text("Saved")
    assert "Typed on." in draft.read_text(encoding="utf-8")
    assert held_back.waiting == []


def test_what_could_not_be_approved_or_published_can_be_written_on(writing):
    writing.route("**/publish", lambda route: route.abort())
    writing.get_by_role("button", name="Publish").click()
    expect(writing.get_by_role("alert")).to_contain_text("does not answer")
    expect(writing.locator("#text")).to_be_editable()


def test_of_two_who_wait_to_save_one_saves(draft, writing):
    text, asked = writing.locator("#text"), []
    writing.on("request", lambda request: asked.append(request) if request.url.endswith("/save") else None)
    held_back = Held(writing, "**/save")
    text.press("Control+End")
    writing.keyboard.type("One.")
    writing.keyboard.press("Control+s")
    request = held_back.arrive()
    writing.keyboard.type(" Two.")
    writing.keyboard.press("Control+s")
    writing.keyboard.press("Control+s")
    writing.unroute("**/save")
    request.fallback()
    expect(writing.locator("#saved")).to_have_text("Saved")
    expect(writing.get_by_role("dialog")).to_be_hidden()
    assert draft.read_text(encoding="utf-8").endswith("One. Two.")
    assert len(asked) == 2


def test_who_waits_to_save_does_not_save_over_what_the_one_before_was_refused_for(draft, writing):
    held_back = Held(writing, "**/save")
    writing.locator("#text").press("Control+End")
    writing.keyboard.type("One.")
    writing.keyboard.press("Control+s")
    request = held_back.arrive()
    writing.keyboard.type(" Two.")
    writing.keyboard.press("Control+s")
    draft.write_text("by another hand", encoding="utf-8")
    writing.unroute("**/save")
    request.fallback()
    expect(writing.get_by_role("dialog")).to_be_visible()
    writing.wait_for_timeout(100)
    assert draft.read_text(encoding="utf-8") == "by another hand"


def test_what_is_pressed_before_the_text_is_there_waits_for_it(desk, draft, blank):
    held_back = Held(blank, "**/load")
    blank.goto(f"{desk.base}/write/{draft.stem}")
    request = held_back.arrive()
    blank.get_by_role("button", name="Publish").click()
    blank.unroute("**/load")
    request.fallback()
    expect(blank.get_by_role("alert")).to_contain_text("not ready")
    expect(blank.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("lost", ["**/preview", "**/content/posts/frame/*"])
def test_previews_go_on_after_the_desk_did_not_answer(desk, draft, blank, lost):
    blank.route(lost, lambda route: route.abort())
    blank.goto(f"{desk.base}/write/{draft.stem}")
    expect(blank.locator("#waits")).to_be_visible()
    blank.unroute(lost)
    blank.locator("#text").press("Control+End")
    body = blank.frame_locator("#frame-site").locator("body")
    for words in ("Shown ", "again"):
        blank.keyboard.type(words)
        expect(body).to_contain_text(words.strip())
    expect(blank.locator("#waits")).to_be_hidden()


def test_what_is_done_is_done_at_the_time_at_which_it_is_asked_for(desk, draft, folder):
    desk.now = NOW + timedelta(days=3)
    text = held(desk, draft)["text"]
    [name] = [name for name in desk.post("/test-files", name=draft.stem, text=text)[1]["files"] if name.endswith("eml")]
    assert "\nDate: Thu, 26 Nov 2026" in (folder / name).read_text(encoding="utf-8")


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


def test_without_a_model_the_page_offers_no_suggestions(desk, draft):
    status, _, text = desk.ask("GET", f"/write/{draft.stem}", desk.own(Origin=None))
    assert (status, 'id="text"' in text, 'id="ask"' in text) == (200, True, False)


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
    writing.keyboard.press("Control+s")
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
    expect(writing.locator(".sentence").first).to_be_in_viewport()  # there is still room for the sources
    assert faults_of(writing) == []
    plain = "document.getElementById('frame-text').contentDocument.scrollingElement"
    assert writing.evaluate(f"{plain}.scrollWidth <= {plain}.clientWidth")  # though it has long addresses
    writing.set_viewport_size({"width": 390, "height": 844})
    rows = writing.evaluate("[...document.querySelectorAll('[role=tab]')].map((tab) => tab.offsetTop)")
    assert len({*rows}) == 1
    assert writing.evaluate("(e => e.scrollHeight <= e.clientHeight)(document.getElementById('panel'))")
    writing.get_by_role("tab", name="Letter").click()
    expect(writing.locator("#frame-site")).to_be_hidden()


@pytest.mark.parametrize("width", [1280, 390])
def test_no_line_of_the_plain_text_is_broken_twice(writing, width):
    writing.set_viewport_size({"width": width, "height": 844})
    writing.get_by_role("tab", name="Plain text").click()
    expect(writing.frame_locator("#frame-text").locator("pre")).to_contain_text("\n")
    long, broken = writing.evaluate("""() => {
        const page = document.getElementById('frame-text').contentDocument;
        const [node, range] = [page.querySelector('pre').firstChild, page.createRange()];
        let at = 0;
        const rows = node.data.split('\\n').map((line) => {
            range.setStart(node, at);
            range.setEnd(node, at + line.length);
            at += line.length + 1;
            return [line.length, new Set([...range.getClientRects()].map((box) => box.top)).size];
        });
        const lines = rows.filter(([length]) => length > 60 && length <= 72);
        return [lines.length, lines.filter(([, tops]) => tops > 1).length];
    }""")
    assert (long > 5, broken) == (True, 0)


def test_a_test_is_written_as_files_where_there_is_no_mail_server(folder, draft, writing):
    writing.get_by_role("button", name="Send a test").click()
    writing.get_by_role("button", name="Only write it as files").click()
    expect(writing.get_by_role("status")).to_contain_text(f".byline/letters/{draft.stem}.eml")
    assert (folder / f".byline/letters/{draft.stem}.eml").read_bytes()


def test_a_test_goes_to_the_author_alone(smtp, desk, writing):
    mailbox, _ = smtp
    [author] = re.findall(r"<(.+)>", desk.app.settings.send.sender)
    assert len(desk.app.readers.everyone()) > 1
    ask, dialog = writing.get_by_role("button", name="Send a test"), writing.get_by_role("dialog")
    ask.click()
    expect(dialog).to_contain_text("and to nobody else")
    expect(dialog).to_contain_text(author)
    assert faults_of(writing) == []
    dialog.get_by_role("button", name="Leave it").click()
    text = writing.locator("#text")
    text.fill(re.sub("(?m)^title: .*$", "title: As typed and not saved", text.input_value(), count=1))
    ask.click()
    dialog.get_by_role("button", name="Send it to me").click()
    expect(writing.get_by_role("status")).to_have_text(f"Sent to {author}.")
    [(_, to, message)] = mailbox.messages
    assert to == [author]
    assert message["Subject"] == "As typed and not saved"
    mailbox.answers[author] = "550 no such box"
    ask.click()
    dialog.get_by_role("button", name="Send it to me").click()
    expect(writing.get_by_role("alert")).to_contain_text("the mail server did not take it: 550 no such box")
    assert len(mailbox.messages) == 1


def test_a_test_is_taken_by_the_mail_server_and_counts_as_no_delivery(folder, smtp, open_app):
    mailbox, where = smtp
    app = open_app(folder, where)
    letter = app.letters.make(app.find("what-had-no-name"))
    before = len(app.letters.audience(letter).to)
    address_told, answer = app.letters.rehearse(letter)
    [(_, to, message)] = mailbox.messages
    assert to == [address_told]
    assert address_told in app.settings.send.sender
    assert message["Subject"] == letter.subject
    assert answer.text.startswith("250")
    assert len(app.letters.audience(letter).to) == before


def test_the_whole_way_from_triage_to_a_published_file(desk, folder, blank):
    page = blank
    page.context.clear_cookies()  # to come in as an author does
    page.goto(f"{address(desk.port, desk.keys)}&then=/")
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
    expect(page.locator(".sentence").first).to_be_visible()
    text.fill(with_words(text.input_value()))
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
    assert kept_by(page) == 0
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


def faults_of(page, **options):
    found = Axe().run(page, options=options or None).response["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in found]


def faults_by_day_and_night(page):
    """What axe finds in light and in dark; the dark changes the colours, and nothing else."""
    by_day = faults_of(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    by_night = faults_of(page, runOnly={"type": "rule", "values": ["color-contrast", "link-in-text-block"]})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return by_day + by_night


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(desk, draft, blank, width):
    blank.set_viewport_size({"width": width, "height": 900})
    for path in ("/", "/drafts", f"/write/{draft.stem}"):
        blank.goto(desk.base + path)
        if draft.stem in path:
            expect(blank.frame_locator("#frame-site").locator("h1")).to_be_visible()
            expect(blank.locator(".source").first).to_be_visible()
        for summary in blank.locator("details summary").all()[:2]:
            summary.click()
        assert faults_by_day_and_night(blank) == []
        assert blank.evaluate("document.documentElement.scrollWidth <= innerWidth")
    blank.goto(desk.base)
    blank.keyboard.press("?")
    expect(blank.get_by_role("dialog", name="Keys")).to_be_visible()
    assert faults_by_day_and_night(blank) == []


def test_about_four_stories_are_in_sight_at_once(page):
    """Those whose opening takes three lines: how many it takes is up to the fonts of a machine, their height is not."""
    begins, end = page.locator(".card").first.bounding_box()["y"], page.locator(".bar").bounding_box()["y"]
    heights = page.locator(".card:has(.card__opening)").evaluate_all(
        """(cards) => cards.map((card) => {
            const [title, opening] = [".card__title", ".card__opening"].map((name) => card.querySelector(name));
            const line = (part) => parseFloat(getComputedStyle(part).lineHeight);
            return card.offsetHeight - title.offsetHeight - opening.offsetHeight + line(title) + 3 * line(opening);
        })"""
    )
    assert len(heights) >= 4
    assert begins + 4 * min(heights) <= end + 20
    card = page.locator(".card").first
    words, buttons = card.locator(".card__opening").bounding_box(), card.locator(".card__do").bounding_box()
    assert words["x"] + words["width"] <= buttons["x"]


def test_targets_on_a_phone_are_large_enough_for_a_thumb(page):
    page.set_viewport_size({"width": 390, "height": 844})
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box is None or min(box["width"], box["height"]) >= 44


# -- the command


def addresses():
    """The addresses of this machine: that of the desk, another of its loopback, and those that others know it by."""
    named = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET, socket.SOCK_STREAM)
    return {"127.0.0.1", "127.0.0.2", *(where[0] for _, _, _, _, where in named)}


def test_the_command_prints_where_the_desk_is_and_listens_there_only(folder):
    words = ["--now", "2026-11-23T07:30Z", "-C", str(folder), "desk", "--port", "0", "--no-browser"]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, "-u", "-m", "pipeline", *words]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as running:
        try:
            said = running.stdout.readline()
            port, start = re.search(r"http://127\.0\.0\.1:(\d+)(/\?start=\S+) until", said).groups()
            answered = []
            for address_known in addresses():
                with socket.socket() as other:
                    other.settimeout(2)
                    answered += [address_known] if other.connect_ex((address_known, int(port))) == 0 else []
            assert answered == ["127.0.0.1"]
            connection = HTTPConnection("127.0.0.1", int(port), timeout=20)
            with contextlib.closing(connection):
                connection.request("GET", start)
                assert connection.getresponse().status == 303
        finally:
            running.send_signal(signal.SIGINT)
            assert running.wait(20) == 0


def test_a_store_that_cannot_be_used_is_told_before_the_desk_is_there(folder):
    (folder / ".byline/byline.db").write_bytes(b"no database at all " * 100)
    app = App(load(folder, {}), NOW)
    with pytest.raises(StoreError, match="cannot be used"):
        at_the_desk(app, 0, lambda: NOW, pytest.fail)
    app.close()


# -- the week


def test_a_step_of_the_week_is_begun_by_its_button_and_done_where_that_leads(desk, blank):
    blank.goto(f"{desk.base}/week")
    expect(blank.get_by_role("heading", level=1)).to_have_text(re.compile(r"Week \d+"))
    blank.get_by_role("button", name="Begin with: Write").click()
    expect(blank).to_have_url(f"{desk.base}/drafts")
    blank.get_by_role("link", name="Week").click()
    writing = blank.locator(".step", has=blank.get_by_role("heading", name="Write"))
    expect(writing).to_contain_text("going on")
    writing.get_by_role("button", name="Leave it for now").click()
    expect(writing).not_to_contain_text("going on")
    assert blank.evaluate("document.documentElement.scrollWidth <= innerWidth")
    blank.set_viewport_size({"width": 390, "height": 800})
    assert blank.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_can_be_pressed_before_what_answers_it_is_there(desk, blank):
    """A page is seen once its script has run: here that is a second late, and the button is pressed at once."""
    late = lambda route: (time.sleep(1), route.continue_())  # noqa: E731
    blank.route("**/static/week.js", late)
    blank.goto(f"{desk.base}/week", wait_until="commit")
    blank.get_by_role("button", name="Begin with: Write").click()
    expect(blank).to_have_url(f"{desk.base}/drafts")


def test_what_a_worker_cannot_do_stands_on_the_page_of_the_week_until_it_can(desk, blank):
    blank.goto(f"{desk.base}/week")
    expect(blank.locator(".troubles")).to_have_count(0)
    with desk.app.store.writing() as connection:
        troubles.keep(connection, "deliver 2026-11-16-x", plain_text(f"the mail server says {HOSTILE}"), NOW)
    blank.reload()
    told = blank.get_by_role("region", name="What goes by itself, and does not")
    expect(told).to_contain_text(f"A worker cannot send 2026-11-16-x: the mail server says {HOSTILE}")
    expect(told).to_contain_text("Since 2026-11-23.")
    assert blank.evaluate("window.hacked") is None


def test_the_desk_takes_no_step_that_a_week_does_not_have(desk):
    assert desk.post("/begin", step="sleep")[0] == 400
