"""What a letter says to each reader: their name, their links, their topics first; and the same in text and HTML."""

import re
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from html import escape, unescape
from pathlib import PurePosixPath

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline import post as posts
from pipeline import send as room
from pipeline.cli.init import _sample_files, make
from pipeline.errors import SendError, UsageError
from pipeline.html import plain_text
from pipeline.html.flat import flat
from pipeline.model import DeliveryState, Preferences, Reader, ReaderState
from pipeline.said import OWN, direction, said_in
from pipeline.send import moulds
from pipeline.send.letter import make_letter
from pipeline.send.lint import Facts, lint
from pipeline.send.lint.spam import score_of
from pipeline.send.moulds import Moulds
from pipeline.send.plain import as_text
from pipeline.send.tokens import Purpose, Tokens
from pipeline.send.ways import Folder
from pipeline.settings import load
from pipeline.store import Store
from pipeline.store import send as kept

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
HOME = "https://nadia-verhoeven.example/"
SERVICE = "https://letter.nadia-verhoeven.example/"
TOKENS = Tokens(["a key of these tests"])
TAKES = "automation", "energy", "data"


def sample(folder, files=(), **send):
    """The settings of a sample site with `byline serve`, with these files besides."""
    make(folder, dict(_sample_files()) | dict(files))
    path = folder / "byline.yml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["publish"]["subscribe"] = {"url": f"{SERVICE}subscribe"}
    data["send"] |= send
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return load(folder, {})


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return sample(tmp_path_factory.mktemp("letter") / "site")


GREETING = 'Hello {{ reader.name or "there" }},'


@pytest.fixture(scope="module")
def greeting(tmp_path_factory):
    """The settings of a site whose templates greet each reader."""
    files = dict(_sample_files())
    html = files["overrides/letter/letter.html"].replace(b"<h1>", b"<p>" + GREETING.encode() + b"</p>\n<h1>")
    text = GREETING.encode() + b"\n\n" + files["overrides/letter/letter.txt"]
    changed = {"overrides/letter/letter.html": html, "overrides/letter/letter.txt": text}
    return sample(tmp_path_factory.mktemp("greeting") / "site", changed)


def edition(takes=TAKES, ending=""):
    """A post with a take of each topic."""
    sources = "".join(
        f"  - {{url: 'https://{topic}.example/x', title: T, publisher: P, topics: [{topic}]}}\n" for topic in takes
    )
    body = "\n".join(f"## [About {topic}](https://{topic}.example/x)\n\nWords on {topic}.\n" for topic in takes)
    matter = f"date: 2026-11-23\ntitle: A title\nsummary: A summary.\nkind: edition\nsources:\n{sources}"
    return posts.parse(
        f"---\n{matter}---\nOpening words.\n\n{body}{ending}", PurePosixPath("content/posts/2026-11-23-x.md")
    )


def reader(name="Ana Ruiz", topics=(), token="secret-of-ana"):
    known = {"id": 1, "email": "ana@example.org", "name": plain_text(name), "token": token, "topics": topics}
    return Reader(state=ReaderState.ACTIVE, consent=plain_text(""), consented_at=NOW, **known)


def made_out(post, settings, to):
    """The plain text and the HTML of a letter made out to one reader, and its header."""
    message = Moulds(make_letter(post, settings), settings, TOKENS, NOW).message(to, NOW)
    read = message_from_bytes(message.data, policy=policy.default)
    text, page = (part.get_content().replace("\r\n", "\n") for part in read.iter_parts())
    assert not read.defects
    return text, page, read


# -- by name


def test_a_reader_is_called_by_name_and_one_without_by_the_fallback(greeting):
    for name, expected in (("Ana Ruiz", "Hello Ana Ruiz,"), ("", "Hello there,")):
        text, page, _ = made_out(edition(), greeting, reader(name))
        assert text.startswith(expected)
        assert f"<p>{expected}</p>" in re.sub(r'<p style="[^"]*">', "<p>", page)


