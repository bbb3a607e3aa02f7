"""Lighthouse, as it judges a mobile phone on a slow network, on one page of each kind."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from typing import TYPE_CHECKING, Any

from audit import tools
from audit.report import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GOALS = {"accessibility": 100, "best-practices": 100, "seo": 100, "performance": 95}
FLAGS = "--headless --no-sandbox --disable-gpu"
LONGEST = 180


def check(pages: Mapping[str, str], runs: int) -> list[Row]:
    """Return a row for each page. Raises ``MissingError``."""
    command = [tools.of_system("node", "nodejs"), str(tools.of_npm("lighthouse/cli/index.js"))]
    return [_row(name, [_report(command, url, first=not run) for run in range(runs)]) for name, url in pages.items()]


def _report(command: list[str], url: str, *, first: bool) -> dict[str, Any]:
    """Run it once; all but performance comes out the same every time, so only the first run asks for it."""
    wanted = list(GOALS) if first else ["performance"]
    call = [*command, url, "--output=json", "--quiet", f"--chrome-flags={FLAGS}", "--no-enable-error-reporting"]
    call.append(f"--only-categories={','.join(wanted)}")
    environment = {**os.environ, "CHROME_PATH": tools.chromium()}
    made = subprocess.run(call, capture_output=True, text=True, timeout=LONGEST, check=False, env=environment)
    if made.returncode:
        return {"categories": {}, "audits": {}, "runtimeError": {"message": made.stderr.strip()[-500:]}}
    return json.loads(made.stdout)


def _row(name: str, reports: list[dict[str, Any]]) -> Row:
    scores = {category: _score(reports, category) for category in GOALS}
    faults = [fault for report in reports[:1] for fault in failing(report)]
    faults += [f"did not run: {error}" for report in reports if (error := _error(report))]
    times = reports[0]["audits"].get("metrics", {}).get("details", {}).get("items", [{}])[0]
    figures = ("firstContentfulPaint", "largestContentfulPaint", "totalBlockingTime", "cumulativeLayoutShift")
    speeds = [_score([report], "performance") for report in reports]
    notes = [f"performance in {len(speeds)} runs: {', '.join(f'{speed:.0f}' for speed in speeds)}"]
    notes.append(", ".join(f"{figure} {times[figure]}" for figure in figures if figure in times))
    return Row(
        check=f"lighthouse {name}",
        goal="a11y 100, practice 100, SEO 100, speed ≥ 95",
        figure=", ".join(f"{scores[category]:.0f}" for category in GOALS),
        met=all(scores[category] >= goal for category, goal in GOALS.items()),
        faults=tuple(faults),
        notes=tuple(notes),
    )


def _error(report: dict[str, Any]) -> str:
    return str((report.get("runtimeError") or {}).get("message", ""))


def _score(reports: list[dict[str, Any]], category: str) -> float:
    """Return the median of the runs that asked for a category."""
    found = [report["categories"].get(category, {}).get("score") for report in reports]
    told = [100 * score for score in found if score is not None]
    return statistics.median(told) if told else 0


def failing(report: dict[str, Any]) -> Iterator[str]:
    """Yield each audit that costs points, with its items."""
    for name, category in report["categories"].items():
        for reference in category["auditRefs"]:
            audit = report["audits"][reference["id"]]
            score = audit["score"]
            if reference["weight"] and score is not None and score < (0.9 if _is_timed(audit) else 1):
                yield f"{name}: {audit['id']} scores {score:.2f}: {audit['title']} {audit.get('displayValue', '')}"
                for item in _items(audit)[:10]:
                    yield f"{name}: {audit['id']}: {_told(item)}"


def _is_timed(audit: dict[str, Any]) -> bool:
    return audit.get("scoreDisplayMode") == "numeric"


def _items(audit: dict[str, Any]) -> list[Any]:
    items = (audit.get("details") or {}).get("items", [])
    return items if isinstance(items, list) else []


def _told(item: dict[str, Any]) -> str:
    node = item.get("node") or {}
    parts = [node.get("selector", ""), node.get("snippet", ""), node.get("explanation", "")]
    parts += [f"{key}={value}" for key, value in item.items() if isinstance(value, (str, int, float))]
    return " ".join(" ".join(parts).split())[:400]
