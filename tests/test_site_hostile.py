"""Whatever a folder holds, of the author or of the last build: a build answers with a sentence, or makes it right."""

import errno
import itertools
import os
import shutil
import time
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from tempfile import gettempdir
from uuid import uuid4

import pytest
import yaml

from conftest import within
from pipeline.errors import BylineError, PublishError
from pipeline.model import Post, Take
from pipeline.post.approval import _APPROVED
from pipeline.post.links import _NAMED
from pipeline.post.takes import _CODE
from pipeline.publish.facts.catalogue import catalogue
from pipeline.publish.facts.related import counted
from pipeline.publish.facts.withheld import today
from pipeline.publish.finish.images import with_images
from pipeline.publish.finish.weights import too_heavy
from pipeline.publish.ground.kept import of_bytes, of_text
from pipeline.publish.ground.put import put
from pipeline.publish.ground.remembered import fits, load, save
from pipeline.publish.preview import Preview
from pipeline.publish.stage.article import anchors, article_body
from pipeline.publish.stage.latest import with_latest
from pipeline.publish.stage.page import _title_of
from pipeline.settings import load as load_settings

POST = "---\ndate: 2026-11-20\ntitle: {title}\n---\nWords.\n"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def told(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# -- what a build remembers


@pytest.mark.parametrize(
    ("value", "form", "is_so"),
    [
        ({"a": ("b", 1)}, {str: (str, int)}, True),
        ({"a": ("b",)}, {str: (str, int)}, False),
        ({"a": ["b", 1]}, {str: (str, int)}, False),
        ([], {str: int}, False),
        (None, {str: int}, False),
        ({}, {str: int}, True),
        ((), (str, ...), True),
        (("a", "b"), (str, ...), True),
        (("a", 1), (str, ...), False),
        (["a"], [str], True),
        ([1], [str], False),
        ({"a": None}, {str: str | None}, True),
    ],
)
def test_a_value_is_of_a_form_or_not(tmp_path, value, form, is_so):
    assert fits(value, form) is is_so
    save(tmp_path / "note", value)
    assert load(tmp_path / "note", form) == (value if is_so else None)


WRONG = [
    [],
    ["a"],
    {"a": 1},
    {"a": ["b"]},
    {"a": ()},
    {1: 2},
    ("a",),
    ("a", {}),
    ([("a", "b")], [[7]]),
    "text",
    3,
    None,
]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_a_note_of_another_form_is_as_good_as_none(site, open_app, wrong):
    write(site / "content/posts/2026-11-20-a.md", POST.format(title="A"))
    open_app(site).publish()
    right = told(site / "site")
    work = site / ".byline/work/site"
    notes = [path for path in work.rglob("*") if path.is_file() and is_note(path)]
    assert {path.name for path in notes} >= {"stamp", "posts", "alike", "about", "words", "feeds", "note", "weights"}
    for note in notes:
        save(note, wrong)
    (site / "site/index.html").unlink()
    open_app(site).publish()
    assert told(site / "site") == right
    for note in notes:
        note.unlink()
        note.mkdir()
        (note / "inside").touch()
    (site / "site/index.html").unlink()
    assert len(open_app(site).unbuilt()) == 2
    open_app(site).publish()
    assert told(site / "site") == right


def is_note(path):
    begin, _, _ = path.read_bytes().partition(b"\n")
    return len(begin) == 16 and path.suffix in {"", ".note"} and "build" not in path.parts


def test_posts_alike_that_are_none_are_found_out_anew(site, open_app):
    for name in "abc":
        write(site / f"content/posts/2026-11-20-{name}.md", POST.format(title=f"Harbour cranes {name}"))
    open_app(site).publish()
    right = told(site / "site")
    note = site / ".byline/work/site/alike"
    order, likest = load(note, (list, list))
    for wrong in ([], likest[:-1], [[99], *likest[1:]], [[-1], *likest[1:]]):
        save(note, (order, wrong))
        (site / "site/index.html").unlink()
        open_app(site).publish()
        assert told(site / "site") == right


def test_what_lies_about_in_the_memory_is_no_part_of_it(site, open_app):
    open_app(site).publish()
    right = told(site / "site")
    work = site / ".byline/work/site"
    for folder in [work, *(path for path in work.rglob("*") if path.is_dir() and "build" not in path.parts)]:
        if folder.is_dir():
            (folder / ".DS_Store").write_bytes(b"x")
            (folder / "yy").touch()
            (folder / "stray.png").mkdir()
            (folder / "stray.webp").mkdir()
            (folder / "stray.png/inside").touch()
    write(site / "content/more.md", "# More\n")
    open_app(site).publish()
    (site / "content/more.md").unlink()
    open_app(site).publish()
    assert told(site / "site") == right


def test_what_was_a_folder_of_the_memory_and_is_a_file_is_made_anew(site, open_app):
    write(site / "content/x.md", "# X\n\n![x](favicon.png)\n")
    open_app(site).publish()
    right = told(site / "site")
    work = site / ".byline/work/site"
    for folder in ("search", "pages", "cards", "images", "build", "stage", "spare"):
        shutil.rmtree(work / folder, ignore_errors=True)
        (work / folder).touch()
    (site / "site/index.html").unlink()
    open_app(site).publish()
    assert told(site / "site") == right


def test_a_remembered_page_that_somebody_wrote_to_is_made_anew(site, open_app):
    open_app(site).publish()
    right = told(site / "site")
    pages = list((site / ".byline/work/site/pages").glob("??/*"))
    assert len(pages) > 5
    for page in pages:
        data = page.read_bytes()
        page.write_bytes(b"X" * len(data))
    (site / "site/index.html").unlink()
    assert open_app(site).publish().fresh == len(pages)
    assert told(site / "site") == right
    (site / "site/index.html").unlink()
    assert open_app(site).publish().fresh == 0


# -- the place of the site


def apart(monkeypatch, near):
    """Let nothing be moved between what is below ``near`` and what is not, as between two file systems."""

    def guarded(really):
        def moved(source, target, **given):
            if Path(source).is_relative_to(near) is not Path(target).is_relative_to(near):
                raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(source))
            return really(source, target, **given)

        return moved

    monkeypatch.setattr(os, "rename", guarded(os.rename))
    monkeypatch.setattr(os, "replace", guarded(os.replace))
    monkeypatch.setattr("pipeline.publish.ground.put.exchange", lambda *_: False)


