"""Who speaks in quotation marks: the author, somebody else, or nobody that the sentence names.

What comes in are the words before and behind a quotation; what goes out is what its sentence says of it. Verbs of
saying are listed in seven languages, and known by their form besides: a comma, a verb and a name, or the reverse.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

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
    "said says told(?!\\sof) tells(?!\\sof) wrote writes answered answers replied replies explained explains warned "
    "warns added adds claimed claims promised promises admitted admits argued argues insisted insists announced "
    "announces declared declares reported(?!\\sto) reports(?!\\sto) according\\sto conceded concedes acknowledged "
    "acknowledges vowed vows quipped noted stressed stresses testified testifies joked remarked recalled stated "
    "cautioned cautions predicted predicts suggested suggests complained complains confirmed confirms confessed "
    "confesses shouted countered retorted commented demanded pleaded urged begged mused observed maintained boasted "
    "lamented whispered tweeted concluded concludes emphasised emphasized protested objected swore swears thundered "
    "sighed "
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

_MODAL: Final = r"(?:['’](?:d|ll)| would| will| shall| should| could| might| may| can| now| always| often)"
_EVER: Final = r"(?:['’](?:ve|d))?(?: (?:have|had|always|often|once|then|just|also|myself|even|simply))*"
_ASKS: Final = re.compile(
    rf"\b(?:I|[Ww]e){_MODAL}*{_EVER} (?:ask|wonder)(?:ed)?\b"
    r"|(?:^|[,;:] |\b(?:and|then|so|to|please) )[Aa]sk\b"
    r"|\b[Tt]he question is\b"
    r"|\b[Ii]ch (?:würde|werde|will|frag(?:e|te))\b|^[Ff]rag(?:e|t|en Sie)\b|\b[Mm]ein(?:e|er) Frage\b"
    r"|\b[Jj]e (?:demanderais|demande)\b|^[Dd]emand(?:e|ez|ons)\b"
    r"|\b[Pp]regunt(?:aría|o)\b|^[Pp]regunt(?:e|en|emos)\b|\b[Ii]k (?:zou|vraag)\b|^[Vv]raag\b"
)
"""The author asks; what they ask is a question."""
_SAYS: Final = re.compile(
    rf"\b(?:I|[Ww]e){_MODAL}+ (?:say|answer|reply|write|propose|begin|start|put it|call it)\b"
    rf"|\b(?:I|[Ww]e){_EVER} (?:say|said|told|thought|replied|answered)\b"
    r"|\b[Ii]ch (?:würde|werde|will|sag(?:e|te)|dachte) ?\b|\b[Ii]k (?:zou|zei)\b|\b[Jj]e (?:dirais|dis)\b"
    r"|\b(?:[Mm]y|[Oo]ur|[Mm]eine?|[Uu]nsere?|[Mm]a|[Mm]on|[Nn]otre|[Mm]i|[Mm]ijn) (?:[\w’'-]+ ){0,3}"
    r"(?:rule|motto|question|advice|answer|line|test|note|desk|principle|maxim|reply|thought|worry|fear|hope|bet|take"
    r"|view|summary|title|Frage|Regel|Motto|Rat|Antwort|question|règle|devise|pregunta|regla|vraag|regel)\b"
)
"""The author says; or it is a rule, a thought or a note of theirs."""
_CLOSE: Final = (
    r"\b(?:[Mm]y|[Oo]ur|[Yy]our) (?:\w+ ){0,2}(?:father|mother|grandfather|grandmother|boss|teacher|mentor|wife|husband"
    r"|team|colleagues?|daughter|son|friends?|clients?|customers?|kids)"
)
_NOBODYS: Final = re.compile(
    r"\b(?:[Yy]ou|[Oo]ne|[Ss]ome(?:one|body)?|[Pp]eople|[Cc]ritics|[Ss]ceptics|[Rr]eaders|[Mm]any|[Nn]obody|[Ww]ho)"
    rf"{_MODAL}*(?: ever| often| still| always)? (?:say|ask|think|object|reply|argue|write)s?\b"
    r"|\b(?:as they say|as the saying goes|proverb|adage|saying|rule of thumb|old joke|used to (?:say|call)|hieß es"
    rf"|{_CLOSE}(?: (?:would|will|used to|always|once|have|has|had))*(?: (?:sa(?:y|id|ys)|tells?|told|call(?:ed)?))?"
    r"|(?:if|when|whenever) (?:your|an?|any|some) \w+ says|what I (?:hear|heard|keep hearing)"
    r"|want to (?:hear|read)|would like to (?:hear|read)|instead of|rather than|[Ii]magine|[Ss]uppose"
    r"|[Ss]earch(?:ed)? for|[Cc]lick(?:ed)? on|[Pp]ress)\b",
    re.IGNORECASE,
)
"""Nobody in particular says it: whoever may, a proverb, somebody of the author's own life, or a button."""
_MINE_BEHIND: Final = re.compile(
    r"\s*[,.]?\s*(?:is (?:how|what) (?:I|we)\b"
    r"|(?:I|we)(?:['’](?:d|ve))?(?: \w+){0,2} (?:said|thought|say|think|asked)"
    rf"|(?:says?|said|asks?|asked|thought) (?:I\b|we\b|{_CLOSE}))",
    re.IGNORECASE,
)
"""What says behind it that the author said it, or somebody of theirs."""
_OTHERS: Final = re.compile(
    r"\b(?:he|she|they|it|said|says|told|tells|wrote|writes|answer(?:s|ed)|repli(?:es|ed)|explain(?:s|ed)"
    r"|warn(?:s|ed)|promise[sd]|according|er|sie|sagt\w*|schrieb|il|elle|dit|dijo|él|ella|hij|zij|zegt|zei)\b"
    rf"|{_NAME} (?:was|is|does|did|has)\b"
)
_TITLED: Final = re.compile(
    r"\b(?:titled|entitled|headed|mit dem Titel|unter dem Titel|intitulée?s?|titulad[oa]s?|getiteld)[,:]?\s*$"
)
_A_WORK: Final = re.compile(
    r"\b(?i:books?|films?|movies?|essays?|posts?|articles?|songs?|papers?|talks?|podcasts?|chapters?|sections?|clauses?"
    r"|columns?|novels?|poems?|plays?|series|episodes?|Buch|Film|Aufsatz|Kapitel|Artikel|livre|libro|boek)"
    r"(?: [\dIVX]+)?(?: (?:called|named))?,?\s*$"
    r"|(?:\b(?:is|are|was|were|be|been)|,|\b(?:an?|the|this) \w+) called\s*$"
    r"|(?:^|[\s(])(?:[Ii]n|[Ss]ee|[Rr]ead|[Cc]f\.|[Vv]gl\.|[Ss]iehe|[Vv]oir)\s*$"
)
_GERMAN: Final = re.compile(r"\b(?:der|die|das|den|dem|des|und|eine?[rmn]?|nicht|ins|im|am|ist|sind)\b")
_TITLE_WORD: Final = re.compile(r"\b[^\W\d_][\w’'-]{3,}")
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
    sentence = _SENTENCE.split(before)[-1]
    if _MINE_BEHIND.match(behind):
        return Speaker.AUTHOR
    given = bool(_TOLD_BEHIND.match(behind)) or _is_given_by_form(quoted, behind)
    if not given and (_is_title(sentence, quoted) or _is_own(sentence, quoted, behind)):
        return Speaker.AUTHOR
    if given or _TOLD_BEFORE.search(sentence) or _GOES_ON.search(before) or _is_announced(sentence, names):
        return Speaker.SOMEBODY
    return Speaker.AUTHOR if _is_in_capitals(quoted) else Speaker.UNKNOWN


