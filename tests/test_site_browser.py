"""The site in a real browser: as people see it, with and without scripts, on a phone, in the dark and on paper."""

import functools
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from urllib.parse import parse_qs

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from varied_site import made

PHONE = {"width": 360, "height": 740}
FIRST, SECOND = "posts/2025-12-30-the-first-hour/", "posts/2026-03-10-the-second-hour/"
EDITION, ADDRESS = "posts/2026-06-01-the-week-of-the-strike/", "posts/2026-06-08-an-address/"
PAGES = ("", FIRST, SECOND, EDITION, ADDRESS, "topics/labour/", "about/", "letter/", "sources/", "voices/", "talks/")
SERVICE = b"https://letter.example/subscribe"


class Served(SimpleHTTPRequestHandler):
    """A folder, with the service for letters at this very server: it notes what it is sent."""

    letters: list

    def log_message(self, *_):
        pass

    def copyfile(self, source, outputfile):
        outputfile.write(source.read().replace(SERVICE, b"/subscribe".ljust(len(SERVICE))))

    def do_POST(self):
        self.letters.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<link rel=icon href=data:,><p>Thank you.")


@contextmanager
def served(folder, letters=()):
    handler = functools.partial(type("Here", (Served,), {"letters": letters}), directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def letters():
    """What the service for letters was sent."""
    return []


@pytest.fixture(scope="module")
def address(chromium, varied_site, letters):
    """Where the varied site is served; without a browser nobody needs it."""
    del chromium
    with served(varied_site[1].folder, letters) as here:
        yield here


@pytest.fixture
def opened(chromium, address):
    """A function that opens a page; nothing may go wrong there, and nobody else may be asked for anything."""
    contexts, asked, faults = [], [], []

    def open_it(place="", base=address, **given):
        context = chromium.new_context(reduced_motion="reduce", **given)
        contexts.append((context, base))
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(f"{said.text} {said.location}") if said.type == "error" else None)
        page.on("request", lambda request: asked.append((base, request.url)))
        page.asked = asked
        page.goto(base + place)
        return page

    yield open_it
    for context, _ in contexts:
        assert context.cookies() == []
        context.close()
    assert faults == []
    assert [url for base, url in asked if not url.startswith((base, "data:", "blob:"))] == []