def test_a_site_on_another_file_system_is_published_all_the_same(site, open_app, monkeypatch):
    apart(monkeypatch, site / ".byline")
    for words in ("One.", "Two."):
        write(site / "content/posts/2026-11-20-a.md", POST.format(title="A") + words)
        open_app(site).publish()
        assert words in (site / "site/posts/2026-11-20-a/index.html").read_text(encoding="utf-8")
        assert [path.name for path in site.glob(".site*")] == []
        assert open_app(site).publish().fresh == 0


def test_a_site_in_memory_is_published_too(site, open_app):
    if not os.access("/dev/shm", os.W_OK) or Path("/dev/shm").stat().st_dev == site.stat().st_dev:
        pytest.skip("no other file system here")
    place = Path("/dev/shm") / f"byline-{uuid4().hex[:8]}" / "public"
    settings = (site / "mkdocs.yml").read_text(encoding="utf-8")
    (site / "mkdocs.yml").write_text(settings.replace("site_dir: site", f"site_dir: {place}"), encoding="utf-8")
    try:
        for words in ("One.", "Two."):
            write(site / "content/posts/2026-11-20-a.md", POST.format(title="A") + words)
            open_app(site).publish()
            assert words in (place / "posts/2026-11-20-a/index.html").read_text(encoding="utf-8")
        assert [path.name for path in place.parent.iterdir()] == ["public"]
    finally:
        shutil.rmtree(place.parent, ignore_errors=True)


def test_a_folder_that_cannot_be_moved_is_filled(tmp_path, monkeypatch):
    """As that of a container is: it is the root of its own file system."""
    site, work = tmp_path / "site", tmp_path / "work"
    site.mkdir()
    (site / ".git").touch()
    apart(monkeypatch, site)
    for words in ("One.", "Two."):
        put({"a/b": of_text(words), "c": of_text("same")}, site, work)
        assert told(site) == {"a/b": words.encode(), "c": b"same", ".git": b""}
    put({"c": of_text("same")}, site, work)
    assert told(site) == {"c": b"same", ".git": b""}
    assert {path.name for path in tmp_path.iterdir()} == {"site", "work"}


# -- front matter


