"""The check of a letter: a good one has no finding, and each rule finds what it is for, at its place."""

import json
import socketserver
import threading
from binascii import b2a_qp
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import post as posts
from pipeline.app.lettered import look_at
from pipeline.cli.init import _sample_files, make
from pipeline.send import make_letter, sample
from pipeline.send.lint import Facts, Grade, Rule, asking, lint, questions_about
from pipeline.send.lint.boxes import boxes
from pipeline.send.lint.colours import Colour, colour, contrast
from pipeline.send.lint.copy import read
from pipeline.send.lint.domain import belong_together
from pipeline.send.lint.spam import score_of
from pipeline.send.lint.styles import as_mapping, sheet
from pipeline.send.lint.subject import preheader
from pipeline.send.lint.support import WORTH_TELLING, table
from pipeline.send.sign import Signer
from pipeline.settings import load

PIPELINE = Path(__file__).parents[1] / "pipeline"
HOME = "https://ana-ruiz.eu/"
LEAVE = "https://letter.ana-ruiz.eu/leave?token=t"
SUMMARY = "What the cranes of the north yard tell about the port."
FIELDS = {
    "From": "Ana Ruiz <ana@ana-ruiz.eu>",
    "To": "B. Reader <b@example.org>",
    "Date": "Mon, 23 Nov 2026 07:30:00 +0000",
    "Message-ID": "<1@ana-ruiz.eu>",
    "Subject": "What the cranes tell",
    "MIME-Version": "1.0",
    "List-Unsubscribe": f"<{LEAVE}>, <mailto:ana@ana-ruiz.eu?subject=unsubscribe>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}
BODY = f"""<p>{SUMMARY}</p>
<h1>What the cranes tell</h1>
<p><a href="{HOME}">Ana Ruiz</a> writes.</p>
<p>Ana Ruiz<br>Quay 1, Antwerp</p>
<p><a href="{LEAVE}">Unsubscribe</a></p>"""
TEXT = f"{SUMMARY}\n\nAna Ruiz {HOME}\nAna Ruiz\nQuay 1, Antwerp\n{LEAVE}\n"
FACTS = Facts(postal_address="Ana Ruiz\nQuay 1, Antwerp\n", drafts=frozenset({"2026-11-30-half-done"}))


def page(body=BODY, head="", html='<html lang="en">', tag='<body lang="en">'):
    """HTML whose body begins on its second line."""
    title = '<meta name="color-scheme" content="light dark"><title>Cranes</title>'
    return f"<!doctype html>{html}<head><meta charset='utf-8'>{title}{head}</head>{tag}\n{body}\n</body></html>"


def part(kind, text):
    coded = b2a_qp(text.encode(), istext=True).replace(b"\n", b"\r\n")
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return b"--b\r\n" + head.encode() + coded + b"\r\n"


def message(html=None, text=TEXT, extra="", **changed):
    """A letter; ``changed`` are fields, with _ for -, and None for one that is not there."""
    fields = FIELDS | {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [f"{name}: {value}\r\n" for name, value in fields.items() if value is not None]
    head = "".join([*lines, extra, "Content-Type: multipart/alternative; boundary=b\r\n\r\n"]).encode()
    parts = [part("plain", each) for each in [text] if each is not None] + [
        part("html", page() if html is None else html)
    ]
    return head + b"".join(parts) + b"--b--\r\n"


def found(data, facts=FACTS):
    return {finding.rule: finding for finding in lint(data, facts)}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / "site"
    make(folder, dict(_sample_files()))
    return load(folder, {})


@pytest.fixture
def sample_copy(site, now):
    letter = make_letter(posts.read(site.content / "posts/2026-11-16-what-had-no-name.md"), site)
    return sample(letter, site, now)["eml"]


# -- all rules


def test_a_good_letter_has_no_finding():
    assert lint(message(), FACTS) == ()


def test_the_sample_edition_fails_in_nothing(sample_copy, site):
    told = lint(sample_copy, Facts(postal_address=site.send.postal_address))
    assert [finding for finding in told if finding.severity is Grade.FAIL] == []
    assert {finding.rule for finding in told} <= {"sender-reserved", "unsupported"}


def test_each_rule_names_its_source_and_the_day_on_which_that_was_seen():
    for rule in Rule:
        finding = rule.found("html:1", "x", "y")
        assert finding.source
        assert finding.as_of.year >= 1996


def test_what_fails_comes_first_and_the_same_is_told_once():
    bad = "<p><a href='https://a.eu/'>the port of A</a></p>" * 3
    told = lint(message(page(BODY + bad), Subject=""), FACTS)
    assert [finding.rule for finding in told] == ["subject-empty", "text-links"]
    assert (told[1].place, told[1].more) == ("html:6", 2)


@pytest.mark.parametrize("data", [b"", b"\r\n", b"x", b"From: \xff\r\nSubject: =?x?q?y?=\r\n\r\n\xff", b"\0" * 99])
def test_whatever_the_bytes_are_they_are_judged(data):
    assert "one-from" in found(data)


# -- on the wire


@pytest.mark.parametrize(("size", "rule"), [(84_000, None), (86_000, "nearly-clipped"), (101_000, "clipped")])
def test_a_letter_that_gmail_cuts_is_told(size, rule):
    told = found(message(page(BODY + "<p>" + "word " * ((size - len(page())) // 5) + "</p>")))
    assert list(told) == ([rule] if rule else [])


def test_lines_are_no_longer_than_a_mail_server_takes():
    assert "long-line" not in found(message(X_Long="x" * (998 - len("X-Long: "))))
    told = found(message(X_Long="x" * (999 - len("X-Long: "))))
    assert told["long-line"].place == "eml:9"


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\n", "bare-newline"),
        (b"<p>", b"<p>\r", "bare-newline"),
        (b"Ana Ruiz", "Ána Ruiz".encode(), "seven-bit"),
        (b"quoted-printable", b"8bit", "seven-bit"),
        (b"quoted-printable", b"base64", "seven-bit"),
    ],
)
def test_what_not_every_server_carries_is_told(old, new, rule):
    assert rule in found(message().replace(old, new, 1))


# -- the header


@pytest.mark.parametrize(
    ("changed", "rule", "place"),
    [
        ({"From": None}, "one-from", "From"),
        ({"From": "a@a.eu, b@b.eu"}, "one-from", "From"),
        ({"extra": "From: b@b.eu\r\n"}, "one-from", "From"),
        ({"extra": "Subject: another\r\n"}, "field-twice", "Subject"),
        ({"Date": None}, "date", "Date"),
        ({"Date": "yesterday"}, "date", "Date"),
        ({"Date": "Mon, 23 Nov 2026 07:30:00"}, "date", "Date"),
        ({"Date": "+0000"}, "date", "Date"),
        ({"Message_ID": "1@ana-ruiz.eu"}, "message-id", "Message-ID"),
        ({"Message_ID": None}, "message-id", "Message-ID"),
        ({"MIME_Version": None}, "mime-version", "MIME-Version"),
        ({"List_Unsubscribe": None}, "no-unsubscribe", "List-Unsubscribe"),
        ({"List_Unsubscribe_Post": None}, "no-one-click", "List-Unsubscribe-Post"),
        ({"List_Unsubscribe": "<mailto:a@b.eu>"}, "one-click-broken", "List-Unsubscribe-Post"),
        ({"List_Unsubscribe_Post": "yes"}, "one-click-broken", "List-Unsubscribe-Post"),
        ({"From": "Ana <no-reply@ana-ruiz.eu>"}, "no-reply", "From"),
        ({"From": "Ana <DoNotReply@ana-ruiz.eu>"}, "no-reply", "From"),
        ({"Reply_To": "noreply@ana-ruiz.eu"}, "no-reply", "Reply-To"),
        ({"From": "Ana <ana@gmail.com>"}, "freemail", "From"),
        ({"From": "Ana <ana@yahoo.co.uk>"}, "freemail", "From"),
        ({"From": "Ana <ana@web.de>"}, "freemail", "From"),
        ({"From": "Ana <ana@example.org>"}, "sender-reserved", "From"),
        ({"From": "ana@ana-ruiz.eu"}, "sender-name", "From"),
        ({"From": "=?utf-8?q?Ana_=F0=9F=9A=80?= <ana@ana-ruiz.eu>"}, "sender-emoji", "From"),
    ],
)
def test_what_is_wrong_with_a_header_is_told_at_its_field(changed, rule, place):
    told = found(message(**changed))
    assert told[rule].place == place
    assert told[rule].remedy


@pytest.mark.parametrize("name", ["noreen", "nora.reply", "notreplaced"])
def test_a_name_that_only_begins_like_one_that_is_mute_can_be_answered(name):
    assert found(message(From=f"Nora <{name}@ana-ruiz.eu>")) == {}


@pytest.mark.parametrize("zone", ["-0000", "+0530", "GMT", "+0000 (UTC)"])
def test_a_date_has_a_zone_in_any_form_that_mail_knows(zone):
    assert found(message(Date=f"Mon, 23 Nov 2026 07:30:00 {zone}")) == {}


def test_a_name_with_a_trade_mark_or_an_accent_is_no_picture():
    assert found(message(From="=?utf-8?b?w4FuYSBSdWl64oSi?= <ana@ana-ruiz.eu>")) == {}


@pytest.mark.parametrize(("covered", "is_told"), [("from:list-unsubscribe:list-unsubscribe-post", 0), ("from:to", 1)])
def test_a_signature_covers_both_fields_for_leaving(covered, is_told):
    told = found(message(DKIM_Signature=f"v=1; d=ana-ruiz.eu; s=a;\r\n h={covered}; bh=x; b=y"))
    assert list(told) == ["unsubscribe-unsigned"] * is_told


def test_our_own_signatures_cover_both(site, now, tmp_path):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "key.pem").write_bytes(Ed25519PrivateKey.generate().private_bytes(*form))
    from pipeline.settings.sending import DkimSettings

    dkim = (DkimSettings(selector="a", key_file=str(tmp_path / "key.pem")),)
    signed = site.model_copy(update={"send": site.send.model_copy(update={"dkim": dkim})})
    letter = make_letter(posts.read(site.content / "posts/2026-11-16-what-had-no-name.md"), signed)
    data = sample(letter, signed, now)["eml"]
    assert b"DKIM-Signature" in data
    assert "unsubscribe-unsigned" not in found(data)
    assert "unsubscribe-unsigned" in found(data.replace(b"list-unsubscribe-post", b"x-unsubscribe-post"))


# -- subject and preheader


@pytest.mark.parametrize(
    ("subject", "rules"),
    [
        ("", ["subject-empty"]),
        ("x" * 60, []),
        ("x" * 61, ["subject-long"]),
        ("Re: your question", ["subject-reply"]),
        ("FWD: cranes", ["subject-reply"]),
        ("AW: Kräne", ["subject-reply"]),
        ("Re[2]: cranes", ["subject-reply"]),
        ("Regulators: a list", []),
        ("READ THIS NOW", ["subject-capitals"]),
        ("NATO", []),
        ("EU AI act", []),
        ("日本の港", []),
    ],
)
def test_a_subject_says_something_and_pretends_nothing(subject, rules):
    assert (
        list(found(message(Subject=subject.encode().decode("latin-1") if subject.isascii() else coded(subject))))
        == rules
    )


def coded(subject):
    from email.header import Header

    return Header(subject, "utf-8", maxlinelen=900).encode()


@pytest.mark.parametrize(("length", "is_told"), [(39, 1), (40, 0), (130, 0), (131, 1)])
def test_a_preheader_is_of_use_in_the_list_of_mails(length, is_told):
    told = found(message(page(BODY.replace(SUMMARY, "x" * length))))
    assert list(told) == ["preheader-length"] * is_told


def test_the_first_words_are_those_of_the_first_paragraph_hidden_or_not():
    hidden = '<div style="display:none">Hidden <b>first</b> words&#847;&nbsp;&#8203;</div>'
    assert preheader(boxes(read(message(page(hidden + BODY))).root)) == "Hidden first words"
    assert (
        preheader(boxes(read(message(page("<table><tr><td>In a <i>cell</i></td></tr></table>"))).root)) == "In a cell"
    )
    assert "preheader-empty" in found(message(page("<img src='https://a.eu/a.png' alt=''>")))


# -- two parts


def test_both_parts_are_there():
    assert "no-text" in found(message(text=None))
    assert "no-text" in found(message(text=" \n"))
    assert "no-html" in found(message(html=" "))
    assert "no-html" in found(message(html="<!-- nothing -->"))


def test_the_plain_text_has_the_links_of_the_html():
    body = BODY + '\n<p><a href="https://a.eu/x">The port of A</a></p>'
    told = found(message(page(body)))
    assert list(told) == ["text-links"]
    assert told["text-links"].place == "html:7"
    assert found(message(page(body), text=TEXT + "See https://a.eu/x.\n")) == {}
    assert found(message(page(body.replace("/x", "/x/#note")), text=TEXT + "See https://a.eu/x/.\n")) == {}


@pytest.mark.parametrize(
    ("letter", "facts", "place"),
    [
        (message(), Facts(postal_address=" \n"), "html"),
        (message(page(BODY.replace("Quay 1", ""))), FACTS, "html"),
        (message(text=TEXT.replace("Quay 1", "")), FACTS, "txt"),
    ],
)
def test_the_postal_address_stands_in_both(letter, facts, place):
    told = found(letter, facts)
    assert list(told) == ["no-address"]
    assert told["no-address"].place == place


def test_a_reader_can_leave_by_html_and_by_text():
    told = found(message(page(BODY.replace(LEAVE, HOME))))
    assert (list(told), told["no-way-to-leave"].place) == (["no-way-to-leave"], "html")
    told = found(message(text=TEXT.replace(LEAVE, "")))
    assert told["no-way-to-leave"].place == "txt"


# -- for who hears it, and who sees it


def in_body(tags):
    """What is found in a letter that holds these tags too, on line 7, with the place of each."""
    told = found(message(page(f"{BODY}\n{tags}"))).values()
    return {finding.rule: finding.place for finding in told if finding.rule != "unsupported"}


@pytest.mark.parametrize(
    ("html", "rule"),
    [
        (page(html="<html>"), "no-lang"),
        (page(html='<html lang=" ">'), "no-lang"),
        (page(tag="<body>"), "lang-lost"),
        (page().replace("Cranes", ""), "no-title"),
        (page().replace("light dark", "light"), "no-dark"),
        (page().replace("color-scheme", "x"), "no-dark"),
    ],
)
def test_what_the_whole_letter_lacks_is_told(html, rule):
    assert list(found(message(html))) == [rule]


@pytest.mark.parametrize(
    ("tags", "rules"),
    [
        ("<table><tr><td>a</td></tr></table>", ["layout-table"]),
        ('<table role="presentation"><tr><td>a</td></tr></table>', []),
        ('<table role="none"><tr><td><table><tr><th>a</th></tr></table></td></tr></table>', []),
        ("<table><tr><td><table><tr><th>a</th></tr></table></td></tr></table>", ["layout-table"]),
        ('<img src="https://a.eu/a.png">', ["no-alt"]),
        ('<img src="https://a.eu/a.png" alt="">', []),
        ("<h2>a</h2><h3>b</h3><h2>c</h2>", []),
        ("<h3>a</h3>", ["heading-order"]),
        (f'<a href="{HOME}">Here</a>', ["vague-link"]),
        (f'<a href="{HOME}"><b>click</b> here!</a>', ["vague-link"]),
        (f'<a href="{HOME}">…</a>', ["vague-link"]),
        (f'<a href="{HOME}" title="Back to the text">↩</a>', []),
        (f'<a href="{HOME}" title="Back to the text">here</a>', ["vague-link"]),
        (f'<a href="{HOME}">Weiterlesen</a>', ["vague-link"]),
        (f'<a href="{HOME}">here at the port</a>', []),
        (f'<a href="{HOME}"> </a>', ["empty-link"]),
        (f'<a href="{HOME}"><img src="https://a.eu/a.png" alt=""></a>', ["empty-link"]),
        (f'<a href="{HOME}"><img src="https://a.eu/a.png" alt="Ana"></a>', []),
        (f'<a href="{HOME}" aria-label="Ana"></a>', []),
        ('<p style="font-size: 13px">a</p>', ["small-text"]),
        ('<p style="font-size: 10pt">a</p>', ["small-text"]),
        ('<p style="font-size: 10.5pt">a</p>', []),
        ('<p style="font: italic 12px/1.5 serif">a</p>', ["small-text"]),
        ('<div style="font-size: 20px"><p style="font-size: .65em">a</p></div>', ["small-text"]),
        ('<div style="font-size: 20px"><p style="font-size: 80%"><i>a</i></p></div>', []),
        ('<div style="font-size: 12px"><p style="font-size: 16px">a</p></div>', []),
        ('<font size="1">a</font>', ["small-text"]),
        ("<small>a</small>", ["small-text"]),
        ('<p style="display: none; font-size: 1px; color: #fff">a</p>', []),
        ('<p style="color: #777">a</p>', ["low-contrast"]),
        ('<p style="color: #767676">a</p>', []),
        ('<p style="color: #777">·</p>', []),
        ('<div style="background: #000"><p>a</p></div>', ["low-contrast"]),
        ('<div style="background: #000 none"><p style="color: white">a</p></div>', []),
        ('<div bgcolor="#336"><div style="color:#fff"><i>a</i></div></div>', []),
        ('<div bgcolor="#336"><div style="color:#fff; background-color: #eee"><i>a</i></div></div>', ["low-contrast"]),
        ('<div style="background-color: #000"><p style="background: transparent">a</p></div>', ["low-contrast"]),
        ('<div style="background: url(https://a.eu/a.png)"><p style="color: #fff">a</p></div>', []),
        ('<p style="color: rgba(0, 0, 0, .4)">a</p>', ["low-contrast"]),
        ('<p style="color: #808080; font-size: 24px">a</p>', ["low-contrast-large"]),
        ('<p style="color: #808080; font-size: 19px"><b>a</b></p>', ["low-contrast-large"]),
        ('<p style="color: #808080; font-size: 19px">a</p>', ["low-contrast"]),
        ('<p style="color: #999; font-size: 24px">a</p>', ["low-contrast"]),
        (f'<div style="background: #222; color: #fff"><a href="{HOME}">Ana</a></div>', ["low-contrast"]),
        (f'<div style="background: #222"><a style="color: #fff" href="{HOME}">Ana</a></div>', []),
    ],
)
def test_what_cannot_be_heard_or_seen_is_told_on_its_line(tags, rules):
    told = in_body(tags)
    assert list(told) == rules
    assert set(told.values()) <= {"html:7"}


# -- where its links lead


@pytest.mark.parametrize(
    ("target", "rules"),
    [
        ("https://a.eu/x", []),
        ("mailto:b@a.eu", []),
        ("HTTPS://A.eu/", []),
        ("http://a.eu/", ["link-http"]),
        ("/posts/a/", ["link-not-absolute"]),
        ("", ["link-not-absolute"]),
        ("//a.eu/", ["link-not-absolute"]),
        ("tel:+32", ["link-not-absolute"]),
        ("javascript:x()", ["link-not-absolute"]),
        ("#nowhere", ["link-not-absolute"]),
        ("#there", []),
        ("https://localhost/x", ["link-nowhere"]),
        ("https://127.0.0.1/x", ["link-nowhere"]),
        ("https://[::1]/x", ["link-nowhere"]),
        ("https://192.168.0.9/x", ["link-nowhere"]),
        ("https://8.8.8.8/x", []),
        ("https://x.invalid/", ["link-nowhere"]),
        ("https://intranet/", ["link-nowhere"]),
        ("https://[/", ["link-not-absolute"]),
        ("mailto:b@x.invalid", ["link-nowhere"]),
        (f"{HOME}posts/2026-11-30-half-done/", ["link-draft"]),
        (f"{HOME}drafts/2026-11-30-half-done.md", ["link-draft"]),
        (f"{HOME}posts/2026-11-30-done/", []),
    ],
)
def test_a_link_leads_to_a_page_that_all_can_open(target, rules):
    body = f'{BODY}\n<p id="there"><a href="{target}">the port of A</a></p>'
    told = found(message(page(body), text=f"{TEXT}\n{target}\n"))
    assert list(told) == rules
    assert {finding.place for finding in told.values()} <= {"html:7"}


@pytest.mark.parametrize(
    ("words", "target", "deceives"),
    [
        ("https://a.eu/x", "https://a.eu/x", False),
        ("a.eu", "https://www.a.eu/x?y", False),
        ("www.a.eu/x", "https://a.eu/", False),
        ("https://bank.eu/", "https://a.eu/", True),
        ("bank.eu", "https://a.eu/", True),
        ("bank.<b>eu</b>", "https://a.eu/", True),
        ("look: https://bank.eu/", "https://a.eu/", True),
        ("README.md", "https://a.eu/", False),
        ("of bank.eu I know", "https://a.eu/", False),
        ("v1.2.3", "https://a.eu/", False),
        ("b@a.eu", "mailto:b@a.eu", False),
        ("c@a.eu", "mailto:b@a.eu", True),
        ("b@a.eu", "https://a.eu/", True),
    ],
)
def test_words_that_are_an_address_say_where_the_link_leads(words, target, deceives):
    told = found(message(page(f'{BODY}\n<a href="{target}">{words}</a>'), text=f"{TEXT}\n{target}\n"))
    assert list(told) == ["link-text"] * deceives


@pytest.mark.parametrize(
    ("source", "is_told"),
    [("https://a.eu/a.png", 0), ("http://a.eu/a.png", 1), ("a.png", 1), ("https://localhost/a.png", 1), ("cid:1", 1)],
)
def test_an_image_is_where_mail_programs_can_fetch_it(source, is_told):
    assert list(in_body(f'<img src="{source}" alt="a">')) == ["image-source"] * is_told


# -- what mail programs support


@pytest.mark.parametrize(
    ("tags", "names"),
    [
        ('<p style="display: flex; gap: 4px">a</p>', {"CSS display-flex", "CSS gap"}),
        ('<p style="display: block">a</p>', set()),
        ('<p style="display: none">flex</p>', set()),
        ('<p style="width: calc(100% - 2px)">a</p>', {"CSS unit-calc"}),
        ('<p style="width: 50vw">a</p>', {"CSS unit-vw"}),
        ('<p style="margin: 0 4px; width: 50%">a</p>', set()),
        ("<video></video>", {"HTML video"}),
        ('<img src="https://a.eu/a.webp" alt="">', {"images of the kind webp"}),
        ('<img src="https://a.eu/a.png?x=a.webp" alt="">', set()),
        (
            '<img src="https://a.eu/a.png" srcset="https://a.eu/b.avif 2x" alt="">',
            {"HTML srcset", "images of the kind avif"},
        ),
        ("<!--[if mso]><video></video><![endif]-->", set()),
    ],
)
def test_what_many_mail_programs_do_not_know_is_told(tags, names):
    told = [finding for finding in lint(message(page(f"{BODY}\n{tags}")), FACTS) if finding.rule == "unsupported"]
    assert {finding.reason.partition(" is unknown to ")[0] for finding in told} == names
    assert {finding.place for finding in told} <= {"html:7"}
    assert {finding.severity for finding in told} <= {Grade.WARN}


def test_a_feature_is_told_with_its_share_its_test_and_its_line_in_a_style_sheet():
    dark = "@media (prefers-color-scheme: dark) {\np:hover { gap: 1px }\n}"
    head = f"<style>\n/* no video */ p {{ color: red }}\n{dark}</style>"
    told = [finding for finding in lint(message(page(head=head)), FACTS) if finding.rule == "unsupported"]
    places = {finding.reason.partition(" is unknown")[0]: finding.place for finding in told}
    line = {"CSS @media": 3, "CSS @media prefers-color-scheme": 3, "CSS :hover": 4, "CSS gap": 4}
    assert places == {name: f"html:{number}" for name, number in line.items()}
    dark = next(finding for finding in told if "prefers" in finding.reason)
    assert "Gmail, Outlook for Windows (classic), Yahoo and AOL" in dark.reason
    assert dark.reason.endswith(": 37 % of opened mails (tested 2023-03-08)")
    assert dark.as_of.isoformat() == "2023-03-08"


def test_the_table_says_what_was_tested(corpora):
    known = json.loads((corpora / "caniemail.json").read_text(encoding="utf-8"))
    facts = {feature["slug"]: feature for feature in known}
    told = json.loads((PIPELINE / "send/lint/support.json").read_text(encoding="utf-8"))
    for feature in told["features"]:
        fact = facts[feature["feature"]]
        assert feature["tested"] == fact["last_test_date"]
        for name, client in told["clients"].items():
            assert feature["support"].get(name) == together(fact["stats"], client["from"]), (feature["feature"], name)


def together(stats, places):
    """What the latest tests of all programs of a family say: y, n, partly, or None where nobody knows."""
    families = [(family, wanted) for family, _, wanted in (place.partition("/") for place in places)]
    latest = {
        list(versions.values())[-1][0]
        for family, wanted in families
        for platform, versions in stats.get(family, {}).items()
        if wanted in {"*", platform} and versions
    } - {"u"}
    return None if not latest else latest.pop() if len(latest) == 1 and latest <= {"y", "n"} else "partly"


def test_a_feature_of_the_table_would_be_told():
    clients, features = table()
    assert 60 <= len(features) <= 100
    for feature in features:
        assert feature.seen
        assert sum(clients[name].share for name, known in feature.support.items() if known == "n") > WORTH_TELLING


# -- what DNS says of its sender

SIGNED = "v=1; a=rsa-sha256; d=ana-ruiz.eu; s=one; h=from:list-unsubscribe:list-unsubscribe-post; bh=x; b=y"
GOOD = {
    ("ana-ruiz.eu", "TXT"): ("google=x", "v=spf1 include:mail.eu ~all"),
    ("ana-ruiz.eu", "MX"): ("10 mx.mail.eu.",),
    ("ana-ruiz.eu", "A"): (),
    ("ana-ruiz.eu", "AAAA"): (),
    ("_dmarc.ana-ruiz.eu", "TXT"): ("v=DMARC1; p=none; rua=mailto:ana@ana-ruiz.eu",),
    ("one._domainkey.ana-ruiz.eu", "TXT"): ("v=DKIM1; k=rsa; p=MIG f",),
}


def by_dns(changed, letter=None, **facts):
    records = GOOD | changed
    return list(found(letter or message(DKIM_Signature=SIGNED), replace(FACTS, records=records, **facts)))


def test_all_that_is_needed_is_asked_and_nothing_else():
    assert set(questions_about(message(DKIM_Signature=SIGNED))) == set(GOOD)
    asked = {name for name, _ in questions_about(message(From="Ana <ana@news.ana-ruiz.eu>"))}
    assert asked == {"news.ana-ruiz.eu", "_dmarc.news.ana-ruiz.eu", "_dmarc.ana-ruiz.eu"}
    assert questions_about(message(From=None)) == ()


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        ({}, []),
        ({("ana-ruiz.eu", "TXT"): ()}, ["spf"]),
        ({("ana-ruiz.eu", "TXT"): ("v=spf10 -all",)}, ["spf"]),
        ({("ana-ruiz.eu", "TXT"): ("v=spf1 -all", "v=spf1 ~all")}, ["spf"]),
        ({("ana-ruiz.eu", "TXT"): ("v=spf1 a +all",)}, ["spf"]),
        ({("ana-ruiz.eu", "TXT"): ("v=spf1 a all",)}, ["spf"]),
        ({("ana-ruiz.eu", "TXT"): ("v=spf1 a:all.mail.eu ?all",)}, []),
        ({("_dmarc.ana-ruiz.eu", "TXT"): ()}, ["dmarc"]),
        ({("_dmarc.ana-ruiz.eu", "TXT"): ("v=DMARC1",)}, ["dmarc"]),
        ({("_dmarc.ana-ruiz.eu", "TXT"): ("v=DMARC1; p=x",)}, ["dmarc"]),
        ({("_dmarc.ana-ruiz.eu", "TXT"): ("v=DMARC1; p=none",) * 2}, ["dmarc"]),
        ({("_dmarc.ana-ruiz.eu", "TXT"): ("v=DMARC1;p=reject;adkim=s",)}, []),
        ({("ana-ruiz.eu", "MX"): ()}, ["no-mx"]),
        ({("ana-ruiz.eu", "MX"): ("0 .",), ("ana-ruiz.eu", "A"): ("203.0.113.1",)}, ["no-mx"]),
        ({("ana-ruiz.eu", "MX"): (), ("ana-ruiz.eu", "A"): ("203.0.113.1",)}, []),
        ({("one._domainkey.ana-ruiz.eu", "TXT"): ()}, ["dkim-key"]),
        ({("one._domainkey.ana-ruiz.eu", "TXT"): ("v=DKIM1; p=",)}, ["dkim-key"]),
        (dict.fromkeys(GOOD), []),
    ],
)
def test_what_is_missing_in_dns_is_told_and_what_was_not_answered_is_not(changed, rules):
    assert by_dns(changed) == rules


def test_a_record_for_dmarc_may_stand_at_the_domain_above():
    letter = message(From="Ana <ana@news.ana-ruiz.eu>")
    own = {("news.ana-ruiz.eu", kind): GOOD["ana-ruiz.eu", kind] for kind in ("TXT", "MX")}
    assert by_dns(own | {("_dmarc.news.ana-ruiz.eu", "TXT"): ()}, letter) == []
    silent = {("_dmarc.news.ana-ruiz.eu", "TXT"): None, ("_dmarc.ana-ruiz.eu", "TXT"): ()}
    assert by_dns(own | silent, letter) == []


def test_the_key_in_dns_is_that_of_the_signature():
    assert by_dns({}, keys={("one", "ana-ruiz.eu"): "MIGf"}) == []
    assert by_dns({}, keys={("one", "ana-ruiz.eu"): "MIGg"}) == ["dkim-key"]


@pytest.mark.parametrize(
    ("signer", "sender", "fits"),
    [
        ("a.eu", "a.eu", True),
        ("news.a.eu", "a.eu", True),
        ("a.eu", "news.a.eu", True),
        ("one.a.eu", "two.a.eu", True),
        ("b.eu", "a.eu", False),
        ("notа.eu", "a.eu", False),
        ("one.co.uk", "two.co.uk", False),
        ("x.one.co.uk", "y.one.co.uk", True),
        ("eu", "a.eu", False),
    ],
)
def test_a_signature_is_of_the_organisation_of_its_sender(signer, sender, fits):
    assert belong_together(signer, sender) is fits


def test_a_signature_by_another_domain_proves_nothing():
    assert list(found(message(DKIM_Signature=SIGNED.replace("d=ana-ruiz.eu", "d=mail.example")))) == ["dkim-alignment"]
    strict = {("_dmarc.ana-ruiz.eu", "TXT"): ("v=DMARC1; p=none; adkim=s",)}
    below = message(DKIM_Signature=SIGNED.replace("d=ana-ruiz.eu", "d=mail.ana-ruiz.eu"))
    key = {("one._domainkey.mail.ana-ruiz.eu", "TXT"): ("p=x",)}
    assert by_dns(key, below) == []
    assert by_dns(strict | key, below) == ["dkim-alignment"]


def test_the_public_key_of_a_signer_is_as_dns_has_it():
    from base64 import b64decode

    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    small, large = ed25519.Ed25519PrivateKey.generate(), rsa.generate_private_key(65537, 1024)
    one = Signer(domain="a.eu", selector="s", algorithm="ed25519-sha256", key=small)
    other = Signer(domain="a.eu", selector="s", algorithm="rsa-sha256", key=large)
    assert b64decode(one.public()) == small.public_key().public_bytes_raw()
    assert load_der_public_key(b64decode(other.public())) == large.public_key()


@pytest.fixture
def names():
    """A server for names on loopback: what it holds, and a resolver that asks it. It never answers about silence."""
    import dns.message
    import dns.rrset
    from dns.asyncresolver import Resolver

    held = {}

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            asked = dns.message.from_wire(self.request[0])
            name, kind = asked.question[0].name, dns.rdatatype.to_text(asked.question[0].rdtype)
            if "silence" in str(name):
                return
            answer = dns.message.make_response(asked)
            records = held.get((str(name).rstrip("."), kind))
            if records is None:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            elif records:
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *records))
            self.request[1].sendto(answer.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        resolver = Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
        yield held, resolver
        server.shutdown()


def test_dns_is_asked_for_all_at_once_and_silence_is_no_answer(names, monkeypatch):
    held, resolver = names
    monkeypatch.setattr(asking, "SECONDS", 0.3)
    held["a.eu", "TXT"] = ['"v=spf1 " "-all"', '"x"']
    held["a.eu", "MX"] = ["10 mx.a.eu."]
    held["a.eu", "A"] = []
    asked = [("a.eu", "TXT"), ("a.eu", "MX"), ("a.eu", "A"), ("b.eu", "TXT"), ("silence.eu", "TXT"), ("x..eu", "TXT")]
    assert asking.ask(asked, resolver) == {
        ("a.eu", "TXT"): ("v=spf1 -all", "x"),
        ("a.eu", "MX"): ("10 mx.a.eu.",),
        ("a.eu", "A"): (),
        ("b.eu", "TXT"): (),
        ("silence.eu", "TXT"): None,
        ("x..eu", "TXT"): None,
    }


# -- what SpamAssassin says of it


@pytest.mark.parametrize(
    ("status", "rules"),
    [
        ("No, score=1.9 required=5.0 tests=HTML_MESSAGE", []),
        ("No, score=2.0 required=5.0 tests=A,\n\tB autolearn=no", ["spam-near"]),
        ("Yes, score=5.0 required=5.0 tests=A", ["spam"]),
        ("Yes, score=1.5 required=1.0 tests=A", ["spam"]),
        ("No, score=-0.1 required=5.0", []),
        ("nothing", []),
    ],
)
def test_a_letter_that_is_like_spam_is_told_with_the_tests(status, rules, tmp_path, monkeypatch):
    program = tmp_path / "spamassassin"
    program.write_text(f"#!/bin/sh\ncat <<'END'\nX-Spam-Status: {status}\n\nx\nEND\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    told = found(message(), replace(FACTS, spam=score_of(message())))
    assert list(told) == rules
    if rules == ["spam-near"]:
        assert "gives the letter 2 points of 5: A, B" in told["spam-near"].reason


def test_without_spamassassin_nothing_is_said_of_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert score_of(message()) is None


# -- what the rules stand on


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#fff", Colour(255, 255, 255)),
        ("Red", Colour(255, 0, 0)),
        ("rgb(10, 20, 30)", Colour(10, 20, 30)),
        ("rgb(100% 0% 0% / 50%)", Colour(255, 0, 0, 0.5)),
        ("rgba(0,0,0,.25)", Colour(0, 0, 0, 0.25)),
        ("transparent", Colour(0, 0, 0, 0)),
        ("inherit", None),
        ("url(x)", None),
        ("rgb(1)", None),
    ],
)
def test_colours_are_read_as_css_writes_them(text, expected):
    assert colour(text) == expected


