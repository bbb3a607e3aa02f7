"""What is wrong with a site, in numbers: to be told to those who run the machines, without a word of anybody."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.model import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.app import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Ills:
    """How many troubles a site has by the kind of duty, how many editions are late, and what is uncertain."""

    troubles: Mapping[str, int] = field(default_factory=dict)
    late: int = 0
    uncertain: int = 0


UNREADABLE = Ills(troubles={"settings": 1})
"""Those of a site whose settings are wrong, so that nothing else is known."""
MOVED = Ills(troubles={"moved": 1})
"""Those of a site whose store was moved, so that nothing is written down here any more."""


def ills_of(app: App) -> Ills:
    """Return those of a site."""
    from pipeline.store import deliveries as ledger
    from pipeline.store import handovers
    from pipeline.store.troubles import all_troubles

    with app.store.reading() as connection:
        known = Counter(each.duty.partition(" ")[0] for each in all_troubles(connection, app.now))
        cut_off = sum(each.state is DeliveryState.CLAIMED for each in handovers.all_handovers(connection))
        uncertain = cut_off + ledger.count_uncertain(connection, app.now)
    return Ills(troubles=known, late=len(app.letters.due().late), uncertain=uncertain)
