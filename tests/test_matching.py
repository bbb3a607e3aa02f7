"""The right story for the right person: who is named, who is not, and why somebody is told."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from labelled import figures, labelled
from pipeline.connect.match import match
from pipeline.connect.match.names import called, key_of_organisation, names_of_organisation, names_of_person
from pipeline.connect.match.tokens import fold, words_of
from pipeline.connect.match.topics import phrases_of_notes, phrases_of_role
from pipeline.html import plain_text, safe_url
from pipeline.model import Organisation, Person, Subject, Touch, TouchKind
from pipeline.store import known, schema
from pipeline.store import touches as log

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
LAW = settings(derandomize=True, deadline=None, max_examples=60)


def subject(title, *blocks, link="https://a.example/1", **more):
    return Subject(
        title=plain_text(title),
        blocks=tuple(map(plain_text, blocks)),
        link=safe_url(link),
        publisher=plain_text("Daily"),
        dated=NOW,
        **more,
    )


def person(name, number=1, **more):
    for field in ("topics", "former"):
        more[field] = tuple(map(plain_text, more.get(field, ())))
    return Person(id=number, name=plain_text(name), **more)


def place(name, number=1, **more):
    return Organisation(id=number, name=plain_text(name), **{"is_wanted": True} | more)


def told(text, *people, places=(), title="News", **more):
    return [(each.person or each.organisation).name for each in match([subject(title, text)], people, places, **more)]


# -- how well


@pytest.mark.parametrize("half", ["fit", "held"])
def test_the_labelled_set_is_matched_with_next_to_nothing_wrong_and_most_found(half):
    found = figures(labelled(half))
    assert found["precision"] >= 0.95, found["wrong"]
    assert found["recall"] >= 0.9, found["missed"]


def test_firms_called_by_words_of_every_day_are_found_where_a_firm_is_meant():
    """As one corpus, and each story by itself, where no other tells that a word is one."""
    told = labelled("words", network="words_network")
    for stories in (told.stories, *([story] for story in told.stories)):
        found = figures(replace(told, stories=stories))
        assert (found["wrong"], found["missed"]) == ([], [])


@pytest.mark.parametrize(
    "employer",
    [
        *(
            "Self-Employed",
            "Self employed (Freelance)",
            "Freelance, Self-Employed",
            "Freelance Graphic Designer",
            "N/A",
        ),
        *(
            "Independent Consultant",
            "Retired - former CEO",
            "Looking for new opportunities",
            "My own company",
            "Student",
        ),
        *("Selbstständig / Freelancer", "Selbständige Beraterin", "Freiberuflicher Journalist", "Rentner"),
        *("Journaliste indépendante", "Auto-entrepreneur", "En recherche d'emploi", "Profesional autónomo", "Jubilada"),
        *(
            "Libero professionista",
            "Consulente freelance",
            "Profissional liberal",
            "Aposentado",
            "ZZP'er",
            "Confidential",
        ),
    ],
)
def test_who_has_no_employer_works_nowhere(employer):
    assert names_of_organisation(employer) == ()
    assert told(f"{employer} said its shares fell. {employer} Ltd said so.", places=[place(employer)]) == []


@pytest.mark.parametrize(
    "employer", ["Independent Power Corp", "Independent News & Media", "Freelancer.com", "Studentenwerk"]
)
def test_a_firm_whose_name_sounds_alike_is_one(employer):
    assert told(f"The firm belongs to {employer}.", places=[place(employer)]) == [employer]


def test_an_ordinary_word_is_a_firm_on_its_own_site():
    own = replace(place("Hafen AG"), site=safe_url("https://www.hafen.example/"))
    for link, found in (("https://news.hafen.example/1", ["Hafen AG"]), ("https://xhafen.example/1", [])):
        [*shown] = match([subject("Der Hafen wächst", link=link)], [], [own])
        assert [each.organisation.name for each in shown] == found


def test_a_name_is_learnt_from_where_it_stands_amid_a_sentence():
    lone, other = (
        subject("Zephyrion: a visit"),
        subject("News", "We went to see Zephyrion yesterday.", link="https://a.example/2"),
    )
    assert match([lone], [], [place("Zephyrion")]) == ()
    assert {each.subject.title for each in match([lone, other], [], [place("Zephyrion")])} == {lone.title, "News"}
    plain = subject("News", "The crew saw a zephyrion at sea.", link="https://a.example/3")
    assert [each.subject.title for each in match([lone, other, plain], [], [place("Zephyrion")])] == []


def test_the_labelled_set_is_as_large_as_it_says():
    both = labelled("fit", "held")
    assert len(both.stories) == 300
    assert len(both.people) + len(both.organisations) == 100
    assert len({story["title"] for story in both.stories}) == 300


# -- names of organisations


@pytest.mark.parametrize(
    "text",
    [
        "Westmark opens a centre.",
        "The centre is Westmark's.",
        "Cranes for Westmark, at last.",
        "A Westmark-led bid won.",
        "Westmark Ltd opens a centre.",
        "Westmark Group opens a centre.",
        "So says Westmark CEO Ada Lund.",
        "Die Umschlagszahlen Westmarks steigen in der Bilanz und die Kosten fallen.",
        "Les grues d’Westmark arrivent.",
        "WESTMARK OPENS A CENTRE",
        "westmark opens a centre in hallum",
    ],
)
@pytest.mark.parametrize("name", ["Westmark", "Westmark Ltd.", "The Westmark Group", "WESTMARK GmbH & Co. KG"])
def test_an_organisation_is_found_with_and_without_legal_form_and_in_each_case(text, name):
    assert told(text, places=[place(name)]) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Peter Westmark won the race.",
        "So said Ms Westmark.",
        "Westmark Air Lines flies again.",
        "They live on the Upper Westmark.",
        "Write to info@westmark.example or look at westmark.example.",
        "She is a former Westmark manager.",
        "Heddle & Westmark moved.",
        "Westmarkers marched.",
        "Lund-Westmark sails alone.",
    ],
)
def test_an_organisation_is_not_found_in_anothers_name_an_address_or_somebodys_past(text):
    assert told(text, places=[place("Westmark")]) == []


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        ("Shell plc opens a plant.", True),
        ("The plant belongs to Shell (LSE: SHEL).", True),
        ("The oil company Shell reported a profit.", True),
        ("Artillery found a shell.", False),
        ("Shell companies hide owners.", False),
        ("The Shell was empty.", False),
        ("Shell Beach is closed.", False),
    ],
)
def test_a_word_that_is_a_firm_as_well_is_one_where_the_words_around_tell(text, is_meant):
    assert bool(told(text, places=[place("Shell plc")])) is is_meant


def test_the_longer_name_counts_where_both_are_known():
    both = [place("Delta", 1), place("Delta Air Lines", 2)]
    assert told("Delta Air Lines said it would fly. Delta said why.", places=both) == ["Delta Air Lines"]


def test_where_somebody_worked_before_is_no_reason():
    assert told("Westmark opens a centre.", person("Dov Lieberman", former=["Westmark"]), places=[]) == []


@pytest.mark.parametrize("name", ["", " ", "&", "...", "GmbH", "a", "\u202e", "(", "%s{{7*7}}"])
def test_a_name_of_nothing_is_found_nowhere(name):
    assert told("GmbH & a … GmbH a & b.", person(name), places=[place(name)]) == []


# -- names of people


@pytest.mark.parametrize(
    "name", ["Wim Daelman", "Dr. Wim Daelman", "Daelman, Wim", "Wim Daelman, MBA", "Wim A. Daelman"]
)
@pytest.mark.parametrize("text", ["So says Wim Daelman.", "Wim X. Daelman says so.", "Westmark's Wim Daelman says so."])
def test_a_person_is_found_whatever_stands_around_the_name(name, text):
    assert told(text, person(name)) == [name]


@pytest.mark.parametrize(
    "text",
    ["Koen Daelman won.", "Daelman won.", "Jan Wim Daelman won.", "So says Wim Daelman-Lund.", "W. Daelman won."],
)
def test_a_person_is_not_found_by_a_part_of_a_name_or_in_another(text):
    assert told(text, person("Wim Daelman")) == []


def test_an_initial_is_enough_where_the_employer_is_named():
    people = [person("Wim Daelman", organisation=plain_text("Westmark"))]
    found = match([subject("Study", "Westmark paid for the study by W. Daelman.")], people)
    assert [reason.name for each in found for reason in each.reasons] == ["named", "works there"]


def test_a_common_name_needs_the_employer():
    people = [person("John Smith", organisation=plain_text("Westmark"))]
    assert told("John Smith won the race.", *people) == []
    assert told("John Smith of Westmark won the race.", *people) == ["John Smith"]


def test_of_two_with_one_name_the_one_is_told_whose_employer_is_named():
    two = [person("Wim Daelman", 1, organisation=plain_text("Westmark")), person("Wim Daelman", 2)]
    [found] = match([subject("News", "So says Wim Daelman of Westmark.")], two)
    assert found.person.id == 1


def test_paris_is_not_the_reporter_nor_the_reporter_the_town():
    reporter, town = person("Paris Martineau"), place("Paris")
    assert told("Paris Martineau asked why.", reporter, places=[town]) == ["Paris Martineau"]
    assert told("Paris said the company would pay.", reporter, places=[town]) == []


# -- topics, roles, notes


def test_a_topic_of_several_words_is_enough_where_the_text_is_about_it():
    ana = person("Ana Ruiz", topics=["shore power"])
    assert told("Cables are laid.", ana, title="Shore power for ferries") == ["Ana Ruiz"]
    assert told("Cables are laid. Nobody asked. Shore power was no theme.", ana) == []


def test_a_single_word_needs_the_field():
    ana = person("Ana Ruiz", topics=["strike", "union"])
    assert told("A strike of lightning.", ana, title="The strike") == []
    assert told("The union calls a strike.", ana, title="The strike") == ["Ana Ruiz"]


def test_roles_name_fields_and_ranks_do_not():
    assert phrases_of_role("Head of Crane Automation, EMEA") == ("crane automation",)
    assert phrases_of_role("Senior Vice President") == phrases_of_role("Crane Driver") == ()


def test_notes_that_deny_and_names_give_no_phrase():
    text = "Likes cold ironing. Not interested in reefer containers. Ana Ruiz."
    assert phrases_of_notes([text], frozenset({"ana", "ruiz"})) == ("likes cold", "cold ironing")[1:]


def test_what_was_spoken_of_is_a_reason():
    ana = person("Ana Ruiz")
    touch = Touch(person=1, kind=TouchKind.CALL, at=NOW, about=plain_text("Asked about remote pilotage"))
    [found] = match([subject("Remote pilotage gets a law")], [ana], touches={1: [touch]})
    assert found.because == (
        "You noted “remote pilotage” of Ana Ruiz, and this is about it: “Remote pilotage gets a law”"
    )


# -- what is said, and what is not shown


def test_each_match_says_why_in_a_sentence():
    wim = person("Wim Daelman", role=plain_text("Head of Training"), organisation=plain_text("Westmark"))
    found = match([subject("News", "Westmark opens a centre. It is large.")], [wim], [place("Westmark")])
    assert {each.because for each in found} == {
        "Westmark, which you want to work with, is in the news: “Westmark opens a centre.”",
        "Westmark, where Wim Daelman is Head of Training, is in the news: “Westmark opens a centre.”",
    }
    assert found[0].is_news


def test_a_post_of_the_authors_own_is_called_that():
    [found] = match([subject("My view", "Wim Daelman is right.", is_own=True)], [person("Wim Daelman")])
    assert found.because == "Wim Daelman is named in your post “My view”: “Wim Daelman is right.”"


def test_nobody_is_told_twice_and_who_is_to_be_left_alone_never():
    wim, one = person("Wim Daelman"), subject("Wim Daelman speaks")
    assert len(match([one], [wim])) == 1
    assert match([one], [wim], told=[(1, "https://a.example/1")]) == ()
    assert match([one], [person("Wim Daelman", is_left_alone=True)]) == ()


def test_few_people_are_told_of_one_story_and_few_stories_to_one_person():
    crowd = [person(f"Person {n}x Daelman", n, topics=["shore power"]) for n in range(1, 60)]
    assert len(match([subject("Shore power")], crowd)) == 8
    many = [subject(f"Shore power {n}", link=f"https://a.example/{n}") for n in range(9)]
    assert len(match(many, crowd[:1])) == 3


@LAW
@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=40))
def test_any_text_can_be_read_for_any_name(title, text, name):
    for each in match([subject(title, text)], [person(name, topics=[name])], [place(name)]):
        assert each.reasons
        assert plain_text(each.because) == each.because


@LAW
@given(st.text(max_size=40))
def test_folding_again_changes_nothing(word):
    assert fold(fold(word)) == fold(word)


def test_words_keep_their_places():
    words = words_of("J. P. Mørk’s S.A. & Söhne")
    assert [words.text[start:end] for start, end in words.spans] == words.raw
    assert words.folded == ["j", "p", "mork", "sa", "and", "sohne"]


def test_names_without_letters_of_the_alphabet_are_names():
    assert told("港务集团宣布扩建。", places=[place("港务集团有限公司")]) == ["港务集团有限公司"]
    assert names_of_person("王伟")[0].is_common
    assert told("Суд отказал Волгатрансу.", places=[place("ООО Волгатранс")]) == ["ООО Волгатранс"]


def test_keys_and_calling_names():
    assert key_of_organisation("The Créneau Group S.A.") == key_of_organisation("creneau") == "creneau"
    assert [called(name) for name in ("Dr. Ana Ruiz", "Ruiz, Ana", "J. Ruiz", "王伟")] == [
        "Ana",
        "Ana",
        "J. Ruiz",
        "王伟",
    ]
    assert {name.words for name in names_of_organisation("Heddle & Rask LLP")} == {
        ("heddle", each, "rask") for each in ("and", "und", "et")
    }


# -- from the store


def test_the_network_is_read_as_it_was_kept(store):
    card = {"topics": ["ports"], "emails": ["ana@example.org"], "connected_on": "2020-02-29", "unknown": 1}
    with store.writing() as connection:
        connection.execute(insert(schema.people).values(name="Ana Ruiz", card=card, added_at=NOW, is_watched=True))
        connection.execute(insert(schema.people).values(name="Bo", card={}, added_at=NOW))
        connection.execute(
            insert(schema.organisations).values(name="Acme", name_key="acme", card={"also": ["Ac"]}, is_wanted=True)
        )
        for day, about in ((3, "late"), (1, "early")):
            at = NOW.replace(day=day)
            connection.execute(insert(schema.touches).values(person_id=1, kind="call", at=at, about=about))
    with store.reading() as connection:
        ana, bo = known.people_in(connection)
        assert (ana.topics, ana.emails, ana.connected_on.year, ana.is_watched) == (
            ("ports",),
            ("ana@example.org",),
            2020,
            True,
        )
        assert (bo.topics, bo.connected_on) == ((), None)
        assert [one.also for one in known.organisations_in(connection)] == [("Ac",)]
        assert {number: touch.about for number, touch in log.last_touches(connection).items()} == {1: "late"}
        assert [touch.about for touch in known.touches_with(connection)[1]] == ["late", "early"]
