"""Xpersona: a persona, and a talk of several turns."""

import json

import pytest

from curation.errors import UserError
from curation.tasks.spec import task

PERSONA = ["나는 빵집을 한다.", "나는 새벽에 일어난다."]
TALK = [["안녕하세요!", "어서 오세요. "], ["몇 시에 열어요?", "여섯 시요."]]


def encoded(*items: object) -> bytes:
    return json.dumps(items, ensure_ascii=False).encode()


def test_a_talk(read_bytes):
    outcome = read_bytes("xpersona", encoded({"persona": PERSONA, "dialogue": TALK}), template=2)
    record = outcome.rows[0].record
    assert [(message.role, message.content) for message in record.messages] == [
        ("system", "나는 빵집을 한다.\n나는 새벽에 일어난다."),
        ("user", "안녕하세요!"),
        ("assistant", "어서 오세요. "),
        ("user", "몇 시에 열어요?"),
        ("assistant", "여섯 시요."),
    ]
    assert (record.task, record.definition) == ("xpersona", task("xpersona").definition[2])
    assert record.references == ("여섯 시요.",)


def test_equal_personas_form_a_group(read_bytes):
    talks = [{"persona": PERSONA, "dialogue": TALK}, {"persona": PERSONA, "dialogue": TALK[:1]}]
    first, second = (row.record for row in read_bytes("xpersona", encoded(*talks)).rows)
    assert first.split_group == second.split_group != ""


def test_talks_that_are_none(read_bytes):
    broken = [
        {"persona": PERSONA},
        {"persona": [], "dialogue": TALK},
        {"persona": "나는 나다", "dialogue": TALK},
        {"persona": PERSONA, "dialogue": [*TALK, ["대답은?"]]},
        {"persona": PERSONA, "dialogue": [["a", None]]},
        {"persona": [1], "dialogue": TALK},
    ]
    outcome = read_bytes("xpersona", encoded(*broken))
    assert [bad.error for bad in outcome.bad] == [
        "'dialogue' is no list of turns",
        "'persona' is no list of sentences",
        "'persona' is no list of sentences",
        "turn 3 of 'dialogue' is no utterance with a reply",
        "turn 1 of 'dialogue' is no utterance with a reply",
        "'persona' is no list of sentences",
    ]


def test_an_object_is_refused(read_bytes):
    with pytest.raises(UserError, match="no array of talks"):
        read_bytes("xpersona", b"{}")


def test_for_real(read, corpora):
    path = corpora / "xpersona/Ko_persona_split_valid_human_annotated.json"
    outcome = read("xpersona", path)
    assert (len(outcome.rows), outcome.bad, outcome.notes) == (299, [], {})
    items = json.loads(path.read_bytes())
    for row, item in zip(outcome.rows, items, strict=True):
        system, *turns = row.record.messages
        assert system.content.split("\n") == item["persona"]
        assert [turn.content for turn in turns] == [said for pair in item["dialogue"] for said in pair]
        assert [turn.role for turn in turns] == ["user", "assistant"] * len(item["dialogue"])
        assert row.record.references == (item["dialogue"][-1][1],)
    assert sum(len(row.record.messages) for row in outcome.rows) == 4983
    assert len({row.record.split_group for row in outcome.rows}) == 297
    first, last = outcome.rows[0].record.messages, outcome.rows[-1].record.messages
    assert (first[1].content, first[-1].content) == (
        "안녕! 오늘 밤 어떻게 지내니?",
        "ㅋㅋㅋ. 그녀는 이제 더 팝이지. 그녀의 옛날 음악들이 컨트리야. 나는 고전 컨트리가 좋아.",
    )
    assert (last[0].content, last[-1].content) == (
        "내 딸은 신동이야.\n내가 가장 좋아하는 영화는 프라이데이이야.\n"
        "나는 지금 새로운 직업을 찾고 있어.\n나는 의사이야.",
        "나는 여전히 의사야, 그리고 나는 너의 벌 문제를 도울 수 있어.",
    )
