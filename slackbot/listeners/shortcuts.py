"""Message shortcuts: summarise the thread of a message, save it as knowledge."""

import asyncio
import html
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from slackbot import render, threads, views
from slackbot.calls import CallError
from slackbot.conventions import Address
from slackbot.intake import Identity
from slackbot.knowledge.thread import people_in, said_in
from slackbot.listeners import saving
from slackbot.listeners.parts import Actor, Parts, Words
from slackbot.listeners.payloads import Body, projected, team_of
from slackbot.listeners.private import PATIENCE_S, call_once, open_view, respond, start
from slackbot.logs import where
from slackbot.summary import Said
from slackbot.teams import Team

SUMMARISE: Final = "summarise_thread"
SAVE: Final = "save_thread"
_log = logging.getLogger("malmoi.slack.interactions")


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A choice from a message's menu; the actor's thread is that of the message."""

    actor: Actor
    trigger: str


def shortcut_of(body: Body) -> Shortcut:
    """Project a ``message_action`` payload."""
    message = body["message"]
    thread = str(message.get("thread_ts") or body.get("message_ts") or message["ts"])
    channel, url = str(body["channel"]["id"]), str(body.get("response_url") or "")
    actor = Actor(team_of(body), str(body["user"]["id"]), channel, thread, url)
    return Shortcut(actor, str(body.get("trigger_id") or ""))


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to both shortcuts."""

    @app.message_shortcut(SUMMARISE)
    async def summarise_thread(ack: AsyncAck, body: Body) -> None:
        await ack()
        shortcut = projected(shortcut_of, body)
        if shortcut is not None:
            start(parts, shortcut.actor, summarise(parts, shortcut))

    @app.message_shortcut(SAVE)
    async def save_thread(ack: AsyncAck, body: Body) -> None:
        await ack()
        shortcut = projected(shortcut_of, body)
        if shortcut is not None:
            start(parts, shortcut.actor, save(parts, shortcut.actor))


async def summarise(parts: Parts, shortcut: Shortcut) -> None:
    """Show a summary to the person who asked for it, in a modal that opens at once."""
    actor, team = shortcut.actor, parts.teams.of(shortcut.actor.team)
    if team is None:
        return
    words = await parts.words(actor.team, actor.user)
    if not parts.allows(actor):
        await respond(parts, actor, words.around.not_allowed)
        return
    reading = views.summary_modal(words.beside, words.beside.reading)
    view = await open_view(team.client, actor, shortcut.trigger, reading)
    text = await _summary(parts, team, actor, words)
    shown = None
    if view is not None:
        modal = views.summary_modal(words.beside, text)
        shown = await call_once(actor, partial(team.client.views_update, view_id=view, view=modal))
    if shown is None:  # the trigger was too old, or the modal was closed in the meantime
        for message in render.notice(text):
            await respond(parts, actor, message)


async def save(parts: Parts, actor: Actor) -> None:
    """Save the thread and say who will find it."""
    await respond(parts, actor, await saving.save(parts, actor))


async def _summary(parts: Parts, team: Team, actor: Actor, words: Words) -> str:
    """The summary, or why there is none."""
    try:
        said = await _said(parts, team, actor)
    except CallError as error:
        _log.warning("thread %s in %s not read: %s", actor.thread, actor.channel, error.code)
        return words.beside.thread_unreadable
    if not said:
        return words.beside.nothing_to_summarise
    language = words.around.language
    try:
        return str(await parts.background.last_of(lambda: iter((parts.summarise(said, language),))))
    except TimeoutError:
        return words.around.too_slow
    except Exception as error:  # noqa: BLE001 - whatever broke, the person is told and the place logged
        _log.error("no summary of %s in %s: %s", actor.thread, actor.channel, where(error))
        return words.beside.summary_failed


async def _said(parts: Parts, team: Team, actor: Actor) -> list[Said]:
    address = Address(actor.channel, actor.thread)
    messages = [m async for m in threads.messages(team.client, address, PATIENCE_S)]
    ids = sorted(people_in(messages) | {team.me.user})
    people = await asyncio.gather(*(parts.directory.person(actor.team, user) for user in ids))
    names = {user: person.name or user for user, person in zip(ids, people, strict=True)}
    return everything_said(messages, names, team.me)


def everything_said(
    messages: Sequence[Mapping[str, Any]], names: Mapping[str, str], me: Identity
) -> list[Said]:
    """Who said what in a thread, oldest first: people, and the bot without the sources it named."""
    by_people, _ = said_in(messages, names, me)
    said = [(one.ts, Said(one.name, one.text)) for one in by_people]
    for message in messages:
        text = html.unescape(render.body_of(str(message.get("text") or ""))).strip()
        if message.get("user") == me.user and text:
            said.append((str(message["ts"]), Said(names[me.user], text)))
    return [one for _, one in sorted(said, key=lambda one: one[0])]
