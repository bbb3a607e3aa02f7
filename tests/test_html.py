"""Whatever comes from outside leaves html.py safe: as text, as an address, as markup, as Markdown."""

import html as entities
import json
import re
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from conftest import within
from pipeline.html import (
    as_web_address,
    authority,
    blocks_of,
    depth,
    looks_like_markup,
    markdown_link,
    plain_text,
    rendered,
    safe_html,
    safe_url,
    sentences,
    shortened,
    slug,
    text_of,
    to_markdown,
)
from pipeline.html.depth import is_too_deep

law = settings(derandomize=True, deadline=None, max_examples=150)
BASE = "https://base.example/feeds/one.xml"
BIDI = {"LRO", "RLO", "LRE", "RLE", "PDF", "LRI", "RLI", "FSI", "PDI"}

PIECES = """
<div> </div> <p> </p> <b> </b> <a> </a> <script> </script> <svg> <math> <table> <tr> <td> <ul> <li> <!-- -->
<![CDATA[ ]]> <pre> </pre> <style> &lt; &amp;lt; & &#0; <select> <template> <title> <textarea> <br> <h1> words
<plaintext> <noscript> <caption> <ins> <frameset> <img/src=//a.example/b/onerror=1> <q/cite=x>
""".split()
PIECES += ["\n", "\r", "\x00", " ", "\u202e", "\u200b", "\ufeff", "<a href='javascript:x'>"]
markup = st.one_of(st.lists(st.sampled_from(PIECES), max_size=10).map("".join), st.text(max_size=20))


# -- text


@law
@given(st.text(max_size=40))
@example("a\u202eb\u2066c\u200bd\U000e0041e\x1b[31mf\x9b2Jg\r\nh\u2028i\u0085j\ufeffk\u00adl")
@example("a\ud800b")
def test_plain_text_is_one_line_without_control_or_reordering_marks(text):
    plain = plain_text(text)
    assert not any(unicodedata.category(mark) in {"Cc", "Cs", "Zl", "Zp"} for mark in plain)
    assert not any(unicodedata.bidirectional(mark) in BIDI for mark in plain)
    assert len(plain.splitlines()) <= 1
    assert plain == plain.strip()
    assert plain_text(plain) == plain


def test_plain_text_keeps_what_is_no_markup():
    assert plain_text("  1 < 2 &amp; <b>3</b>\t\n 4 ") == "1 < 2 &amp; <b>3</b> 4"
    assert plain_text("e\u0301t\u00e9") == "\u00e9t\u00e9"


def test_text_of_gives_the_words_without_tags_scripts_and_styles():
    markup = "<h1>Cranes</h1><p>go <b>up</b> &amp; down</p><script>evil()</script><style>p{}</style>"
    assert text_of(markup) == "Cranes go up & down"
    assert text_of("&amp;lt;b&amp;gt;") == "&lt;b&gt;"


@law
@given(markup)
def test_the_words_of_markup_hold_no_control_characters(given_markup):
    for text in (*blocks_of(given_markup), text_of(given_markup)):
        assert plain_text(text) == text


def test_blocks_are_paragraphs_items_cells_and_lines():
    markup = "<p>One <i>and</i> half</p><ul><li>two<li>three</ul>four<br>five<table><tr><td>six<td>seven</table>"
    assert blocks_of(markup) == ("One and half", "two", "three", "four", "five", "six", "seven")
    assert blocks_of("") == blocks_of(" \n") == blocks_of("<p> </p><script>x</script>") == ()


@pytest.mark.parametrize(
    ("text", "is_markup"),
    [
        *(("a <b>bold</b> word", True), ("Heddle &amp; Rask", True), ("&#8217;", True), ("a<br/>b", True)),
        *(("1 < 2 and 3 > 2", False), ("Heddle & Rask", False), ("a <- b", False), ("AT&T; more", False)),
    ],
)
def test_markup_is_told_from_text(text, is_markup):
    assert looks_like_markup(text) is is_markup


def test_shortened_cuts_at_a_word_and_says_so():
    assert shortened(plain_text("one two three"), 13) == "one two three"
    assert shortened(plain_text("one two, three"), 11) == "one two…"
    assert shortened(plain_text("unbreakable"), 5) == "unbr…"


@law
@given(st.text(max_size=60).map(plain_text), st.integers(min_value=1, max_value=50))
def test_shortened_is_never_longer_than_asked(text, limit):
    short = shortened(text, limit)
    assert len(short) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


