"""What becomes of the author's words: copies, links to old names, lists in them, and what is told of slips."""

import re
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pipeline.publish.facts.prose import parts, relinked
from pipeline.publish.stage.days import country, in_words
from pipeline.publish.stage.sentence import first_sentence
from varied_site import Page

HOME = "https://ana-ruiz.example/"
FIRST = "2026-11-23-why-i-write-this"


@pytest.fixture
def write(site):
    """A function that writes a file into content/."""

    def write_it(name, text):
        path = site / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    return write_it


@pytest.fixture
def post(write):
    """A function that writes a post of a day in November 2026."""

    def write_it(day, name, body, matter="title: T\n"):
        write(f"posts/2026-11-{day:02}-{name}.md", f"---\ndate: 2026-11-{day:02}\n{matter}---\n{body}\n")

    return write_it


@pytest.fixture
def built(site, open_app):
    """A function that builds the site, and gives what is known of it."""
    return lambda: open_app(site).publish()


# -- prose


CHANGED = [
    ("[a](b.md)", "[a](@b.md)"),
    ("![a](b.png 'T')", "![a](@b.png 'T')"),
    ("[![a](b.png)](c.md)", "[![a](@b.png)](@c.md)"),
    ("[a](<b c.md>)", "[a](<@b c.md>)"),
    ("[a](b_(c).md)", "[a](<@b_(c).md>)"),
    ("[a]: b.md 'T'", "[a]: @b.md 'T'"),
    ("- a\n- [b](c.md)", "- a\n- [b](@c.md)"),
    ('<img alt="x" src="b.png">', '<img alt="x" src="%b.png">'),
    ('<a href="b.html?c=1&amp;d">', '<a href="%b.html?c=1&amp;d">'),
]
SAME = ["`[a](b.md)`", "``[a](`b.md)``", "    [a](b.md)", "```\n[a](b.md)\n```", "[^1]: b.md", "a](b c)", r"\\`[a][b]"]


@pytest.mark.parametrize(("before", "after"), [*CHANGED, *zip(SAME, SAME, strict=True)])
def test_links_images_and_definitions_get_other_targets_and_code_does_not(before, after):
    assert relinked(f"\n{before}\n", lambda target: f"@{target}", lambda target: f"%{target}") == f"\n{after}\n"


@given(some.text(alphabet="a`~ \n\t[]()<>#->\\\u2028\r", max_size=80))
def test_parts_make_up_the_whole(text):
    assert "".join(part for _, part in parts(text)) == text
    assert relinked(text, lambda target: target) == text


# -- copies


def test_in_a_copy_every_address_is_whole_and_the_series_and_the_sources_are_told(post, site, built):
    sources = "- {url: 'https://a.example/x', title: 'A [b]', publisher: P_q, authors: [C D], published: 2026-11-02}\n"
    matter = f"title: Two\nseries: Night shift\nsources:\n{sources}- {{url: 'https://b.example/'}}\n"
    body = "[a](../about.md#me) ![i](../p.jpg) [r][r] [h](#here) `[c](d.md)`\n\n<img src='../q.png' alt=''>\n\n"
    post(3, "one", "One.", "title: One\nseries: Night shift\n")
    post(4, "two", f"{body}[r]: 2026-11-03-one.md 'R'\n\n## [A](https://a.example/x)\n\n> Words.\n\nMine.", matter)
    built()
    copy = (site / "site/posts/2026-11-04-two/index.md").read_text(encoding="utf-8")
    here = f"{HOME}posts/2026-11-04-two/"
    assert copy.startswith(
        f"# Two\n\nAna Ruiz, 4 November 2026. <{here}>\n\nPart 2 of 2 in [Night shift]({HOME}series/night-shift/)\n\n"
    )
    assert f"[a]({HOME}about/#me) ![i]({HOME}p.jpg) [r][r] [h]({here}#here) `[c](d.md)`" in copy
    assert f"<img src=\"{HOME}posts/q.png\" alt=''>" in copy
    assert f"[r]: {HOME}posts/2026-11-03-one/ 'R'" in copy
    assert "## [A](https://a.example/x)\n\nP\\_q · C D · 2 November 2026\n\n> Words.\n" in copy
    assert copy.endswith(
        "## Sources\n\n- [A \\[b\\]](https://a.example/x) · P\\_q · C D · 2 November 2026\n"
        "- [https://b.example/](https://b.example/)\n"
    )


