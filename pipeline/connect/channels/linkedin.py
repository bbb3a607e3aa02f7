"""LinkedIn: its Posts API, for who has a token of it. Twice is twice there, so what is uncertain stays so.

https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api; the text is written as its
"little" format wants it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from pipeline.connect.channels.channel import Asked, Measure, NotPostedError, UncertainError, data_of, outcome, told
from pipeline.connect.shares.counted import at_linkedin

if TYPE_CHECKING:
    from datetime import timedelta

    from pipeline.connect.channels.channel import Ground, Outgoing, Picture, Replied

MOST: Final = 3000
SEEN: Final = 210
_TITLE: Final = 400
_PART: Final = re.compile(r"(?P<url>https?://\S+)|(?<![\w#])#(?P<tag>\w+)|(?P<mark>[\\|{}@\[\]()<>#*_~])")
_URN: Final = re.compile(r"urn:li:(?:share|ugcPost):[0-9]{1,30}")


class LinkedIn:
    """The author, or a page of theirs, at LinkedIn."""

    name = "linkedin"
    seen = SEEN
    repeats: timedelta | None = None

    def __init__(self, ground: Ground) -> None:
        self._ask = ground.ask
        self._settings = ground.settings.connect.shares.linkedin
        self._token = ground.settings.secrets.linkedin_token

    def measures(self, text: str) -> tuple[Measure, ...]:
        """Return how long ``text`` is there."""
        return (Measure(used=at_linkedin(text), most=MOST),)

    def hindrance(self) -> str:
        """Return what is missing to post."""
        if not self._token:
            return "LinkedIn wants a token of its API, BYLINE_LINKEDIN_TOKEN; without one, copy the text there"
        return "" if self._settings.author else "connect.shares.linkedin.author in byline.yml does not say who posts"

    def post(self, outgoing: Outgoing) -> str:
        """Post, with a card that leads to the post; return the address."""
        article = {"source": outgoing.link, "title": outgoing.title[:_TITLE], "description": outgoing.summary}
        if outgoing.picture:
            article |= {"thumbnail": self._picture(outgoing.picture), "thumbnailAltText": outgoing.picture.alt}
        body = {
            "author": self._settings.author,
            "commentary": little(outgoing.text),
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "content": {"article": article},
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        reply = outcome("LinkedIn", self._api("/rest/posts", body), "message")
        named = _URN.fullmatch(next((v for n, v in reply.headers.items() if n.lower() == "x-restli-id"), ""))
        if named is None:
            raise UncertainError("LinkedIn took the post and did not say where it is; look at your page there")
        return f"https://www.linkedin.com/feed/update/{named[0]}/"

    def _api(self, path: str, body: Any) -> Replied:
        headers = {**self._bearer(), "Content-Type": "application/json"}
        headers |= {"LinkedIn-Version": self._settings.version, "X-Restli-Protocol-Version": "2.0.0"}
        return self._ask(Asked(url=f"{self._settings.server}{path}", headers=headers, body=json.dumps(body).encode()))

    def _bearer(self) -> dict[str, str]:
        assert self._token is not None
        return {"Authorization": f"Bearer {self._token.get_secret_value()}"}

    def _picture(self, picture: Picture) -> str:
        """Upload the card; return its name there."""
        wanted = {"initializeUploadRequest": {"owner": self._settings.author}}
        reply = self._api("/rest/images?action=initializeUpload", wanted)
        value = data_of(reply).get("value")
        value = value if isinstance(value, dict) else {}
        url, image = str(value.get("uploadUrl") or ""), str(value.get("image") or "")
        if not reply.is_yes or not image or not self._is_theirs(url):
            raise NotPostedError(f"LinkedIn {told(reply, 'message')} to the picture; nothing was posted")
        headers = {**self._bearer(), "Content-Type": picture.media_type}
        reply = self._ask(Asked(url=url, headers=headers, body=picture.data, method="PUT"))
        if not reply.is_yes:
            raise NotPostedError(f"LinkedIn {told(reply, 'message')} to the picture; nothing was posted")
        return image

    def _is_theirs(self, url: str) -> bool:
        """Tell whether the token may go to ``url``: it is LinkedIn's, or at the server that the settings name."""
        parts, own = urlsplit(url), urlsplit(self._settings.server)
        theirs = (parts.hostname or "").endswith(".linkedin.com") and parts.scheme == "https"
        return theirs or (parts.scheme, parts.netloc) == (own.scheme, own.netloc)


def little(text: str) -> str:
    """Return ``text`` so that LinkedIn shows it as it is: a mark of its format would end the text there."""

    def written(found: re.Match[str]) -> str:
        if found["url"]:
            return found["url"]
        return f"{{hashtag|\\#|{found['tag']}}}" if found["tag"] else f"\\{found['mark']}"

    return _PART.sub(written, text)
