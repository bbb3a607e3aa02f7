"""``byline check --letter``: what the letter of a post is like when it reaches a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.cli.talk import counted, report, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.app.lettered import Linted
    from pipeline.send.lint import LetterFinding


def report_on_letters(letters: Sequence[Linted], *, as_json: bool) -> int:
    """Say what was found in ``letters``; return 1 where one should not leave as it is."""
    found = [(letter, finding) for letter in letters for finding in letter.findings]
    notes = dict.fromkeys(note for letter in letters for note in letter.notes)
    report(
        {"files": [letter.path for letter in letters], "findings": [_data(*each) for each in found], "notes": [*notes]},
        *(line for each in found for line in _told(*each)),
        *(f"note: {note}" for note in notes),
        _summed(letters),
        as_json=as_json,
    )
    return int(any(finding.hinders for _, finding in found))


def _data(letter: Linted, finding: LetterFinding) -> dict[str, object]:
    return {
        "path": letter.path,
        "rule": finding.rule,
        "severity": finding.severity,
        "place": finding.place,
        "more": finding.more,
        "reason": finding.reason,
        "remedy": finding.remedy,
        "source": finding.source,
        "as_of": finding.as_of,
    }


def _told(letter: Linted, finding: LetterFinding) -> Iterator[str]:
    part, _, line = finding.place.partition(":")
    place = f"{letter.edition}.{part}:{line}" if line else f"{shown(letter.path)}: {finding.place}"
    more = f" (and in {counted(finding.more, 'more place')})" if finding.more else ""
    yield f"{place}: {finding.severity}: {finding.reason}{more} [{finding.rule}]"
    yield f"    {finding.remedy}"


def _summed(letters: Sequence[Linted]) -> str:
    found = [finding for letter in letters for finding in letter.findings]
    failed = sum(finding.hinders for finding in found)
    told = f"{counted(failed, 'failure')}, {counted(len(found) - failed, 'warning')}"
    return f"{counted(len(letters), 'letter')}: {told}."
