"""Whether a name that stands in a text means the firm or the person: pure rules on the words around it."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.connect.match import lists
from pipeline.connect.match.ordinary import DETERMINERS, EVERY_DAY
from pipeline.connect.match.tokens import fold

if TYPE_CHECKING:
    from pipeline.connect.match.names import Name
    from pipeline.connect.match.reading import Line
    from pipeline.connect.match.tokens import Words

_TICKER: Final = re.compile(r"\s?\((?:[A-Za-z]{2,9}\s?:\s?)?(?=\d*[A-Z])[A-Z0-9]{1,6}(?:\.[A-Z]{1,3})?\)")
_LEGAL_BEHIND: Final = re.compile(
    r",? (?:Inc|Corp|Ltd|Limited|PLC|plc|GmbH|AG|S\.A\.?|SA|SE|N\.V\.|NV|B\.V\.|BV|S\.p\.A|LLC|AB|ASA|Oyj|KGaA)\b"
)
_IN_AN_ADDRESS: Final = re.compile(r"(?:[@/\\]|\w\.|[-_]\w*[@/])$")
_ADDRESS_BEHIND: Final = re.compile(r"^(?:@|\.\w|/\w)")
_PARTICLES: Final = frozenset(
    ("van von de der den del della di da du le la dos das ter ten zu al bin ibn el y e").split()
)
_BEFORE_A_PLACE: Final = frozenset(
    ("new san saint st mount mt lake cape port fort rio royal greater upper lower great").split()
)
_DEMONYMS: Final = frozenset(
    (
        "american british english scottish irish welsh french german dutch belgian flemish swiss austrian italian "
        "spanish portuguese danish swedish norwegian finnish polish czech greek turkish russian ukrainian chinese "
        "japanese korean indian brazilian canadian australian european african asian nordic mexican israeli"
    ).split()
)
_BESIDE_A_FIRM: Final = lists.ROLES | lists.DAYS | lists.TITLES | lists.LEGAL
_OF_A_FIRM: Final = lists.SOFT | lists.PLACES_OF_FIRMS
_BEFORE_A_FIRM: Final = lists.ROLES | lists.FIRMS_CALLED | lists.DAYS | lists.FORMER | _DEMONYMS
_BEFORE_A_PERSON: Final = lists.ROLES | lists.DAYS | lists.TITLES | _DEMONYMS
_BEHIND_A_PERSON: Final = lists.ROLES | lists.DAYS | lists.TITLES
_BEFORE_ANOTHER: Final = lists.GIVEN | lists.TITLES | _BEFORE_A_PLACE
_AFTER_AN_ARTICLE: Final = (lists.CUES - lists.SAYS) | lists.ROLES | lists.SOFT
_OF_ANOTHER: Final = lists.SURNAMES | lists.GIVEN | lists.COMMON
_ARTICLES: Final = (
    lists.ARTICLES
    | DETERMINERS
    | frozenset("le la les l un une el los las una il lo gli o os as um uma de het een".split())
)
_BY_FIRMS: Final = (lists.VERBS_OF_HEADLINES - lists.DULL) | lists.CUES | lists.SAYS_ELSEWHERE | _OF_A_FIRM | {"to"}
"""What stands right behind a firm's name: what it does, and what is its own."""
_BEFORE_A_NOUN: Final = frozenset(
    "der die das den dem ein eine einen einem einer am im zum zur vom beim ins ans".split()
)
"""Articles of German alone, by themselves or in a preposition."""
_BEFORE_A_NAME: Final = frozenset({"von", "bei"})
"""What in German stands before a name, while a noun has its article in it: "vom", "beim"."""
_OF: Final = frozenset("of at from with for bei chez van von".split())
_NEAR: Final = 7
"""Words before and behind a name that tell what it is."""
_SHORT: Final = 3
"""So short a name in capitals is one in capitals alone."""
_ENOUGH: Final = 2


class Meant(IntEnum):
    """How sure it is that a name means the one who is looked for; ``ANOTHER`` is a longer name that holds it."""

    ANOTHER = -1
    NO = 0
    MAYBE = 1
    YES = 2


class Place(NamedTuple):
    """Where a name stands in a text: its line, and from which word up to which."""

    line: int
    start: int
    end: int


class As(NamedTuple):
    """How the texts at hand use the first word of a name: as a word that is one to everybody, or as a name."""

    is_word: bool
    is_name: bool


