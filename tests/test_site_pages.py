"""What the pages of a site say: to people, and to programs that read them for people."""

import json
import re
from datetime import date
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

from pipeline import post as posts
from pipeline.opml import read_opml
from pipeline.send.letter import make_letter
from pipeline.settings import load
from varied_site import HOME, Page, made, with_class

FIRST, SECOND = "posts/2025-12-30-the-first-hour/", "posts/2026-03-10-the-second-hour/"
LINK, OWN_TITLE = "posts/2026-05-02-eight-desks-for-twelve-cranes/", "posts/2026-05-09-what-the-rule-leaves-open/"
EDITION = "posts/2026-06-01-the-week-of-the-strike/"
DESKS = "https://terminal-paper.example/2026/eight-desks?page=1&view=full"
QUOTED = "A driver is in control of a load for 34 minutes in the hour."
FROM = f"//{with_class('byline-from')}"
ENTRY = f"//{with_class('byline-entry')}"
RECORD = f"//{with_class('byline-record')}/li"


@pytest.fixture
def page(varied_site):
    """A function from the address of a page to what it says."""
    return lambda address: Page(varied_site[1].folder, address)


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """The site of somebody who says nothing of themselves, has no service for letters, and keeps what they read."""
    folder = tmp_path_factory.mktemp("bare") / "site"
    app = made(folder, subscribe={}, webmention=None, hub=None, sources=False, search="none")
    for name in ("resume.yml", "talks.md"):
        (folder / "content" / name).unlink()
    built = app.publish().folder
    app.close()
    return built


def test_the_site_builds_without_a_warning_and_each_id_is_there_once(varied_site):
    folder, built = varied_site
    assert built.warnings == ()
    for path in built.folder.rglob("index.html"):
        ids = Page(built.folder, path.parent.relative_to(built.folder).as_posix()).all("//@id")
        assert sorted({*ids}) == sorted(ids), path.relative_to(folder)


# -- posts


def test_the_title_of_a_link_post_leads_to_its_source_which_is_named_with_authors_and_day(page):
    post = page(LINK)
    assert post.links("//h1/a") == {"Eight desks for twelve cranes": DESKS}
    assert post.says(FROM) == ["The Terminal Paper · Mara Lindqvist · Joost de Wit · 30 April 2026"]
    assert post.one(f"{FROM}//time/@datetime") == "2026-04-30"
    assert post.says("//blockquote") == [QUOTED]
    assert "The other twenty-six minutes were rest" in post.text
    assert post.says("//h2")[0] == "Sources"  # the heading of its only take says what its title says


def test_a_link_post_with_a_title_of_its_own_shows_that_of_its_source_too(page):
    post = page(OWN_TITLE)
    assert post.links("//h1/a") == {"What the rule leaves open": "https://gazette.example/rule-12"}
    assert post.links("//h2/a[1]")["Rule 12 on remote work"] == "https://gazette.example/rule-12"
    assert post.says(FROM) == ["The Gazette · 7 May 2026"]


def test_each_take_names_its_source_and_has_an_address_that_leads_to_it(page):
    post = page(EDITION)
    takes = {
        "Dockers walk out": "https://gazette.example/strike",
        "A tank for the quay": "https://ledger.example/hydrogen",
    }
    for title, url in takes.items():
        heading = post.one("//h2[a[text()=$title]]", title=title)
        anchor = heading.find("a[@class='headerlink']")
        here, place = post.follows(anchor.get("href"))
        assert (here.address, place.text_content()) == (post.address, heading.text_content())
        assert heading.find("a").get("href") == url
    assert post.says(FROM) == ["The Gazette · Ivo Kranz · 29 May 2026", "Ledger · 30 May 2026"]


def test_a_post_lists_its_sources_as_citations(page):
    cited = page(EDITION).all(f"//{with_class('byline-sources')}//li[contains(@class, 'h-cite')]")
    assert [each.find("a").get("href") for each in cited] == [
        "https://gazette.example/strike",
        "https://ledger.example/hydrogen",
    ]
    words = " ".join(cited[0].text_content().split())
    assert words == "Dockers walk out The Gazette · Ivo Kranz · 29 May 2026"


