"""The rows to measure: the first instances of held-out tasks, encoded as the paper has it."""

import json
from dataclasses import replace

import orjson
import pytest

from curation.errors import UserError
from curation.progress import Quiet
from curation.readers.base import SourceFile
from curation.records import Message
from curation.superni.checks import read_task
from curation.superni.counting import Bytes, Words
from curation.superni.encoding import TRAINING_ENCODINGS, encode
from training.config import Evaluation, Rows
from training.data import Example
from training.evaluation.measured import sha256_of
from training.evaluation.sets import Room, general_sets, superni_set, task_set

ROOM = Room(Words(), 4096)


def _task(path, name: str, instances: int, *, language="Korean", category="Sentiment Analysis"):
    content = {
        "Contributors": ["말모이"],
        "Source": ["reviews"],
        "URL": ["https://example.com"],
        "Categories": [category],
        "Reasoning": [],
        "Definition": ["긍정인지 부정인지 답한다"],
        "Input_language": [language],
        "Output_language": [language],
        "Instruction_language": ["Korean"],
        "Domains": ["Movies"],
        "Positive Examples": [
            {"input": f"본보기 {n}", "output": "긍정", "explanation": "칭찬"} for n in range(3)
        ],
        "Negative Examples": [{"input": "또 보자", "output": "부정", "explanation": "칭찬"}],
        "Instances": [
            {"id": f"{name}-{n}", "input": f"글 {n}", "output": ["긍정", "좋음"]} for n in range(instances)
        ],
        "Instance License": ["CC0 1.0"],
    }
    file = path / f"{name}.json"
    file.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return file


def _superni(path, learned=(), **settings):
    found = superni_set(Evaluation(superni=(str(path),), **settings), learned, ROOM, Quiet())
    assert found is not None
    return found


def test_of_each_task_the_first_hundred_instances_count_in_order(tmp_path):
    _task(tmp_path, "task1_a", 130)
    _task(tmp_path, "task2_b", 130)
    found = _superni(tmp_path, limit=1000)
    assert [row.id for row in found.rows] == [f"task{t}:{n}" for t in ("1_a", "2_b") for n in range(1, 101)]


def test_a_limit_takes_as_many_of_each_task_from_the_first_on(tmp_path):
    _task(tmp_path, "task1_a", 130)
    _task(tmp_path, "task2_b", 130)
    found = _superni(tmp_path, limit=7)
    assert [row.id for row in found.rows] == [f"task{t}:{n}" for t in ("1_a", "2_b") for n in (1, 2, 3)]


def test_rows_are_encoded_with_the_definition_and_two_examples(tmp_path):
    task, _ = read_task(SourceFile(_task(tmp_path, "task1_a", 3), "task1_a.json"))
    first = _superni(tmp_path).rows[0]
    assert first.question == (
        "Definition: 긍정인지 부정인지 답한다.\n\n"
        " Positive Example 1 -\nInput: 본보기 0.\n Output: 긍정.\n\n"
        " Positive Example 2 -\nInput: 본보기 1.\n Output: 긍정.\n\n"
        "Now complete the following example -\nInput: 글 0.\nOutput:"
    )
    whole = encode(task, "글 0", TRAINING_ENCODINGS["definition+2pos"], Words())
    assert first.question == whole.source.strip()
    assert (first.answer, first.references) == ("긍정", ("긍정", "좋음"))


def test_examples_are_left_out_where_the_model_has_no_room(tmp_path):
    _task(tmp_path, "task1_a", 1)
    settings = Evaluation(superni=(str(tmp_path),))
    found = superni_set(settings, (), Room(Bytes(), 150), Quiet())
    assert "Positive" not in found.rows[0].question
    assert "Now complete" in found.rows[0].question


@pytest.mark.parametrize(
    ("language", "settings", "tokens"),
    [
        ("Korean", {}, "morphemes"),
        ("Korean", {"tokens": "characters"}, "characters"),
        ("English", {}, "rouge"),
        ("Korean", {"gpt2_merges": "merges.txt"}, "gpt2"),
        ("English", {"gpt2_merges": "merges.txt"}, "gpt2"),
    ],
)
def test_the_tokens_suit_the_language_or_are_the_papers(tmp_path, language, settings, tokens):
    _task(tmp_path, "task1_a", 1, language=language)
    assert [row.tokens for row in _superni(tmp_path, **settings).rows] == [tokens]


