"""Edits of a YAML file change their own place, and leave every other byte as it was."""

import re
import time

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.yamltext import append_items, line_of, parse, remove_item, set_value

FEEDS = ("pull", "feeds")
NEW = {"url": "https://new.example/feed", "title": "New: one"}
law = settings(derandomize=True, deadline=None, max_examples=100)

FILE = """\
# My feeds, with care.
pull:  # the first room

  concurrency: 3   # gently
  feeds:
  - url: https://a.example/feed   # the best
    title: 'A''s feed'

  # two more
  - {url: https://b.example/feed}
  -
    url: "https://c.example/feed"
  # the end of the list

select: {days: 3, topics: {}}  # as it is
write:
    takes:   4
"""


def append_item(text, path, item):
    return append_items(text, path, [item])


def assert_only_inserted(text, new):
    """Hold ``new`` to be ``text`` with something put in at one place."""
    assert len(new) > len(text)
    assert shared(text, new) + shared(text[::-1], new[::-1]) >= len(text)


def shared(one, other):
    """Return how many characters two texts begin with alike."""
    return next((place for place, pair in enumerate(zip(one, other, strict=False)) if len({*pair}) > 1), len(one))


def with_new(text):
    data = parse(text) or {}
    data["pull"] = data.get("pull") or {}
    data["pull"]["feeds"] = [*(data["pull"].get("feeds") or []), NEW]
    return data


# -- append


def test_a_new_item_comes_after_the_last_and_nothing_else_changes():
    new = append_item(FILE, FEEDS, NEW)

    assert parse(new) == with_new(FILE)
    assert_only_inserted(FILE, new)
    assert "  - url: https://new.example/feed\n    title: 'New: one'\n  # the end of the list\n" in new


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment\n",
        "select: {}\n",
        "select: {}",
        "pull:\n  concurrency: 3 # c\n\n# about select\nselect:\n  days: 3\n",
        "pull:\n    concurrency: 3\n    timeout_seconds: 4",
        "pull:\n  feeds:\n",
        "pull:\n  feeds:  # none yet\n  concurrency: 3\n",
        "pull:\n\n# about select\nselect:\n  days: 3\n",
        "pull:\n  feeds:\n  # - url: https://old.example/\nselect: {}\n",
        "pull:\n  feeds:\n  - url: a",
        "pull:\n      feeds:\n        - url: a\n          title: 'two\n\n            lines'\n        # tail\n",
        "pull: {feeds: [{url: a}, {url: b}], concurrency: 3}  # all on a line\n",
        "pull:\n  feeds: [\n    {url: a},  # one\n    {url: b},  # two\n  ]\n  concurrency: 1\n",
        "---\npull:\n  feeds:\n  - url: a\n...\n",
        "pull:\n  feeds:\n  - url: äö 😀\n  concurrency: 1\n",
    ],
)
def test_a_new_item_is_put_in_and_no_byte_lost(text):
    new = append_item(text, FEEDS, NEW)

    assert parse(new) == with_new(text)
    assert_only_inserted(text, new)


@pytest.mark.parametrize("nothing", ["[]", "{}", "null", "~", "[ ]"])
@pytest.mark.parametrize("place", ["pull:\n  feeds: {}  # none yet\nselect:\n  days: 3\n", "pull: {}  # none yet\n"])
def test_an_empty_value_gives_way_to_the_list(place, nothing):
    if nothing in {"[]", "{}", "[ ]"}:
        nothing = "[]" if "feeds" in place else "{}"
    text = place.replace("{}", nothing)
    new = append_item(text, FEEDS, NEW)

    assert parse(new) == with_new(text)
    for part in place.split("{}"):
        assert part.strip() in new


@pytest.mark.parametrize("scalar", ["|", ">", "|-"])
def test_a_new_item_comes_after_a_text_of_many_lines(scalar):
    text = f"pull:\n  feeds:\n  - url: a\n    title: {scalar}\n      many\n      lines\n  concurrency: 1\n"
    new = append_item(text, FEEDS, NEW)

    assert parse(new) == with_new(text)
    assert_only_inserted(text, new)


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        (lambda text: append_item(text, FEEDS, NEW), "select: {}\n...\n"),
        (lambda text: remove_item(text, FEEDS, 0), "pull:\n  feeds:\n  - &a {url: a}\n  - *a\n"),
    ],
)
def test_an_edit_that_would_break_the_file_is_refused(edit, text):
    with pytest.raises(ValueError, match=r"\w"):
        edit(text)


