"""The room write: quotations that are true, drafts without the author's words, and the gate before publishing."""

import html
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import post as posts
from pipeline import write as room
from pipeline.errors import UsageError
from pipeline.feed import parse
from pipeline.html import blocks_of, plain_text, safe_html, safe_url
from pipeline.model import Entry, Kind, RankedStory, Severity, Snapshot, Story
from pipeline.pull.taking import take_in
from pipeline.settings.sections import WriteSettings
from pipeline.store import Store
from pipeline.store import pull as kept_feeds
from pipeline.write.draft import draft
from pipeline.write.quoted import words as quotes
from pipeline.write.quoted.words import digest, plain_texts, quotation, sentences
from pipeline.write.rules import Rule

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
REPOSITORY = Path(__file__).parents[1]
LAW = settings(derandomize=True, deadline=None, max_examples=150)
LINK = "https://a.example/1"


def entry(title="A crane fell", content="", *, summary="", number=1, link=LINK, publisher="Daily"):
    texts = {"title": plain_text(title), "summary": safe_html(summary), "content": safe_html(content)}
    texts |= {"publisher": plain_text(publisher), "uid": str(number), "link": link and safe_url(link)}
    return Entry(id=number, feed=1, authors=(), published=NOW, updated=None, first_seen=NOW, **texts)


def of(*entries, topics=()):
    return RankedStory(story=Story(id=entries[0].id, entries=entries), reasons=(), topics=topics)


def sample_feeds():
    folder = REPOSITORY / "pipeline/sample/feeds"
    for feed in yaml.safe_load((folder / "index.yml").read_text(encoding="utf-8")):
        parsed = parse((folder / feed["file"]).read_bytes(), feed["url"])
        yield feed["url"], plain_text(feed["title"]), parsed.entries


def keep(store, feeds):
    with store.writing() as connection:
        known = kept_feeds.known_feeds(connection, [url for url, _, _ in feeds])
        for url, publisher, entries in feeds:
            take_in(connection, replace(known[url], title=publisher), entries, NOW)


# -- quotations


def stands_in(quoted, sources):
    return quotes.stands_in(quoted, plain_texts(sources))


PIECES = "Dr. Wim|Inc.|z.B.|U.S. ports|fell|3.5 m|“No.”|“Stop!”|Öl|(he said)|1)|Really?|said A. Strand|…"
PIECES += "|it ended.|Nobody|*loud*|a < b|R&D|港口。|#1|- x|[sic]|`code`|Then he left the yard with her."
TEXTS = st.lists(st.sampled_from(PIECES.split("|")), min_size=1, max_size=30).map(" ".join)


