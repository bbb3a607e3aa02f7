"""Who speaks in quotation marks: the author, somebody else, or nobody that the sentence names.

What comes in are the words before and behind a quotation; what goes out is what its sentence says of it. Verbs of
saying are listed in seven languages, and known by their form besides: a comma, a verb and a name, or the reverse.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from pipeline.write.quoted.own import is_in_capitals, is_mine_behind, is_title, own_in

if TYPE_CHECKING:
    from collections.abc import Container

_BEFORE: Final = 400
_BEHIND: Final = 200
"""So many characters around a quotation tell who speaks in it."""
_NAME: Final = r"[A-ZÀ-ÖØ-ÞĀ-ŽΑ-ΩА-ЯЁ][\w’'-]*"
_WHOSE: Final = rf"(?:{_NAME}[’']s?|\b[Hh]er|\b[Hh]is|\b[Tt]heir)"
_TITLE: Final = r"(?:(?:Dr|Mr|Mrs|Ms|Prof|St|Sir|Frau|Herr|Mme|M)\.? )?"


def _any(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


_SPOKE: Final = _any(
    # English
    "said says used\\sto\\ssay saying told(?!\\sof) tells(?!\\sof) wrote writes answered answers replied replies "
    "explained explains warned warns added adds claimed claims promised promises admitted admits argued argues "
    "insisted insists announced announces declared declares reported(?!\\sto) reports(?!\\sto) according\\sto "
    "conceded concedes acknowledged acknowledges vowed vows quipped noted stressed stresses testified testifies joked "
    "remarked recalled stated cautioned cautions predicted predicts suggested suggests complained complains confirmed "
    "confirms confessed confesses shouted countered retorted commented demanded pleaded urged begged mused observed "
    "maintained boasted lamented whispered tweeted concluded concludes emphasised emphasized protested objected swore "
    "swears thundered sighed "
    # German, French, Spanish, Dutch, Italian, Portuguese
    "sagte?n? erklärte?n? schrieb(?:en)? schreibt meinte?n? warnte?n? betonte?n? versprach räumte?n? antwortete?n? "
    "fragte?n? findet demande crie sourit behauptete?n? forderte?n? klagte?n? versicherte?n? mahnte?n? fügte?n? laut "
    "dit déclar[ée] affirm[ée] expliqu[ée] ajout[ée] avou[ée] écri(?:t|vait) assur[ée] confi[ée] promet promis "
    "prévien[st] prévenu reconnaît reconnu selon "
    "dijo dice afirm[aó] explic[aó] añad(?:e|ió) escribió asegur[aó] advirtió reconoció prometió según "
    "zegt zei schreef schrijft verklaarde waarschuwde erkende beloofde antwoordde volgens aldus "
    "disse afferma spieg[aò] afirmou diz"
)
_NO_SPEAKER: Final = _any(
    # before a verb: what joins sentences, or makes a passive
    "I we and but or so yet nor which who that what as in on at for with from by to of about like not is was are were "
    "be been has have had than then when where while because though if until after before since "
    "ich wir und aber oder das der den dem ein eine wie als nicht ist war hat wird "
    "je nous et mais ou qui que dans sur pour avec est yo y pero o en con por es ik en maar het"
)
_TOLD_BEFORE: Final = re.compile(
    rf"(?<![\w-]){_SPOKE}(?:,? (?!(?:I|we)\b)[\w’'.-]+){{0,7}}[:,]?\s*(?:(?:that|dass|que) )?$"
    r"|\b(?:goes|went) on to say (?:that )?$|\bparle(?:nt)? (?:d[’']|de )$|\bspr[ia]ch(?:t|en)? von $"
    rf"|(?:{_NAME}|\b(?:[Tt]he|[Dd]ie|[Ll]es|[Ll]os) \w+) (?:say|sagen|disent|dicen|zeggen)[:,]?\s*(?:that )?$"
    rf"|(?:{_NAME}|\b[Hh]e|\b[Ss]he|\b[Tt]hey|\b[Tt]he \w+) (?:once |later |then )?"
    rf"(?:call(?:s|ed)|dubb(?:s|ed)|nann?te?n?|nennt) (?:[\w’'-]+ ){{1,5}}$"
    rf"|{_NAME} \w+(?:ed|s) (?:to|that) $"
    rf"|{_WHOSE} (?:own )?(?:words?|phrase|verdict|answer|reply|line|Worten?)(?: [\w’'-]+){{0,4}}[,:]?\s*$"
    r"|(?:说|說|表示|称|稱|指出|认为|認為|强调|強調|补充|補充|承认|承認|写道|寫道|道|問|问|答)[道着]?[：:，,]?\s*$"
)
"""What stands right before words that somebody said: a verb, or a name."""
_GOES_ON: Final = re.compile(
    rf"[,.!?]?[”\"’»“],?(?: [\w’'.-]+){{0,4}} {_SPOKE}(?: [\w’'-]+){{0,4}}[.,]\s*$"
    rf"|{_WHOSE} (?:answer|verdict|reply|response|words)\?\s*$"
)
"""What stands before words whose speaker the sentence before has named: a quotation and who said it, or a question."""
_TOLD_BEHIND: Final = re.compile(
    rf"\s*[,.]?\s*(?:(?<![\w-]){_SPOKE}\b(?! (?:I|we)\b)|(?:is|was) what (?!I\b|we\b)"
    rf"|(?!{_NO_SPEAKER}\b)(?:[\w’'.-]+ ){{1,4}}{_SPOKE}\b)"
    r"|[，,。]?\s*(?:と|って)(?:述|語|話|言|説|答|主張|批判|強調|明か|指摘|訴|書)"
    r"|[，,。]?\s*[^\W\d_]{1,8}?(?:说|說|表示|称|稱|指出|强调|強調|补充|補充|承认|承認|写道|寫道)",
    re.IGNORECASE,
)
_VERB_AND_NAME: Final = re.compile(
    rf"\s*(?!{_NO_SPEAKER}\b)[^\W\d_A-Z]\w+ (?:(?:the|die|der|das|la|le|el|de) )?{_TITLE}{_NAME}"
)
_NAME_AND_VERB: Final = re.compile(
    rf"\s*(?:(?:{_TITLE}(?!{_NO_SPEAKER}\b){_NAME} ){{1,3}}|(?:s?he|they) )(?:\w+ly )?(?:\w+ed|[a-z]+s)\b"
)
"""What follows on words and a comma, where it is said who said them."""

_OTHERS: Final = re.compile(
    rf"\b(?:he|she|they|it|er|sie|il|elle|él|ella|hij|zij)\b|(?<![\w-]){_SPOKE}\b|{_NAME} (?:was|is|does|did|has)\b"
)
"""Somebody else comes up."""
_SENTENCE: Final = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s")
_NO_MARKS: Final = re.compile(
    rf"(?:(?:{_NAME}|\b[Hh]e|\b[Ss]he|\b[Tt]hey) (?:{_SPOKE}|puts? it)(?: [\w’'-]+){{0,3}}|{_WHOSE} own words): "
    r"([^\W\d_][^“”\"„«»‘\n]*?[.!?](?=\s|$))"
)
"""What stands behind a colon as if somebody had said it so, without quotation marks."""


class Speaker(Enum):
    """To whom a sentence gives what it has in quotation marks."""

    AUTHOR = auto()
    """It is a title, what the author says or asks, or what nobody in particular might say."""
    SOMEBODY = auto()
    UNKNOWN = auto()


def speaker(before: str, quoted: str, behind: str, names: Container[str] = ()) -> Speaker:
    """Return who speaks in ``quoted``, by the words ``before`` and ``behind`` it.

    ``names`` are words with a capital that sources have: who has one before a colon, speaks behind it.
    """
    before, behind = before[-_BEFORE:], behind[:_BEHIND]
    sign, rest = _sign_between(quoted, behind)
    if is_mine_behind(sign, rest):
        return Speaker.AUTHOR
    if _TOLD_BEHIND.match(behind) or _is_given_by_form(sign, rest):
        return Speaker.SOMEBODY
    sentence = _SENTENCE.split(before)[-1]
    told, own = _TOLD_BEFORE.search(sentence), own_in(sentence, quoted, behind)
    # “Okafor told my team” has words of the author's own behind the verb, “I told my team” has the verb in them
    is_theirs = told is not None and not any(found.start() <= told.start() < found.end() for found in own)
    is_own = own and not is_theirs and not _OTHERS.search(sentence, max(found.end() for found in own))
    if is_own or is_title(sentence, quoted, is_told=is_theirs):
        return Speaker.AUTHOR
    if told or _GOES_ON.search(before) or _is_announced(sentence, names):
        return Speaker.SOMEBODY
    return Speaker.AUTHOR if is_in_capitals(quoted) else Speaker.UNKNOWN


def spoken_without_marks(paragraph: str) -> list[str]:
    """Return the sentences of ``paragraph`` that read as somebody's own words, for want of quotation marks."""
    return [found[1] for found in _NO_MARKS.finditer(paragraph) if not re.match(r"(?:I|We)\b", found[0])]


def _sign_between(quoted: str, behind: str) -> tuple[str, str]:
    """Return the sign between ``quoted`` and what stands ``behind``, inside the marks or outside, and the rest."""
    inside = quoted.rstrip("”’\"'» ")[-1:]
    return (",", behind[1:]) if inside != "," and behind.startswith(",") else (inside, behind)


def _is_given_by_form(sign: str, rest: str) -> bool:
    """Tell whether ``rest``, behind what ends with ``sign``, has a verb and a name, or the reverse."""
    if sign in {"!", "?"}:  # what begins with a capital behind these may be another sentence
        return bool(_VERB_AND_NAME.match(rest))
    return sign == "," and bool(_VERB_AND_NAME.match(rest) or _NAME_AND_VERB.match(rest))


def _is_announced(sentence: str, names: Container[str]) -> bool:
    """Tell whether ``sentence`` ends in a colon, and has somebody in it who is not the author."""
    if not sentence.rstrip().endswith(":") or re.search(r"\b(?:I|my|me|we|our)\b", sentence):
        return False
    return any(re.sub(r"[’']s?$", "", name) in names for name in re.findall(_NAME, sentence))
