"""FunctionChat-Bench: dialogues with tools, a record a turn."""

import json

import pytest

TOOL = {"type": "function", "function": {"name": "book_room", "parameters": {"type": "object"}}}
ASKED = {"role": "user", "content": "세 시에 회의실 잡아 줘."}
CALL = {
    "role": "assistant",
    "content": None,
    "tool_calls": [
        {"id": "x", "type": "function", "function": {"name": "book_room", "arguments": '{"hour":  15}'}}
    ],
}
GIVEN = {"role": "tool", "tool_call_id": "x", "name": "book_room", "content": '{"room": None}'}


def dialogue(*turns: object, number: object = 1, **more: object) -> bytes:
    line = {"dialog_num": number, "tools_count": 1, "tools": [TOOL], "turns": list(turns)} | more
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def turn(query: object, truth: object, kind: object = "call", **more: object) -> dict[str, object]:
    return {
        "turn_num": 1,
        "serial_num": 7,
        "query": query,
        "ground_truth": truth,
        "type_of_output": kind,
    } | more


def test_calls_and_what_tools_gave(read_bytes):
    done = {"role": "assistant", "content": "잡아 두었습니다."}
    content = dialogue(turn([ASKED], CALL), turn([ASKED, CALL, GIVEN], done, "completion"))
    first, second = read_bytes("functionchat", content).rows
    called = '<tool_call>\n{"name":"book_room","arguments":{"hour":15}}\n</tool_call>'
    assert [(one.role, one.content) for one in first.record.messages] == [
        ("system", f"<tools>\n{json.dumps(TOOL, separators=(',', ':'))}\n</tools>"),
        ("user", "세 시에 회의실 잡아 줘."),
        ("assistant", called),
    ]
    assert first.record.references == (called,)
    assert [(one.role, one.content) for one in second.record.messages[2:]] == [
        ("assistant", called),
        ("user", '<tool_response>\n{"room": None}\n</tool_response>'),
        ("assistant", "잡아 두었습니다."),
    ]
    assert first.record.attributes == {
        "dialog_num": "1",
        "label": "call",
        "turn_num": "1",
        "serial_num": "7",
    }
    assert first.record.split_group == second.record.split_group
    assert (first.where.line, second.where.line) == (1, 1)


def test_words_before_a_call_are_kept(read_bytes):
    outcome = read_bytes("functionchat", dialogue(turn([ASKED], CALL | {"content": "잠시만요."})))
    assert outcome.rows[0].record.references[0].startswith("잠시만요.\n<tool_call>\n")


@pytest.mark.parametrize(
    ("allowed", "written"),
    [("Only ground truth is allowed.", "Only ground truth is allowed."), ({"hour": 15}, '{"hour":15}')],
)
def test_acceptable_arguments(read_bytes, allowed, written):
    outcome = read_bytes("functionchat", dialogue(turn([ASKED], CALL, acceptable_arguments=allowed)))
    assert outcome.rows[0].record.attributes["acceptable_arguments"] == written


def test_a_turn_that_is_none_costs_itself(read_bytes):
    no_json = {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{hour: 3}"}}]}
    no_name = {"role": "assistant", "tool_calls": [{"function": {"arguments": "{}"}}]}
    turns = [
        7,
        turn([], CALL),
        turn([ASKED], ASKED),
        turn([{"role": "critic", "content": "x"}], CALL),
        turn([ASKED], no_name),
        turn([ASKED], CALL, kind=None),
        turn([ASKED], no_json),
        turn([ASKED], CALL),
    ]
    outcome = read_bytes("functionchat", dialogue(*turns))
    assert len(outcome.rows) == 1
    assert [bad.error for bad in outcome.bad[:-1]] == [
        "a turn is no object",
        "'query' is no list of messages",
        "'ground_truth' is no message of the assistant",
        "a message has no known role or no content",
        "a tool call has no function with name and arguments",
        "'type_of_output' is null, not text",
    ]
    assert outcome.bad[-1].error.startswith("the arguments of a tool call are no JSON: ")
    assert json.loads(outcome.bad[2].raw)["ground_truth"] == ASKED


def test_a_line_that_is_none(read_bytes):
    content = dialogue(tools=None) + dialogue() + dialogue(turn([ASKED], CALL), number=None) + b"{}\n"
    assert [bad.error for bad in read_bytes("functionchat", content).bad] == [
        "the dialogue has no list of 'tools' and of 'turns'",
        "'turns' is empty",
        "no 'dialog_num'",
        "the dialogue has no list of 'tools' and of 'turns'",
    ]


def test_for_real(read, corpora):
    path = corpora / "functionchat/FunctionChat-Dialog.jsonl"
    outcome = read("functionchat", path)
    assert (len(outcome.rows), outcome.bad, outcome.notes) == (200, [], {})
    records = [row.record for row in outcome.rows]
    kinds = [record.attributes["label"] for record in records]
    assert {kind: kinds.count(kind) for kind in sorted(set(kinds))} == {
        "call": 70,
        "completion": 71,
        "relevance": 23,
        "slot": 36,
    }
    assert [record.attributes["serial_num"] for record in records] == [str(n) for n in range(1, 201)]
    assert len({record.split_group for record in records}) == 45
    turns = [one for line in path.read_text("utf-8").splitlines() for one in json.loads(line)["turns"]]
    for record, one in zip(records, turns, strict=True):
        assert len(record.messages) == len(one["query"]) + 2
        truth = one["ground_truth"]
        if truth["content"] is not None:
            assert record.references == (truth["content"],)
            continue
        (call,) = truth["tool_calls"]
        called = json.loads(record.references[0].removeprefix("<tool_call>").removesuffix("</tool_call>"))
        assert called == {
            "name": call["function"]["name"],
            "arguments": json.loads(call["function"]["arguments"]),
        }
    assert sum("acceptable_arguments" in record.attributes for record in records) == 46
    assert [one.content for one in records[0].messages[1:]] == [
        "새 계정을 만들고 싶습니다.",
        "네, 도와드릴 수 있습니다. 성함과 이메일 주소, 비밀번호를 알려주시겠어요?",
    ]
    # What a tool gave is not always JSON: this one says None.
    assert [one.content for one in records[-1].messages[3:5]] == [
        '<tool_response>\n{"ddayName": "제리 출국날", "ddayDate": "2024-04-23", "daysRemaining": 48, '
        '"daysSince": None}\n</tool_response>',
        "제리 출국날은 2024년 4월 23일입니다. 앞으로 48일 남았습니다.",
    ]
    assert records[-1].references == ("문자 전송 기능은 없습니다.",)
    assert outcome.rows[-1].where.line == 45