def test_a_post_says_its_day_when_it_changed_how_long_it_takes_and_its_topics(page):
    post = page(SECOND)
    side = post.says(f"//{with_class('byline-side')}")[0]
    assert "10 March 2026 Changed 2 April 2026 essay 1 min read By Ana Ruiz" in side
    assert post.links(f"//{with_class('byline-post__head')}//{with_class('p-category')}") == {
        "energy": "topics/energy/"
    }


def test_a_longer_post_takes_longer_to_read(tmp_path, varied_site):
    from pipeline.publish.facts.catalogue import minutes

    path = varied_site[0] / f"content/{SECOND.rstrip('/')}.md"
    long = tmp_path / path.name
    long.write_text(path.read_text(encoding="utf-8") + "word " * 1000, encoding="utf-8")
    assert minutes(posts.read(path)) == 1
    assert minutes(posts.read(long)) == 4


def test_a_post_leads_to_what_is_about_the_same_and_to_those_before_and_after(page):
    post = page(FIRST)
    related = post.links(f"//{with_class('byline-related')}//a")
    assert next(iter(related.values())) == SECOND
    assert FIRST not in related.values()
    turn = f"//{with_class('byline-turn')}"
    assert post.all(f"{turn}/a/@rel") == ["next"]  # it is the oldest
    middle = {rel: page(SECOND).one(f"{turn}/a[@rel=$rel]/@href", rel=rel) for rel in ("prev", "next")}
    assert {rel: page(SECOND).leads(link) for rel, link in middle.items()} == {"prev": FIRST, "next": LINK}


def test_a_post_of_a_series_tells_its_place_and_the_page_of_the_series_has_all_in_order(page):
    for number, address in ((1, FIRST), (2, SECOND)):
        [said] = page(address).says(f"//{with_class('byline-series')}")
        assert said == f"Part {number} of 2 in Black starts"
        assert page(address).links(f"//{with_class('byline-series')}/a") == {"Black starts": "series/black-starts/"}
    series = page("series/black-starts/")
    assert [series.leads(link) for link in series.all(f"{ENTRY}//h2/a/@href")] == [FIRST, SECOND]
    assert "How a quay comes back, hour by hour." in series.text
    assert series.links(f"//{with_class('byline-listhead')}//a") == {"All series": "series/"}
    for address in ("topics/", "archive/"):
        assert page(address).links(f"//{with_class('byline-beside')}/a") == {"Series": "series/"}
    assert page("series/").links() == {"Black starts": "series/black-starts/"}


def test_where_a_post_was_said_too_is_linked(page):
    [said] = page(FIRST).says(f"//{with_class('byline-also')}")
    assert said == "Also on social.example/@ana/1201, link.example/ana/the-first-hour"
    links = page(FIRST).all("//a[contains(@class, 'u-syndication') and @rel='syndication']/@href")
    assert links == ["https://social.example/@ana/1201", "https://link.example/ana/the-first-hour"]


# -- lists


def test_a_topic_gathers_posts_and_single_takes_with_the_authors_introduction(page):
    labour = page("topics/labour/")
    assert labour.says("//h1") == ["Labour on the quay"]
    assert "I was a docker's daughter" in labour.text
    assert labour.says(f"{ENTRY}//h2") == ["The week of the strike", "What the rule leaves open"]
    hydrogen = page("topics/hydrogen-co/")
    assert hydrogen.says("//h1") == ["Hydrogen & co."]
    [take] = hydrogen.all(f"//{with_class('byline-entry__takes')}//a")
    post, place = hydrogen.follows(take.get("href"))
    assert (post.address, take.text_content()) == (EDITION, "A tank for the quay")
    assert place.text_content().startswith("A tank for the quay")


def test_all_topics_are_listed_with_how_many_posts_each_has(page):
    listed = dict(
        zip(page("topics/").links("//main//li/a").values(), page("topics/").says("//main//li/span"), strict=True)
    )
    assert listed["topics/labour/"] == "2 posts"
    assert listed["topics/hydrogen-co/"] == "1 post"


