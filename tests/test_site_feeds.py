"""The site's own feeds: valid in all three formats, whole, the same for good, whatever the posts hold."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothetically
from hypothesis import strategies as st

from conftest import VALUES
from feed_rules import ATOM, CONTENT, complaints_of_atom, complaints_of_html, complaints_of_json, complaints_of_rss
from pipeline import post as posts
from pipeline.cli.init import _new_files, make
from pipeline.feed import parse
from pipeline.html import plain_text, rendered
from pipeline.publish.facts import places
from pipeline.publish.facts.catalogue import catalogue
from pipeline.publish.facts.reading import Read
from pipeline.publish.feeds import feeds as feeds_of
from pipeline.publish.feeds.content import portable
from pipeline.publish.feeds.identity import ids_of, moments_of
from pipeline.publish.ground.kept import pieces_in
from pipeline.publish.ground.remembered import load as remembered
from pipeline.publish.ground.remembered import save
from pipeline.settings import load

HOME = "https://ana-ruiz.example/"
RULES = {"feed.xml": complaints_of_rss, "atom.xml": complaints_of_atom, "feed.json": complaints_of_json}
TAKE = "## [What the cranes tell](https://port.example/cranes)\n\n> A sentence of theirs.\n\nWhat I make of it.\n"
HOSTILE = {
    "an element": "<script>alert(1)</script>",
    "an image": '<img src=x onerror="alert(1)">',
    "a tag that is not closed": "a <b",
    "an entity": "R&amp;D, &lt;b&gt; and &#60;",
    "an entity without its end": "100 &copy 2026",
    "an ampersand": "R&D at AT&T",
    "less and more": "a < b > c",
    "the end of a section": "x ]]> y <![CDATA[ z",
    "a comment": "<!-- a -->",
    "quotes": "\"double\" and 'single'",
    "controls": "a\x00b\x0b\x1b[31m\x85c",
    "half a character": "a\ud800b",
    "no characters": "a\ufffe\uffff\ufdd0b",
    "lost characters": "a\ufffdb",
    "what turns": "a\u202eb",
    "any script": "港口 の क्रेनें مرفأ 🏗️",
    "ten thousand letters": "word " * 2000,
}
MARKUP = (
    "<p> </p> <a> <a href=/x> </a> <table> <tr> <td> </table> <img> <img src=x> <bdo> </bdo> <b> </b> <ul> <li> </ul> "
    "<object> </object> <div> </div> <pre> </pre> &amp; &x; < > ] text \ufffd <h1> </h1> <svg> </svg> <select> <form>"
).split()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The settings of a new author's site, made once."""
    folder = tmp_path_factory.mktemp("feeds") / "site"
    make(folder, dict(_new_files(VALUES)))
    return load(folder, {})


def with_(settings, *, site=None, **publish):
    changed = settings.site.model_copy(update=site or {})
    return settings.model_copy(update={"site": changed, "publish": settings.publish.model_copy(update=publish)})


def post(name, body="Text.\n", **matter):
    """A post as if its file had been read: its day is in its name."""
    matter = {"date": name[:10], "title": name[11:].replace("-", " ").capitalize(), **matter}
    lines = "".join(f"{key}: {json.dumps(value)}\n" for key, value in matter.items())
    lines = lines.replace(f'date: "{matter["date"]}"', f"date: {matter['date']}")
    lines = re.sub(r'^updated: "(.*)"', r"updated: \1", lines, flags=re.MULTILINE)
    return posts.parse(f"---\n{lines}---\n{body}", Path(f"content/posts/{name}.md"))


def three():
    return [
        post("2026-11-02-an-essay", "# Parts\n\nWords.\n", topics=["ports", "energy"], summary="What holds."),
        post("2026-11-11-a-link", TAKE, topics=["ports"], kind="link", sources=[source()]),
        post("2026-11-18-the-week", TAKE, topics=["Énergie & réseaux", "港口"], kind="edition", sources=[source()]),
    ]


