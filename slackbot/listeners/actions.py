"""Buttons, and the modal that one of them opens."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from slackbot import render, views
from slackbot.listeners import opinions, personal
from slackbot.listeners.parts import Parts
from slackbot.listeners.payloads import Body, Click, click_of, projected
from slackbot.listeners.private import start

OnClick = Callable[[Parts, Click], Coroutine[Any, Any, None]]


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to every button and modal of the bot."""
    _on_click(app, parts, render.FEEDBACK_ACTION, opinions.take_opinion)
    _on_click(app, parts, views.COACHING_OFF, partial(personal.coach, on=False))
    _on_click(app, parts, views.COACHING_ON, partial(personal.coach, on=True))
    _on_click(app, parts, views.FORGET_ME, personal.forget)

    @app.view(views.REASON_VIEW)
    async def submitted(ack: AsyncAck, body: Body) -> None:
        await ack()
        reason = projected(opinions.reason_of, body)
        if reason is not None:
            start(parts, reason.actor, opinions.take_reason(parts, reason))


def _on_click(app: AsyncApp, parts: Parts, action: str, work: OnClick) -> None:
    @app.action(action)
    async def clicked(ack: AsyncAck, body: Body) -> None:
        await ack()
        click = projected(click_of, body)
        if click is not None:
            start(parts, click.actor, work(parts, click))