def test_the_archive_has_the_years_and_each_year_its_posts(page):
    assert page("archive/").links("//main//li/a") == {"2026": "archive/2026/", "2025": "archive/2025/"}
    old = page("archive/2025/")
    assert old.says(f"{ENTRY}//h2") == ["The first hour without power"]
    assert old.links(f"//{with_class('byline-years')}//a") == {"2026": "archive/2026/", "2025": "archive/2025/"}
    assert old.all("//a[@aria-current='page']/text()") == ["2025"]
    assert len(page("archive/2026/").all(ENTRY)) == 6


def test_the_title_of_a_link_post_leads_to_its_source_on_lists_too_and_its_day_to_its_page(page):
    entry = page("").one(f"{ENTRY}[.//h2/a[@href=$url]]", url=DESKS)
    assert entry.find(".//h2/a").get("class") == "u-bookmark-of"
    assert entry.xpath(".//a[contains(@class, 'u-url')]/@href") == [LINK]
    assert "The Terminal Paper · Mara Lindqvist · Joost de Wit · 30 April 2026" in " ".join(
        entry.text_content().split()
    )


def test_any_page_can_hold_the_newest_posts_of_all_of_a_topic_or_of_a_kind(page):
    everything, energy, letters = (
        [page("start/").leads(link.get("href")) for link in each.iterfind(".//a")]
        for each in page("start/").all("//main//ul")
    )
    assert everything == ["posts/2026-11-23-why-i-write-this/", "posts/2026-06-08-an-address/"]
    assert energy == [SECOND, FIRST]
    assert letters == [EDITION]


# -- the author


def test_the_author_is_an_h_card_of_the_facts_with_a_picture_that_is_there(page):
    about = page("about/")
    card = f"//{with_class('h-card')}"
    said = {
        "p-name": "Ana Ruiz",
        "p-job-title": "Adviser to terminals",
        "p-locality": "Sevilla",
        "p-country-name": "Spain",
        "p-note": "Power and people on the quay.",
        "u-email": "ana@ana-ruiz.example",
    }
    assert {name: about.says(f"{card}//{with_class(name)}") for name in said} == {k: [v] for k, v in said.items()}
    photo = about.one(f"{card}//{with_class('u-photo')}")
    assert about.leads(photo.get("src")) == "photo.jpg"
    assert (about.site / "photo.jpg").is_file()
    assert photo.get("alt") == "Ana Ruiz"
    me = ["https://social.example/@ana", "https://forge.example/ana"]
    assert about.all("//head/link[@rel='me']/@href") == me
    assert about.all(f"{card}//a[@rel='me' and starts-with(@href, 'https:')]/@href") == me
    assert about.leads(about.one(f"{card}//{with_class('u-uid')}/@href")).strip("./") == ""


def test_the_record_stands_below_the_newest_first(page):
    about = page("about/")
    assert about.says("//h2[text()='Work']/following-sibling::ul[1]/li") == [
        "since 2018 Adviser, On her own",
        "2010–2018 Head of the control room, Delta Quay Twelve cranes.",
    ]
    assert "2004–2009 MSc Port engineering, School of the Sea" in about.text
    assert "2 October 2025 Best talk, Quay Days" in about.text
    assert "Restart plans: rehearsals, feeders" in about.text
    assert "Spanish (mother tongue)" in about.text
    assert list(about.links("//h2[text()='More']/following-sibling::ul//a").values()) == [
        "talks/",
        "voices/",
        "service/",
        "sources/",
    ]


def test_talks_and_press_have_their_page(page):
    talks = page("talks/")
    assert talks.says(RECORD) == [
        "20 May 2026 Eleven hours of one crane, Quay Days, Ghent With the sums.",
        "10 January 2024 An early talk, Port Forum",
        "1 February 2026 Small connections, The Terminal Paper",
    ]
    assert "A program" not in talks.text
    assert "I speak about what went wrong." in talks.text
    assert "https://quay-days.example/2026/eleven-hours" in talks.links().values()