def source():
    return {"url": "https://port.example/cranes", "title": "What the cranes tell", "publisher": "The Port"}


def listed(every):
    return catalogue([Read(key=each.path.name, post=each) for each in every])


def put_feeds(folder, found, settings, memory=None):
    site = pieces_in(folder)
    for name, piece in feeds_of(found, site, settings, memory).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(piece.bytes)


def written(folder, every, settings, memory=None):
    """The feeds of ``every`` post, each by its address from the root of the site."""
    put_feeds(folder, listed(every), settings, memory)
    files = [path for path in folder.rglob("*") if path.name in RULES]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture
def feeds(made, tmp_path):
    return written(tmp_path, three(), made)


def complaints(found, home=HOME):
    return [
        f"{name}: {each}"
        for name, data in found.items()
        for each in RULES[name.rpartition("/")[2]](data, home + quote(name))
    ]


def everywhere(found, folder=""):
    """The items of one list as each format has them: title, id, address, HTML, and the day it is from."""
    rss = ET.fromstring(found[f"{folder}feed.xml"]).findall("channel/item")
    atom = ET.fromstring(found[f"{folder}atom.xml"]).findall(f"{ATOM}entry")
    return SimpleNamespace(
        rss=rss,
        atom=atom,
        json=json.loads(found[f"{folder}feed.json"])["items"],
    )


def html_of(body, settings, folder, **matter):
    """The HTML of a post in the three formats, which is the same."""
    here = everywhere(written(folder, [post("2026-11-02-a", body, **matter)], settings))
    [rss], [atom], [item] = here.rss, here.atom, here.json
    assert rss.findtext(f"{CONTENT}encoded") == atom.findtext(f"{ATOM}content") == item["content_html"]
    return item["content_html"]


# -- what there is


def test_there_are_feeds_of_everything_of_editions_and_of_each_topic_in_three_formats(feeds):
    folders = ("", "letter/", "topics/ports/", "topics/energy/", "topics/energie-reseaux/", "topics/港口/")
    assert {*feeds} == {folder + name for folder in folders for name in RULES}


def test_every_feed_is_valid_without_a_warning(feeds):
    assert complaints(feeds) == []


def test_pages_name_each_feed_that_is_written_and_no_other(made, feeds):
    named = [told for place in places.feed_places(listed(three()), made.site) for told in place.told]
    assert {unquote(told["url"]) for told in named} == {*feeds}


def test_each_list_has_its_own_posts(feeds):
    assert [item["title"] for item in everywhere(feeds).json] == ["The week", "A link", "An essay"]
    assert [item["title"] for item in everywhere(feeds, "topics/ports/").json] == ["A link", "An essay"]
    assert [item["title"] for item in everywhere(feeds, "letter/").json] == ["The week"]
    for folder in ("", "letter/", "topics/港口/"):
        here = everywhere(feeds, folder)
        titles = [item["title"] for item in here.json]
        assert [item.findtext("title") for item in here.rss] == titles
        assert [entry.findtext(f"{ATOM}title") for entry in here.atom] == titles


def test_only_the_newest_posts_are_in_a_feed_as_many_as_the_settings_say(made, tmp_path):
    here = everywhere(written(tmp_path, three(), with_(made, feed_posts=2)))
    assert [item["title"] for item in here.json] == ["The week", "A link"]
    assert len(here.rss) == len(here.atom) == 2


def test_a_link_post_leads_to_its_page_and_names_its_source(feeds):
    here = everywhere(feeds)
    assert here.json[1]["url"] == HOME + "posts/2026-11-11-a-link/" == here.rss[1].findtext("link")
    assert here.json[1]["external_url"] == "https://port.example/cranes"
    [related] = [each for each in here.atom[1].findall(f"{ATOM}link") if each.get("rel") == "related"]
    assert related.get("href") == "https://port.example/cranes"
    assert ["external_url" in item for item in here.json] == [False, True, False]


