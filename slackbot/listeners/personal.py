"""What a person decides for themselves: to be coached, to be forgotten."""

import logging
from collections.abc import Sequence
from functools import partial

from slackbot.calls import CallError, repeated
from slackbot.listeners import home
from slackbot.listeners.parts import Actor, Parts
from slackbot.listeners.payloads import Click
from slackbot.listeners.private import respond
from slackbot.store.erasure import Posted
from slackbot.teams import Team

_log = logging.getLogger("malmoi.slack.interactions")


async def coach(parts: Parts, click: Click, *, on: bool) -> None:
    """Coach a person from now on, or no longer; the place of the button shows it."""
    actor = click.actor
    await set_coaching(parts, actor, on=on)
    if not click.message:
        await home.show(parts, actor)
        return
    words = await parts.words(actor.team, actor.user)
    said = words.beside.coaching_started if on else words.beside.coaching_stopped
    await respond(parts, actor, said, replace=True)


async def set_coaching(parts: Parts, actor: Actor, *, on: bool) -> None:
    """Keep whether a person is coached."""
    change = parts.store.coaching.opt_in if on else parts.store.coaching.opt_out
    await change(actor.team, actor.user)


async def forget(parts: Parts, click: Click) -> None:
    """Erase what is kept of a person, who has just confirmed it."""
    actor = click.actor
    team = parts.teams.of(actor.team)
    if team is None:
        return
    words = await parts.words(actor.team, actor.user)
    messages = await parts.store.erasure.forget(actor.team, actor.user)
    # Nobody else knows of these messages any more: whatever breaks below, they are deleted.
    parts.background.start(_take_back(parts, team, messages))
    await parts.knowledge.erase_user(actor.team, actor.user)
    await respond(parts, actor, words.beside.forgotten, replace=True)


async def _take_back(parts: Parts, team: Team, messages: Sequence[Posted]) -> None:
    """Delete messages of ours, however long Slack asks to wait between them."""
    for message in messages:
        delete = partial(team.client.chat_delete, channel=message.channel, ts=message.ts)
        try:
            await repeated(delete, parts.limits.patience)
        except CallError as error:
            _log.warning("%s in %s stays: %s", message.ts, message.channel, error.code)