@pytest.mark.parametrize("text", ["pull:\n  feeds:\n  - &a {url: a}\n  - *a\n"])
def test_a_change_that_would_touch_another_place_is_refused(text):
    with pytest.raises(ValueError, match="touch more than its own place"):
        append_item(text, FEEDS, NEW)


def test_a_new_item_has_the_line_ends_of_the_file():
    text = FILE.replace("\n", "\r\n")
    new = append_item(text, FEEDS, NEW)

    assert_only_inserted(text, new)
    assert new.count("\n") == new.count("\r\n")


def test_a_file_with_windows_line_ends_keeps_them(site, open_app):
    path = site / "byline.yml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    old = path.read_bytes().splitlines(keepends=True)
    open_app(site).feeds.add("https://new.example/feed", "New")

    assert set(old) - set(path.read_bytes().splitlines(keepends=True)) <= {b"  feeds: []\r\n"}


# -- remove


def test_an_item_leaves_with_its_lines_and_nothing_else():
    middle = "  - {url: https://b.example/feed}\n"

    assert remove_item(FILE, FEEDS, 1) == FILE.replace(middle, "")


def test_an_item_leaves_whose_dash_is_on_a_line_of_its_own():
    assert remove_item(FILE, FEEDS, 2) == FILE.replace('  -\n    url: "https://c.example/feed"\n', "")


def test_comments_around_an_item_that_leaves_stay():
    new = remove_item(FILE, FEEDS, 0)

    assert_only_inserted(new, FILE)
    assert parse(new)["pull"]["feeds"] == parse(FILE)["pull"]["feeds"][1:]
    assert "\n  # two more\n" in new


def test_the_last_item_to_leave_leaves_an_empty_list():
    text = "pull:\n  feeds:\n  - url: a  # one\n    title: b\n  # after\n\n  concurrency: 1\n"

    assert remove_item(text, FEEDS, 0) == "pull:\n  feeds: []\n  # after\n\n  concurrency: 1\n"


@pytest.mark.parametrize("text", ["pull: {feeds: [{url: a}]}\n", "pull:\n  feeds: []\n", "pull: {}\n", ""])
def test_what_is_not_one_item_a_line_is_not_removed(text):
    with pytest.raises(ValueError, match="not written one item a line"):
        remove_item(text, FEEDS, 0)


def test_an_item_leaves_a_file_with_windows_line_ends():
    text = FILE.replace("\n", "\r\n")

    assert remove_item(text, FEEDS, 1) == text.replace("  - {url: https://b.example/feed}\r\n", "")


# -- set


@pytest.mark.parametrize("value", ["a", "a: b", "a # b", "it's", "", "1", "null", "yes", "- a", "ä 😀", "*a", "{a"])
def test_a_value_is_set_and_nothing_else(value):
    new = set_value(FILE, ("pull", "feeds", 0, "title"), value)
    data = parse(FILE)
    data["pull"]["feeds"][0]["title"] = value

    assert parse(new) == data
    before, after = FILE.split("'A''s feed'")
    assert new.startswith(before)
    assert new.endswith(after)


def test_a_comment_behind_a_value_stays():
    assert set_value(FILE, ("pull", "concurrency"), "many") == FILE.replace("3   # gently", "many   # gently")


@pytest.mark.parametrize("text", ["a: |\n  b\n", "a: [b]\n", "a: {}\n", "b: 1\n", ""])
def test_what_is_no_one_line_value_is_not_set(text):
    with pytest.raises(ValueError, match="a is not a one-line value"):
        set_value(text, ("a",), "x")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("s: {a: b, c: d}\n", "x, y", id="flow"),
        pytest.param("s:\n  a:\n  c: d\n", "x", id="empty"),
        pytest.param("c: &c d\ns: {a: *c}\n", "x", id="alias"),
    ],
)
def test_a_set_value_is_what_is_read_or_it_is_refused(text, value):
    data = parse(text)
    try:
        new = set_value(text, ("s", "a"), value)
    except ValueError:
        return
    data["s"]["a"] = value
    assert parse(new) == data


