"""Full text on request: robots.txt is obeyed, and the words of an article are kept as its page has them."""

import asyncio
import pickle
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.html import digest, plain_text
from pipeline.model import Snapshot, Unreadable
from pipeline.page.article import LONGEST_HTML, Extracted, extracted
from pipeline.pull.articles.page import article
from pipeline.pull.articles.robots import MOST_BYTES, Robots
from pipeline.web import Web

FORBIDS = "asks programs not to read it (robots.txt)"


def client(**options):
    known = {"user_agent": "Byline/test (+https://a.example/)", "timeout_seconds": 5, "max_bytes": 2**23}
    return Web(**(known | options))


# -- robots.txt


def refusals(*urls, allow_private=True, **options):
    """Ask for all of ``urls`` at once; the cause for each, and the pause that its site wants."""

    async def run():
        async with client(**options) as web:
            robots = Robots(web)
            causes = await asyncio.gather(*(robots.refusal(url, allow_private=allow_private) for url in urls))
            return causes, [robots.pause(url) for url in urls]

    return asyncio.run(run())


def refusal(web, robots, path="/story", **options):
    """The cause for ``path`` where robots.txt is this text, or is not served anew."""
    if robots is not None:
        web.serve("/robots.txt", robots)
    return refusals(web.url + path, **options)[0][0]


def test_what_robots_forbids_to_all_is_not_read(web):
    robots = "User-agent: *\nDisallow: /private/\nAllow: /private/open"

    assert refusal(web, robots, "/private/x") == FORBIDS
    assert refusal(web, robots, "/private/open") is None
    assert refusal(web, robots, "/story?a=1#part") is None


@pytest.mark.parametrize("name", ["Byline", "byline", "BYLINE", "Byline/1.0", "Byline # us"])
def test_what_robots_says_to_byline_comes_before_what_it_says_to_all(web, name):
    assert refusal(web, f"User-agent: *\nAllow: /\n\nUser-agent: {name}\nDisallow: /") == FORBIDS
    assert refusal(web, f"User-agent: *\nDisallow: /\n\nUser-agent: {name}\nDisallow:") is None


@pytest.mark.parametrize("name", ["Googlebot", "B", "By", "BylineBot", "x-byline", "bylines", "other", "*bot"])
def test_what_robots_says_to_others_does_not_concern_us(web, name):
    assert refusal(web, f"User-agent: {name}\nDisallow: /") is None
    assert refusal(web, f"User-agent: *\nDisallow: /x\nUser-agent: {name}\nDisallow: /") is None


def test_several_programs_share_the_rules_below_them(web):
    robots = "User-agent: Googlebot\nUser-agent: Byline\nUser-agent: Bingbot\nDisallow: /\n\nUser-agent: *\nAllow: /"

    assert refusal(web, robots) == FORBIDS


def test_rules_may_have_wildcards_and_ends(web):
    robots = "User-agent: *\nDisallow: /*.print$\nDisallow: /*/amp/"

    assert refusal(web, robots, "/story.print") == FORBIDS
    assert refusal(web, robots, "/2026/amp/story") == FORBIDS
    assert refusal(web, robots, "/story.print/more") is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429])
def test_without_a_robots_file_all_is_allowed(web, status):
    web.serve("/robots.txt", "User-agent: *\nDisallow: /", status=status)

    assert refusal(web, None) is None


@pytest.mark.parametrize("status", [500, 502, 503])
def test_while_the_site_has_a_fault_nothing_is_allowed(web, status):
    web.serve("/robots.txt", "User-agent: *\nAllow: /", status=status)

    assert refusal(web, None) == f"is left alone, as its robots.txt cannot be read: it answers {status}"


def test_while_robots_cannot_be_reached_nothing_is_allowed(web):
    def slow(_request):
        time.sleep(0.4)
        return 200, {}, b""

    web.pages["/robots.txt"] = slow

    cause = refusal(web, None, timeout_seconds=0.1)
    assert cause.startswith("is left alone, as its robots.txt cannot be read: it did not answer in full within 0.1")
    assert "DNS" in refusals("http://nobody.invalid/story")[0][0]


