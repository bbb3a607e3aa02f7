"""Who speaks in quotation marks: the author, somebody else, or nobody that the sentence names.

What comes in are the words before and behind a quotation; what goes out is what its sentence says of it.
"""

from __future__ import annotations

import re
from typing import Final

_ASK: Final = "ask|wonder"
_SAY: Final = "say|answer|reply|write|propose|begin|start|put it"
_MODAL: Final = r"(?:['’](?:d|ll)| would| will| shall| should| could| might| now| always| often)*"
_ASKS: Final = re.compile(
    rf"\b(?:I|[Ww]e){_MODAL} (?:{_ASK})\b"
    r"|(?:^|[,;:] |\b(?:and|then|so|to|please) )[Aa]sk\b"
    r"|\b[Mm]y (?:own )?question\b"
    r"|\b(?:ich (?:würde|werde|will|frage)|[Ff]rag(?:e|t|en Sie)|[Mm]eine Frage)\b"
    r"|\b(?:je (?:demanderais|demande)|[Dd]emande(?:z|ons)|[Mm]a question)\b"
    r"|\b(?:yo )?(?:[Pp]reguntaría|[Pp]regunt(?:e|en|emos)|[Mm]i pregunta)\b"
    r"|\b(?:ik zou|[Vv]raag|[Mm]ijn vraag)\b"
)
_SAYS: Final = re.compile(rf"\b(?:I|[Ww]e){_MODAL} (?:{_SAY})\b|\bich (?:würde|werde|will) \w+\b|\bik zou\b")
_OTHERS: Final = re.compile(
    r"\b(?:he|she|they|it|said|says?|told|tells|wrote|writes|answer(?:s|ed)|repli(?:es|ed)|explain(?:s|ed)"
    r"|warn(?:s|ed)|promise[sd]|according|er|sie|sagt\w*|schrieb|il|elle|dit|dijo|él|ella|hij|zij|zegt|zei)\b"
)
_SPOKE: Final = (
    r"(?:sa(?:id|ys)|told|tells|wrote|writes|answer(?:s|ed)|repli(?:es|ed)|explain(?:s|ed)|warn(?:s|ed)|add(?:s|ed)"
    r"|claim(?:s|ed)|promise[sd]|admit(?:s|ted)|argue[sd]|insist(?:s|ed)|announce[sd]|declare[sd]|report(?:s|ed)"
    r"|call(?:s|ed)(?: \w+){0,3}|according to|sagte?n?|erklärte?n?|schrieb(?:en)?|meinte?n?|dit|déclaré?|affirme"
    r"|dijo|dice|afirma|zegt|zei|schreef)"
)
_BEFORE: Final = re.compile(rf"\b{_SPOKE}(?: (?!I\b|we\b)[\w’'.-]+){{0,6}}[:,]?\s*(?:that )?$", re.IGNORECASE)
_BEHIND: Final = re.compile(
    rf"\s*[,.]?\s*(?:{_SPOKE}\b(?! (?:I|we)\b)|(?!(?:I|we)\b)(?:[\w’'.-]+ ){{1,4}}{_SPOKE}\b)", re.IGNORECASE
)
_TITLED: Final = re.compile(
    r"\b(?:titled|entitled|headed|mit dem Titel|unter dem Titel|intitulée?s?|titulad[oa]s?|getiteld)[,:]?\s*$"
)
_SENTENCE: Final = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s")


def is_own(before: str, quoted: str, behind: str) -> bool:
    """Tell whether ``quoted`` is a title, or what the author would ask or say, by the words ``before`` and ``behind``.

    Who asks says a question; and whatever the words before, nobody's it is if those behind give it to somebody.
    """
    sentence = _SENTENCE.split(before)[-1]
    if _TITLED.search(sentence):
        return not _BEHIND.match(behind)
    asks, says = list(_ASKS.finditer(sentence)), list(_SAYS.finditer(sentence))
    is_question = "?" in quoted or behind.lstrip("”’\"' ").startswith("?")
    own = asks if is_question else says
    return bool(own) and not _OTHERS.search(sentence, own[-1].end()) and not _BEHIND.match(behind)


def is_somebodys(before: str, behind: str) -> bool:
    """Tell whether the words ``before`` a quotation, or those ``behind`` it, say that somebody said or wrote it."""
    return bool(_BEFORE.search(_SENTENCE.split(before)[-1]) or _BEHIND.match(behind))