# -- lines


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("pull",), 2),
        (("pull", "concurrency"), 4),
        (("pull", "feeds", 0), 6),
        (("pull", "feeds", 0, "title"), 7),
        (("pull", "feeds", 1, "url"), 10),
        (("pull", "feeds", 2, "url"), 12),
        (("pull", "feeds", 9, "url"), 5),
        (("pull", "nothing"), 2),
        (("select", "topics"), 15),
        (("nothing",), 1),
    ],
)
def test_a_path_is_on_the_line_of_its_deepest_part_that_stands(path, line):
    assert line_of(FILE, path) == line


def test_nothing_stands_on_the_first_line():
    assert line_of("", ("a",)) == 1


# -- laws

words = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029\ufeff"), max_size=12)
items = st.fixed_dictionaries({"url": words}, optional={"title": words, "allow_private": st.booleans()})
comments = st.sampled_from(["", "# a comment\n", "\n", "  # indented\n"])


@st.composite
def files(draw):
    """A file with feeds and settings around them, written by hand or by program, with comments between the lines."""
    pull = draw(st.permutations([("concurrency", 3), ("feeds", draw(st.lists(items, min_size=1, max_size=4)))]))
    data = dict(draw(st.permutations([("pull", dict(pull)), ("write", {"takes": 1}), ("name", draw(words))])))
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=10**6, indent=draw(st.integers(2, 4)))
    begin_something = re.compile(r"\S| +- | *(concurrency|feeds):")
    return "".join(draw(comments) * bool(begin_something.match(line)) + line for line in text.splitlines(keepends=True))


@law
@given(files(), items)
def test_whatever_the_file_a_new_item_is_only_put_in(text, item):
    data = parse(text)
    new = append_item(text, FEEDS, item)

    data["pull"]["feeds"].append(item)
    assert parse(new) == data
    assert_only_inserted(text, new)


@law
@given(files(), items)
def test_an_item_put_in_and_taken_out_again_leaves_the_file_as_it_was(text, item):
    count = len(parse(text)["pull"]["feeds"])

    assert remove_item(append_item(text, FEEDS, item), FEEDS, count) == text


@law
@given(files(), st.integers(0, 3))
@example("pull:\n  feeds:\n  # a comment\n  - url: a\n", 0)
def test_whatever_the_file_an_item_leaves_alone(text, index):
    data = parse(text)
    index %= len(data["pull"]["feeds"])
    new = remove_item(text, FEEDS, index)

    data["pull"]["feeds"].pop(index)
    assert parse(new) == data
    assert re.findall(r"^ *# .*$", text, re.MULTILINE) == re.findall(r"^ *# .*$", new, re.MULTILINE)


@law
@given(files(), words)
def test_whatever_the_file_a_value_is_set_alone(text, value):
    data = parse(text)
    new = set_value(text, ("pull", "feeds", 0, "url"), value)

    data["pull"]["feeds"][0]["url"] = value
    assert parse(new) == data
    assert shared(text, new) + shared(text[::-1], new[::-1]) >= len(text) - len(line_with(text, "url:"))


def line_with(text, words):
    return next(line for line in text.splitlines() if words in line)


# -- YAML that means harm


BOMBS = {
    "aliases in powers": "\n".join(
        ["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10))]
    ),
    "a circle": "a: &a {b: *a}",
    "a list of itself": "a: &a [*a]",
    "no number": "a: !!int abc",
    "no truth": "a: !!bool maybe",
    "no time": "a: !!timestamp x",
    "a number without end": "a: " + "9" * 5000,
    "brackets": "a: " + "[" * 3000,
    "a python object": "a: !!python/object/apply:os.system [id]",
}


@pytest.mark.parametrize("what", BOMBS)
def test_yaml_that_means_harm_is_an_error_of_yaml_at_once(what):
    began = time.process_time()
    with pytest.raises(yaml.YAMLError):
        parse(BOMBS[what])
    assert time.process_time() - began < 5  # unbounded, the aliases alone take minutes


def test_a_few_aliases_are_understood():
    assert parse("a: &x [1]\nb: *x\nc: {<<: {d: 1}}\n") == {"a": [1], "b": [1], "c": {"d": 1}}


def test_a_name_given_twice_is_told_with_its_line():
    with pytest.raises(yaml.YAMLError, match="b stands in line 2 already") as raised:
        parse("a: 1\nb: 2\nb: 3\n")
    assert raised.value.problem_mark.line == 2