def test_contrast_is_that_of_wcag():
    assert contrast(colour("#000"), colour("#fff")) == pytest.approx(21)
    assert contrast(colour("#777"), colour("#fff")) == pytest.approx(4.48, abs=0.01)
    assert colour("rgba(0,0,0,.5)").over(colour("#fff")).named() == "#808080"


def test_styles_are_read_whatever_stands_in_them():
    assert as_mapping("a: url(x;y); B:'1;2' !important;;c;d:1;d:2") == {"a": "url(x;y)", "b": "'1;2'", "d": "2"}
    told = [(type(each).__name__, each.line) for each in sheet("/* {\n */ a {\n b: c }\n@media (x: y) { d { e: f } }")]
    assert told == [("Block", 1), ("Declaration", 2), ("Block", 3), ("Block", 3), ("Declaration", 3)]


def test_a_style_of_nothing_but_quotation_marks_is_read_at_once():
    assert list(as_mapping("a: (" + '"x"' * 60)) == ["a"]


# -- the command


def test_with_online_the_command_goes_to_the_links_and_not_to_the_way_to_leave(web, open_app, tmp_path):
    make(tmp_path / "site", dict(_sample_files()))
    gone, there = (web.serve(f"/{name}", "x", status=status) for name, status in (("gone", 404), ("there", 200)))
    leave = web.serve("/leave", "x", status=404)
    settings = tmp_path / "site/byline.yml"
    text = settings.read_text(encoding="utf-8").replace("https://letter.nadia-verhoeven.example/unsubscribe", leave)
    ours = f"  feeds:\n  - url: {web.url}/feed\n    allow_private: true\n"
    settings.write_text(text.replace("  feeds:\n", ours, 1), encoding="utf-8")
    post = tmp_path / "site/content/posts/2026-11-20-links.md"
    post.write_text(f"---\ndate: 2026-11-20\ntitle: T\n---\n[one]({gone}) and [two]({there})\n", encoding="utf-8")
    config = tmp_path / "site/mkdocs.yml"
    config.write_text(config.read_text(encoding="utf-8").replace("https://nadia-verhoeven.example/", f"{web.url}/"))
    app = open_app(tmp_path / "site")
    linted = look_at(app, post, online=True, ask=dict.fromkeys)
    told = {finding.reason for finding in linted.findings if finding.rule == "link-dead"}
    assert f"{gone} answers that the page is not there (404)" in told
    assert there not in " ".join(told)
    assert linted.notes[0].startswith(
        "DNS gave no answer about _dmarc.nadia-verhoeven.example, nadia-verhoeven.example"
    )
    assert not [finding for finding in app.letters.lint(post).findings if finding.rule == "link-dead"]
    assert not [path for path, _ in web.requests if "leave" in path]