def test_a_copy_is_made_anew_when_its_series_grows(post, site, built):
    post(3, "one", "One.", "title: One\nseries: Night shift\n")
    built()
    post(4, "two", "Two.", "title: Two\nseries: Night shift\n")
    built()
    assert "Part 1 of 2 in" in (site / "site/posts/2026-11-03-one/index.md").read_text(encoding="utf-8")


# -- old names


def test_links_to_an_old_name_lead_to_the_post_as_it_is_called_now(post, write, site, built):
    post(3, "new", "## Here\n\nWords.", "title: New\naliases: [2026-11-03-old, 2026-11-02 older]\n")
    post(4, "other", "[a](2026-11-03-old.md#here) [b][b] `[c](2026-11-03-old.md)`\n\n[b]: <2026-11-02 older.md>")
    write("deep/page.md", "[d](../posts/2026-11-03-old.md) [e](../posts/2026-11-02%20older.md)\n")
    write("spaced.md", "A [f](<posts/2026-11-02 older.md>).\n")
    assert built().warnings == ()
    new = "posts/2026-11-03-new/"
    assert Page(site / "site", "spaced/").links("//article//a") == {"f": new}
    other, deep = (Page(site / "site", place) for place in ("posts/2026-11-04-other/", "deep/page/"))
    inside = "//div[contains(@class, 'byline-text')]//a"
    assert other.links(inside) == {"a": f"{new}#here", "b": new}
    assert other.says("//code") == ["[c](2026-11-03-old.md)"]
    assert deep.links("//article//a") == {"d": new, "e": new}
    copy = (site / "site/posts/2026-11-04-other/index.md").read_text(encoding="utf-8")
    assert f"[a]({HOME}{new}#here)" in copy


def test_a_link_follows_when_the_post_is_renamed_later(post, site, built):
    post(3, "old", "Words that stay.", "title: Old\n")
    post(4, "other", "[a](2026-11-03-old.md)")
    built()
    (site / "content/posts/2026-11-03-old.md").rename(site / "content/posts/2026-11-03-new.md")
    assert built().warnings == ()
    links = Page(site / "site", "posts/2026-11-04-other/").links()
    assert links["a"] == "posts/2026-11-03-new/"


# -- the newest posts


def test_a_post_can_hold_the_newest_posts_but_itself_and_shows_later_ones_too(post, site, built):
    post(4, "list", "Newest:\n\n<!-- latest: 2 -->\n\nCode:\n\n    <!-- latest -->\n\nEnd.", "title: List\n")
    built()
    inside = "//div[contains(@class, 'byline-text')]//li/bdi/a"
    page = lambda: Page(site / "site", "posts/2026-11-04-list/")  # noqa: E731
    assert page().links(inside) == {"Why I write this": f"posts/{FIRST}/"}
    assert page().says("//pre") == ["<!-- latest -->"]
    post(22, "later", "Words.", "title: ابجد (1)\n")
    assert built().warnings == ()
    assert page().links(inside) == {"ابجد (1)": "posts/2026-11-22-later/", "Why I write this": f"posts/{FIRST}/"}
    copy = (site / "site/posts/2026-11-04-list/index.md").read_text(encoding="utf-8")
    assert f"- [ابجد (1)]({HOME}posts/2026-11-22-later/) · 22 November 2026\n" in copy
    for name in ("feed.xml", "feed.json", "atom.xml"):
        assert "latest: 2" not in (site / f"site/{name}").read_text(encoding="utf-8")


def test_a_letter_has_nothing_of_the_list(post, site):
    from pipeline import post as posts
    from pipeline.send.letter import make_letter
    from pipeline.settings import load

    post(4, "list", "Newest:\n\n<!-- latest: 2 -->\n\nEnd.", "title: List\nkind: edition\n")
    letter = make_letter(posts.read(site / "content/posts/2026-11-04-list.md"), load(site, {}))
    assert "latest:" not in letter.text + letter.html


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ("5 enregy", "enregy is no kind of posts, and no post has such a topic or series; is energy meant?"),
        ("edition", "edition is no kind of posts, and no post has such a topic or series; is editions meant?"),
        ("3 quite else", "quite else is no kind of posts, and no post has such a topic or series; Write essays, links"),
        ("0 energy", "0 is no number of posts; write one from 1 to 999"),
        ("-2", "-2 is no number of posts; write one from 1 to 999"),
        ("2026", "2026 is no number of posts; write one from 1 to 999"),
        ("1.5 energy", "1.5 is no number of posts; write one from 1 to 999"),
    ],
)
def test_a_list_that_can_be_none_is_told_with_its_line_and_what_would_be_right(post, write, built, block, told):
    post(3, "energy", "Words.", "title: E\ntopics: [energy]\n")
    post(4, "list", f"Newest:\n\n<!-- latest: {block} -->")
    write("start.md", f"---\ntitle: Start\n---\nHere:\n\n```\n<!-- latest: none -->\n```\n\n<!--latest:{block}-->\n")
    page, of_post = sorted(built().warnings, reverse=True)
    assert page.startswith(f"content/start.md:10: <!-- latest: {block} --> lists nothing: {told}")
    assert of_post.startswith(f"content/posts/2026-11-04-list.md:7: <!-- latest: {block} --> lists nothing: {told}")


