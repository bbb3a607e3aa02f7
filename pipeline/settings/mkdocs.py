"""mkdocs.yml as the engine reads it: with what it inherits, and with what the environment says in it.

Byline takes a few plain values from it, and needs to know what else the site is made of: files that are inherited,
variables that are asked for, and code that is named.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import yaml

from pipeline import yamltext
from pipeline.settings.reading import text_of, without_blanks, yaml_problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE: Final = "mkdocs.yml"
_INHERIT: Final = "INHERIT"
_PYTHON: Final = "tag:yaml.org,2002:python/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mkdocs:
    """The ``data`` of mkdocs.yml, and its ``text``."""

    data: dict[str, Any]
    text: str


@dataclass(slots=True)
class _Seen:
    """What was seen on the way: files, texts and values that the data is of, and names of code.

    ``environment`` is where the values of variables are from.
    """

    environment: Mapping[str, str]
    files: set[Path] = field(default_factory=set)
    made_of: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)

    def teach(self, loader: Any) -> None:
        """Teach a ``loader`` the tags of MkDocs: !ENV is resolved, every other is passed over."""
        loader.add_constructor("!ENV", self._from_environment)
        loader.add_multi_constructor(_PYTHON, self._named)
        loader.add_multi_constructor("", lambda _loader, _suffix, _node: None)

    def _from_environment(self, loader: Any, node: Any) -> Any:
        value = _value_of(loader, node, self.environment)
        self.made_of.append(repr(value))
        return value

    def _named(self, _loader: Any, suffix: str, _node: Any) -> None:
        self.code.append(suffix.partition(":")[2])


def _value_of(loader: Any, node: Any, environment: Mapping[str, str]) -> Any:
    """Return what an !ENV stands for, as MkDocs has it: the first variable that is set, or else the last in the list.

    MkDocs asks the process for it; who reads the settings of many sites cannot.
    """
    if not isinstance(node, (yaml.ScalarNode, yaml.SequenceNode)):
        raise yaml.constructor.ConstructorError(None, None, "!ENV names a variable, or a list of them", node.start_mark)
    names = [node] if isinstance(node, yaml.ScalarNode) else node.value
    default = loader.construct_object(names.pop()) if len(names) > 1 else None
    for name in map(loader.construct_scalar, names):
        if name in environment:
            value = environment[name]
            tag = loader.resolve(yaml.ScalarNode, value, (True, False))
            return loader.construct_object(yaml.ScalarNode(tag, value))
    return default


def read(file: Path, environment: Mapping[str, str], problems: list[str]) -> Mkdocs | None:
    """Return what ``file`` says; None where that cannot be read, with the reasons among the ``problems``."""
    seen = _Seen(environment)
    data = _inherited(file, seen, problems)
    if data is None:
        return None
    if isinstance(data.get("theme"), str):
        data["theme"] = {}  # its name alone
    made_of = blake2b("\0".join(seen.made_of).encode("utf-8", "replace"), digest_size=16).hexdigest()
    return Mkdocs(data={**data, "made_of": made_of, "code": seen.code}, text=seen.made_of[0])


def _inherited(file: Path, seen: _Seen, problems: list[str]) -> dict[str, Any] | None:
    """Return the data of ``file``, laid over that of the file that it inherits from."""
    text = text_of(file, problems)
    if text is None:
        return None
    seen.files.add(file.resolve())
    seen.made_of.append(text)
    try:
        data = yamltext.parse(text, seen.teach)
    except yaml.YAMLError as error:
        problems.append(yaml_problem(file.name, text, error))
        return None
    known = without_blanks(data) if isinstance(data, dict) else {}
    parent = known.pop(_INHERIT, None)
    if not isinstance(parent, str):
        return known
    other = file.parent / parent
    if other.resolve() in seen.files:
        problems.append(f"{file.name}:{yamltext.line_of(text, (_INHERIT,))}: {_INHERIT} leads back to {parent}")
        return None
    theirs = _inherited(other, seen, problems)
    return None if theirs is None else _laid_over(theirs, known)


def _laid_over(theirs: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return ``theirs`` with what is ``own`` in its place, section by section, as MkDocs does it."""
    both = {name: (theirs[name], value) for name, value in own.items() if name in theirs}
    deep = {
        name: _laid_over(*pair)
        for name, pair in both.items()
        if isinstance(pair[0], dict) and isinstance(pair[1], dict)
    }
    return {**theirs, **own, **deep}
