"""``byline doctor``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.talk import counted, json_option, moment, report, working, wrapped
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.app.ailments import Ailment


@click.command()
@click.option("--online", is_flag=True, help="Ask DNS, too, what it says of your mail (SPF, DKIM, DMARC).")
@json_option
@click.pass_context
def doctor(context: click.Context, *, online: bool, as_json: bool) -> int:
    """Say what is wrong with all that your site stands on, and what to do. The exit code is 1 where something fails.

    It looks at settings, feeds, the store, letters, keys, the disk, versions and the engine, and changes nothing.

    \b
    Example:
      byline doctor --online
    """
    from pipeline.app.ailments import Severity
    from pipeline.app.doctor import examine_site
    from pipeline.settings import find_root

    folder = Path(context.obj["directory"])
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    with working("looking"):
        root, environment = find_root(folder.resolve()), context.obj["environment"]
        found = examine_site(root, environment, moment(context), online=online)
    lines = [line for each in found.ailments for line in _lines(each)]
    failing = sum(each.severity is Severity.FAIL for each in found.ailments)
    warned = counted(len(found.ailments) - failing, "warning")
    end = f"{counted(failing, 'failure')}, {warned}." if found.ailments else "Nothing is wrong."
    report(found, *lines, *(wrapped(f"Note: {note}.") for note in found.notes), end, as_json=as_json)
    return int(failing > 0)


def _lines(found: Ailment) -> Iterator[str]:
    yield f"{found.severity:4}  {found.about}: {found.place}"
    yield wrapped(found.reason, "      ")
    yield f"      Do: {found.remedy}"  # in one line, to be copied