def test_what_others_say_stands_word_for_word_with_where_they_said_it(page):
    piet, ines = page("voices/").all("//figure")
    assert piet.find("blockquote").get("cite") == "https://terminals.example/aerts"
    assert " ".join(piet.text_content().split()) == (
        "The second question saved us a transformer. Piet Aerts, operations · Terminals · 9 February 2026"
    )
    assert piet.find(".//a").get("href") == "https://terminals.example/aerts"
    assert " ".join(ines.text_content().split()) == "She stayed until the shift ended. Ines Okoye · in a letter"


def test_service_given_has_its_page(page):
    assert page("service/").says(RECORD) == ["since 2019 Tuesday desk, Seafarers' centre Forms, and a lift."]


def test_what_the_author_reads_is_named_and_byline_imports_the_list(page, varied_site):
    sources = page("sources/")
    public = {
        "Gazette & Register": "https://gazette.example/atom?edition=full&lang=en",
        "The Terminal Paper": "https://terminal-paper.example/feed.xml",
        "untitled.example": "https://untitled.example/rss",
    }
    assert sources.links(f"{RECORD}//a[@class='byline-feed']") == {
        f"feed of {name}": url for name, url in public.items()
    }
    assert sources.links(f"{RECORD}//a[bdi]") == {
        name: f"https://{urlsplit(url).hostname}/" for name, url in public.items()
    }
    assert sources.links("//a[@download]") == {"Take the list along (OPML)": "sources.opml"}
    found = read_opml((varied_site[1].folder / "sources.opml").read_bytes())
    assert {each.url: each.topics for each in found.outlines} == {
        public["Gazette & Register"]: ("labour", "law/rules"),
        public["The Terminal Paper"]: ("automation",),
        public["untitled.example"]: (),
    }


def test_what_is_private_is_named_nowhere(varied_site):
    kept = ("secret.example", "locked.example", "keyed.example", "10.0.0.7", "Not for others", "At home")
    for path in varied_site[1].folder.rglob("*"):
        if path.suffix in {".html", ".xml", ".opml", ".json", ".md", ".txt"}:
            text = path.read_text(encoding="utf-8")
            assert [word for word in kept if word in text] == [], path


def test_who_says_nothing_of_themselves_has_no_empty_pages(bare):
    for name in ("talks", "voices", "service", "sources", "sources.opml"):
        assert not (bare / name).exists()
    about = Page(bare, "about/")
    assert about.says(f"//{with_class('h-card')}") == ["Ana Ruiz"]
    assert about.all("//img") == []


# -- the letter


def test_each_edition_in_the_archive_is_at_the_very_address_that_its_letter_names(page, varied_site):
    folder = varied_site[0]
    letter = make_letter(posts.read(folder / f"content/{EDITION.rstrip('/')}.md"), load(folder, {}))
    archive = page("letter/")
    assert archive.links(f"//{with_class('byline-editions')}//a") == {"The week of the strike": EDITION}
    assert letter.web_url == HOME + EDITION
    assert letter.web_url in letter.text
    assert f'href="{letter.web_url}"' in letter.html
    assert page(EDITION).one("//link[@rel='canonical']/@href") == letter.web_url


def test_the_form_is_plain_html_and_says_what_readers_get_how_often_and_how_to_leave(page):
    box = f"//{with_class('byline-subscribe')}"
    form = page("letter/").one(f"{box}//form")
    assert (form.get("action"), form.method) == ("https://letter.example/subscribe", "POST")
    form.fields["address"] = "joan@pla.example"
    assert dict(form.form_values()) == {"list": "quay", "tag": 'a&b"c', "address": "joan@pla.example"}
    assert {name: form.inputs["address"].get(name) for name in ("type", "autocomplete")} == {
        "type": "email",
        "autocomplete": "email",
    }
    assert form.inputs["address"].label.text == "Your mail address"
    assert form.xpath(".//button[@type='submit']")
    assert not [name for each in form.iter() for name in each.attrib if name.startswith("on")]
    assert page("letter/").says(f"{box}/p") == ["Two stories and a sum. On Mondays.", "One click, no question."]


def test_without_a_service_the_letter_is_asked_for_by_mail(bare):
    page = Page(bare, "letter/")
    assert page.all("//form") == []
    [link] = page.all(f"//{with_class('byline-subscribe')}//a/@href")
    assert link.startswith("mailto:ana@ana-ruiz.example?subject=")
    assert "Once a week." in page.text
    assert "Every letter says how to leave: a mail is enough" in page.text  # a page of the site takes nobody off