def test_a_private_address_is_asked_for_nothing_unless_it_is_allowed(web):
    assert "is at a private address" in refusal(web, "", allow_private=False)
    assert web.requests == []


def test_an_address_may_be_allowed_for_one_feed_and_refused_for_another(web):
    async def run():
        async with client() as opened:
            robots = Robots(opened)
            return [await robots.refusal(web.url, allow_private=allowed) for allowed in (False, True, False)]

    first, second, third = asyncio.run(run())

    assert second is None
    assert "private" in first
    assert first == third


def test_a_robots_file_may_be_elsewhere(web):
    web.serve("/robots.txt", status=301, Location="/elsewhere/robots")
    web.serve("/elsewhere/robots", "User-agent: *\nDisallow: /")

    assert refusal(web, None) == FORBIDS


@pytest.mark.parametrize("start", ["<!doctype html>", "\n <html>", "\ufeff<HTML>"])
def test_a_page_in_the_place_of_robots_says_nothing(web, start):
    assert refusal(web, f"{start}\nUser-agent: *\nDisallow: /\n") is None


def test_rules_served_as_html_are_rules_all_the_same(web):
    web.serve("/robots.txt", "User-agent: *\nDisallow: /", Content_Type="text/html")

    assert refusal(web, None) == FORBIDS


def test_a_byte_order_mark_and_bytes_that_are_no_utf8_are_borne(web):
    web.serve("/robots.txt", b"\xef\xbb\xbfUser-agent: *\nDisallow: /\xe4\xff\nDisallow: /no")

    assert refusal(web, None, "/no") == FORBIDS


def test_a_robots_file_is_read_up_to_500_kib_and_cut_at_a_line(web):
    head = "User-agent: *\nDisallow: /first\n"
    filling = "#" * (MOST_BYTES - len(head) - len("\nDisallow: /st")) + "\n"

    robots = f"{head}{filling}Disallow: /stories/of/one/author\nDisallow: /last"
    assert refusal(web, robots, "/first") == FORBIDS
    assert refusal(web, robots, "/story") is None
    assert refusal(web, robots, "/last") is None
    assert refusal(web, "User-agent: * " + "x" * MOST_BYTES) is None


def test_thousands_of_programs_with_thousands_of_rules_do_no_harm(web):
    robots = "".join(f"user-agent:a{number}\n" for number in range(12000)) + "disallow:/\n" * 20000

    assert refusal(web, f"{robots}user-agent:byline\ndisallow:/private") is None


def test_robots_is_fetched_once_for_each_host_even_when_all_ask_at_once(web):
    web.serve("/robots.txt", "User-agent: *\nDisallow: /b")
    other = web.url.replace("127.0.0.1", "localhost")
    causes, _ = refusals(*(place + path for place in (web.url, other) for path in ("/a", "/b", "/c?d", "/a")))

    assert causes == [None, FORBIDS, None, None] * 2
    assert [path for path, _ in web.requests] == ["/robots.txt"] * 2


def test_what_is_no_web_address_is_refused():
    causes, pauses = refusals("ftp://a.example/", "/story", "http://[::1/")

    assert causes == ["is no web address that can be fetched"] * 3
    assert pauses == [0] * 3


@pytest.mark.parametrize(
    ("robots", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 2.5\nDisallow: /no", 2.5),
        ("User-agent: *\nCrawl-delay: 9\n\nUser-agent: Byline\nCrawl-delay: 1\nDisallow: /no", 1),
        ("User-agent: Byline\nDisallow: /no\n\nUser-agent: *\nCrawl-delay: 9", 0),
        ("User-agent: *\nCrawl-delay: 86400", 30),
        ("User-agent: *\nCrawl-delay: soon", 0),
        ("User-agent: *\nCrawl-delay: -1", 0),
        ("User-agent: *\nCrawl-delay: inf", 0),
        ("", 0),
    ],
)
def test_the_pause_is_what_the_site_asks_us_for_but_never_over_30_seconds(web, robots, seconds):
    web.serve("/robots.txt", robots)

    assert refusals(web.url + "/story")[1] == [seconds]