SCRIPT = "</script><script>alert(1)</script>"
FORGED = f"facts: {{linked_data: '{SCRIPT}'}}\n"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("x.md", f"---\ntitle: T\n{FORGED}title: U\n---\nWords.\n", "content/x.md:4: title stands in line 2 already"),
        ("x.md", f"---\n{FORGED}title: T: U\n---\nWords.\n", "content/x.md:3: a colon stands in a text"),
        ("x.md", f"---\n{FORGED}Words.\n", "content/x.md:1: the front matter is not closed"),
        ("x.md", f"---\n- {FORGED}---\nWords.\n", "content/x.md:1: the front matter is not lines of"),
        ("x.md", f"{FORGED}\nWords.\n", "content/x.md:1: what looks like front matter"),
        ("x.md", f"---\n{FORGED}x: {'[' * 5000}{']' * 5000}\n---\nWords.\n", "content/x.md:3: this is more than 100"),
        ("x.md", f"---\n{FORGED}---\nWords.\n", None),
        ("x.markdown", f"---\n{FORGED}title: T\ntitle: U\n---\nWords.\n", "content/x.markdown:4: title stands in"),
        ("posts/x.md", f"---\ndate: 2026-11-20\ntitle: T\n{FORGED}---\nWords.\n", None),
    ],
)
def test_front_matter_never_says_what_byline_says_of_a_page(site, open_app, name, text, told):
    write(site / "content" / name, text)
    built = open_app(site).publish()
    assert [warning[: len(told)] for warning in built.warnings] == ([told] if told else [])
    page = (site / "site" / Path(name).with_suffix("") / "index.html").read_text(encoding="utf-8")
    assert "Words." in page
    assert "alert" not in page.partition("<body")[0]
    assert '"@type":"WebPage"' in page.replace(" ", "") or name.startswith("posts/")


@pytest.mark.parametrize("deep", [f"{'[' * 5000}{']' * 5000}", "{a: " * 100_000, "[" * 300_000], ids=len)
def test_a_post_that_nests_without_end_is_told_of_by_its_line(site, open_app, deep):
    write(site / "content/posts/x.md", f"---\ndate: 2026-11-20\ntitle: T\nx: {deep}\n---\nWords.\n")
    with pytest.raises(PublishError, match=r"x\.md:4: this is more than 100 levels deep"):
        open_app(site).publish()


def test_a_post_tells_where_a_name_stands_twice_by_the_lines_of_its_file(site, open_app):
    write(site / "content/posts/x.md", "---\ndate: 2026-11-20\ntitle: T\ntitle: U\n---\nWords.\n")
    with pytest.raises(PublishError, match=r"x\.md:4: title stands in line 3 already"):
        open_app(site).publish()


# -- files


def fifo(place):
    os.mkfifo(place)


def unnamed(place):
    """A file whose name is not UTF-8."""
    Path(os.fsdecode(os.fsencode(place.parent) + b"/b\xff" + os.fsencode(place.suffix))).write_text("# B\n")


def looped(place):
    place.symlink_to(place)


def text(words):
    def put_there(place):
        write(place, words)

    return put_there


def folder(place):
    write(place / "page.md", "# Page\n")


TITLED = POST.format(title="T")


@pytest.mark.parametrize(
    ("name", "make", "problem"),
    [
        ("posts/x.md", fifo, "x.md:1: is no file, but a named pipe or a device; take it away"),
        ("posts/x.md", unnamed, "b?.md:1: has a name that is not UTF-8"),
        ("posts/x.md", looped, "x.md:1: cannot be read (Too many levels of symbolic links)"),
        ("posts/x.md", folder, "x.md:1: cannot be read, as it is a folder"),
        (f"posts/{'a' * 252}.md", text(TITLED), "has a name of 252 bytes, more than the 250"),
        ("posts/x.md", text(TITLED.replace("---\nW", f"aliases: [{'a' * 300}]\n---\nW")), "x.md:4: aliases.0: must be"),
        ("posts/index.md", text("# Posts\n"), "index.md:1: is the page of the folder posts/, and no post"),
        ("posts/index.md", text(TITLED), "index.md:1: is the page of the folder posts/, and no post"),
        ("x.md", text("word " * 10_000_000), "content/x.md:1: the text has 50,000,000 characters"),
        ("x.md", text("---\ntitle: T\n---\n" + "[" * 20_001), "content/x.md:4: has 20,001 characters"),
    ],
)
def test_what_cannot_be_a_page_keeps_the_old_site_and_is_told_by_its_place(site, open_app, name, make, problem):
    open_app(site).publish()
    right = told(site / "site")
    make(site / "content" / name)
    with pytest.raises(PublishError) as error:
        open_app(site).publish()
    assert problem in str(error.value)
    assert told(site / "site") == right


