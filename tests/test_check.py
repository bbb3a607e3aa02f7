import asyncio
import importlib.util
import json
import sys
from datetime import UTC, datetime
from importlib.machinery import SourceFileLoader
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as strategy_settings
from hypothesis import strategies as st

from pipeline import post as posts
from pipeline import write as room
from pipeline.cli import run
from pipeline.feed import parse
from pipeline.html import safe_url
from pipeline.likeness import count, plain
from pipeline.settings.sections import WriteSettings
from pipeline.store import Store
from pipeline.web import Answer, Unreachable
from pipeline.write.claims.numbers import spelled_in
from pipeline.write.links import dead_among
from pipeline.write.quoted.gaps import in_gaps
from pipeline.write.quoted.marks import quoted_in
from pipeline.write.quoted.speech import Speaker, speaker
from pipeline.write.quoted.words import stands_in
from pipeline.write.rules import Rule

ROOT = Path(__file__).parents[1]
LAW = strategy_settings(derandomize=True, deadline=None, max_examples=150)
TABLE = yaml.safe_load((ROOT / "tests/takes.yml").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def bench():
    """The script bench/check, which has no ending, as a module."""
    loader = SourceFileLoader("bench_check", str(ROOT / "bench/check"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("bench_check", loader))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "dont_write_bytecode", True)
        patch.setattr(sys, "path", [*sys.path])
        patch.setitem(sys.modules, "bench_check", module)
        loader.exec_module(module)
        yield module


# -- the table


def test_the_table_has_two_hundred_takes_and_more_good_and_bad_ones_of_each_kind(bench):
    cases = list(bench.cases_of(TABLE))
    assert len(cases) > 600
    assert 0.4 < sum(not case.expected for case in cases) / len(cases) < 0.6
    every = {str(rule) for rule in Rule}
    assert {rule for case in cases for rule in case.expected} <= every
    assert len({case.draft for case in cases}) > 600


def test_no_invented_quotation_gets_by_and_few_good_takes_are_refused(bench):
    wrong = []
    found = bench.figures(TABLE, wrong.append)
    assert found["caught"]["invented"] == 1, wrong
    assert found["caught"]["all"] > 0.98, wrong
    assert found["false_errors"] < 0.02, wrong
    assert found["false_warnings"] < 0.1, wrong


# -- one post


FEED = """<rss version="2.0"><channel><title>Daily</title><item><guid>1</guid><title>A crane fell</title>
<link>https://a.example/1</link><pubDate>Tue, 17 Nov 2026 08:00:00 GMT</pubDate>
<description>Cranes moved again at six, said Ines Okafor. The automated yard stood still for 48 hours.</description>
</item></channel></rss>"""
WORDS = "I would ask who had walked below it, and who had not been told, and I would ask it of the people on the shift."
FRONT = """---
date: 2026-11-23
title: What a crane tells
summary: Ask first.
kind: link
sources:
  - {url: "https://a.example/1", title: A crane fell, publisher: Daily}
---
"""
HEAD = "## [A crane fell](https://a.example/1)\n\n"
GOOD = f"{FRONT}{HEAD}> Cranes moved again at six\n\n{WORDS}\n"


@pytest.fixture(scope="module")
def stored(tmp_path_factory, bench):
    opened = Store(f"sqlite:///{tmp_path_factory.mktemp('store') / 'byline.db'}")
    with opened.writing() as connection:
        feed = bench.kept.known_feeds(connection, ["https://a.example/feed"])["https://a.example/feed"]
        bench.take_in(connection, feed, parse(FEED.encode(), feed.url).entries, NOW)
    yield opened
    opened.close()


@pytest.fixture
def content(tmp_path):
    folder = tmp_path / "content"
    (folder / "drafts").mkdir(parents=True)
    (folder / "posts").mkdir()
    return folder


DRAFT = "drafts/2026-11-23-t.md"


def check(content, stored, text, dead=None):
    (content / DRAFT).write_bytes(text.encode())
    return room.check(content / DRAFT, stored, content, WriteSettings(), dead=dead)


def rules(found):
    return [(finding.rule, finding.line) for finding in found if finding.accepted is None]


def test_a_good_post_has_no_finding(content, stored):
    assert check(content, stored, GOOD) == ()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("He said “cranes moved again at six”.", []),
        ("He said “Cranes moved again at six.”", []),
        ("He said “cranes moved again at nine”.", [("quotation-not-in-source", 15)]),
        ("He said “we shall have no more of these”.", [("quotation-not-in-source", 15)]),
        ("He said “we shall have no more of these.", [("quotation-not-in-source", 15)]),
        ("Okafor said: “I lied.”", [("quotation-not-in-source", 15)]),
        ("“We lied to everyone,” Okafor admitted.", [("quotation-not-in-source", 15)]),
        ("He said “nobody-will-ever-lose-a-job”.", [("quotation-not-in-source", 15)]),
        ("They call it “smart”, and “the cloud”.", []),
        ("They call it “a brave new world”.", [("quotation-doubtful", 15)]),
        ("I would ask: “Who is it that walks below at night?”", [("quotation-doubtful", 15)]),
        ("I would ask, and she said: “Nobody walks below at night.”", [("quotation-not-in-source", 15)]),
        ("Set `x = “we shall have no more of these”` in it.", []),
        ("It stood still for 48 hours.", []),
        ("It stood still for 72 hours.", [("unsupported", 15)]),
        ("It stood still for [72 hours](https://b.example/).", []),
        ("Was it 72 hours?", []),
        ("On 17 November it fell.", []),
        ("On 18 October it fell.", [("unsupported", 15)]),
        ("The yard belongs to Nils Brandt.", [("unsupported", 15)]),
        ("On Tuesday Okafor’s yard stood still.", []),
        ("As a thought leader, I knew.", [("thought-leader", 15)]),
        ("She is a thought leader.", []),
        ("![](https://b.example/x.png)", [("no-alt", 15)]),
        ("TODO: say more.", [("leftover", 15)]),
        (f"Words. {posts.PROMPT}", [("leftover", 15)]),
        (posts.PROMPT, []),
        ("cranes moved again at six said Ines Okafor the automated yard stood", [("copied", 15)]),
        ("### More news\n\nWords.", [("vague-heading", 15)]),
    ],
)
def test_each_rule_finds_what_it_is_for_on_its_line(content, stored, said, expected):
    assert rules(check(content, stored, f"{GOOD}\n{said}\n")) == expected


