"""The post format: what is read is what was written, and edits leave the author's text as it was."""

import datetime as dt
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline import post as posts
from pipeline.errors import PostError, UsageError
from pipeline.html import plain_text, safe_url
from pipeline.model import Kind, Post, Quotation, Source
from pipeline.post import OPENING, PROMPT, attributed, links, parse, read, render, resolve, without_prompts

HEAD = "---\ndate: 2026-11-23\ntitle: Cranes\n---\n"
SITE = "https://a.example/blog/"
law = settings(derandomize=True, deadline=None, max_examples=100)

LINES = """## [A *b* `c`](https://a.example/)|> quoted|words|---|```|- item|- > in a list|<!-- hidden -->|T\n===|é
    code|[S](https://s.example/)\n---|<div>|1. one|# Top|> - deep|![i](j.png)""".replace("\n    code", "|    code")
bodies = st.lists(st.sampled_from([*LINES.split("|"), "", "\\", OPENING, PROMPT]), max_size=9).map("\n".join)
marks = st.sampled_from("ab:#'\"-[]{}&*!|>%@`,~=?\\ é😀0.")
text = st.one_of(
    st.text(marks, max_size=10),
    st.text(max_size=10),
    st.sampled_from("null true 1 2026-11-23 --- - ~ = << 0x1 1e3 ... yes !!x &a *a 12:30".split()),
).map(plain_text)
some_text = text.filter(bool)
sources = st.builds(
    Source,
    url=st.sampled_from(["https://a.example/", "https://b.example/x?y=z#w"]).map(safe_url),
    title=text,
    publisher=text,
    published=st.none() | st.dates(),
    accessed=st.none() | st.dates(),
    snapshot=st.none() | st.just("sha256:ab"),
)
scalars = st.booleans() | st.integers() | st.floats(allow_nan=False) | text | st.dates()
extras = st.dictionaries(
    st.sampled_from("author tags draft image x-y".split()),
    st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3)),
    max_size=3,
)
generated = st.builds(
    Post,
    date=st.dates(),
    title=some_text,
    summary=text,
    topics=st.lists(text, max_size=3).map(tuple),
    kind=st.sampled_from(Kind),
    sources=st.lists(sources, max_size=3).map(tuple),
    body=bodies.map(lambda body: body.lstrip("\n")),
    extra=extras,
)


@law
@given(generated)
def test_a_post_that_is_written_and_read_is_the_same_post(post):
    again = parse(render(post))
    assert replace(again, takes=(), body_line=1) == post
    assert parse(render(again)) == again
    assert render(post).splitlines()[again.body_line - 1 :] == post.body.splitlines()


@law
@given(bodies)
def test_a_body_is_kept_to_the_letter(body):
    assert parse(HEAD + "\n" + body).body == body.lstrip("\n")


@law
@given(bodies)
def test_every_take_and_quotation_is_on_its_line(body):
    lines = (HEAD + body).split("\n")
    for take in parse(HEAD + body).takes:
        assert "](https://" in lines[take.line - 1]
        for quotation in take.quotations:
            assert quotation.line > take.line
            assert ">" in lines[quotation.line - 1]


def test_front_matter_that_is_not_known_is_kept_even_if_empty():
    assert parse("---\ndate: 2026-11-23\ntitle: x\nimage:\n---\n").extra == {"image": None}


# -- takes

BY_HAND = """
Opening words.
<!-- more -->

## [Rotterdam *automates* `yards`](https://a.example/yards?utm_source=x "a title")
> A sentence
> over two lines.
>
> > Said by another.
lazily continued

What **I** make of it, with [a link](https://x.example/).

- one
- two

```
## [no take](https://no.example/)
> no quotation
```

<!-- ## [no take either](https://no.example/) -->

### A smaller heading
Still about the yards.

[Felixstowe waits](https://b.example/)
--------------------------------------
Mine alone.

## My own heading
> Not in a take.

## [A page of mine](other.md)
## [One](https://c.example/) and more
## [One](https://c.example/)[Two](https://d.example/)
> ## [Quoted](https://q.example/)
"""


def test_a_heading_that_is_one_link_to_a_source_opens_a_take():
    first, second = parse(HEAD + BY_HAND).takes
    assert (first.heading, first.url) == ("Rotterdam automates yards", "https://a.example/yards")
    assert (second.heading, second.url) == ("Felixstowe waits", "https://b.example/")
    assert (first.line, second.line) == (9, 31)