def paper_of(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


# -- the search


def test_the_search_loads_nothing_before_it_is_used_and_finds_a_word(opened, address):
    page = opened()
    page.wait_for_load_state("networkidle")
    assert not any("/search/" in url for _, url in page.asked)
    page.get_by_role("button", name="Search").click()
    dialog = page.get_by_role("dialog", name="Search")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("eleven hours of one crane")
    results = dialog.get_by_role("listitem")
    expect(results.filter(has_text="The week of the strike")).to_have_count(1)
    expect(results.first.locator("mark").first).to_be_visible()
    assert any("/search/" in url for _, url in page.asked)
    results.filter(has_text="The week of the strike").get_by_role("link").click()
    page.wait_for_url(address + EDITION + "**")


def test_the_search_says_that_it_finds_nothing_and_closes_by_key(opened):
    page = opened(FIRST)
    page.keyboard.press("/")
    page.keyboard.type("zyzzogeton")
    dialog = page.get_by_role("dialog", name="Search")
    expect(dialog.get_by_role("status")).to_have_text("No matching documents")
    expect(dialog.get_by_role("listitem")).to_have_count(0)
    page.keyboard.press("Escape")  # which empties the field
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize("search", ["none", "material"])
def test_a_site_may_have_no_search_or_materials(opened, tmp_path, search):
    app = made(tmp_path / "site", search=search)
    folder = app.publish().folder
    app.close()
    with served(folder) as here:
        page = opened("about/", base=here)
        skip = page.locator(".byline-skip")
        assert page.locator(skip.get_attribute("href")).count() == 1
        page.keyboard.press("/")
        page.keyboard.type("reefers", delay=20)
        if search == "material":
            found = page.locator(".md-search-result__list li").first
            expect(found).to_contain_text("hour without power")
            for place in ("topics/labour/", "letter/", FIRST):  # what is asked for there is there
                page.goto(here + place)
                page.wait_for_load_state("networkidle")
        else:
            assert page.locator("dialog, [data-byline=search], .md-search").count() == 0
            assert not (folder / "search").exists()


def test_results_are_posts_and_pages_with_legible_titles_and_without_the_signs_of_headings(opened):
    page = opened("about/")
    page.keyboard.press("/")
    dialog = page.get_by_role("dialog", name="Search")
    results = dialog.get_by_role("listitem")
    page.keyboard.type("What is found out")
    first = results.filter(has_text="The first hour without power")
    expect(first).to_have_count(1)
    assert "¶" not in first.inner_text()
    assert "By Ana Ruiz" not in first.inner_text()
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    assert first.get_by_role("link").evaluate(size) > first.locator("p").evaluate(size)
    for word in ("Archive", "Topics", "Series"):
        dialog.get_by_role("searchbox").fill(word)
        page.wait_for_timeout(500)
        links = [link.get_attribute("href") for link in results.get_by_role("link").all()]
        assert [link for link in links if link.endswith(f"/{word.lower()}/")] == []
    with Image.open(BytesIO(dialog.get_by_role("searchbox").screenshot())) as field:
        end = field.convert("RGB").crop((field.width - 40, 4, field.width - 2, field.height - 6))
    assert len(end.getcolors()) == 1  # the button beside it is the only ×


def test_the_page_of_what_is_not_found_can_be_searched(opened, varied_site):
    with served(varied_site[1].folder) as here:
        page = opened("404.html", base=here)
        page.keyboard.press("/")
        page.keyboard.type("reefers")
        expect(page.get_by_role("dialog").get_by_role("listitem").first).to_be_visible()


# -- letters that run from right to left


def test_a_title_that_runs_from_right_to_left_leaves_the_day_beside_it(opened, tmp_path):
    app = made(tmp_path / "site")
    matter = "date: 2026-05-03\ntitle: 'قانون الموانئ 2026 (12)'\ntopics: [energy, طاقة]\nkind: edition\n"
    source = "sources: [{url: 'https://a.example/', title: قانون 12, publisher: جريدة 3, published: 2026-05-02}]\n"
    body = "A quay without power is quiet, cranes stop where they stand, and nobody rehearses the restart of a crane.\n"
    path = tmp_path / "site/content/posts/2026-05-03-law.md"
    path.write_text(f"---\n{matter}{source}---\n{body}\n## [قانون 12](https://a.example/)\n\nMine.\n", encoding="utf-8")
    folder = app.publish().folder
    app.close()
    beside = """([title, day]) => [...document.querySelectorAll(day)].flatMap(each => {
        const bdi = [...each.parentElement.querySelectorAll(title)].at(-1);
        if (!/[\u0600-\u06ff]/.test(bdi.textContent)) return [];
        const [right, left] = [bdi.getBoundingClientRect(), each.getBoundingClientRect()];
        return [left.left >= right.right && each.getClientRects().length === 1];
    })"""
    with served(folder) as here:
        page = opened("start/", base=here, viewport={"width": 1000, "height": 800})
        assert page.evaluate(beside, ["bdi", ".byline-day"]) == [True, True]
        page.goto(here + FIRST)
        assert page.evaluate(beside, ["a bdi", ".byline-related time"]) == [True]
        page.goto(here + "posts/2026-05-03-law/")
        assert page.evaluate(beside, ["bdi", ".byline-sources__from time"]) == [True]
        # on a phone, too, the day of a take stays one piece
        line = page.locator(".byline-text .byline-from")
        assert line.inner_text().endswith("2\u00a0May\u00a02026")


# -- light, dark, paper, phone


def test_light_or_dark_is_as_the_system_says_until_the_reader_says_otherwise_and_then_stays(opened, address):
    page = opened(color_scheme="dark")
    switch = page.get_by_role("button", name="Light or dark")
    dark = paper_of(page)
    expect(switch).to_have_attribute("aria-pressed", "true")
    switch.click()
    light = paper_of(page)
    assert light != dark
    expect(switch).to_have_attribute("aria-pressed", "false")
    page.goto(address + FIRST)
    assert paper_of(page) == light
    page.reload()
    assert paper_of(page) == light
    page.get_by_role("button", name="Light or dark").click()
    assert paper_of(page) == dark
    assert paper_of(opened(color_scheme="light")) == light


def test_on_paper_there_is_the_text_with_addresses_of_sources_and_nothing_to_click(opened):
    page = opened(EDITION, color_scheme="dark")
    page.emulate_media(media="print")
    for name in (".byline-menu", ".byline-masthead__tools", ".byline-footer", ".byline-turn", ".byline-related"):
        expect(page.locator(name)).to_be_hidden()
    for link in page.locator(".headerlink").all():
        expect(link).to_be_hidden()
    expect(page.get_by_text("Four tonnes are eleven hours of one crane.")).to_be_visible()
    after = "getComputedStyle(document.querySelector('.byline-sources a'), '::after').content"
    assert "https://gazette.example/strike" in page.evaluate(after)
    ink, paper = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert brightness(ink) < 0.2
    assert brightness(paper) > 0.9


def brightness(colour):
    """The brightness of a colour as a browser says it, from 0 to 1."""
    parts = [float(part.strip("%")) for part in colour[colour.index("(") + 1 : -1].replace(",", " ").split()[:3]]
    return sum(parts) / 3 / 255


def test_nothing_is_wider_than_a_phone(opened, address):
    page = opened(viewport=PHONE)
    for place in PAGES:
        page.goto(address + place)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], place
        cut = page.evaluate(
            """[...document.querySelectorAll('h1, h2, p, li, a')].filter(each => {
                const box = each.getBoundingClientRect();
                return box.width && box.right > innerWidth + 1 && !each.closest('.md-typeset__scrollwrap, table, pre')
                    && !each.closest('.byline-skip');
            }).map(each => each.outerHTML.slice(0, 90))"""
        )
        assert cut == [], place
    page.goto(address + SECOND)
    table = page.locator("table")
    assert table.evaluate("table => table.scrollWidth > table.clientWidth")
    expect(table).to_have_js_property("tabIndex", 0)


