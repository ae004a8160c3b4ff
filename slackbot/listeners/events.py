"""Events API: a question is committed to the inbox, then the event is acknowledged."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.response import BoltResponse

from slackbot import conventions
from slackbot.intake import Identity, Ignore, read
from slackbot.store import Inbox

_log = logging.getLogger("malmoi.slack.events")
Middleware = Callable[..., Awaitable[BoltResponse | None]]


def keep_before_ack(inbox: Inbox, me: Identity, on_question: Callable[[], None]) -> Middleware:
    """A bolt middleware that runs before the acknowledgement.

    Bolt acknowledges events before their listeners run, so the commit cannot be a listener's. An
    error in here means no acknowledgement, and Slack delivers the event again.
    """

    async def keep(body: dict[str, Any], next_: Callable[[], Awaitable[Any]]) -> BoltResponse | None:
        if body.get("type") != "event_callback":
            await next_()
            return None
        found = read(body, me)
        if isinstance(found, Ignore):
            reason = found.reason
        else:
            standing = await inbox.standing(found.team, found.channel, found.thread)
            silence = conventions.silence(found, standing)
            if silence is None:
                if await inbox.keep(found):
                    on_question()
                return BoltResponse(status=200, body="")
            reason = silence
        _log.debug("event %s: %s", body.get("event_id"), reason)
        return BoltResponse(status=200, body="")

    return keep
