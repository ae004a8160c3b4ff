"""What people add, edit and delete after they asked: the text grows a version, the rest is erased."""

import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa

from slackbot.intake import Deletion, Edit, Question, Reason
from slackbot.render import notice
from slackbot.store import Reply, State
from slackbot.store.claims import Bounds
from slackbot.store.schema import INBOX, PART
from slackbot.store.states import Kept
from tests.slackbot.store_fixtures import Stores, both_kinds, running_postgresql  # noqa: F401

DIRECT = Question("Ev1", "T1", "D1", "1700001000.0", "1700001000.0", "U1", "연차는?", "direct")
MORE = replace(DIRECT, event_id="Ev2", ts="1700001002.0", thread="1700001002.0", text="반차는?")
MANY = Bounds(most=9, per_person=9, per_channel=9, patience=60.0)
REPLY = Reply(notice("열닷새입니다."), State.ANSWERED)


@pytest.fixture
def inbox(stores: Stores):
    return stores.open().inbox


def edit(text: str, edited_ts: str = "1700001010.0", **fields: str) -> Edit:
    return replace(Edit("T1", "D1", "1700001000.0", "U1", text, edited_ts), **fields)


def deletion(ts: str = "1700001000.0") -> Deletion:
    return Deletion("T1", "D1", ts)


async def answered(inbox) -> int:
    [waiting] = await inbox.claim(MANY)
    assert await inbox.save_reply(waiting, REPLY)
    assert await inbox.finish(waiting, State.ANSWERED, ["1700001005.0"])
    return waiting.id


async def test_a_further_message_joins_what_waits(inbox):
    first = await inbox.keep(DIRECT, gather=3.0)
    assert await inbox.keep(MORE, gather=3.0) == Kept(first.number, Reason.JOINED)
    assert await inbox.keep(MORE, gather=3.0) == Kept(0, Reason.KNOWN)
    [waiting] = await inbox.claim(MANY)
    assert (waiting.question.text, waiting.version) == ("연차는?\n반차는?", 2)
    assert waiting.question.ts == "1700001000.0"


async def test_parts_that_reach_several_processes_at_once_are_all_in_the_question(stores: Stores):
    opened = [stores.open() for _ in range(3 if stores.several else 1)]
    await opened[0].inbox.keep(DIRECT, gather=3.0)
    parts = [
        replace(MORE, event_id=f"Ev{n}", ts=f"1700001001.{n}", thread=f"1700001001.{n}", text=f"{n}째")
        for n in range(1, 10)
    ]
    await asyncio.gather(*(opened[n % len(opened)].inbox.keep(p, gather=3.0) for n, p in enumerate(parts)))
    [waiting] = await opened[0].inbox.claim(MANY)
    assert waiting.question.text.split("\n") == ["연차는?", *(f"{n}째" for n in range(1, 10))]


async def test_later_or_without_gathering_it_is_a_question_of_its_own(inbox):
    await inbox.keep(DIRECT, gather=3.0)
    assert (await inbox.keep(replace(MORE, ts="1700001003.1"), gather=3.0)).reason is None
    assert (await inbox.keep(MORE, gather=0.0)).reason is None


async def test_what_is_being_answered_is_given_up_for_the_longer_question(inbox):
    await inbox.keep(DIRECT, gather=3.0)
    [old] = await inbox.claim(MANY)
    await inbox.keep(MORE, gather=3.0)
    assert await inbox.claim(MANY) == []  # whoever works on it gives it back first
    assert not await inbox.save_reply(old, REPLY)
    assert not await inbox.finish(old, State.ANSWERED, [])
    await inbox.release(old)
    [new] = await inbox.claim(MANY)
    assert (new.question.text, new.version) == ("연차는?\n반차는?", 2)


async def test_what_is_answered_is_answered_anew_and_keeps_its_message(inbox):
    await inbox.keep(DIRECT, gather=3.0)
    number = await answered(inbox)
    assert (await inbox.keep(MORE, gather=3.0)).number == number
    [again] = await inbox.claim(MANY)
    assert (again.id, again.posted, again.reply, again.attempts) == (number, ("1700001005.0",), None, 0)


