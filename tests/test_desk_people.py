"""The desk's pages of people, notes, shares, echoes and of what goes out: in a real browser, and as a program asks."""

import email
import json
import re
import urllib.parse
from datetime import timedelta

import pytest
import yaml
from playwright.sync_api import expect

import test_desk
from channel_servers import Mastodon, served
from conftest import NOW
from pipeline import post as posts
from pipeline.connect.shares.counted import at_linkedin, in_mastodon, in_threads, in_x
from pipeline.html import plain_text, safe_url
from pipeline.model import Echo, EchoKind, TouchKind
from pipeline.store import echoes
from sending import here, sink

blank, desk, folder = test_desk.blank, test_desk.desk, test_desk.folder
sample_week, serving, smtp = test_desk.sample_week, test_desk.serving, test_desk.smtp
HOSTILE = test_desk.HOSTILE
ESCAPES = "Eve \x1b[31m\u202eRuiz <b>&amp;</b>"
POST = "2026-11-16-what-had-no-name"


@pytest.fixture
def network(desk):
    """Three people: one to be told of a story, one whose turn it is, and one whose name is markup and escapes."""
    before = desk.app.at(NOW - timedelta(days=200)).network
    add = {
        "name": ["Wim Daelman"],
        "role": ["Head of Training"],
        "organisation": ["Westmark"],
        "emails": ["w@a.example"],
    }
    people = [before.add(add), before.add({"name": ["Ana Ruiz"], "ideal_days": ["30"], "emails": ["a@a.example"]})]
    people.append(before.add({"name": [ESCAPES], "role": [HOSTILE], "notes": [HOSTILE], "ideal_days": ["90"]}))
    desk.app.network.organisation(f"Heddle & Rask {HOSTILE}", {}, is_wanted=True)
    return people


def touches(desk, person):
    return desk.app.network.show(str(person.id))["touches"]


def card(page, person):
    return page.locator(f'.card[data-person="{person.id}"]')


# -- people


def test_whom_to_speak_to_stands_there_with_the_reason_in_a_sentence(desk, network, blank):
    wim, ana, eve = network
    blank.goto(f"{desk.base}/week")
    blank.get_by_role("button", name="Begin with: People").click()
    expect(blank).to_have_url(f"{desk.base}/people")
    expect(card(blank, wim)).to_contain_text("Westmark, where Wim Daelman is Head of Training, is in the news")
    expect(card(blank, ana)).to_contain_text("with them you want to be in touch every 30 days")
    assert card(blank, eve).locator("h3").inner_text() == plain_text(ESCAPES) == "Eve [31mRuiz <b>&amp;</b>"
    card(blank, eve).locator("h3 a").click()
    expect(blank.get_by_role("heading", level=1)).to_have_text(plain_text(ESCAPES))
    expect(blank.locator(".facts")).to_contain_text(HOSTILE)
    assert blank.evaluate("window.hacked") is None


def test_people_are_found_by_name_as_one_types(desk, network, blank):
    blank.goto(f"{desk.base}/people")
    blank.keyboard.press("/")
    blank.keyboard.type("rui")
    expect(blank.locator("#found a")).to_have_count(2)
    blank.keyboard.type("z ana")
    expect(blank.locator("#found a")).to_have_text(["Ana Ruiz"])
    blank.keyboard.press("Enter")
    expect(blank).to_have_url(f"{desk.base}/people/{network[1].id}")
    blank.goto(f"{desk.base}/people")
    blank.locator("#words").fill(HOSTILE)
    expect(blank.locator("#found")).to_contain_text("1 found")  # it stands in the notes of one
    assert blank.evaluate("window.hacked") is None


@pytest.mark.parametrize(("key", "kind"), [("c", "call"), ("m", "met"), ("w", "message")])
def test_a_touch_is_logged_by_one_key_and_taken_back_by_another(desk, network, blank, key, kind):
    _, ana, _ = network
    blank.goto(f"{desk.base}/people")
    card(blank, ana).focus()
    blank.keyboard.press(key)
    expect(card(blank, ana)).to_contain_text("Logged:")
    assert [touch.kind for touch in touches(desk, ana)] == [kind]
    blank.keyboard.press("u")
    expect(blank.get_by_role("status").last).to_contain_text("Undone")
    assert touches(desk, ana) == []


