"""The assistant pane: a greeting with prompts when it opens, a title once something is asked.

What people write in it is a direct message, which `events` keeps like any other: nothing here answers.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from slack_bolt.async_app import AsyncApp

from slackbot import intake, render
from slackbot.intake import Question
from slackbot.listeners.parts import Actor, Parts
from slackbot.listeners.payloads import Body, projected
from slackbot.listeners.private import call_once, start
from slackbot.phrases.interaction import Interaction

# Slack shows at most four (docs.slack.dev, "assistant.threads.setSuggestedPrompts").
MOST_PROMPTS: Final = 4
TITLE_CHARACTERS: Final = 60


def opened_by(body: Body) -> Actor:
    """Project an ``assistant_thread_started`` event."""
    pane = body["event"]["assistant_thread"]
    user, channel, thread = (str(pane[name]) for name in ("user_id", "channel_id", "thread_ts"))
    return Actor(intake.team_of(body), user, channel, thread)


def prompts(say: Interaction, titles: Sequence[str]) -> list[dict[str, str]]:
    """What may be asked: about the documents there are, else in general."""
    texts = [say.prompt_about.format(title=title) for title in titles] or list(say.prompts)
    return [{"title": render.short(text, TITLE_CHARACTERS), "message": text} for text in texts[:MOST_PROMPTS]]


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the opening of panes."""

    @app.event("assistant_thread_started")
    async def started(body: Body) -> None:
        actor = projected(opened_by, body)
        if actor is not None and parts.panes.open(actor.team, actor.channel, actor.thread):
            start(parts, actor, greet(parts, actor))


def notice(parts: Parts, question: Question) -> None:
    """Give a pane its title when the question is the first one in it; to be told of every message."""
    if question.addressed == "direct" and parts.panes.name(question.team, question.channel, question.thread):
        parts.background.start(entitle(parts, question))


async def greet(parts: Parts, actor: Actor) -> None:
    """Say what the bot is there for, and offer something to ask."""
    team = parts.teams.of(actor.team)
    if team is None:
        return
    say = (await parts.words(actor.team, actor.user)).beside
    where = {"channel_id": actor.channel, "thread_ts": actor.thread}
    post = partial(
        team.client.chat_postMessage, channel=actor.channel, thread_ts=actor.thread, text=say.greeting
    )
    await call_once(actor, post)
    offered = prompts(say, parts.titles())
    set_prompts = team.client.assistant_threads_setSuggestedPrompts
    await call_once(actor, partial(set_prompts, **where, title=say.prompts_title, prompts=offered))


async def entitle(parts: Parts, question: Question) -> None:
    """Name the pane after its first question, so that it is found again in the history."""
    team = parts.teams.of(question.team)
    title = render.short(question.text, TITLE_CHARACTERS)
    if team is None or not title:
        return
    actor = Actor(question.team, question.user, question.channel, question.thread)
    set_title = team.client.assistant_threads_setTitle
    await call_once(
        actor, partial(set_title, channel_id=question.channel, thread_ts=question.thread, title=title)
    )