def firm_meant(line: Line, at: Place, name: Name, used: As, *, field: bool) -> Meant:
    """Tell whether a firm is meant; ``field`` says that the text is of its field."""
    words, is_single = line.words, len(name.words) == 1
    is_doubtful = is_single and (name.is_common or used.is_word)
    if _is_in_an_address(words, at) or not _is_written_so(line, at, name):
        return Meant.NO
    if is_single and _is_another_word(words.raw[at.start], name, is_doubtful=is_doubtful):
        return Meant.NO
    is_formal = _is_formal(words, at, is_ordinary=is_single and name.words[0] in EVERY_DAY)
    if is_formal and is_doubtful and _is_the_end_of_a_name(words, at.start):
        return Meant.ANOTHER
    if not is_formal and (_goes_on(line, at, is_common=name.is_common) or _began_before(line, at)):
        return Meant.ANOTHER
    if _is_former(words, at.start):
        return Meant.NO
    return Meant.YES if is_formal else _bare_meant(line, at, name, used, field=field)


def _bare_meant(line: Line, at: Place, name: Name, used: As, *, field: bool) -> Meant:
    """Tell whether a name without its legal form means a firm, as far as it may be a word."""
    is_single = len(name.words) == 1
    if is_single and name.words[0] in EVERY_DAY:
        return _noun_meant(line, at)
    if name.is_common or (used.is_word and is_single and not _is_acronym(line, at)):
        return _word_meant(line, at, name, field=field)
    if not is_single or _is_acronym(line, at):
        return Meant.YES
    made_up = _made_up_meant(line, at, name)
    return Meant.YES if made_up is Meant.MAYBE and used.is_name else made_up


def _noun_meant(line: Line, at: Place) -> Meant:
    """Tell whether a word of every day means a firm here: only if the text says that it is one."""
    words, before = line.words, at.start - 1
    if _joined(words, at.start) and words.folded[before] in lists.FIRMS_CALLED:
        return Meant.YES  # the company Training
    behind = words.folded[at.end : at.end + _NEAR - 2]
    if at.end < len(words.raw) and words.gap(at.end) == ", " and behind[0] in _ARTICLES:
        ends = next((n for n in range(1, len(behind)) if words.gap(at.end + n) != " "), len(behind))
        if not lists.FIRMS_CALLED.isdisjoint(behind[:ends]):
            return Meant.YES  # Training, the company of
    if _joined(words, at.start) and (words.folded[before] in _ARTICLES or _is_owning(words.raw[before])):
        return Meant.NO
    is_bare = line.is_loud or line.is_quiet or line.is_german or words.begins_a_sentence(at.start)
    return Meant.NO if is_bare else Meant.MAYBE


def _made_up_meant(line: Line, at: Place, name: Name) -> Meant:
    """Tell whether a single word that no text writes small is more than a noun or the beginning of a sentence."""
    words = line.words
    before = words.folded[at.start - 1] if _joined(words, at.start) else ""
    if before in _BEFORE_A_NOUN or (line.is_german and before in DETERMINERS):
        return Meant.NO
    if not (line.is_loud or line.is_quiet or line.is_german or words.begins_a_sentence(at.start)):
        return Meant.YES
    behind = words.folded[at.end] if _joined(words, at.end) else ""
    has_case = words.folded[at.start] != name.words[0] or _is_owning(words.raw[at.start])  # a name's own genitive
    is_plural = name.words[0].endswith("s") and not behind.endswith("s")  # pilots strike, but Quayworks strikes
    does = behind in _BY_FIRMS and not is_plural
    is_called = before in lists.FIRMS_CALLED or before in lists.ROLES or (line.is_german and before in _BEFORE_A_NAME)
    return Meant.YES if has_case or does or is_called else Meant.MAYBE


def _is_another_word(mark: str, name: Name, *, is_doubtful: bool) -> bool:
    """Tell whether a word is not the name in another case, but a plural: with an umlaut, or with an s."""
    own = name.marks[0].casefold()
    small = mark.casefold()
    has_umlaut = any(umlaut in small and umlaut not in own for umlaut in "äöü")
    if has_umlaut and small.replace("ä", "a").replace("ö", "o").replace("ü", "u").startswith(own):
        return True
    return is_doubtful and fold(mark) not in {name.words[0], fold(own)}


def _is_the_end_of_a_name(words: Words, start: int) -> bool:
    """Tell whether the word before is a part of the name: "Terminal Ltd" of "Westmark Terminal Ltd"."""
    before = start - 1
    if not _joined(words, start) or not words.is_high(before) or _is_owning(words.raw[before]):
        return False
    word = words.folded[before]
    return not (
        word in _ARTICLES
        or word in _BEFORE_A_FIRM
        or word in lists.DULL
        or word in lists.VERBS_OF_HEADLINES
        or word in lists.CUES
    )