def test_only_what_is_off_the_list_at_once_is_said_to_be(open_app, site):
    file = site / "byline.yml"
    settings = re.sub(
        "unsubscribe_url: .*", "unsubscribe_url: https://leave.example/", file.read_text(encoding="utf-8")
    )
    file.write_text(settings, encoding="utf-8")
    open_app(site).publish()
    assert "a link to leave, which works at once" in (site / "site/letter/index.html").read_text(encoding="utf-8")


# -- for programs


def graph_of(page):
    data = json.loads(page.one("//script[@type='application/ld+json']/text()"))
    assert data["@context"] == "https://schema.org"
    return {node["@type"]: node for node in data["@graph"]}


POSTING = {"Person", "WebSite", "BlogPosting", "BreadcrumbList"}


@pytest.mark.parametrize(
    ("address", "kinds", "trail"),
    [
        ("", {"Person", "WebSite", "CollectionPage"}, None),
        (FIRST, POSTING, ["Ana Ruiz", "energy", "The first hour without power"]),
        (LINK, POSTING, ["Ana Ruiz", "automation", "Eight desks for twelve cranes"]),
        (EDITION, POSTING | {"Periodical", "PublicationIssue"}, ["Ana Ruiz", "Letter", "The week of the strike"]),
        (
            "letter/",
            {"Person", "WebSite", "CollectionPage", "Periodical", "BreadcrumbList"},
            ["Ana Ruiz", "The letter"],
        ),
        ("about/", {"Person", "WebSite", "ProfilePage", "BreadcrumbList"}, ["Ana Ruiz", "About"]),
        (
            "topics/labour/",
            {"Person", "WebSite", "CollectionPage", "BreadcrumbList"},
            ["Ana Ruiz", "Labour on the quay"],
        ),
        ("start/", {"Person", "WebSite", "WebPage", "BreadcrumbList"}, ["Ana Ruiz", "Start here"]),
    ],
)
def test_each_page_is_a_graph_of_linked_data_with_the_way_to_it(page, address, kinds, trail):
    nodes = graph_of(page(address))
    assert nodes.keys() == kinds
    assert nodes["Person"]["@id"] == HOME + "#author"
    if trail:
        steps = nodes["BreadcrumbList"]["itemListElement"]
        assert [step["name"] for step in steps] == trail
        assert [step["position"] for step in steps] == [*range(1, len(trail) + 1)]
        for step in steps:
            assert (page("").site / step["item"].removeprefix(HOME) / "index.html").is_file()
        assert steps[-1]["item"] == HOME + address


def test_linked_data_of_a_post_cites_its_sources_with_who_wrote_them(page):
    posting = graph_of(page(LINK))["BlogPosting"]
    assert posting["citation"] == [
        {
            "@type": "CreativeWork",
            "url": DESKS,
            "name": "Eight desks for twelve cranes",
            "publisher": {"@type": "Organization", "name": "The Terminal Paper"},
            "author": [{"@type": "Person", "name": "Mara Lindqvist"}, {"@type": "Person", "name": "Joost de Wit"}],
            "datePublished": "2026-04-30",
        }
    ]
    changed = graph_of(page(SECOND))["BlogPosting"]
    assert (changed["datePublished"], changed["dateModified"]) == ("2026-03-10", "2026-04-02")
    assert "citation" not in changed


def test_linked_data_of_an_edition_makes_it_an_issue_of_the_letter(page):
    nodes = graph_of(page(EDITION))
    assert nodes["PublicationIssue"]["isPartOf"] == {"@id": nodes["Periodical"]["@id"]}
    assert nodes["PublicationIssue"]["issueNumber"] == 1
    assert nodes["BlogPosting"]["isPartOf"] == {"@id": nodes["PublicationIssue"]["@id"]}
    assert nodes["Periodical"] == graph_of(page("letter/"))["Periodical"]


