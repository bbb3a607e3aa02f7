"""OPML goes in and out without loss, folders become topics, and a file that means harm is refused in plain words."""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.html import plain_text, safe_url, without_controls
from pipeline.opml import (
    LONGEST_NAME,
    MAX_BYTES,
    MOST_FEEDS,
    MOST_FOLDERS,
    Outline,
    names_of,
    read_opml,
    topic_of,
    write_opml,
)
from pipeline.settings import edits, load
from pipeline.settings.sections import FeedSettings

law = settings(derandomize=True, deadline=None, max_examples=150)
MADE = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
FEED = '<outline text="A" xmlUrl="https://a.example/f"/>'


def opml(body, head="", root="opml"):
    return f"<{root} version='2.0'>{head}<body>{body}</body></{root}>"


def read(body, **how):
    """What stands in an OPML file whose body, or which itself, is this."""
    whole = body if isinstance(body, bytes) else opml(body, **how).encode()
    return read_opml(whole)


def topics_in(body):
    return {outline.url: outline.topics for outline in read(body).outlines}


def feed(name="a", *topics, **about):
    named = {"title": plain_text(name.upper()), "topics": tuple(map(plain_text, topics))} | about
    return Outline(url=safe_url(f"https://{name}.example/f"), **named)


def refusal(body):
    began = time.process_time()
    with pytest.raises(UsageError) as raised:
        read(body)
    assert time.process_time() - began < 5
    return str(raised.value)


# -- laws

lines = st.text(st.characters(codec="utf-8"), max_size=12).map(plain_text)
names = lines.filter(bool) | st.sampled_from(["a/b", "/", "\\", "\\/", "a, b", "a\\", "//", "\\\\", "&<>\"'"])
topics = st.lists(names, min_size=1, max_size=4).map(topic_of)
addresses = st.text("abc&<>\"'é/?=%#\\", max_size=8).map(lambda path: safe_url("https://a.example/" + path))
outlines = st.lists(
    st.builds(
        Outline,
        url=addresses,
        title=lines,
        topics=st.sets(topics, max_size=3).map(sorted).map(tuple),
        site=st.none() | addresses,
        description=lines,
    ),
    max_size=6,
    unique_by=lambda outline: outline.url,
)


@law
@given(outlines, lines)
def test_what_was_written_is_read_again_with_nothing_lost(given_outlines, title):
    read_again = read_opml(write_opml(title, given_outlines, made=MADE))

    assert {outline.url: outline for outline in read_again.outlines} == {one.url: one for one in given_outlines}
    assert read_again.refused == ()


@law
@given(st.lists(names, min_size=1, max_size=5))
@example(["a\\", "/b", "\\/", "c"])
def test_a_topic_is_the_names_of_its_folders_whatever_they_hold(folders):
    assert names_of(topic_of(folders)) == tuple(folders)
    assert topic_of(names_of(topic_of(folders))) == topic_of(folders)


@law
@given(st.text(max_size=20))
def test_a_topic_typed_by_hand_is_filed_somewhere_and_stays_there(typed):
    topic = topic_of(names_of(typed))
    assert names_of(topic) == names_of(typed)

    once = read_opml(write_opml("", [feed("a", typed)], made=MADE))
    assert once.outlines[0].topics == ((topic,) if topic else ())


@law
@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_what_another_reader_wrote_is_read_as_clean_text(raw):
    said, clean = without_controls(raw), plain_text(without_controls(raw))
    root = ET.Element("opml")
    folder = ET.SubElement(root, "outline", text=said)
    ET.SubElement(folder, "outline", text=said, description=said, xmlUrl="https://a.example/f")
    [found] = read_opml(ET.tostring(root)).outlines

    assert found.title == found.description == clean
    assert found.topics == ((topic_of([clean]),) if clean else ())


WHOLE = write_opml("T", [feed("a", "P/Q", "R"), feed("b", site=safe_url("https://b.example/"))], made=MADE)