def test_the_pause_of_a_site_that_was_not_asked_yet_is_none():
    assert Robots(client()).pause("https://a.example/") == 0


# -- the text of a page

SENTENCES = """
The port of Rotterdam will run its yard cranes without drivers from March, the operator said on 12 May 2026.
Ana Ruiz, who has led the terminal since 2019, calls it “the largest change since the container itself”.
Nobody loses a job before 2028 — that much is agreed – but what comes after that is open.
“We'll see about that,” said a driver who didn't want to be named.
CO2 emissions fall by 14% & the noise by half, as measured over 1,200 hours of trials.
He said we shall see and turned to the next question.
The price of one crane: €3.4 million, twice that of 2020.
Word came first from the newspaper Trouw, which has read the contract.
What is quoted here stands in an element of its own, and it has to be found as well.
The unions meet on Friday to speak about the next steps.
The last sentence of the article stands alone in a div without any paragraph around it.
""".strip().splitlines()

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Cranes without drivers | Harbour Times</title>
<meta property="og:title" content="Cranes without drivers &amp; what follows">
<script>var words = "never quoted by anybody, as this is a script";</script><style>p { color: red }</style></head>
<body class="single cookies-not-set">
<div id="cookie-banner" class="cookie-consent"><p>We value your privacy and use cookies to make this site better for
you, for us and for our 847 partners.</p><button>Accept all of them</button></div>
<header><a href="/">Harbour Times</a><nav><ul><li><a href="/rail">Rail freight</a></li><li><a href="/air">Air
freight</a></li><li><a href="/jobs">Jobs at sea</a></li></ul></nav></header>
<main><article class="post"><h1>Cranes without drivers</h1>
<p class="author-line">By <a href="/authors/jan">Jan de Wit</a></p>
<div class="entry-content">
<p>The port of <a href="/rotterdam">Rotterdam</a> will run its <em>yard
   cranes</em> without drivers from March, the operator said on <time datetime="2026-05-12">12 May 2026</time>.</p>
