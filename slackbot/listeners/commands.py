"""The slash command: asking privately, a channel's settings, a person's own."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from slackbot import intake, views
from slackbot.listeners import asking, personal
from slackbot.listeners.command_line import Command, command_of, mode_of, switch_of
from slackbot.listeners.parts import Actor, Parts, Words
from slackbot.listeners.private import MOST_RESPONSES, respond, start
from slackbot.render import Outgoing
from slackbot.store.channels import ChannelSettings

COMMAND: Final = "/malmoi"
_log = logging.getLogger("malmoi.slack.commands")


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to `/malmoi`."""

    @app.command(COMMAND)
    async def malmoi(ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await ack()
        command = command_of(body)
        start(parts, command.actor, carry_out(parts, command))


async def carry_out(parts: Parts, command: Command) -> None:
    """Do what was asked for and show the result to the person alone."""
    actor = command.actor
    words = await parts.words(actor.team, actor.user)
    if command.verb in ("ask", "mode") and not parts.allows(actor):
        await respond(parts, actor, words.around.not_allowed)
    elif command.verb == "ask":
        await _ask(parts, command, words)
    elif command.verb == "forget":
        question = views.forget_question(words.beside)
        await respond(parts, actor, Outgoing(words.beside.forget_ask, tuple(question)))
    elif command.verb == "mode":
        await respond(parts, actor, await _set_mode(parts, command, words))
    elif command.verb == "coaching":
        await respond(parts, actor, await _set_coaching(parts, command, words))
    elif command.verb == "status":
        await respond(parts, actor, await _status(parts, actor, words))
    else:
        await respond(parts, actor, words.beside.help)


async def _ask(parts: Parts, command: Command, words: Words) -> None:
    actor = command.actor
    team = parts.teams.of(actor.team)
    text = intake.plain(command.rest, team.me) if team is not None else ""
    if not text:
        await respond(parts, actor, words.beside.ask_empty)
        return
    await respond(parts, actor, words.beside.asking)
    messages = await asking.answered(parts, actor.asks(text), words.around)
    room = MOST_RESPONSES - 1  # one was used already
    cut = len(messages) > room
    for message in messages[: room - 1] if cut else messages:
        await respond(parts, actor, Outgoing(message.text, tuple(views.without_buttons(message.blocks))))
    if cut:
        await respond(parts, actor, words.beside.too_long_here)


async def _set_mode(parts: Parts, command: Command, words: Words) -> str:
    actor = command.actor
    mode = mode_of(command.rest)
    if mode is None:
        return words.beside.mode_unknown
    if (await parts.directory.channel(actor.team, actor.channel)).kind == "direct":
        return words.beside.mode_direct
    settings = await _settings(parts, actor)
    await _change(parts, actor, ChannelSettings(mode, settings.coaching))
    return words.beside.mode_set.format(mode=words.beside.modes[mode])


async def _set_coaching(parts: Parts, command: Command, words: Words) -> str:
    """Of the person, or of the whole channel when it is named."""
    actor = command.actor
    on, is_here = switch_of(command.rest)
    if on is None:
        return words.beside.help
    if not is_here:
        await personal.set_coaching(parts, actor, on=on)
        return words.beside.coaching_started if on else words.beside.coaching_stopped
    if not parts.allows(actor):
        return words.around.not_allowed
    settings = await _settings(parts, actor)
    await _change(parts, actor, ChannelSettings(settings.mode, coaching=on))
    return words.beside.coaching_here.format(state=_state(words, on=on))


async def _status(parts: Parts, actor: Actor, words: Words) -> str:
    say, settings = words.beside, await _settings(parts, actor)
    coached = not await parts.store.coaching.is_off(actor.team, actor.user)
    counts = await parts.store.inbox.counts()
    lines = [
        say.status_person.format(state=_state(words, on=coached)),
        say.status_waiting.format(count=counts.get("new", 0) + counts.get("running", 0)),
    ]
    if (await parts.directory.channel(actor.team, actor.channel)).kind != "direct":
        state = _state(words, on=settings.coaching)
        lines.insert(0, say.status_channel.format(mode=say.modes[settings.mode], state=state))
    return "\n".join(lines)


async def _settings(parts: Parts, actor: Actor) -> ChannelSettings:
    """What holds in the channel: its own settings, else the policy's."""
    kept = await parts.store.channels.settings(actor.team, actor.channel)
    return kept or ChannelSettings(parts.policy.mode, parts.policy.coaching)


async def _change(parts: Parts, actor: Actor, settings: ChannelSettings) -> None:
    await parts.store.channels.set(actor.team, actor.channel, settings)
    _log.info(
        "%s set %s in %s: mode %s, coaching %s",
        actor.user,
        actor.team,
        actor.channel,
        settings.mode,
        settings.coaching,
    )


def _state(words: Words, *, on: bool) -> str:
    return words.beside.on if on else words.beside.off
