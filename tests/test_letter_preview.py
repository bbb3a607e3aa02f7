"""The page of one letter: every way to meet it, nothing in it runs, it follows the files, and nobody else gets in."""

import os
import re
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from pipeline.desk import Keys, address, guarded_letter
from pipeline.desk.letters import LOOKS

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
PORT = 8011
POST = """\
---
date: 2026-11-23
title: <script>alert(1)</script> & cranes
summary: One sentence that says what this letter is about, long enough.
kind: edition
---
Opening words. ![A crane](crane.png) ![Elsewhere](https://elsewhere.example/x.png)

<script>alert(2)</script><img src=x onerror=alert(3)>
"""


class Shown:
    """The page of a letter, and a browser that was let in."""

    def __init__(self, app):
        self.app, self.keys = app, Keys.new()
        self.path = app.settings.content / "posts/2026-11-23-cranes.md"
        self.path.write_text(POST, encoding="utf-8")
        self.asgi = guarded_letter(app, self.path, lambda: NOW, self.keys, PORT)
        self.client = TestClient(self.asgi, base_url=f"http://127.0.0.1:{PORT}")
        self.client.get(address(PORT, self.keys).partition(str(PORT))[2])

    def get(self, path):
        return self.client.get(path)

    def look(self, name):
        return self.get(f"/content/posts/look/{name}")


@pytest.fixture
def shown(site, open_app):
    return Shown(open_app(site))


def test_the_letter_is_shown_in_every_way_with_its_size_its_header_and_what_is_wrong_with_it(shown):
    page = shown.get("/").text
    assert [look.name for look in LOOKS] == re.findall(r'src="/content/posts/look/(\w+)"', page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; cranes" in page
    assert re.search(r"Whole message</dt><dd>\d+\.\d kB", page)
    assert "List-Unsubscribe" in page
    assert "no-address" in page  # a finding: a new site has no postal address yet
    assert "<script>alert" not in page


def test_light_and_dark_are_what_a_mail_program_shows_whatever_this_browser_is(shown):
    light, dark = shown.look("desktop").text, shown.look("dark").text
    assert "@media (max-width: 0)" in light
    assert "@media (min-width: 0)" in dark
    assert "prefers-color-scheme" not in light + dark


def test_without_images_there_are_their_words_and_without_styles_there_are_none(shown):
    whole, blind, bare = (shown.look(name).text for name in ("desktop", "blind", "bare"))
    assert 'src="/content/posts/crane.png"' in whole
    assert "src=" not in blind
    assert 'alt="A crane"' in blind
    assert not re.search(r"<style|style=", bare)
    assert 'src="/content/posts/crane.png"' in bare


def test_the_plain_text_is_shown_as_it_is(shown):
    page = shown.look("text").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Opening words. [A crane]" in page
    assert "<script>" not in page


@pytest.mark.parametrize("name", [look.name for look in LOOKS])
def test_nothing_in_a_frame_runs_or_is_fetched_from_elsewhere(shown, name):
    answer = shown.look(name)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-same-origin" in policy
    assert "script" not in policy
    assert "https:" not in policy
    assert not re.search(r"<script|onerror", answer.text)


def test_a_change_of_the_post_or_of_a_template_is_shown(shown):
    template = shown.app.settings.overrides / "letter/letter.txt"
    seen = [shown.get("/mark").json()["mark"]]
    for path, old, new in (
        (shown.path, "Opening words.", "Other words."),
        (template, "{{ reason", "A word more. {{ reason"),
    ):
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        os.utime(path, (len(seen), len(seen)))
        seen.append(shown.get("/mark").json()["mark"])
        assert new.partition("{")[0].strip() in shown.look("text").text
    assert len(set(seen)) == 3


def test_a_template_that_is_broken_is_told_with_its_place(shown):
    template = shown.app.settings.overrides / "letter/letter.html"
    template.write_text("a\n{{ nothing }}\n", encoding="utf-8")
    page = shown.get("/")
    assert page.status_code == 200
    assert "letter.html:2: the letter&#39;s template is broken" in page.text
    assert shown.look("desktop").status_code == 404


def test_nobody_gets_in_who_was_not_given_the_address(shown):
    stranger = TestClient(shown.asgi, base_url=f"http://127.0.0.1:{PORT}")
    for path in ("/", "/mark", "/content/posts/look/desktop", "/content/posts/crane.png"):
        assert stranger.get(path).status_code == 403
    assert shown.client.get("/", headers={"host": "evil.example"}).status_code == 403
    assert shown.client.post("/mark").status_code == 403


def test_only_pictures_of_the_author_are_given_out(shown):
    (shown.app.settings.content / "posts/crane.png").write_bytes(b"\x89PNG")
    assert shown.get("/content/posts/crane.png").content == b"\x89PNG"
    assert shown.get("/content/posts/2026-11-23-cranes.md").status_code == 404
    assert shown.get("/content/..%2f..%2fbyline.yml").status_code == 404
    assert shown.look("other").status_code == 404


def test_one_thing_is_asked_of_the_command_at_a_time(shown, byline):
    code, _, said = byline("letter", shown.path.stem, "--serve", "--to-me", at=shown.app.settings.root)
    assert code == 2
    assert "choose one" in said