def test_a_blockquote_in_a_take_is_a_quotation_and_all_else_is_the_authors():
    first, second = parse(HEAD + BY_HAND).takes
    assert first.quotations == (
        Quotation(text="A sentence over two lines.\nSaid by another. lazily continued", line=10),
    )
    assert first.words == "\n".join(
        ["What I make of it, with a link.", "one", "two", "A smaller heading", "Still about the yards."]
    )
    assert (second.quotations, second.words) == ((), "Mine alone.")


def test_a_take_ends_at_the_next_heading_of_its_level_or_above():
    body = "### [A](https://a.example/)\none\n#### deeper\ntwo\n## above\nthree\n"
    (take,) = parse(HEAD + body).takes
    assert take.words == "one\ndeeper\ntwo"


@pytest.mark.parametrize("body", ["- > In a list.", "1. One\n\n   > In a list."])
def test_a_blockquote_in_a_list_is_a_quotation_too(body):
    (take,) = parse(f"{HEAD}## [A](https://a.example/)\n{body}\n").takes
    assert [quotation.text for quotation in take.quotations] == ["In a list."]


@pytest.mark.parametrize("heading", ["[A](javascript:x)", "[A](mailto:a@b.example)", "[](a.md)", "A", "[A][b]"])
def test_other_headings_open_no_take(heading):
    assert parse(f"{HEAD}## [A][b]\n\n[b]: https://a.example/\n").takes[0].url == "https://a.example/"
    assert parse(f"{HEAD}## {heading}\n").takes == ()


def test_line_ends_of_windows_and_a_mark_at_the_beginning_change_nothing(tmp_path):
    path = tmp_path / "2026-11-23-x.md"
    path.write_bytes(b"\xef\xbb\xbf" + (HEAD + BY_HAND).replace("\n", "\r\n").encode())
    assert read(path) == replace(parse(HEAD + BY_HAND), path=path)


def test_links_and_images_are_found_with_their_lines():
    body = "a [b](c.md)\n\n- ![d](e.png)\n\n> [f]\n\n[f]: https://a.example/\n\n`[no](no.md)`\n"
    assert [(link.target, link.line) for link in links(parse(HEAD + body))] == [
        ("c.md", 5),
        ("e.png", 7),
        ("https://a.example/", 9),
    ]


# -- front matter


def problems_of(matter):
    with pytest.raises(PostError) as raised:
        parse(f"---\n{matter}---\nbody\n", Path("x.md"))
    assert str(raised.value).startswith("x.md:")
    return dict(raised.value.problems)


def test_every_problem_of_the_front_matter_is_told_at_once_with_its_line():
    problems = problems_of("""\
date: soon
summary: fine
kind: novel
topics: ports
sources:
- {url: https://a.example/, title: fine}
- {title: no address}
- url: javascript:x
  published: 12.5.2026
""")
    assert {2, 4, 5, 8, 9, 10} <= {*problems} <= {1, 2, 4, 5, 8, 9, 10}
    assert "'essay', 'link' or 'edition'" in problems[4]
    assert "must be a full web address" in problems[9]


@pytest.mark.parametrize(
    ("matter", "line", "said"),
    [
        ("title: x\n", 2, "date: is missing"),
        ("date: 2026-11-23\n", 2, "title: is missing"),
        ("date: 2026-11-23\ntitle: '  '\n", 3, "title"),
        ("date: 2026-11-23\ntitle: [a\n", 3, "a bracket is opened here"),
        ("date: 2026-11-23\ntitle: 'a\n", 3, "a quotation mark begins the text and does not end it"),
        ('date: 2026-11-23\ntitle: "a\nsummary: x\ntopics: ["b"]\n', 3, "a quotation mark begins the text"),
        ("date: 2026-11-23\ntitle: 'Tis the season\nsummary: it's\n", 3, "a quotation mark begins the text"),
        ("date: 2026-11-23\ntitle: [Draft] What\n", 3, "may begin with [ only in quotes"),
        ("date: 2026-11-23\ntitle:What\nsummary: x\n", 3, "write a space after the colon"),
        ("date: 2026-11-23\n title: What\n", 3, "begins further right"),
        ("date: 2026-11-23\ntitle: a: b\nsummary: |\n  note:this\n", 3, "a colon stands in a text without quotes"),
        ("date: 2026-11-23\ntitle: #1 thing\n", 3, "what stands behind # is a comment"),
        ("date: 2026-11-23\ntitle: No\n", 3, "is read as yes or no, not as text"),
        ("date: 2026-11-23\ntitle: a\ntopics: [us: politics]\n", 4, "is read as a name with a value"),
        (
            "date: 2026-11-23\ntitle: a\nsources:\n  - {url: 'https://a.example/', publisher: World: News}\n",
            5,
            "a colon stands in a text",
        ),
        ("date: 2026-11-23\ntitle: @a\n", 3, "may begin with '@' only in quotes"),
        ("date: 2026-11-23\ntitle: *a\n", 3, "may begin with * or & only in quotes"),
        ("date: 2026-11-23\ntitle: !a b\n", 3, "may begin with ! or % only in quotes"),
        ('date: 2026-11-23\ntitle: "a" b\n', 3, "after the closing quotation mark"),
        ("date: 2026-11-23\n\ttitle: a\n", 3, "a tab stands here"),
        ("date: 2026-11-23\ntitle\nsummary: a\n", 4, "a colon is missing"),
        ("date: 2026-11-23\ntitle: a\ntitle: b\n", 4, "title stands in line"),
        ("date: 2026-11-23\ntitle: a\ntopics: ports\n", 4, "must be a list"),
        ("date: 2026-11-23\ntitle: a\nsources: [x]\n", 4, "must be lines of `name: value`"),
        ("date: soon\ntitle: a\n", 2, "is no day; write it as 2026-11-23"),
        ("date: 2026-11-23\ntitle: a: b\n", 3, "a colon stands in a text"),
        ("date: 2026-02-30\ntitle: x\n", 2, "day"),
        ("", 1, "empty"),
        ("- a\n", 1, "empty"),
    ],
)
def test_a_problem_of_the_front_matter_is_on_its_line(matter, line, said):
    assert said in problems_of(matter)[line]