def test_a_take_needs_twice_as_many_words_as_it_quotes_and_a_source_that_is_stored(content, stored):
    assert rules(check(content, stored, GOOD.replace(WORDS, "Nine words of mine are not yet enough here."))) == [
        ("few-words", 9)
    ]
    unknown = FRONT.replace("example/1", "example/2") + HEAD.replace("example/1", "example/2") + WORDS
    assert rules(check(content, stored, unknown)) == [("source-unknown", 9)]


def test_what_is_quoted_of_one_source_counts_over_all_takes_on_it(content, stored):
    more = "\n\n".join(f"{HEAD}> Cranes moved again at six\n\n{WORDS}" for _ in range(13))
    assert rules(check(content, stored, FRONT + more)) == [("quotation-too-long", 11)]


def test_an_opening_that_is_still_the_prompt_is_told(content, stored):
    text = GOOD.replace(HEAD, f"{posts.OPENING}\n\n{posts.EXCERPT_END}\n\n{HEAD}")
    assert rules(check(content, stored, text)) == [("no-opening", 9)]
    assert check(content, stored, text.replace(posts.OPENING, "Welcome.")) == ()


def test_an_essay_may_quote_anybody_but_not_its_sources_wrongly(content, stored):
    essay = FRONT.replace("kind: link", "kind: essay")
    assert check(content, stored, f"{essay}“Call me Ishmael, if you have to call me”, he wrote.\n") == ()
    found = check(content, stored, f"{essay}“Cranes moved again at nine”, he wrote.\n")
    assert rules(found) == [("quotation-not-in-source", 9)]


