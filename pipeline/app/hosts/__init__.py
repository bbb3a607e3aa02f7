"""A run at a code host proposes a draft, and says what the check found.

What comes in is what changed in the author's repository; what goes out is a branch with a pull request, a comment
on one, or a branch with the built site. It merges nothing, and asks nothing else of the code host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline import post as posts
from pipeline.app.hosts.asked import Asked
from pipeline.app.hosts.branch import Branch
from pipeline.app.hosts.changed import changed
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import SecretStr

    from pipeline.app.hosts.runs import Run
    from pipeline.settings.sections import Settings

__all__ = ["changed", "comment", "propose", "put_on_a_branch"]


def propose(settings: Settings, run: Run, token: SecretStr, report: str) -> str:
    """Propose the new drafts as posts, with ``report`` as the words. Return in a sentence what came of it."""
    drafts = changed(settings, "HEAD", posts.DRAFTS)
    if not drafts:
        return "There is no new draft, so nothing was proposed."
    name = f"draft/{drafts[0].stem}"
    moved = {settings.content / posts.POSTS / path.name: path.read_bytes() for path in drafts}
    branch = Branch(settings.root, run.remote, token)
    if not branch.is_there(name):
        branch.push(branch.commit(moved, f"Draft: {drafts[0].stem}"), name)
    return Asked(run, token).open_request(name, f"Draft: {drafts[0].stem}", report)


def comment(run: Run, token: SecretStr, report: str) -> str:
    """Say ``report`` below the pull request that the run is about, in the place of what was said before."""
    if run.request is None:
        raise UsageError("this run is about no pull request, so there is nothing to comment")
    return Asked(run, token).comment(run.request, report)


def put_on_a_branch(settings: Settings, run: Run, token: SecretStr, name: str) -> str:
    """Make the built site all that the branch ``name`` holds."""
    if not (settings.output / "index.html").is_file():
        raise UsageError(f"{settings.output} holds no site: run `byline publish` first")
    if name == run.base:
        raise UsageError(f"the branch {name} holds what the site is made from: name another")
    branch = Branch(settings.root, run.remote, token)
    branch.push(branch.commit_of(_without_leading_out(settings.output)), name, anew=True)
    return f"The site is on the branch {name}."


def _without_leading_out(folder: Path) -> Path:
    if not folder.is_dir() or folder.is_symlink():
        raise UsageError(f"{folder} is no folder of its own")
    return folder