def test_the_metric_is_that_of_the_category(tmp_path):
    _task(tmp_path, "task1_a", 1, category="Textual Entailment")
    _task(tmp_path, "task2_b", 1, category="Title Generation")
    assert [row.metric for row in _superni(tmp_path).rows] == ["exact_match", "rouge_l"]


def test_a_task_that_is_trained_on_is_not_held_out(tmp_path):
    _task(tmp_path, "task1_a", 2)
    _task(tmp_path, "task2_b", 2)
    found = _superni(tmp_path, learned={"task2_b"})
    assert {row.task for row in found.rows} == {"task1_a"}
    assert "task2_b: trained on" in found.notes[0]
    with pytest.raises(UserError, match="trained on") as refused:
        _superni(tmp_path, learned={"task1_a", "task2_b"})
    assert "data.train" in refused.value.fix


def test_no_tasks_are_no_set(tmp_path):
    assert superni_set(Evaluation(), (), ROOM, Quiet()) is None


def test_the_published_korean_task_is_read(corpora):
    found = _superni(corpora / "superni/korean_excerpts", limit=1000)
    tasks = {row.task for row in found.rows}
    assert tasks
    for task in tasks:
        assert sum(row.task == task for row in found.rows) <= 100
    assert all(row.question.startswith("Definition: ") for row in found.rows)
    assert all(row.answer for row in found.rows)


def _examples(count: int) -> list[Example]:
    return [
        Example(f"id{n}", (Message("user", f"물음 {n}"), Message("assistant", f"답 {n}")), label_space=())
        for n in range(count)
    ]


def test_a_drawn_row_stays_drawn_whatever_the_order_and_the_neighbours():
    settings = Evaluation(limit=10)
    all_rows, some = _examples(40), _examples(39)
    found = task_set(all_rows, settings)
    assert len(found.rows) == 10
    assert task_set(all_rows[::-1], settings).sha256 == found.sha256
    assert len({row.id for row in found.rows} & {row.id for row in task_set(some, settings).rows}) >= 9
    assert found.rows[0].references == (found.rows[0].answer,)


def test_rows_with_an_empty_answer_are_not_measured():
    empty = Example("e", (Message("user", "?"), Message("assistant", " ")))
    assert task_set([empty], Evaluation()).rows == ()


def test_general_sets_are_named_apart_and_answered_where_answers_are_labels(tmp_path):
    def write(folder, **more):
        path = tmp_path / folder / "general.jsonl"
        path.parent.mkdir()
        turns = [{"role": "user", "content": "?"}, {"role": "assistant", "content": "예"}]
        path.write_bytes(orjson.dumps({"messages": turns, **more}))
        return Rows(path=str(path), format="messages")

    rows = (write("a"), write("b", label_space=["예", "아니요"]))
    plain, labelled = general_sets(Evaluation(general=rows))
    assert (plain.name, labelled.name) == ("general", "general#2")
    assert (plain.answered, labelled.answered) == (False, True)
    assert labelled.rows[0].metric == "exact_match"


@pytest.mark.parametrize(
    ("names", "called"),
    [
        (("task", "superni", "red_team"), ["task#2", "superni#2", "red_team#2"]),
        (("a#b", "a#b", "a"), ["a#b", "a#b#2", "a"]),
    ],
)
def test_no_general_set_takes_the_name_of_another_set(tmp_path, names, called):
    rows = []
    for place, name in enumerate(names):
        path = tmp_path / str(place) / f"{name}.jsonl"
        path.parent.mkdir()
        turns = [{"role": "user", "content": "?"}, {"role": "assistant", "content": "예"}]
        path.write_bytes(orjson.dumps({"messages": turns}))
        rows.append(Rows(path=str(path), format="messages"))
    assert [one.name for one in general_sets(Evaluation(general=tuple(rows)))] == called


def test_a_last_answer_that_is_only_read_is_not_expected_of_the_model():
    one, two = _examples(2)
    kept = replace(one, unlearned=(len(one.messages),))
    rows = task_set([kept, replace(two, unlearned=(len(two.messages) - 1,))], Evaluation()).rows
    assert [(row.id, row.unlearned) for row in rows] == [(one.id, kept.unlearned)]


def test_sets_are_told_apart_by_their_rows():
    one, two = task_set(_examples(3), Evaluation()), task_set(_examples(4), Evaluation())
    assert one.sha256 != two.sha256
    assert one.sha256 == sha256_of(one.rows)
