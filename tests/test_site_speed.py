"""Builds that pass pages by: not a byte, and not a warning, differs from a build of everything."""

import re
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from content import write_posts
from pipeline.cli.init import _sample_files, make
from pipeline.publish.finish.beside import Beside
from pipeline.publish.ground.put import put
from pipeline.publish.making import make as build_pages
from pipeline.settings import load

MIDDLE = 40


def as_files(pieces):
    return {name: piece.bytes for name, piece in pieces.items()}


def everything(folder):
    """All that a build makes which passes nothing by and remembers nothing, and what it warns of."""
    shutil.rmtree(folder / "slow", ignore_errors=True)
    return _made(folder, folder / "slow", fast=False)


def quickly(folder):
    return _made(folder, folder / ".byline/work/site")


def _made(folder, work, *, fast=True):
    with Beside(work) as beside:
        made = build_pages(load(folder, {}), beside, fast=fast)
        whole = made.finished(beside)
        found = as_files(whole.pieces | beside.index.pieces()), {*made.built.warnings, *whole.warnings}
        put(whole.pieces, folder / "site", work, late=beside.index.late)
    return *found, made.built


def differing(one, other):
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


PAGE = """---
title: Cranes &amp; "quays"
---
# Cranes

Raw <b onclick="x()">HTML</b>, a [link](../posts/{post}), a [broken one](nowhere.md), an [anchor](../posts/{post}#gone).

!!! note "Told"
    With `code`.

```python
def f(x):
    return {{"a": x}}
```

Text[^1] and a table.

| a | b |
|---|---|
| 1 | 2 |

[^1]: The note.
"""


@pytest.fixture(scope="module")
def varied(tmp_path_factory):
    """A site with pages of every kind, enough of them for two processes, built once."""
    folder = tmp_path_factory.mktemp("varied") / "site"
    make(folder, dict(_sample_files()))
    paths = write_posts(folder / "content/posts", 90)
    (folder / "content/pages").mkdir()
    (folder / "content/pages/cranes.md").write_text(PAGE.format(post=paths[MIDDLE].name), encoding="utf-8")
    (folder / "content/pages/bare.md").write_text("No front matter, and no heading: Ærø 港口.\n", encoding="utf-8")
    (folder / "content/pages/broken.md").write_text("---\ntitle: [\n---\nText.\n", encoding="utf-8")
    return folder, paths


class Site(NamedTuple):
    folder: Path
    paths: list[Path]

    @property
    def middle(self):
        return self.paths[MIDDLE]


@pytest.fixture
def again(varied, tmp_path):
    """A copy of that site, built."""
    folder = tmp_path / "site"
    shutil.copytree(varied[0], folder)
    quickly(folder)
    return Site(folder, [folder / "content/posts" / path.name for path in varied[1]])


def test_a_cold_build_by_several_processes_makes_what_a_slow_one_makes(varied):
    files, warnings, _ = quickly(varied[0])
    slow, told, _ = everything(varied[0])
    assert differing(files, slow) == []
    assert warnings == told
    assert any("nowhere.md" in warning for warning in warnings)
    assert any("#gone" in warning for warning in warnings)


def test_what_another_process_warns_of_is_told(varied, tmp_path):
    folder = tmp_path / "site"
    shutil.copytree(varied[0], folder, ignore=shutil.ignore_patterns(".byline"))
    for number in range(4):  # whichever process makes which
        page = folder / f"content/pages/broken-{number}.md"
        page.write_text(f"A [broken one](nowhere-{number}.md).\n", encoding="utf-8")
    _, warnings, _ = quickly(folder)
    assert {f"nowhere-{number}.md" for number in range(4)} <= {word for each in warnings for word in each.split()}