@pytest.mark.parametrize("block", ["", ": 3", " 3 ", ": ENERGY", ":essays", ": 2 Night Shift"])
def test_what_can_be_a_list_is_not_told(post, write, site, built, block):
    post(3, "energy", "Words.", "title: E\ntopics: [energy]\nseries: Night shift\n")
    write("start.md", f"Here is a list.\n\n<!-- latest{block} -->\n")
    assert built().warnings == ()
    assert "E" in Page(site / "site", "start/").links("//article//a")


# -- topics, series, names


def test_a_topic_or_series_called_index_has_a_page_beside_that_of_all(post, site, built):
    post(3, "one", "<!-- latest: index -->", "title: One\ntopics: [Index]\nseries: Index\n")
    post(4, "two", "<!-- latest: index -->", "title: Two\ntopics: [Index]\n")
    assert built().warnings == ()
    for folder in ("topics", "series"):
        assert Page(site / "site", f"{folder}/").links("//main//li/a")["Index"] == f"{folder}/the-index/"
        assert Page(site / "site", f"{folder}/the-index/").says("//h1") == ["Index"]
    page = Page(site / "site", "posts/2026-11-03-one/")
    assert page.links("//a[contains(@class, 'p-category')]") == {"Index": "topics/the-index/"}
    assert page.links("//div[contains(@class, 'byline-text')]//a") == {"Two": "posts/2026-11-04-two/"}
    assert (site / "site/topics/the-index/feed.xml").is_file()
    assert "topics/index/" not in (site / "site/sitemap.xml").read_text(encoding="utf-8")


def test_an_introduction_for_nothing_is_told(write, built):
    write("topics/robots.md", "---\ntitle: Robots\n---\nWords.\n")
    write("series/nights.md", "Words.\n")
    write("topics/index.md", "Words.\n")
    assert [warning.partition(", so")[0] for warning in built().warnings] == [
        "content/series/nights.md: no post has the series nights",
        "content/topics/robots.md: no post has the topic robots",
    ]


def test_an_introduction_of_a_topic_that_is_watched_for_is_ahead_of_its_posts(write, built):
    write("topics/my-topic.md", "Words.\n")  # the byline.yml of a new site watches for it
    assert built().warnings == ()


def test_a_post_by_a_name_that_another_had_is_told(post, built):
    post(3, "new", "Words.", "title: New\naliases: [2026-11-03-old]\n")
    post(3, "old", "Other words of another thing.", "title: Old\n")
    [told] = built().warnings
    assert told.startswith("content/posts/2026-11-03-old.md: 2026-11-03-new.md had this name before")


# -- what a page is about


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("# Heading\n\nOne *word*. Two.", "One word."),
        ("<!-- a -->\n\n![i](a.png)\n\n- list\n\n> quoted\n\nMine [is](b.md) this! And", "Mine is this!"),
        ("The newest:\n\n<!-- latest -->\n\nWords & more", "Words & more"),
        ("Title\n=====\n\nWords.", "Words."),
        ("", ""),
        ("- only\n- a list", ""),
    ],
)
def test_a_page_is_about_its_first_sentence(body, said):
    assert first_sentence(body) == said


def test_each_page_has_a_description_of_its_own(write, post, site, built):
    post(3, "one", "What it says. And more.", "title: One\ntopics: [energy, ports]\nseries: Nights\n")
    write("topics/energy.md", "---\ntitle: Energy\n---\nCurrents and fuels. More.\n")
    write("start.md", "---\ndescription: As I say.\n---\nWords.\n")
    built()
    said = {}
    for path in (site / "site").rglob("index.html"):
        page = Page(site / "site", path.parent.relative_to(site / "site").as_posix() + "/")
        [said[page.address]] = {*page.all("//meta[@name='description' or @property='og:description']/@content")}
    assert said["./"] == "What happened, and what I make of it."
    assert said["topics/energy/"] == "Currents and fuels."
    assert said["topics/ports/"] == "What Ana Ruiz wrote on the topic ports, the newest first."
    assert said["posts/2026-11-03-one/"] == "What it says."
    assert said["start/"] == "As I say."
    assert sorted(said.values()) == sorted({*said.values()})


