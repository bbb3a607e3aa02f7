"""Approval is of words: who gave it stands in the file, and it falls when the words change."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import post as posts
from pipeline.errors import PostError
from pipeline.post import files
from pipeline.post.approval import approval, with_approval
from pipeline.write import approve

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
POST = """---
date: 2026-11-23
title: Cranes
# a comment of mine
summary:   One   sentence.
kind: essay
---
My words on cranes.
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_approval_stands_in_the_file_and_changes_no_other_byte(tmp_path, end):
    path = tmp_path / "a.md"
    text = POST.replace("\n", end)
    path.write_bytes(text.encode())
    made = with_approval(text, posts.read(path), "Ana: “Ruiz” # 1", NOW)
    path.write_bytes(made.encode())
    found = approval(posts.read(path))
    assert (found.by, found.at) == ("Ana: “Ruiz” # 1", NOW)
    assert [line for line in made.split(end) if not line.startswith("approved:")] == text.split(end)
    again = with_approval(made, posts.read(path), "Ben", NOW)
    assert again.count("approved:") == 1
    assert made.count("\n") == made.count(end)


@pytest.mark.parametrize("change", ["My words on trucks.", "My words on cranes. More."])
def test_it_falls_when_the_words_change_and_not_when_the_rest_does(change):
    post = posts.parse(POST)
    approved = with_approval(POST, post, "Ana", NOW)
    assert approval(posts.parse(approved)) is not None
    assert approval(posts.parse(approved.replace("My words on cranes.", change))) is None
    assert approval(posts.parse(approved.replace("title: Cranes", "title: Trucks"))) is None
    assert approval(posts.parse(approved.replace("kind: essay", "kind: essay\ntopics: [a]"))) is not None
    prompted = approved.replace("My words", f"{posts.PROMPT}\nMy words")
    assert approval(posts.parse(prompted)) is not None


@settings(derandomize=True, deadline=None)
@given(
    st.sampled_from(
        ["yes", "true", "[]", "{by: Ana}", "{by: 1, at: x, text: y}", "{by: Ana, at: 2026-11-23, text: sha256:0}"]
    )
)
def test_what_is_no_approval_approves_nothing(value):
    assert approval(posts.parse(POST.replace("kind: essay", f"kind: essay\napproved: {value}"))) is None


@pytest.mark.parametrize("name", ["Ana Ruiz", "Ana, Ben", "Dr. {Ana}: #1", "yes", "Ana 'the' “Crane” Ruiz"])
def test_the_line_reads_as_the_manual_shows_it_whatever_the_name_is(name):
    approved = with_approval(POST, posts.parse(POST), name, NOW)
    [line] = [line for line in approved.split("\n") if line.startswith("approved:")]
    assert ", at: 2026-11-23 07:30:00, text: " in line
    assert approval(posts.parse(approved)).by == name


def test_posts_are_published_and_sent_only_as_approved_where_that_is_asked_for(site, byline, monkeypatch):
    text = POST.replace("kind: essay", "kind: essay\ntopics: []")
    for other in (site / "content/posts").glob("*.md"):
        other.unlink()
    path = site / "content/posts/2026-11-23-cranes.md"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("BYLINE_WRITE_APPROVAL", "true")
    code, _, err = byline("publish", at=site)
    assert (code, "`byline approve` it:\n  2026-11-23-cranes\n" in err) == (2, True)
    assert byline("send", "cranes", "--dry-run", at=site)[0] == 2
    code, out, _ = byline("approve", "cranes", "--by", "Ana Ruiz", at=site)
    assert (code, "is approved by Ana Ruiz" in out) == (0, True)
    assert byline("publish", at=site)[0] == 0
    path.write_text(path.read_text(encoding="utf-8").replace("cranes.", "trucks."), encoding="utf-8")
    assert byline("publish", at=site)[0] == 2
    path.write_text(path.read_text(encoding="utf-8").replace("date: ", "draft: true\ndate: "), encoding="utf-8")
    assert byline("publish", at=site)[0] == 0  # what is kept back need not be approved yet


def test_a_line_that_no_program_wrote_is_told_and_nothing_is_left_behind(site, byline):
    path = site / "content/drafts/2026-11-23-a.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(POST.replace("kind: essay", "kind: essay\n'approved': {by: Ben}"), encoding="utf-8")
    before = path.read_bytes()
    code, _, err = byline("approve", "2026-11-23-a", at=site)
    assert (code in {1, 2}, "approved" in err, "fault of Byline" in err) == (True, True, False)
    assert (path.read_bytes(), [one.name for one in path.parent.iterdir()]) == (before, [path.name])


def test_a_post_with_errors_is_not_approved(site, byline):
    (site / "content/drafts").mkdir(parents=True, exist_ok=True)
    draft = site / "content/drafts/2026-11-23-a.md"
    draft.write_text(POST.replace("My words on cranes.", posts.PROMPT), encoding="utf-8")
    before = draft.read_bytes()
    code, _, err = byline("approve", "2026-11-23-a", at=site)
    assert (code, "has errors (no-text)" in err) == (2, True)
    assert draft.read_bytes() == before


def test_a_change_of_what_readers_are_told_of_a_model_is_a_change():
    noted = POST.replace("kind: essay", "kind: essay\nassisted: [{what: counter, by: m, text: My words on cranes}]")
    approved = with_approval(noted, posts.parse(noted), "Ana", NOW)
    assert approval(posts.parse(approved)) is not None
    untold = approved.replace("assisted: [{what: counter, by: m, text: My words on cranes}]\n", "")
    assert approval(posts.parse(untold)) is None


@pytest.mark.parametrize("act", ["approve", "publish"])
def test_what_is_saved_elsewhere_meanwhile_is_neither_lost_nor_approved(tmp_path, act):
    path = tmp_path / "content/drafts/2026-11-23-a.md"
    path.parent.mkdir(parents=True)
    path.write_text(POST)
    loaded = files.load(path)
    target = tmp_path / "b.md"

    def check(_):
        path.write_text(f"{POST}Typed meanwhile.\n")
        return ()

    with pytest.raises(files.ChangedOutsideError):
        approve(path, "Ana", check, NOW) if act == "approve" else (check(""), files.move(loaded, loaded.text, target))
    assert path.read_text() == f"{POST}Typed meanwhile.\n"
    assert not target.exists()


def test_a_move_takes_the_place_of_no_other_file(tmp_path):
    path, target = tmp_path / "a.md", tmp_path / "b.md"
    path.write_text(POST)
    target.write_text("Somebody else's.")
    with pytest.raises(PostError):
        files.move(files.load(path), POST, target)
    assert (path.read_text(), target.read_text()) == (POST, "Somebody else's.")
