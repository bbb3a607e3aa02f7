"""SpamAssassin's score of a letter, where that program is installed; only by its rules that ask nobody."""

from __future__ import annotations

import re
import shutil
import subprocess
from email import message_from_bytes
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.send.lint.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.send.lint.rules import LetterFinding

WORTH_TELLING: Final = 2.0
SECONDS: Final = 120
_STATUS: Final = re.compile(r"score=(-?[\d.]+)\s+required=(-?[\d.]+)(?:\s+tests=(\S*))?")


class Score(NamedTuple):
    """How much a letter is like spam, from how much on it is taken for some, and the names of the tests that say so."""

    points: float
    limit: float
    tests: str


def score_of(message: bytes) -> Score | None:
    """Return what SpamAssassin says of a letter; None where it is not installed, or says nothing."""
    program = shutil.which("spamassassin")
    if program is None:
        return None
    command = [program, "--local", "--test-mode", "--nocreate-prefs"]
    try:
        done = subprocess.run(command, input=message, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603  (our own)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return score_in(done.stdout)


def score_in(answer: bytes) -> Score | None:
    """Return the score in a letter that SpamAssassin has looked at."""
    status = str(message_from_bytes(answer).get("X-Spam-Status", ""))
    found = _STATUS.search(re.sub(r"(?<=,)\s+", "", status))
    if found is None:
        return None
    try:
        return Score(points=float(found[1]), limit=float(found[2]), tests=(found[3] or "").replace(",", ", "))
    except ValueError:
        return None


def how_like_spam(score: Score | None) -> Iterator[LetterFinding]:
    """Yield that a letter is much like spam, if it is."""
    if score is None or score.points < min(WORTH_TELLING, score.limit):
        return
    told = f"SpamAssassin gives the letter {score.points:g} points of {score.limit:g}: {score.tests}"
    rule = Rule.SPAM if score.points >= score.limit else Rule.SPAM_NEAR
    yield rule.found("eml", told, "Look up what the tests are about, and change what they dislike.")