@law
@given(st.binary(max_size=60), st.integers(0, len(WHOLE)), st.integers(0, 12))
def test_whatever_the_bytes_they_are_read_or_refused(noise, at, gone):
    for body in (noise, WHOLE[:at] + noise + WHOLE[at + gone :], WHOLE.decode().encode("utf-16")[:at] + noise):
        try:
            found = read_opml(body)
        except UsageError as error:
            assert "OPML" in str(error)  # noqa: PT017  (either is right)
        else:
            assert all(outline.url == safe_url(outline.url, tracking=True) for outline in found.outlines)


# -- what is written


def test_a_file_says_what_it_is_and_holds_a_feed_in_each_of_its_folders():
    crane = feed("crane", "Ports/Cranes", "Work", site=safe_url("https://crane.example/"), description=plain_text("D"))
    listed = [feed("news"), crane, feed("berth", "Ports")]

    assert (
        write_opml("Feeds & <more>", listed, made=MADE).decode()
        == """\
<?xml version='1.0' encoding='utf-8'?>
<opml version="2.0">
 <head>
  <title>Feeds &amp; &lt;more&gt;</title>
  <dateCreated>Mon, 23 Nov 2026 07:30:00 GMT</dateCreated>
  <docs>http://opml.org/spec2.opml</docs>
 </head>
 <body>
  <outline type="rss" text="NEWS" title="NEWS" xmlUrl="https://news.example/f" />
  <outline text="Ports" title="Ports">
   <outline text="Cranes" title="Cranes">
    <outline type="rss" text="CRANE" title="CRANE" xmlUrl="https://crane.example/f" \
htmlUrl="https://crane.example/" description="D" />
   </outline>
   <outline type="rss" text="BERTH" title="BERTH" xmlUrl="https://berth.example/f" />
  </outline>
  <outline text="Work" title="Work">
   <outline type="rss" text="CRANE" title="CRANE" xmlUrl="https://crane.example/f" \
htmlUrl="https://crane.example/" description="D" />
  </outline>
 </body>
</opml>
"""
    )


def test_feeds_stay_in_their_order_and_the_same_feeds_make_the_same_file():
    listed = [feed("c", "T"), feed("a"), feed("b", "T")]
    written = write_opml("T", listed, made=MADE)

    assert written == write_opml("T", list(listed), made=MADE)
    assert [outline.title for outline in read_opml(written).outlines] == ["C", "B", "A"]  # as they stand in folders
    flat = [replace(outline, topics=()) for outline in listed]
    assert list(read_opml(write_opml("T", flat, made=MADE)).outlines) == flat


def test_a_feed_without_a_title_has_none_when_it_is_read_again():
    nameless = replace(feed(), title=plain_text(""))
    written = write_opml("T", [nameless], made=MADE)

    assert b'text="https://a.example/f"' in written  # OPML wants one
    assert read_opml(written).outlines == (nameless,)


def test_a_file_is_dated_with_an_aware_time_only():
    with pytest.raises(ValueError, match="time zone"):
        write_opml("T", [], made=MADE.replace(tzinfo=None))


def test_a_topic_too_deep_for_a_file_is_told_when_it_is_written():
    deep = "/".join("abcdefghijklmnopqrstu")
    assert read_opml(write_opml("T", [feed("a", deep[:-2])], made=MADE)).outlines == (feed("a", deep[:-2]),)
    with pytest.raises(UsageError, match=f"{deep} is more than 20 folders deep"):
        write_opml("T", [feed("a", deep)], made=MADE)


# -- folders and categories


def test_folders_are_topics_and_one_inside_another_has_a_slash():
    body = (
        f"<outline text='Ports'><outline title='Cranes'>{FEED}</outline></outline><outline text='Work'>{FEED}</outline>"
    )
    assert topics_in(body) == {"https://a.example/f": ("Ports/Cranes", "Work")}


def test_a_slash_in_the_name_of_a_folder_is_no_folder_inside():
    body = f"<outline text='Sea/Air'><outline text='In\\Out, both'>{FEED}</outline></outline>"
    assert topics_in(body) == {"https://a.example/f": (r"Sea\/Air/In\\Out, both",)}