def test_byline_reads_its_own_feeds_without_repairs(feeds):
    for name, kind in (("feed.xml", "rss-2.0"), ("atom.xml", "atom-1.0"), ("feed.json", "json-1.1")):
        feed = parse(feeds[name], HOME + name)
        assert (feed.format, feed.repairs, feed.link) == (kind, (), HOME)
        assert [entry.title for entry in feed.entries] == ["The week", "A link", "An essay"]
        assert [entry.link for entry in feed.entries] == [item["url"] for item in everywhere(feeds).json]
        assert all("What I make of it." in entry.content for entry in feed.entries[:2])
        assert [entry.published.date() for entry in feed.entries] == [each.date for each in reversed(three())]


def test_feedparser_reads_them(feeds):
    for name in ("feed.xml", "atom.xml"):
        read = feedparser.parse(feeds[name])
        assert (read.bozo, read.feed.title, read.feed.link) == (False, "Ana Ruiz", HOME)
        assert [entry.title for entry in read.entries] == ["The week", "A link", "An essay"]
        assert [tag.term for tag in read.entries[2].tags] == ["ports", "energy"]
        assert read.entries[2].author == "Ana Ruiz"
        assert read.entries[2].summary == "What holds."
        assert read.entries[2].content[0].value == "<h1>Parts</h1>\n<p>Words.</p>"


def test_the_same_content_gives_the_same_bytes(made, feeds, tmp_path):
    again = written(tmp_path / "again", list(reversed(three())), made)
    assert again == feeds


# -- what a feed says of itself


def test_a_hub_is_named_in_every_format_and_without_one_nowhere(made, feeds, tmp_path):
    assert not [name for name, data in feeds.items() if b"hub" in data]
    found = written(tmp_path / "hub", three(), with_(made, hub="https://hub.example/?a=1&b=2"))
    assert complaints(found) == []
    for root in (ET.fromstring(found["topics/ports/feed.xml"]), ET.fromstring(found["atom.xml"])):
        assert [e.get("href") for e in root.iter(f"{ATOM}link") if e.get("rel") == "hub"] == [
            "https://hub.example/?a=1&b=2"
        ]
    assert json.loads(found["feed.json"])["hubs"] == [{"type": "WebSub", "url": "https://hub.example/?a=1&b=2"}]


@pytest.mark.parametrize(
    ("language", "in_rss", "elsewhere"),
    [
        ("de", "de", "de"),
        ("pt-BR", "pt-br", "pt-BR"),
        ("zh-Hant", "zh-tw", "zh-Hant"),
        ("zh-Hans", "zh-cn", "zh-Hans"),
        ("no language", "en", "en"),
    ],
)
def test_the_language_is_said_as_each_format_has_it(made, tmp_path, language, in_rss, elsewhere):
    theme = made.site.theme.model_copy(update={"language": language})
    found = written(tmp_path, three(), with_(made, site={"theme": theme}))
    assert ET.fromstring(found["feed.xml"]).findtext("channel/language") == in_rss
    assert json.loads(found["feed.json"])["language"] == elsewhere
    assert complaints(found) == []


def test_rights_are_said_in_plain_words(made, tmp_path):
    found = written(tmp_path, three(), with_(made, site={"copyright": '&copy; <a href="/about/">Ana</a>'}))
    assert ET.fromstring(found["feed.xml"]).findtext("channel/copyright") == "© Ana"
    assert ET.fromstring(found["atom.xml"]).findtext(f"{ATOM}rights") == "© Ana"


@pytest.mark.parametrize("favicon", ["assets/icon.svg", "/assets/icon.svg"])
def test_the_icon_is_named_if_it_is_there(made, tmp_path, favicon):
    settings = with_(made, site={"theme": made.site.theme.model_copy(update={"favicon": favicon})})
    assert "favicon" not in json.loads(written(tmp_path, three(), settings)["feed.json"])
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets/icon.svg").touch()
    found = written(tmp_path, three(), settings)
    assert json.loads(found["feed.json"])["favicon"] == HOME + "assets/icon.svg"
    assert ET.fromstring(found["atom.xml"]).findtext(f"{ATOM}icon") == HOME + "assets/icon.svg"


