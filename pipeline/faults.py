"""What is wrong with a file that a person wrote by hand, in words that need no knowledge of YAML.

What comes in is an error of the YAML parser or one problem of pydantic; what goes out is a line and a sentence.
It does not know which file it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import yaml

_QUOTES: Final = 'put the text in quotes, as "Ports: a view"'
_YAML: Final = (
    (r"mapping values are not allowed", f"a colon stands in a text without quotes; {_QUOTES}"),
    (r"character '\\t'", "a tab stands here; indent with spaces"),
    (r"found character (?P<mark>'.')", f"a text may begin with {{mark}} only in quotes; {_QUOTES}"),
    (r"undefined alias|scanning an a(?:lias|nchor)", f"a text may begin with * or & only in quotes; {_QUOTES}"),
    (r"tag|directive", f"a text may begin with ! or % only in quotes; {_QUOTES}"),
    (r"scanning a quoted scalar", "a quotation mark is opened here and not closed"),
    (r"expected ',' or '[]}]'", "a bracket is opened here and not closed, or a comma is missing"),
    (r"could not find expected ':'", "this is no `name: value`; a colon is missing, or a quotation mark above"),
    (r"but found '<(?:scalar|block sequence start)>'", "something stands after the closing quotation mark"),
    (r"expected <block end>|inconsistent", "this line begins further left or right than those it belongs to"),
)
"""What the parser says, and what it means to somebody who never heard of a scalar."""

_VALUES: Final = {
    "missing": "is missing",
    "string_too_short": "is empty",
    "string_type": "must be text; put it in quotes",
    "string_pattern_mismatch": "holds a sign that it cannot have, or is too long",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "finite_number": "must be a number",
    "tuple_type": "must be a list, as [one, another]",
    "list_type": "must be a list, as [one, another]",
    "dict_type": "must be lines of `name: value`, indented below it",
    "model_type": "must be lines of `name: value`, indented below it",
    "date_type": "is no day; write it as 2026-11-23",
    "date_parsing": "is no day; write it as 2026-11-23",
    "date_from_datetime_parsing": "is no day; write it as 2026-11-23",
    "date_from_datetime_inexact": "is no day; write it as 2026-11-23",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
}
_SLIPS: Final = (
    (r"[\w-]+:(?![\s/]|$)", "write a space after the colon"),
    (
        r"""[\w-]+:\s+(["'])(?:(?!\1).)*$""",
        'a quotation mark begins the text and does not end it; write "…" around all of it',
    ),
    (r"[\w-]+:\s+\[[^]]*\]\s*[^\s#]", f"a text may begin with [ only in quotes; {_QUOTES}"),
    (r"(?:- )?\{.*\b\w+:\s[^,\"'{}]*:\s", f"a colon stands in a text without quotes; {_QUOTES}"),
)
"""Slips that a line shows by itself; the parser often notices them far below."""


def of_yaml(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """Return the line, from 1, at which ``text`` is no YAML, and why."""
    mark = getattr(error, "problem_mark", None)
    if mark and (said := getattr(error, "note", None)):  # it is one of ours, which knows
        return mark.line + 1, said
    lines = text.split("\n")[: mark.line + 1 if mark else None]  # what comes after it did not make it stumble
    for number, line in reversed(list(enumerate(lines, start=1))):
        for pattern, sentence in _SLIPS:
            if re.match(pattern, line.strip()):
                return number, sentence
    return _as_the_parser_says(error, text)


def _as_the_parser_says(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    context, problem = (getattr(error, name, None) or "" for name in ("context", "problem"))
    mark = getattr(error, "problem_mark", None)
    if re.search(r"quoted scalar|flow (?:sequence|mapping)", context):  # it is open from there to wherever it broke
        mark = getattr(error, "context_mark", None) or mark
    line = mark.line + 1 if mark else 1
    if re.match(r"\s+[\w-]+:", [*text.split("\n"), ""][line - 1]) and "mapping values" in problem:
        return (
            line,
            "this line begins further right than those it belongs to, or a colon stands in a text without quotes",
        )
    for pattern, sentence in _YAML:
        if found := re.search(pattern, f"{context} {problem}"):
            return line, sentence.format(**found.groupdict())
    return line, problem or str(error) or "this is no YAML"


def of_value(problem: Any) -> str:
    """Return what is wrong with one value; ``problem`` is one of pydantic's ``ValidationError.errors()``."""
    known = _VALUES.get(problem["type"])
    if known is not None:
        return known.format(**problem.get("ctx", {}))
    message: str = problem["msg"].removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