@pytest.mark.parametrize(
    ("name", "make", "warning"),
    [
        ("x.png", fifo, "content/x.png is no file, but a named pipe or a device, and is left out; take it away"),
        ("x.md", fifo, "content/x.md is no file, but a named pipe or a device, and is left out; take it away"),
        ("x.md", unnamed, "content/b\ufffd.md has a name that is not UTF-8, and is left out; rename it"),
        ("x.md", looped, "content/x.md is a link that leads nowhere, and is left out; take it away"),
        ("x.png", text("no image"), None),
        ("x.md", folder, None),
        ("feed.xml", folder, "feed.xml is not on the site, as a folder has that name; rename the one of content/"),
        (
            "assets",
            text("a file"),
            "assets is not on the site, as a folder has that name; rename the one of content/",
        ),
        (
            "Drafts/x.md",
            text("# Secret\n"),
            "content/Drafts/ is not on the site, as the folder of drafts; call it content/drafts/",
        ),
    ],
)
def test_what_cannot_be_on_the_site_is_left_out_and_told_of(site, open_app, name, make, warning):
    make(site / "content" / name)
    built = open_app(site).publish()
    assert built.warnings == ((warning,) if warning else ())
    assert not [path for path in told(site / "site") if "Drafts" in path]
    assert open_app(site).publish().fresh == 0


def test_an_image_that_is_none_is_told_of(site, open_app):
    write(site / "content/x.png", "no image")
    write(site / "content/x.md", "# X\n\n![A crane](x.png)\n")
    assert open_app(site).publish().warnings == ("x.png is no image that can be read",)


@pytest.mark.parametrize(
    ("names", "warning"),
    [
        (
            ("posts/x.md", "posts/x/index.md"),
            (
                "content/posts/x/index.md is not on the site, as content/posts/x.md has the same address; "
                "rename one of them"
            ),
        ),
        (
            ("topics/energy/index.md",),
            (
                "content/topics/energy/index.md is not on the site, as Byline's page topics/energy/ has the same "
                "address; call it content/topics/energy.md to add its words there"
            ),
        ),
        (
            ("a.md", "a/README.md"),
            "content/a/README.md is not on the site, as content/a.md has the same address; rename one of them",
        ),
        (
            ("a.md", "a/index.html"),
            "content/a/index.html is not on the site, as content/a.md has the same address; rename one of them",
        ),
        (
            ("a.md", "A.md"),
            (
                "content/A.md and content/a.md differ in nothing but capitals, and are one on Windows and macOS; "
                "rename one of them"
            ),
        ),
    ],
)
def test_of_two_pages_at_one_address_both_are_named(site, open_app, names, warning):
    write(site / "content/posts/2026-11-20-e.md", "---\ndate: 2026-11-20\ntitle: E\ntopics: [energy]\n---\nWords.\n")
    for name in names:
        write(site / "content" / name, TITLED + f"Of {name}.")
    assert open_app(site).publish().warnings == (warning,)
    first = (site / "site" / names[0].removesuffix("index.md").removesuffix(".md") / "index.html").read_text("utf-8")
    assert ("Of topics" in first) is False
    assert (f"Of {names[0]}." in first) is (len(names) == 2)
    assert open_app(site).publish().fresh == 0


@pytest.fixture
def nobody(site):
    """Somebody who may not read everything, as root may."""
    if os.geteuid():
        yield
        return
    for path in (site, *site.rglob("*")):
        os.chown(path, 65534, 65534)
    for parent in site.parents:
        if parent.is_relative_to(gettempdir()) and str(parent) != gettempdir():
            parent.chmod(0o755)
    os.seteuid(65534)
    yield
    os.seteuid(0)


@pytest.mark.parametrize("name", ["x.md", "x.png", "sub/x.md", "sub", "posts/x.md", "posts", "resume.yml"])
@pytest.mark.usefixtures("nobody")
def test_what_may_not_be_read_is_told_by_its_name(site, open_app, name):
    place = site / "content" / name
    if name in {"sub", "posts"}:
        place.mkdir(exist_ok=True)
    else:
        write(place, TITLED)
    mode = place.stat().st_mode
    place.chmod(0)
    try:
        with pytest.raises(BylineError) as error:
            open_app(site).publish()
    finally:
        place.chmod(mode)
    assert f"{name}" in str(error.value)
    assert "Permission denied" in str(error.value)