@LAW
@given(TEXTS)
def test_sentences_joined_by_spaces_are_the_text(text):
    assert " ".join(sentences(plain_text(text))) == plain_text(text)
    assert all(sentences(plain_text(text)))


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("One fell. Two stood.", ["One fell.", "Two stood."]),
        ("“It fell.” She left.", ["“It fell.”", "She left."]),
        ("Dr. Daelman came. He left.", ["Dr. Daelman came.", "He left."]),
        ("It cost 3.5 million. Öl floss.", ["It cost 3.5 million.", "Öl floss."]),
        ("Why? Because! So… Then.", ["Why?", "Because!", "So…", "Then."]),
        ("No end", ["No end"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text, cut):
    assert list(sentences(text)) == cut


@LAW
@given(st.lists(TEXTS, max_size=3), TEXTS, st.integers(1, 40))
def test_a_quotation_is_a_literal_part_of_the_text_and_within_the_limit(paragraphs, summary, most):
    content = "".join(f"<p>{html.escape(text)}</p>" for text in paragraphs)
    source = entry(content=content, summary=html.escape(summary))
    quoted = quotation(source, None, most)
    if quoted is None:
        return
    assert 6 <= len(quoted.split()) <= most
    assert any(quoted in block for block in (*blocks_of(source.content), *blocks_of(source.summary)))
    assert stands_in(quoted, [source])


@pytest.mark.parametrize("most", [12, 60])
def test_every_sample_entry_has_a_quotation_that_survives_the_draft_word_for_word(most):
    names = "uid title link published updated authors summary content".split()
    entries = [
        Entry(id=1, feed=1, publisher=publisher, first_seen=NOW, **{name: getattr(parsed, name) for name in names})
        for _, publisher, found in sample_feeds()
        for parsed in found
    ]
    made = [(each, quotation(each, None, most)) for each in entries]
    assert sum(quoted is not None for _, quoted in made) > {12: 90, 60: 295}[most]
    for each, quoted in made:
        (take,) = draft([of(each)], {}, NOW, most).takes
        assert [found.text for found in take.quotations] == ([quoted] if quoted else [])
        assert quoted is None or (len(quoted.split()) <= most and stands_in(quoted, [each]))


TEXT = "<p>The dockers’ union said on Monday – after 48 hours – that “nothing is settled”, and went home.</p>"
SOURCE = entry("Hallum strike ends", f"{TEXT}<p>Cranes moved again at six.</p>")
STANDING = """The dockers' union said on Monday - after 48 hours - that "nothing is settled", and went home.
“The dockers’ union said on Monday”
The dockers’ union […] went home.|The dockers' union... went home… Cranes moved
  Cranes\tmoved\u00a0again  |went home. Cranes moved again|Hallum strike ends"""
FALLING = """The dockers' union said on Tuesday|The dockers said on Monday|Cranes moved again … went home
on Monday said|ranes moved again|Cranes move|after 4|everything is settled|…|[…]||” “"""


@pytest.mark.parametrize("quoted", STANDING.replace("|", "\n").split("\n"))
def test_a_quotation_stands_whatever_its_marks_dashes_spaces_and_ellipses(quoted):
    assert stands_in(quoted, [SOURCE])


@pytest.mark.parametrize("quoted", FALLING.replace("|", "\n").split("\n"))
def test_a_quotation_falls_with_a_word_changed_moved_cut_or_left_out(quoted):
    assert not stands_in(quoted, [SOURCE])


def test_a_quotation_is_not_put_together_from_two_entries():
    other = entry(content="<p>The harbour master resigned.</p>", number=2)
    assert stands_in("The harbour master resigned.", [SOURCE, other])
    assert not stands_in("Cranes moved again … The harbour master resigned.", [SOURCE, other])
    assert not stands_in("anything", [])


@LAW
@given(st.lists(st.text("abcé漢1", min_size=1, max_size=6), min_size=8, max_size=20, unique=True), st.data())
def test_any_run_of_words_stands_and_none_with_a_word_taken_out(words, data):
    source = entry(content=f"<p>{' '.join(words)}</p>")
    start = data.draw(st.integers(0, 4))
    run = words[start : start + 4]
    assert stands_in(" ".join(run), [source])
    assert stands_in(f"{run[0]} … {run[-1]}", [source])
    assert not stands_in(" ".join([run[0], *run[2:]]), [source])


# -- the draft


B, C = "https://b.example/2", "https://c.example/3"


def test_a_draft_has_one_take_a_story_with_its_source_quotation_and_prompt():
    long = "<p>The boom of the third crane came down at noon on Monday. Nobody was hurt.</p>"
    unlinked = entry("Longest", f"{long}{long}", link=None, number=4)
    boom = entry("Boom down", long, number=2, link=B)
    first = of(entry(content="<p>Short.</p>"), boom, unlinked, topics=("a", "b"))
    second = of(entry("A vote", "<p>No.</p>", number=3, link=C), topics=("b", "c"))
    made = draft([first, second], {}, NOW, 60)
    assert (made.date, made.title, made.kind) == (NOW.date(), "What I read this week", Kind.EDITION)
    assert made.topics == ("a", "b", "c")
    assert [(take.heading, take.url) for take in made.takes] == [("Boom down", B), ("A vote", C)]
    quoted = "The boom of the third crane came down at noon on Monday."
    assert [[found.text for found in take.quotations] for take in made.takes] == [[quoted], []]
    assert [take.words for take in made.takes] == ["", ""]
    assert (made.body.count(posts.PROMPT), made.body.count(posts.OPENING)) == (2, 1)
    source = made.sources[0]
    assert (source.publisher, source.published, source.accessed) == ("Daily", NOW.date(), NOW.date())
    assert source.snapshot == digest(boom)
    alone = draft([second], {}, NOW, 60)
    assert (alone.kind, alone.title) == (Kind.LINK, "A vote")


HOSTILE = r"""](javascript:alert(1))
[x](javascript:alert(1)) ![x](https://evil.example/x.png) [ref]: https://evil.example/
Ends with a backslash \
# Not *a* _heading_ `code` **bold** ~~x~~ ==x== ^x^
<script>alert(1)</script> & &lt;b&gt; &amp; &copy; <!-- more -->
{{ 7*7 }} {% raw %} ${x} {#id} [^1] :smile:
“Quotes” "and" 'more': yes¦| a | b |
null¦2026-11-23¦yes¦&¦!¦\¦港口 罢工¦1. list¦- list¦> quote¦+ x¦===¦---¦***¦: x¦~~~¦```¦12) x"""
HOSTILE = [*HOSTILE.replace("¦", "\n").split("\n"), "One\ntwo\r\n\u2028## three", "---\ntitle: other\n---"]


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_is_the_same_heading_after_the_file_was_written_and_read(title, store, tmp_path):
    story = of(entry(title, f"<p>{html.escape(title)} and six more words to be quoted.</p>", publisher=title))
    path = room.write([story], store, tmp_path, WriteSettings(), NOW)
    read = posts.read(path)
    (take,), (source,) = read.takes, read.sources
    assert (take.heading, take.url) == (plain_text(title), "https://a.example/1")
    assert (source.title, source.publisher) == (plain_text(title), plain_text(title))
    assert all(stands_in(quoted.text, story.story.entries) for quoted in take.quotations)
    assert [link.target for link in posts.links(read)] == ["https://a.example/1"]


TITLES = st.text(st.sampled_from("ab \\`*_[](){}<>#+-.!&;:|~=?/\"'^$@1é漢"), min_size=1, max_size=24)


@LAW
@given(TITLES.filter(str.strip))
def test_any_title_is_the_same_heading_after_the_draft_was_read(title):
    source = entry(title, f"<p>{html.escape(title)} a b c d e f</p>", publisher="P")
    (take,) = draft([of(source)], {}, NOW, 60).takes
    assert take.heading == plain_text(title)
    assert [found.text for found in take.quotations] == [quotation(source, None, 60)]


def test_a_story_without_a_title_goes_by_its_publisher():
    made = draft([of(entry(""))], {}, NOW, 60)
    assert (made.title, made.takes[0].heading) == ("From Daily", "From Daily")


STRANGE = "a(b)c *b*_c_ \\]x ?a=1&b=<2> a\"c'd`e )(#!x ü?%5D%28x ?x=1&copy;=2 ?topic[]=crane".split()


@pytest.mark.parametrize("rest", STRANGE)
def test_a_take_leads_where_the_feed_said_whatever_is_in_the_address(rest):
    link = safe_url(f"https://bücher.example/{rest}")
    made = draft([of(entry(link=link))], {}, NOW, 60)
    assert [take.url for take in made.takes] == [link] == [source.url for source in made.sources]


def test_an_article_that_was_taken_gives_quotations_and_is_what_they_are_checked_against(store, tmp_path):
    told = entry("Boom down", "")
    text = "Nobody was hurt, the port said in a statement.\n\nThe crane had been inspected in June of that year."
    taken = Snapshot(
        url=told.link,
        final_url=told.link,
        title=plain_text("Boom down"),
        text=text,
        taken_at=NOW - timedelta(hours=1),
        digest="sha256:" + "0" * 64,
    )
    with store.writing() as connection:
        kept_feeds.keep_snapshot(connection, taken)
        kept_feeds.keep_snapshot(connection, taken)
    path = room.write([of(told)], store, tmp_path, WriteSettings(), NOW)
    made = posts.read(path)
    [quoted] = made.takes[0].quotations
    assert quoted.text == "Nobody was hurt, the port said in a statement."
    assert [source.snapshot for source in made.sources] == [taken.digest]
    path.write_text(path.read_text() + "\n> The crane had been inspected in June\n\nMine.\n\n> in July of that year\n")
    found = room.check(path, store, tmp_path, WriteSettings())
    wrong = [finding.reason for finding in found if finding.rule == Rule.QUOTATION_NOT_IN_SOURCE]
    assert len(wrong) == 1
    assert "what a.example wrote; it leaves it at “july" in wrong[0].casefold()


# -- files


def test_writing_again_never_overwrites_a_draft_or_a_post(store, tmp_path):
    stories = [of(entry("Boom down"))]
    first = room.write(stories, store, tmp_path, WriteSettings(), NOW)
    before = first.read_bytes()
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/2026-11-23-boom-down-2.md").write_text("a post", encoding="utf-8")
    third = room.write(stories, store, tmp_path, WriteSettings(), NOW)
    assert (first.name, third.name) == ("2026-11-23-boom-down.md", "2026-11-23-boom-down-3.md")
    assert first.read_bytes() == before == third.read_bytes()


def test_stories_without_a_link_are_not_written_about(store, tmp_path):
    with pytest.raises(UsageError, match="no report of story 1 has a link"):
        room.write([of(entry(link=None))], store, tmp_path, WriteSettings(), NOW)
    assert not (tmp_path / "drafts").exists()


# -- the gate


@pytest.fixture
def content(tmp_path):
    """An author's content folder, with one page."""
    folder = tmp_path / "content"
    (folder / "drafts").mkdir(parents=True)
    (folder / "about.md").write_text("# About\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A store that rules are looked up in; which engine it runs on is all the same to them."""
    opened = Store(f"sqlite:///{tmp_path_factory.mktemp('store') / 'byline.db'}")
    yield opened
    opened.close()


DRAFT = "drafts/2026-11-23-t.md"
FRONT = """---
date: 2026-11-23
title: T
summary: S
kind: link
sources:
  - {url: "https://a.example/1", title: A, publisher: Daily}
---
"""
WORDS = "My words go on for more than twice as long as whatever I have quoted of it, because that is what the house "
WORDS += "asks of me, and I do not mind: there is enough to say of cranes that fall at noon and of those that do not."
TAKE = f"## [A crane fell](https://a.example/1)\n\n> Cranes moved again at six.\n\n{WORDS}\n"
GOOD = FRONT + TAKE
MORE = '  - {url: "https://b.example/2", title: B, publisher: Weekly}\n'
EMPTY = FRONT.replace("kind: link", "kind: essay") + f"\n\n{posts.EXCERPT_END}\n{posts.PROMPT}\n"


def findings(content, store, text, words=60):
    keep(store, [("https://a.example/feed", plain_text("Daily"), [SOURCE])])
    path = content / DRAFT
    path.write_bytes(text.encode())
    found = room.check(path, store, content, WriteSettings(quote_words=words))
    assert all(finding.path == path and finding.remedy for finding in found)
    return [(finding.rule, finding.line, finding.severity is Severity.ERROR) for finding in found]


def test_the_posts_of_the_sample_site_are_clean(store):
    keep(store, list(sample_feeds()))
    for path in posts.paths(REPOSITORY / "content"):
        assert room.check(path, store, REPOSITORY / "content", WriteSettings()) == ()


@pytest.mark.parametrize(
    ("text", "rule", "line", "error"),
    [
        (GOOD.replace("date: 2026-11-23", "date: soon"), "front-matter", 2, True),
        (GOOD.replace("title: T", "title: [a"), "front-matter", 3, True),
        (GOOD.replace("title: T", "title: T: the rest"), "front-matter", 3, True),
        (GOOD.replace("title: T", "title: T\ntitle: U"), "front-matter", 4, True),
        (GOOD.replace("---\n##", "##"), "front-matter", 1, True),
        ("No front matter\n", "front-matter", 1, True),
        (EMPTY, "no-text", 11, True),
        (GOOD.replace("summary: S\n", ""), "no-summary", 2, True),
        (GOOD.replace("summary: S\n", "summary:\n"), "no-summary", 4, True),
        (FRONT + "Words.\n", "no-takes", 9, False),
        (GOOD.replace(WORDS, posts.PROMPT), "no-words", 9, True),
        (GOOD.replace(WORDS, "— …"), "no-words", 9, True),
        (GOOD.replace("again", "slowly"), "quotation-not-in-source", 11, True),
        (GOOD.replace("example/1", "example/2"), "source-not-stored", 11, True),
        (FRONT.replace("sources:\n", "").replace("  - {u", "#") + TAKE, "source-not-listed", 8, False),
        (FRONT.replace("---\n##", "") + TAKE + "\n## Notes\n\n> Somebody said so.\n", "quotation-unchecked", 17, True),
        (GOOD.replace("> Cranes", "<blockquote>Cranes"), "quotation-unchecked", 11, True),
        (GOOD + "\nHe said <q>never</q>.\n", "quotation-unchecked", 15, True),
        (GOOD + "\n## And [this](https://b.example/)\n\nWords.\n", "heading-not-a-link", 15, False),
        (
            GOOD.replace("kind: link", "kind: edition").replace("---\n##", MORE + "---\n##"),
            "source-without-take",
            8,
            False,
        ),
        (GOOD.replace("> Cranes moved again at six.", "> Cranes … at six."), "quotation-in-crumbs", 11, True),
        (GOOD + "\n\nSee [it](../nowhere.md)\nand more.\n", "broken-link", 16, True),
        (GOOD + "\n![it](nowhere.png)\n", "broken-link", 15, True),
    ],
)
def test_the_gate_names_the_rule_and_the_line(content, stored, text, rule, line, error):
    for written in (text, text.replace("\n", "\r\n")):
        assert findings(content, stored, written) == [(rule, line, error)]


def test_more_words_than_allowed_may_not_be_quoted_in_one_take(content, stored):
    text = GOOD.replace(WORDS, f"> Cranes moved again\n\n{WORDS}")
    assert findings(content, stored, text, words=8) == []
    assert findings(content, stored, text, words=7) == [("quotation-too-long", 11, True)]


def test_the_gate_has_nothing_to_say_of_a_good_post(content, stored):
    links = "[me](../about.md#about), [mail](mailto:a@b.example), [there](#a-crane-fell), <https://c.example/>"
    links += "\n<a href='https://d.example/'>d</a>"
    assert findings(content, stored, f"{GOOD}\n{links}\n") == []


NOWHERE = "../nowhere.md /about.md ../../../etc/passwd %2e%2e/%2e%2e/etc/passwd 2026-11-23-t.md ../about.md/x"
NOWHERE += " #nowhere ../about.md#nowhere ftp://a.example/ https:// http://[bad //[x a\\b ?"
BROKEN = [*NOWHERE.split(), "", "a%00b", "x" * 300]


@pytest.mark.parametrize("target", BROKEN)
def test_the_gate_says_of_a_link_to_nowhere_that_it_is_broken(content, stored, target):
    assert findings(content, stored, f"{GOOD}\n[x]({target})\n") == [("broken-link", 15, True)]


def test_the_gate_names_the_very_line_of_a_link(content, stored):
    assert findings(content, stored, f"{GOOD}\nWords\n[x](nowhere.md)\n") == [("broken-link", 16, True)]


@pytest.mark.parametrize("markup", ['<a href="../about.md">x</a>', '<div>\n<img\nsrc="javascript:x" alt="">\n</div>'])
def test_the_gate_says_of_html_that_leads_nowhere_that_it_is_broken(content, stored, markup):
    line = 15 + markup.count("\n", 0, markup.index("<img") if "<img" in markup else 0)
    assert findings(content, stored, f"{GOOD}\n{markup}\n") == [("broken-link", line, True)]


def test_a_link_to_a_post_as_if_it_were_a_draft_is_told_where_it_is(content, stored):
    (content / "posts").mkdir()
    (content / "posts/other.md").write_text(GOOD, encoding="utf-8")
    findings(content, stored, f"{GOOD}\n[x](other.md)\n")
    (found,) = room.check(content / DRAFT, stored, content, WriteSettings())
    assert "../posts/other.md" in found.remedy


def test_headings_can_be_linked_to_by_the_names_that_the_site_gives_them(content, stored):
    body = GOOD + "\n# Überall & *dort*\n\n# Twice\n\n# Twice {#named}\n\n<p id=own>x</p>\n\n"
    links = " ".join(f"[x](#{name})" for name in ("uberall-dort", "überall-dort", "twice", "twice_1", "named", "own"))
    assert findings(content, stored, body + links) == []


def test_an_essay_may_quote_a_book(content, stored):
    text = FRONT.replace("kind: link", "kind: essay") + "> Call me Ishmael.\n\nI read it again.\n"
    assert findings(content, stored, text) == []


# -- publishing a draft


def publish(path, stored, content):
    return room.publish_draft(path, stored, content, WriteSettings())


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_published_draft_moves_and_loses_its_prompts_and_nothing_else(content, stored, end):
    mine = ["Words  ", "", "", "\tcode\u00a0é", f"Not `{posts.PROMPT}` alone", "", "No newline at the end"]
    start = [posts.OPENING, "", "Hello.", "", posts.EXCERPT_END, ""]
    body = [*start, *TAKE.rstrip().split("\n"), "", posts.PROMPT, "", *mine]
    front = FRONT.replace("https://a.example/1", "https://a.example/other").rstrip().split("\n")
    text = end.join([*front, *body])
    rules = [("source-without-take", 7, False), ("source-not-listed", 15, False)]
    assert findings(content, stored, text) == rules  # a warning keeps no post back
    path, found = publish(content / DRAFT, stored, content)
    assert (path, len(found)) == (content / "posts/2026-11-23-t.md", 2)
    assert not (content / DRAFT).exists()
    without = text.replace(f"{posts.OPENING}{end}{end}", "").replace(f"{end}{posts.PROMPT}{end}{end}", end)
    assert path.read_bytes() == without.encode()


def test_a_draft_with_errors_stays_a_draft(content, stored):
    text = GOOD.replace("again", "slowly")
    findings(content, stored, text)
    path, found = publish(content / DRAFT, stored, content)
    assert (path, [finding.rule for finding in found]) == (None, ["quotation-not-in-source"])
    assert (content / DRAFT).read_text(encoding="utf-8") == text
    assert not (content / "posts").exists()


def test_publishing_never_overwrites_a_post(content, stored):
    findings(content, stored, GOOD)
    post = content / "posts/2026-11-23-t.md"
    post.parent.mkdir()
    post.write_text("another", encoding="utf-8")
    with pytest.raises(UsageError, match="is there already"):
        publish(content / DRAFT, stored, content)
    assert (post.read_text(encoding="utf-8"), (content / DRAFT).is_file()) == ("another", True)


@pytest.mark.parametrize("folder", ["content/posts", "content", "content/drafts/later", "elsewhere/drafts"])
def test_what_is_no_draft_of_this_site_is_not_published(content, stored, folder):
    findings(content, stored, GOOD)
    place = content.parent / folder / "2026-11-23-other.md"
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(content / DRAFT, place)
    with pytest.raises(UsageError, match="is no draft"):
        publish(place, stored, content)
    assert place.read_text(encoding="utf-8") == GOOD


# -- what the site shows and CommonMark does not see


ONLY_ON_THE_SITE = {
    "!!! note\n\n    > She said all of it.": ("quotation-unchecked", 17),
    '!!! warning "The Daily"\n\n    See [x](nope.md).': ("broken-link", 17),
    '!!! quote "The Daily"\n\n    She said all of it.': ("quotation-unchecked", 15),
    "Words[^1]\n\n[^1]: So they said:\n\n    > She said all of it.": ("quotation-unchecked", 19),
    "[my report](my report.md)": ("broken-link", 15),
    "[this](javascript:alert(1))": ("broken-link", 15),
    "[this](vbscript:x)": ("broken-link", 15),
    "[this](file:///etc/passwd)": ("broken-link", 15),
    "[this](data:text/html,x)": ("broken-link", 15),
}


@pytest.mark.parametrize("text", ONLY_ON_THE_SITE)
def test_the_gate_judges_what_the_site_will_show(content, stored, text):
    rule, line = ONLY_ON_THE_SITE[text]
    assert findings(content, stored, f"{GOOD}\n{text}\n") == [(rule, line, True)]


@pytest.mark.parametrize(
    "text",
    [
        "Hello[^1]\n\n[^1]: Ibid.",
        "> Cranes moved\n\n> again at six.\n\nBoth halves are quoted.",
        "> Cranes *moved* again\n> at six.",
        "> Cranes moved again &#97;t six.",
        "```\n> code\n[x](nope.md)\n```",
        "Write to <me@a.example> or see <https://c.example/?a=1&b=2>.",
    ],
)
def test_the_gate_raises_no_false_alarm_where_the_two_readings_differ(content, stored, text):
    assert findings(content, stored, f"{GOOD}\n{text}\n") == []


@pytest.mark.parametrize(
    "heading", ["**[A crane fell]({})**", "*[A crane fell]({})*", "[A crane fell]({}) {{#cranes}}"]
)
def test_a_heading_may_stand_in_stars_and_have_a_name(content, stored, heading):
    text = GOOD.replace("[A crane fell](https://a.example/1)", heading.format("https://a.example/1"))
    assert findings(content, stored, text) == []


@pytest.mark.parametrize(
    ("quoted", "at"),
    [
        ("Cranes moved slowly at six.", "“slowly at six.”"),
        ("Cranes moved again at six. — Mary Poppins", "“— Mary Poppins”"),
        ("Cranes moved again at six. — The Daily lied", "“— The Daily”"),
        ("Cranes moved again at six. — Cranes moved again", "“— Cranes moved”"),
        ("Cranes moved again at six. — Daily, which was sorry", "“— Daily, which”"),
        ("Cranes moved again at six.\nI was not surprised.", "“I was not”"),
        ("Nothing of it.", "“Nothing of it.”"),
        ("Cranes moved … under the moon tonight.", "“under the moon”"),
    ],
)
def test_the_gate_says_where_a_quotation_leaves_its_source(content, stored, quoted, at):
    findings(content, stored, GOOD.replace("Cranes moved again at six.", quoted))
    found = room.check(content / DRAFT, stored, content, WriteSettings())
    assert at in next(finding.reason for finding in found if finding.rule == "quotation-not-in-source")


def test_a_name_may_stand_behind_a_dash_below_a_quotation_if_the_source_has_it(content, stored):
    told = findings(
        content, stored, GOOD.replace("Cranes moved again at six.", "Cranes moved again at six.\n> — The Daily")
    )
    assert "quotation-not-in-source" not in {finding.rule for finding in told}


def test_a_post_that_the_engine_would_hide_is_told(content, stored):
    text = GOOD.replace("kind: link", "kind: link\ndraft: true")
    assert findings(content, stored, text) == [("hidden", 6, True)]


def test_a_web_address_without_its_beginning_is_told_so(content, stored):
    findings(content, stored, f"{GOOD}\n[x](www.example.org/x)\n")
    (found,) = room.check(content / DRAFT, stored, content, WriteSettings())
    assert "https:// in front" in found.remedy


def test_a_date_that_lies_in_the_future_is_no_date_of_a_source():
    ahead = replace(
        entry("A crane fell", "A crane fell into the sea today, they said."), published=NOW.replace(year=2035)
    )
    (source,) = draft([of(ahead)], {}, NOW, 60).sources
    assert source.published is None
