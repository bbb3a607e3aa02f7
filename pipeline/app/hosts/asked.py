"""What a code host is asked by its API: to open a pull request, and to show a comment.

GitHub and Forgejo: https://docs.github.com/rest/pulls/pulls and Forgejo's /api/swagger, which has the same paths.
GitLab: https://docs.gitlab.com/api/merge_requests/ and https://docs.gitlab.com/api/notes/.
"""

from __future__ import annotations

import json
import ssl
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from pipeline.app.hosts.runs import CodeHost
from pipeline.errors import CodeHostError
from pipeline.html import plain_text, shortened
from pipeline.send.ways.api import Connection, NotSentError, Place, Request
from pipeline.send.ways.way import Uncertain

if TYPE_CHECKING:
    from pydantic import SecretStr

    from pipeline.app.hosts.runs import Run
    from pipeline.send.ways.api import Reply

MARK: Final = "<!-- byline: findings -->"
"""What our comment on a pull request begins with, so that it is known again."""
_MOST: Final = 2**23
_LONGEST: Final = 60_000
"""GitHub and Forgejo take comments of 65,536 characters."""
_OK, _NOT_OK, _THERE, _INVALID = 200, 300, 409, 422


class Asked:
    """The API of the code host that a run is at."""

    def __init__(self, run: Run, token: SecretStr) -> None:
        self._run, self._token = run, token
        self._place = Place.of(run.api)
        self._is_gitlab = run.host is CodeHost.GITLAB

    def open_request(self, branch: str, title: str, body: str) -> str:
        """Propose to merge ``branch`` into the run's own. Return in a sentence what came of it."""
        if self._is_gitlab:
            path = f"/projects/{self._run.project}/merge_requests"
            asked = {"source_branch": branch, "target_branch": self._run.base, "title": title}
            asked |= {"description": body[:_LONGEST], "remove_source_branch": "true"}
        else:
            path = f"/repos/{self._run.project}/pulls"
            asked = {"head": branch, "base": self._run.base, "title": title, "body": body[:_LONGEST]}
        reply = self._reply("POST", path, asked)
        if reply.status == _THERE or (reply.status == _INVALID and b"already exists" in reply.body):
            return f"{branch} is proposed already; it was left as it is."
        told = self._read(reply)
        where = told.get("web_url") or told.get("html_url") if isinstance(told, dict) else ""
        return f"Proposed {branch}: {plain_text(str(where))}"

    def comment(self, number: int, body: str) -> str:
        """Show ``body`` below pull request ``number``, in the place of our comment there, if there is one."""
        if self._is_gitlab:
            every = f"/projects/{self._run.project}/merge_requests/{number}/notes"
            one, change = every, "PUT"
        else:
            every, one = (f"/repos/{self._run.project}/issues{part}/comments" for part in (f"/{number}", ""))
            change = "PATCH"
        said = {"body": f"{MARK}\n{body[:_LONGEST]}"}
        ours = self._ours(self._read(self._reply("GET", f"{every}?per_page=100&limit=100")))
        if ours is None:
            self._read(self._reply("POST", every, said))
            return f"Commented on {number}."
        self._read(self._reply(change, f"{one}/{ours}", said))
        return f"Changed the comment on {number}."

    def _ours(self, comments: Any) -> int | None:
        """Return the number of our own among ``comments``."""
        for each in comments if isinstance(comments, list) else ():
            if (
                isinstance(each, dict)
                and str(each.get("body", "")).startswith(MARK)
                and isinstance(each.get("id"), int)
            ):
                return int(each["id"])
        return None

    def _reply(self, method: str, path: str, asked: dict[str, str] | None = None) -> Reply:
        token = self._token.get_secret_value()
        headers = {"PRIVATE-TOKEN": token} if self._is_gitlab else {"Authorization": f"Bearer {token}"}
        headers |= {"Content-Type": "application/json"} if asked is not None else {}
        body = json.dumps(asked).encode() if asked is not None else b""
        trust = ssl.create_default_context() if self._place.secure else None
        with closing(Connection(self._place, trust, most=_MOST)) as line:
            try:
                return line.ask(Request(method=method, path=path, headers=headers, body=body))
            except (NotSentError, Uncertain) as error:
                raise CodeHostError(f"{self._place.host} gives no answer: {error}; run the job again") from error

    def _read(self, reply: Reply) -> Any:
        """Return the JSON of a reply. Raises ``CodeHostError`` where it is no yes."""
        try:
            told = json.loads(reply.body)
        except (ValueError, RecursionError):
            told = None
        if _OK <= reply.status < _NOT_OK:
            return told
        words = str(told.get("message", "") if isinstance(told, dict) else "")
        clean = shortened(plain_text(words.replace(self._token.get_secret_value(), "…")), 300)
        raise CodeHostError(
            f"{self._place.host} does not do it: {reply.status} {clean}; see whether the token may write pull requests"
        )
