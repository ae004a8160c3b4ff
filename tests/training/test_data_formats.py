"""Rows of each format, and what is said about those that are wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from curation.errors import ConfigurationError, UserError
from training.config import Rows
from training.data.examples import Example
from training.data.openai_jsonl import fault_of, faults_of, openai_rows
from training.data.reading import read_rows

USER, ANSWER = {"role": "user", "content": "몇 시야?"}, {"role": "assistant", "content": "세 시야."}


def written(path: Path, rows: list[Any], *, array: bool = False) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text(f"[{','.join(lines)}]" if array else "\n".join(lines) + "\n", encoding="utf-8")
    return path


def said(example: Example) -> list[tuple[str, str]]:
    return [(one.role, one.content) for one in example.messages]


@pytest.mark.parametrize("array", [False, True], ids=["lines", "array"])
@pytest.mark.parametrize(
    ("form", "row", "expected"),
    [
        ("messages", {"messages": [USER, ANSWER]}, [("user", "몇 시야?"), ("assistant", "세 시야.")]),
        (
            "openai",
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "몇 시야?"}]}, ANSWER]},
            [("user", "몇 시야?"), ("assistant", "세 시야.")],
        ),
        (
            "sharegpt",
            {
                "system": "짧게.",
                "conversations": [
                    {"from": "human", "value": "몇 시야?"},
                    {"from": "gpt", "value": "세 시야."},
                ],
            },
            [("system", "짧게."), ("user", "몇 시야?"), ("assistant", "세 시야.")],
        ),
        (
            "alpaca",
            {"instruction": "옮겨라.", "input": "three", "output": "셋", "history": [["하나", "one"]]},
            [("user", "하나"), ("assistant", "one"), ("user", "옮겨라.\n\nthree"), ("assistant", "셋")],
        ),
        *(
            (
                "alpaca",
                {"instruction": "인사해라.", "input": nothing, "output": "안녕", "system": nothing},
                [("user", "인사해라."), ("assistant", "안녕")],
            )
            for nothing in ("", None)
        ),
    ],
)
def test_a_row_becomes_a_conversation(
    tmp_path: Path, form: Any, row: dict[str, Any], expected: list[tuple[str, str]], array: bool
) -> None:
    path = written(tmp_path / "rows.json", [row], array=array)
    (example,) = read_rows(Rows(path=str(path), format=form, licence="MIT"), "train").examples
    assert said(example) == expected
    assert (example.source, example.licence, example.references) == ("rows", "MIT", (expected[-1][1],))


@pytest.mark.parametrize(
    ("form", "row", "why"),
    [
        ("messages", "{", "no JSON"),
        ("messages", "[1]", "no JSON object"),
        ("messages", {"text": "x"}, "no 'messages'"),
        ("messages", {"messages": []}, "'messages' is no list of messages"),
        ("messages", {"messages": [{"role": "assistent", "content": "x"}]}, "did you mean 'assistant'?"),
        ("messages", {"messages": [USER, {"role": "assistant"}]}, "message 2: no 'content'"),
        ("messages", {"messages": [ANSWER, USER]}, "the last message is the user's"),
        ("messages", {"messages": [ANSWER]}, "no message is the user's"),
        ("messages", {"messages": [{"role": "user", "content": " "}, ANSWER]}, "message 1 (user) is empty"),
        (
            "messages",
            {"messages": [USER, {"role": "system", "content": "x"}, ANSWER]},
            "only the first may be",
        ),
        (
            "openai",
            {"messages": [USER, {"role": "assistant", "content": ""}]},
            "message 2 (assistant) is empty",
        ),
        ("openai", {"messages": [USER, {**ANSWER, "weight": 2}]}, "has the weight 2; allowed: 0, 1"),
        ("openai", {"messages": [{**USER, "weight": 1}, ANSWER]}, "has a weight, but is the user's"),
        ("openai", {"messages": [USER, {**ANSWER, "weight": 0}]}, "nothing is learned"),
        ("openai", {"messages": [USER, {"role": "assistant", "tool_calls": []}]}, "has the key 'tool_calls'"),
        ("openai", {"messages": [USER, {"role": "tool", "content": "x"}]}, "has the role 'tool'"),
        ("sharegpt", {"conversations": [{"from": "person", "value": "x"}]}, "unknown from 'person'"),
        ("sharegpt", {"conversations": [{"from": "gpt", "text": "x"}]}, "message 1: no 'value'"),
        (
            "sharegpt",
            {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}], "system": 1},
            "'system' is a number, not text",
        ),
        ("alpaca", {"instruction": "", "output": "x"}, "'instruction' is missing or empty"),
        ("alpaca", {"instruction": None, "output": "x"}, "'instruction' is missing or empty"),
        ("alpaca", {"instruction": "x"}, "no 'output'"),
        ("alpaca", {"instruction": "x", "output": 3}, "'output' is a number, not text"),
        (
            "alpaca",
            {"instruction": "x", "output": "y", "history": ["z"]},
            "'history' is no list of questions",
        ),
    ],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path: Path, form: Any, row: Any, why: str) -> None:
    good = {
        "sharegpt": {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]},
        "alpaca": {"instruction": "a", "output": "b"},
    }.get(form, {"messages": [USER, ANSWER]})
    path = written(tmp_path / "rows.jsonl", [good, row, good])
    read = read_rows(Rows(path=str(path), format=form), "train")
    assert len(read.examples) == 2
    (fault,) = read.bad
    assert fault.startswith(f"{path}:2: ")
    assert why in fault


def test_nothing_to_learn_is_an_error_that_shows_a_row(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.jsonl", [{"instruction": "a", "output": "b"}])
    with pytest.raises(ConfigurationError, match="no 'messages'") as error:
        read_rows(Rows(path=str(path), format="messages"), "train")
    assert "`format` (messages)" in error.value.fix
    with pytest.raises(ConfigurationError, match="nothing at this path"):
        read_rows(Rows(path=str(tmp_path / "absent"), format="alpaca"), "train")
    with pytest.raises(ConfigurationError, match="this is a folder"):
        read_rows(Rows(path=str(tmp_path), format="alpaca"), "train")
    with pytest.raises(UserError, match="not a release"):
        read_rows(Rows(path=str(tmp_path)), "train")


def test_rows_with_an_empty_id_get_one_of_their_own(tmp_path: Path) -> None:
    rows = [{"id": "", "messages": [{**USER, "content": f"{n}시야?"}, ANSWER]} for n in range(3)]
    path = written(tmp_path / "rows.jsonl", rows)
    examples = read_rows(Rows(path=str(path), format="messages"), "train").examples
    assert len({one.id for one in examples} - {""}) == 3


def test_a_number_is_an_id_as_it_is_written(tmp_path: Path) -> None:
    rows = [{"id": n, "messages": [USER, ANSWER]} for n in (0, 17)]
    path = written(tmp_path / "rows.jsonl", [*rows, {"id": True, "messages": [USER, ANSWER]}])
    read = read_rows(Rows(path=str(path), format="messages"), "train")
    assert [one.id for one in read.examples] == ["0", "17"]
    assert read.bad == [f"{path}:3: 'id' is true or false, not text"]


def test_a_pinned_hash_is_held(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.jsonl", [{"messages": [USER, ANSWER]}])
    known = read_rows(Rows(path=str(path), format="messages"), "train").sha256
    assert read_rows(Rows(path=str(path), format="messages", sha256=known), "train").examples
    path.write_text(path.read_text("utf-8").replace("세 시", "네 시"), "utf-8")
    with pytest.raises(ConfigurationError, match=known):
        read_rows(Rows(path=str(path), format="messages", sha256=known), "train")


def test_a_limit_chooses_by_hash_in_the_order_of_the_file(tmp_path: Path) -> None:
    rows = [{"id": f"r{n}", "messages": [USER, ANSWER]} for n in range(50)]
    path = written(tmp_path / "rows.jsonl", rows)

    def chosen(limit: int) -> list[str]:
        rows = Rows(path=str(path), format="messages", limit=limit)
        return [one.id for one in read_rows(rows, "train").examples]

    assert len(chosen(10)) == 10
    assert chosen(10) != [f"r{n}" for n in range(10)]
    assert chosen(10) == sorted(chosen(10), key=lambda name: int(name[1:]))
    assert set(chosen(10)) < set(chosen(20))


def test_openai_rows_read_back_are_the_same_examples(tmp_path: Path) -> None:
    rows = [
        {"messages": [{"role": "system", "content": "짧게."}, USER, ANSWER]},
        {"messages": [USER, {**ANSWER, "weight": 0}, USER, {**ANSWER, "content": "네 시야."}]},
    ] * 5
    path = written(tmp_path / "rows.jsonl", rows)
    examples = read_rows(Rows(path=str(path), format="openai"), "train").examples
    assert examples[1].unlearned == (1,)
    exported = list(openai_rows(examples))
    assert exported == rows
    assert list(faults_of(exported)) == []
    again = read_rows(Rows(path=str(written(path, exported)), format="openai"), "train").examples
    assert again == examples


def test_what_openai_refuses_is_named() -> None:
    assert fault_of({"messages": [USER, ANSWER]}) == ""
    assert list(faults_of([{"messages": [USER, ANSWER]}, {"messages": [ANSWER, USER]}])) == [
        "line 2: the last message is the user's, not the assistant's",
        "there are 2 rows; a job takes at least 10",
    ]