@pytest.mark.parametrize("favicon", [False, None, "", 7])
def test_a_site_may_have_no_icon(made, tmp_path, favicon):
    settings = with_(made, site={"theme": made.site.theme.model_copy(update={"favicon": favicon})})
    assert complaints(written(tmp_path, three(), settings)) == []


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("https://ana.example", "https://ana.example/"),
        ("https://ana.example/blog", "https://ana.example/blog/"),
        ("https://ANA.example:443/", "https://ana.example/"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
    ],
)
def test_addresses_are_whole_wherever_the_site_is(made, tmp_path, address, home):
    found = written(tmp_path, three(), with_(made, site={"site_url": address}))
    assert complaints(found, home) == []
    assert json.loads(found["feed.json"])["items"][0]["url"] == f"{home}posts/2026-11-18-the-week/"


def test_a_site_without_posts_has_valid_feeds_that_do_not_change(made, tmp_path):
    found = written(tmp_path, [], made)
    assert {*found} == {folder + name for folder in ("", "letter/") for name in RULES}
    assert complaints(found) == []


def test_an_empty_list_is_as_old_as_the_site_and_stays_so_when_other_posts_come(made, tmp_path):
    first = written(tmp_path / "a", [post("2026-11-02-a")], made)["letter/atom.xml"]
    second = written(tmp_path / "b", [post("2026-11-02-a"), post("2026-11-09-b")], made)["letter/atom.xml"]
    assert ET.fromstring(first).findtext(f"{ATOM}updated") == "2026-11-02T00:00:00Z"
    assert first == second


# -- what posts are known by


def renamed(name, *aliases, **matter):
    return post(name, aliases=list(aliases), **matter)


def test_a_renamed_post_keeps_the_id_of_its_first_name_and_leads_to_its_present_one(made, tmp_path):
    before = everywhere(written(tmp_path / "a", [post("2026-11-02-first", title="T")], made))
    after = written(
        tmp_path / "b", [renamed("2026-11-02-third", "2026-11-02-first", "2026-11-02-second", title="T")], made
    )
    here = everywhere(after)
    assert complaints(after) == []
    assert here.json[0]["id"] == before.json[0]["id"] == HOME + "posts/2026-11-02-first/"
    assert here.json[0]["url"] == HOME + "posts/2026-11-02-third/"
    assert here.rss[0].find("guid").attrib == {"isPermaLink": "false"}
    assert before.rss[0].find("guid").attrib == {"isPermaLink": "true"}
    assert here.rss[0].findtext("link") == here.json[0]["url"]
    for name in ("pubDate", "guid"):
        assert here.rss[0].findtext(name) == before.rss[0].findtext(name)
    for name in ("id", "published", "updated"):
        assert here.atom[0].findtext(ATOM + name) == before.atom[0].findtext(ATOM + name)


def test_a_post_that_got_its_first_name_back_is_known_by_it(made, tmp_path):
    here = everywhere(written(tmp_path, [renamed("2026-11-02-a", "2026-11-02-a", "2026-11-02-b")], made))
    assert here.json[0]["id"] == here.json[0]["url"] == HOME + "posts/2026-11-02-a/"


def test_no_two_posts_are_known_by_one_id_whatever_they_say_of_their_past(made, tmp_path):
    every = [
        post("2026-11-02-a"),
        renamed("2026-11-02-b", "2026-11-02-a"),  # which is another post's name now
        renamed("2026-11-03-c", "old"),
        renamed("2026-11-04-d", "old", "older"),
        renamed("2026-11-05-e", "x" * 3000),
    ]
    assert complaints(written(tmp_path, every, made)) == []
    found = {name[11:-3]: id_.removeprefix(HOME + "posts/") for name, id_ in ids_of(every, HOME).items()}
    assert found == {
        "a": "2026-11-02-a/",
        "b": "2026-11-02-b/",
        "c": "old/",
        "d": "older/",
        "e": "2026-11-05-e/",
    }