def test_a_backslash_before_anything_else_is_only_a_backslash():
    assert names_of(r"a\b/c\\d/e\/f/ / g//") == ("a\\b", "c\\d", "e/f", "g")


def test_a_folder_without_a_name_is_none_and_a_feed_is_no_folder():
    inner = "<outline text='B' xmlUrl='https://b.example/f'/>"
    body = f"<outline text='P'><outline text=' &#x202e; '>{FEED[:-2]}>{inner}</outline></outline></outline>"
    assert topics_in(body) == {"https://a.example/f": ("P",), "https://b.example/f": ("P",)}


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("/Ports/Cranes,/Work", ("Ports/Cranes", "Work")),
        ("ports, ports ,cranes", ("cranes", "ports")),
        (" , /,//,", ()),
        ("Folder", ("Folder",)),
        (r"a\b", (r"a\\b",)),
    ],
)
def test_a_category_is_a_topic_too(category, expected):
    [found] = read(f"<outline text='A' category='{category}' xmlUrl='https://a.example/f'/>").outlines
    assert found.topics == expected


def test_a_category_that_names_the_folder_says_nothing_new():
    body = "<outline text='P'><outline text='A' category='/Q/R,P' xmlUrl='https://a.example/f'/></outline>"
    assert topics_in(body) == {"https://a.example/f": ("P", "Q/R")}


def test_a_feed_that_stands_twice_is_one_that_has_what_either_says():
    [found] = read(
        "<outline text='' xmlUrl='https://a.example/f' htmlUrl='javascript:x'/>"
        "<outline text='P'><outline text='A' xmlUrl='https://a.example/f' htmlUrl='https://a.example/'/></outline>"
        "<outline text='B' xmlUrl='https://a.example/f' description='D'/>"
    ).outlines
    assert found == feed("a", "P", site=safe_url("https://a.example/"), description=plain_text("D"))


# -- files of other readers


def test_opml_of_other_readers_is_read():
    found = read("""<outline text="Folder"><outline text="A" xmlUrl=" https://a.example/f "/>
    <outline title="B" xmlUrl="feed:nonsense"/><outline text="A again" xmlUrl="https://a.example/f"/>
    <outline text="C"/><outline title="D &amp; E" text="d" xmlUrl="http://d.example/f"/></outline>
    <outline text="F" XMLURL="feed://f.example/f"/><OUTLINE text="G" xmlurl="feed:https://g.example/f"/>
    <outline text="H" type="rss"/><outline text="I" xmlUrl="javascript:alert(1)"/>""")
    assert [(outline.url, outline.title) for outline in found.outlines] == [
        ("https://a.example/f", "A"),
        ("https://nonsense", "B"),
        ("http://d.example/f", "D & E"),
        ("https://f.example/f", "F"),
        ("https://g.example/f", "G"),
    ]
    assert found.refused == ("has no address: H", "is no web address: javascript:alert(1)")


def test_a_feed_keeps_its_address_but_for_credentials():
    found = read(
        "<outline xmlUrl='https://ana:secret@a.example/f'/><outline xmlUrl='https://b.example/f?utm_source=x'/>"
    )
    assert [outline.url for outline in found.outlines] == ["https://a.example/f", "https://b.example/f?utm_source=x"]


@pytest.mark.parametrize(
    ("outline", "told"),
    [
        ("type='include' url='https://x.example/a.opml'", "includes another list: https://x.example/a.opml"),
        ("type='include' xmlUrl='https://x.example/f'", "includes another list: https://x.example/f"),
        ("type='Link' url='https://x.example/a.OPML?x=1'", "includes another list: https://x.example/a.OPML?x=1"),
        ("type='link' url='https://x.example/page'", "is a link, not a feed: https://x.example/page"),
        ("type='link' xmlUrl='' htmlUrl='https://x.example/'", "is a link, not a feed: https://x.example/"),
        ("type='include'", "includes another list: (no name)"),
        ("type='rss' text=''", "has no address: (no name)"),
        ("xmlUrl='file:///etc/passwd'", "is no web address: file:///etc/passwd"),
        ("xmlUrl='JavaScript:alert(1)' text='A'", "is no web address: JavaScript:alert(1)"),
        ("xmlUrl='data:,&#x202e;&#x1b;x'", "is no web address: data:,x"),
    ],
)
def test_what_leads_to_no_feed_is_passed_over_and_named_and_never_fetched(outline, told):
    found = read(f"<outline {outline}/><outline {outline}/>{FEED}")

    assert [one.url for one in found.outlines] == ["https://a.example/f"]
    assert found.refused == (told,)


