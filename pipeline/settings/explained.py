"""The settings in words: a byline.yml with a comment at each, and each by its dotted name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel

from pipeline.settings.sections import Sections

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def explained(values: Mapping[str, Any]) -> str:
    """Return the text of a byline.yml that says ``values``, each setting under a comment that explains it."""
    lines = ["# Your pipeline, in the order of the work: pull, select, write, publish, send, connect."]
    lines += ["# The site's own name, address and look are in mkdocs.yml."]
    for name, field in Sections.model_fields.items():
        section = field.annotation
        assert isinstance(section, type)
        lines += ["", f"# {section.__doc__}", f"{name}:", *_explained(section, values.get(name, {}), 2)]
    return "\n".join(lines) + "\n"


def settings_explained(section: type[BaseModel] = Sections, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield each setting of byline.yml by its dotted name, with its documentation."""
    for name, field in section.model_fields.items():
        inner = section_of(field.annotation)
        if field.description:
            yield prefix + name, field.description
        if inner:
            yield from settings_explained(inner, f"{prefix}{name}.")


def _explained(section: type[BaseModel], values: Mapping[str, Any], indent: int) -> Iterator[str]:
    space = " " * indent
    for name, field in section.model_fields.items():
        yield f"{space}# {field.description}"
        yield from (f"{space}#   {inside}" for inside in _inside(field.annotation))
        value = values.get(name, field.get_default(call_default_factory=True))
        if isinstance(value, BaseModel):
            value = {}
        inner = nested(field.annotation)
        if inner is not None:
            yield f"{space}{name}:"
            yield from _explained(inner, value, indent + 2)
        elif value is None:
            yield f"{space}# {name}:"
        else:
            plain = list(value) if isinstance(value, tuple) else value
            text = yaml.dump({name: plain}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
            yield from (space + line for line in text.rstrip().split("\n"))


def _inside(annotation: Any) -> Iterator[str]:
    """Yield what each item of a list or mapping of sections may say."""
    item = None if nested(annotation) else section_of(annotation)
    if item is not None:
        yield from (f"{name}: {field.description}" for name, field in item.model_fields.items())


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as people do: line by line, under a bar."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def nested(annotation: Any) -> type[BaseModel] | None:
    """Return the section that a setting is, or None where it holds a value."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return None


def section_of(annotation: Any) -> type[BaseModel] | None:
    """Return the section that a setting holds, be it one, a list of them or a mapping to them."""
    inside = [annotation, *getattr(annotation, "__args__", ())]
    return next((found for kind in inside if (found := nested(kind))), None)
