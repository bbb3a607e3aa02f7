"""What stands in quotation marks and is nobody's word but the author's: their own speech, a saying, a title.

What comes in are the words around it; what goes out is whether they say so. None of it is a quotation of a source.
"""

from __future__ import annotations

import re
from typing import Final

_MODAL: Final = r"(?:['’](?:d|ll)| would| will| shall| should| could| might| may| can)"
_EVER: Final = r"(?:['’](?:ve|d))?(?: (?:have|had|always|often|once|now|then|just|also|myself|even|simply))*"
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
    rf"\b(?:I|[Ww]e){_MODAL}+{_EVER} (?:say|answer|reply|write|propose|begin|start|put it|call it)\b"
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
    rf"\b(?:[Yy]ou|[Oo]ne|[Ss]ome(?:one|body)?|[Mm]any|[Cc]ritics|[Ss]ceptics|[Rr]eaders){_MODAL}+{_EVER}"
    r" (?:say|ask|think|object|reply|argue|write)\b"
    r"|\b(?:[Yy]ou|[Pp]eople|[Ee]very(?:one|body)|[Nn]obody|[Ww]hoever|(?:[Nn]o|[Aa]ny|[Ss]ome)(?:one|body) who)"
    rf"{_MODAL}*{_EVER} (?:says?|thinks?)\b"
    rf"|{_CLOSE}(?: (?:would|will|used to|always|once|have|has|had))* (?:sa(?:y|id|ys)|tells?|told|call(?:ed)?)\b"
    r"|\b(?:[Ii]f|[Ww]hen|[Ww]henever) (?:your|an?|any|some) \w+ says\b"
    r"|\b[Ww]hat (?:I|we) (?:hear|heard|keep hearing)\b"
    rf"|\b(?:I|[Ww]e|[Yy]ou){_MODAL}*{_EVER} (?:want|like|love|long) to (?:hear|read)\b"
    r"|\b(?:I|[Ww]e|[Pp]eople|[Tt]hey) used to (?:say|call)\b|\b[Aa]s (?:they say|the saying goes)\b|\bhieß es\b"
    r"|\b(?:an?|the|that|old) (?:\w+ )?(?:saying|proverb|adage|joke|rule of thumb)\b"
    r"|\b(?:[Ii]nstead of|[Rr]ather than)(?: saying| asking)? $|^(?:Imagine|Suppose)\b"
    r"|\b[Ss]earch(?:ed)? for $|\b[Cc]lick(?:ed)? on $|(?:^|, |\band |\bthen )[Pp]ress $"
)
"""Nobody in particular says it: whoever may, a proverb, somebody of the author's own life, or a button."""
_MINE_BEHIND: Final = re.compile(
    rf"\s*(?:I|we){_MODAL}*{_EVER} (?:said|thought|say|think|asked|wondered)"
    r"(?=\s*(?:[.,;:!?]|$|(?:to|myself|him|her|them|aloud|at|when|and|but)\b))"
    rf"|\s*(?:says?|said|asks?|asked|thought) (?:I\b|we\b|{_CLOSE})"
)
"""What says behind words and a comma that the author said them, or somebody of theirs."""
_PUT_BEHIND: Final = re.compile(rf",?\s*is (?:how|what) (?:I|we){_MODAL}*{_EVER} (?:put|say|said|call|think|tell)\b")
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


def own_in(sentence: str, quoted: str, behind: str) -> list[re.Match[str]]:
    """Return where ``sentence`` says that the author asks or says ``quoted``, or nobody in particular."""
    is_question = "?" in quoted or behind.lstrip("”’\"' ").startswith("?")
    return [*_SAYS.finditer(sentence), *_NOBODYS.finditer(sentence), *(_ASKS.finditer(sentence) if is_question else ())]


def is_mine_behind(sign: str, rest: str) -> bool:
    """Tell whether ``rest``, behind what ends with ``sign``, says that the author said it, or somebody of theirs."""
    return bool(_PUT_BEHIND.match(rest)) or (sign in {",", "!", "?"} and bool(_MINE_BEHIND.match(rest)))


def is_title(sentence: str, quoted: str, *, is_told: bool) -> bool:
    """Tell whether ``quoted`` is said to be a title, or stands where one does, with a capital and no full stop.

    Where the sentence tells of speech, it has to look like a title, too.
    """
    if is_told and not is_in_capitals(quoted):
        return bool(_TITLED.search(sentence))
    begins = quoted[:1].isupper() or quoted[:1].isdigit()
    at_its_place = begins and quoted.rstrip()[-1:] not in {".", "!"} and bool(_A_WORK.search(sentence))
    return at_its_place or bool(_TITLED.search(sentence))


def is_in_capitals(quoted: str) -> bool:
    """Tell whether each word of ``quoted`` that is long enough begins with a capital, as in titles of English works."""
    several = _TITLE_WORD.findall(quoted)
    is_one = quoted[:1].isupper() and quoted.rstrip()[-1:] not in ".!," and not _GERMAN.search(quoted)
    return is_one and len(several) > 1 and all(word[0].isupper() for word in several)