<p class="author"><span class="author social">Ana Ruiz</span>, who has led the terminal since&nbsp;2019, calls it
&ldquo;the largest change since the container itself&rdquo;.</p>
<p>Nobody loses a job before 2028 &#151; that much is agreed &ndash; but what comes after that is open.
&#147;We&#39;ll see about that,&#148; said a driver who didn't want to be named.</p>
<aside><h2>Also of interest</h2><p>An aside about tug boats that is no part of this article at all.</p></aside>
<ul><li>CO<sub>2</sub> emissions fall by 14% &amp; the noise by half, as measured over 1,200 hours of trials.</li>
<li>He said <q>we shall see</q> and turned to the next question.</li>
<li>The price of one crane: <b>&euro;3.4</b> mil&shy;lion, twice that of 2020.</li></ul>
<p>Word came first from the newspaper <a href="https://trouw.example">Trouw<span class="screen-reader-text"> (opens
in a new window)</span></a>, which has read the contract.</p>
<figure><blockquote><p>What is quoted here stands in an element of its own, and it has to be found as
well.</p></blockquote><figcaption>From the contract</figcaption></figure>
<h2>What is next</h2>
<p>The unions meet on Friday to speak about the next steps.</p>
<div>The last sentence of the article stands alone in a div without any paragraph around it.</div>
</div></article>
<section id="comments" class="comments-area"><h2>2 comments</h2><ol class="comment-list">
<li><p>Sailor42: I have never believed a word of what they say, and I never will believe it.</p></li>
<li><p>Docker: Machines do not pay for the harbour band, as everybody ought to know.</p></li></ol></section></main>
<aside class="sidebar"><h2>Most read</h2><ul><li><a href="/1">Ten bridges that everybody must see once</a></li>
<li><a href="/2">The best soups in all the canteens of the harbour</a></li></ul></aside>
<footer><p>Copyright 2026 by Harbour Times. All rights are reserved, wherever you read this.</p></footer>
<script>track("whoever reads this script in a text has found a fault");</script></body></html>"""

JUNK = "partners Accept freight script color tug Sailor42 harbour bridges soups Copyright window".split()


def read(page, content_type="text/html; charset=utf-8"):
    body = page.encode() if isinstance(page, str) else page
    return extracted(body, "https://harbour.example/cranes", content_type)


def page_of(*paragraphs, head=""):
    """A page with an article of these paragraphs."""
    inner = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<!doctype html><html><head>{head}</head><body><article>{inner}</article></body></html>"


def words_of(text):
    return " ".join(text.split())


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_sentence_of_an_article_stands_in_its_text_word_for_word(sentence):
    assert sentence in words_of(read(PAGE).text)


def test_the_sentences_of_an_article_stand_in_their_order():
    text = words_of(read(PAGE).text)

    assert sorted(SENTENCES, key=text.index) == SENTENCES


def test_what_stands_around_an_article_is_left_out():
    text = read(PAGE).text

    assert [word for word in JUNK if word in text] == []


def test_paragraphs_have_an_empty_line_between_them_and_are_clean():
    paragraphs = read(PAGE).text.split("\n\n")

    assert len(paragraphs) >= 10
    assert all(paragraph and plain_text(paragraph) == paragraph for paragraph in paragraphs)


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>Window | Site</title><meta property='og:title' content='Shared &amp;amp; so'>", "Shared & so"),
        ("<title>Window\n | Site</title>", "Window | Site"),
        ("<title><script>alert(1)</script>Window</title>", "Window"),
        ("<title>\u202eWin\0dow\x1b[31m</title>", "Window[31m"),
        ("", ""),
    ],
)
def test_the_title_is_a_line_of_plain_text(head, title):
    assert read(page_of(*SENTENCES, head=head)).title == title


def test_the_only_heading_is_the_title_where_the_page_does_not_say_what_it_is_shared_as():
    page = page_of(*SENTENCES, head="<title>Window | Site</title>")

    assert read(page.replace("<article>", "<article><h1>The <b>heading</b></h1>")).title == "The heading"
    assert read(page.replace("<article>", "<h1>A</h1><article><h1>B</h1>")).title == "Window | Site"


def test_sentences_that_are_said_twice_stay_so():
    text = read(page_of(*SENTENCES, *SENTENCES[:4], *SENTENCES)).text

    assert text.count(SENTENCES[0]) == 3


def test_an_old_page_that_is_laid_out_in_a_table_is_read():
    rows = "".join(f"<tr><td width=100>&nbsp;</td><td>{sentence}<br><br></td></tr>" for sentence in SENTENCES)
    text = words_of(read(f"<html><body><table>{rows}</table></body></html>").text)

    assert [sentence for sentence in SENTENCES if sentence not in text] == []


def test_joiners_and_marks_of_other_scripts_stay_as_they_are():
    persian = "او می\u200cخواهد که این جمله همان\u200cگونه که نوشته شده است بماند 👩\u200d💻."

    assert persian in read(page_of(*SENTENCES, persian)).text


def test_a_script_without_spaces_between_words_is_no_short_text():
    sentence = "鹿特丹港将从三月起在没有司机的情况下运行其堆场起重机，运营商周二表示。"

    assert isinstance(read(page_of(*[sentence] * 4)), Extracted)
    assert isinstance(read(page_of("短")), Unreadable)


# -- encodings

RUSSIAN = "Порт Роттердама с марта запустит краны без водителей, сообщил оператор во вторник. " * 6


@pytest.mark.parametrize(
    ("encoding", "content_type", "head"),
    [
        ("windows-1251", "text/html; charset=windows-1251", ""),
        ("windows-1251", "text/html", "<meta charset=windows-1251>"),
        ("windows-1251", "text/html", '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">'),
        ("utf-16", "text/html", ""),
        ("utf-16-le", "text/html; charset=utf-16le", ""),
        ("utf-8", "text/html", ""),
        ("utf-8", "text/html; charset=iso-8859-1", ""),
        ("utf-8", "text/html", "<meta charset=utf-16>"),
        ("utf-8-sig", "", "<meta charset=koi8-r>"),
    ],
)
def test_a_page_is_read_in_the_encoding_it_is_in(encoding, content_type, head):
    page = page_of(RUSSIAN, head=head).encode(encoding)

    assert RUSSIAN.strip() in read(page, content_type).text


def test_a_plain_page_that_calls_itself_utf16_is_none():
    assert SENTENCES[5] in read(page_of(*SENTENCES, head="<meta charset=utf-16>").encode("ascii", "ignore")).text


def test_the_quotation_marks_of_windows_are_kept():
    page = page_of(*SENTENCES, "He said \u201cnever\u201d \u2013 and left.").encode("cp1252")

    assert "“never” – and" in read(page, "text/html; charset=iso-8859-1").text


# -- hostile and empty pages

TEXT = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)


@pytest.mark.parametrize(
    "page",
    [
        TEXT + "<div>" * 100_000 + TEXT,
        TEXT + "<b>" * 3000 + "<p>x" * 100,
        TEXT.replace("The", "\0The\0"),
        f"<title><script>alert(1)</script></title>{TEXT}<script>alert(1)",
        f"<div class='{'a ' * 500_000}' {'x' * 500_000}=1>{TEXT}</div>",
        f"{TEXT}<p>&#xD800;&#0;&#x10FFFF;&#99999999999;&#xFFFE;&#7;&#x1F;</p>",
        f"<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>{TEXT}<p>&x;</p>",
        f"<!-- {'<!--' * 1000} -->{TEXT}",
        f"<?xml version='1.0' encoding='utf-16'?><html><body>{TEXT}</body></html>",
        f"<frameset><form><select><option>{TEXT}</form>{TEXT}",
    ],
    ids="deep formats nulls script attributes characters entity comments xml nonsense".split(),
)
def test_a_hostile_page_is_read_as_far_as_there_is_text(page):
    found = read(f"<html><body><article>{page}")

    assert SENTENCES[5] in found.text
    assert not any(mark in found.text for mark in ("alert", "root:", "\0", "\ud800", "<p>"))


def test_a_page_of_megabytes_is_refused_and_one_whose_megabytes_are_scripts_is_read():
    huge = page_of(*SENTENCES * (5 * 2**20 // 800))
    scripts = f"<SCRIPT>{'x' * 100_000} if (a </b/) '<script>'</Script><style>{'y' * 100_000}</style >" * 26
    large = page_of(*SENTENCES, head=scripts)

    assert len(large) > 2 * LONGEST_HTML
    assert read(huge) == Unreadable(cause="shows more than 2 MB of HTML")
    assert SENTENCES[-1] in read(large).text
    assert read("<script>" * (LONGEST_HTML // 4)) == Unreadable(cause="shows more than 2 MB of HTML")


@pytest.mark.parametrize(
    "page",
    ["<html></html>", page_of("Sign in to read on."), page_of(f"<script>{TEXT}</script>"), "\0" * 100, "<" * 500],
)
def test_a_page_that_shows_no_text_says_so(page):
    assert read(page) in {
        Unreadable(cause="shows no text that can be read"),
        Unreadable(cause="cannot be read as a page (ParserError)"),
    }


@given(st.binary(max_size=400), st.sampled_from(["", "text/html", "text/html; charset=utf-16", "x; charset=idna"]))
@settings(max_examples=60, deadline=None)
def test_whatever_comes_is_an_article_or_none(junk, content_type):
    for body in (junk, page_of(*SENTENCES).encode() + junk, junk + page_of(*SENTENCES).encode()):
        found = read(body, content_type)
        assert isinstance(found, (Extracted, Unreadable))


def test_what_goes_to_another_process_and_back_can_travel():
    found = read(PAGE)

    assert pickle.loads(pickle.dumps(extracted)) is extracted
    assert pickle.loads(pickle.dumps(found)) == found


def test_reading_a_page_asks_the_web_for_nothing(tmp_path):
    page = tmp_path / "page.html"
    links = "<base href='http://127.0.0.1/'><link rel=stylesheet href=a.css><meta http-equiv=refresh content='0;b'>"
    page.write_text("<!DOCTYPE html SYSTEM 'http://127.0.0.1/a.dtd'><img src=c.png><iframe src=d></iframe>" + PAGE)
    page.write_text(page.read_text().replace("<head>", f"<head>{links}"))
    program = f"""