def _word_meant(line: Line, at: Place, name: Name, *, field: bool) -> Meant:
    """Tell whether a word that means other things as well means a firm here."""
    if _means_something_else(line.words, at, name):
        return Meant.NO
    if len(name.words) == 1 and name.words[0] in lists.NO_FIRMS and not field:
        return Meant.NO
    points = _points_for_a_firm(line, at) + (1 if field else 0)
    return Meant.YES if points >= _ENOUGH else Meant.MAYBE if points else Meant.NO


def person_meant(line: Line, at: Place, name: Name, *, is_backed: bool, is_shared: bool) -> Meant:
    """Tell whether a person is meant. ``is_backed``: their firm stands there; ``is_shared``: others have that name."""
    words = line.words
    if _is_in_an_address(words, at) or not _is_written_so(line, at, name):
        return Meant.NO
    if _is_followed_by_a_name(line, at) or _has_a_name_before(line, at):
        return Meant.ANOTHER
    if is_backed:
        return Meant.YES
    if name.is_common or name.is_short or is_shared or _is_of_another_walk(words, at):
        return Meant.NO if name.is_short or _is_of_another_place(words, at) else Meant.MAYBE
    return Meant.YES


def _is_in_an_address(words: Words, at: Place) -> bool:
    start, end = words.spans[at.start][0], words.spans[at.end - 1][1]
    before, behind = words.text[max(start - 24, 0) : start], words.text[end : end + 2]
    return bool(_IN_AN_ADDRESS.search(before) or _ADDRESS_BEHIND.match(behind))


def _is_written_so(line: Line, at: Place, name: Name) -> bool:
    """Tell whether the capitals of a name are those of its owner, as far as the line has any."""
    if line.is_quiet:
        return not name.is_common
    marks = line.words.raw[at.start : at.end]
    own = name.marks[0]
    if len(marks) == 1 and len(own) > 1 and own.isupper() and (len(own) <= _SHORT or name.is_common):
        return marks[0].rstrip("s").rstrip("'’").isupper()
    return all(
        line.words.is_high(place) or not own[0].isupper() or mark == own
        for place, mark, own in zip(range(at.start, at.end), marks, name.marks, strict=False)
        if own not in {"&", "+"} and own.lower() not in {"and", "und", "et"}
    )


def _is_acronym(line: Line, at: Place) -> bool:
    """Tell whether a name stands in capitals in a line that has others: no word looks like that."""
    mark = line.words.raw[at.start]
    return len(mark) > 1 and mark.isupper() and not line.words.text.isupper()


def _is_formal(words: Words, at: Place, *, is_ordinary: bool) -> bool:
    """Tell whether a legal form or the sign of a stock exchange stands behind the name."""
    behind = words.text[words.spans[at.end - 1][1] :][:24]
    ticker = _TICKER.match(behind)
    return bool(_LEGAL_BEHIND.match(behind) or (ticker and (":" in ticker[0] or not is_ordinary)))


def _joined(words: Words, at: int) -> bool:
    """Tell whether a word and the one before it stand together."""
    return 0 < at < len(words.raw) and words.gap(at) in {" ", "-", "\u00a0", "‑", "–"}


def _is_owning(word: str) -> bool:
    return word.endswith(("'s", "’s", "s'", "s’"))


def _goes_on(line: Line, at: Place, *, is_common: bool) -> bool:
    """Tell whether a firm's name is the beginning of another's: "Delta" of "Delta Air Lines"."""
    words, end = line.words, at.end
    if _has_another_and(words, end):
        return True
    if not _joined(words, end) or not words.is_high(end) or _is_owning(words.raw[end - 1]):
        return False
    following = words.folded[end]
    if following in _BESIDE_A_FIRM:
        return False
    if following in _OF_A_FIRM:
        return is_common
    if line.is_loud:
        return following not in lists.VERBS_OF_HEADLINES and (is_common or following in lists.COMMON)
    return not line.is_german or following in lists.COMMON or (words.gap(end) != " " and is_common)


def _has_another_and(words: Words, end: int) -> bool:
    """Tell whether "& Name" goes on: "Heddle" of "Heddle & Rask"."""
    return end + 1 < len(words.raw) and words.raw[end] in {"&", "+"} and words.is_high(end + 1)


