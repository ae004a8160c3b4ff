"""What people think of an answer, and why."""

import json
from dataclasses import dataclass
from typing import Literal, cast

from slackbot import render, views
from slackbot.listeners.parts import Actor, Parts
from slackbot.listeners.payloads import Body, Click, team_of
from slackbot.listeners.private import open_view, whisper
from slackbot.listeners.shown import said


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an answer was not good: one of the choices, and the person's words if any."""

    actor: Actor
    answer: str
    choice: str
    more: str


def reason_of(body: Body) -> Reason:
    """Project the ``view_submission`` of the modal that asks for a reason."""
    view = body["view"]
    about, values = json.loads(view["private_metadata"]), view["state"]["values"]
    actor = Actor(team_of(body), body["user"]["id"], about["channel"], about["thread"])
    choice = values[views.REASON_CHOICE][views.REASON_CHOICE]["selected_option"]["value"]
    # What no database takes, half a surrogate pair or NUL, is not shown either.
    more = render.shown(str(values[views.REASON_TEXT][views.REASON_TEXT].get("value") or "")).strip()
    return Reason(actor, about["answer"], str(choice), more[: views.REASON_CHARACTERS])


async def take_opinion(parts: Parts, click: Click) -> None:
    """Keep what somebody thinks of an answer; a thumb down asks why."""
    actor, team = click.actor, parts.teams.of(click.actor.team)
    if team is None or click.value not in ("up", "down"):
        return
    words = await parts.words(actor.team, actor.user)
    if not parts.allows(actor):
        await whisper(parts, actor, words.around.not_allowed)
        return
    asked = await parts.store.inbox.of_answer(actor.team, actor.channel, click.message)
    if asked is None:
        await whisper(parts, actor, words.around.answer_unknown)
        return
    if asked.reply is None or not asked.question.text:
        await whisper(parts, actor, words.around.answer_removed)
        return
    answer, sources = said(asked.reply.messages)
    await parts.store.feedback.give(
        actor.team,
        actor.channel,
        click.message,
        actor.user,
        cast(Literal["up", "down"], click.value),
        question=asked.question.text,
        answer=answer,
        sources=sources,
    )
    about = {"channel": actor.channel, "thread": actor.thread, "answer": click.message}
    modal = views.reason_modal(words.beside, json.dumps(about))
    if click.value == "up" or await open_view(team.client, actor, click.trigger, modal) is None:
        await whisper(parts, actor, words.beside.thanks)


async def take_reason(parts: Parts, reason: Reason) -> None:
    """Keep why somebody did not like an answer."""
    actor = reason.actor
    told = ": ".join(filter(None, (reason.choice, reason.more)))
    await parts.store.feedback.explain(actor.team, actor.channel, reason.answer, actor.user, told)
    words = await parts.words(actor.team, actor.user)
    await whisper(parts, actor, words.beside.thanks_for_reason)
