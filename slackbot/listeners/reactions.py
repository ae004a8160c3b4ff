"""A chosen emoji on a message saves its thread; taking the emoji away forgets it again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp

from slackbot import intake
from slackbot.listeners import saving
from slackbot.listeners.parts import Actor, Parts
from slackbot.listeners.payloads import Body, projected
from slackbot.listeners.private import call_once, start, whisper


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji that somebody put under a message or took away; the actor's thread is not known yet."""

    actor: Actor
    emoji: str
    message: str


def reaction_of(body: Body) -> Reaction | None:
    """Project a ``reaction_added`` or ``reaction_removed`` event; ``None`` for one to a file."""
    event = body["event"]
    item = event.get("item") or {}
    if item.get("type") != "message":
        return None
    actor = Actor(intake.team_of(body), str(event["user"]), str(item["channel"]))
    return Reaction(actor, _emoji(event["reaction"]), str(item["ts"]))


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to reactions."""

    @app.event("reaction_added")
    async def added(body: Body) -> None:
        reaction = projected(reaction_of, body)
        if reaction is not None and reaction.emoji == parts.policy.save_emoji:
            start(parts, reaction.actor, save(parts, reaction))

    @app.event("reaction_removed")
    async def removed(body: Body) -> None:
        reaction = projected(reaction_of, body)
        if reaction is not None and reaction.emoji == parts.policy.save_emoji:
            start(parts, reaction.actor, forget(parts, reaction))


async def save(parts: Parts, reaction: Reaction) -> None:
    """Save the thread for a person, and tell them alone."""
    message = await _read(parts, reaction)
    if message is not None:
        actor = _in_thread_of(message, reaction)
        await whisper(parts, actor, await saving.save(parts, actor))


async def forget(parts: Parts, reaction: Reaction) -> None:
    """Forget the thread, unless the emoji of somebody else still stands under the message."""
    message = await _read(parts, reaction)
    left = [_emoji(one["name"]) for one in (message or {}).get("reactions") or ()]
    if message is None or reaction.emoji in left:
        return
    actor = _in_thread_of(message, reaction)
    told = await saving.forget(parts, actor)
    if told:
        await whisper(parts, actor, told)


async def _read(parts: Parts, reaction: Reaction) -> Mapping[str, Any] | None:
    """The message of a reaction; ``None`` when a bot reacted, or where the bot cannot read."""
    actor, team = reaction.actor, parts.teams.of(reaction.actor.team)
    if team is None or actor.user == team.me.user:
        return None
    if (await parts.directory.person(actor.team, actor.user)).is_bot:
        return None
    read = partial(team.client.conversations_replies, channel=actor.channel, ts=reaction.message, limit=1)
    page = await call_once(actor, read)
    messages = page.get("messages") if page is not None else None
    return messages[0] if messages else None


def _emoji(name: object) -> str:
    """An emoji whatever its skin tone, which Slack makes part of the name."""
    return str(name).partition("::")[0]


def _in_thread_of(message: Mapping[str, Any], reaction: Reaction) -> Actor:
    return replace(reaction.actor, thread=str(message.get("thread_ts") or message["ts"]))