@pytest.mark.usefixtures("nobody")
def test_a_disk_that_is_full_is_told_in_a_sentence(site, open_app):
    """Or a folder of Byline's that may not be written to, which is as good."""
    open_app(site).publish()
    write(site / "content/x.md", "# X\n")
    (site / ".byline/work/site").chmod(0o500)
    try:
        with pytest.raises(PublishError, match=r"The site is not built: .*\.byline.* cannot be .*Permission denied"):
            open_app(site).publish()
    finally:
        (site / ".byline/work/site").chmod(0o700)


# -- what is kept back


def at(day):
    return datetime(2026, 11, day, 12, tzinfo=UTC)


def test_a_post_of_a_later_day_is_kept_back_until_then(site, open_app):
    write(site / "content/posts/2026-11-25-a.md", "---\ndate: 2026-11-25\ntitle: Later\n---\nWords.\n")
    page = site / "site/posts/2026-11-25-a/index.html"
    held = "content/posts/2026-11-25-a.md is dated 2026-11-25, so it is not on the site before the `byline publish` of "
    held += "that day"
    for _ in range(2):
        built = open_app(site, now=at(23)).publish(strict=True)
        assert (built.held, built.warnings, built.posts) == ((held,), (), 1)
        assert not any(b"Later" in data for data in told(site / "site").values())
    assert open_app(site, now=at(24)).publish().fresh == 0
    app = open_app(site, now=at(24))
    assert app.status().unbuilt == ()
    assert [path.stem for path in app.unbuilt()] == ["2026-11-25-a"]
    built = open_app(site, now=at(25)).publish()
    assert (built.held, built.posts) == ((), 2)
    assert "Words." in page.read_text(encoding="utf-8")
    assert open_app(site, now=at(25)).publish().fresh == 0
    assert open_app(site, now=at(24)).publish().posts == 1


def test_what_says_that_it_is_a_draft_is_kept_back(site, open_app):
    write(site / "content/posts/2026-11-20-a.md", "---\ndate: 2026-11-20\ntitle: Later\ndraft: true\n---\nSecret.\n")
    write(site / "content/x.md", "---\ntitle: X\ndraft: true\n---\nSecret.\n")
    built = open_app(site).publish()
    assert built.warnings == ()
    assert built.held == (
        "content/posts/2026-11-20-a.md says draft: true, so it is not on the site; take that line away to publish it",
        "content/x.md says draft: true, so it is not on the site; take that line away to publish it",
    )
    assert not any(b"Secret" in data for data in told(site / "site").values())
    write(site / "content/posts/2026-11-20-a.md", "---\ndate: 2026-11-20\ntitle: Later\ndraft: false\n---\nSecret.\n")
    assert open_app(site).publish().posts == 2


def test_the_preview_shows_what_is_kept_back(site):
    write(site / "content/posts/2026-11-20-a.md", "---\ndate: 2026-11-20\ntitle: A\ndraft: true\n---\nSecret.\n")
    write(site / "content/posts/2099-11-20-b.md", "---\ndate: 2099-11-20\ntitle: B\n---\nSecret.\n")
    write(site / "content/x.md", "---\ntitle: X\ndraft: true\n---\nSecret.\n")
    preview = Preview(load_settings(site, {}), lambda: None)
    preview.build()
    for page in ("posts/2026-11-20-a", "posts/2099-11-20-b", "x"):
        assert "Secret." in (preview.folder / page / "index.html").read_text(encoding="utf-8")


def test_a_letter_has_nothing_to_do_with_what_is_kept_back(site, open_app):
    path = write(
        site / "content/posts/2099-11-20-b.md", "---\ndate: 2099-11-20\ntitle: B\nkind: edition\n---\nWords.\n"
    )
    assert "Words." in open_app(site).letters.make(path).text


def test_the_day_that_has_come_is_that_of_the_drafts_or_of_the_author(monkeypatch):
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    try:
        for zone, day in (("UTC", 23), ("NZST-12", 24), ("PST8", 23)):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            assert today(late) == date(2026, 11, day)
    finally:
        monkeypatch.undo()
        time.tzset()


# -- text that is long to look at


MANY = 40_000
LONG = (
    *("<!-- latest:" + " " * 100_000, "<!-- latest: 5" + " " * 100_000 + "x", "<img " * MANY, "<img \"'" * MANY),
    *('<img src="' * MANY, '<img src="x"' * MANY, "# a" + " " * 100_000 + "x", "## a" + " " * 100_000 + "x"),
    *("{#a" + "a" * 100_000, "{#" * MANY, "`" * 100_000, "``a`" * MANY, " #" * MANY, "<" * MANY, "](" * MANY),
)


