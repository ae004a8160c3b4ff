"""Puts the whole bot together: what answers, what listens, what is done beside. No globals."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from langchain_core.language_models import BaseChatModel
from slack_sdk.web.async_client import AsyncWebClient

from chat.extractive import ExtractiveChatModel
from slackbot import app, conventions
from slackbot.answerer import Answerer
from slackbot.coaching import Coach
from slackbot.config import Limits
from slackbot.directory import Directory
from slackbot.intake import Question
from slackbot.knowledge import Knowledge
from slackbot.listeners import Hooks, assistant, interactions
from slackbot.listeners.background import Background
from slackbot.listeners.panes import Panes
from slackbot.listeners.parts import Actor, Parts
from slackbot.listeners.private import whisper
from slackbot.metrics import Metrics
from slackbot.phrases import Phrases
from slackbot.policy import Mode, Policy
from slackbot.scope import Scopes
from slackbot.store import Store, StoreError
from slackbot.summary import summariser
from slackbot.teams import Teams

_DAY_S: Final = 86_400.0
_log = logging.getLogger("malmoi.slack")
# What `oauth.Installer` listens to.
_LEAVING: Final = ("app_uninstalled", "tokens_revoked")


def _no_titles() -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Sources:
    """What the bot answers from.

    Parameters
    ----------
    answerer
        Answers from the index.
    index
        The folder of the index that saved threads are added to; ``None``: what people save waits for a
        bot that has one.
    knowledge
        The folder of saved threads.
    titles
        Some names of documents to suggest questions about; has to answer at once.
    model
        Writes summaries; ``None``: they are excerpts.
    """

    answerer: Answerer
    index: Path | None = None
    knowledge: Path = Path("knowledge")
    titles: Callable[[], Sequence[str]] = _no_titles
    model: BaseChatModel | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """What the bot's owner decided."""

    policy: Policy = field(default_factory=Policy)
    limits: Limits = field(default_factory=Limits)


async def assembled(
    stack: AsyncExitStack,
    client: AsyncWebClient,
    teams: Teams,
    store: Store,
    *,
    sources: Sources,
    owner: Owner,
) -> tuple[app.Bot, Metrics]:
    """The bot with everything that runs beside it; ``stack`` ends that in the right order.

    Parameters
    ----------
    client
        Without a token: each request is answered with that of its workspace.
    """
    policy, limits = owner.policy, owner.limits
    directory = Directory(teams, limits)
    index = sources.index
    knowledge = Knowledge(
        sources.knowledge if index is None else index, sources.knowledge, store.saved, teams, directory
    )
    if index is not None:
        await knowledge.start()
    stack.push_async_callback(knowledge.stop)
    coach = Coach(teams, store, directory, policy)
    stack.push_async_callback(coach.stop)
    parts = Parts(
        teams=teams,
        store=store,
        directory=directory,
        scopes=Scopes(directory, policy),
        policy=policy,
        limits=limits,
        answerer=sources.answerer,
        knowledge=knowledge,
        summarise=summariser(sources.model or ExtractiveChatModel()),
        titles=sources.titles,
        background=Background(limits),
        panes=Panes(),
    )
    metrics = Metrics(store)
    bot = app.build(
        client,
        teams,
        sources.answerer,
        store,
        limits,
        scope=parts.scopes.of,
        say=partial(_phrases, parts),
        hooks=hooks_of(parts, coach, knowledge),
        meter=metrics.meter,
    )
    interactions.register(bot.app, parts)
    stack.push_async_callback(bot.worker.stop)
    stack.push_async_callback(parts.background.stop)
    if policy.retention_days:
        retaining = asyncio.create_task(_retain(store, policy.retention_days * _DAY_S))
        stack.callback(retaining.cancel)
    return bot, metrics


def hooks_of(parts: Parts, coach: Coach, knowledge: Knowledge) -> Hooks:
    """What else happens with messages."""

    def mode(team: str, channel: str) -> Mode:
        known = parts.store.channels.known(team, channel)
        return parts.policy.mode if known is None else known.mode

    def refused(question: Question) -> None:
        parts.background.start(_refuse(parts, question))

    def heard(question: Question) -> None:
        coach.notice(question)
        assistant.notice(parts, question)

    return Hooks(
        on_message=heard,
        on_change=knowledge.notice,
        tally=parts.store.tallies.add,
        mode=mode,
        allowed=partial(conventions.allowed, policy=parts.policy),
        on_refused=refused,
        handled=(*interactions.EVENTS, *_LEAVING),
    )


async def _phrases(parts: Parts, question: Question) -> Phrases:
    return (await parts.words(question.team, question.user)).around


async def _refuse(parts: Parts, question: Question) -> None:
    """Say to the asker alone that they may not ask."""
    say = await _phrases(parts, question)
    thread = question.thread if question.in_thread else ""
    await whisper(parts, Actor(question.team, question.user, question.channel, thread), say.not_allowed)


async def _retain(store: Store, seconds: float) -> None:
    """Erase what is too old, at start and every day; runs until cancelled."""
    while True:
        try:
            erased = await store.erasure.older_than(seconds)
        except StoreError as error:
            _log.error("what is too old was not erased: %s", error.reason)
        else:
            if erased:
                _log.info("the texts of %d old questions were erased", erased)
        await asyncio.sleep(_DAY_S)
