"""The same content builds under MkDocs, ProperDocs and Zensical: what readers and programs find there is the same."""

import json
import posixpath
import re
from importlib.util import find_spec

import pytest
from lxml import html as parser

from content import write_posts
from pipeline.cli.init import _sample_files, make

ENGINES = ("mkdocs", "properdocs", "zensical")
THEME = tuple(f"assets/stylesheets/{name}" for name in ("classic/", "modern/", "main.", "palette."))
"""Where themes keep style sheets whose names tell their versions."""


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    """The sample site with posts of every kind, built by each engine that is installed."""
    from conftest import NOW
    from pipeline.app import App
    from pipeline.settings import load

    folder = tmp_path_factory.mktemp("engines") / "site"
    make(folder, dict(_sample_files()))
    write_posts(folder / "content/posts", 24)
    hostile = "---\ndate: 2026-11-20\ntitle: '{{ 7*7 }} <b> & {% raw %}'\nsummary: '{{ config }}'\n---\n"
    hostile += "{{ 7*7 }} and {% if x %}\n"
    (folder / "content/posts/2026-11-20-braces.md").write_text(hostile, encoding="utf-8")
    built = {}
    for engine in ENGINES:
        if find_spec(engine):
            made = App(load(folder, {}), NOW).publish(engine=engine)
            assert made.warnings == (), engine
            copy = folder.parent / engine
            made.folder.rename(copy)
            built[engine] = copy
    return built


@pytest.fixture(params=ENGINES[1:])
def other(request, sites):
    if request.param not in sites:
        pytest.skip(f"{request.param} is not installed")
    return sites[request.param]


def files_of(folder):
    every = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {name for name in every if not name.startswith(THEME)}


def pages_of(folder):
    return {path.relative_to(folder).as_posix(): parser.parse(str(path)).getroot() for path in folder.rglob("*.html")}


def same(link):
    """The same address, however an engine writes that of the page itself or of the home page."""
    place, sign, rest = link.partition("#")
    return link if ":" in link else re.sub(r"(?<=.)/?$", "/", posixpath.normpath(place)) + sign + rest


def named(page, key):
    return sorted(
        (name, *page.xpath(f"//meta[@{key}=$name]/@content", name=name)) for name in page.xpath(f"//meta/@{key}")
    )


def told(page):
    """What a page says of itself, and what it shows."""
    return {
        "title": page.findtext("head/title"),
        "canonical": page.xpath("//link[@rel='canonical']/@href"),
        "meta": [named(page, "name"), named(page, "property")],
        "graph": [json.loads(data) for data in page.xpath("//script[@type='application/ld+json']/text()")],
        "text": " ".join(" ".join(page.xpath("//main//text()")).split()),
        "links": [same(link) for link in page.xpath("//main//a/@href")],
        "alternates": [same(link) for link in page.xpath("//link[@rel='alternate']/@href")],
    }


def test_it_has_the_same_files(sites, other):
    assert files_of(other) == files_of(sites["mkdocs"])


def test_each_page_tells_the_same(sites, other):
    ours, theirs = pages_of(sites["mkdocs"]), pages_of(other)
    for name, page in ours.items():
        assert told(theirs[name]) == told(page), name


def test_feeds_maps_and_copies_are_the_same(sites, other):
    for path in sites["mkdocs"].rglob("*"):
        if path.suffix in {".xml", ".json", ".md", ".txt", ".opml"} and "search" not in path.parts:
            name = path.relative_to(sites["mkdocs"])
            assert (other / name).read_bytes() == path.read_bytes(), name


def test_no_template_string_of_a_post_is_evaluated(sites):
    for engine, folder in sites.items():
        page = parser.parse(str(folder / "posts/2026-11-20-braces/index.html")).getroot()
        assert page.findtext(".//h1") == "{{ 7*7 }} <b> & {% raw %}", engine
        assert "{{ 7*7 }} and {% if x %}" in " ".join(page.xpath("//main//text()")), engine