# -- names


@law
@given(st.text(max_size=60))
@example("../../etc/passwd")
@example("..\\..\\con")
@example("%2e%2e%2f")
@example("\u2024\u2024\uff0f\u2025\u2215")
def test_a_slug_is_one_harmless_part_of_a_path(text):
    name = slug(text)
    assert name
    assert not re.search(r"[/\\.:\s%\x00-\x1f]", name)
    assert not name.startswith("-")
    assert len(name.encode()) <= 200


@law
@given(st.text(max_size=60))
@example("𝑨 mathematical 𝐁")
def test_a_slug_is_lower_case_and_its_own_slug(text):
    assert slug(slug(text)) == slug(text)
    assert slug(text) == slug(text).casefold()


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("What the yard cranes tell us", "what-the-yard-cranes-tell-us"),
        ("Überseehafen – größer & schöner", "uberseehafen-grosser-schoner"),
        ("港口 自动化", "港口-自动化"),
        ("C++ / C#", "c-c"),
        ("...", "untitled"),
        ("", "untitled"),
    ],
)
def test_a_slug_reads_as_its_title(title, name):
    assert slug(title) == name


@pytest.mark.parametrize("title", ["港" * 40, "Donaudampfschifffahrtsgesellschaft" * 3])
def test_a_long_title_without_spaces_keeps_its_beginning(title):
    assert slug(title) != "untitled"
    assert slug(title) in title.casefold()


def test_no_path_traversal_survives_a_slug(corpora):
    for text in inputs(corpora, "patt-path-traversal"):
        name = slug(text)
        assert not re.search(r"[/\\.\s]", name), text
        assert name


# -- addresses

ADDRESS_PARTS = """
http: https: // / \\ @ a.example [::1] [ ] :80 :443 :x ? # % %2f %00 é ß xn-- .. . javascript: data: < > " '
utm_source=x & = ; | ^ ` { } ① %41 %5c user:pw@ %40 :
""".split()
address_parts = st.sampled_from([*ADDRESS_PARTS, " ", "\t", "\n", "\u3002", "\u200b", "\xa0"])
addresses = st.one_of(
    st.lists(address_parts, max_size=8).map("".join),
    st.lists(address_parts, max_size=8).map(lambda parts: "https://a.example/" + "".join(parts)),
    st.lists(address_parts, max_size=6).map(lambda parts: "http://" + "".join(parts)),
    st.text(max_size=20),
)


@law
@given(addresses)
@example("https://user:pw@a.example/\"><script>?q='<>\u202e#\u00e9")
def test_an_address_is_plain_http_or_https_and_stays_as_it_is(address):
    url = safe_url(address)

    if url is not None:
        assert re.fullmatch(r"https?://[^/@?#]+([/?#][\x21-\x7e]*)?", url)
        assert not re.search(r"[\s\"<>\\^`{}|]", url)
        assert safe_url(url) == url


NO_ADDRESSES = """
javascript:alert(1) JaVaScRiPt:alert(1) data:text/html,x vbscript:x file:///etc/passwd ftp://a.example/
mailto:a@b.example //a.example /path path #x http:// http:/// https://-a.example/ http://a..example/ http://[::1 http://a.example:port/
http://a.example:99999/ blob:https://a.example/ http://a%00b/ http://a%20b/
""".split()
NO_ADDRESSES += [
    "",
    " ",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "http://a b/",
    "http://a.example/" + "x" * 2048,
]


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_what_is_no_web_address_is_none(address):
    assert safe_url(address) is None


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (" https://A.Example:443/a b\n", "https://a.example/a%20b"),
        ("http://user:pw@a.example/", "http://a.example/"),
        ("http:\\\\a.example\\b?c\\d", "http://a.example/b?c%5Cd"),
        ("https://bücher.example/ä?ö=ü#ß", "https://xn--bcher-kva.example/%C3%A4?%C3%B6=%C3%BC#%C3%9F"),
        ("https://a.example/?utm_source=x&id=7&fbclid=y", "https://a.example/?id=7"),
        ("https://a.example/?a=%2F&b=1+2", "https://a.example/?a=%2F&b=1+2"),
        ("http://[::FFFF:7f00:1]:8080/", "http://[::ffff:7f00:1]:8080/"),
    ],
)
def test_an_address_is_written_in_one_way(address, url):
    assert safe_url(address) == url


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://A.Example/feed?x#y", ("a.example", 443)),
        ("http://a.example", ("a.example", 80)),
        ("https://a.example:443/", ("a.example", 443)),
        ("https://a.example:80/", ("a.example", 80)),
        ("http://a.example:0/", ("a.example", 0)),
        ("https://user:pw@a.example:8443/", ("a.example", 8443)),
        ("https://b.example@a.example/", ("a.example", 443)),
        ("https://a.example\\@b.example/", ("a.example", 443)),
        ("https://a.example./", ("a.example", 443)),
        ("https://bücher.example/", ("xn--bcher-kva.example", 443)),
        ("https://%61.example/", ("a.example", 443)),
        ("http://[0:0::1]:8080/", ("::1", 8080)),
        ("http://[::1%25eth0]/", ("::1", 80)),
        ("ftp://a.example/", None),
        ("a.example", None),
        ("https://a.example:port/", None),
        ("", None),
    ],
)
def test_addresses_of_one_host_and_port_have_one_authority(url, place):
    assert authority(url) == place