@pytest.mark.parametrize("words", LONG, ids=lambda words: words[:14].strip())
def test_nothing_that_an_author_writes_is_looked_at_again_and_again(site, words, tmp_path):
    """Each expression that goes over texts takes time that grows with them, and no faster."""
    settings = load_settings(site, {})
    page = {"x/index.html": of_bytes(words.encode())}
    take = Take(heading="a", url="https://a.example/", line=1, body_line=2, quotations=(), words="")
    post = Post(date=date(2026, 11, 20), title=words, body=words, takes=(take,), path=Path("x.md"))
    front = f"approved: a\n {' ' * 20_000}\n{' a' * MANY}\n" + " a\n" * MANY
    within(1, with_latest, words, PurePosixPath("x.md"), catalogue(()), settings)
    within(1, with_images, dict(page), tmp_path / "images")
    within(1, too_heavy, page, 150, tmp_path / "weights")
    within(1, _title_of, "x.md", words, None)
    within(1, anchors, post)
    within(1, article_body, post, settings)
    within(1, counted, post)
    within(1, _APPROVED.sub, "", front)
    within(1, _CODE.sub, " ", words)
    within(1, _NAMED.findall, words)


# -- settings


def put_in(file, old, new):
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_font_that_is_not_there_is_told_by_its_setting(site, open_app):
    put_in(site / "byline.yml", "  card_font:", "  card_font: fonts/none.ttf  #")
    with pytest.raises(PublishError, match=r"byline\.yml: publish\.card_font names .*none\.ttf, where no file is"):
        open_app(site).publish()


def test_a_number_is_a_field_of_a_form(site):
    file = site / "byline.yml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    settings["publish"]["subscribe"] = {"url": "https://list.example/", "fields": {"u": 12, "v": "x"}}
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    assert load_settings(site, {}).publish.subscribe.fields == {"u": "12", "v": "x"}
    settings["publish"]["subscribe"]["fields"] = {"u": [1]}
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    with pytest.raises(BylineError, match="must be text"):
        load_settings(site, {})


def test_a_day_of_the_facts_is_asked_for_in_words(site, open_app):
    (site / "content/resume.yml").unlink(missing_ok=True)
    write(site / "content/resume.json", '{"work": [{"name": "X", "startDate": "May 2020"}]}')
    with pytest.raises(
        PublishError, match=r"resume\.json:1: .*startDate: must be a day, a month or a year, as 2026-11"
    ):
        open_app(site).publish()


def test_what_no_sign_may_be_in_is_told_without_its_expression(site):
    settings = yaml.safe_load((site / "byline.yml").read_text(encoding="utf-8"))
    settings["send"] = {**(settings.get("send") or {}), "list_id": "my list!"}
    (site / "byline.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    with pytest.raises(BylineError, match="list_id: holds a sign that it cannot have") as error:
        load_settings(site, {})
    assert "^" not in str(error.value)


def test_a_theme_that_is_only_named_is_told_of(site, open_app):
    settings = (site / "mkdocs.yml").read_text(encoding="utf-8")
    head, _, rest = settings.partition("theme:\n")
    tail = "\n".join(itertools.dropwhile(lambda line: line.startswith((" ", "#")) or not line, rest.split("\n")))
    (site / "mkdocs.yml").write_text(f"{head}theme: material\n{tail}", encoding="utf-8")
    line = head.count("\n") + 1
    with pytest.raises(PublishError, match=rf"^mkdocs\.yml:{line}: theme: names material, and not where .*custom_dir"):
        open_app(site).publish()


def test_a_drawing_may_end_in_capitals(site, open_app):
    write(site / "content/x.SVG", '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="20"></svg>')
    write(site / "content/x.md", "# X\n\n![A crane](x.SVG)\n")
    assert open_app(site).publish().warnings == ()
    assert 'width="10" height="20"' in (site / "site/x/index.html").read_text(encoding="utf-8")


def test_hooks_are_called_hooks(site, open_app):
    write(site / "h.py", "def on_page_markdown(markdown, **_):\n    return markdown\n")
    with (site / "mkdocs.yml").open("a", encoding="utf-8") as file:
        file.write("\nhooks: [h.py]\n")
    assert open_app(site).publish().slowed == "hooks: in mkdocs.yml may look at all pages"