import sys
def refuse(event, arguments):
    if event.startswith(("socket.connect", "socket.getaddrinfo", "socket.gethostby", "urllib.")):
        sys.exit(f"asked for {{arguments}}")
sys.addaudithook(refuse)
from pipeline.page.article import extracted
print(extracted(open({str(page)!r}, "rb").read(), "http://127.0.0.1/x", "text/html").title)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "Cranes without drivers & what follows\n"), done.stderr


# -- from a link to an article


class AllPublic(Web):
    """A client for which loopback is the public web, so that one server can be two sites."""

    async def __aenter__(self):
        await super().__aenter__()
        self._guarded = self._private
        return self


async def here(body, url, content_type):
    return extracted(body, url, content_type)


NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


def take(url, *, now=NOW, allow_private=True, kind=Web, extract=here):
    async def run():
        options = {"user_agent": "Byline/test", "timeout_seconds": 5, "max_bytes": 2**23}
        async with kind(**options) as web:
            return await article(url, web, Robots(web), extract, now, allow_private=allow_private)

    return asyncio.run(run())


def asked(web):
    return [path for path, _ in web.requests]


def test_an_article_is_kept_with_its_day_and_its_hash(web):
    url = web.serve("/cranes", PAGE, Content_Type="text/html; charset=utf-8")
    taken = take(url, now=datetime(2026, 11, 23, 8, 30, tzinfo=timezone(timedelta(hours=1))))

    assert isinstance(taken, Snapshot)
    assert (taken.url, taken.final_url, taken.title) == (url, url, "Cranes without drivers & what follows")
    assert (taken.taken_at, taken.taken_at.tzinfo) == (NOW, UTC)
    assert SENTENCES[0] in taken.text
    assert taken.digest == digest(taken.text)
    assert asked(web) == ["/robots.txt", "/cranes"]