def test_a_phone_loads_the_smaller_copy_and_the_text_does_not_jump(opened):
    page = opened(FIRST, viewport=PHONE, device_scale_factor=1)
    photo, plan = page.get_by_alt_text("The yard at night"), page.get_by_alt_text("The plan")
    photo.scroll_into_view_if_needed()
    expect(photo).to_have_js_property("complete", True)  # noqa: FBT003  (what it is to be)
    assert photo.evaluate("image => image.currentSrc").endswith("-480.webp")
    box = photo.bounding_box()
    assert box["height"] == pytest.approx(box["width"] * 2 / 3, rel=0.02)
    assert plan.get_attribute("loading") == "lazy"


def test_on_a_phone_the_form_and_the_days_of_a_list_have_their_room(opened, address):
    page = opened("letter/", viewport=PHONE)
    button = page.get_by_role("button", name="Get the letter").bounding_box()
    leave = page.get_by_text("One click, no question.").bounding_box()
    assert leave["y"] - (button["y"] + button["height"]) >= 12
    page.goto(address + "start/")
    for line in page.locator("main li").all():
        day, title = line.locator("time"), line.locator("bdi")
        assert day.evaluate("day => day.getClientRects().length") == 1
        below = day.bounding_box()["y"] > title.bounding_box()["y"] + title.bounding_box()["height"] - 5
        assert not below or day.bounding_box()["x"] == pytest.approx(title.bounding_box()["x"], abs=1)


def test_the_picture_of_the_author_is_loaded_in_the_size_in_which_it_is_shown(opened):
    page = opened("about/", viewport={"width": 1280, "height": 900}, device_scale_factor=2)
    photo = page.get_by_role("img", name="Ana Ruiz")
    expect(photo).to_have_js_property("complete", True)  # noqa: FBT003  (what it is to be)
    assert photo.evaluate("image => image.currentSrc").endswith("-480.webp")
    assert photo.evaluate("image => image.width") == 120


# -- without scripts


def test_everything_but_the_search_works_without_scripts(opened, address, letters):
    page = opened(java_script_enabled=False)
    expect(page.get_by_role("button")).to_have_count(0)
    page.get_by_role("navigation", name="Navigation").get_by_role("link", name="Topics").click()
    page.get_by_role("link", name="energy").click()
    page.get_by_role("link", name="The second hour without power").click()
    assert page.url == address + SECOND
    page.get_by_role("link", name="Get the letter").click()
    page.get_by_label("Your mail address").fill("joan+letter@pla.example")
    page.get_by_role("button", name="Get the letter").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    assert letters == [{"list": ["quay"], "tag": ['a&b"c'], "address": ["joan+letter@pla.example"]}]


def test_an_address_that_is_none_is_not_sent(opened, letters):
    before = [*letters]
    page = opened("letter/", java_script_enabled=False)
    page.get_by_label("Your mail address").fill("joan")
    page.get_by_role("button", name="Get the letter").click()
    expect(page.get_by_label("Your mail address")).to_be_visible()
    assert letters == before


def test_nothing_is_asked_of_others_and_nothing_is_kept_on_any_kind_of_page(opened, address):
    page = opened()
    for place in PAGES:
        page.goto(address + place)
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0


COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def test_axe_finds_nothing_in_light_and_in_dark(opened, address):
    page = opened(viewport=PHONE)
    for place in ("", SECOND, "letter/"):
        page.goto(address + place)
        for scheme, options in (("light", None), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page, options=options).response["violations"]
            assert [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in found] == [], (place, scheme)