def test_linked_data_of_the_author_is_that_of_the_facts(page):
    person = graph_of(page(FIRST))["Person"]
    assert person["jobTitle"] == "Adviser to terminals"
    assert person["sameAs"] == ["https://social.example/@ana", "https://forge.example/ana"]
    assert person["address"] == {"@type": "PostalAddress", "addressLocality": "Sevilla", "addressCountry": "ES"}
    assert person["knowsAbout"] == ["Restart plans", "rehearsals", "feeders"]
    assert person["image"] == HOME + "photo.jpg"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (
            EDITION,
            {
                "og:type": "article",
                "og:title": "The week of the strike",
                "og:description": "Two reports, one of which was about something else.",
                "og:site_name": "Ana Ruiz",
                "article:published_time": "2026-06-01",
                "article:tag": "labour",
            },
        ),
        ("", {"og:type": "website", "og:title": "Ana Ruiz", "og:description": "What happened, and what I make of it."}),
        ("about/", {"og:type": "profile", "og:title": "About"}),
    ],
)
def test_previews_of_links_have_title_words_and_a_picture_that_is_there(page, address, said):
    here = page(address)
    meta = {each.get("property") or each.get("name"): each.get("content") for each in here.all("//head/meta[@content]")}
    assert said.items() <= meta.items()
    assert meta["og:url"] == HOME + address == here.one("//link[@rel='canonical']/@href")
    assert meta["twitter:card"] == "summary_large_image"
    assert (meta["og:image:width"], meta["og:image:height"]) == ("1200", "630")
    assert meta["og:image:alt"]
    card = here.site / meta["og:image"].removeprefix(HOME)
    assert card.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def properties(entry):
    """What a program takes for properties of a microformat: classes of elements, but for those of one within it."""
    found = {}
    for prefix in ("p-", "u-", "dt-", "e-"):
        for each in entry.xpath("descendant::*[contains(concat(' ', @class), $start)]", start=f" {prefix}"):
            if next(outer for outer in each.iterancestors() if " h-" in f" {outer.get('class')}") is entry:
                text = " ".join(each.text_content().split())
                value = text if prefix == "p-" else each.get("href") or each.get("datetime") or text
                for name in each.get("class").split():
                    if name.startswith(prefix):
                        found.setdefault(name, []).append(value)
    return found


def test_a_post_is_an_h_entry_by_the_author_alone(page):
    [entry] = page(LINK).all(f"//{with_class('h-entry')}")
    found = properties(entry)
    assert found.pop("u-citation")
    assert found == {
        "p-name": ["Eight desks for twelve cranes"],
        "u-bookmark-of": [DESKS],
        "u-url": [HOME + LINK],
        "u-uid": [HOME + LINK],
        "dt-published": ["2026-05-02"],
        "p-author": ["By Ana Ruiz"],
        "p-summary": ["The room uses its people better than the cab did."],
        "p-category": ["automation"],
        "e-content": [f"{QUOTED} The other twenty-six minutes were rest, and nobody counted them."],
    }
    cited = page(LINK).all(f"//{with_class('h-cite')}")
    assert [properties(each).get("p-author") for each in cited] == [["Mara Lindqvist", "Joost de Wit"]] * 2
    assert page(FIRST).all(f"//{with_class('u-bookmark-of')}") == []


def test_entries_of_a_list_are_h_entries_of_their_own_days(page):
    every = [properties(entry) for entry in page("").all(f"//{with_class('h-feed')}/{with_class('h-entry')}")]
    assert len(every) == 7
    assert [entry["dt-published"] for entry in every] == [[entry["u-url"][0][6:16]] for entry in every]
    assert not any("p-author" in entry for entry in every)


def test_every_page_has_one_canonical_address_and_that_is_its_own(page, varied_site):
    site = varied_site[1].folder
    moved = {"posts/2026-03-09-second-hour/": SECOND, "posts/2026-03-10-hour-two/": SECOND}
    for path in site.rglob("index.html"):
        address = path.parent.relative_to(site).as_posix().strip(".")
        address = address and f"{address}/"
        assert page(address).one("//link[@rel='canonical']/@href") == HOME + moved.get(address, address)