def test_a_moment_without_a_time_zone_is_refused(web):
    url = web.serve("/cranes", PAGE, Content_Type="text/html")
    with pytest.raises(ValueError, match="has no time zone"):
        take(url, now=NOW.replace(tzinfo=None))


def test_the_same_text_has_the_same_hash_whatever_stands_around_it(web):
    first = take(web.serve("/a", PAGE, Content_Type="text/html"))
    second = take(web.serve("/b", PAGE.replace("2 comments", "3 comments"), Content_Type="text/html"))
    third = take(web.serve("/c", PAGE.replace("14%", "15%"), Content_Type="text/html"))

    assert first.digest == second.digest != third.digest
    assert len(digest("")) == len("sha256:") + 64


def test_an_article_that_robots_forbids_is_never_asked_for(web):
    web.serve("/robots.txt", "User-agent: Byline\nDisallow: /cranes")

    assert take(web.serve("/cranes", PAGE, Content_Type="text/html")) == Unreadable(cause=FORBIDS)
    assert asked(web) == ["/robots.txt"]


def test_the_pause_that_a_site_asks_for_is_made_before_its_article_is(web):
    came = []

    def page(request):
        came.append(time.monotonic())
        robots = request.path == "/robots.txt"
        return 200, {"Content-Type": "text/html"}, b"User-agent: *\nCrawl-delay: 0.3" if robots else PAGE.encode()

    web.otherwise = page

    assert isinstance(take(web.url + "/cranes", kind=AllPublic, allow_private=False), Snapshot)
    assert came[1] - came[0] >= 0.3


def test_an_article_that_moved_is_read_where_it_is_now(web):
    new = web.serve("/new?from=feed", PAGE, Content_Type="text/html")
    old = web.serve("/old", status=302, Location="/new?from=feed")

    assert (take(old).url, take(old).final_url) == (old, new)