def _began_before(line: Line, at: Place) -> bool:
    """Tell whether a firm's name is the end of another's, or somebody's last name."""
    words, before = line.words, at.start - 1
    if before >= 1 and words.raw[before] in {"&", "+"} and words.is_high(before - 1):
        return True
    if not _joined(words, at.start) or not words.is_high(before):
        return False
    word = words.folded[before]
    if _is_owning(words.raw[before]) or word in _BEFORE_A_FIRM:
        return False
    if words.gap(at.start) == "-" or word in _BEFORE_ANOTHER:
        return True
    tells = not (words.begins_a_sentence(before) or line.is_loud or line.is_german)
    return tells and not words.raw[before][0].isdigit() and word not in lists.DULL


def _is_former(words: Words, start: int) -> bool:
    """Tell whether a text speaks of somebody who left a firm, not of the firm."""
    before = words.folded[max(start - 3, 0) : start]
    return any(word in lists.FORMER for word in before)


def _means_something_else(words: Words, at: Place, name: Name) -> bool:
    """Tell whether the words around say that a firm's name is here just a word."""
    behind = words.folded[at.end] if at.end < len(words.folded) else ""
    if at.start and words.folded[at.start - 1] in lists.ARTICLES and behind not in _AFTER_AN_ARTICLE:
        return True
    others = lists.OTHER_SENSES.get(name.words[0], "").split() if len(name.words) == 1 else []
    near = words.folded[max(at.start - _NEAR, 0) : at.start] + words.folded[at.end : at.end + _NEAR]
    return not set(others).isdisjoint(near)


def _points_for_a_firm(line: Line, at: Place) -> int:
    """Return how much around a word with a capital tells that a firm is meant."""
    words = line.words
    near = words.folded[max(at.start - _NEAR, 0) : at.start] + words.folded[at.end : at.end + _NEAR]
    behind = words.folded[at.end] if at.end < len(words.folded) else ""
    is_owning = words.raw[at.end - 1].endswith(("'s", "’s")) and behind in lists.CUES
    tells = not (line.is_loud or line.is_quiet) and not words.begins_a_sentence(at.start)
    points = int(tells and not line.is_german)
    points += int(line.is_german and at.start > 0 and words.folded[at.start - 1] in _BEFORE_A_NAME)
    if at.end - at.start > 1 and not (line.is_loud or line.is_quiet):
        points += _ENOUGH  # several words in a row have capitals by chance in titles alone
    points += int(not lists.CUES.isdisjoint(near))
    points += int(behind in lists.SAYS - {"has", "will"} or is_owning)
    return points


def _is_followed_by_a_name(line: Line, at: Place) -> bool:
    words, end = line.words, at.end
    if not _joined(words, end) or _is_owning(words.raw[end - 1]):
        return False
    following = words.folded[end]
    if following in _PARTICLES:
        return end + 1 < len(words.raw) and words.is_high(end + 1) and words.gap(end + 1) == " "
    if not words.is_high(end) or following in _BEHIND_A_PERSON:
        return False
    if words.gap(end) != " ":
        return not line.is_german or following not in lists.ROLES
    if line.is_loud:
        return following not in lists.VERBS_OF_HEADLINES and following in _OF_ANOTHER
    return not line.is_german or following in lists.SURNAMES


def _has_a_name_before(line: Line, at: Place) -> bool:
    words, before = line.words, at.start - 1
    if not _joined(words, at.start) or not words.is_high(before) or not words.raw[before][0].isalpha():
        return False
    word = words.folded[before]
    if words.gap(at.start) != " ":
        return True
    if words.raw[before].endswith(("'s", "’s", "s'", "s’")) or word in _BEFORE_A_PERSON:
        return False
    if word in lists.GIVEN:
        return True
    return not (words.begins_a_sentence(before) or line.is_loud or line.is_german or word in lists.DULL)


def _is_of_another_walk(words: Words, at: Place) -> bool:
    near = words.folded[max(at.start - 2 * _NEAR, 0) : at.start] + words.folded[at.end : at.end + 2 * _NEAR]
    return not lists.ELSEWHERE.isdisjoint(near)


def _is_of_another_place(words: Words, at: Place) -> bool:
    """Tell whether the text says for whom the person works, who is known to work elsewhere."""
    for place in range(at.end, min(at.end + _NEAR + 1, len(words.raw) - 1)):
        if words.begins_a_sentence(place):
            break
        if words.folded[place] in _OF and words.is_high(place + 1):
            return True
    before = at.start - 1
    return before > 0 and words.folded[before] in lists.ROLES and words.is_high(before - 1)