def test_the_command_looks_at_the_letter_and_says_where_and_what_to_do(site, byline):
    code, told, _ = byline("check", "--letter", "what-had-no-name", at=site.root)
    assert code == 0
    assert "What-had-no-name.md: From: warn: ".lower() in told.lower()
    assert "    Write another address into send.sender of byline.yml." in told
    assert "1 letter: 0 failures, " in told


def test_the_command_fails_where_a_letter_should_not_leave(byline, tmp_path):
    make(tmp_path / "site", dict(_sample_files()))
    settings = tmp_path / "site/byline.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("nadia@nadia-verhoeven.example", "n@gmail.com"))
    code, told, _ = byline("check", "--letter", "what-had-no-name", "--json", at=tmp_path / "site")
    said = json.loads(told)
    assert code == 1
    [failed] = [finding for finding in said["findings"] if finding["severity"] == "fail"]
    assert (failed["rule"], failed["place"], failed["as_of"]) == ("freemail", "From", "2025-02-15")


@pytest.mark.parametrize("words", [("--letter",), ("--letter", "x", "--fix"), ("--letter", "x", "--links")])
def test_the_command_says_what_goes_with_letter(site, byline, words):
    code, _, told = byline("check", *words, at=site.root)
    assert code == 2
    assert "--letter" in told
