from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from curation.errors import ConfigurationError
from curation.records import Message
from training.config import TrainConfig
from training.data.examples import Example
from training.data.masks import Masks
from training.preference.preparing import prepare, with_mismatched
from training.preference.rows import Judged, Pair, PreferencesRead


@pytest.fixture(scope="module")
def tokenizer(tiny: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny)


@pytest.fixture(scope="module")
def masks(tokenizer: Any) -> Masks:
    return Masks(tokenizer)


def _config(**data: object) -> TrainConfig:
    return TrainConfig.model_validate(
        {"name": "n", "base": "tiny", "data": {"train": [{"path": "rows"}], "max_length": 256, **data}}
    )


def _pairs(*answers: tuple[str, str], prompt: Sequence[Message] = ()) -> PreferencesRead:
    asked = tuple(prompt) or (Message("user", "수도는?"),)
    rows = [Pair(asked, *both, f"rows.jsonl:{line}") for line, both in enumerate(answers, 1)]
    return PreferencesRead(tuple(rows), (), (), "0" * 64)


def _judged(*labels: bool) -> PreferencesRead:
    rows = [
        Judged((Message("user", f"질문 {line}"),), f"답 {line}", label, f"rows.jsonl:{line}")
        for line, label in enumerate(labels, 1)
    ]
    return PreferencesRead((), tuple(rows), (), "0" * 64)


def test_an_answer_is_trained_with_the_end_of_its_turn_and_nothing_else(tokenizer: Any, masks: Masks) -> None:
    earlier = (
        Message("system", "짧게 답하세요."),
        Message("user", "안녕"),
        Message("assistant", "안녕하세요."),
        Message("user", "수도는?"),
    )
    ((row,), _) = prepare(_pairs(("서울입니다.", "몰라요."), prompt=earlier), _config(), masks, ())
    assert tokenizer.decode(row["chosen_ids"]) == "서울입니다.<|im_end|>"
    assert tokenizer.decode(row["rejected_ids"]) == "몰라요.<|im_end|>"
    prompt = tokenizer.decode(row["prompt_ids"])
    # What a chat feeds the model, earlier answers included.
    assert prompt.endswith("<|im_start|>user\n수도는?<|im_end|>\n<|im_start|>assistant\n")
    assert "안녕하세요.<|im_end|>" in prompt


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (("서울", " 서울\n"), "identical answers"),
        (("서울", "  "), "empty answer"),
        (("", "몰라"), "empty answer"),
        (("서울" * 200, "몰라"), "too long"),
    ],
)
def test_what_cannot_teach_is_dropped_and_counted(
    answers: tuple[str, str], reason: str, masks: Masks
) -> None:
    rows, report = prepare(_pairs(("가", "나"), answers), _config(long_rows="drop"), masks, ())
    assert (len(rows), report.rows, report.dropped) == (1, 1, {reason: 1})
    assert report.examples == (f"rows.jsonl:2: {reason}",)


def test_a_row_that_is_too_long_is_refused_unless_it_may_be_dropped(masks: Masks) -> None:
    long = _pairs(("서울" * 200, "몰라"))
    with pytest.raises(ConfigurationError, match=r"has \d{3,},?\d* tokens, more than 256") as error:
        prepare(long, _config(), masks, ())
    assert error.value.where == "rows.jsonl:1"
    # Cut, an answer would not end its turn: `truncate` drops it too.
    with pytest.raises(ConfigurationError, match="No preference is left"):
        prepare(long, _config(long_rows="truncate"), masks, ())


def test_questions_of_the_evaluation_are_not_learned(masks: Masks) -> None:
    held_back = [Example("1", (Message("user", "  수도는? "), Message("assistant", "서울")))]
    other = PreferencesRead(
        (*_pairs(("가", "나")).pairs, Pair((Message("user", "강은?"),), "한강", "몰라", "rows.jsonl:2")),
        (),
        (),
        "",
    )
    rows, report = prepare(other, _config(), masks, held_back)
    assert len(rows) == 1
    assert report.dropped == {"held back for evaluation": 1}


def test_unreadable_rows_stand_in_the_report(masks: Masks) -> None:
    read = PreferencesRead(_pairs(("가", "나")).pairs, (), ("rows.jsonl:7: no JSON: broken",), "f" * 64)
    told = prepare(read, _config(), masks, ())[1].as_json()
    assert told["dropped"] == {"unreadable": 1}
    assert told["examples"] == ("rows.jsonl:7: no JSON: broken",)
    assert (told["liked"], told["disliked"], told["sha256"]) == (1, 1, "f" * 64)


@pytest.mark.parametrize(("label", "said"), [(True, "All answers are liked"), (False, "are disliked")])
def test_kto_needs_both_labels(label: bool, said: str, masks: Masks) -> None:
    with pytest.raises(ConfigurationError, match=said):
        prepare(_judged(label, label), _config(), masks, ())


def test_the_order_is_shuffled_and_depends_on_the_seed_alone(masks: Masks) -> None:
    read = _judged(*[True] * 8, *[False] * 8)
    config = _config()
    once = [row["label"] for row in prepare(read, config, masks, ())[0]]
    assert once == [row["label"] for row in prepare(read, config, masks, ())[0]]
    assert once != sorted(once, reverse=True)
    other = config.model_copy(update={"train": config.train.model_copy(update={"seed": 1})})
    assert once != [row["label"] for row in prepare(read, other, masks, ())[0]]


def test_mismatched_answers_come_from_neighbours_and_nobody_is_alone() -> None:
    rows = [{"completion_ids": [number]} for number in range(5)]
    made = with_mismatched(rows, 2)
    assert [(row["completion_ids"][0], row["KL_completion_ids"][0]) for row in made] == [
        (0, 1),
        (1, 0),
        (2, 3),
        (3, 2),
    ]