def test_a_post_far_from_the_usual_length_is_told(content, stored):
    for number in range(3):
        (content / f"posts/2026-11-0{number}-t.md").write_text(GOOD + "\nwords" * 300, encoding="utf-8")
    assert rules(check(content, stored, GOOD)) == [("unusual-length", 9)]
    assert check(content, stored, GOOD + "\nword" * 250) == ()
    assert check(content, stored, GOOD.replace("kind: link", "kind: edition")) == ()


# -- accepting


SHORT = GOOD.replace(WORDS, "That is all of it.")


def accepting(value, text=SHORT):
    return text.replace("kind: link\n", f"kind: link\naccept: {value}\n")


def test_what_is_accepted_with_a_reason_is_shown_and_keeps_no_post_back(content, stored):
    [found] = check(content, stored, accepting("{few-words: short on purpose}"))
    assert (found.rule, found.accepted, found.hinders) == ("few-words", "short on purpose", False)
    path, _ = room.publish_draft(content / DRAFT, stored, content, WriteSettings())
    assert path == content / "posts/2026-11-23-t.md"


@pytest.mark.parametrize("value", ["{few-words: }", "{few-words: ''}", "few-words", "{few-words: 3}", "[few-words]"])
def test_nothing_is_accepted_without_a_reason(content, stored, value):
    assert rules(check(content, stored, accepting(value))) == [("not-acceptable", 6), ("few-words", 10)]


@pytest.mark.parametrize("rule", [rule for rule in Rule if not rule.acceptable])
def test_some_rules_cannot_be_accepted(content, stored, rule):
    invented = GOOD.replace("again", "never")
    found = rules(check(content, stored, accepting(f"{{{rule}: I was there}}", invented)))
    assert found == [("not-acceptable", 6), ("quotation-not-in-source", 12)]


def test_a_rule_that_there_is_not_or_that_finds_nothing_is_not_accepted_in_silence(content, stored):
    assert rules(check(content, stored, accepting("{no-such-rule: x}", GOOD))) == [("not-acceptable", 6)]
    assert rules(check(content, stored, accepting("{few-words: x}", GOOD))) == [("accepted-for-nothing", 6)]
    assert check(content, stored, accepting("{dead-link: it comes back}", GOOD)) == ()
    assert rules(check(content, stored, accepting("{dead-link: x}", GOOD), {})) == [("accepted-for-nothing", 6)]


# -- links


def test_only_links_that_are_gone_or_never_answer_are_dead():
    answers = {"200": 200, "404": 404, "410": 410, "403": 403, "503": 503, "429": 429}
    asked = {safe_url(f"https://a.example/{name}"): status for name, status in answers.items()}

    async def visit(url):
        if url.endswith("none"):
            return Unreachable(cause="did not answer")
        if url.endswith("alone"):
            return None
        return Answer(url=url, status=asked[url], headers={}, body=b"")

    urls = [*asked, safe_url("https://a.example/none"), safe_url("https://a.example/alone")]
    dead = asyncio.run(dead_among(urls, visit))
    assert {url.rpartition("/")[2] for url in dead} == {"404", "410", "none"}
    assert dead["https://a.example/none"] == "did not answer"


def test_a_dead_link_is_told_on_its_line(content, stored):
    text = f"{GOOD}\nSee [it](https://b.example/gone).\n"
    assert check(content, stored, text) == ()
    dead = {safe_url("https://b.example/gone"): "answers that the page is not there (404)"}
    [found] = check(content, stored, text, dead)
    assert (found.rule, found.line, found.hinders) == ("dead-link", 15, False)


# -- putting right