@pytest.mark.parametrize("text", ["", "x", " ---\n---\n", "# T\n---\n---\n"])
def test_a_file_without_front_matter_says_how_to_begin(text):
    with pytest.raises(PostError, match="has no front matter; begin the file with ---"):
        parse(text)


@pytest.mark.parametrize("text", ["---\n", "---\ndate: 2026-11-23\n"])
def test_a_front_matter_that_is_not_closed_is_told(text):
    with pytest.raises(PostError, match="not closed; write --- again"):
        parse(text)


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path):
    with pytest.raises(PostError, match="there is no such file"):
        read(tmp_path / "none.md")
    (tmp_path / "latin.md").write_bytes(HEAD.encode() + b"caf\xe9")
    with pytest.raises(PostError, match="is not UTF-8 text"):
        read(tmp_path / "latin.md")


def test_front_matter_written_by_hand_is_read():
    post = parse("---  \ndate: 2026-11-23 10:00:00\ntitle: '2026'\nkind: edition\ntags: [a]\n---\t\n\n\nBody\n---\n")
    assert (post.date, post.title, post.kind) == (dt.date(2026, 11, 23), "2026", Kind.EDITION)
    assert (post.extra, post.body, post.body_line) == ({"tags": ["a"]}, "Body\n---\n", 9)


@pytest.mark.parametrize("title", ["Yes", "off", "10:30", "1_000", "0x10"])
def test_a_title_is_what_the_author_wrote_or_it_is_told(title):
    try:
        assert parse(f"---\ndate: 2026-11-23\ntitle: {title}\n---\n").title == title
    except PostError as error:
        assert "title" in str(error)  # noqa: PT017  (refusing it is as right as keeping it)


# -- prompts


@law
@given(
    st.lists(
        st.sampled_from(["", "words", "  ", OPENING, PROMPT, "```", f"{PROMPT} more", f" {PROMPT}"]),
        max_size=9,
    )
)
@example([OPENING, "", "words", PROMPT])
def test_prompts_leave_and_every_other_line_stays(lines):
    for end in ("\n", "\r\n"):
        left = without_prompts(end.join(lines))
        said = [line for line in lines if line.strip() and line not in {OPENING, PROMPT}]
        assert [line for line in left.split(end) if line.strip()] == said
        if said == [line for line in lines if line.strip()]:
            assert left == end.join(lines)


def test_a_prompt_leaves_with_the_blank_line_below_it():
    assert without_prompts(f"a\n\n{PROMPT}\n\nb\n") == "a\n\nb\n"
    assert without_prompts(f"a\r\n\r\n{PROMPT}\r\n\r\nb") == "a\r\n\r\nb"
    assert without_prompts(f"a\n{OPENING}") == "a\n"


# -- attribution


def with_source(body):
    source = Source(
        url=safe_url("https://a.example/"),
        title=plain_text("A"),
        publisher=plain_text("P*"),
        published=dt.date(2026, 11, 16),
    )
    return replace(parse(HEAD + body), sources=(source,))


