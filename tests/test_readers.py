"""The list of readers: added by hand, in from CSV, out to CSV, and never back once they left."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.html import plain_text, safe_url
from pipeline.model import Asked, Delivery, DeliveryState, Letter, Preferences, Reader, ReaderState, Settled
from pipeline.send import readers as room
from pipeline.send.deliver import audience_of
from pipeline.send.message import Envelope, Mould
from pipeline.send.tokens import Tokens
from pipeline.store import Store
from pipeline.store import deliveries as ledger
from pipeline.store import send as kept
from pipeline.store.schema import metadata

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
KEY = "a-key-of-these-tests-that-is-long-enough"
TOKENS = Tokens([KEY])
LAW = settings(derandomize=True, deadline=None, max_examples=60)


@pytest.fixture
def small(tmp_path):
    """A store for what is the same on every engine."""
    opened = Store(f"sqlite:///{tmp_path / 'small.db'}")
    yield opened
    opened.close()


def the_list(store, now=NOW):
    return room.Readers(store, TOKENS, now)


def add(store, email="ana@example.org", name="Ana Ruiz", consent="asked me"):
    return the_list(store).add(email, name, consent)


def everyone(store):
    with store.reading() as connection:
        return kept.readers_in(connection)


def bring_in(store, table, consent="imported"):
    return the_list(store).import_csv(table, consent)


def who(store):
    return [(reader.email, reader.name, reader.consent) for reader in everyone(store)]


# -- by hand


def test_a_reader_added_is_active_with_name_consent_time_and_a_token_of_their_own(store):
    ana = add(store, " ana@example.org ", "Ana\tRuiz\r\n")
    mei = add(store, "mei@example.org", "梅 Lin")
    assert (ana.email, ana.name, ana.state) == ("ana@example.org", "Ana Ruiz", ReaderState.ACTIVE)
    assert (ana.consent, ana.consented_at) == ("asked me", NOW)
    assert ana.token != mei.token
    assert min(len(ana.token), len(mei.token)) >= 20
    assert everyone(store) == (ana, mei)


def test_an_address_is_known_in_whatever_case_it_is_written(store):
    add(store)
    for again in ("ana@example.org", "ANA@Example.ORG", " Ana@example.org"):
        with pytest.raises(UsageError, match="is a reader already"):
            add(store, again, "Another")
    assert [reader.name for reader in everyone(store)] == ["Ana Ruiz"]


def test_an_international_domain_is_one_address_in_both_its_spellings(small):
    assert add(small, "ana@bücher.example").email == "ana@xn--bcher-kva.example"
    with pytest.raises(UsageError, match="already"):
        add(small, "ana@xn--bcher-kva.example")


def test_who_left_is_not_added_again_by_hand_nor_by_import(store):
    add(store)
    the_list(store).remove("ANA@example.org ")
    with pytest.raises(UsageError, match="left the list"):
        add(store)
    ((line, why),) = bring_in(store, "email\nAna@Example.org\n").refused
    assert (line, why.partition(" left the list")[0]) == (2, "Ana@example.org")
    assert [reader.state for reader in everyone(store)] == [ReaderState.LEFT]


@pytest.mark.parametrize("email", ["nobody@example.org", "", "\x1b[31m", "ana@example.org"])
def test_only_who_is_on_the_list_can_be_taken_off(small, email):
    add(small)
    the_list(small).remove("ana@example.org")
    with pytest.raises(UsageError, match="is not on the list"):
        the_list(small).remove(email)


def test_a_reader_is_taken_off_by_the_spelling_they_were_added_with(small):
    add(small, "ana@bücher.example")
    assert the_list(small).remove("ana@bücher.example").name == "Ana Ruiz"


def hostile_addresses(corpora):
    lines = (corpora / "hostile/email-validator.jsonl").read_text(encoding="utf-8").splitlines()
    return [(case["input"], case["test"]) for case in map(json.loads, lines)]


def test_addresses_are_taken_or_refused_as_mail_servers_would(small, corpora):
    """Quoted local parts and those beyond ASCII are refused: too few servers take them. White space around is none."""
    wrong = []
    for address, told in hostile_addresses(corpora):
        if told == "test_email_invalid_syntax_strict":
            continue
        wanted = told == "test_email_valid" and not address.startswith('"')
        wanted |= told == "test_email_invalid_syntax" and address.strip() == "my@example.com"
        try:
            taken = bool(add(small, address))
        except UsageError as error:
            taken = "already" in str(error)
        if taken != wanted:
            wrong.append((address, told, taken))
    assert wrong == []


def test_an_address_with_more_before_the_at_sign_than_servers_take_is_refused(small):
    add(small, f"{'a' * 64}@example.org")
    with pytest.raises(UsageError, match="is no mail address"):
        add(small, f"{'a' * 65}@example.org")  # RFC 5321, section 4.5.3.1.1


def test_every_address_taken_stands_in_a_header_as_itself(small, corpora):
    for address, _ in hostile_addresses(corpora):
        bring_in(small, f'email\n"{address.replace(chr(34), chr(34) * 2)}"\n')
    assert len(everyone(small)) >= 3
    for reader in everyone(small):
        message = EmailMessage(policy=policy.SMTP)
        message["To"] = Address(addr_spec=reader.email)
        read = message_from_bytes(bytes(message), policy=policy.default)
        assert [found.addr_spec for found in read["To"].addresses] == [reader.email]


# -- all about one reader, and nothing


def delivered(store, reader, state=DeliveryState.SENT, edition="2026-11-23-cranes"):
    with store.writing() as connection:
        ledger.freeze(connection, edition, (), NOW)
        (row,) = [each.row for each in ledger.candidates(connection, edition, 0, 9, NOW) if each.reader == reader]
        assert ledger.claim(connection, {row: "<1@a.example>"}, NOW)
        if state is not DeliveryState.CLAIMED:
            ledger.settle(connection, [Settled(row=row, state=state, answer=plain_text("250 ok ana"))], NOW)


def test_everything_that_is_kept_of_an_address_is_shown_but_the_secret_of_its_links(store):
    ana = add(store)
    delivered(store, ana)
    with store.writing() as connection:
        kept.prefer(connection, ana.id, Preferences(topics=("ports",), monthly=True))
    shown = the_list(store).show(" ANA@example.org")
    assert (shown["email"], shown["name"], shown["consent"]) == ("ana@example.org", "Ana Ruiz", "asked me")
    assert (shown["topics"], shown["monthly"]) == (("ports",), True)
    assert [(each["edition"], each["state"]) for each in shown["deliveries"]] == [("2026-11-23-cranes", "sent")]
    assert ana.token not in str(shown)
    with pytest.raises(UsageError, match="is not on the list"):
        the_list(store).show("bea@example.org")


def everything_in(store):
    with store.reading() as connection:
        return "\n".join(str(row) for table in metadata.sorted_tables for row in connection.execute(table.select()))


def test_a_zone_that_is_unknown_costs_nobody_the_letter_and_is_told(small):
    table = "email,timezone\nana@example.org,Europe/Madrid\nbea@example.org,Mars/\x1b[31mOlympus\n"
    imported = bring_in(small, table)
    assert (imported.added, imported.refused) == (2, ())
    ((line, note),) = imported.noted
    assert line == 3
    assert "bea@example.org is added, but Mars/" in note
    assert "\x1b" not in note
    assert [reader.zone for reader in everyone(small)] == ["Europe/Madrid", ""]


def test_who_is_erased_is_nowhere_any_more(store):
    ana = add(store)
    delivered(store, ana)
    with store.writing() as connection:
        kept.prefer(connection, ana.id, Preferences(topics=("ports",)))
    assert the_list(store).erase("ANA@example.org") == "ana@example.org"
    left = everything_in(store).lower()
    assert [word for word in ("ana", "ruiz", "asked me", "ports", ana.token.lower()) if word in left] == []
    assert everyone(store) == ()


def test_who_is_erased_is_in_no_file_of_the_store_though_it_stays_open(small, tmp_path):
    for number in range(300):
        add(small, f"reader{number}@example.org", f"Name{number}")
    for number in (7, 123, 299):
        the_list(small).erase(f"reader{number}@example.org")
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"reader8@example.org" in files
    assert [number for number in (7, 123, 299) if f"reader{number}@example.org".encode() in files] == []


def test_who_is_erased_is_brought_back_by_no_import_and_by_the_author_only_where_they_ask_anew(store):
    add(store)
    the_list(store).erase("ana@example.org")
    imported = bring_in(store, "email\nANA@Example.org\nbea@example.org\n")
    assert imported.added == 1
    assert [(line, "was erased" in why) for line, why in imported.refused] == [(2, True)]
    with pytest.raises(UsageError, match="was erased"):
        add(store)
    assert the_list(store).add("ana@example.org", "Ana", "asked anew", again=True).state is ReaderState.ACTIVE
    the_list(store).remove("ana@example.org")
    with pytest.raises(UsageError, match="left the list"):
        add(store)


def test_who_was_erased_is_known_by_an_older_key_and_an_import_without_it_is_refused(small):
    add(small)
    the_list(small).erase("ana@example.org")
    newer = "a-newer-key-that-is-long-enough-too"
    rotated = room.Readers(small, Tokens([newer, KEY]), NOW)
    assert rotated.import_csv("email\nana@example.org\n", "asked").added == 0
    with pytest.raises(UsageError, match="BYLINE_TOKEN_KEYS"):
        room.Readers(small, Tokens([newer]), NOW).import_csv("email\nana@example.org\n", "")
    assert everyone(small) == ()


def test_nobody_is_erased_while_a_letter_to_them_is_on_its_way(store):
    ana = add(store)
    delivered(store, ana, DeliveryState.CLAIMED)
    with pytest.raises(UsageError, match="on its way"):
        the_list(store).erase("ana@example.org")
    assert everyone(store) == (ana,)


def test_erased_before_their_turn_they_are_not_claimed(store):
    ana = add(store)
    with store.writing() as connection:
        ledger.freeze(connection, "e", (), NOW)
        (waiting,) = ledger.candidates(connection, "e", 0, 9, NOW)
    the_list(store).erase(ana.email)
    with store.writing() as connection:
        assert ledger.claim(connection, {waiting.row: "<1@a.example>"}, NOW) == frozenset()


def test_who_asked_and_did_not_confirm_is_taken_by_hand_only_if_the_author_says_so(small):
    with small.writing() as connection:
        kept.ask(connection, "ana@example.org", Asked(source=plain_text("form"), wording=plain_text("w"), at=NOW))
    with pytest.raises(UsageError, match="has not confirmed"):
        add(small)
    taken = the_list(small).add("ana@example.org", "Ana", "told me on the phone", again=True)
    assert (taken.state, taken.consent) == (ReaderState.ACTIVE, "told me on the phone")


def test_the_commands_show_and_erase(site, byline):
    assert byline("readers", "add", "ana@example.org", "--consent", "asked me", at=site)[0] == 0
    code, out, _ = byline("readers", "show", "ana@example.org", "--json", at=site)
    shown = json.loads(out)
    assert (code, shown["email"], shown["consent"], shown["deliveries"]) == (0, "ana@example.org", "asked me", [])
    assert "asked me" in byline("readers", "show", "ana@example.org", at=site)[1]
    code, out, _ = byline("readers", "erase", "ana@example.org", "--json", at=site)
    assert (code, json.loads(out)) == (0, {"erased": "ana@example.org"})
    assert byline("readers", "show", "ana@example.org", at=site)[0] == 2
    assert byline("readers", "add", "ana@example.org", at=site)[0] == 2


def test_a_pause_that_is_over_is_none_wherever_readers_are_listed(site, byline, open_app):
    assert byline("readers", "add", "ana@example.org", "--consent", "asked", at=site)[0] == 0
    app = open_app(site)
    with app.store.writing() as connection:
        (ana,) = kept.readers_in(connection)
        kept.prefer(connection, ana.id, Preferences(paused_until=NOW + timedelta(days=1)))
    told = [byline("readers", "list", "--json", at=site)[1], app.readers.export_csv()]
    assert ['"state": "paused"' in told[0], ",paused," in told[1]] == [True, True]
    assert byline("readers", at=site)[1].endswith("0 readers, 1 paused.\n")
    with app.store.writing() as connection:
        kept.prefer(connection, ana.id, Preferences(paused_until=NOW))
    told = [byline("readers", "list", "--json", at=site)[1], app.readers.export_csv()]
    assert ['"state": "active"' in told[0], ",active," in told[1]] == [True, True]


# -- who gets it, and under which name


@LAW
@given(st.lists(st.tuples(st.sampled_from(ReaderState), st.sampled_from([None, *DeliveryState])), max_size=9))
def test_every_reader_is_in_exactly_one_group_and_left_out_for_a_reason(rows):
    readers = [reader(number, state=state) for number, (state, _) in enumerate(rows)]
    before = [
        Delivery(edition="e", reader=one, state=past, message_id="")
        for one, (_, past) in zip(readers, rows, strict=True)
        if past
    ]
    reasons = {one.id: "because" for one in readers if one.state is not ReaderState.ACTIVE}
    found = audience_of(readers, before, reasons)
    get_it = [one.id for one in found.to]
    assert sorted(get_it + [one.id for one, _ in found.left_out]) == [one.id for one in readers]
    assert all(why for _, why in found.left_out)
    due = {None, DeliveryState.LATER, DeliveryState.WAITING, DeliveryState.EXCLUDED}
    assert get_it == [number for number, row in enumerate(rows) if row[0] is ReaderState.ACTIVE and row[1] in due]


def reader(number=1, *, name="Ana Ruiz", email="ana@example.org", state=ReaderState.ACTIVE):
    known = {"name": plain_text(name), "consent": plain_text(""), "consented_at": NOW, "token": f"t{number}"}
    return Reader(id=number, email=email, state=state, **known)


def made_out(to, subject="T", list_name="Ana"):
    address = Address(addr_spec="nadia@nadia.example")
    known = {"list_id": "letter.a.example", "list_name": list_name, "unsubscribe_url": None, "language": "en"}
    texts = {"html": "<p>T</p>", "text": "T", "web_url": safe_url("https://a.example/")}
    texts |= {"dated": NOW.date(), "leave": "https://here.invalid/"}
    letter = Letter(edition="e", subject=plain_text(subject), **texts)
    made = Mould(letter, Envelope(sender=address, **known)).message(to, NOW)
    return message_from_bytes(made.data, policy=policy.default)


def recipients(message):
    return [(found.display_name, found.addr_spec) for found in message["To"].addresses]


NAMES = st.text(st.sampled_from("abcdefghij   éßŁ梅港🎉,;:\"'()<>@.\\[]=?_-&"), min_size=1, max_size=140)
NAMES = NAMES.map(plain_text).filter(bool)


@LAW
@given(NAMES, NAMES)
def test_names_and_subjects_survive_the_way(name, subject):
    message = made_out(reader(name=name), subject)
    assert message["Subject"] == subject
    assert recipients(message) == [(name, "ana@example.org")]
    assert not message.defects


def test_a_long_title_beyond_ascii_is_the_same_subject():
    words = "Größere Häfen für Übersee – und was Lübeck, Öland und Århus daraus für nächstes Jahr ableiten"
    assert made_out(reader(), words)["Subject"] == words


@pytest.mark.parametrize("name", ["all@evil.example, " + "x" * 70, "Ruiz, Ana, Head of the (long) name " * 3])
def test_a_long_name_is_no_second_recipient(name):
    assert recipients(made_out(reader(name=name))) == [(name.strip(), "ana@example.org")]


def test_no_name_title_or_address_adds_a_header(corpora):
    lines = (corpora / "hostile/patt-crlf.jsonl").read_text(encoding="utf-8").splitlines()
    inputs = [json.loads(line)["input"] for line in lines]
    inputs += [text.replace("%0d", "\r").replace("%0a", "\n") for text in inputs]
    usual = sorted(made_out(reader()).keys())
    for text in [*inputs, "x\r\nBcc: a@evil.example", "x\n\n<p>body", "x\u2028Bcc: y", "x\x00\x0bBcc: z"]:
        message = made_out(reader(name=text), text, text)
        assert sorted(message.keys()) == usual
        assert recipients(message) == [(plain_text(text), "ana@example.org")]
        with pytest.raises(ValueError, match=r"."):
            made_out(reader(email=f"ana@example.org\r\n{text}"))


# -- CSV in

ANA = ("ana@example.org", "Ana Ruiz", "imported")
MEI = ("mei@example.org", "梅 Lin", "imported")


@pytest.mark.parametrize(
    "table",
    [
        "email,name\nana@example.org,Ana Ruiz\nmei@example.org,梅 Lin\n",
        "Email Address,First Name,Last Name\r\nana@example.org,Ana,Ruiz\r\nmei@example.org,梅,Lin\r\n",
        "E-Mail;Full Name\nana@example.org;Ana Ruiz\nmei@example.org;梅 Lin\n",
        "\ufeffemail,name\nana@example.org,Ana Ruiz\nmei@example.org,梅 Lin",
        '\ufeff"E-mail address";"Surname";"Given name"\n"ana@example.org";"Ruiz";"Ana"\nmei@example.org;Lin;梅\n',
        "ana@example.org,Ana Ruiz\nmei@example.org,梅 Lin\n",
        "Ana Ruiz;ana@example.org\n梅 Lin;mei@example.org\n",
        "\n\nname , EMAIL ,note\n Ana Ruiz , ana@example.org ,x\n,,\n梅 Lin,mei@example.org\n\n",
        'email,name,status\nana@example.org,"Ana Ruiz",subscribed\nmei@example.org,梅 Lin,Active\n',
    ],
)
def test_tables_from_elsewhere_are_understood(small, table):
    imported = bring_in(small, table)
    assert (imported.added, imported.refused) == (2, ())
    assert who(small) == [ANA, MEI]


def test_a_column_of_postal_addresses_is_not_taken_for_mail_addresses(small):
    head = "Email Address,First Name,Last Name,Address,Phone Number\n"
    assert bring_in(small, head + "ana@example.org,Ana,Ruiz,Oude Werf 12,555\n").refused == ()
    assert who(small) == [ANA]


def test_first_and_last_name_without_a_header_are_both_kept(small):
    bring_in(small, "ana@example.org,Ana,Ruiz\n")
    assert who(small) == [ANA]


def test_each_refused_line_is_named_and_the_others_are_added(store):
    table = (
        "email,name,state\n"
        "ana@example.org,Ana Ruiz,\n"
        "nobody,No,\n"
        "\n"
        "ANA@example.org,Twice,\n"
        ",Empty,\n"
        "gone@example.org,Gone,Unsubscribed\n"
        "mei@example.org,梅 Lin,active\n"
        "lonely@example.org\n"
    )
    imported = bring_in(store, table)
    assert imported.added == 3
    assert [line for line, _ in imported.refused] == [3, 5, 6, 7]
    reasons = " | ".join(reason for _, reason in imported.refused)
    for part in ("nobody is no mail address", "a reader already", "is marked Unsubscribed"):
        assert part in reasons
    assert who(store) == [ANA, MEI, ("lonely@example.org", "", "imported")]


@pytest.mark.parametrize("table", ["name,town\nAna,Antwerp\n", "just words\n"])
def test_a_table_without_addresses_is_refused_as_a_whole(small, table):
    with pytest.raises(UsageError, match="column `email`"):
        bring_in(small, table)
    assert everyone(small) == ()


def test_an_empty_table_adds_nobody(small):
    assert bring_in(small, "") == bring_in(small, "email,name\n") == room.Imported(added=0, refused=(), noted=())


def test_a_table_that_is_broken_is_refused_in_words(small):
    with pytest.raises(UsageError):
        bring_in(small, 'email,name\n"ana@example.org,' + "x" * 200_000)


def test_line_breaks_in_a_table_cannot_smuggle_a_header_into_a_name(small, corpora):
    lines = (corpora / "hostile/patt-crlf.jsonl").read_text(encoding="utf-8").splitlines()
    names = [json.loads(line)["input"].replace("%0d", "\r").replace("%0a", "\n") for line in lines]
    out = io.StringIO()
    csv.writer(out).writerows([("email", "name"), *((f"r{n}@example.org", name) for n, name in enumerate(names))])
    assert bring_in(small, out.getvalue()).added == len(names)
    assert all("\r" not in reader.name and "\n" not in reader.name for reader in everyone(small))


def times(store):
    return {reader.email.partition("@")[0]: reader.consented_at.date().isoformat() for reader in everyone(store)}


SERVICES = {
    "Mailchimp": (
        "Email Address,First Name,Last Name,State,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,LEID,EUID,NOTES,TAGS\n"
        'ana@example.org,Ana,Ruiz,California,2,2021-01-02 10:00:00,,2021-01-03 11:00:00,1,a,,"""ports"""\n'
        "mei@example.org,梅,Lin,Oregon,2,2021-02-02 10:00:00,,,2,b,,\n"
    ),
    "Substack": (
        "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n"
        "ana@example.org,false,,other,false,2021-01-03T11:00:00.000Z,\n"
        "mei@example.org,true,2030-01-01T00:00:00.000Z,yearly,false,2021-02-02T10:00:00.000Z,2021-02-02T10:00:00.000Z\n"
        "off@example.org,false,,other,true,2021-02-02T10:00:00.000Z,\n"
    ),
    "Buttondown": (
        "email_address,notes,metadata,tags,creation_date,type\n"
        "ana@example.org,,{},[],2021-01-03T11:00:00.000000Z,regular\n"
        "mei@example.org,,{},[],2021-02-02T10:00:00.000000Z,premium\n"
        "off@example.org,,{},[],2021-02-02T10:00:00.000000Z,unactivated\n"
    ),
    "Ghost": (
        "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers\n"
        "1,ana@example.org,Ana Ruiz,,true,false,,2021-01-03T11:00:00.000Z,,,\n"
        "2,mei@example.org,梅 Lin,,true,false,,2021-02-02T10:00:00.000Z,,,\n"
        "3,off@example.org,Off,,false,false,,2021-02-02T10:00:00.000Z,,,\n"
    ),
    "beehiiv": (
        "email,status,created_at,subscription_tier,utm_source\n"
        "ana@example.org,active,2021-01-03 11:00:00 UTC,free,\n"
        "mei@example.org,active,1612260000,premium,x\n"
        "off@example.org,inactive,2021-02-02 10:00:00 UTC,free,\n"
    ),
}


@pytest.mark.parametrize("service", SERVICES)
def test_tables_of_letter_services_are_known_with_the_time_of_consent_and_who_gets_none(small, service):
    imported = bring_in(small, SERVICES[service], "signed up there")
    assert imported.service == service
    assert times(small) == {"ana": "2021-01-03", "mei": "2021-02-02"}
    assert {reader.consent for reader in everyone(small)} == {"signed up there"}
    assert [line for line, _ in imported.refused] == [4] * ("off@" in SERVICES[service])
    assert all(why.startswith("is marked ") for _, why in imported.refused)


def test_the_other_table_of_substack_is_known_too(small):
    table = (
        "Name,Email,Country,State/Province,Type,Start date,Paid upgrade date,Cancel date\n"
        "Ana Ruiz,ana@example.org,US,CA,Free,2021-01-03,,\n"
        "Off,off@example.org,US,CA,Free,2021-01-03,2021-02-01,2021-03-01\n"
    )
    imported = bring_in(small, table)
    assert (imported.service, imported.refused) == ("Substack", ((3, "is marked cancelled"),))
    assert who(small) == [ANA]


@pytest.mark.parametrize("column", ["UNSUB_TIME", "CLEAN_TIME"])
def test_the_tables_of_mailchimp_of_those_who_are_gone_add_nobody(small, column):
    table = f"Email Address,OPTIN_TIME,{column}\nana@example.org,2021-01-01 10:00:00,2022-01-01 10:00:00\n"
    assert bring_in(small, table).added == 0
    assert everyone(small) == ()


def test_an_import_wants_to_know_how_people_agreed(small):
    with pytest.raises(UsageError, match="--consent"):
        bring_in(small, "email,name\nana@example.org,Ana\n", " ")
    imported = bring_in(small, "email,consent\nana@example.org,at the congress\nmei@example.org,\n", "")
    assert (imported.added, [line for line, _ in imported.refused]) == (1, [3])
    assert who(small) == [("ana@example.org", "", "at the congress")]


def test_the_command_says_whose_table_it_was(site, byline):
    table = site / "table.csv"
    table.write_text(SERVICES["Ghost"], encoding="utf-8")
    assert byline("readers", "import", table, at=site)[0] == 2
    code, out, _ = byline("readers", "import", table, "--consent", "there", at=site)
    assert (code, "Added 2 readers, refused 1 line. It is a table of Ghost." in out) == (1, True)
    assert f"{table}:4: is marked subscribed_to_emails false" in out


# -- CSV out, and in again

FORMULAS = ["=1+1", "+32 2 555", "-1", "@SUM(A1)", '=HYPERLINK("https://evil.example/","x")']


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_cell_that_would_run_as_a_formula_is_text_outside_and_itself_again_inside(small, tmp_path, formula):
    add(small, "+ana@example.org", formula, formula)
    table = the_list(small).export_csv()
    (_, cells) = csv.reader(io.StringIO(table, newline=""))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    bring_in(other, table)
    assert who(other) == [("+ana@example.org", formula, formula)]
    other.close()


def round_trip(name, consent, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trip")
    one, other = (Store(f"sqlite:///{folder / name}.db") for name in ("one", "other"))
    add(one, "ana@example.org", name, consent)
    imported = bring_in(other, the_list(one).export_csv())
    found = (who(one), who(other), imported.refused)
    one.close()
    other.close()
    return found


TEXTS = st.text(st.sampled_from('aé梅,;"\n\r\t=+-@ 1|\\'), max_size=12)


@settings(LAW, max_examples=15)
@given(TEXTS, TEXTS.filter(plain_text))
def test_export_and_import_give_the_same_readers(tmp_path_factory, name, consent):
    before, after, refused = round_trip(name, consent, tmp_path_factory)
    assert (after, refused) == (before, ())


@pytest.mark.parametrize("name", ["'t Hooft", "'=1", "''"])
def test_a_name_that_begins_with_an_apostrophe_comes_back(tmp_path_factory, name):
    before, after, _ = round_trip(name, "asked", tmp_path_factory)
    assert after == before


def test_the_day_of_consent_comes_back(small, tmp_path):
    add(small)
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    the_list(other, NOW + timedelta(days=90)).import_csv(the_list(small).export_csv(), "imported")
    assert [reader.consented_at for reader in everyone(other)] == [NOW]


def test_who_left_is_exported_as_such_and_not_brought_back(small, tmp_path):
    add(small)
    add(small, "mei@example.org", "梅 Lin")
    the_list(small).remove("ana@example.org")
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    imported = bring_in(other, the_list(small).export_csv())
    assert (imported.added, imported.refused) == (1, ((2, "is marked left"),))
    assert [reader.email for reader in everyone(other)] == ["mei@example.org"]
    other.close()


@pytest.mark.parametrize("state", ["inactive", "pending", "unconfirmed", "complained", "left", "bounced"])
def test_whoever_a_list_does_not_call_active_is_not_made_a_reader(small, state):
    imported = bring_in(small, f"email,status\nana@example.org,{state}\nmei@example.org,confirmed\n")
    assert (imported.added, imported.refused) == (1, ((2, f"is marked {state}"),))


def test_a_line_without_an_address_is_told_so(small):
    assert bring_in(small, "email,name\n,Ana\n").refused == ((2, "has no mail address"),)


def test_a_consent_in_the_last_year_that_python_knows_is_read_back(store):
    table = "email,consented_at\nana@example.org,9999-12-31T23:59:59\n"
    assert bring_in(store, table).added == 1
    assert "9999-12-31T23:59:59" in the_list(store).export_csv()