def test_who_is_snoozed_or_left_alone_is_so_until_that_is_taken_back(desk, network, blank):
    _, ana, _ = network
    blank.goto(f"{desk.base}/people")
    card(blank, ana).focus()
    for key, left in (("z", "snoozed_until"), ("x", "is_left_alone")):
        blank.keyboard.press(key)
        expect(card(blank, ana).locator('[aria-pressed="true"]')).to_have_count(1)
        assert getattr(desk.app.network.find("Ana Ruiz"), left)
        blank.keyboard.press("u")
        expect(card(blank, ana).locator('[aria-pressed="true"]')).to_have_count(0)
        assert not getattr(desk.app.network.find("Ana Ruiz"), left)
    card(blank, ana).get_by_role("button", name="Leave alone").click()
    expect(card(blank, ana)).to_contain_text("never their turn")
    blank.reload()
    expect(card(blank, ana)).to_have_count(0)


def test_the_page_of_a_person_logs_a_touch_of_another_day(desk, network, blank):
    blank.goto(f"{desk.base}/people/{network[1].id}")
    blank.get_by_label("How", exact=True).select_option("reply")
    blank.get_by_label("When").fill("2026-11-20")
    blank.get_by_label("About what").fill(HOSTILE)
    blank.get_by_role("button", name="Log it").click()
    expect(blank.locator(".touches")).to_contain_text(f"2026-11-20 reply: {HOSTILE}")
    [touch] = touches(desk, network[1])
    assert (touch.kind, touch.at.date().isoformat(), touch.about) == (TouchKind.REPLY, "2026-11-20", HOSTILE)
    blank.get_by_label("When").fill("2026-11-25")
    blank.get_by_role("button", name="Log it").click()
    expect(blank.get_by_role("alert")).to_contain_text("is yet to come")
    blank.reload()
    expect(blank.locator(".touches")).to_contain_text(f"reply: {HOSTILE}")
    assert blank.evaluate("window.hacked") is None


# -- notes


def test_a_note_is_edited_opened_elsewhere_and_counted_when_the_author_says_so(desk, network, blank):
    wim = network[0]
    blank.goto(f"{desk.base}/people")
    card(blank, wim).focus()
    blank.keyboard.press("n")
    text = blank.locator("#note")
    expect(text).to_have_value(re.compile(r"Dear Wim,[\s\S]+https://"))
    blank.get_by_label("Congratulate").check()
    expect(text).to_have_value(re.compile("Congratulations"))
    text.fill(f"Dear Wim,\n{HOSTILE} & 100 %\nNadia")
    with blank.expect_download() as waiting:
        blank.get_by_role("link", name="Download draft").click()
    draft = email.message_from_bytes(waiting.value.path().read_bytes(), policy=email.policy.default)
    assert (draft["To"], draft["X-Unsent"]) == ("Wim Daelman <w@a.example>", "1")
    assert draft.get_content().splitlines() == ["Dear Wim,", f"{HOSTILE} & 100 %", "Nadia"]
    link = blank.get_by_role("link", name="Open in mail program").get_attribute("href")
    address, _, query = link.partition("?")
    assert address == "mailto:w@a.example"
    assert urllib.parse.parse_qs(query)["body"] == [f"Dear Wim,\r\n{HOSTILE} & 100 %\r\nNadia"]
    blank.get_by_label("Share").check()
    blank.get_by_label("Congratulate").check()
    expect(text).to_have_value(f"Dear Wim,\n{HOSTILE} & 100 %\nNadia")  # what was edited is kept
    blank.keyboard.press("Control+Enter")
    expect(blank.locator("#after")).to_be_focused()
    [touch] = touches(desk, wim)
    assert (touch.kind, touch.at) == (TouchKind.NOTE, NOW)
    blank.locator("#after").get_by_role("button", name="Undo").click()
    expect(text).to_be_focused()
    assert touches(desk, wim) == []
    text.press("Control+Enter")
    expect(blank.locator("#after")).to_be_visible()
    assert len(touches(desk, wim)) == 1