HOSTILE = [
    "{{7*7}}",
    "<script>alert(1)</script>",
    "{% raw %}",
    "${7*7}",
    "a&b\"'<>",
    "Bcc: evil@x.example",
    "=?utf-8?B?QUFB?=",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_prints_as_itself_in_both_parts(greeting, name):
    text, page, read = made_out(edition(), greeting, reader(name))
    assert text.startswith(f"Hello {name},")
    assert f"Hello {escape(name)}," in page
    assert "<script" not in page
    assert read["Bcc"] is None


@given(name=st.text(max_size=80))
def test_whatever_a_name_is_it_adds_no_header_and_no_part(greeting, name):
    moulds = _once(greeting)
    named = replace(reader(), name=name)  # as a store might hold it that somebody else wrote into
    read = message_from_bytes(moulds.message(named, NOW).data, policy=policy.default)
    assert [part.get_content_type() for part in read.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert len(read.keys()) == len(set(read.keys())) == 11
    shown = plain_text(name)
    assert f"Hello {escape(shown) if shown else ''}" in list(read.iter_parts())[1].get_content()


_MADE = {}


def _once(settings):
    if settings.root not in _MADE:
        _MADE[settings.root] = Moulds(make_letter(edition(), settings), settings, TOKENS, NOW)
    return _MADE[settings.root]


def test_a_line_break_in_a_name_ends_nothing(greeting):
    named = replace(reader(), name="Ana\r\nBcc: evil@x.example\r\n\r\nwords")
    read = message_from_bytes(_once(greeting).message(named, NOW).data, policy=policy.default)
    assert read["Bcc"] is None
    assert "Hello Ana Bcc: evil@x.example words," in next(read.iter_parts()).get_content()


@pytest.mark.parametrize(
    "what", ["{{ reader.name | upper }}", "{{ reader.name[:5] }}", "{{ unsubscribe_url | replace('h', 'H') }}"]
)
def test_a_template_that_would_change_what_is_a_readers_own_is_named(tmp_path, what):
    files = dict(_sample_files())
    changed = files["overrides/letter/letter.txt"] + what.encode()
    settings = sample(tmp_path / "site", {"overrides/letter/letter.txt": changed})
    with pytest.raises(SendError, match=r"letter\.txt.*: (reader\.name|unsubscribe_url) is each reader's own"):
        make_letter(edition(), settings)


# -- ways to choose and to leave


def test_a_letter_leads_to_the_preferences_of_its_reader_where_the_service_runs(site):
    text, page, _ = made_out(edition(), site, reader())
    (in_text,) = re.findall(rf"{re.escape(SERVICE)}preferences\?token=(\S+)", text)
    (in_page,) = re.findall(rf'href="{re.escape(SERVICE)}preferences\?token=([^"]+)"', page)
    assert in_text == in_page
    years_later = NOW.replace(year=2036)
    assert TOKENS.read(Purpose.PREFERENCES, in_text, years_later) == "secret-of-ana"
    assert TOKENS.read(Purpose.UNSUBSCRIBE, in_text, NOW) is None
    newer = Tokens(["a new key", "a key of these tests"])
    assert newer.read(Purpose.PREFERENCES, in_text, years_later) == "secret-of-ana"


@given(secret=st.text("abcXYZ019-_", min_size=1, max_size=40), purpose=st.sampled_from(list(Purpose)))
def test_many_tokens_at_one_time_are_those_that_are_made_one_by_one(secret, purpose):
    tokens = Tokens(["new", "old"])
    assert tokens.maker(purpose, NOW)(secret) == tokens.made(purpose, secret, NOW)


def test_without_a_service_of_its_own_a_letter_promises_no_preferences(tmp_path):
    make(tmp_path / "site", dict(_sample_files()))
    settings = load(tmp_path / "site", {})
    assert settings.service is None
    text, page, _ = made_out(edition(), settings, reader())
    assert "preferences" not in text + page


def test_a_form_of_another_service_is_not_taken_for_ours(site):
    other = site.publish.subscribe.model_copy(update={"url": "https://nadia.substack.example/subscribe"})
    elsewhere = site.model_copy(update={"publish": site.publish.model_copy(update={"subscribe": other})})
    assert elsewhere.service is None


# -- topics first


def order_in(text):
    return tuple(re.findall(r"^Words on (\w+)\.", text, re.MULTILINE))


@pytest.mark.parametrize(
    ("topics", "expected"),
    [
        ((), ("automation", "energy", "data")),
        (("data",), ("data", "automation", "energy")),
        (("data", "energy"), ("energy", "data", "automation")),
        (("automation",), ("automation", "energy", "data")),
        (("labour",), ("automation", "energy", "data")),
        (("automation", "data", "energy"), ("automation", "energy", "data")),
    ],
)
def test_the_takes_of_a_readers_topics_come_first_in_both_parts(site, topics, expected):
    text, page, _ = made_out(edition(), site, reader(topics=topics))
    assert order_in(text) == tuple(re.findall(r"Words on (\w+)\.", page)) == expected
    assert text.index("Opening words.") < text.index("Words on")


def test_what_follows_a_line_or_another_heading_stays_at_the_end(site):
    post = edition(ending="\n---\n\nUntil next week.\n\n## Thanks\n\nTo all.\n")
    for topics in ((), ("data",), ("energy",)):
        text, _, _ = made_out(post, site, reader(topics=topics))
        assert text.rindex("Words on") < text.index("* * *") < text.index("Until next week.") < text.index("Thanks")
    assert sorted(posts.put_first(post, {"https://data.example/x"}).body.split()) == sorted(post.body.split())


@given(chosen=st.sets(st.sampled_from(TAKES)))
def test_an_order_loses_no_word_and_is_the_same_done_twice(chosen):
    post = edition(ending="\n***\n\nBye.\n")
    urls = {f"https://{topic}.example/x" for topic in chosen}
    once = posts.put_first(post, urls)
    assert sorted(once.body.split()) == sorted(post.body.split())
    assert posts.put_first(once, urls).body == once.body
    assert [take.url in urls for take in once.takes] == sorted((take.url in urls for take in once.takes), reverse=True)


def test_a_reader_who_chose_a_topic_gets_it_first_out_of_the_store(site, tmp_path):
    post = edition()
    with ExitStack() as opened:
        store = Store(f"sqlite:///{tmp_path / 'byline.db'}")
        opened.callback(store.close)
        with store.writing() as connection:
            for name in ("ana", "bea"):
                kept.add_reader(connection, f"{name}@example.org", plain_text(name), plain_text("asked"), NOW)
            bea = kept.reader_by_email(connection, "bea@example.org")
            kept.prefer(connection, bea.id, Preferences(topics=("DATA",)))
        sent = room.send(make_letter(post, site), site, store, Folder(tmp_path / "out"), lambda _: None)
        assert sent.count(DeliveryState.SENT) == 2
    orders = {}
    for path in (tmp_path / "out").iterdir():
        read = message_from_bytes(path.read_bytes(), policy=policy.default)
        orders[read["To"].addresses[0].addr_spec] = order_in(next(read.iter_parts()).get_content().replace("\r", ""))
    assert orders == {
        "ana@example.org": ("automation", "energy", "data"),
        "bea@example.org": ("data", "automation", "energy"),
    }


def test_readers_of_the_same_topics_share_a_mould_and_there_are_never_many(site, monkeypatch):
    monkeypatch.setattr(moulds, "MOST", 3)
    many = tuple(f"t{number}" for number in range(6))
    made = Moulds(make_letter(edition(many), site), site, TOKENS, NOW)
    seen = set()
    for _ in range(2):
        for topic in many[1:]:
            message = made.message(reader(topics=(topic,)), NOW)
            assert (
                order_in(
                    message_from_bytes(message.data, policy=policy.default)
                    .get_body(("plain",))
                    .get_content()
                    .replace("\r", "")
                )[0]
                == topic
            )
            seen.add(message.message_id)
    assert len(made._made) == 3
    assert len(seen) == 1  # whatever its order is, it is the same letter


# -- what Markdown can do


BODY = """\
Opening.[^1] And *so*{: .x } on.

!!! note "What I do not know"
    Whether it *holds*.

??? tip
    Folded away.

=== "By sea"
    Slow.

=== "By rail"
    Quick.

- [ ] to do
- [x] done

| Port | Share |
|------|-------|
| Hallum | 71% |

![A crane at the quay](crane.png)

```python
x = 1
```

!!! warning
    ```
    y = 2
    ```

Term
:   What it means.

[^1]: The note, with a [link](https://note.example/x).
"""


def test_no_sign_of_a_markup_is_left_in_either_part(site):
    post = replace(edition(), body=BODY, takes=())
    text, page, _ = made_out(post, site, reader())
    words = re.sub(r"<style.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)
    for part in (text, unescape(words)):
        for raw in ("!!!", "???", "===", "[^", "{:", "[ ]", "[x]", "```", ":   ", "|---"):
            assert raw not in part.replace("=" * 7, ""), raw
        for said in (
            "What I do not know",
            "Whether it holds",
            "Tip",
            "Folded away",
            "By sea",
            "By rail",
            "☐ to do",
            "☑ done",
            "71%",
            "x = 1",
            "y = 2",
            "What it means",
            "The note, with a link",
        ):
            assert said in " ".join(part.replace("| ", "").split()), said


def test_plain_text_shows_notes_boxes_tasks_and_tables_as_people_write_them():
    text = as_text(BODY, HOME, PurePosixPath("posts/x.md"))
    assert text.startswith("Opening.[1] And so on.")
    assert "| What I do not know\n|\n| Whether it holds.\n" in text
    assert "- ☐ to do\n- ☑ done\n" in text
    assert "Port   | Share\n-------+------\nHallum | 71%\n" in text
    assert "\n[A crane at the quay]\n" in text
    assert "\n    x = 1\n" in text
    assert "|     y = 2" in text
    assert "Term\n    What it means.\n" in text
    assert text.endswith("[1] The note, with a link <https://note.example/x>.")


def test_both_parts_have_the_same_links_whatever_the_post_uses(site):
    post = replace(edition(), body=BODY, takes=())
    message = Moulds(make_letter(post, site), site, TOKENS, NOW).message(reader(), NOW).data
    rules = {finding.rule for finding in lint(message, Facts(postal_address=site.send.postal_address))}
    assert not rules & {"text-links", "link-not-absolute", "no-alt", "small-text", "low-contrast"}


def test_what_needs_no_flattening_stays_as_it_is_and_what_nests_too_deep_as_well():
    for markup in ("<p>a<br>b &nbsp; c</p>", "<div>" * 3000 + "<details><summary>a</summary>b</details>"):
        assert flat(markup) == markup


def test_scripts_in_a_box_do_not_come_through():
    evil = '!!! note "<img src=x onerror=alert(1)>"\n    <script>alert(1)</script>[a](javascript:alert(1))\n'
    page = posts.as_html(evil, HOME, PurePosixPath("posts/x.md"))
    assert not re.search("script|onerror", page)


def test_a_link_that_is_not_safe_stands_in_no_part():
    assert (
        as_text("[a](javascript:alert(1)) [b](https://b.example/)", HOME, PurePosixPath("x.md"))
        == "a b <https://b.example/>"
    )


# -- the look


def test_a_letter_of_ten_takes_stays_small_and_fails_in_nothing(site):
    real = posts.read(site.content / "posts/2026-11-16-what-had-no-name.md")
    ends = posts.take_ends(real.body)
    lines = real.body.split("\n")
    takes = ["\n".join(lines[start:end]) for start, end in ends.items()]
    ten = (takes * 3)[:10]
    post = replace(real, body="\n".join(lines[: min(ends)]) + "\n" + "\n\n".join(ten))
    message = Moulds(make_letter(post, site), site, TOKENS, NOW).message(reader(), NOW).data
    page = message_from_bytes(message, policy=policy.default).get_body(("html",)).get_content()
    assert page.count('class="take"') == 10
    assert len(page.encode()) < 25_000
    found = lint(message, Facts(postal_address=site.send.postal_address))
    assert [finding for finding in found if finding.hinders] == []


def test_a_letter_names_its_language_and_how_that_is_written(site):
    page = make_letter(edition(), site).html
    assert re.search(r'<html lang="en" dir="ltr"', page)
    assert re.search(r'<table [^>]*lang="en" dir="ltr"', page)
    assert len(re.findall(r"<table", page)) == len(re.findall(r'<table [^>]*role="presentation"', page)) == 2
    assert (direction("ar"), direction("he-IL"), direction("de_AT")) == ("rtl", "rtl", "ltr")


@pytest.mark.parametrize("colour", ["#303030", "rgb(40,40,40)"])
def test_what_is_pale_in_the_dark_alone_is_told(site, colour):
    message = Moulds(make_letter(edition(), site), site, TOKENS, NOW).message(reader(), NOW).data
    read = message_from_bytes(message, policy=policy.default)
    page = read.get_body(("html",))
    page.set_content(
        page.get_content().replace("color: #9fadb7 !important", f"color: {colour} !important"), subtype="html"
    )
    found = [each for each in lint(read.as_bytes(), Facts()) if each.rule == "low-contrast"]
    assert found
    assert all(each.reason.startswith("in the dark, text of #") for each in found)
    assert all(re.fullmatch(r"html:\d+", each.place) for each in found)


def test_a_letter_that_says_nothing_of_the_dark_is_judged_by_day_alone():
    page = "<html lang=en><body><p style='color:#777'>Pale words</p></body></html>"
    message = f"Content-Type: text/html\r\n\r\n{page}".encode()
    reasons = [each.reason for each in lint(message, Facts()) if each.rule == "low-contrast"]
    assert reasons == ["text of #777777 on #ffffff has a contrast of 4.48, and needs 4.5"]


def test_the_sample_edition_is_not_like_spam(site):
    message = Moulds(make_letter(edition(), site), site, TOKENS, NOW).message(reader(), NOW).data
    score = score_of(message)
    if score is None:
        pytest.skip("SpamAssassin is not installed")
    assert score.points < 1.0, score


# -- the language


def test_each_catalogue_has_all_names_and_the_same_slots():
    english = said_in("en", PurePosixPath("/nowhere").parent and _no_folder()).texts
    for language in ("de", "fr", "es"):
        said = said_in(language, _no_folder())
        assert said.language == language
        assert said.texts.keys() == english.keys()
        for name, text in said.texts.items():
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[name])), name
            assert text != english[name] or name == "x", name


def _no_folder():
    from pathlib import Path

    return Path("/nowhere/at/all")


def test_a_language_that_nobody_translated_is_english_and_says_so(tmp_path):
    said = said_in("fi", tmp_path)
    assert (said.language, said("unsubscribe")) == ("en", "Unsubscribe")
    assert said_in("de-AT", tmp_path)("unsubscribe") == "Abbestellen"
    assert said_in("../en", tmp_path).language == "en"


def test_the_author_has_the_last_word(tmp_path):
    (tmp_path / OWN).write_text('unsubscribe: "Enough {{7*7}}"\nleave_title: "{site}: leave?"\n', encoding="utf-8")
    said = said_in("de", tmp_path)
    assert said("unsubscribe") == "Enough {{7*7}}"
    assert said("leave_title", site="{left}") == "{left}: leave?"
    assert said("left") == "Es kommt kein weiterer Brief zu Ihnen."


@pytest.mark.parametrize("text", ["unsubscribed: Leave", "left: [1]", "- a", "a: b: c", "left: 3"])
def test_words_that_are_none_are_named(tmp_path, text):
    (tmp_path / OWN).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"words\.yml"):
        said_in("de", tmp_path)


