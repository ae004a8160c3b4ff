"""Two bots on one PostgreSQL database: one answer to a question, also when one of them dies."""

import sqlalchemy as sa

from tests.slackbot.conftest import FAST, BotProcess, replies_when_done
from tests.slackbot.store_fixtures import Server, running_postgresql  # noqa: F401
from tests.slackbot.test_load import answers_by_question, settled


def test_two_bots_share_the_work_and_double_nothing(tmp_path, emulator, postgresql: Server):
    url = postgresql.new_database().url
    client = emulator.client
    bots = []
    for name in ("eins", "zwei"):
        folder = tmp_path / name
        folder.mkdir()
        options = {"store": url, "delay": 0.2, "limits": FAST}
        bots.append(BotProcess(emulator, folder, options))
    bots[0].start()
    bots[1].start(wait=False)
    try:
        client.wait_until(lambda state: state["connections"] == 4)
        client.burst(60, channels=6, per_second=30.0, users=3, text="@malmoi 느리게 휴가 {n}?")
        report = settled(client, timeout=60.0)
        assert (report["messages"], report["doubled"]) == (60, 0)
        assert set(answers_by_question(client).values()) == {1}
        both = ["answered" in bot.log for bot in bots]
        bots[0].kill()
        posted = client.say("질문", "@malmoi 휴가?", user="doyun")
        assert len(replies_when_done(client, posted)) == 1
    finally:
        for bot in bots:
            bot.end()
    assert both == [True, True]
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        states = connection.execute(sa.text("SELECT state, count(*) FROM inbox GROUP BY state")).all()
    engine.dispose()
    assert [tuple(row) for row in states] == [("answered", 61)]
