"""A file of settings as text and as data, and what is wrong with it in a sentence with file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline import faults

if TYPE_CHECKING:
    from pathlib import Path

    import yaml


def text_of(path: Path, problems: list[str]) -> str | None:
    """Return the text of ``path``; None where it cannot be read, with the reason among the ``problems``."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        problems.append(f"{path.name}: is missing; `byline init DIR` shows what a whole site has")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{path.name}: cannot be read ({error}); it must be a UTF-8 text file")
    return None


def without_blanks(data: dict[str, Any]) -> dict[str, Any]:
    """Return ``data`` without the settings that were left empty: their defaults hold."""
    return {
        name: without_blanks(value) if isinstance(value, dict) else value
        for name, value in data.items()
        if value is not None
    }


def yaml_problem(name: str, text: str, error: yaml.YAMLError) -> str:
    """Say what makes ``text``, that of the file ``name``, no YAML."""
    line, reason = faults.of_yaml(error, text)
    return f"{name}:{line}: {reason}"
