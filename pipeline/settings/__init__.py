"""byline.yml, mkdocs.yml and the environment as one typed object.

What comes in is a folder and the environment; what goes out is ``Settings``, or one ``SettingsError`` that names
every problem with file and line. The types are in ``sections``, their documentation as text in ``explained``.
"""

from __future__ import annotations

from os.path import commonpath, normpath
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipeline import faults, yamltext
from pipeline.errors import SettingsError
from pipeline.settings import environment as env
from pipeline.settings import mkdocs, reading
from pipeline.settings.explained import section_of, settings_explained
from pipeline.settings.sections import Sections, Settings, SiteSettings

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence
    from pathlib import Path

FILE = "byline.yml"

_Model = TypeVar("_Model", bound=BaseModel)


def find_root(start: Path) -> Path:
    """Return the nearest folder at or above ``start`` that holds byline.yml. Raises ``SettingsError``."""
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder
    raise SettingsError(
        [f"no {FILE} in {start} or above it: change to your site's folder, or make one with `byline init DIR`"]
    )


def load(root: Path, environment: Mapping[str, str]) -> Settings:
    """Return the settings of the site in ``root``. Raises ``SettingsError`` with every problem found.

    Variables in mkdocs.yml are those of ``environment``; a secret is none of them.
    """
    problems = env.unknown(environment)
    text = reading.text_of(root / FILE, problems) or ""
    given = env.given(environment)
    data = env.laid_over(_mapping(text, FILE, problems), given)
    sections = _validated(Sections, data, (text, FILE), problems, given)
    site = _site(root, env.without_secrets(environment), problems)
    if problems or sections is None or site is None:
        raise SettingsError(problems)
    fields = {name: getattr(sections, name) for name in Sections.model_fields}
    is_thrown_away = env.is_thrown_away(environment)
    return Settings(root=root, site=site, secrets=env.secrets(environment), is_thrown_away=is_thrown_away, **fields)


def check(text: str) -> None:
    """Raise ``SettingsError`` where ``text`` would be no right byline.yml."""
    problems: list[str] = []
    _validated(Sections, _mapping(text, FILE, problems), (text, FILE), problems)
    if problems:
        raise SettingsError(problems)


def _mapping(text: str, name: str, problems: list[str]) -> dict[str, Any]:
    try:
        data = yamltext.parse(text)
    except yaml.YAMLError as error:
        problems.append(reading.yaml_problem(name, text, error))
        return {}
    if data is not None and not isinstance(data, dict):
        problems.append(f"{name}:1: must be settings of the form `name: value`")
        return {}
    return reading.without_blanks(data or {})


def _validated(
    model: type[_Model],
    data: Mapping[str, Any],
    origin: tuple[str, str],
    problems: list[str],
    given: Container[tuple[str | int, ...]] = (),
) -> _Model | None:
    """Return ``data`` as ``model``, or None with what is wrong in ``problems``, each with where it was said."""
    text, name = origin
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for problem in error.errors():
            path = tuple(part for part in problem["loc"] if isinstance(part, (str, int)))
            line = yamltext.line_of(text, path) if text else 1
            place = env.variable(tuple(map(str, path))) if path in given else f"{name}:{line}"
            problems.append(f"{place}: {_sentence(model, path, problem)}")
    return None


def _sentence(model: type[BaseModel], path: Sequence[str | int], problem: Any) -> str:
    """Say what is wrong with one setting in the words of its documentation."""
    setting = ".".join(map(str, path))
    if problem["type"] == "extra_forbidden":
        known = ", ".join(_names_beside(model, path))
        return f"there is no setting {setting}; known here: {known}"
    documentation = dict(settings_explained(model)).get(".".join(part for part in path if isinstance(part, str)), "")
    return f"{setting}: {faults.of_value(problem)}" + (f" ({documentation})" if documentation else "")


def _names_beside(model: type[BaseModel], path: Sequence[str | int]) -> Sequence[str]:
    section: type[BaseModel] | None = model
    for part in path[:-1]:
        field = section.model_fields.get(str(part)) if section else None
        section = section_of(field.annotation) if field else section
    return sorted(section.model_fields) if section else []


def _site(root: Path, environment: Mapping[str, str], problems: list[str]) -> SiteSettings | None:
    found = mkdocs.read(root / mkdocs.FILE, environment, problems)
    if found is None:
        return None
    site = _validated(SiteSettings, found.data, (found.text, mkdocs.FILE), problems)
    if site is not None and not _is_inside(root, site.docs_dir):
        line = yamltext.line_of(found.text, ("docs_dir",))
        problems.append(f"{mkdocs.FILE}:{line}: docs_dir: {site.docs_dir} must be a folder in that of the site")
    return site


def _is_inside(root: Path, folder: str) -> bool:
    """Tell whether ``folder`` is below ``root`` as it is written, wherever links lead from there."""
    here, there = normpath(root), normpath(root / folder)
    return there != here and commonpath((here, there)) == here
