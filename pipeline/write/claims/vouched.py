"""Words of a language model, held against what is known: whatever in them nobody vouches for.

What the author says may rest on what they know. A model knows nothing: every number, date, name and address in its
words must stand in a source, or in the author's own words beside it. Where that cannot be told, it is a doubt.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from pipeline.html import sentences
from pipeline.likeness import plain, words
from pipeline.write.claims.dates import calendar
from pipeline.write.claims.facts import share_in_capitals
from pipeline.write.claims.numbers import AMOUNTS, ANY_NUMBER, spelled_in, value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.write.claims.facts import Known

_FEW: Final = 2
"""Up to here a whole number is hardly more than a way to speak."""
_TITLE_CASE: Final = 0.5
"""Where more of the words begin with a capital, it is a headline, and no name can be told from a word."""
_LEAST_OF_A_NAME: Final = 4
"""So many letters a word of such a headline has that may be a name."""
_SAYINGS: Final = re.compile(
    r"\b(?:24/7|(?:19|20|21)(?:st|th)[ -]century|double-check\w*|half the battle|half an (?:hour|eye)|half as \w+"
    r"|(?:next|last|this|each|every|first|second|third|fourth) (?:quarter|half)|in (?:five|ten|twenty) years(?:’ time)?"
    r"|nine to five|9[- ]to[- ]5|24 hours a day|365 days(?: a year)?|ten times|thank you twice|twice|at least half)\b",
    re.IGNORECASE,
)
_INITIALS: Final = re.compile(r"\b(?:[A-Z]\.){2,}")
_EVERYDAY: Final = frozenset("ai eu us usa uk un ceo cfo cto it hr pr ok pdf faq".split())
"""Names so common that they say nothing about anybody."""
_ADDRESS: Final = re.compile(
    r"(?:https?:|mailto:|www\.)\S+|\b[\w.+-]+@[\w-]+(?:\.\w+)?|(?<!\w)@\w{2,}|\+\d[\d ()/-]{4,}\d"
    r"|\b[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?:/\S*)?"
)
_FIRM: Final = re.compile(r"[A-Z][\w-]+\.[a-z]{2,4}")
"""A name as firms have it that are called by their address."""
_DOTS: Final = re.compile(r"(?<=\w)(?:\s?[\[({]\s?(?:\.|dot)\s?[\])}]\s?|[。｡․](?=[a-z]))")
_SPEAKS: Final = re.compile(
    r"\b([A-ZÀ-Þ][\w’'-]+) (?:(?:also|has|have|had) )?(?:says?|said|calls?|called|warn(?:s|ed)|reports?|reported|told"
    r"|tells|wr(?:ites|ote|itten)|claim(?:s|ed)|found|finds|fear(?:s|ed)|admit(?:s|ted)|den(?:ies|ied)|accuse[sd]"
    r"|blame[sd]|announce[sd]|plan(?:s|ned)|promise[sd]|lie[sd]|think[s]?|thought|believe[sd]?|want(?:s|ed)?"
    r"|resign(?:s|ed)|show(?:s|ed|n)|proves?|proved|sagte?|klagte?|fordert|forderte|warnte?|plant|plante|behauptete?"
    r"|hat gelogen|lügt|log)(?=[\s,:.])"
)
_UNNAMED: Final = re.compile(
    r"\b(studies|experts|research|researchers|surveys?|polls?|scientists|economists|analysts|Studien|Experten|Umfragen)"
    r" (?!and|or|und|oder)\w+",
    re.IGNORECASE,
)
"""Whom nobody can ask, as nobody is named."""
_SOURCE: Final = re.compile(r"\b(?:[Ll]aut|[Ss]elon|[Ss]egún|[Vv]olgens|[Aa]ccording to) ([A-ZÀ-Þ][\w’'-]+)")
_OPENERS: Final = frozenset(
    (
        "a about above according across after again against all almost already also although always among an and "
        "another any anyone are as asking at automation be because before behind being below between beyond both "
        "but buyers by can change changes cheap companies consider cost costs could critics customers data despite "
        "different do does doing during each either employees even every everyone everything fair far few fewer "
        "finally firms first for from further given good had half has have having he her here his history how "
        "however i if in indeed instead is it its just kind large last later leaders less lessons let like long "
        "look machines makes managers many matters maybe means meanwhile might money more moreover most much my "
        "needs neither never nevertheless new no nobody none nonetheless nor not nothing now of often old on once "
        "one only opponents or other others otherwise our out over owners part people perhaps plenty questions "
        "rather readers sceptics seen several she should shows simple since skeptics small so software some "
        "someone something sometimes still such suppliers supporters sure take takes teaches technology tells that "
        "the their then there therefore these they things think this those though three through time to today "
        "together tomorrow too towards two under unless unlike until us users using waiting we well were what "
        "whatever when where whether which while who whoever whose why will with within without words workers "
        "whom would yes yesterday yet you your "
    ).split()
)
"""With these a sentence begins, so that a capital there names nobody."""
_ENDING: Final = re.compile(r"(?:ings?|e?d|e?s|e|ly|ers?)$")
_PLURAL: Final = re.compile(r"(?:ors|[^aeiou]ers|ies|gets|tions?|ments?|ings?|ness|ity)$")
"""How words end that begin a sentence and are hardly ever the name of anybody."""


def strange_in(text: str, known: Known, *, nouns_in_capitals: bool) -> list[str]:
    """Return the numbers, dates and names of ``text`` that are not ``known``, small and spelled ones too."""
    same = _SAYINGS.sub("", unicodedata.normalize("NFKC", text))
    same = _INITIALS.sub(lambda found: found[0].replace(".", ""), same)
    found: list[str] = []
    for sentence in sentences(same):
        spoke = [*_SPEAKS.finditer(sentence), *_SOURCE.finditer(sentence)]
        found += [each[1] for each in spoke if _is_somebody(each[1]) and known.is_new(each[1])]
        found += _counts(sentence, known)
        found += known.dates_missing_in(sentence)
        found += _days(sentence, known)
        found += _names(sentence, known, nouns_in_capitals=nouns_in_capitals)
    return list(dict.fromkeys(found))


def addresses_in(text: str, beside: str, told: str) -> list[str]:
    """Return the addresses of ``text`` that are not ``beside`` it, also those that only people would read as such.

    That the sources, which are ``told``, have an address is no reason to lead readers there; but a firm may be named.
    """
    same = _DOTS.sub(".", unicodedata.normalize("NFKC", text))
    known = beside.casefold()
    every = (found[0] for found in _ADDRESS.finditer(same))
    return [each for each in every if each.casefold().rstrip(".,;:") not in known and not _is_firm(each, told)]


def _is_firm(address: str, told: str) -> bool:
    return bool(_FIRM.fullmatch(address)) and plain(address) in told


def doubtful_in(text: str, known: Known, *, nouns_in_capitals: bool) -> list[str]:
    """Return what in ``text`` may be said of somebody: a first word that may be a name, and who is said to speak."""
    doubts: list[str] = []
    for sentence in sentences(text):
        doubts += [found[0] for found in _SPEAKS.finditer(sentence) if _is_somebody(found[1])]
        doubts += [found[0] for found in _UNNAMED.finditer(sentence) if found[1].casefold() not in known.words]
        first = sentence.split()[0].strip(",;:")
        may_be_a_name = first[:1].isupper() and _is_somebody(first) and not _PLURAL.search(first)
        if may_be_a_name and not nouns_in_capitals and not _is_known(first, known):
            doubts.append(first)
    return [each for each in dict.fromkeys(doubts) if not any(each in other for other in doubts if other != each)]


def _is_somebody(word: str) -> bool:
    """Tell whether a word with a capital, at the beginning of a sentence too, may be a name."""
    return len(word) >= _LEAST_OF_A_NAME and word.casefold() not in _OPENERS


def _counts(sentence: str, known: Known) -> Iterator[str]:
    told = known.numbers | known.years
    every = [(found[0], value(found[0])) for found in ANY_NUMBER.finditer(sentence)]
    spelled = [(text, str(number)) for text, number in spelled_in(sentence)]
    every += spelled
    yield from (text for text, worth in every if ("." in worth or float(worth) > _FEW) and worth not in told)
    counted = {word for text, _ in spelled for word in text.split()}
    yield from (word for word in words(sentence) if word in AMOUNTS - counted and word not in known.words)


def _days(sentence: str, known: Known) -> Iterator[str]:
    """Yield the months and days of the week, but for the first word, that are not known."""
    for found in re.finditer(r"(?<=\s)[^\W\d_]+", sentence):
        word = found[0].casefold()
        if found[0][0].isupper() and word in calendar() and word not in known.words:
            yield found[0]


def _names(sentence: str, known: Known, *, nouns_in_capitals: bool) -> Iterator[str]:
    if share_in_capitals(sentence) > _TITLE_CASE and not nouns_in_capitals:
        capitals = (word for word in re.findall(r"[^\W\d_][\w’'-]*", sentence) if word[0].isupper())
        names = (word for word in capitals if _is_somebody(word) and not _is_known(word, known))
        yield from (name for name in names if name.casefold() not in AMOUNTS and not any(spelled_in(name)))
        return
    for name in known.strangers_in(sentence, nouns_in_capitals=nouns_in_capitals):
        if name.casefold() not in _EVERYDAY:
            yield name


def _is_known(word: str, known: Known) -> bool:
    """Tell whether ``word`` is known in one of its forms."""
    bare = word.casefold().replace("’", "'").removesuffix("'s").rstrip("'")
    if "-" in bare:
        return all(_is_known(part, known) for part in bare.split("-") if part)
    stem = _ENDING.sub("", bare)
    return bare in known.words or any(_ENDING.sub("", each) == stem for each in known.words)
