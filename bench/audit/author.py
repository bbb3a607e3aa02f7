"""An author's folder: what mkdocs.yml and the posts say, read without Byline, and the site that Byline makes of it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).parents[2]
LEFT = shutil.ignore_patterns(".git", ".venv", "node_modules", ".hypothesis", "work", "__pycache__", ".*_cache")


class _Plain(yaml.SafeLoader):
    """Reads mkdocs.yml whatever tags its plugins know."""


_Plain.add_multi_constructor("", lambda _loader, _tag, node: getattr(node, "value", None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A post as its file has it."""

    stem: str
    title: str
    date: str
    updated: str
    kind: str
    summary: str
    topics: tuple[str, ...]
    sources: tuple[str, ...]
    body: str

    @property
    def path(self) -> str:
        return f"posts/{self.stem}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """What the author's folder says of the site."""

    root: Path
    name: str
    site_name: str
    address: str
    language: str
    posts: tuple[Written, ...]


def _split(text: str) -> tuple[dict[str, Any], str]:
    found = re.match(r"\ufeff?---\s*\n(.*?)\n---\s*(?:\n|$)(.*)", text, re.DOTALL)
    return (yaml.safe_load(found[1]) or {}, found[2]) if found else ({}, text)


def _day(value: object) -> str:
    return value.isoformat()[:10] if isinstance(value, (date, datetime)) else str(value or "")


def written(stem: str, text: str) -> Written:
    """Return the post that the text of a file is."""
    matter, body = _split(text)
    sources = [source.get("url") for source in matter.get("sources") or [] if isinstance(source, dict)]
    return Written(
        stem=stem,
        title=str(matter.get("title", "")),
        date=_day(matter.get("date")),
        updated=_day(matter.get("updated")),
        kind=str(matter.get("kind", "essay")),
        summary=str(matter.get("summary") or ""),
        topics=tuple(map(str, matter.get("topics") or ())),
        sources=tuple(str(url) for url in sources if str(url).startswith(("https://", "http://"))),
        body=body,
    )


def read(root: Path) -> Author:
    """Return what stands in the author's folder."""
    said = yaml.load((root / "mkdocs.yml").read_text(encoding="utf-8"), _Plain) or {}
    content = root / said.get("docs_dir", "docs")
    files = sorted((content / "posts").glob("*.md"))
    name = str(said.get("site_name", ""))
    theme = said.get("theme") if isinstance(said.get("theme"), dict) else {}
    return Author(
        root=root,
        name=str(said.get("site_author") or name),
        site_name=name,
        address=str(said.get("site_url") or "").rstrip("/") + "/" if said.get("site_url") else "",
        language=str((theme or {}).get("language", "en")),
        posts=tuple(written(file.stem, file.read_text(encoding="utf-8")) for file in files),
    )


def addressed(text: str, address: str) -> str:
    """Return mkdocs.yml's text with ``address`` as the site's."""
    line = f"site_url: {address}"
    changed, count = re.subn(r"^site_url:.*$", lambda _: line, text, count=1, flags=re.MULTILINE)
    return changed if count else f"{line}\n{text}"


def built(root: Path, address: str, work: Path) -> Path:
    """Return the folder of the site that Byline makes of a copy of ``root`` whose address is ``address``."""
    copy, site = work / "author", work / "site"
    shutil.copytree(root, copy, ignore=LEFT, symlinks=True)
    config = copy / "mkdocs.yml"
    config.write_text(addressed(config.read_text(encoding="utf-8"), address), encoding="utf-8")
    command = [sys.executable, "-m", "pipeline", "-C", str(copy), "publish", "--strict"]
    made = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if made.returncode:
        sys.exit(f"The site of {root} does not build:\n{made.stdout}{made.stderr}")
    said = yaml.load(config.read_text(encoding="utf-8"), _Plain)
    (copy / said.get("site_dir", "site")).rename(site)
    return site