def test_a_letter_speaks_the_language_of_its_site(tmp_path):
    settings = sample(tmp_path / "site")
    path = tmp_path / "site/mkdocs.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("language: en ", "language: de "), encoding="utf-8")
    settings = load(settings.root, {})
    text, page, _ = made_out(edition(), settings, reader())
    for said in ("Im Web lesen", "Abbestellen", "Themen wählen oder pausieren"):
        assert said in text
        assert said in page
    assert "Unsubscribe" not in text + page
    assert '<html lang="de"' in page


# -- links that are counted


def test_links_are_left_as_they_are_unless_the_author_wants_them_counted(site):
    letter = make_letter(edition(), site)
    assert letter.links == {}
    assert "/go?" not in letter.html + letter.text


@pytest.fixture
def counting(tmp_path):
    return sample(tmp_path / "counting", count_links=True)


def test_counted_links_lead_through_the_authors_own_domain_and_tell_so(counting):
    post = replace(
        edition(), body=edition().body + "\n[mail](mailto:a@b.example) [www.a.example](https://www.a.example/x)\n"
    )
    text, page, _ = made_out(post, counting, reader())
    other, _, _ = made_out(post, counting, reader(token="another"))
    links = re.findall(r'<a [^>]*href="([^"]+)"', page)
    plain = [link for link in map(unescape, links) if not link.startswith(f"{SERVICE}go?")]
    assert plain == [
        "mailto:a@b.example",
        "https://www.a.example/x",  # its own words are an address
        *re.findall(rf"{SERVICE}preferences\S+", text),
        *re.findall(rf"{SERVICE}unsubscribe\S+", text),
    ]
    ways = {unescape(link) for link in links} - set(plain)
    assert (
        ways
        == set(re.findall(rf"{SERVICE}go\?\S+", text.replace(">", " ")))
        == set(re.findall(rf"{SERVICE}go\?\S+", other.replace(">", " ")))
    )
    assert any("to=energy.example&l=" in way for way in ways)
    letter = make_letter(post, counting)
    assert set(letter.links.values()) == {
        "https://energy.example/x",
        "https://automation.example/x",
        "https://data.example/x",
        HOME,
        letter.web_url,
    }
    assert "for all readers together and never for one" in " ".join(text.split())
    assert "for all readers together and never for one" in page
    message = Moulds(letter, counting, TOKENS, NOW).message(reader(), NOW).data
    assert not {f.rule for f in lint(message, Facts(postal_address=counting.send.postal_address))} & {
        "text-links",
        "link-text",
    }


def test_what_is_counted_needs_the_service(tmp_path, open_app):
    make(tmp_path / "site", dict(_sample_files()))
    path = tmp_path / "site/byline.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("send:\n", "send:\n  count_links: true\n"), encoding="utf-8"
    )
    app = open_app(tmp_path / "site")
    assert make_letter(edition(), app.settings).links == {}
    assert any("send.count_links needs `byline serve`" in said for said in app.letters.concerns())


def test_a_link_to_a_draft_is_told_though_it_is_counted(counting, open_app):
    (counting.root / "content/drafts").mkdir(exist_ok=True)
    (counting.root / "content/drafts/2026-11-30-later.md").write_text(
        "---\ndate: 2026-11-30\ntitle: L\n---\nx\n", encoding="utf-8"
    )
    path = counting.root / "content/posts/2026-11-16-what-had-no-name.md"
    path.write_text(path.read_text(encoding="utf-8") + f"\n[later]({HOME}posts/2026-11-30-later/)\n", encoding="utf-8")
    with closing(open_app(counting.root)) as app:
        assert "link-draft" in {each.rule for each in app.letters.lint(path, ask_others=False).findings}
