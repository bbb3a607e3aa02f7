"""What a code host is asked by its API: to open a pull request, and to show a comment.

GitHub and Forgejo: https://docs.github.com/rest/pulls/pulls and Forgejo's /api/swagger, which has the same paths.
GitLab: https://docs.gitlab.com/api/merge_requests/ and https://docs.gitlab.com/api/notes/.
"""

from __future__ import annotations

import json
import ssl
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from pipeline.app.hosts.done import Came, Done
from pipeline.app.hosts.runs import CodeHost
from pipeline.errors import CodeHostError
from pipeline.html import plain_text, shortened
from pipeline.send.ways.api import Connection, NotSentError, Place, Request
from pipeline.send.ways.way import Uncertain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import SecretStr

    from pipeline.app.hosts.runs import Run
    from pipeline.send.ways.api import Reply

MARK: Final = "<!-- byline: findings -->"
"""What our comment on a pull request begins with, so that it is known again."""
_MOST: Final = 2**23
_LONGEST: Final = 60_000
"""GitHub and Forgejo take comments of 65,536 characters."""
_MOST_PAGES: Final = 100
"""So many pages of comments are read; a page has 100, or at Forgejo all that there are."""
_OK, _NOT_OK, _FORBIDDEN, _THERE, _INVALID = 200, 300, 403, 409, 422
_ACTIONS: Final = "github-actions[bot]"
"""Who a run of GitHub is by its own token, which may not ask that. No person can have such a name."""


class Asked:
    """The API of the code host that a run is at."""

    def __init__(self, run: Run, token: SecretStr) -> None:
        self._run, self._token = run, token
        self._place = Place.of(run.api)
        self._is_gitlab = run.host is CodeHost.GITLAB

    def open_request(self, branch: str, title: str, body: str) -> Done:
        """Propose to merge ``branch`` into the run's own."""
        if self._is_gitlab:
            path = f"/projects/{self._run.project}/merge_requests"
            asked = {"source_branch": branch, "target_branch": self._run.base, "title": title}
            asked |= {"description": body[:_LONGEST], "remove_source_branch": "true"}
        else:
            path = f"/repos/{self._run.project}/pulls"
            asked = {"head": branch, "base": self._run.base, "title": title, "body": body[:_LONGEST]}
        reply = self._reply("POST", path, asked)
        if reply.status == _THERE or (reply.status == _INVALID and b"already exists" in reply.body):
            words = f"{branch} is proposed already; it was left as it is."
            return Done(state=Came.THERE, told=words, branch=branch)
        where = _address(self._read(reply), "web_url", "html_url")
        return Done(state=Came.PROPOSED, told=f"Proposed {branch}: {where}", url=where, branch=branch)

    def comment(self, number: int, body: str) -> Done:
        """Show ``body`` below pull request ``number``, in the place of our comment there, if there is one."""
        if self._is_gitlab:
            every = f"/projects/{self._run.project}/merge_requests/{number}/notes"
            one, change = every, "PUT"
        else:
            every, one = (f"/repos/{self._run.project}/issues{part}/comments" for part in (f"/{number}", ""))
            change = "PATCH"
        said = {"body": f"{MARK}\n{body[:_LONGEST]}"}
        ours = self._ours(every)
        if ours is None:
            url = self._place_of(number, self._read(self._reply("POST", every, said)))
            return Done(state=Came.COMMENTED, told=f"Commented on {number}.", url=url)
        url = self._place_of(number, self._read(self._reply(change, f"{one}/{ours}", said)))
        return Done(state=Came.CHANGED, told=f"Changed the comment on {number}.", url=url)

    def _place_of(self, number: int, note: Any) -> str:
        """Return the address of a comment; GitLab does not say it."""
        if self._is_gitlab and isinstance(note, dict) and isinstance(note.get("id"), int):
            return f"{self._run.remote.removesuffix('.git')}/-/merge_requests/{number}#note_{note['id']}"
        return _address(note, "html_url")

    def _ours(self, every: str) -> int | None:
        """Return the number of our own among the comments at ``every``: anybody can begin one with our mark."""
        we = self._we()
        for each in self._comments(every):
            author = each.get("author" if self._is_gitlab else "user")
            if str(each.get("body", "")).startswith(MARK) and isinstance(author, dict) and we.items() <= author.items():
                return int(each["id"])
        return None

    def _we(self) -> dict[str, object]:
        """Return whose the token is, as the code host tells of an author."""
        reply = self._reply("GET", "/user")
        if reply.status == _FORBIDDEN and self._run.host is CodeHost.GITHUB:
            return {"login": _ACTIONS, "type": "Bot"}
        if reply.status == _FORBIDDEN:
            raise CodeHostError(
                f"{self._place.host} does not say whose the token is, so our comment is not known among others': "
                "make one that may read its own user, too (read:user)"
            )
        told = self._read(reply)
        if not isinstance(told, dict) or not isinstance(told.get("id"), int) or told["id"] is True:
            raise CodeHostError(f"{self._place.host} does not say whose the token is, so nothing was commented")
        return {"id": told["id"]}

    def _comments(self, every: str) -> Iterator[dict[str, Any]]:
        """Yield each comment once; the pages end where one holds nothing new, as not every host has pages."""
        seen: set[int] = set()
        for page in range(1, _MOST_PAGES + 1):
            told = self._read(self._reply("GET", f"{every}?per_page=100&limit=100&page={page}"))
            each = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
            new = {one["id"]: one for one in each if isinstance(one.get("id"), int) and one["id"] not in seen}
            if not new:
                return
            seen |= new.keys()
            yield from new.values()

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


def _address(told: Any, *names: str) -> str:
    """Return the address that a code host says by one of ``names``, as text."""
    found = [told[name] for name in names if told.get(name)] if isinstance(told, dict) else []
    return plain_text(str(found[0])) if found else ""
