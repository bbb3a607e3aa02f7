"""What a code host tells a run that it started: who it is, where its API and the repository are, and what it is about.

What comes in is the environment; what goes out is a ``Run``, or a sentence on what is missing.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROJECT: Final = re.compile(r"[\w.-]+/[\w.-]+|[0-9]+")
_BRANCH: Final = re.compile(r"[\w.][\w./-]*")
_NEAR: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class CodeHost(StrEnum):
    """The code hosts that are known. Forgejo speaks as GitHub does."""

    GITHUB = "github"
    GITLAB = "gitlab"
    FORGEJO = "forgejo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run at a code host. ``request`` is the number of the pull request it is about, ``base`` the branch it is of."""

    host: CodeHost
    api: str
    project: str
    remote: str
    base: str
    request: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """The variables by which a code host tells of a run."""

    api: str
    project: str
    base: str
    request: str


_GITHUB: Final = _Names(
    api="GITHUB_API_URL", project="GITHUB_REPOSITORY", base="GITHUB_REF_NAME", request="GITHUB_EVENT_PATH"
)
_GITLAB: Final = _Names(
    api="CI_API_V4_URL", project="CI_PROJECT_ID", base="CI_DEFAULT_BRANCH", request="CI_MERGE_REQUEST_IID"
)


def run_of(environment: Mapping[str, str]) -> Run:
    """Return the run that this process is a part of. Raises ``UsageError`` where it is of none."""
    host = _host(environment)
    names = _GITLAB if host is CodeHost.GITLAB else _GITHUB
    api, project = _needed(environment, names.api), _needed(environment, names.project)
    base = _needed(environment, names.base)
    if not _PROJECT.fullmatch(project) or not _BRANCH.fullmatch(base):
        raise UsageError(f"{names.project} or {names.base} holds what no repository is called")
    if host is CodeHost.GITLAB:
        remote, request = f"{_needed(environment, 'CI_PROJECT_URL')}.git", environment.get(names.request)
        number = int(request) if request and request.isascii() and request.isdigit() else None
    else:
        remote = f"{_needed(environment, 'GITHUB_SERVER_URL')}/{project}.git"
        number = _request_of(environment.get(names.request))
    return Run(host=host, api=_safe(api), project=project, remote=_safe(remote), base=base, request=number)


def _host(environment: Mapping[str, str]) -> CodeHost:
    told = {
        CodeHost.GITLAB: ("GITLAB_CI",),
        CodeHost.FORGEJO: ("FORGEJO_ACTIONS", "GITEA_ACTIONS"),  # Forgejo says that it is GitHub as well
        CodeHost.GITHUB: ("GITHUB_ACTIONS",),
    }
    found = [host for host, names in told.items() if any(environment.get(name) == "true" for name in names)]
    if CodeHost.GITLAB in found[:-1]:
        raise UsageError("the environment tells of GitLab and of another code host as well: no token goes to either")
    if found:
        return found[0]
    raise UsageError("this is no run of GitHub Actions, GitLab CI or Forgejo Actions: `byline ci` is for their runs")


def _needed(environment: Mapping[str, str], name: str) -> str:
    if value := environment.get(name):
        return value
    raise UsageError(f"the code host does not say {name}, which it always does in a run")


def _safe(url: str) -> str:
    """Return ``url``, to which a token may go: by TLS, or to this very machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    near = parts.scheme == "http" and parts.hostname in _NEAR
    if not (parts.scheme == "https" or near) or not parts.hostname or "@" in parts.netloc:
        raise UsageError(f"{url} must begin with https:// for a token to go there")
    return url


def _request_of(event: str | None) -> int | None:
    """Return the number of the pull request that the file of the event tells of."""
    try:
        told = json.loads(Path(event).read_bytes()) if event else {}
    except (OSError, ValueError, RecursionError):
        return None
    request = told.get("pull_request") if isinstance(told, dict) else None
    number = request.get("number") if isinstance(request, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None