async def test_an_edit_changes_the_text_of_its_part(inbox):
    await inbox.keep(DIRECT, gather=3.0)
    await inbox.keep(MORE, gather=3.0)
    number = await answered(inbox)
    assert await inbox.revise(edit("올해 반차는?", ts="1700001002.0")) == number
    [again] = await inbox.claim(MANY)
    assert again.question.text == "연차는?\n올해 반차는?"


@pytest.mark.parametrize(
    "late",
    [
        edit("연차는?"),  # a link unfolded, or nothing changed
        edit("주차?", user="U2"),
        edit("주차?", ts="9.0"),
        edit("주차?", edited_ts="1700004600.1"),  # more than an hour after the message
        edit("주차?", team="T2"),
    ],
)
async def test_edits_that_change_nothing(inbox, late):
    await inbox.keep(DIRECT)
    await answered(inbox)
    assert await inbox.revise(late) == 0
    assert await inbox.counts() == {"answered": 1}


async def test_of_two_edits_the_later_one_stands_in_whatever_order_they_arrive(inbox):
    await inbox.keep(DIRECT)
    assert await inbox.revise(edit("셋째", "1700001012.0"))
    assert await inbox.revise(edit("둘째", "1700001011.0")) == 0
    [waiting] = await inbox.claim(MANY)
    assert waiting.question.text == "셋째"


@pytest.mark.parametrize("running", [False, True])
async def test_a_deleted_question_is_erased_at_once_and_then_removed(stores: Stores, running: bool):
    store = stores.open()
    await store.inbox.keep(DIRECT)
    if running:
        [work] = await store.inbox.claim(MANY)
    else:
        await answered(store.inbox)
    number = await store.inbox.withdraw(deletion())
    assert number
    text = sa.select(INBOX.c.text, INBOX.c.reply, PART.c.text.label("part")).join(
        PART, PART.c.question == INBOX.c.id
    )
    [row] = await store._database.run(lambda connection: connection.execute(text).all())
    assert (row.text, row.reply, row.part) == ("", None, "")
    if running:
        assert await store.inbox.claim(MANY) == []
        assert not await store.inbox.save_reply(work, REPLY)
        await store.inbox.release(work)
    [gone] = await store.inbox.claim(MANY)
    assert gone.state is State.WITHDRAWN
    await store.inbox.take_back(own=True)  # a crash in between
    [gone] = await store.inbox.claim(MANY)
    assert gone.posted == (() if running else ("1700001005.0",))
    await store.inbox.removed(number)
    assert await store.inbox.counts() == {"removed": 1}
    assert await store.inbox.claim(MANY) == []
    assert await store.inbox.keep(DIRECT) == Kept(0, Reason.KNOWN)
    assert await store.inbox.withdraw(deletion()) == 0
    assert await store.inbox.revise(edit("다시")) == 0


async def test_a_question_that_loses_one_of_its_messages_is_answered_for_the_rest(inbox):
    await inbox.keep(DIRECT, gather=3.0)
    await inbox.keep(MORE, gather=3.0)
    number = await answered(inbox)
    assert await inbox.withdraw(deletion()) == number
    [again] = await inbox.claim(MANY)
    assert (again.state, again.question.text) == (State.NEW, "반차는?")
    assert await inbox.withdraw(deletion("1700001002.0")) == number
    await inbox.release(again)
    assert (await inbox.claim(MANY))[0].state is State.WITHDRAWN


async def test_what_an_opinion_quoted_is_erased_with_the_message(stores: Stores):
    store = stores.open()
    await store.inbox.keep(DIRECT)
    await answered(store.inbox)
    for ts in ("1700001005.0", "1700001009.0"):  # the second is another question's
        shown = {"question": "연차는?", "answer": "열닷새입니다.", "sources": ["a.md"]}
        await store.feedback.give("T1", "D1", ts, "U2", "down", **shown)
        await store.feedback.explain("T1", "D1", ts, "U2", "틀렸어요")
    await store.inbox.withdraw(deletion())
    opinions = [(one.question, one.answer, one.reason, one.value) for one in await store.feedback.all()]
    assert opinions == [("", "", "틀렸어요", "down"), ("연차는?", "열닷새입니다.", "틀렸어요", "down")]
