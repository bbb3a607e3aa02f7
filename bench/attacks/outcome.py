"""What was seen of attacks, as figures."""

from dataclasses import dataclass

from attacks.feeds import FIELDS, WAYS

PLACES = ("site", "search", "letter", "feeds", "desk")
CONTROL = "control"
TOLD = 100
"""So much of each kind is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of some attacks: ``seen``, where and what, by place and kind; ``lost`` is what nobody saw."""

    attacks: int
    seen: dict
    lost: list
    seconds: dict

    def of(self, place, *kinds):
        return [each for kind in kinds for each in self.seen.get((place, kind), ())]

    def attacks_of_control(self, *kinds):
        """Return the addresses of the pages, one for each attack, of which this is so."""
        return {at for at, _ in self.of(CONTROL, *kinds)}


def figures(outcomes):
    """Return what ``outcomes`` are together."""

    def many(*kinds, places=PLACES):
        return sum(len(outcome.of(place, *kinds)) for outcome in outcomes for place in places)

    def of_control(*kinds):
        return sum(len(outcome.attacks_of_control(*kinds)) for outcome in outcomes)

    attacks = sum(outcome.attacks for outcome in outcomes)
    return {
        "payloads": attacks,
        "cases": attacks * len(WAYS) * len(FIELDS),
        "control_ran": of_control("ran", "clicked"),
        "control_clicked": of_control("ran", "clicked") - of_control("ran"),
        "control_reported": of_control("reported"),
        "control_requests": many("requests", places=[CONTROL]),
        "ran": {place: many("ran", places=[place]) for place in PLACES},
        "clicked": many("clicked", "left"),
        "reported": many("reported"),
        "requests": many("requests"),
        "lost": sum(len(outcome.lost) for outcome in outcomes),
    }


def is_well(found):
    """Tell whether nothing ran where it must not, and something did where nothing keeps it from that."""
    bad = ("clicked", "reported", "requests", "lost")
    return found["control_ran"] > 0 and not any(found["ran"].values()) and not any(found[name] for name in bad)


def complaints(outcomes):
    """Yield in words what is wrong, but no more of a kind than anybody reads."""
    for place in PLACES:
        for kind in ("ran", "clicked", "left", "reported", "requests"):
            found = [each for outcome in outcomes for each in outcome.of(place, kind)]
            yield from (f"{kind:9} {place}: {at}: {what}" for at, what in found[:TOLD])
    yield from (f"lost      {what}" for outcome in outcomes for what in outcome.lost[:TOLD])
