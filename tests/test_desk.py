"""The desk: whom it lets in, what it does to files and choices, and the whole way in a real browser."""

import contextlib
import io
import json
import shutil
import socket
import threading
from dataclasses import dataclass, field
from http.client import HTTPConnection

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright
from sqlalchemy import update

from conftest import NOW
from pipeline.app import App
from pipeline.cli import run
from pipeline.desk import Keys, address, guarded
from pipeline.desk.guard import FRAME_POLICY, PAGE_POLICY, cookie_name
from pipeline.desk.server import listening, server_of
from pipeline.errors import UsageError
from pipeline.model import Choice
from pipeline.settings import load
from pipeline.store.schema import entries

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
    """The folder that the demo leaves."""
    folder = tmp_path_factory.mktemp("desk") / "site"
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        patch.delenv("DATABASE_URL", raising=False)
        assert run(["demo", str(folder)]) == 0
    return folder


@pytest.fixture
def folder(sample_week, tmp_path):
    return shutil.copytree(sample_week, tmp_path / "site")


@pytest.fixture
def desk(folder):
    """A desk on a free port, with a shortlist of that day."""
    app = App(load(folder, {}), NOW)
    app.stories.select()
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


@pytest.mark.parametrize("path", ["/", "/drafts", "/static/desk.css", "/nowhere"])
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


@pytest.mark.parametrize("path", ["/choose", "/merge", "/split", "/select", "/draft"])
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
    assert choices(desk)[story] is Choice.PICK
    assert desk.post("/choose", story=story, choice=None) == (200, {"choice": "later"})
    assert desk.post("/choose", story=story, choice=None) == (200, {"choice": None})
    assert choices(desk)[story] is None


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
    page.keyboard.press("u")
    expect(card).to_be_focused()
    expect(card).to_have_attribute("data-choice", "later")
    page.wait_for_load_state("networkidle")
    assert choices(desk)[story] is Choice.LATER
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
    page.wait_for_load_state("networkidle")
    assert choices(desk)[story] is Choice.PICK


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


def test_stories_are_joined_and_parted_by_key(page):
    one, two = (page.locator(".card").nth(place) for place in (0, 1))
    page.keyboard.press("j")
    page.keyboard.press("m")
    expect(page.get_by_role("status")).to_contain_text("Marked")
    page.keyboard.press("j")
    page.keyboard.press("m")
    expect(two).to_be_hidden()
    expect(one).to_contain_text("Told as one with")
    expect(one).to_be_focused()
    page.keyboard.press("x")
    page.get_by_role("dialog").get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Split off").click()
    expect(page.get_by_role("status")).to_contain_text("Told apart")


# -- for everybody


def faults_of(page):
    return [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(desk, page, scheme, width):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    for path in PAGES:
        page.goto(desk.base + path)
        for summary in page.locator("details summary").all()[:2]:
            summary.click()
        assert faults_of(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(desk.base)
    page.keyboard.press("?")
    assert faults_of(page) == []


PAGES = ["/", "/drafts"]


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
