"""The coach in a running bot: events come over the socket, the bot answers, a hint is seen by one person."""

import asyncio
import time

from pydantic import SecretStr

from slackbot import app, transport
from slackbot.coaching import Coach
from slackbot.config import Limits, SlackConfig
from slackbot.directory import Directory
from slackbot.intake import Identity
from slackbot.listeners import Hooks
from slackbot.policy import Policy
from slackbot.store import open_store
from slackbot.teams import Team, Teams
from tests.slackbot.bot_process import KeywordAnswerer

ME = Identity("T0MALMOI", "U0MALMOI", "B0MALMOI")
LIMITS = Limits(post_interval=0, ping_interval=0.5, stop_grace=2)


async def test_a_follow_up_in_the_channel_is_hinted_at_and_not_answered(emulator, tmp_path):
    client = emulator.client
    config = SlackConfig(
        bot_token=SecretStr(emulator.bot_token),
        app_token=SecretStr(emulator.app_token),
        api_url=emulator.api_url,
    )
    store = open_store(tmp_path / "store.sqlite")
    async with app.new_session() as session:
        slack = app.new_client(config, session, emulator.bot_token)
        teams = Teams({ME.team: Team(ME, slack)})
        coach = Coach(teams, store, Directory(teams, LIMITS), Policy())
        hooks = Hooks(on_message=coach.notice)
        bot = app.build(slack, teams, KeywordAnswerer(tmp_path), store, LIMITS, hooks=hooks)
        async with transport.connected(bot.app, config, LIMITS):
            working = asyncio.create_task(bot.worker.run())
            await asyncio.to_thread(talk, client)
            await coach.stop()
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await bot.worker.stop()
    await store.close()


def talk(client):
    channel = client.open_channel("coached")
    asked = client.say(channel, "@malmoi 휴가는 며칠인가요?")
    client.wait_for_replies(asked)
    time.sleep(LIMITS.gather + 0.1)  # sooner it would be a part of the question
    client.say(channel, "그럼 다음 해로 넘길 수 있나요?")
    client.wait_until(lambda _: bool(client.person("haneul")["ephemerals"]))
    client.say(channel, "그럼 그다음 해로는요?")
    # Whatever was to come has come once a later question is answered and a later fault is hinted at.
    for piece in ("저 배포 문서를 보다가", "궁금한 게 생겼는데", "롤백은 누가 하는지"):
        client.say(channel, piece, user="doyun")
    client.wait_until(lambda _: bool(client.person("doyun")["ephemerals"]))
    client.wait_for_replies(client.say(channel, "@malmoi 주차는 어디에?", user="seoyeon"))

    [hint] = client.person("haneul")["ephemerals"]
    link = f"p{asked.ts.replace('.', '')}"
    assert hint["channel"] == channel
    assert link in hint["text"]
    [other] = client.person("doyun")["ephemerals"]
    assert link not in other["text"]
    assert client.person("seoyeon")["ephemerals"] == []
    messages = client.state()["channels"][channel]["messages"]
    assert sum(bool(message.get("bot_id")) for message in messages) == 2
    assert not any(link in message["text"] for message in messages)