def test_whoever_was_spoken_to_lately_comes_last(desk, network, blank):
    wim, *_ = network
    cards = blank.locator(".card.person")
    blank.goto(f"{desk.base}/people")
    expect(cards.first).to_have_attribute("data-person", str(wim.id))
    desk.app.network.log(str(wim.id), TouchKind.CALL)
    blank.reload()
    expect(cards.last).to_have_attribute("data-person", str(wim.id))
    expect(cards.last).to_contain_text("spoken to lately")


def test_where_it_is_their_turn_and_no_more_a_greeting_is_offered(desk, network, blank):
    blank.goto(f"{desk.base}/people/{network[1].id}/note")
    expect(blank.locator("#note")).to_have_value(re.compile("I would be glad to hear from you"))
    expect(blank.locator("[name=kind]")).to_have_count(2)
    assert blank.locator("[name=kind]").evaluate_all("all => all.map(each => each.value)") == ["hello", "thank"]
    blank.goto(f"{desk.base}/people/{network[0].id}/note")
    expect(blank.locator("[name=kind]")).to_have_count(5)


def test_a_note_that_waits_is_put_away_and_taken_back(desk, network, blank):
    made = desk.app.matches.prepare(network[1], "ask", "https://a.example/1")
    blank.goto(f"{desk.base}/people")
    item = blank.locator("li", has=blank.locator(f'[data-away="{made.id}"]'))
    item.get_by_role("button").click()
    expect(item).to_be_hidden()
    assert desk.app.matches.waiting() == ()
    blank.keyboard.press("u")
    expect(item).to_be_visible()
    [(back, whom)] = desk.app.matches.waiting()
    assert (back.text, whom.name) == (made.text, "Ana Ruiz")
    item.get_by_role("link").click()
    expect(blank.locator("#note")).to_have_value(made.text)


def test_two_people_are_introduced_by_a_note_to_both(desk, network, blank):
    blank.goto(f"{desk.base}/people/{network[0].id}/note?with={network[1].id}")
    expect(blank.locator("#note")).to_have_value(re.compile("Dear Wim, dear Ana,"))
    expect(blank.locator("#mail")).to_have_attribute("href", re.compile("^mailto:w@a.example,a@a.example"))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/touch", {"person": 999, "kind": "call"}),
        ("/touch", {"person": 1, "kind": "telepathy"}),
        ("/touch", {"person": 1, "kind": "call", "on": "2026-13-40"}),
        ("/untouch", {"person": 1, "kind": "call", "at": "2026-11-23T07:30:00Z"}),
        ("/snooze", {"person": 1, "days": 0}),
        ("/leave-alone", {"person": -1, "leave": True}),
        ("/note", {"person": 1, "kind": "../../byline"}),
        ("/note", {"person": 1, "kind": "share", "about": "javascript:alert(1)"}),
        ("/note/keep", {"note": 2**62, "subject": "", "text": ""}),
        ("/note/sent", {"note": 999}),
        ("/share/texts", {"post": "../../byline"}),
        ("/share/texts", {"post": "nothing"}),
        ("/share/measure", {"post": POST, "channel": "../x", "text": ""}),
        ("/share/at", {"post": POST, "channel": "x", "address": "javascript:alert(1)"}),
        ("/share/post", {"post": POST, "channel": "x", "text": "a", "mark": ""}),
        ("/heard/show", {"number": 999, "shown": True}),
        ("/letter", {"post": "../drafts/x"}),
        ("/send", {"post": POST, "readers": 4}),
        ("/send", {"post": "../drafts/x", "readers": 3}),
        ("/send/pause", {}),
    ],
)
@pytest.mark.usefixtures("network")
def test_what_no_page_says_is_refused_in_words(desk, path, said):
    status, answer = desk.post(path, **said)
    assert status in {400, 409, 422}
    assert len(answer["error"].split()) > 3


