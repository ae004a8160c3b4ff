"""Installs the app in a workspace by OAuth v2 (https://docs.slack.dev/authentication/installing-with-oauth).

``/slack/install`` sends the browser to Slack with a state that is random, good once, for ten minutes, and
only in that browser (its cookie holds it too); Slack sends it back to ``/slack/oauth_redirect`` with a code,
which is exchanged for the workspace's bot token.
"""

import asyncio
import hmac
import logging
import re
import secrets
import time
from importlib import resources
from typing import Any, Final
from urllib.parse import urlencode

import yaml
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

import slackbot
from curation.errors import ConfigurationError
from slackbot.calls import CallError, RefusedError, attempt
from slackbot.config import SlackConfig
from slackbot.oauth_pages import Outcome, page
from slackbot.sign_in import ClientOf, identity_in
from slackbot.store.database import StoreError
from slackbot.store.installations import Installation, Installations
from slackbot.teams import Team, Teams

INSTALL_PATH: Final = "/slack/install"
REDIRECT_PATH: Final = "/slack/oauth_redirect"
STATE_S: Final = 600
COOKIE: Final = "malmoi_oauth_state"
FOLLOW_S: Final = 5.0
# An event's time is Slack's, an installation's is ours.
_CLOCKS_APART_S = 5.0
_STATE = re.compile(r"[A-Za-z0-9_-]{43}")
_log = logging.getLogger("malmoi.slack.oauth")


class Installer:
    """The pages, the two events by which a workspace leaves, and what other processes did meanwhile."""

    def __init__(
        self, config: SlackConfig, installations: Installations, teams: Teams, client_of: ClientOf
    ) -> None:
        self._config = config
        self._installations = installations
        self._teams = teams
        self._client_of = client_of

    def routes(self) -> list[Route]:
        """The pages, for `transport.http.application`."""
        return [Route(INSTALL_PATH, self._install), Route(REDIRECT_PATH, self._redirected)]

    def listen(self, app: AsyncApp) -> None:
        """Hear of workspaces that leave."""
        app.event("app_uninstalled")(self._left)
        app.event("tokens_revoked")(self._left)

    async def follow(self) -> None:
        """Learn what other processes on the same database install and uninstall; runs until cancelled."""
        seen = frozenset(team.me.team for team in self._teams)
        while True:
            try:
                stored = {one.me.team: one for one in await self._installations.all()}
            except StoreError as error:
                _log.warning("the installations cannot be read: %s", error.reason)
            except ConfigurationError as error:  # another process has a newer key; ours are served on
                _log.error("the installations cannot be read: %s", error.what)
            else:
                for team in seen - stored.keys():
                    self._teams.remove(team)
                for one in stored.values():
                    self._serve(one)
                seen = frozenset(stored)
            await asyncio.sleep(FOLLOW_S)

    async def _install(self, _: Request) -> Response:
        state = secrets.token_urlsafe(32)
        await self._installations.give_state(state, STATE_S)
        asked = {"client_id": self._config.client_id, "scope": ",".join(bot_scopes()), "state": state}
        response = RedirectResponse(self._config.page(f"/oauth/v2/authorize?{urlencode(asked)}"), 302)
        # Lax: it has to come along when Slack sends the browser back.
        response.set_cookie(COOKIE, state, max_age=STATE_S, secure=True, httponly=True, samesite="lax")
        response.headers["Cache-Control"] = "no-store"
        return response

    async def _redirected(self, request: Request) -> Response:
        query = request.query_params
        if not await self._is_ours(query.get("state", ""), request.cookies.get(COOKIE, "")):
            return page(Outcome.STALE)
        if "code" not in query:
            return page(Outcome.DENIED if query.get("error") == "access_denied" else Outcome.REFUSED)
        try:
            installed = await self._exchange(query["code"])
        except RefusedError as error:
            _log.warning("an installation was refused: %s", error.code)
            return page(Outcome.REFUSED)
        except CallError as error:
            _log.warning("an installation failed: %s", error.code)
            return page(Outcome.UNREACHABLE)
        if isinstance(installed, Outcome):
            return page(installed)
        found, app_id = installed
        await self._installations.save(found)
        self._serve(found)
        _log.info("installed in %s", found.me.team)
        open_app = urlencode({"app": app_id, "team": found.me.team})
        response = RedirectResponse(self._config.page(f"/app_redirect?{open_app}"), 303)
        response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax")
        return response

    async def _is_ours(self, state: str, cookie: str) -> bool:
        """Whether this browser was given the state, and has not used it yet; it is used up by asking."""
        if not _STATE.fullmatch(state) or not hmac.compare_digest(state.encode(), cookie.encode()):
            return False
        return await self._installations.take_state(state)

    async def _exchange(self, code: str) -> tuple[Installation, str] | Outcome:
        """The installation that ``code`` stands for and the app's id, or why there can be none."""
        secret = self._config.client_secret.get_secret_value()
        nobody = self._client_of("")
        granted = await attempt(
            nobody.oauth_v2_access(client_id=self._config.client_id, client_secret=secret, code=code)
        )
        if granted.get("is_enterprise_install"):
            return Outcome.WHOLE_ORGANISATION
        if granted.get("refresh_token"):
            return Outcome.ROTATING
        token = str(granted.get("access_token") or "")
        me = identity_in(await attempt(self._client_of(token).auth_test()))
        return Installation(me, SecretStr(token), time.time()), str(granted.get("app_id") or "")

    async def _left(self, body: dict[str, Any]) -> None:
        """Forget a workspace, unless it installed the app again since it left."""
        event = body["event"]
        if event["type"] == "tokens_revoked" and not event.get("tokens", {}).get("bot"):
            return  # a person's token; we hold none
        team = str(body["team_id"])
        left_at = float(body.get("event_time") or time.time())
        if await self._installations.delete(team, before=left_at + _CLOCKS_APART_S):
            self._teams.remove(team)
            _log.info("left %s", team)

    def _serve(self, installed: Installation) -> None:
        token, known = installed.token.get_secret_value(), self._teams.of(installed.me.team)
        if known is None or known.me != installed.me or known.client.token != token:
            self._teams.add(Team(installed.me, self._client_of(token)))


def bot_scopes() -> list[str]:
    """The scopes of the bot, as the manifest names them."""
    manifest = yaml.safe_load(resources.files(slackbot).joinpath("manifest.yaml").read_text(encoding="utf-8"))
    return list(manifest["oauth_config"]["scopes"]["bot"])
