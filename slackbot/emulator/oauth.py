"""The authorize page of OAuth v2: approves at once, for the workspace asked for or a new one.

Source: docs.slack.dev "Installing with OAuth"; a code is good once, for ten minutes.
"""

import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aiohttp import web

from slackbot.emulator.models import MethodError
from slackbot.emulator.request_url import LOOPBACK
from slackbot.emulator.service import Service

CODE_S = 600.0
WORKSPACES = 20


@dataclass(slots=True)
class Grant:
    """What a code stands for."""

    team: str
    redirect_uri: str
    used: bool = False
    made_at: float = field(default_factory=time.monotonic)


class Codes:
    """The codes given out."""

    def __init__(self) -> None:
        self._grants: dict[str, Grant] = {}

    def give(self, team: str, redirect_uri: str) -> str:
        """A new code."""
        code = f"{int(time.time())}.{secrets.token_hex(12)}"
        self._grants[code] = Grant(team, redirect_uri)
        return code

    def redeem(self, code: str, redirect_uri: str) -> Grant:
        """What the code stands for; raises why it is no good."""
        grant = self._grants.get(code)
        if grant is None or time.monotonic() - grant.made_at > CODE_S:
            raise MethodError("invalid_code")
        if grant.used:
            raise MethodError("code_already_used")
        if redirect_uri and redirect_uri != grant.redirect_uri:
            raise MethodError("bad_redirect_uri")
        grant.used = True
        return grant


class Authorize:
    """``GET /oauth/v2/authorize``."""

    def __init__(self, service: Service, codes: Codes) -> None:
        self._service = service
        self._codes = codes

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Go back to ``redirect_uri`` with ``code`` and ``state``.

        ``team`` chooses the workspace; without it, it is the first one that the app is not in,
        a new one when it is in all.
        """
        query = request.query
        if query.get("client_id") != self._service.settings.client_id:
            raise web.HTTPBadRequest(text="invalid client_id")
        back = urlsplit(query.get("redirect_uri", ""))
        if back.scheme not in ("http", "https") or back.hostname not in LOOPBACK:
            raise web.HTTPBadRequest(text="redirect_uri must be an address of this machine")
        missing = {*query.get("scope", "").split(",")} - {*self._service.settings.scopes, ""}
        if missing:
            raise web.HTTPBadRequest(text=f"invalid_scope: {', '.join(sorted(missing))}")
        code = self._codes.give(self._team(query.get("team", "")), query["redirect_uri"])
        answer = [*parse_qsl(back.query), ("code", code), ("state", query.get("state", ""))]
        raise web.HTTPFound(urlunsplit(back._replace(query=urlencode(answer))))

    def _team(self, wanted: str) -> str:
        known = self._service.workspaces
        if wanted:
            if wanted not in known:
                raise web.HTTPBadRequest(text="unknown team")
            return wanted
        for team, workspace in known.items():
            if not self._service.tokens_of(workspace):
                return team
        if len(known) >= WORKSPACES:
            raise web.HTTPBadRequest(text=f"there are {WORKSPACES} workspaces already")
        return self._service.add_workspace().team_id