@pytest.mark.parametrize(
    "path", ["/people/999", "/people/x", "/people/1/note?with=9", "/notes/7.eml", "/shares/..%2fx"]
)
@pytest.mark.usefixtures("network")
def test_what_is_not_there_is_told(desk, path):
    status, _, text = desk.ask("GET", path, desk.own(Origin=None))
    assert (status, len(text.split()) > 1) == (404, True)


# -- shares


@pytest.fixture
def sharing(desk, blank):
    blank.goto(f"{desk.base}/shares")
    blank.get_by_role("link", name=posts.read(desk.app.find(POST)).title).click()
    expect(blank.locator("#text-x")).to_be_enabled()
    return blank


def share(page, name):
    return page.locator(f'.share[data-channel="{name}"]')


HARD = "👩🏽‍🚒 é e\u0301 שלום https://example.org/a_(b)?c=d @ana@mastodon.example 漢字"


@pytest.mark.parametrize(
    ("name", "count", "most"),
    [("linkedin", at_linkedin, 3000), ("mastodon", in_mastodon, 500), ("threads", in_threads, 500), ("x", in_x, 280)],
)
def test_lengths_are_those_of_each_place_while_one_types(sharing, name, count, most):
    box = share(sharing, name).get_by_role("textbox").first
    for text in (HARD, HARD * 20):
        box.fill(text)
        over = f", {count(text) - most} too many" if count(text) > most else ""
        expect(share(sharing, name).locator(".length")).to_have_text(f"{count(text)} of {most} characters{over}")


def test_what_is_typed_is_kept_in_its_file_and_what_is_seen_first_is_marked(folder, sharing):
    text = f"{HOSTILE} {'word ' * 60}"
    sharing.locator("#text-linkedin").fill(text)
    expect(sharing.locator("#kept")).to_have_text("Kept.")
    expect(share(sharing, "linkedin").locator(".seen__text mark")).to_have_text(text[:210])
    file = folder / f"shares/{POST}.md"
    assert text.strip() in file.read_text(encoding="utf-8")
    sharing.locator("#text-x").fill("One\n## linkedin\nTwo")
    expect(sharing.get_by_role("alert")).to_contain_text("begins the text of another channel")
    sharing.locator("#text-x").fill("One")
    expect(sharing.locator("#kept")).to_have_text("Kept.")
    file.write_text(file.read_text(encoding="utf-8").replace("One", "From elsewhere"), encoding="utf-8")
    sharing.locator("#text-x").fill("Mine")
    expect(sharing.get_by_role("alert")).to_contain_text("changed by another program")
    assert "From elsewhere" in file.read_text(encoding="utf-8")
    sharing.locator("#text-x").fill("Mine, after all")
    expect(sharing.locator("#kept")).to_have_text("Kept.")
    assert "Mine, after all" in file.read_text(encoding="utf-8")
    assert sharing.evaluate("window.hacked") is None


def test_where_it_was_shared_goes_into_the_post_and_out_of_it_again(desk, sharing):
    before = desk.app.find(POST).read_bytes()
    part = share(sharing, "x")
    part.get_by_label("Where it is there").fill("https://x.example/ana/1")
    part.get_by_label("Where it is there").press("Enter")
    expect(part.locator(".share__is")).to_contain_text("https://x.example/ana/1")
    assert posts.read(desk.app.find(POST)).syndication == ("https://x.example/ana/1",)
    sharing.get_by_role("button", name="Undo").click()
    expect(part.locator(".share__is")).to_be_empty()
    assert desk.app.find(POST).read_bytes() == before
    part.get_by_label("Where it is there").fill("somewhere")
    part.get_by_role("button", name="Note it").click()
    expect(sharing.get_by_role("alert")).to_contain_text("is no web address")


