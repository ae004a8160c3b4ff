"""All checks, in the order in which a person would mend things."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from curation.errors import UserError
from slackbot.app import new_client, new_session
from slackbot.config import SlackConfig, Transport
from slackbot.doctor import environment, files, sources, workspaces
from slackbot.doctor.check import Check, Grade, fault, warning
from slackbot.policy import Policy
from slackbot.store.database import StoreError
from slackbot.store.reading import open_to_read


@dataclass(frozen=True, slots=True)
class Subject:
    """What the bot would be started with; ``index`` is why there is none where it has none."""

    config: SlackConfig
    transport: Transport
    policy: Policy
    store: Path | str
    index: Path | UserError
    knowledge: Path
    model: str
    reranker: str


async def examine(subject: Subject) -> AsyncIterator[Check]:
    """Each check as soon as it is done; nothing is changed anywhere."""
    config, transport = subject.config, subject.transport
    shapes = environment.variables(config, transport)
    folders = [subject.knowledge]
    for check in (*shapes, *environment.decisions(subject.policy)):
        yield check
    for check in await files.store(subject.store, config.encryption_key):
        yield check
    if isinstance(subject.store, Path):
        folders.append(subject.store.parent)
    if isinstance(subject.index, Path):
        folders.append(subject.index)
        for check in await asyncio.to_thread(sources.index, subject.index):
            yield check
    else:
        yield fault("index", subject.index)
    yield files.knowledge(subject.knowledge)
    for check in files.room(folders):
        yield check
    for check in sources.privacy(subject.model):
        yield check
    for check in await asyncio.to_thread(sources.model, subject.model, subject.reranker):
        yield check
    if all(check.grade is not Grade.FAULT for check in shapes):
        async for check in _slack(subject):
            yield check


async def _slack(subject: Subject) -> AsyncIterator[Check]:
    config, transport = subject.config, subject.transport
    try:
        tokens = await _tokens(subject)
    except (UserError, StoreError) as error:
        known = error if isinstance(error, UserError) else UserError(str(error))
        yield fault("installations", known)
        return
    if not tokens:
        yield warning("installations", "no workspace has installed the app", "open /slack/install of the bot")
    async with new_session() as session:
        for token in tokens:
            client = new_client(config, session, token)
            for check in await workspaces.workspace(client, config, transport):
                yield check
            if transport is Transport.SOCKET:
                yield await workspaces.app_token(client, config)


async def _tokens(subject: Subject) -> list[str]:
    """The bot tokens: that of the environment, or those of all workspaces that installed the app."""
    config, place = subject.config, subject.store
    if not config.installs(subject.transport):
        return [config.bot_token.get_secret_value()]
    if isinstance(place, Path) and not place.is_file():
        return []
    reading = open_to_read(place, key=config.encryption_key)
    try:
        return [one.token.get_secret_value() for one in await reading.installations.all()]
    finally:
        await reading.close()
