"""Answers of the app to an interaction: through its response_url, or in the acknowledgement.

Source: docs.slack.dev "Handling user interaction", "Message responses".
"""

from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from slackbot.emulator.arguments import content_of, flag, text_of
from slackbot.emulator.markup import POSTED_TEXT
from slackbot.emulator.methods.chat import changed, said
from slackbot.emulator.models import Channel, MethodError
from slackbot.emulator.pointers import ResponseUrl
from slackbot.emulator.service import Service, Slack


class Responses:
    """``POST /response/{key}``."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def handle(self, request: web.Request) -> web.Response:
        """Take one answer; 404 when the URL is used up, 410 when it is too old."""
        try:
            url = self._service.pointers.use(request.match_info["key"])
        except MethodError as gone:
            status = 410 if gone.code == "expired_url" else 404
            return web.json_response({"ok": False, "error": gone.code}, status=status)
        try:
            body = orjson.loads(await request.read())
            if not isinstance(body, dict):
                raise MethodError("invalid_payload")
            respond(Slack(self._service, self._service.workspace(url.team)), url, body)
        except orjson.JSONDecodeError:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        except MethodError as refusal:
            return web.json_response({"ok": False, "error": refusal.code}, status=400)
        finally:
            self._service.revisions.bump()
        return web.json_response({"ok": True})


def respond(slack: Slack, url: ResponseUrl, body: Mapping[str, Any]) -> None:
    """Do what an answer says: replace or delete what was clicked, or say something new.

    What is new is ephemeral unless ``response_type`` is ``in_channel``.
    """
    workspace = slack.workspace
    channel = workspace.channel(url.channel)
    if flag(body, "delete_original"):
        _delete(slack, channel, url)
        return
    text, blocks = content_of(body, POSTED_TEXT)
    whispered, message = workspace.ephemerals.get(url.ts), channel.messages.get(url.ts)
    if flag(body, "replace_original") and whispered is not None:
        whispered.text, whispered.blocks = text, blocks or ()
    elif flag(body, "replace_original") and message is not None:
        before = message.text
        workspace.edit(message, workspace.bot, text)
        message.blocks = blocks or ()
        changed(slack, channel, message, before)
    elif text_of(body, "response_type") == "in_channel":
        message = workspace.post(
            channel, workspace.bot, text, thread_ts=text_of(body, "thread_ts"), uninvited=True
        )
        message.blocks = blocks or ()
        said(slack, channel, message)
    else:
        thread = text_of(body, "thread_ts") or url.thread_ts
        workspace.whisper(channel, workspace.user(url.user), text, blocks or (), thread)


def _delete(slack: Slack, channel: Channel, url: ResponseUrl) -> None:
    if slack.workspace.ephemerals.pop(url.ts, None) is None:
        message = channel.message(url.ts)
        slack.workspace.delete(channel, message, slack.workspace.bot)
