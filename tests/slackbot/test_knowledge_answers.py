"""Acceptance test 16 as people live it: they ask the bot in Slack, and it answers from what they may read."""

import asyncio
import contextlib
from functools import partial

import pytest

from rag.answer import default_answerer
from slackbot import app, transport
from slackbot.config import Limits, SlackConfig, Transport
from slackbot.directory import Directory
from slackbot.listeners import Hooks
from slackbot.policy import Policy
from slackbot.scope import Scopes
from slackbot.sign_in import open_teams
from slackbot.store import open_store
from tests.slackbot.conftest import replies_when_done
from tests.slackbot.knowledge_shelf import FACT, QUESTION, shelf
from tests.slackbot.slack_client import ME, running_slack, workplace

__all__ = ["running_slack", "shelf", "workplace"]
LIMITS = Limits(post_interval=0.0, gather=0.0, ping_interval=0.5)


@pytest.fixture
async def bot(shelf, running_slack):
    """The bot in this process, on the index that the shelf's threads are saved to."""
    config = SlackConfig(
        bot_token=running_slack.bot_token, app_token=running_slack.app_token, api_url=running_slack.api_url
    )
    async with contextlib.AsyncExitStack() as stack:
        store = open_store(shelf.folder / "inbox.sqlite")
        stack.push_async_callback(store.close)
        session = await stack.enter_async_context(app.new_session())
        client_of = partial(app.new_client, config, session)
        teams = await open_teams(config, Transport.SOCKET, store.installations, client_of, 5.0)
        built = app.build(
            client_of(""),
            teams,
            default_answerer(shelf.index, "extractive"),
            store,
            LIMITS,
            scope=Scopes(Directory(teams, LIMITS), Policy()).of,
            hooks=Hooks(on_message=lambda said: shelf.knowledge.notice(said.team, said.channel, said.thread)),
        )
        stack.push_async_callback(built.worker.stop)
        await stack.enter_async_context(transport.connected(built.app, config, LIMITS))
        working = asyncio.create_task(built.worker.run())
        yield built
        working.cancel()


async def test_a_private_channels_thread_is_told_to_its_members_alone(bot, shelf):
    client = shelf.work.client
    secret, thread = await shelf.thread("group", ["haneul", "doyun"])
    await shelf.save(secret, thread)
    public = client.open_channel(f"{shelf.folder.name}-public")
    direct = {
        user: client.open_channel(f"{shelf.folder.name}-{user}", kind="im", people=[user])
        for user in ("haneul", "seoyeon")
    }

    async def knows(channel, user, thread_ts=""):
        asked = client.say(channel, f"@malmoi {QUESTION}", user=user, thread_ts=thread_ts)
        replies = await asyncio.to_thread(replies_when_done, client, asked)
        return FACT in replies[-1]["text"]

    assert not await knows(public, "haneul")
    assert await knows(direct["haneul"], "haneul")
    assert not await knows(direct["seoyeon"], "seoyeon")
    assert await knows(secret, "doyun")
    assert not await knows(secret, "doyun", thread)


async def test_a_reply_in_a_saved_thread_is_found_by_the_next_question(bot, shelf):
    client = shelf.work.client
    channel, thread = await shelf.thread()
    await shelf.save(channel, thread)
    client.say(channel, "비상 열쇠는 경비실에도 하나 있습니다.", user="emma", thread_ts=thread)
    await shelf.until(lambda: shelf.indexed("경비실"))
    asked = client.say(channel, "@malmoi 비상 열쇠는 어디에 있나요?")
    replies = await asyncio.to_thread(replies_when_done, client, asked)
    assert "경비실" in replies[-1]["text"]
    assert {row["attributes"]["messages"] for row in shelf.rows()} == {"3"}
    assert ME.user not in str(shelf.rows())
