"""A run at a code host proposes a draft, and says what the check found.

What comes in is what changed in the author's repository; what goes out is a branch with a pull request, a comment
on one, or a branch with the built site. It merges nothing, and asks nothing else of the code host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.app.hosts.asked import Asked
from pipeline.app.hosts.branch import Branch
from pipeline.app.hosts.changed import changed
from pipeline.app.hosts.done import Came, Done
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import SecretStr

    from pipeline.app.hosts.runs import Run
    from pipeline.settings.sections import Settings

__all__ = ["Done", "changed", "comment", "propose", "put_on_a_branch"]

_DOMAINS: Final = (".domains", "CNAME")
"""Files by which Codeberg and GitHub know the site's own domain; made by hand on the branch, or by the code host."""


def propose(settings: Settings, run: Run, token: SecretStr, report: str) -> Done:
    """Propose the new drafts as posts, with ``report`` as the words."""
    drafts = changed(settings, "HEAD", posts.DRAFTS)
    if not drafts:
        return Done(state=Came.NOTHING, told="There is no new draft, so nothing was proposed.")
    name = f"draft/{drafts[0].stem}"
    moved = {settings.content / posts.POSTS / path.name: path.read_bytes() for path in drafts}
    branch = Branch(settings.root, run.remote, token)
    if not branch.is_there(name):
        branch.push(branch.commit(moved, f"Draft: {drafts[0].stem}"), name)
    return Asked(run, token).open_request(name, f"Draft: {drafts[0].stem}", report)


def comment(run: Run, token: SecretStr, report: str) -> Done:
    """Say ``report`` below the pull request that the run is about, in the place of what was said before."""
    if run.request is None:
        raise UsageError("this run is about no pull request, so there is nothing to comment")
    return Asked(run, token).comment(run.request, report)


def put_on_a_branch(settings: Settings, run: Run, token: SecretStr, name: str) -> Done:
    """Make the built site all that the branch ``name`` holds, but for a file that names the site's own domain."""
    if not (settings.output / "index.html").is_file():
        raise UsageError(f"{settings.output} holds no site: run `byline publish` first")
    if name == run.base:
        raise UsageError(f"the branch {name} holds what the site is made from: name another")
    branch = Branch(settings.root, run.remote, token)
    site = _without_leading_out(settings.output)
    domains = branch.files_of(name, *_DOMAINS) | _own_domains(settings.content)
    kept = {file: data for file, data in domains.items() if not (site / file).exists()}
    branch.push(branch.commit_of(site, kept), name, anew=True)
    with_it = f", with the {' and '.join(kept)} that it has" if kept else ""
    return Done(
        state=Came.PUT, told=f"The site is on the branch {name}{with_it}.", url=settings.site.site_url, branch=name
    )


def _own_domains(content: Path) -> dict[str, bytes]:
    """Return the author's files of a domain; the engine passes over names that begin with a dot."""
    return {file: (content / file).read_bytes() for file in _DOMAINS if (content / file).is_file()}


def _without_leading_out(folder: Path) -> Path:
    if not folder.is_dir() or folder.is_symlink():
        raise UsageError(f"{folder} is no folder of its own")
    return folder