@law
@given(addresses)
def test_an_address_written_in_another_way_has_the_same_authority(address):
    url = safe_url(address)

    assert authority(address) == (authority(url) if url else None)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" a.example/feed ", "https://a.example/feed"),
        ("a.example:8080", "https://a.example:8080"),
        ("http://a.example/", "http://a.example/"),
        ("feed:a.example/x", "https://a.example/x"),
        ("FEED://a.example/x", "https://a.example/x"),
        ("feed:http://a.example/x", "http://a.example/x"),
        ("feed://https://a.example/x", "https://a.example/x"),
        ("//a.example/x", "https://a.example/x"),
        ("https://a.example/feed:https://b.example/", "https://a.example/feed:https://b.example/"),
        ("mailto:a@b.example", "mailto:a@b.example"),
    ],
)
def test_what_somebody_types_becomes_a_web_address(typed, address):
    assert as_web_address(typed) == address


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("two.html", "https://base.example/feeds/two.html"),
        ("/two", "https://base.example/two"),
        ("//other.example/x", "https://other.example/x"),
        ("?page=2", "https://base.example/feeds/one.xml?page=2"),
        ("../up", "https://base.example/up"),
        ("http://other.example/x;y", "http://other.example/x;y"),
        ("https://other.example/x;", "https://other.example/x;"),
    ],
)
def test_a_link_is_resolved_against_its_base(link, url):
    assert safe_url(link, BASE) == url


# -- markup


class Elements(HTMLParser):
    """The elements of a fragment with their attributes."""

    def __init__(self, fragment):
        super().__init__()
        self.found = []
        self.feed(fragment)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def inputs(corpora, name):
    lines = (corpora / "hostile" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["input"] for line in lines]


FORBIDDEN = {
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "svg",
    "math",
    "form",
    "input",
    "meta",
    "base",
    "link",
}


def assert_harmless(fragment, origin):
    for tag, attributes in Elements(fragment).found:
        assert tag not in FORBIDDEN, origin
        for name, value in attributes.items():
            assert not name.startswith("on"), origin
            assert name not in {"style", "srcset", "srcdoc", "action", "formaction"}, origin
            if name in {"href", "src", "cite"}:
                assert re.match("https?://[^/]", value), origin


@pytest.mark.parametrize("base", ["", BASE])
def test_no_attack_of_the_collections_leaves_anything_that_runs(corpora, base):
    for path in sorted((corpora / "hostile").glob("*.jsonl")):
        for text in inputs(corpora, path.stem):
            cleaned = within(1, safe_html, text, base)
            assert_harmless(cleaned, text)


@law
@given(markup)
def test_cleaned_markup_holds_nothing_that_runs(given_markup):
    assert_harmless(safe_html(given_markup, BASE), given_markup)


@law
@given(markup)
@example("<pre>\n\nwords</pre>")
def test_cleaning_twice_is_once(given_markup):
    once = safe_html(given_markup, BASE)
    assert safe_html(once, "https://elsewhere.example/") == once


def test_structure_links_and_images_are_kept():
    markup = '<p>See <a href="../a" title="t">this</a> <img src="b.png" alt="x" onerror="evil()"></p>'
    assert safe_html(markup, BASE) == (
        '<p>See <a href="https://base.example/a" title="t">this</a> '
        '<img src="https://base.example/feeds/b.png" alt="x"></p>'
    )