def test_a_link_that_has_the_address_of_a_feed_is_one():
    found = read(FEED.replace("<outline", "<outline type='link'"))  # as WordPress writes them
    assert found.outlines == (feed(),)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),  # characters, wherever it is shown
        ("A&#10;B&#9; C", "A B C"),
        ("A&#x202e;B&#x200b;&#x2066;", "AB"),
        ("a" * 3000, "a" * 999 + "…"),
        ("  ", ""),
        ("https://a.example/f", ""),
    ],
)
def test_titles_are_plain_text_on_one_line(title, expected):
    assert read(FEED.replace('"A"', f'"{title}"')).outlines[0].title == expected


def test_the_name_of_a_folder_has_bounds():
    body = f"<outline text='{'word ' * 100}'>{FEED}</outline>"
    assert len(topics_in(body)["https://a.example/f"][0]) <= LONGEST_NAME


DECLARED = "<?xml version='1.0' encoding='{}'?>\n"
UMLAUT = opml(FEED.replace('"A"', '"Zürich – A"'))
NEARLY = {
    "a mark before it": b"\xef\xbb\xbf" + (DECLARED.format("utf-8") + UMLAUT).encode(),
    "white space before the declaration": ("\r\n \n" + DECLARED.format("utf-8") + UMLAUT).encode(),
    "a mark and white space": b"\xef\xbb\xbf\n" + (DECLARED.format("utf-8") + UMLAUT).encode(),
    "words before it": ("Notice: x\n" + DECLARED.format("utf-8") + UMLAUT).encode(),
    "UTF-8 declared as another": (DECLARED.format("iso-8859-1") + UMLAUT).encode(),
    "UTF-8 declared as UTF-16": (DECLARED.format("utf-16") + UMLAUT).encode(),
    "an encoding that nobody knows": (DECLARED.format("no-such") + UMLAUT).encode(),
    "windows-1252 declared as Latin-1": (DECLARED.format("iso-8859-1") + UMLAUT).encode("cp1252"),
    "UTF-16": (DECLARED.format("utf-16") + UMLAUT).encode("utf-16"),
    "UTF-16 without a mark": (DECLARED.format("utf-16") + UMLAUT).encode("utf-16-be"),
    "UTF-16 declared as UTF-8": (DECLARED.format("utf-8") + UMLAUT).encode("utf-16"),
    "an entity of HTML": UMLAUT.replace("ü", "&uuml;").replace("–", "&ndash;").encode(),
    "a control character": UMLAUT.replace("Z", "\x0bZ").encode(),
    "a reference to no character": UMLAUT.replace("Z", "&#11;Z").encode(),
    "a namespace": UMLAUT.replace("<opml", "<opml xmlns='http://opml.org/spec2'").encode(),
    "a prefix": re.sub("(</?)(?=opml|body|outline)", r"\1o:", UMLAUT)
    .replace("<o:opml", "<o:opml xmlns:o='x'")
    .encode(),
    "a prefix that is not declared": UMLAUT.replace("xmlUrl", "fz:quickMode='false' xmlUrl").encode(),
    "upper case": UMLAUT.replace("opml", "OPML").replace("outline", "Outline").replace("xmlUrl", "XMLURL").encode(),
    "character data, and an ampersand": opml(
        FEED.replace('"A"', '"Zürich – A" htmlUrl="&"'), head="<title><![CDATA[a & <b>]]></title>"
    ).encode(),
    "comments": ("<!-- <!DOCTYPE opml> --><?x <!DOCTYPE y> ?>" + UMLAUT).encode(),
}


