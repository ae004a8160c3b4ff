"""Rows for a trainer: what is left out and why, what is kept on disk, and that all of it is repeatable."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curation.errors import ConfigurationError, UserError
from curation.progress import Quiet
from training.base import load_tokenizer, resolve
from training.config import Base, TrainConfig
from training.data import Prepared, prepare
from training.data.masks import NOT_LEARNED

Configure = Callable[..., TrainConfig]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return load_tokenizer(resolve(Base(model="tiny")))


def row(asked: str, said: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": said}]}


ROWS = [row(f"{n} 더하기 {n + 1}은 얼마인가?", f"{2 * n + 1}이다.") for n in range(60)]


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """Build a configuration over rows for training, and others."""

    def build(rows: list[Any], evaluation: list[Any] | None = None, **data: Any) -> TrainConfig:
        def written(name: str, rows: list[Any]) -> list[dict[str, str]]:
            lines = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in rows]
            (tmp_path / name).write_text("\n".join(lines), "utf-8")
            return [{"path": str(tmp_path / name), "format": "messages"}]

        for part in ("validation", "replay"):
            if part in data:
                data[part] = written(f"{part}.jsonl", data[part])
        given = {"train": written("train.jsonl", rows), "held_out": 0, "max_length": 128, **data}
        general = written("general.jsonl", evaluation) if evaluation else []
        return TrainConfig.model_validate(
            {"name": "sums", "base": "tiny", "data": given, "eval": {"general": general}}
        )

    return build


def documents(prepared: Prepared) -> list[tuple[list[int], list[int]]]:
    """The ids and labels of each row, taken out of the sequences."""
    found = []
    for sequence in prepared.train:
        start = 0
        for length in sequence.get("seq_lengths", [len(sequence["input_ids"])]):
            end = start + length
            found.append((sequence["input_ids"][start:end], sequence["labels"][start:end]))
            start = end
        assert start == len(sequence["input_ids"]) == len(sequence["labels"])
    return found


def test_packed_rows_are_the_rows(configure: Configure, tokenizer: Any) -> None:
    packed = prepare(configure(ROWS), tokenizer, None, Quiet())
    single = prepare(configure(ROWS, packing=False), tokenizer, None, Quiet())
    assert sorted(documents(packed)) == sorted(documents(single))
    assert len(single.train) == 60
    assert len(packed.train) == packed.report.sequences < 60 / 2
    assert max(map(len, packed.train["input_ids"])) <= 128
    said = Counter(
        tokenizer.decode([one for one in labels if one != NOT_LEARNED]) for _, labels in documents(packed)
    )
    assert said == Counter(f"{one['messages'][1]['content']}<|im_end|>" for one in ROWS)


def test_the_report_counts_what_is_there(configure: Configure, tokenizer: Any) -> None:
    prepared = prepare(configure(ROWS, validation=[row("다른 것?", "그렇다.")]), tokenizer, None, Quiet())
    report, lengths = prepared.report, sorted(len(ids) for ids, _ in documents(prepared))
    assert report.rows == {"train": 60, "replay": 0, "validation": 1, "test": 0}
    assert report.tokens == sum(lengths)
    learned = [label for _, labels in documents(prepared) for label in labels if label != NOT_LEARNED]
    assert report.learned_tokens == len(learned)
    assert report.lengths["max"] == lengths[-1]
    assert report.lengths["p50"] in lengths[29:31]
    texts = [message["content"] for one in ROWS for message in one["messages"]]
    syllables = sum("가" <= letter <= "힣" for text in texts for letter in text)
    words = "".join(letter if "가" <= letter <= "힣" else " " for letter in " ".join(texts)).split()
    expected = len(tokenizer(" ".join(words), add_special_tokens=False)["input_ids"]) / syllables
    assert report.tokens_per_hangul_syllable == pytest.approx(expected, abs=1e-3)
    assert not report.faults
    json.dumps(report.as_json())


def test_equal_seeds_give_equal_rows(configure: Configure, tokenizer: Any) -> None:
    config = configure(ROWS, replay=[row(f"물음 {n}?", "말이다.") for n in range(30)])
    first, again = (prepare(config, tokenizer, None, Quiet()) for _ in range(2))
    assert first.train.to_list() == again.train.to_list()
    assert first.report.rows["replay"] == 7
    other = config.model_copy(update={"train": config.train.model_copy(update={"seed": 1})})
    different = prepare(other, tokenizer, None, Quiet())
    assert different.train.to_list() != first.train.to_list()
    assert [one.id for one in different.gathered.train] == [one.id for one in first.gathered.train]


def test_long_rows_are_refused_dropped_or_cut(configure: Configure, tokenizer: Any) -> None:
    long_answer, long_question = row("말해 봐.", "가나다라 " * 60), row("가나다라 " * 60, "응.")
    rows = [*ROWS, long_answer, long_question]
    refused = prepare(configure(rows), tokenizer, None, Quiet()).report
    assert refused.faults[0].startswith("2 rows have more than data.max_length = 128 tokens, the longest ")
    with pytest.raises(ConfigurationError, match="long_rows to drop or truncate"):
        refused.require()
    dropped = prepare(configure(rows, long_rows="drop"), tokenizer, None, Quiet())
    assert dropped.report.dropped == {"too long": 2}
    assert len(documents(dropped)) == 60
    dropped.report.require()
    cut = prepare(configure(rows, long_rows="truncate"), tokenizer, None, Quiet())
    assert (cut.report.truncated, cut.report.all_masked) == (1, 1)
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    (without_end,) = [labels for _, labels in documents(cut) if end not in labels]
    assert len(without_end) == 128
    assert without_end[-1] != NOT_LEARNED
    assert all(any(label != NOT_LEARNED for label in labels) for _, labels in documents(cut))


def test_empty_answers_and_what_a_template_refuses_are_left_out(configure: Configure, tokenizer: Any) -> None:
    rows = [
        *ROWS[:20],
        row("빈 답?", " \n"),
        {"messages": [*ROWS[0]["messages"], *row("또?", "")["messages"]]},
    ]
    report = prepare(configure(rows), tokenizer, None, Quiet()).report
    assert report.empty_answers == 2
    assert any("2 rows have an empty answer" in note for note in report.notes)
    nothing = prepare(configure([row("빈 답?", "")]), tokenizer, None, Quiet()).report
    assert nothing.faults == ["no row is left to learn from"]


def test_unreadable_rows_are_noted_and_many_are_a_fault(
    configure: Configure, tokenizer: Any, tmp_path: Path
) -> None:
    few = prepare(configure([*ROWS, "{"]), tokenizer, None, Quiet()).report
    (note,) = [note for note in few.notes if note.startswith("not read")]
    assert note.startswith(f"not read: {tmp_path / 'train.jsonl'}:61: no JSON")
    assert not few.faults
    many = prepare(configure([*ROWS[:5], "{", "{"]), tokenizer, None, Quiet()).report
    assert many.faults[0].startswith("2 of 7 rows cannot be read, for example ")


def test_rows_of_validation_and_evaluation_are_not_learned(configure: Configure, tokenizer: Any) -> None:
    config = configure(
        ROWS, evaluation=[ROWS[1], row("새 물음?", "새 답.")], validation=[ROWS[0]], replay=ROWS[:3]
    )
    prepared = prepare(config, tokenizer, None, Quiet())
    asked = {one.messages[0].content for one in (*prepared.gathered.train, *prepared.gathered.replay)}
    assert asked.isdisjoint(ROWS[place]["messages"][0]["content"] for place in (0, 1))
    assert ROWS[2]["messages"][0]["content"] in asked
    assert prepared.report.rows["train"] == 58
    assert prepared.report.leaked == 4  # two of train, and the same two of replay


def test_rows_are_tokenised_once(configure: Configure, tokenizer: Any, tmp_path: Path) -> None:
    folder, seen = tmp_path / "data", []

    class Watched:
        def task(self, name: str, total: int | None, unit: str) -> Any:
            seen.append((name, total))
            return Quiet().task(name, total, unit)

    config = configure(ROWS)
    first = prepare(config, tokenizer, folder, Watched())
    again = prepare(config, tokenizer, folder, Watched())
    assert seen == [("tokenise", 60)]
    assert again.train.to_list() == first.train.to_list()
    assert (again.report, again.gathered) == (first.report, first.gathered)
    assert prepare(config, tokenizer, None, Quiet()).train.to_list() == first.train.to_list()


def test_kept_rows_that_were_damaged_or_are_of_other_data_are_not_taken(
    configure: Configure, tokenizer: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    config = configure(ROWS)
    expected = prepare(config, tokenizer, folder, Quiet()).train.to_list()
    (kept,) = folder.glob("*/train.arrow")
    content = bytearray(kept.read_bytes())
    content[len(content) // 2] ^= 1
    kept.write_bytes(content)
    assert prepare(config, tokenizer, folder, Quiet()).train.to_list() == expected
    assert len(list(folder.iterdir())) == 1
    fewer = prepare(configure(ROWS[:30]), tokenizer, folder, Quiet())
    assert fewer.report.rows["train"] == 30
    template = tokenizer.chat_template
    try:
        tokenizer.chat_template = template.replace("user", "asker") + " "
        prepare(configure(ROWS[:30]), tokenizer, folder, Quiet())
    finally:
        tokenizer.chat_template = template
    assert len(list(folder.iterdir())) == 3


def test_kept_rows_are_those_of_the_evaluation_that_is_configured(
    configure: Configure, tokenizer: Any, tmp_path: Path
) -> None:
    config = configure(ROWS, evaluation=[{**ROWS[0], "task": "one"}, {**ROWS[1], "task": "other"}])
    general = config.eval.general[0]
    for task, place in (("one", 0), ("other", 1)):
        part = config.eval.model_copy(update={"general": (general.model_copy(update={"tasks": (task,)}),)})
        chosen = config.model_copy(update={"eval": part})
        prepared = prepare(chosen, tokenizer, tmp_path / "data", Quiet())
        texts = "".join(tokenizer.decode(ids) for ids, _ in documents(prepared))
        assert ROWS[place]["messages"][0]["content"] not in texts
        assert ROWS[1 - place]["messages"][0]["content"] in texts


def test_a_folder_that_cannot_be_written_is_one_message(
    configure: Configure, tokenizer: Any, tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("a file", "utf-8")
    with pytest.raises(UserError, match="The prepared rows cannot be written") as error:
        prepare(configure(ROWS), tokenizer, tmp_path / "data", Quiet())
    assert error.value.where == str(tmp_path / "data")