def test_resolve_sees_each_address_before_the_base():
    cleaned = safe_html('<a href="page.md">x</a>', BASE, lambda link: link.replace(".md", "/"))
    assert cleaned == '<a href="https://base.example/feeds/page/">x</a>'


@pytest.mark.parametrize("clean", [safe_html, text_of])
@pytest.mark.parametrize(
    "piece",
    ["<div>", "<b>", "<table><tr><td>", "<p><i><a href=x>", "<li><ul>", "<svg>", "<", "<!--<", "<a", "&"],
)
def test_very_deep_nesting_is_fast(clean, piece):
    cleaned = within(1, clean, "words " + piece * 100_000)
    assert cleaned.startswith("words")


def test_very_many_tags_that_never_end_are_fast():
    within(0.6, safe_html, "words " + "<div\n" * 30_000)


# -- Markdown

commonmark = MarkdownIt("commonmark").enable("table")
MARKS = [*"\\`*_[]{}()<>#+-.!|&:~=^$\"'/?;, 01ab%@"]
MARKS += "&amp; &#35; &copy; http://a.b www.a.b a@b.c <!-- --> --- === *** ``` ~~~ [^1] <b> </b> !!! {:#x}".split()
MARKS += ["1. ", "- ", "+ ", "* ", "# ", "> ", ": ", "    ", "[^1]: x", "*[HTML]: x", "[a]: http://b"]
titles = st.one_of(st.lists(st.sampled_from(MARKS), max_size=10).map("".join), st.text(max_size=30)).map(plain_text)


def shown(made):
    return " ".join(entities.unescape(re.sub(r"<[^>]*>", "", made)).split())


def assert_shown(markdown_text, words):
    assert shown(rendered(markdown_text, "")) == words
    assert shown(commonmark.render(markdown_text)) == words


@law
@given(titles)
def test_a_paragraph_a_quote_an_item_and_the_middle_of_a_line_show_exactly_the_text(text):
    for start in ("", "> ", "- ", "before "):
        assert_shown(
            f"{start}{to_markdown(text)}\n",
            start.strip("> -") + text if start != "before " else f"before {text}".strip(),
        )


@law
@given(titles)
@example("Why I write C #")
@example("What is new in C#")
def test_a_heading_shows_exactly_the_text(text):
    assert_shown(f"## {to_markdown(text)}\n", text)


@law
@given(titles)
@example("Update]:strike")
def test_a_link_shows_exactly_its_text(text):
    assert_shown(f"{markdown_link(text, safe_url('https://a.example/b'))}\n", text)
    assert_shown(f"## {markdown_link(text, safe_url('https://a.example/b'))}\n", text)


@law
@given(addresses)
@example("https://a.example/b_(c)_*d*?e=(f&copy=1")
@example("https://a.example/100%")
def test_a_link_leads_exactly_there(address):
    url = safe_url(address)
    if url is not None:
        link = f"see {markdown_link(plain_text('it'), url)}\n"
        for made in (rendered(link, ""), commonmark.render(link)):
            assert [attributes.get("href") for tag, attributes in Elements(made).found if tag == "a"] == [url]


def test_rendered_markdown_has_whole_addresses_and_nothing_that_runs():
    made = rendered("[a](../b) <script>evil()</script> ![c](d.png)\n\n[e](javascript:evil())\n", BASE)

    assert_harmless(made, made)
    assert 'href="https://base.example/b"' in made
    assert 'src="https://base.example/feeds/d.png"' in made
    assert "evil" not in made


# -- what takes minutes


HEAVY = {
    "marks on a letter": lambda n: plain_text("a" + "\u0315\u0300" * n),
    "sentences of one letter": lambda n: sentences("A. " * n),
    "formatting never closed": lambda n: safe_html(
        "<p>" + "".join(f"<b a={i}>" for i in range(190)) + "</p>" + "<p>x</p>" * n
    ),
    "an end tag in an attribute": lambda n: safe_html('<div title="</div>">' * n),
    "an end tag in a comment": lambda n: safe_html("<div><!--</div>-->" * n),
    "a quotation mark that begins no value": lambda n: safe_html('<p "><div>' * n),
    "a value that never ends": lambda n: safe_html('<a b="' * n),
    "a comment that never ends": lambda n: safe_html("<!--" * n),
    "nesting": lambda n: safe_html("<div>" * n + "x"),
}