def changed(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def a_word(site):
    site.middle.write_text(site.middle.read_text(encoding="utf-8") + "\nOne word.\n", encoding="utf-8")


def an_anchor(site):
    site.middle.write_text(site.middle.read_text(encoding="utf-8") + "\n## Gone\n\nHere.\n", encoding="utf-8")


def a_title(site):
    text = site.middle.read_text(encoding="utf-8")
    site.middle.write_text(re.sub(r"^title: .*$", "title: Another <title>", text, flags=re.MULTILINE), encoding="utf-8")


def a_new_post(site):
    new = site.folder / "content/posts/2026-11-24-new.md"
    new.write_text("---\ndate: 2026-11-24\ntitle: New\ntopics: [steam]\n---\nText.\n", encoding="utf-8")


def a_post_less(site):
    linked = {name for path in site.paths for name in re.findall(r"\]\(([\w-]+\.md)", path.read_text(encoding="utf-8"))}
    next(path for path in site.paths if path.name in linked).unlink()


def a_target(site):
    (site.folder / "content/pages/nowhere.md").write_text("Now it is here.\n", encoding="utf-8")


def a_template(site):
    changed(site.folder / "overrides/partials/footer.html", "Made with Byline", "Made by hand")


def the_menu(site):
    changed(site.folder / "mkdocs.yml", "- Topics: topics", "- Subjects: topics")


def a_day(site):
    text = site.middle.read_text(encoding="utf-8")
    site.middle.write_text(re.sub(r"^date: .*$", "date: 2020-02-02", text, flags=re.MULTILINE), encoding="utf-8")


def an_option(site):
    changed(site.folder / "mkdocs.yml", "permalink_title: Link to this section", "permalink_title: Here")


def a_heading_in_the_menu(site):
    changed(site.folder / "mkdocs.yml", "  - Home: index.md", "  - pages/untitled.md\n  - Home: index.md")
    page = site.folder / "content/pages/untitled.md"
    for heading in ("First", "Second"):
        page.write_text(f"# {heading}\n\nText.\n", encoding="utf-8")
        quickly(site.folder)
        assert f">{heading}</a>" in (site.folder / "site/index.html").read_text(encoding="utf-8")
    a_word(site)


def a_setting(site):
    changed(site.folder / "byline.yml", "feed_posts: 20", "feed_posts: 3")


def an_introduction(site):
    (site.folder / "content/topics/rail.md").write_text("---\ntitle: Rails\n---\nOn rails.\n", encoding="utf-8")


def the_search(site):
    changed(site.folder / "byline.yml", "publish:\n", "publish:\n  search: material\n")


@pytest.mark.parametrize(
    ("change", "most"),
    [
        (a_word, 3),
        (an_anchor, 3),
        (a_title, 40),
        (a_day, 200),
        (an_option, 200),
        (a_heading_in_the_menu, 4),
        (a_new_post, 60),
        (a_post_less, 60),
        (a_target, 3),
        (a_template, 200),
        (the_menu, 200),
        (a_setting, 200),
        (an_introduction, 60),
        (the_search, 200),
    ],
)
def test_after_a_change_every_file_is_what_a_build_of_everything_makes(again, change, most):
    folder = again.folder
    change(again)
    files, warnings, built = quickly(folder)
    slow, told, _ = everything(folder)
    assert differing(files, slow) == []
    assert warnings == told
    assert built.fresh <= most
    assert built.slowed == ""


@pytest.mark.parametrize(
    ("file", "old", "new", "why"),
    [
        ("mkdocs.yml", "plugins:\n", "plugins:\n  - tags\n", "the plugin"),
        ("mkdocs.yml", "  - tables\n", "  - tables\n  - pymdownx.snippets\n", "may read other files"),
        ("mkdocs.yml", "docs_dir:", "hooks: [hook.py]\ndocs_dir:", "hooks: in mkdocs.yml may look"),
        ("overrides/partials/footer.html", "Made with Byline", "{{ pages | length }} pages", "footer.html uses pages"),
    ],
)
def test_what_may_look_at_other_pages_is_named_and_every_page_is_built(varied, tmp_path, file, old, new, why):
    folder = tmp_path / "site"
    shutil.copytree(varied[0], folder, ignore=shutil.ignore_patterns("*-0*", "*-1*"))
    changed(folder / file, old, new)
    (folder / "hook.py").touch()
    quickly(folder)
    files, _, built = quickly(folder)
    assert why in built.slowed
    assert differing(files, everything(folder)[0]) == []


def test_memory_that_is_torn_is_as_good_as_none(again):
    folder, _ = again
    before, _, _ = quickly(folder)
    for note in (folder / ".byline/work/site").rglob("*"):
        if note.is_file() and note.suffix in {"", ".note"} and not {"stage", "spare", "search"} & {*note.parts}:
            note.write_bytes(note.read_bytes()[:-7])
    after, _, built = quickly(folder)
    assert differing(before, after) == []
    assert built.fresh > 90


def test_what_is_remembered_does_not_grow(again):
    folder = again.folder

    def remembered():
        return sum(1 for path in (folder / ".byline/work/site").rglob("*") if path.is_file())

    a_word(again)
    quickly(folder)
    before = remembered()
    for _ in range(3):
        a_word(again)
        quickly(folder)
    assert remembered() == before


def test_the_files_of_a_theme_are_found_as_mkdocs_finds_them(site):
    from mkdocs.config import load_config
    from mkdocs.structure.files import Files

    from pipeline.publish.engine.speed.templates import quicken

    for name in (".git/a.css", ".b.css", "fonts/.c/d.woff", "fonts/e.woff", "assets/fé.png"):
        (site / "overrides" / name).parent.mkdir(parents=True, exist_ok=True)
        (site / "overrides" / name).write_bytes(b"x")
    config = load_config(str(site / "mkdocs.yml"))
    found = []
    for change in (lambda _: None, quicken):
        change(config.theme)
        files = Files([])
        files.add_files_from_theme(config.theme.get_env(), config)
        found.append([file.src_uri for file in files])
    assert found[0] == found[1]
    assert {"fonts/e.woff", "assets/fé.png"} <= {*found[1]}
