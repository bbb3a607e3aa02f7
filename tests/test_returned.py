"""Mails that came back: every form and reason, what they do to a reader, and what means harm."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.cli import run
from pipeline.model import Effect, Returned, ReturnKind
from pipeline.model import ReturnReason as Reason
from pipeline.send.returned import effect_of, read, should_pause
from pipeline.send.returned.mail import MOST_PARTS, opened
from pipeline.send.returned.phrases import folded, has, sections
from pipeline.send.returned.reasons import is_gone, reason_of

WORDS = Path(__file__).with_name("returned_words.txt").read_text(encoding="utf-8")
SAID = [
    [cell.strip() for cell in line.split("|", 3)] for line in WORDS.splitlines() if line and not line.startswith("#")
]


# -- forms


def mail(*lines, sender="MAILER-DAEMON@mx.example.net", subject="Undelivered Mail Returned to Sender", more=()):
    head = [f"From: {sender}", "To: letter@ana-ruiz.example", f"Subject: {subject}", *more]
    return "\n".join([*head, "", *lines, ""]).encode()


def report(*fields, notice="Your letter did not arrive.", original="To: mei@example.org", kind="delivery-status"):
    parts = [
        ["Content-Type: text/plain", "", notice],
        [f"Content-Type: message/{kind}", "", *fields],
        ["Content-Type: message/rfc822", "", original, "Subject: The things that had no name", "", "Words."],
    ]
    body = [line for part in parts for line in ("--b1", *part)]
    return mail(*body, "--b1--", more=[f'Content-Type: multipart/report; report-type={kind}; boundary="b1"'])


def one(data):
    (event,) = read(data)
    return event


def told(event):
    return event.kind.value, event.recipient, event.reason.value, event.gone


def test_a_delivery_report_is_read_by_its_fields():
    event = one(
        report(
            "Reporting-MTA: dns; mx.example.net",
            "",
            "Final-Recipient: rfc822; mei@example.org",
            "Action: failed",
            "Status: 5.1.1",
            "Diagnostic-Code: smtp; 550 5.1.1 <mei@example.org>:",
            "    Recipient address rejected: User unknown",
        )
    )
    assert told(event) == ("bounce", "mei@example.org", "userunknown", True)
    assert (event.status, event.reply) == ("5.1.1", "550")
    assert event.said == "smtp; 550 5.1.1 <mei@example.org>: Recipient address rejected: User unknown"


def test_a_report_on_two_readers_is_two_events_and_the_address_that_we_wrote_to_counts():
    events = read(
        report(
            "Original-Recipient: rfc822;mei@example.org",
            "Final-Recipient: rfc822; mei-new@inside.example.org",
            "Action: failed",
            "Status: 5.2.2",
            "",
            "Final-Recipient: rfc822; <ana@example.org>",
            "Action: failed",
            "Status: 5.1.1",
        )
    )
    assert [told(event)[1:] for event in events] == [
        ("mei@example.org", "mailboxfull", False),
        ("ana@example.org", "userunknown", True),
    ]


def test_fields_may_stand_in_any_order_and_may_be_torn_apart():
    before = ["Action: failed", "Status: 5.2.2", "Final-Recipient: rfc822; mei@example.org"]
    after = ["Status: 5.1.1", "Action: failed", "Final-Recipient: rfc822; ana@example.org"]
    torn = ["Final-Recipient: rfc822; jonas@example.org", "", "Action: failed", "Status: 5.1.1"]
    at_once = ["Final-Recipient: rfc822; a@example.org", "Status: 5.2.2", "Final-Recipient: rfc822; b@example.org"]
    assert [
        told(event)[1:3] for event in read(report(*before, "", *after, "", *torn, "", *at_once, "Status: 5.1.1"))
    ] == [
        ("mei@example.org", "mailboxfull"),
        ("ana@example.org", "userunknown"),
        ("jonas@example.org", "userunknown"),
        ("a@example.org", "mailboxfull"),
        ("b@example.org", "userunknown"),
    ]


def test_a_delivery_that_is_still_being_tried_takes_nobody_off():
    event = one(report("Final-Recipient: rfc822; mei@example.org", "Action: delayed", "Status: 4.1.1"))
    assert (event.pending, event.gone, effect_of(event)) == (True, False, Effect.NOTHING)


def test_a_report_that_all_went_well_is_no_bounce():
    event = one(report("Final-Recipient: rfc822; mei@example.org", "Action: delivered", "Status: 2.1.5"))
    assert told(event) == ("other", "mei@example.org", "delivered", False)


def test_fields_are_found_in_a_mail_without_parts_and_in_one_that_was_forwarded():
    fields = ["Final-Recipient: rfc822; mei@example.org", "Action: failed", "Status: 5.1.1"]
    assert told(one(mail("Sorry.", "", *fields))) == ("bounce", "mei@example.org", "userunknown", True)
    forwarded = mail(
        "Look at this:", *(f"> {line}" for line in fields), sender="ana@ana-ruiz.example", subject="Fwd: oh"
    )
    assert told(one(forwarded)) == ("bounce", "mei@example.org", "userunknown", True)


def test_a_report_within_a_mail_that_a_gateway_sends_on_is_read():
    inner = report("Final-Recipient: rfc822; mei@example.org", "Action: failed", "Status: 5.1.1").decode()
    outer = mail(
        "--o1",
        "Content-Type: text/plain",
        "",
        "There was a problem.",
        "--o1",
        "Content-Type: message/rfc822",
        "",
        inner,
        "--o1--",
        more=['Content-Type: multipart/mixed; boundary="o1"'],
    )
    assert told(one(outer)) == ("bounce", "mei@example.org", "userunknown", True)


FREE = {
    "qmail": (
        mail(
            "Hi. This is the qmail-send program at example.net.",
            "This is a permanent error; I've given up. Sorry it didn't work out.",
            "",
            "<mei@example.org>:",
            "Sorry, no mailbox here by that name. (#5.1.1)",
            "",
            "--- Below this line is a copy of the message.",
            "",
            "To: mei@example.org",
            "Your mailbox is full of spam.",
            subject="failure notice",
        ),
        ("bounce", "mei@example.org", "userunknown", True),
    ),
    "exim": (
        mail(
            "A message that you sent could not be delivered to one or more of its recipients.",
            "The following address(es) failed:",
            "",
            "  mei@example.org",
            "    SMTP error from remote mail server after RCPT TO:<mei@example.org>:",
            "    host mx.example.org [192.0.2.1]: 550 No such user",
            "",
            "------ This is a copy of the message, including all the headers. ------",
            subject="Mail delivery failed: returning message to sender",
        ),
        ("bounce", "mei@example.org", "userunknown", True),
    ),
    "sendmail of old": (
        mail(
            "   ----- Transcript of session follows -----",
            ">>> MAIL From:<letter@ana-ruiz.example>",
            "<<< 501 no access from mail server 192.0.2.1",
            "554 <mei@example.org>... Remote protocol error",
            subject="Returned mail: Remote protocol error",
        ),
        ("bounce", "mei@example.org", "blocked", False),
    ),
    "DragonFly": (
        mail(
            "There was an error delivering your mail to <mei@example.org>.",
            "",
            "mx.example.org [192.0.2.1] did not like our RCPT TO:",
            "525 5.7.13 <mei@example.org>: Recipient disabled",
            "",
            "Message headers follow.",
            subject="Mail delivery failed",
        ),
        ("bounce", "mei@example.org", "suspend", False),
    ),
    "Domino": (
        mail(
            "Your message",
            "  Subject: Greetings",
            "was not delivered to:",
            "  mei@example.org",
            "because:",
            "  User mei (mei@example.org) not listed in Domino Directory",
            subject="DELIVERY FAILURE: User mei not listed in Domino Directory",
        ),
        ("bounce", "mei@example.org", "userunknown", True),
    ),
    "Gmail": (
        mail(
            "Delivery to the following recipient failed permanently:",
            "",
            "     mei@example.org",
            "",
            "Technical details of permanent failure:",
            "550 550 5.1.1 The email account that you tried to reach does not exist.",
            subject="Delivery Status Notification (Failure)",
            more=["X-Failed-Recipients: mei@example.org"],
        ),
        ("bounce", "mei@example.org", "userunknown", True),
    ),
    "a carrier in Japan": (
        mail(
            "Your mail sent on: Thu, 29 Apr",
            "    Could not be delivered to: <mei@example.ne.jp>",
            "    As their mailbox is full.",
            sender="no-reply@example.ne.jp",
            subject="Mail",
            more=["Return-Path: <>"],
        ),
        ("bounce", "mei@example.ne.jp", "mailboxfull", False),
    ),
    "a filter that answers after the letter": (
        mail(
            "<mei@example.ne.jp>: host mx.example.ne.jp[192.0.2.1] said: 550 Unknown user",
            "    mei@example.ne.jp (in reply to end of DATA command)",
        ),
        ("bounce", "mei@example.ne.jp", "filtered", False),
    ),
    "MailMarshal, the reason first": (
        mail(
            "Your message:",
            "   From:    letter@ana-ruiz.example",
            "Could not be delivered because of",
            "",
            "550 5.1.1 User unknown",
            "",
            "The following recipients were affected:",
            "    mei@example.org",
            subject="Undeliverable Mail",
            sender="postmaster@example.net",
        ),
        ("bounce", "mei@example.org", "userunknown", True),
    ),
    "IMail, the recipient last": (
        mail("User mailbox exceeds allowed size: mei@example.org", "", "Original message follows."),
        ("bounce", "mei@example.org", "mailboxfull", False),
    ),
    "InterScan, a sentence": (
        mail(
            "Sent <<< RCPT TO:<mei@example.org>",
            "Received >>> 550 5.1.1 <mei@example.org>... user unknown",
            "Unable to deliver message to <mei@example.org>.",
            sender="InterScan <interscan@example.net>",
            subject="Mail could not be delivered",
        ),
        ("bounce", "mei@example.org", "userunknown", True),
    ),
    "m-FILTER, a talk told afterwards": (
        mail(
            "以下のメールアドレスへの送信に失敗しました。",
            "mei@example.org",
            "",
            "-------server message",
            "550 Mailbox unavailable",
            "",
            "-------SMTP command",
            "RCPT TO:<mei@example.org>",
            "",
            "-------original message",
            subject="failure notice",
            more=["Content-Type: text/plain; charset=utf-8"],
        ),
        ("bounce", "mei@example.org", "userunknown", True),
    ),
    "the list of a mailing list": (
        mail(
            "You are not a member of this mailing list <list@example.org>.",
            sender="list-admin@example.org",
            subject="You are not a member",
            more=["X-MLServer: fml"],
        ),
        ("bounce", "list@example.org", "rejected", False),
    ),
    "only the letter tells who": (
        mail("I am sorry.", "", "Received: from here", "To: Mei <mei@example.org>"),
        ("bounce", "mei@example.org", "undefined", False),
    ),
    "German, in HTML": (
        mail(
            "<html><body><p>Nicht zugestellt.</p><p>mei@example.org</p><p>Das Postfach ist voll.</p>",
            subject="Unzustellbar: Die Dinge ohne Namen",
            sender="Postmaster@firma.example",
            more=["Content-Type: text/html; charset=utf-8"],
        ),
        ("bounce", "mei@example.org", "mailboxfull", False),
    ),
}


@pytest.mark.parametrize("form", FREE)
def test_what_systems_write_for_people_is_understood(form):
    data, expected = FREE[form]
    assert told(one(data)) == expected


def test_a_notification_of_a_mail_service_is_read():
    bounced = {"emailAddress": "mei@example.org", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
    bounce = {"notificationType": "Bounce", "bounce": {"bounceType": "Permanent", "bouncedRecipients": [bounced]}}
    wrapped = json.dumps({"Type": "Notification", "Message": json.dumps(bounce)})
    complaint = {"complainedRecipients": [{"emailAddress": "ana@example.org"}], "complaintFeedbackType": "abuse"}
    service = {"sender": "no-reply@sns.example", "subject": "Notification Message"}
    assert told(one(mail(wrapped, "", "--", "To stop", **service))) == (
        "bounce",
        "mei@example.org",
        "userunknown",
        True,
    )
    event = one(mail(json.dumps({"notificationType": "Complaint", "complaint": complaint}), **service))
    assert (*told(event), event.feedback_type) == ("complaint", "ana@example.org", "feedback", False, "abuse")
    event = one(
        mail(json.dumps({"notificationType": "Delivery", "delivery": {"recipients": ["a@b.example"]}}), **service)
    )
    assert told(event) == ("other", "a@b.example", "delivered", False)


# -- complaints, wishes, machines, people


def test_a_complaint_names_each_reader_or_whom_the_letter_was_for():
    fields = ["Feedback-Type: abuse", "Version: 1", "User-Agent: Loop/1.0"]
    named = report(
        *fields, "Original-Rcpt-To: mei@example.org", "Original-Rcpt-To: <ana@example.org>", kind="feedback-report"
    )
    assert [told(event)[:2] for event in read(named)] == [
        ("complaint", "mei@example.org"),
        ("complaint", "ana@example.org"),
    ]
    event = one(report(*fields, kind="feedback-report"))
    assert (*told(event), event.feedback_type) == ("complaint", "mei@example.org", "feedback", False, "abuse")
    assert effect_of(event) is Effect.LEAVES


@pytest.mark.parametrize(
    ("kind", "meant", "effect"),
    [
        ("opt-out", "unsubscribe", Effect.LEAVES),
        ("fraud", "complaint", Effect.LEAVES),
        ("auth-failure", "other", Effect.NOTHING),
        ("not-spam", "other", Effect.NOTHING),
    ],
)
def test_feedback_is_no_complaint_where_no_reader_complained(kind, meant, effect):
    event = one(report(f"Feedback-Type: {kind}", "Original-Rcpt-To: mei@example.org", kind="feedback-report"))
    assert (event.kind, event.feedback_type, effect_of(event)) == (meant, kind, effect)


@pytest.mark.parametrize(
    "subject", "unsubscribe|Re: Unsubscribe|ABMELDEN|Désinscription|Отписаться|配信停止".split("|")
)
def test_a_mail_that_says_unsubscribe_is_a_wish_to_leave(subject):
    event = one(mail("", sender="Mei <mei@example.org>", subject=subject))
    assert told(event) == ("unsubscribe", "mei@example.org", "feedback", False)
    assert effect_of(event) is Effect.LEAVES


def test_a_mail_about_unsubscribing_is_a_persons_answer():
    event = one(mail("How many people unsubscribe?", sender="mei@example.org", subject="Re: Why people unsubscribe"))
    assert told(event) == ("other", "mei@example.org", "undefined", False)
    assert effect_of(event) is Effect.NOTHING


@pytest.mark.parametrize(
    ("subject", "more"),
    [
        ("Re: hello", ["Auto-Submitted: auto-replied"]),
        ("Abwesenheitsnotiz: hello", []),
        ("Automatic reply: hello", []),
        ("Réponse automatique : hello", []),
        ("hello", ["X-Autoreply: yes"]),
    ],
)
def test_an_answer_of_a_machine_means_nothing(subject, more):
    event = one(mail("I am away. No such user reads this.", sender="mei@example.org", subject=subject, more=more))
    assert told(event) == ("auto-reply", "mei@example.org", "vacation", False)
    assert effect_of(event) is Effect.NOTHING


def test_what_powermta_takes_a_refusal_for_is_believed():
    event = one(
        report(
            "Final-Recipient: rfc822;mei@example.org",
            "Action: failed",
            "Diagnostic-Code: smtp;550 no",
            "X-PowerMTA-BounceCategory: inactive-mailbox",
        )
    )
    assert event.reason is Reason.SUSPEND


def test_a_rule_of_a_reader_at_amazon_ses_is_no_word_on_the_address():
    fields = [
        "Reporting-MTA: dns; inbound-smtp.us-west-2.amazonaws.com",
        "",
        "Final-Recipient: rfc822; mei@example.org",
    ]
    event = one(
        report(*fields, "Action: failed", "Status: 5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 Mailbox does not exist")
    )
    assert (event.reason, event.gone, event.status) == (Reason.FILTERED, False, "5.1.1")


def test_a_shop_that_delivers_parcels_is_no_mail_system():
    event = one(
        mail("Your parcel arrives today.", sender="no-reply@shop.example", subject="Delivery status of your parcel")
    )
    assert told(event) == ("other", "no-reply@shop.example", "undefined", False)


@pytest.mark.parametrize("subject", ["Delayed ships", "A virus in the port", "Delivery failed in Rotterdam"])
def test_an_automatic_answer_to_a_letter_about_failures_is_no_bounce(subject):
    lines = ["I am away.", "", "To: ana@example.org", "Your mail will not be delivered to me before May."]
    for more in (["Return-Path: <>"], ["Return-Path: <>", "Auto-Submitted: auto-replied"]):
        answer = mail(*lines, sender="mei@example.org", subject=f"Automatic reply: {subject}", more=more)
        assert told(one(answer)) == ("auto-reply", "mei@example.org", "vacation", False)


def test_what_a_report_says_twice_counts_once():
    fields = ["Final-Recipient: rfc822; mei@example.org", "Action: failed", "Status: 5.1.1"]
    assert one(report(*fields, notice="\n".join(["It failed:", *fields]))).gone


def test_the_name_of_a_mailbox_is_no_word_about_it():
    event = one(
        report(
            "Final-Recipient: rfc822; spam.virus@example.org", "Diagnostic-Code: 550 5.1.1 <spam.virus@example.org> no"
        )
    )
    assert event.reason is Reason.USERUNKNOWN


def test_a_person_who_quotes_an_error_is_no_bounce():
    event = one(mail("It said 550 5.1.1 user unknown for ana@example.org!", sender="mei@example.org", subject="Odd"))
    assert told(event) == ("other", "mei@example.org", "undefined", False)


# -- reasons


@pytest.mark.parametrize(("reason", "status", "reply", "words"), SAID, ids=lambda cell: cell[:60] if cell else "-")
def test_words_and_codes_give_the_reason(reason, status, reply, words):
    assert reason_of([words], status, reply) == reason


def test_every_reason_of_a_bounce_has_an_example():
    told_otherwise = {Reason.FEEDBACK, Reason.VACATION, Reason.DELIVERED}
    assert {reason for reason, *_ in SAID} == set(Reason) - told_otherwise


def test_words_go_before_codes_and_codes_before_vague_words():
    assert reason_of(["550 5.1.1 mailbox is full"], "5.1.1") is Reason.MAILBOXFULL
    assert reason_of(["please try again later"], "5.2.2") is Reason.MAILBOXFULL
    assert reason_of([""], "5.4.4") is Reason.HOSTUNKNOWN
    assert reason_of(["Nyet."], "5.7.999") is Reason.SECURITYERROR
    assert reason_of(["Nyet."], "", "552") is Reason.MAILBOXFULL


@pytest.mark.parametrize("words", ["user unknown", "host unknown", "the user has moved to another address"])
def test_what_is_said_before_the_reader_was_named_is_never_about_the_reader(words):
    assert reason_of([f"550 {words} (in reply to MAIL FROM command)"]) is Reason.REJECTED
    assert reason_of([f"550 {words} (in reply to EHLO command)"]) is Reason.BLOCKED


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("550 user unknown (in reply to RCPT TO command)", Reason.USERUNKNOWN),
        ("SMTP error from remote mail server after RCPT TO:<mei@example.org>: 550 user unknown", Reason.USERUNKNOWN),
        (">>> RCPT To:<mei@example.org> <<< 550 user unknown", Reason.USERUNKNOWN),
        ("192.0.2.1 does not like recipient. Remote host said: 550 user unknown", Reason.USERUNKNOWN),
        ("550 user unknown [RCPT_TO]", Reason.USERUNKNOWN),
        ("550 550 user unknown (state 14)", Reason.USERUNKNOWN),
        ("550 550 user unknown (state 17)", Reason.FILTERED),
        ("550 user unknown (in reply to end of DATA command)", Reason.FILTERED),
        ("192.0.2.1 failed after I sent the message. Remote host said: 550 user unknown", Reason.FILTERED),
        (">>> DATA <<< 550 user unknown", Reason.FILTERED),
    ],
)
def test_who_has_read_the_letter_and_then_knows_nobody_filters(words, reason):
    assert reason_of([words], "", "550") is reason


def test_a_temporary_code_leaves_the_address():
    assert is_gone(Reason.USERUNKNOWN, "5.1.1", "550")
    assert is_gone(Reason.USERUNKNOWN, "4.1.1", "450")  # a server that asked again for days has given up
    assert not is_gone(Reason.USERUNKNOWN, "4.2.0", "450")
    assert not is_gone(Reason.USERUNKNOWN, "", "450")
    assert not is_gone(Reason.NOTACCEPT, "4.3.2", "")
    assert not any(is_gone(reason, "5.1.1", "550") for reason in (Reason.BLOCKED, Reason.MAILBOXFULL, Reason.FILTERED))


def test_phrases_begin_at_words_and_are_written_as_they_are_compared():
    assert has("no ptr for you", [("ptr",)])
    assert not has("cryptr", [("ptr",)])
    assert has("メールボックスがいっぱい", [("いっぱい",)])
    assert has("the quota was exceeded", [("quota", "exceeded")])
    assert not has(f"quota {'x' * 99} exceeded", [("quota", "exceeded")])
    names = {reason.value for reason in Reason}
    assert {name.rstrip("!?") for name in sections("phrases.txt")} <= names
    for file in ("phrases.txt", "signs.txt"):
        for name, phrases in sections(file).items():
            assert len(set(phrases)) == len(phrases), name
            assert all(part for phrase in phrases for part in phrase), name
    assert folded("Boîte  aux\nLettres PLEINE") == "boite aux lettres pleine"


# -- what it does to a reader


def event(reason, *, kind=ReturnKind.BOUNCE, gone=False):
    return Returned(kind=kind, reason=reason, gone=gone)


OF_THE_SENDER = """blocked badreputation authfailure requireptr norelaying spamdetected policyviolation speeding
toomanyconn rejected securityerror contenterror virusdetected syntaxerror failedstarttls mesgtoobig exceedlimit"""


@pytest.mark.parametrize("reason", OF_THE_SENDER.split())
def test_what_lies_with_the_sender_never_counts_against_a_reader(reason):
    assert effect_of(event(Reason(reason))) is Effect.NOTHING
    assert not is_gone(Reason(reason), "5.1.1", "550")


def test_an_address_that_is_gone_leaves_and_a_full_one_is_a_strike():
    assert effect_of(event(Reason.USERUNKNOWN, gone=True)) is Effect.LEAVES
    assert effect_of(event(Reason.MAILBOXFULL)) is Effect.STRIKE


def test_three_strikes_in_the_last_five_letters_pause():
    strike, well = Effect.STRIKE, Effect.NOTHING
    assert should_pause([strike, well, strike, well, strike])
    assert not should_pause([strike, strike, well, well, well, strike])
    assert not should_pause([strike, strike])
    assert not should_pause([])


# -- what means harm


def within(seconds, data):
    began = time.perf_counter()
    events = read(data)
    assert time.perf_counter() - began < seconds
    assert events
    return events


SUSPICIOUS = [
    *" \t<>()[]{}@.:;,=?\"'\\/*-_+#|&%$!~^0aA",
    "\n",
    "\r",
    "\0",
    "a@",
    "<a",
    "=?",
    "=?utf-8?b?",
    "a.",
    "5.",
    "550 ",
]
SUSPICIOUS += [
    "> ",
    ">>> ",
    "--",
    "--b1\n",
    "a: ",
    "To: ",
    "Final-Recipient: ",
    "user ",
    "é",
    "\u0300",
    "メ",
    "\ud7ff",
    '{"',
    "[[",
    "&#",
]


@pytest.mark.parametrize("mark", SUSPICIOUS, ids=repr)
def test_no_mark_in_great_number_takes_long(mark):
    many = mark * (200_000 // len(mark))
    within(2, mail(many))
    within(2, mail("Body", subject=many, sender=many))
    within(2, mail(many, more=[f"X-Failed-Recipients: {many[:60_000]}", "Return-Path: <>"]))
    within(
        2, report(f"Final-Recipient: rfc822; {many}", f"Diagnostic-Code: smtp; {many}", "Action: failed", notice=many)
    )


def test_a_mail_of_50_megabytes_is_read_no_further_than_its_beginning():
    bounce = FREE["qmail"][0]
    assert told(within(1, bounce + b"x" * 50_000_000)[0])[1:] == ("mei@example.org", "userunknown", True)


def test_parts_that_nest_without_end_are_left():
    deep = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(10_000))
    within(1, deep.encode())
    mails = "Content-Type: message/rfc822\n\n" * 10_000
    within(1, mails.encode())
    reports = "".join(
        f'Content-Type: multipart/report; boundary="{n}"\n\n--{n}\nContent-Type: message/rfc822\n\n'
        for n in range(3000)
    )
    within(1, reports.encode())
    wide = mail(*["--b1", "", "x"] * 20_000, more=['Content-Type: multipart/mixed; boundary="b1"'])
    within(1, wide)
    assert len(opened(wide).parts) == MOST_PARTS


def test_json_that_nests_without_end_is_no_notification():
    within(1, mail('{"Message": ' + "[" * 100_000))
    within(1, mail(json.dumps({"notificationType": "Bounce", "bounce": {"bouncedRecipients": [None, {}, [], 7]}})))
    within(1, mail(json.dumps({"notificationType": "Complaint", "complaint": {"complainedRecipients": "all"}})))


@pytest.mark.parametrize(
    "charset",
    [
        "utf-7",
        "punycode",
        "idna",
        "unicode_escape",
        "zlib_codec",
        "base64",
        "undefined",
        "x" * 999,
        "utf-16",
        "\0",
        "iso-2022-jp",
    ],
)
def test_a_character_set_that_is_none_or_wrong_does_no_harm(charset):
    kind = f'Content-Type: text/plain; charset="{charset}"'
    within(
        1,
        mail("\udcff<mei@example.org>: no such user".encode("utf-8", "surrogateescape").decode("latin-1"), more=[kind]),
    )


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "x-uuencode", "7bit", ""])
def test_a_body_that_is_not_encoded_as_it_says_does_no_harm(encoding):
    within(1, mail("=ZZ=\x00====A", "<mei@example.org>:", more=[f"Content-Transfer-Encoding: {encoding}"]))


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\0" * 99, b":\n:\n", b"From x\n", b"\xff\xfe\xfd", b"Subject: =?utf-8?b?////?=\n\n"]
)
def test_what_is_no_mail_is_something_else(data):
    assert told(one(data)) == ("other", "", "undefined", False)


@pytest.mark.parametrize(
    "recipient",
    ["{{7*7}}@example.org", "<script>alert(1)</script>@example.org", "${jndi}@example.org", "=cmd()@example.org"],
)
def test_a_recipient_comes_out_as_the_text_it_is(recipient):
    fields = [f"Final-Recipient: rfc822; {recipient}", "Action: failed", "Status: 5.1.1"]
    found = one(report(*fields, original="X-Nobody: here")).recipient
    assert "\n" not in found
    assert "<" not in found
    assert found in recipient


def test_control_characters_and_marks_that_hide_come_out_nowhere():
    said = "550 5.1.1 user\x1b[31m unknown\u202e\u200b\x07"
    event = one(
        report("Final-Recipient: rfc822; mei\x1b[2J@example.org", "Status: 5.1.1", f"Diagnostic-Code: smtp; {said}")
    )
    assert event.reason is Reason.USERUNKNOWN
    for text in (event.recipient, event.said, event.status, event.feedback_type):
        assert text.isprintable()
        assert not set("\u202e\u200b") & set(text)
    kind = one(report("Feedback-Type: abuse\x1b[31m<b>", "Original-Rcpt-To: mei@example.org", kind="feedback-report"))
    assert kind.feedback_type.isprintable()
    assert "<" not in kind.feedback_type


# -- the command


def test_the_command_prints_an_object_a_mail(tmp_path, capsys):
    (tmp_path / "a.eml").write_bytes(FREE["qmail"][0])
    (tmp_path / "b.eml").write_bytes(mail("", sender="ana@example.org", subject="unsubscribe"))
    assert run(["inbox", "--explain", str(tmp_path / "a.eml"), str(tmp_path / "b.eml"), "--json"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {
        "file": str(tmp_path / "a.eml"),
        "kind": "bounce",
        "recipient": "mei@example.org",
        "reason": "userunknown",
        "gone": True,
        "status": "5.1.1",
        "feedback_type": "",
        "also": [],
    }
    assert (second["kind"], second["recipient"], second["feedback_type"]) == (
        "unsubscribe",
        "ana@example.org",
        "opt-out",
    )


def test_the_command_says_it_in_a_sentence(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.eml").write_bytes(FREE["qmail"][0])
    assert run(["inbox", "--explain", "a.eml"]) == 0
    said = capsys.readouterr().out
    assert "a.eml: to mei@example.org: the address is gone, userunknown (5.1.1)." in said
    assert "no mailbox here by that name" in said


@pytest.mark.parametrize(
    "words", [["inbox"], ["inbox", "--explain"], ["inbox", "a.eml"], ["inbox", "--explain", "none.eml"]]
)
def test_the_command_says_what_it_needs(words, capsys):
    assert run(words) == 2
    assert capsys.readouterr().err.startswith("byline: ")


# -- the collection


def test_the_collection_is_understood_as_well_as_was_promised(corpora):
    bench = Path(__file__).parents[1] / "bench/bounces"
    done = subprocess.run(
        [sys.executable, bench, corpora / "bounces"], capture_output=True, text=True, check=False, timeout=120
    )
    figures = json.loads(done.stdout)
    assert figures["gone"] >= 0.95
    assert figures["gone"] - figures["gone_by_first_digit"] > 0.4
    assert figures["reason"] >= 0.85
    assert figures["recipient"] >= 0.97
    assert figures["removed_for_sender"] == 0