def test_each_page_names_where_to_tell_of_a_link_to_it_and_its_feeds(page, bare):
    for address in ("", FIRST, "topics/labour/"):
        assert page(address).all("//link[@rel='webmention']/@href") == ["https://mentions.example/ana/webmention"]
    feeds = "//link[@rel='alternate' and not(@type='text/markdown')]/@href"
    every = ["feed.xml", "atom.xml", "feed.json"]
    own = [f"topics/labour/{name}" for name in every]
    here = page("topics/labour/")
    assert [here.leads(link) for link in here.all(feeds)] == every + own
    assert [page(FIRST).leads(link) for link in page(FIRST).all(feeds)] == every
    assert Page(bare, "").all("//link[@rel='webmention']") == []
    assert b"hub" in (here.site / "atom.xml").read_bytes()


def days_of(site):
    name = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    root = ET.parse(site / "sitemap.xml").getroot()
    return {url.findtext(f"{name}loc").removeprefix(HOME): url.findtext(f"{name}lastmod") for url in root}


def test_the_sitemap_has_every_page_and_days_where_they_are_known(varied_site):
    site = varied_site[1].folder
    days = days_of(site)
    pages = {path.parent.relative_to(site).as_posix().strip(".") for path in site.rglob("index.html")}
    moved = {"posts/2026-03-09-second-hour", "posts/2026-03-10-hour-two"}
    assert {address.rstrip("/") for address in days} == pages - moved
    assert days[FIRST] == "2025-12-30"
    assert days[SECOND] == days["series/black-starts/"] == days["topics/energy/"] == "2026-04-02"
    assert days["start/"] == "2026-02-03"
    assert days["letter/"] == days["topics/hydrogen-co/"] == "2026-06-01"
    assert days["archive/2025/"] == "2025-12-30"
    assert days[""] == days["topics/"] == "2026-11-23"
    assert days["about/"] is days["talks/"] is None
    assert all(date.fromisoformat(day) for day in days.values() if day)


def test_programs_may_read_everything_and_find_the_sitemap(varied_site):
    from protego import Protego

    rules = Protego.parse((varied_site[1].folder / "robots.txt").read_text(encoding="utf-8"))
    assert list(rules.sitemaps) == [HOME + "sitemap.xml"]
    assert rules.can_fetch(HOME + FIRST, "Anybot")


def test_models_find_each_post_as_the_author_wrote_it(page, varied_site):
    built = varied_site[1]
    listed = (built.folder / "llms.txt").read_text(encoding="utf-8")
    assert listed.startswith("# Ana Ruiz\n\n> What happened, and what I make of it.\n")
    assert f"- [The week of the strike]({HOME}{EDITION}index.md): Two reports" in listed
    assert f"- [Hydrogen & co.]({HOME}topics/hydrogen-co/)" in listed
    copy = (built.folder / EDITION / "index.md").read_text(encoding="utf-8")
    assert copy.startswith(f"# The week of the strike\n\nAna Ruiz, 1 June 2026. <{HOME}{EDITION}>\n")
    said = "The Gazette · Ivo Kranz · 29 May 2026"
    assert f"## [Dockers walk out](https://gazette.example/strike)\n\n{said}\n\n> The crews left at six.\n" in copy
    assert f"\n\n## Sources\n\n- [Dockers walk out](https://gazette.example/strike) · {said}\n" in copy
    assert "<!--" not in copy
    assert page(EDITION).leads(page(EDITION).one("//link[@type='text/markdown']/@href")) == EDITION + "index.md"


@pytest.mark.parametrize("old", ["posts/2026-03-09-second-hour/", "posts/2026-03-10-hour-two/"])
def test_an_old_address_leads_to_where_the_post_is_now(page, old):
    moved = page(old)
    _, _, target = moved.one("//meta[@http-equiv='refresh']/@content").partition("url=")
    assert moved.leads(target) == SECOND
    assert moved.links("//a") == {"The second hour without power": SECOND}
    assert moved.one("//meta[@name='robots']/@content") == "noindex"


def test_a_feed_says_what_a_hub_is_told(varied_site, bare):
    for name in ("feed.xml", "atom.xml", "feed.json"):
        assert "https://hub.example/" in (varied_site[1].folder / name).read_text(encoding="utf-8")
        assert "hub.example" not in (bare / name).read_text(encoding="utf-8")