@pytest.mark.parametrize("what", NEARLY)
def test_a_file_that_is_nearly_opml_is_read(what):
    assert read_opml(NEARLY[what]).outlines == (feed(title=plain_text("Zürich – A")),)


def test_a_file_that_is_not_in_the_encoding_it_declares_is_read_in_the_likeliest():
    titles = ("Häfen für Güter", "Zürich – Übersee", "Kräne über der Elbe", "Größe und Maß")
    body = "".join(f"<outline text='{title}' xmlUrl='https://a.example/{title[0]}'/>" for title in titles)
    found = read((DECLARED.format("utf-8") + opml(body)).encode("cp1252"))
    assert tuple(outline.title for outline in found.outlines) == titles


def test_bare_ampersands_are_what_they_are():
    [found] = read("<outline text='Q & A &copy X &amp; Y' xmlUrl='https://a.example/f?a=1&b=2&amp;c=3'/>").outlines
    assert found.title == "Q & A &copy X & Y"
    assert found.url == "https://a.example/f?a=1&b=2&c=3"


# -- files that are none, or mean harm

LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
DOCTYPES = {
    "entities": '<!DOCTYPE opml [<!ENTITY a "aaaa">]><opml><body><outline text="&a;"/></body></opml>',
    "an entity bomb": f"<!DOCTYPE opml [<!ENTITY l0 'ha'>{LAUGHS}]><opml><outline text='&l9;'/></opml>",
    "something external": '<!doctype opml SYSTEM "file:///etc/passwd"><opml/>',
    "an empty one": "<!DOCTYPE opml><opml/>",
    "what stands before it": " <?xml-stylesheet x?>\n<!-- <opml> --> <!DOCTYPE opml><opml/>",
    "junk before it": "\x0b junk <!DOCTYPE opml><opml text='a & b'/>",
    "what only mending would show": "<\x0b!DOCTYPE opml [<!ENTITY a 'b'>]><opml text='&a;'/>",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("what", DOCTYPES)
def test_a_document_type_is_refused_by_name_in_every_encoding(what, encoding):
    assert "declares a document type" in refusal(DOCTYPES[what].encode(encoding))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "not well-formed XML"),
        (b"<opml><body>", "not well-formed XML"),
        (b"\xff\xfe\x00", "not well-formed XML"),
        (opml(FEED).encode()[:-20], "not well-formed XML"),
        (opml("<outline text='a < b'/>").encode(), "not well-formed XML"),
        (b"<rss/>", "no OPML: it begins with <rss>"),
        (b"<html><body><opml/></body></html>", "no OPML: it begins with <html>"),
        (b"{}", "not well-formed XML"),
    ],
)
def test_what_is_no_opml_is_refused(body, told):
    assert told in refusal(body)


def nested(depth, inside=FEED):
    return "<outline text='f'>" * depth + inside + "</outline>" * depth


def test_folders_nest_so_deep_and_no_deeper():
    assert topics_in(nested(MOST_FOLDERS)) == {"https://a.example/f": ("/".join("f" * MOST_FOLDERS),)}
    assert "nests folders more than 20 deep" in refusal(nested(MOST_FOLDERS + 1))
    assert "nests folders more than 20 deep" in refusal(nested(100_000))
    assert "nests folders more than 20 deep" in refusal(FEED.replace(" text", f" category='{'/a' * 21}' text"))
    assert read(f"{'<x>' * 100_000}{FEED}{'</x>' * 100_000}").outlines == (feed(),)  # what is no folder is only passed


def test_a_file_has_so_many_feeds_and_no_more():
    many = "".join(f"<outline xmlUrl='https://a.example/{number}'/>" for number in range(MOST_FEEDS))
    found = read(many + FEED.replace("/f", "/0"))
    assert len(found.outlines) == MOST_FEEDS
    assert "more than 10,000 feeds" in refusal(many + FEED)
    assert "more than 10,000 feeds" in refusal(many.replace("https:", "nope:") + "<outline type='rss'/>")


def test_a_file_has_so_many_bytes_and_no_more():
    whole = opml(FEED).encode()
    assert read_opml(whole.ljust(MAX_BYTES)).outlines == (feed(),)
    assert "more than 10 MB" in refusal(whole.ljust(MAX_BYTES + 1))