@pytest.mark.parametrize("what", HEAVY)
def test_no_text_takes_longer_than_its_length_is_worth(what):
    shown = within(1.5, HEAVY[what], 40_000)
    assert len(shown) <= 40_000 * 25


def test_what_xml_cannot_hold_is_in_no_text_and_no_markup():
    dirty = "a\x08b\x1b[31m\x9b\ufffe\uffff"
    assert plain_text(dirty) == "a b [31m"
    assert safe_html(f"{dirty}&#8;<a title='\x1b'>x</a>") == 'ab[31m<a title="">x</a>'


def test_bidirectional_marks_and_letters_without_width_leave_and_joiners_stay():
    assert plain_text("a\u200e\u200f\u061c\u034f\u115f\u3164\u2800b\u2066\u206fc") == "a bc"
    assert plain_text("می\u200cخواهم 👩\u200d🚀") == "می\u200cخواهم 👩\u200d🚀"


# -- depth


NESTING = [
    *"<x> <lin\u212a> <p=x> <p'x> <b><table><td></b></table>".split(),
    *(f"<p{mark}>" for mark in "\x0b\x1f\x85\xa0\u2003"),
    *(f"<div><{name}></div></{name}>" for name in "applet iframe noscript object select table template xmp".split()),
    *(f"<div>{end}" for end in ("<?x </div>", "</3 </div>", "<!-- </div> --!>", "<!--></div>-->", "<!--")),
    *('<div "b="c>" </div>', '<div ="b="> </div>">', "<div a='></div>'>", '<div a=b"c d="> </div>">'),
    *("<div><svg><title></div></title></svg>", "<svg><style><x></style>", "<!-- --!><x><!-- -->"),
]


@pytest.mark.parametrize("piece", NESTING)
def test_nothing_disguises_that_markup_nests(piece):
    within(1, safe_html, piece * 30_000 + "</q>" * 30_000)


def test_well_formed_markup_of_any_length_is_kept():
    row = "<tr><td><p>a <b>b <i>c</i></b><br></p><!-- <x> --><ul><li>d<li>e</ul></td></tr><img src=x alt='>'/>"
    icon = "<svg><title>f</title></svg><noscript><img></noscript><p title='\"'>g</p>"
    markup = f"<div><table>{row * 1000}</table>{icon * 1000}</div><a hre"
    assert not is_too_deep(markup)


NAMES = "a b font p div li br table tr td select object x-y blockquote H1 DIV svg textarea IFRAME".split()
TAGS = [*(f"<{name}>" for name in NAMES), *(f"</{name}>" for name in NAMES)]
ODD = [
    "<!-- <b> -->",
    "<!--",
    "-->",
    "--!>",
    "<!>",
    "<a title='",
    "'",
    '"',
    "<",
    "<i x='<b>'>",
    "<p/>",
    "<i\n",
    "=",
    ">",
]
ODD += ["<iframe></iframe>", "<iframe><!-- </iframe> --></iframe>", "<textarea></Textarea>"]
tags = st.lists(st.sampled_from(TAGS), max_size=60)


@law
@given(st.lists(st.sampled_from([*TAGS, *ODD]), max_size=20).map("".join))
def test_the_tags_of_plain_markup_are_those_that_a_tokenizer_sees(markup):
    assert depth._tags(markup) == list(depth._odd_tags(markup))


@settings(law, max_examples=1000)
@given(tags | tags.map(lambda some: [side for tag in some for side in (tag, f"</{tag.strip('</>')}>")]))
def test_what_is_seen_fast_to_be_shallow_is_shallow(markup):
    found = [tag.strip("<>") for tag in markup]
    seen = {tag: tag.lower() for tag in found}
    if depth._are_shallow(found, seen):
        assert not depth._nest_too_deep(seen[tag] for tag in found)


@settings(law, max_examples=1000)
@given(tags, st.integers(1, 12), st.integers(0, 3))
def test_where_little_is_allowed_the_same_holds(markup, most, anew):
    with pytest.MonkeyPatch.context() as limits:
        limits.setattr(depth, "_MAX_DEPTH", most)
        limits.setattr(depth, "_MOST_ANEW", anew)
        test_what_is_seen_fast_to_be_shallow_is_shallow.hypothesis.inner_test(markup)