# -- days and countries in words


@pytest.mark.parametrize(
    ("day", "language", "words"),
    [
        ("2021", "en", "2021"),
        ("2021-03", "en", "March 2021"),
        ("2021-03-04", "en", "4 March 2021"),
        ("2021-03", "de", "März 2021"),
        ("2021-03-04", "de", "4. März 2021"),
        ("2021-03-04", "ja", "2021年3月4日"),
        ("2021-13", "en", "2021-13"),
        ("2021-02-30", "en", "2021-02-30"),
    ],
)
def test_a_day_is_said_in_words(day, language, words):
    assert in_words(day, language) == words


def test_a_country_is_called_by_its_name():
    assert [country(code, "de") for code in ("ES", "be", "", "XQ", "Spanien")] == [
        "Spanien",
        "Belgien",
        "",
        "",
        "Spanien",
    ]


def test_what_goes_on_is_said_to_be_since_then_and_a_talk_without_an_end_was_one_day(write, site, built):
    kinds = [
        "{name: Quay calls, type: podcast, startDate: 2025-03}",
        "{name: Out loud, type: talk, startDate: 2025-03-04}",
    ]
    write(
        "resume.yml",
        f"projects:\n  - {kinds[0]}\n  - {kinds[1]}\nvolunteer:\n  - {{position: Desk, startDate: 2019}}\n",
    )
    built()
    record = "//ul[@class='byline-record']/li"
    assert Page(site / "site", "talks/").says(record) == ["since 2025 Quay calls", "4 March 2025 Out loud"]
    assert Page(site / "site", "service/").says(record) == ["since 2019 Desk"]


# -- what others read


def test_without_a_feed_that_others_may_see_there_is_no_list_of_feeds_to_take_along(site, write, built):
    text = (site / "byline.yml").read_text(encoding="utf-8")
    (site / "byline.yml").write_text(re.sub(r"\n  feeds:.*?(?=\n  #)", "\n  feeds: []", text, flags=re.DOTALL))
    built()
    assert not (site / "site/sources").exists()
    assert not (site / "site/sources.opml").exists()
    write("sources.md", "I read papers.\n")
    built()
    assert Page(site / "site", "sources/").links() == {}


def test_llms_txt_lists_pages_and_escapes_only_what_would_end_a_link(post, write, site, built):
    post(3, "one", "Words.", "title: 'Port_calls *2* [a] #1'\nsummary: 'x_y & z'\n")
    write("start.md", "---\ntitle: Start here\n---\nWords of mine.\n")
    built()
    text = (site / "site/llms.txt").read_text(encoding="utf-8")
    assert f"- [Port_calls *2* \\[a\\] #1]({HOME}posts/2026-11-03-one/index.md): x_y & z\n" in text
    assert f"- [Start here]({HOME}start/): Words of mine.\n" in text
    assert f"({HOME}about/)" in text
    assert f"({HOME}letter/)" in text
    assert f"({HOME})" not in text


@pytest.mark.parametrize("base", ["/", "/blog/"])
def test_the_page_of_what_is_not_found_leads_to_the_site(site, built, base):
    config = site / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("site_url: https://ana-ruiz.example/", f"site_url: https://ana-ruiz.example{base}"))
    built()
    text = (site / "site/404.html").read_text(encoding="utf-8")
    assert re.findall(r'(?:href|src|data-base)="([^"]*/\.)"', text) == []
    assert f'<a href="{base}">See all posts</a>' in text
    assert f'data-base="{base}"' in text
    assert f'href="{base}about/"' in text


def test_a_link_to_a_page_by_its_address_keeps_its_slash_in_feeds():
    from pipeline import post as posts

    page = PurePosixPath("posts/a.md")
    assert [posts.resolve(HOME, page, link) for link in ("/x/", "/x", "/", "../", "../y/?a#b")] == [
        f"{HOME}x/",
        f"{HOME}x",
        HOME,
        HOME,
        f"{HOME}y/?a#b",
    ]


def test_a_post_or_a_page_may_say_its_language(post, write, site, built):
    post(3, "one", "Woorden.", "title: One\nlang: nl\n")
    write("start.md", "---\ntitle: Start\nlang: 'nl\"'\n---\nWoorden.\n")
    built()
    assert Page(site / "site", "posts/2026-11-03-one/").all("//article/@lang") == ["nl"]
    assert Page(site / "site", "start/").all("//article/@lang") == ['nl"']
    assert Page(site / "site", f"posts/{FIRST}/").all("//article/@lang") == []