def test_a_redirect_is_no_way_around_robots(web):
    web.serve("/robots.txt", "User-agent: *\nDisallow: /new")
    web.serve("/new", PAGE, Content_Type="text/html")

    assert take(web.serve("/old", status=302, Location="/new")) == Unreadable(cause=FORBIDS)


@pytest.mark.parametrize("forbidden", [True, False])
def test_where_a_redirect_leads_to_another_host_its_robots_counts(web, forbidden):
    def robots(request):
        rules = b"Disallow: /new" if request.headers["Host"].startswith("localhost") and forbidden else b"Allow: /"
        return 200, {}, b"User-agent: *\n" + rules

    web.pages["/robots.txt"] = robots
    web.serve("/new", PAGE, Content_Type="text/html")
    new = web.url.replace("127.0.0.1", "localhost") + "/new"
    taken = take(web.serve("/old", status=301, Location=new), kind=AllPublic, allow_private=False)

    assert taken == Unreadable(cause=FORBIDS) if forbidden else taken.final_url == new
    assert asked(web) == ["/robots.txt", "/old", "/robots.txt", *(() if forbidden else ("/new",))]


def test_a_private_address_is_not_read_unless_it_is_allowed(web):
    url = web.serve("/cranes", PAGE, Content_Type="text/html")

    assert "private address" in take(url, allow_private=False).cause
    assert asked(web) == []


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (401, "wants a password (401)"),
        (403, "refuses us (403)"),
        (404, "is not there (404)"),
        (410, "is gone for good (410)"),
        (418, "answers 418 I'm a Teapot"),
        (429, "has been asked too often (429)"),
        (503, "has a fault on its own side (503 Service Unavailable)"),
    ],
)
def test_a_page_that_cannot_be_had_says_why(web, status, cause):
    assert take(web.serve("/cranes", PAGE, status, Content_Type="text/html")) == Unreadable(cause=cause)


@pytest.mark.parametrize(
    ("content_type", "body", "cause"),
    [
        ("application/pdf", b"%PDF-1.7", "is a PDF file, not a page"),
        ("text/html", b"%PDF-1.7", "is a PDF file, not a page"),
        ("image/jpeg", b"\xff\xd8", "is a picture, not a page"),
        ("audio/mpeg", b"ID3", "is a recording, not a page"),
        ("video/mp4", b"ftyp", "is a video, not a page"),
        ("application/json; charset=utf-8", b"{}", "is application/json, not a page"),
        ("text/\x7fplain", b"words", "is text/ plain, not a page"),
        ("", b"just words", "does not look like a page"),
        ("text/html", b" \n ", "is empty"),
        ("text/html", b"", "is empty"),
        ("text/html", b"<p>Sign in.</p>", "shows no text that can be read"),
    ],
)
def test_what_is_no_page_says_what_it_is(web, content_type, body, cause):
    headers = {"Content_Type": content_type} if content_type else {}

    assert take(web.serve("/cranes", body, **headers)) == Unreadable(cause=cause)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_page_whose_server_does_not_say_what_it_is_is_read_if_it_looks_like_one(web, encoding):
    assert SENTENCES[1] in take(web.serve("/cranes", PAGE.encode(encoding))).text


@pytest.mark.parametrize("content_type", ["TEXT/HTML", "text/html;charset=utf-8", "application/xhtml+xml"])
def test_a_page_is_known_by_its_media_type(web, content_type):
    assert isinstance(take(web.serve("/cranes", PAGE, Content_Type=content_type)), Snapshot)


def test_a_page_that_breaks_off_says_so(web):
    def break_off(request):
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        request.close_connection = True
        raise ConnectionAbortedError

    web.pages["/cranes"] = break_off

    assert take(web.url + "/cranes") == Unreadable(cause="breaks off before its answer is complete")


def test_what_the_process_of_its_own_says_is_said(web):
    async def give_up(_body, _url, _content_type):
        return Unreadable(cause="takes more than 5 seconds to read, and was given up")

    url = web.serve("/cranes", PAGE, Content_Type="text/html")

    assert take(url, extract=give_up).cause.startswith("takes more than 5 seconds")
