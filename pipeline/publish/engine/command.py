"""ProperDocs and Zensical: commands of their own that are given a folder of pages and a mkdocs.yml beside it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import yaml

from pipeline.errors import PublishError
from pipeline.publish.engine.plan import Built, Plan, plugins_without_ours, see_that_templated, wanted
from pipeline.publish.engine.warned import in_words, pointed_to
from pipeline.publish.ground.kept import pieces_in
from pipeline.publish.ground.remembered import remove

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.settings.sections import Settings

_FILE: Final = "mkdocs.yml"
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
_WARNING: Final = re.compile(r"^\W*warning\W*[-:]?\s*", re.IGNORECASE)


def build_by_command(plan: Plan, settings: Settings) -> Built:
    """Build ``plan`` with its engine. Raises ``PublishError`` where that is not installed, or cannot go on."""
    if find_spec(plan.engine) is None:
        raise PublishError(
            f"{plan.engine} is not installed: `pip install {plan.engine}`, or build with another --engine"
        )
    work = plan.output.parent
    remove(plan.output)
    overrides = work / "overrides"
    remove(overrides)
    if settings.overrides.is_dir():
        shutil.copytree(settings.overrides, overrides)  # Zensical takes nothing from outside of its folder
        for theirs in ("letter", "notes", "shares"):  # templates of what is on no page
            shutil.rmtree(overrides / theirs, ignore_errors=True)
    (work / _FILE).write_text(_config(plan, settings), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        plan.engine,
        "build",
        "-f",
        _FILE,
        *(["--clean"] if plan.engine == "zensical" else []),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=work)  # noqa: S603  (a list of our own)
    said = [_COLOURS.sub("", line).strip() for line in (done.stdout + done.stderr).splitlines()]
    warnings = tuple(dict.fromkeys(_warned(said, plan, settings)))
    if done.returncode or not (plan.output / "index.html").is_file():
        raise PublishError(
            f"The site cannot be built by {plan.engine}: {said[-1] if said else 'it gave up'}", said[-12:-1]
        )
    pieces = wanted(pieces_in(plan.output), plan, settings)
    return Built(pieces=pieces, warnings=warnings, fresh=len(plan.staged.pages))


def _warned(said: Sequence[str], plan: Plan, settings: Settings) -> Iterator[str]:
    """Yield what the engine warns of in the lines that it printed."""
    plain = [_WARNING.sub("", line) for line in said]
    if plan.engine == "zensical":
        return pointed_to(plain, plan.staged.folder, settings.content)
    return in_words((text for text, line in zip(plain, said, strict=True) if text != line), settings.content)


def _config(plan: Plan, settings: Settings) -> str:
    """Return a mkdocs.yml that says what the author's does, but for what the plan changes about it."""
    file = settings.root / _FILE
    theirs: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), _Plain)  # noqa: S506  (a SafeLoader)
    see_that_templated(theirs, file.read_text(encoding="utf-8"))
    plugins = plugins_without_ours(theirs.get("plugins", ["search"]), settings.publish.search)
    changed = {
        "INHERIT": str(file),
        "docs_dir": str(plan.staged.folder.name),
        "site_dir": str(plan.output.name),
        "theme": {"custom_dir": "overrides"},
        "plugins": {name: given for each in plugins for name, given in _named(each)},  # lists would be added to theirs
        "extra": {"byline": dict(plan.told)},
    }
    return json.dumps(changed, ensure_ascii=False, default=str)


def _named(plugin: Any) -> list[tuple[str, Any]]:
    return [(name, given or {}) for name, given in plugin.items()] if isinstance(plugin, dict) else [(plugin, {})]


class _Plain(yaml.SafeLoader):
    """Reads mkdocs.yml for its plugins; a tag that only the engine knows is passed over."""


_Plain.add_multi_constructor("", lambda _loader, _suffix, _node: None)
