"""The W3C's checker of HTML and CSS, vnu, in one call over all pages and the style sheets that are ours."""

from __future__ import annotations

import hashlib
import json
import subprocess
from importlib import metadata
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from audit import tools
from audit.report import Row, counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from audit.pages import Built

FALSE_POSITIVES: tuple[str, ...] = ()
"""Messages that were proven wrong, each with a comment that says how. There is none."""


def check(site: Built) -> Row:
    """Return the errors; warnings are notes. Raises ``MissingError``."""
    java, jar = tools.of_system("java", "default-jre-headless"), tools.of_npm("vnu-jar/build/dist/vnu.jar")
    files = [site.folder / page.path for page in site.pages] + list(own_sheets(site.folder))
    call = [java, "-jar", str(jar), "--format", "json", "--exit-zero-always", "--also-check-css", *map(str, files)]
    made = subprocess.run(call, capture_output=True, text=True, check=False)
    try:
        messages = json.loads(made.stderr)["messages"]
    except ValueError:
        return counted("vnu", "errors", [f"vnu did not run: {made.stderr[-500:]}"])
    faults = [_told(site, message) for message in messages if message["type"] != "info"]
    notes = [_told(site, message) for message in messages if message.get("subType") == "warning"]
    return counted("vnu", "errors", filter(_is_true, faults), notes, seen=f"{len(files)} files")


def _is_true(text: str) -> bool:
    return not any(message in text for message in FALSE_POSITIVES)


def _told(site: Built, message: dict[str, Any]) -> str:
    path = unquote(urlsplit(message.get("url", "")).path).removeprefix(str(site.folder.resolve()) + "/")
    extract = " ".join(message.get("extract", "").split())
    line = line_of(site.folder / path, message)
    return f"{path}:{line}: {message['message']} {f'({extract})' if extract else ''}".rstrip()


def line_of(file: Path, message: dict[str, Any]) -> int:
    """Return the line a message is about: where its extract stands, for vnu counts the lines of HTML from 0 in JSON."""
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    extract = message.get("extract", "")
    if extract and text.count(extract) == 1:
        return text.count("\n", 0, text.index(extract) + message.get("hiliteStart", 0)) + 1
    return int(message.get("lastLine", 0)) + (file.suffix == ".html")


def own_sheets(folder: Path) -> Iterator[Path]:
    """Yield the style sheets that no package of the engine's brought."""
    brought = set(_brought("mkdocs-material")) | set(_brought("mkdocs"))
    for sheet in sorted(folder.rglob("*.css")):
        if hashlib.sha256(sheet.read_bytes()).hexdigest() not in brought:
            yield sheet


def _brought(package: str) -> Iterator[str]:
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError:
        return
    for file in files:
        if file.suffix == ".css" and (place := file.locate()).is_file():
            yield hashlib.sha256(place.read_bytes()).hexdigest()