@pytest.mark.parametrize(
    ("quoted", "literal"),
    [
        ("cranes Moved again at six", "Cranes moved again at six"),
        ("Cranes moved again, at six", "Cranes moved again at six"),
        ("The auto-\n> mated yard stood still", "The automated yard stood still"),
        ("the Automated yard […] still for 48 hours", "The automated yard \\[…\\] still for 48 hours"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_quotation_with_the_words_of_its_source_is_written_as_that_has_it(content, stored, quoted, literal, end):
    text = GOOD.replace("Cranes moved again at six", quoted).replace("\n", end)
    assert rules(check(content, stored, text))[0] == ("quotation-not-in-source", 11)
    [done] = room.fix(content / DRAFT, stored)
    assert done == "line 11: the quotation is written as its source has it"
    expected = text.replace(quoted.replace("\n", end), literal)
    assert (content / DRAFT).read_bytes() == expected.encode()
    assert check(content, stored, (content / DRAFT).read_bytes().decode()) == ()
    assert room.fix(content / DRAFT, stored) == ()


@pytest.mark.parametrize(
    "quoted",
    [
        "Cranes moved again at nine",
        "cranes *Moved* again at six",
        "cranes Moved again\n>\n> at six",
        "cranes Moved again\nat six",
    ],
)
def test_what_is_not_surely_the_same_is_left_to_the_author(content, stored, quoted):
    text = GOOD.replace("Cranes moved again at six", quoted)
    check(content, stored, text)
    assert room.fix(content / DRAFT, stored) == ()
    assert (content / DRAFT).read_text(encoding="utf-8") == text


def test_prompts_leave_where_the_words_are_and_stay_where_they_are_not(content, stored):
    opening = f"{posts.OPENING}\n\nWelcome.\n\n{posts.EXCERPT_END}\n\n"
    empty = HEAD.replace("A crane", "Another crane") + f"{posts.PROMPT}\n"
    text = GOOD.replace(HEAD, opening + HEAD) + f"\n{posts.PROMPT}\n\n{empty}"
    check(content, stored, text)
    assert len(room.fix(content / DRAFT, stored)) == 2
    assert (content / DRAFT).read_text(encoding="utf-8") == GOOD.replace(
        HEAD, f"Welcome.\n\n{posts.EXCERPT_END}\n\n{HEAD}"
    ) + f"\n{empty}"


def test_a_source_that_is_not_listed_is(content, stored):
    bare = GOOD.replace('sources:\n  - {url: "https://a.example/1", title: A crane fell, publisher: Daily}\n', "")
    assert rules(check(content, stored, bare)) == [("source-not-listed", 7)]
    assert room.fix(content / DRAFT, stored) == ("https://a.example/1 is listed under sources:",)
    assert check(content, stored, (content / DRAFT).read_text(encoding="utf-8")) == ()
    [source] = posts.read(content / DRAFT).sources
    assert (source.title, source.published.isoformat()) == ("A crane fell", "2026-11-17")


def test_a_file_that_is_no_post_is_left_as_it_is(content, stored):
    (content / DRAFT).write_text("No post\n", encoding="utf-8")
    assert room.fix(content / DRAFT, stored) == ()


def test_the_command_fixes_tries_links_and_shows_what_is_accepted(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    site = tmp_path / "site"
    run(["init", str(site)])
    text = "---\ndate: 2026-11-23\ntitle: T\naccept: {no-summary: it has none}\n---\n[x](http://127.0.0.1:9/)\n"
    (site / "content/drafts").mkdir(exist_ok=True)
    (site / "content/drafts/2026-11-23-t.md").write_text(text, encoding="utf-8")
    capsys.readouterr()
    assert run(["-C", str(site), "check", "--fix", "--links"]) == 0
    told = capsys.readouterr().out
    assert "accepted: the post has no summary" in told
    assert "    it has none" in told
    assert "[dead-link]" in told
    assert "1 file: 0 errors, 1 warning, 1 accepted." in told
    assert run(["-C", str(site), "check", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [finding["accepted"] for finding in said["findings"]] == ["it has none"]
    assert said["fixed"] == []


# -- words


@LAW
@given(st.text("ab “”'\"«»-–—.…[] \u00a0\u00ad\n漢か、", max_size=30))
def test_what_is_plain_stays_plain_and_stands_in_itself(text):
    assert plain(plain(text)) == plain(text)
    assert not plain(text) or not any(map(str.isalnum, text)) or stands_in(text, [plain(text)])


@LAW
@given(st.text("ab s“”„«»‘’'\"「」 .,1", max_size=40))
def test_whatever_stands_in_marks_is_found_once_and_in_order(text):
    found = list(quoted_in(text))
    assert all(one.end <= other.start for one, other in pairwise(found))
    for quoted in found:
        assert 0 <= quoted.start < quoted.end <= len(text)
        assert all(text[quoted.start + 1 :].startswith(reading) for reading in quoted.readings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He said “one”, “two” and “three.”", ["one", "two", "three."]),
        ("„eins“ und »zwei« und ‚drei‘", ["eins", "zwei", "drei"]),
        ("« un » et “deux « trois »”", [" un ", "deux « trois »"]),
        ("”ett” och ”två”", ["ett", "två"]),
        ("「一」と『二』", ["一", "二"]),
        ("It's the dockers' union, in the '90s, 6' 2\" high", []),
        ("'one two' and ‘the dockers’ vote’ there", ["one two", "the dockers’ vote"]),
        ("“not closed", ["not closed"]),
        ('a 19" rack and a 30" door', []),
        ("“one “two” three” four", ["one “two” three"]),
        ("‘quiet nights’ a month; later: ‘nobody goes’.", ["quiet nights", "nobody goes"]),
        ("‘quiet nights’ worth of peace and more’.", ["quiet nights’ worth of peace and more"]),
        ("'48 jobs go, I promise that', he said", ["48 jobs go, I promise that"]),
        ("‘[We] go’ and ‘€3m is lost’", ["[We] go", "€3m is lost"]),
        ("since the '90s and the summer of '48 it is the dockers' own", []),
        ("＂one＂ ❝two❞ ⟪three⟫ ″four″ ``five'' ´´six´´ ״seven״", "one two three four five six seven".split()),
        ('he said"one two" and said."three"', ["one two", "three"]),
        ('he said " one two " then', [" one two "]),
        ("‘not closed at all", ["not closed at all"]),
    ],
)  # fmt: skip
def test_marks_are_read_by_the_customs_of_many_languages(text, expected):
    assert [quoted.text for quoted in quoted_in(text)] == expected


@pytest.mark.parametrize(
    ("quoted", "stands"), [("up 8.5%", True), ("up 8", False), ("5%, to", False), ("to 1,200", True)]
)
def test_a_number_is_not_cut_in_two(quoted, stands):
    assert stands_in(quoted, [plain("It is up 8.5%, to 1,200.")]) is stands


OF_A_UNION = plain(
    "The members said we can't accept it. The port will certainly not close a berth. At the gate 12 500 people stayed. "
    "They announced non-violent protests on Monday. It has 10² tonnes. We are buying nights, said the port."
)


@pytest.mark.parametrize(
    ("quoted", "stands"),
    [
        ("The members said we can", False),
        ("The members said we can’t accept it", True),
        ("500 people stayed", False),
        ("12 500 people stayed", True),
        ("violent protests on Monday", False),
        ("It has 102 tonnes", False),
        ("It has 10² tonnes.", True),
        ("[w]e are buying nights", True),
        ("We are buying [sic] nights.", True),
        ("[We] are buying nights", False),
    ],
)
def test_a_quotation_ends_where_its_sense_does(quoted, stands):
    assert stands_in(quoted, [OF_A_UNION]) is stands


@pytest.mark.parametrize(
    ("quoted", "rule"),
    [
        ("The port will certainly […] close a berth", "quotation-in-crumbs"),
        ("The port … close a berth", "quotation-in-crumbs"),
        ("At … 12 500 people stayed", None),
        ("They announced … on Monday.", "quotation-in-crumbs"),
        ("The members said we can’t … it.", None),
        ("The members said … accept it", "quotation-in-crumbs"),
        ("At the gate … announced non-violent protests", "quotation-doubtful"),
        ("The members said … close a berth", "quotation-in-crumbs"),
        ("At the gate … people stayed. They announced", None),
    ],
)
def test_no_gap_turns_what_was_said(quoted, rule):
    assert stands_in(quoted, [OF_A_UNION])
    assert next((rule.value for rule, _ in in_gaps(quoted, [OF_A_UNION])), None) == rule


LIED = "we have all lied to them for years"


@pytest.mark.parametrize(
    ("before", "quoted", "behind", "who"),
    [
        ("I would ask: ", "Who decides?", "", Speaker.AUTHOR),
        ("Ask Karl Ditter: ", "What did you see?", "", Speaker.AUTHOR),
        ("When I ask, ", "Nobody loses a job", ", Okafor says.", Speaker.SOMEBODY),
        ("Ask Okafor and you hear: ", "Nobody loses a job", "", Speaker.SOMEBODY),
        ("I would say ", "Thank you for this", "", Speaker.AUTHOR),
        ("I say ", "Nobody loses a job", " is what Okafor told me.", Speaker.SOMEBODY),
        ("They gave a talk titled ", "How to lose a yard", ".", Speaker.AUTHOR),
        ("I would ask ", "Nobody loses a job", " of Okafor.", Speaker.UNKNOWN),
        ("", "Never again,", " vowed Okafor.", Speaker.SOMEBODY),
        ("", "Never again,", " Okafor quipped.", Speaker.SOMEBODY),
        ("", "Wir zögern noch", ", räumte Okafor ein.", Speaker.SOMEBODY),
        ("", "Je regrette", ", a avoué la maire.", Speaker.SOMEBODY),
        ("“Guilty,” he said. ", "All of us.", "", Speaker.SOMEBODY),
        ("In Okafor’s words, ", "sue them", ".", Speaker.SOMEBODY),
        ("Okafor: ", "Sue them!", "", Speaker.SOMEBODY),
        ("Asked about it, Okafor was brief: ", "We lied.", "", Speaker.SOMEBODY),
        ("Okafor called the crew ", "a stubborn lot", ".", Speaker.SOMEBODY),
        ("館長は", "残念だ", "と述べた。", Speaker.SOMEBODY),
        ("她说：", "我很后悔", "。", Speaker.SOMEBODY),
        ("I told my team: ", "Nobody leaves before two can lock up.", "", Speaker.AUTHOR),
        ("I asked Okafor, and she said: ", "Would we do it again?", "", Speaker.SOMEBODY),
        ("My rule is ", "no invoice without two signatures", ".", Speaker.AUTHOR),
        ("You may say ", "that would never happen here", ", and I hope so.", Speaker.AUTHOR),
        ("My first boss used to say ", "two is one and one is none", ".", Speaker.AUTHOR),
        ("There is a book called ", "The Checklist Manifesto", " that I like.", Speaker.AUTHOR),
        ("I thought of ", "The Design of Everyday Things", " all the way.", Speaker.AUTHOR),
        ("Ich würde die Stadt fragen: ", "Was kostet das Grad?", "", Speaker.AUTHOR),
        ("The so-called ", "night shift", " is a box.", Speaker.UNKNOWN),
        ("This is called ", "sunk cost", " in the books.", Speaker.UNKNOWN),
        ("He reports to a ", "steering group", " of nine.", Speaker.UNKNOWN),
        ("Okafor told the press: ", LIED, "", Speaker.SOMEBODY),
        ("Okafor told our team ", LIED, "", Speaker.SOMEBODY),
        ("Okafor said, rather than apologise: ", LIED, "", Speaker.SOMEBODY),
        ("Okafor, who says ", LIED, ", stays.", Speaker.SOMEBODY),
        ("Okafor apologised by saying ", LIED, "", Speaker.SOMEBODY),
        ("Okafor answered my question with ", LIED, "", Speaker.SOMEBODY),
        ("Okafor told one of my colleagues ", LIED, "", Speaker.SOMEBODY),
        ("Okafor told us to ask: ", "who lied for all these years?", "", Speaker.SOMEBODY),
        ("Okafor told in a talk ", "We lied for all these years", "", Speaker.SOMEBODY),
        ("A spokesman told the press “no”, and Okafor: ", LIED, "", Speaker.SOMEBODY),
        ("We said, as Okafor says, ", LIED, "", Speaker.SOMEBODY),
        ("Okafor used to say ", LIED, "", Speaker.SOMEBODY),
        ("", f"{LIED},", " I heard Okafor say.", Speaker.UNKNOWN),
        ("", f"{LIED},", " I think Okafor said.", Speaker.UNKNOWN),
        ("", f"{LIED}.", " I asked why.", Speaker.UNKNOWN),
        ("", LIED, " is what I heard from Okafor.", Speaker.UNKNOWN),
        ("One says ", LIED, ", the other nothing.", Speaker.SOMEBODY),
        ("", "You first,", " says my colleague.", Speaker.AUTHOR),
        ("", LIED, " is how I would put it.", Speaker.AUTHOR),
        ("I’ve always said ", "safety pays", ".", Speaker.AUTHOR),
        ("They call it ", "regrettable, but not urgent,", " and move on.", Speaker.UNKNOWN),
    ],
)
def test_who_speaks_is_told_by_both_sides(before, quoted, behind, who):
    assert speaker(before, quoted, behind, {"Okafor"}) is who


def test_a_name_before_a_colon_is_one_that_a_source_has():
    assert speaker("Lesson: ", "check twice", "", {"Okafor"}) is Speaker.UNKNOWN


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("two hundred and twelve to nine", [("two hundred and twelve", 212), ("nine", 9)]),
        ("Eighteen thousand four hundred people", [("eighteen thousand four hundred", 18_400)]),
        ("twenty-five, thirty and five", [("twenty five", 25), ("thirty", 30), ("five", 5)]),
        ("one two three", [("one", 1), ("two", 2), ("three", 3)]),
        ("vierundzwanzigtausenddreihundertdreizehn", [("vierundzwanzigtausenddreihundertdreizehn", 24_313)]),
        ("vingt-deux, treinta y dos", [("vingt deux", 22), ("treinta y dos", 32)]),
        ("hundreds of them, undund", []),
    ],
)
def test_numbers_in_words_are_read_whole(text, found):
    assert list(spelled_in(text)) == found


@pytest.mark.parametrize(
    ("own", "missing"),
    [
        ("It fell on 6 November 2026.", ["6 November 2026"]),
        ("It fell on 17 November 2026, at six.", []),
        ("It stood still for some 50 hours.", []),
        ("It stood still for 50 hours.", ["50"]),
        ("Twenty-seven people died in it.", ["twenty seven"]),
        ("It was at 77 °F, and used 48 MWh.", ["77"]),
        ("Der Kran ist nicht neu, und die Lampe auf dem Hof ist es auch nicht.", []),
    ],
)
def test_what_is_told_is_held_against_the_sources(content, stored, own, missing):
    found = check(content, stored, GOOD.replace(WORDS, f"{WORDS}\n\n{own}"))
    told = ", ".join(f"“{each}”" for each in missing)
    assert [finding.reason for finding in found] == ([f"no source of this post has {told}"] if missing else [])


def test_words_are_counted_as_people_count_them():
    assert count("71% of it – 14,20 €, that is") == 6
    assert count("一覧表には載っていた") == 5