LONG = "".join(f"<outline text='{letter * LONGEST_NAME}'>" for letter in "äbcdefghijklmnopqrs")
FILED = {
    "a folder for each word": "<outline text='A' category='{}' xmlUrl='https://a.example/f'/>".format(
        ",".join(map(str, range(10_001)))
    ),
    "a folder for everything": "".join(f"<outline text='{number}'>{FEED}</outline>" for number in range(10_001)),
    "names far longer than the file": LONG
    + "".join(f"<outline xmlUrl='https://a.example/{number}'/>" for number in range(6000))
    + "</outline>" * LONG.count("<"),
}


def test_repairs_that_would_never_end_are_not_tried():
    assert "not well-formed" in refusal(b"<opml>&" + b"<![CDATA[" * 500_000)


@pytest.mark.parametrize("what", FILED)
def test_more_folders_than_anybody_has_are_refused(what):
    assert "more folders than anybody has" in refusal(FILED[what])


# -- into byline.yml


def test_feeds_come_into_byline_yml_with_their_topics_and_no_byte_is_lost(site):
    path = site / "byline.yml"
    path.write_text(
        "# mine\npull:\n  feeds:\n  - url: https://old.example/f  # the first\n  # tail\nwrite: {takes: 3}\n"
    )
    both = {"https://a.example/f": ["Ports/Cranes", "a, b", "yes", "#x", r"Sea\/Air"], "https://b.example/f": []}
    titles = {"https://a.example/f": "A", "https://b.example/f": "", "https://c.example/f": "C"}
    new = [FeedSettings(url=url, title=title, topics=both.get(url, ())) for url, title in titles.items()]
    edits.add_feeds(load(site, {}), new)

    assert path.read_text() == (
        "# mine\npull:\n  feeds:\n  - url: https://old.example/f  # the first\n"
        "  - url: https://a.example/f\n    title: A\n    topics: [Ports/Cranes, 'a, b', 'yes', '#x', Sea\\/Air]\n"
        "  - url: https://b.example/f\n  - url: https://c.example/f\n    title: C\n"
        "  # tail\nwrite: {takes: 3}\n"
    )
    assert [feed.topics for feed in load(site, {}).pull.feeds] == [(), tuple(both["https://a.example/f"]), (), ()]


def test_topics_come_into_a_list_that_is_written_on_one_line(site):
    (site / "byline.yml").write_text("pull: {feeds: [{url: https://old.example/f}]}\n")
    one = FeedSettings(url="https://a.example/f", title="A", topics=("x",), allow_private=True)
    edits.add_feeds(load(site, {}), [one])

    written = "{url: 'https://a.example/f', title: A, topics: [x], allow_private: true}"
    assert (site / "byline.yml").read_text() == f"pull: {{feeds: [{{url: https://old.example/f}}, {written}]}}\n"


def test_topics_that_many_feeds_share_are_written_in_full_for_each(site):
    shared = ["a", "b"]
    addresses_of = [f"https://a.example/{number}" for number in range(30)]
    edits.add_feeds(load(site, {}), [FeedSettings(url=url, topics=shared) for url in addresses_of])

    assert (site / "byline.yml").read_text(encoding="utf-8").count("topics: [a, b]\n") == 30


@law
@given(outlines)
def test_whatever_the_topics_they_are_in_byline_yml_as_they_came(tmp_path_factory, given_outlines):
    folder = tmp_path_factory.mktemp("site")
    (folder / "mkdocs.yml").write_text("site_name: A\nsite_url: https://a.example/\n")
    (folder / "byline.yml").write_text("# mine\n")
    new = [FeedSettings(url=one.url, title=one.title, topics=one.topics) for one in given_outlines]
    edits.add_feeds(load(folder, {}), new)

    found = load(folder, {}).pull.feeds
    assert [(feed.url, feed.title, feed.topics) for feed in found] == [
        (outline.url, outline.title, outline.topics) for outline in given_outlines
    ]