def test_a_take_says_who_published_its_source_and_when():
    post = with_source("## [A](https://a.example/)\n> q\n\n## [B](https://b.example/)\nwords\n")
    assert attributed(post, "en") == (
        "## [A](https://a.example/)\n\n*P\\*, 16 November 2026*\n\n> q\n\n## [B](https://b.example/)\nwords\n"
    )
    assert "16. November 2026" in attributed(post, "de")
    assert "16 November 2026" in attributed(post, "tlh")


def test_a_heading_that_is_underlined_stays_a_heading_under_attribution():
    made = attributed(with_source("[A](https://a.example/)\n===\nwords\n"), "en")
    assert made.startswith("[A](https://a.example/)\n===\n")


# -- places


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("index.md", ""),
        ("about.md", "about/"),
        ("topics/index.md", "topics/"),
        ("topics/README.md", "topics/"),
        ("posts/2026-11-23-ä b.md", "posts/2026-11-23-%C3%A4%20b/"),
        ("a?b#c:d.md", "a%3Fb%23c%3Ad/"),
    ],
)
def test_a_page_is_where_mkdocs_puts_it(page, address):
    for site in (SITE, SITE.rstrip("/")):
        assert posts.page_address(site, PurePosixPath(page)) == SITE + address
    assert posts.address(SITE, Path("/x/drafts/2026-11-23-a.md")) == SITE + "posts/2026-11-23-a/"


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("b.md", SITE + "posts/b/"),
        ("./b.md#part", SITE + "posts/b/#part"),
        ("../about.md?x=1#y", SITE + "about/?x=1#y"),
        ("../index.md", SITE),
        ("../assets/a.png", SITE + "assets/a.png"),
        ("/about.md", SITE + "about/"),
        ("../../../../etc/passwd", SITE + "etc/passwd"),
        ("é.md", SITE + "posts/%C3%A9/"),
        ("../a%20b.md", SITE + "a%20b/"),
        ("../a%20b.png", SITE + "a%20b.png"),
        *((link, link) for link in ("https://x.example/a.md", "//x.example/a.md", "mailto:a@b.example", "#part", "")),
    ],
)
def test_a_link_leads_to_its_page_of_the_site(link, address):
    assert resolve(SITE, PurePosixPath("posts/a.md"), link) == address


@pytest.fixture
def content(tmp_path):
    for name in ("posts/2026-11-16-cranes", "posts/2026-11-23-cranes-again", "drafts/2026-11-30-shore-power"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.md").write_text(HEAD)
    return tmp_path


@pytest.mark.parametrize("name", ["2026-11-16-cranes", "2026-11-16-cranes.md", "16-c", "2026-11-16"])
def test_a_post_is_found_by_its_name_or_a_part_of_it(content, name):
    assert posts.find(content, name) == content / "posts/2026-11-16-cranes.md"


def test_a_draft_and_a_path_are_found_too(content):
    draft = content / "drafts/2026-11-30-shore-power.md"
    assert posts.find(content, "shore") == posts.find(content, str(draft)) == draft


def test_a_name_that_is_not_clear_or_unknown_is_told(content):
    with pytest.raises(UsageError, match="may be any of 2026-11-23-cranes-again, 2026-11-16-cranes; write more"):
        posts.find(content, "cranes")
    with pytest.raises(UsageError, match=r"there is no post yachts in .*a part of it"):
        posts.find(content, "yachts")


def test_a_file_is_named_after_day_and_title():
    assert posts.file_name(dt.date(2026, 11, 23), "../What? Über all!") == "2026-11-23-what-uber-all.md"


def test_a_post_is_known_by_the_first_name_of_its_file_that_no_other_has(tmp_path):
    text = "---\ndate: 2026-11-24\ntitle: T\naliases: [2026-11-22-first, 2026-11-23-second]\n---\nText.\n"
    post = posts.parse(text, tmp_path / "2026-11-24-third.md")
    assert posts.edition_of(post) == "2026-11-22-first"
    (tmp_path / "2026-11-22-first.md").touch()  # another post has that name now
    assert posts.edition_of(post) == "2026-11-23-second"
    assert posts.edition_of(posts.parse(text.replace("aliases: ", "tags: "), post.path)) == "2026-11-24-third"


def test_a_text_that_no_parser_reads_in_time_is_told_with_its_lines():
    head = "---\ndate: 2026-11-24\ntitle: T\n---\n\n"
    with pytest.raises(PostError, match="has 20,001 characters, more than the 20,000 of a line") as caught:
        parse(f"{head}Hello.\n{'[' * 20_001}\n")
    assert [line for line, _ in caught.value.problems] == [7]
    with pytest.raises(PostError, match="make two of it"):
        parse(head + "Word.\n" * 40_000)
