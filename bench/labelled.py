"""The labelled set of tests/matches: a made-up network, stories, and who is to be told of which."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from pipeline.connect.match import match
from pipeline.html import plain_text
from pipeline.model import Organisation, OrganisationId, Person, PersonId, Subject

FOLDER = Path(__file__).parents[1] / "tests/matches"
NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
LISTS = ("also", "former", "topics")


@dataclass
class Labelled:
    """A network by its short names, and stories with the short names of whom they are for."""

    people: dict
    organisations: dict
    topics: dict
    works_at: dict
    stories: list


def clean(card):
    return {
        name: tuple(map(plain_text, value)) if name in LISTS else plain_text(value) if isinstance(value, str) else value
        for name, value in card.items()
    }


def labelled(*names, network="network"):
    """A network, and the stories of the files called so."""
    told = yaml.safe_load((FOLDER / f"{network}.yml").read_text(encoding="utf-8"))
    organisations = {
        key: Organisation(id=OrganisationId(number), **clean(card))
        for number, (key, card) in enumerate(told["organisations"].items(), start=1)
    }
    works_at = {key: card.pop("at") for key, card in told["people"].items() if "at" in card}
    people = {
        key: Person(id=PersonId(number), **clean(card))
        for number, (key, card) in enumerate(told["people"].items(), start=1)
    }
    stories = [
        story for name in names for story in yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    ]
    return Labelled(people, organisations, told["topics"], works_at, stories)


def subjects_of(told):
    return [
        Subject(
            title=plain_text(story["title"]),
            blocks=(plain_text(story["text"]),),
            link=None,
            publisher=plain_text("Daily"),
            dated=NOW,
        )
        for story in told.stories
    ]


def right_pairs(told):
    """The pairs (number of a story, short name) that are right."""
    pairs = set()
    for number, story in enumerate(told.stories):
        named = story.get("of", [])
        pairs |= {(number, key) for key in story.get("for", [])}
        pairs |= {
            (number, key) for key in named if told.organisations[key].is_wanted or told.organisations[key].is_watched
        }
        pairs |= {(number, key) for key, firm in told.works_at.items() if firm in named}
    return pairs


def found_pairs(told):
    """The pairs that are found, each with its reason."""
    subjects = subjects_of(told)
    numbers = {id(subject): number for number, subject in enumerate(subjects)}
    names = {("person", person.id): key for key, person in told.people.items()}
    names |= {("organisation", one.id): key for key, one in told.organisations.items()}
    found = {}
    shown = match(
        subjects, list(told.people.values()), list(told.organisations.values()), topics=told.topics, of_a_person=10**6
    )
    for each in shown:
        who = ("person", each.person.id) if each.person else ("organisation", each.organisation.id)
        found[numbers[id(each.subject)], names[who]] = each.because
    return found


def figures(told):
    """Precision, recall, and what was found wrongly or not at all."""
    right, found = right_pairs(told), found_pairs(told)
    good = right & found.keys()
    return {
        "stories": len(told.stories),
        "right pairs": len(right),
        "precision": round(len(good) / max(len(found), 1), 3),
        "recall": round(len(good) / max(len(right), 1), 3),
        "wrong": [(told.stories[n]["title"], key, found[n, key]) for n, key in sorted(found.keys() - right)],
        "missed": [(told.stories[n]["title"], key) for n, key in sorted(right - found.keys())],
    }