names = st.sampled_from([f"2026-11-02-{letter}" for letter in "abcdefgh"])


@given(st.dictionaries(names, st.lists(names, max_size=3), min_size=1))
def test_ids_are_one_for_each_post(aliases):
    every = [renamed(name, *had) for name, had in aliases.items()]
    ids = ids_of(every, HOME)
    assert len({*ids.values()}) == len(every)
    assert ids == ids_of(every[::-1], HOME)


def test_posts_of_one_day_have_times_of_their_own_that_stay_when_another_is_added():
    few = [post(f"2026-11-02-{name}") for name in ("b", "d", "f")]
    more = [*few, post("2026-11-02-a"), post("2026-11-02-e"), post("2026-11-03-b")]
    before, after = (moments_of(every, ids_of(every, HOME)) for every in (few, more))
    assert len({published for published, _ in after.values()}) == len(more)
    assert all(after[name] == moments for name, moments in before.items())


def test_a_change_worth_telling_is_told_and_no_other(made, tmp_path):
    every = [post("2026-11-02-a", updated="2026-11-20"), post("2026-11-02-b", updated="2026-11-02")]
    every.append(post("2026-11-20-c", updated="2026-11-19"))
    here = everywhere(written(tmp_path, every, made))
    modified = {item["title"]: item.get("date_modified", "")[:10] for item in here.json}
    assert modified == {"C": "", "A": "2026-11-20", "B": ""}
    updated = ET.fromstring((tmp_path / "atom.xml").read_bytes()).findtext(f"{ATOM}updated")
    assert updated == max(entry.findtext(f"{ATOM}updated") for entry in here.atom)


