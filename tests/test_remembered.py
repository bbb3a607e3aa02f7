"""What a build leaves for the next one: whole values back, data and nothing more, on every release of Python."""

import pickle
from datetime import date

import pytest

from pipeline import post as posts
from pipeline.publish.ground.remembered import load, save

POST = """---
date: 2026-11-20
title: T
kind: link
topics: [a]
sources:
  - {url: "https://a.example/x", title: X, published: 2026-11-19}
assisted:
  - {what: summary, by: M, text: Some words}
odd: {day: 2026-01-01, list: [1, 2.5, null]}
---
## [X](https://a.example/x)

> Said.

Text.
"""


class Evil:
    def __reduce__(self):
        return (print, ("ran",))


def test_a_post_comes_back_as_it_was(tmp_path):
    post = posts.parse(POST, tmp_path / "2026-11-20-t.md")
    save(tmp_path / "note", {"a": post})
    assert load(tmp_path / "note", object) == {"a": post}
    assert load(tmp_path / "note", object)["a"].kind is post.kind
    assert load(tmp_path / "note", object)["a"].extra == {"odd": {"day": date(2026, 1, 1), "list": [1, 2.5, None]}}


@pytest.mark.parametrize("module", [b"builtins\ngetattr\n", b"os\nsystem\n", b"pipeline.publish.ground.put\nput\n"])
def test_nothing_is_called_that_is_not_named(tmp_path, capfd, module):
    save(tmp_path / "note", 1)
    begin, _, _ = (tmp_path / "note").read_bytes().partition(b"\n")
    (tmp_path / "note").write_bytes(begin + b"\nc" + module + b".")
    assert load(tmp_path / "note", object) is None
    (tmp_path / "note").write_bytes(begin + b"\n" + pickle.dumps(Evil()))
    assert load(tmp_path / "note", object) is None
    assert capfd.readouterr().out == ""


def test_what_is_torn_or_of_other_code_is_as_good_as_none(tmp_path):
    note = tmp_path / "note"
    assert load(note, object) is None
    save(note, {"a": 1})
    whole = note.read_bytes()
    note.write_bytes(whole[:-1])
    assert load(note, object) is None
    note.write_bytes(b"x" + whole[1:])
    assert load(note, object) is None
    note.write_bytes(b"")
    assert load(note, object) is None
