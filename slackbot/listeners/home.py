"""The app's home tab: what the bot does, how to ask, a person's own settings."""

from functools import partial

from slack_bolt.async_app import AsyncApp

from slackbot import intake, views
from slackbot.listeners.parts import Actor, Parts
from slackbot.listeners.payloads import Body, projected
from slackbot.listeners.private import call_once, start


def opened_by(body: Body) -> Actor | None:
    """Project an ``app_home_opened`` event; ``None`` when another tab than the home was opened."""
    event = body["event"]
    if event.get("tab") != "home":
        return None
    return Actor(intake.team_of(body), str(event["user"]), str(event.get("channel") or ""))


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to the opening of the home."""

    @app.event("app_home_opened")
    async def opened(body: Body) -> None:
        actor = projected(opened_by, body)
        if actor is not None:
            start(parts, actor, show(parts, actor))


async def show(parts: Parts, actor: Actor) -> None:
    """Publish the home of one person as it is now."""
    team = parts.teams.of(actor.team)
    if team is None:
        return
    words = await parts.words(actor.team, actor.user)
    coached = not await parts.store.coaching.is_off(actor.team, actor.user)
    view = views.home(words.beside, words.around, coached=coached)
    await call_once(actor, partial(team.client.views_publish, user_id=actor.user, view=view))