@given(st.lists(st.tuples(st.dates(date(2026, 1, 1), date(2026, 1, 3)), st.none() | st.integers(-2, 2)), max_size=60))
def test_no_two_entries_have_the_same_time(days):
    every = [
        replace(post(f"{day}-{number}"), updated=None if later is None else day + timedelta(days=later))
        for number, (day, later) in enumerate(days)
    ]
    found = moments_of(every, ids_of(every, HOME)).values()
    assert len({updated for _, updated in found}) == len({published for published, _ in found}) == len(every)
    for each, (published, updated) in zip(every, found, strict=True):
        assert published.date() == each.date
        assert updated.date() == max(each.date, each.updated or each.date)
        assert published <= updated
        assert (published.hour, published.minute // 15) == (0, 0)  # nobody publishes before the day begins


# -- what a post holds


def test_all_of_a_post_is_in_its_item_with_what_a_model_proposed_said_and_its_source_named(made, tmp_path):
    body = f"Before.\n\n<!-- more -->\n\nA counter argument of some words that stands.\n\n{TAKE}"
    assisted = [{"what": "counter", "by": "llama", "text": "A counter argument of some words that stands."}]
    html = html_of(body, made, tmp_path, kind="link", sources=[source()], assisted=assisted)
    for words in ("Before.", "What I make of it.", "<em>The Port</em>", "A language model (llama) proposed"):
        assert words in html
    assert "more" not in html


def test_headings_have_no_anchors_and_nothing_runs(made, tmp_path):
    html = html_of(
        "# A {#a}\n\n## B\n\n<script>alert(1)</script><style>p {}</style><iframe src='https://a.example/'></iframe>"
        "<form><input></form><p style='x' id='y' class='z' data-a='b' onclick='c'>d</p><object>e</object>",
        made,
        tmp_path,
    )
    assert html.startswith("<h1>A</h1>\n<h2>B</h2>")
    assert "<p>d</p>" in html
    assert not re.search(r"script|style|iframe|form|input|object|alert|data-|onclick|\bid=|class=", html)


def test_links_and_images_are_whole_and_pages_are_found_by_their_files(made, tmp_path):
    html = html_of(
        "[a](2026-11-01-b.md) [b](../about.md#me) [c](#part) [d](/letter/) [e](mailto:a@b.example) [f](tel:1)\n"
        "![g](../assets/g.png) ![](h.png) <img src='i.png'> ![j](data:image/png;base64,xx)",
        made,
        tmp_path,
    )
    assert re.findall(r'(?:href|src)="([^"]*)"', html) == [
        HOME + "posts/2026-11-01-b/",
        HOME + "about/#me",
        HOME + "posts/2026-11-02-a/#part",
        HOME + "letter/",
        "mailto:a@b.example",
        HOME + "assets/g.png",
        HOME + "posts/h.png",
        HOME + "posts/i.png",
    ]
    assert re.findall(r'alt="([^"]*)"', html) == ["g", "", ""]
    assert html.endswith("j</p>")  # of an image without an address its words are left


def test_footnotes_lead_to_the_page_and_have_no_way_back(made, tmp_path):
    html = html_of("A[^1] and B[^n], again[^1].\n\n[^1]: One.\n[^n]: Two.\n", made, tmp_path)
    page = HOME + "posts/2026-11-02-a/"
    assert re.findall(r'href="([^"]*)"', html) == [f"{page}#fn:1", f"{page}#fn:n", f"{page}#fn:1"]
    assert "<p>One.</p>" in html
    assert "↩" not in html


@pytest.mark.parametrize(
    "body",
    [
        "<object><p>x<p>y</object>",
        "<table>x<p>y<tr><td><form><table><tr><form><td>z",
        "<a href=/x>a<table><tr><td><a href=/y>b</a></table></a>",
        "<button><p>a<button>b",
        "<p><object><p>x</p></object></p>",
        "<ruby>x<rt>y</ruby><bdo dir=rtl>z</bdo><marquee><li>a<dd>b",
        "<video src=a.mp4>Watch <a href=a.mp4>it</a></video><svg><p>c</svg><math><mi>d</math>",
        "| a | b |\n|:--|--:|\n| 1 | 2 |\n\n```python\na < b && c\n```\n\n!!! quote\n    d\n\nTerm\n:   What it is",
        "A lost \ufffd and a \ufdd0 no \ufffe character, &#0; &#x80; &#xD800; &nbsp; &copy; ]]> \x0b\x1b[1m",
        "*[HTML]: Hyper\n\nHTML <abbr title='a > b &quot;c&quot;'>x</abbr> <q cite='../d.md'>e</q>",
        "<!-- a comment --> <?php echo 1 ?> <![CDATA[ x ]]>",
        "<p>" * 500,
        "",
        "<!-- nothing -->",
        "\ud800",
    ],
)
def test_whatever_a_post_holds_its_feeds_are_valid(made, tmp_path, body):
    each = replace(post("2026-11-02-a"), body=body)
    assert complaints(written(tmp_path, [each], made)) == []


@given(st.lists(st.sampled_from(MARKUP)).map("".join))
@hypothetically(max_examples=300, deadline=None)
def test_any_markup_is_valid_html_in_a_feed_and_stays_as_it_is_when_made_so_again(markup):
    html = portable(rendered(markup, HOME))
    assert [*complaints_of_html(html, "html")] == []
    assert portable(html) == html


# -- texts of any kind


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_are_text_to_every_reader(made, tmp_path, text):
    each = replace(post("2026-11-02-a"), title=text, summary=text, topics=(text,))
    settings = with_(made, site={"site_name": text, "site_description": f"{text} "})
    found = written(tmp_path, [each], settings)
    assert complaints(found) == []
    meant = plain_text(text.replace("\ufffd", ""))
    assert json.loads(found["feed.json"])["items"][0]["title"] == meant
    for name in ("feed.xml", "atom.xml"):  # a title of JSON Feed says not whether it is HTML, and is none
        read = parse(found[name], HOME + name)
        assert read.repairs == ()
        cut = meant if len(meant) < 1000 else read.entries[0].title[:-1]  # Byline reads no longer titles
        assert read.entries[0].title[: len(cut)] == cut
        assert meant.startswith(cut)


@pytest.mark.parametrize("text", [HOSTILE["an element"], HOSTILE["an entity"], HOSTILE["an ampersand"]])
def test_titles_that_look_like_html_are_text_to_readers_that_take_titles_for_html(made, tmp_path, text):
    found = written(tmp_path, [replace(post("2026-11-02-a"), title=text, summary=text)], made)
    for name in ("feed.xml", "atom.xml"):
        [entry] = feedparser.parse(found[name]).entries
        shown = entry.title_detail
        assert (ET.fromstring(f"<a>{shown.value}</a>").text if "html" in shown.type else shown.value) in {
            text,
            text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
        }


@given(st.text(max_size=60), st.text(max_size=60), st.lists(st.text(max_size=20), max_size=3))
@hypothetically(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_texts_make_valid_feeds(made, tmp_path, title, summary, topics):
    each = replace(post("2026-11-02-a"), title=title, summary=summary, topics=tuple(topics))
    put_feeds(tmp_path, replace(listed([]), posts=(each,)), made)
    found = {name: (tmp_path / name).read_bytes() for name in RULES}
    assert complaints(found) == []


def test_a_post_without_title_summary_or_text_still_says_what_it_is(made, tmp_path):
    found = written(tmp_path, [replace(post("2026-11-02-a"), title="", body="")], made)
    assert complaints(found) == []
    here = everywhere(found)
    assert here.json[0]["title"] == here.rss[0].findtext("description") == "2026-11-02-a"
    assert here.json[0]["content_html"] == "<p>2026-11-02-a</p>"
    assert here.atom[0].find(f"{ATOM}summary") is None


# -- cards


def test_the_card_of_a_post_is_its_picture_where_the_site_has_one(made, tmp_path):
    card = tmp_path / "assets/cards/2026-11-02-é.png"
    card.parent.mkdir(parents=True)
    card.write_bytes(b"12345")
    found = written(tmp_path, [post("2026-11-02-é"), post("2026-11-03-b")], made)
    assert complaints(found) == []
    here, url = everywhere(found), HOME + "assets/cards/2026-11-02-%C3%A9.png"
    assert here.rss[1].find("enclosure").attrib == {"url": url, "length": "5", "type": "image/png"}
    assert here.json[1]["image"] == url
    [card] = [each for each in here.atom[1].findall(f"{ATOM}link") if each.get("rel") == "enclosure"]
    assert (card.get("href"), card.get("length")) == (url, "5")
    assert here.rss[0].find("enclosure") is None
    assert "image" not in here.json[0]


# -- what is remembered


def test_what_is_remembered_changes_nothing_and_is_forgotten_with_its_post(made, tmp_path):
    fresh = written(tmp_path / "a", three(), made)
    memory = tmp_path / "memory"
    assert written(tmp_path / "b", three(), made, memory) == fresh
    assert len(remembered(memory / "feeds", object)) == 3
    assert written(tmp_path / "c", three(), made, memory) == fresh
    written(tmp_path / "d", three()[:1], made, memory)
    assert len(remembered(memory / "feeds", object)) == 1


def test_what_is_remembered_is_taken_and_what_is_torn_is_made_again(made, tmp_path):
    memory = tmp_path / "memory"
    fresh = written(tmp_path / "a", three(), made, memory)
    save(memory / "feeds", dict.fromkeys(remembered(memory / "feeds", object), "<p>remembered</p>"))
    assert b"remembered" in written(tmp_path / "b", three(), made, memory)["feed.json"]
    (memory / "feeds").write_bytes(b"torn")
    assert written(tmp_path / "c", three(), made, memory) == fresh


@pytest.mark.parametrize(
    "change",
    [
        {"body": "Other.\n", "takes": ()},
        {"path": Path("content/posts/2026-11-11-b-link.md")},
        {"sources": ()},
    ],
)
def test_a_post_that_changed_is_made_again(made, tmp_path, change):
    every, memory = three(), tmp_path / "memory"
    written(tmp_path / "a", every, made, memory)
    every[1] = replace(every[1], **change)
    assert written(tmp_path / "b", every, made, memory) == written(tmp_path / "c", every, made)


def test_a_setting_that_changed_makes_all_again(made, tmp_path):
    memory = tmp_path / "memory"
    written(tmp_path / "a", three(), made, memory)
    moved = with_(made, site={"site_url": "https://elsewhere.example/"})
    assert written(tmp_path / "b", three(), moved, memory) == written(tmp_path / "c", three(), moved)


# -- the rules themselves


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("feed.xml", 'version="2.0"', 'version="0.91"'),
        ("feed.xml", f"<link>{HOME}</link>", "<link>/</link>"),
        ("feed.xml", "<language>en</language>", "<language>none of these</language>"),
        ("feed.xml", "<lastBuildDate>Wed", "<lastBuildDate>Tue"),
        ("feed.xml", f'href="{HOME}feed.xml"', f'href="{HOME}rss.xml"'),
        ("feed.xml", 'isPermaLink="true"', 'isPermaLink="false"'),
        ("feed.xml", "posts/2026-11-11-a-link/</guid>", "posts/2026-11-18-the-week/</guid>"),
        ("feed.xml", "<title>The week", "<title>The &#x3C;/b> week"),
        ("feed.xml", "<title>The week", "<title>The &amp;amp; week"),
        ("feed.xml", "<category>ports", "<author>me</author><category>ports"),
        ("feed.xml", "<pubDate>Wed, 18 Nov 2026", "<pubDate>18 November 2026"),
        ("feed.xml", "<generator>Byline</generator>", "<item/><generator>Byline</generator>"),
        ("feed.xml", "&lt;p&gt;Words", "&lt;p style=''&gt;Words"),
        ("feed.xml", "&lt;p&gt;Words", "&lt;a href='/x'&gt;Words"),
        ("feed.xml", "&lt;p&gt;Words", "&lt;p&gt;&lt;img src='https://a.example/'&gt;"),
        ("feed.xml", "&lt;p&gt;Words", "&lt;script&gt;Words"),
        ("feed.xml", "&lt;/p&gt;", "&lt;/div&gt;"),
        ("feed.xml", "Words", "\x85"),
        ("atom.xml", 'xml:lang="en"', 'xml:lang=""'),
        ("atom.xml", f"<id>{HOME}</id>", ""),
        ("atom.xml", 'rel="self"', 'rel="alternate"'),
        ("atom.xml", "<updated>2026-11-11T", "<updated>2026-12-11T"),
        ("atom.xml", "</published>", "</published><subtitle>x</subtitle>"),
        ("atom.xml", 'term="ports"', 'term=""'),
        ("atom.xml", 'type="text">The week', 'type="text">The &lt;/b&gt; week'),
        ("atom.xml", 'type="text/html" href="https://ana-ruiz.example/posts', 'href="https://ana-ruiz.example/posts'),
        ("atom.xml", "posts/2026-11-11-a-link/</id>", "posts/2026-11-18-the-week/</id>"),
        ("atom.xml", 'rel="related"', 'rel="source"'),
        ("feed.json", "version/1.1", "version/1"),
        ("feed.json", f'"{HOME}feed.json"', f'"{HOME}feed"'),
        ("feed.json", '"id"', '"_id"'),
        ("feed.json", '"date_published": "2026-11-18T', '"date_published": "2026-11-18 '),
        ("feed.json", '"authors"', '"author"'),
    ],
)
def test_each_rule_can_be_broken(feeds, name, old, new):
    data = feeds[name].decode()
    assert old in data
    assert [*RULES[name](data.replace(old, new, 1).encode(), HOME + name)] != []