def spoken_without_marks(paragraph: str) -> list[str]:
    """Return the sentences of ``paragraph`` that read as somebody's own words, for want of quotation marks."""
    return [found[1] for found in _NO_MARKS.finditer(paragraph) if not re.match(r"(?:I|We)\b", found[0])]


def _is_own(sentence: str, quoted: str, behind: str) -> bool:
    """Tell whether it is the author who asks or says ``quoted`` at the end of ``sentence``, or nobody at all."""
    is_question = "?" in quoted or behind.lstrip("”’\"' ").startswith("?")
    own = [*_SAYS.finditer(sentence), *_NOBODYS.finditer(sentence), *(_ASKS.finditer(sentence) if is_question else ())]
    return bool(own) and not _OTHERS.search(sentence, max(found.end() for found in own))


def _is_given_by_form(quoted: str, behind: str) -> bool:
    inside = quoted.rstrip("”’\"'» ")[-1:]
    if inside != "," and behind.startswith(","):
        inside, behind = ",", behind[1:]
    if inside in {"!", "?"}:  # what begins with a capital behind these may be another sentence
        return bool(_VERB_AND_NAME.match(behind))
    return inside == "," and bool(_VERB_AND_NAME.match(behind) or _NAME_AND_VERB.match(behind))


def _is_announced(sentence: str, names: Container[str]) -> bool:
    """Tell whether ``sentence`` ends in a colon, and has somebody in it who is not the author."""
    if not sentence.rstrip().endswith(":") or re.search(r"\b(?:I|my|me|we|our)\b", sentence):
        return False
    return any(re.sub(r"[’']s?$", "", name) in names for name in re.findall(_NAME, sentence))


def _is_title(sentence: str, quoted: str) -> bool:
    """Tell whether ``quoted`` is said to be a title, or stands where one does, with a capital and no full stop."""
    begins = quoted[:1].isupper() or quoted[:1].isdigit()
    return bool(_TITLED.search(sentence)) or (
        begins and quoted.rstrip()[-1:] not in {".", "!"} and bool(_A_WORK.search(sentence))
    )


def _is_in_capitals(quoted: str) -> bool:
    """Tell whether each word of ``quoted`` that is long enough begins with a capital, as in titles of English works."""
    several = _TITLE_WORD.findall(quoted)
    is_one = quoted[:1].isupper() and quoted.rstrip()[-1:] not in ".!," and not _GERMAN.search(quoted)
    return is_one and len(several) > 1 and all(word[0].isupper() for word in several)