def test_nothing_is_posted_before_a_yes_to_just_that_text(folder, serving, blank, desk):
    settings = yaml.safe_load((folder / "byline.yml").read_text(encoding="utf-8"))
    with served(Mastodon()) as server:
        settings["connect"]["shares"] = {"channels": ["mastodon", "x"], "mastodon": {"server": server.url}}
        (folder / "byline.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        app = test_desk.App(test_desk.load(folder, {"BYLINE_MASTODON_TOKEN": server.token}), NOW)
        serving[0].desk = test_desk.guarded(app, lambda: NOW, desk.keys, desk.port)
        blank.goto(f"{desk.base}/shares/{POST}")
        part = share(blank, "mastodon")
        expect(share(blank, "x").get_by_role("button", name="Post")).to_be_disabled()
        blank.locator("#text-mastodon").fill("Mine, and short.")
        for answer, many in (("Leave it", 0), ("Post it", 1)):
            part.get_by_role("button", name="Post").click()
            expect(blank.get_by_role("dialog")).to_contain_text("Mine, and short.")
            assert len(server.posts) == 0
            blank.get_by_role("dialog").get_by_role("button", name=answer).click()
            expect(part.locator(".share__is a")).to_have_count(many)
        [(url, said)] = server.posts.items()
        assert said["status"] == "Mine, and short."
        assert posts.read(app.find(POST)).syndication == (url,)
        expect(part.get_by_role("button", name="Post")).to_be_disabled()
        app.close()


# -- what others say


def test_what_others_say_is_shown_only_where_the_author_says_so(desk, blank):
    echo = Echo(
        id=0,
        kind=EchoKind.REPLY,
        author=plain_text(ESCAPES),
        said=plain_text(HOSTILE),
        source=safe_url("https://bea.example/1"),
        about="https://nadia-verhoeven.example/posts/x/",
        at=NOW,
    )
    with desk.app.store.writing() as connection:
        echoes.keep(connection, "one", echo)
    blank.goto(f"{desk.base}/heard")
    expect(blank.locator(".echo")).to_contain_text(plain_text(ESCAPES))
    expect(blank.locator(".echo blockquote")).to_have_text(HOSTILE)
    button = blank.get_by_role("button", name="Show on the site")
    button.press("Enter")
    shown = blank.get_by_role("button", name="Shown: show no more")
    expect(shown).to_have_attribute("aria-pressed", "true")
    assert [each.is_shown for each in desk.app.heard.every()] == [True]
    shown.click()
    expect(button).to_be_visible()
    assert [each.is_shown for each in desk.app.heard.every()] == [False]
    assert blank.evaluate("window.hacked") is None


# -- what goes out


def test_a_letter_leaves_for_just_as_many_as_the_author_said_yes_to(smtp, desk, blank):
    mailbox, _ = smtp
    path = desk.app.find(POST)
    path.write_text(path.read_text(encoding="utf-8") + "\nOne word more.\n", encoding="utf-8")
    blank.goto(f"{desk.base}/out")
    send = blank.get_by_role("button", name="Send The things that had no name")
    send.click()
    expect(blank.get_by_role("alert")).to_contain_text("build the site first")
    blank.get_by_role("button", name="Build the site").click()
    expect(blank.locator("#built")).to_contain_text("Built:", timeout=60_000)
    send.click()
    dialog = blank.get_by_role("dialog")
    expect(dialog).to_contain_text("3 readers")
    dialog.get_by_role("button", name="Leave it").click()
    assert mailbox.messages == []
    send.click()
    expect(dialog).to_contain_text("3 readers")
    desk.app.readers.add("new@example.org", plain_text("New"), plain_text("asked"))
    dialog.get_by_role("button", name="Send it").click()
    expect(blank.get_by_role("alert")).to_contain_text("by now it would go to 4 readers, not to 3")
    assert mailbox.messages == []
    send.click()
    expect(dialog).to_contain_text("4 readers")
    dialog.get_by_role("button", name="Send it").click()
    expect(blank.locator("#gone")).to_contain_text("Sent to 4 readers.")
    assert len(mailbox.messages) == 4
    expect(send).to_have_count(0)


def test_a_letter_that_leaves_slowly_is_watched_and_can_be_paused(smtp, desk, blank):
    mailbox, _ = smtp
    send = desk.app.settings.send
    slow = send.model_copy(update={"pace": send.pace.model_copy(update={"per_second": 1})})
    object.__setattr__(desk.app.settings, "send", slow)
    for number in range(12):
        desk.app.readers.add(f"r{number}@d{number}.example", plain_text(""), plain_text("asked"))
    desk.app.publish()
    blank.goto(f"{desk.base}/out")
    button = blank.get_by_role("button", name="Send The things that had no name")
    button.click()
    blank.get_by_role("dialog").get_by_role("button", name="Send it").click()
    gone = blank.locator("#gone")
    expect(gone).to_contain_text("2 of 15 readers", timeout=20_000)
    expect(gone.get_by_role("progressbar")).to_have_attribute("max", "15")
    blank.reload()  # it leaves whether anybody looks on or not
    gone.get_by_role("button", name="Pause").click(timeout=20_000)
    expect(gone).to_contain_text("It is paused: byline send", timeout=20_000)
    assert 2 <= len(mailbox.messages) < 15
    expect(gone).to_contain_text(re.compile(r"Sent to \d+ readers\."))
    expect(gone).to_contain_text("the send is paused")


def test_what_is_cut_off_is_told_as_uncertain(desk, blank):
    desk.app.publish()
    hang_up = iter(["hang up"])
    with sink(lambda verb, _: next(hang_up, None) if verb == "." else None) as server:
        there = here(desk.app.settings, server.server_address[1], 1)
        object.__setattr__(desk.app.settings, "send", there.send)
        blank.goto(f"{desk.base}/out")
        blank.get_by_role("button", name="Send The things that had no name").click()
        blank.get_by_role("dialog").get_by_role("button", name="Send it").click()
        expect(blank.locator("#gone")).to_contain_text("Sent to 2 readers.", timeout=20_000)
        expect(blank.locator("#gone")).to_contain_text("1 uncertain: cut off before the answer; byline status")
        assert len(server.got) == 2


def test_a_letter_that_cannot_leave_says_why(desk, blank):
    blank.goto(f"{desk.base}/out")  # no mail server is there
    blank.get_by_role("button", name="Send The things that had no name").click()
    blank.get_by_role("dialog").get_by_role("button", name="Send it").click()
    expect(blank.get_by_role("alert")).to_contain_text("cannot be reached: Connection refused", timeout=20_000)
    expect(blank.locator("#gone")).to_be_empty()


# -- for everybody


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_and_targets_are_large_enough(desk, network, blank, width):
    blank.set_viewport_size({"width": width, "height": 900})
    wim = network[0].id
    for path in ("/people", f"/people/{wim}", f"/people/{wim}/note", "/shares", f"/shares/{POST}", "/heard", "/out"):
        blank.goto(desk.base + path)
        blank.wait_for_load_state("networkidle")
        for summary in blank.locator("details:not([open]) summary").all()[:2]:
            summary.click()
        assert test_desk.faults_by_day_and_night(blank) == [], path
        assert blank.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        for button in blank.get_by_role("button").all() if width == 390 else []:
            box = button.bounding_box()
            assert box is None or min(box["width"], box["height"]) >= 43.9, (path, button.inner_text())


def test_the_keys_can_be_turned_off(desk, network, blank):
    blank.goto(f"{desk.base}/people")
    blank.keyboard.press("?")
    expect(blank.get_by_role("dialog", name="Keys")).to_be_visible()
    blank.get_by_label("Use these keys").uncheck()
    blank.get_by_role("dialog").get_by_role("button", name="Close").click()
    card(blank, network[1]).focus()
    blank.keyboard.press("c")
    blank.wait_for_timeout(200)
    assert touches(desk, network[1]) == []


def test_a_week_by_the_pages_alone():
    """The short form of bench/ritual: from the page of the week to a letter, a note and a share."""
    import subprocess
    import sys
    from pathlib import Path

    chromium = Path("/usr/bin/chromium")
    if not chromium.exists():
        pytest.skip("there is no /usr/bin/chromium on this machine")
    ritual = Path(__file__).parents[1] / "bench/ritual"
    done = subprocess.run([sys.executable, ritual, "--short"], capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["letters"], told["touches"], told["shares"], told["missing"]) == (3, 1, 1, [])
