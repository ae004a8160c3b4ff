"""Our general Korean set: well made, measured where no other is named, and kept out of what is learned."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from curation.errors import ConfigurationError
from curation.overlap.folding import composed, fold
from curation.progress import Quiet
from prompting.red_team.probes import load_probes
from tests.training.evaluated_runs import NONSENSE, TASK, config_of, grown, trained, write_rows
from training.base import load_tokenizer, resolve
from training.config import Base, Evaluation, Rows, TrainConfig
from training.data import prepare
from training.data.examples import Example
from training.data.general import load_general
from training.evaluation.evaluate import evaluate
from training.evaluation.sets import general_sets
from training.planning import plan

ROW = '{id: a, category: advice, prompt: "무엇을 할까?", answer: "쉬어."}'


@pytest.fixture(scope="module")
def ours() -> list[Example]:
    return load_general().examples


def asked(example: Example) -> str:
    return example.messages[0].content


def said(example: Example) -> str:
    return example.messages[-1].content


def letters(texts: list[str]) -> list[bytes]:
    """Each text by its letters and digits alone."""
    folded = fold([composed(text) for text in texts])
    return [folded.codes[start:end].tobytes() for start, end in pairwise(folded.starts.tolist())]


def hangul(text: str) -> float:
    """The share of Hangul syllables in the letters of a text."""
    found = [letter for letter in text if letter.isalpha()]
    return sum("가" <= letter <= "힣" for letter in found) / len(found)


def test_it_has_150_short_rows_of_many_kinds(ours: list[Example], project: Path) -> None:
    assert len(ours) == len({one.id for one in ours}) == 150
    kinds = Counter(one.task for one in ours)
    assert len(kinds) >= 12
    assert max(kinds.values()) <= 10
    assert min(kinds.values()) >= 5
    assert all([one.role for one in row.messages] == ["user", "assistant"] for row in ours)
    assert max(len(asked(row)) + len(said(row)) for row in ours) <= 250
    assert {row.licence for row in ours} == {"Apache-2.0"}
    page = (project / "docs/training.md").read_text("utf-8")
    assert f"by default {len(ours)} that come with malmoi" in page


def test_it_is_korean_both_plain_and_polite(ours: list[Example]) -> None:
    assert hangul(" ".join(asked(row) + said(row) for row in ours)) > 0.9
    foreign = {row.task for row in ours if hangul(asked(row) + said(row)) < 0.5}
    assert foreign <= {"code", "to_english", "to_korean"}
    endings = Counter(re.search(r"요|니다", said(row).split("\n")[-1][-5:]) is not None for row in ours)
    assert min(endings.values()) >= 40


def test_no_row_says_the_same_as_another_or_as_a_probe_of_the_red_team(ours: list[Example]) -> None:
    questions = letters([asked(row) for row in ours])
    assert len(set(questions)) == len(ours)
    assert len(set(letters([said(row) for row in ours]))) == len(ours)
    assert set(questions).isdisjoint(letters([probe.prompt for probe in load_probes().probes]))


@pytest.mark.parametrize(
    ("text", "fault", "line"),
    [
        (f"- {ROW}", "below the key 'rows'", 0),
        (f"rows:\n  - {ROW}\n  - {ROW}", "the id 'a' stands twice", 3),
        (f"rows:\n  - {ROW.replace('prompt', 'promt')}", "prompt", 2),
        (f"rows:\n  - {ROW.replace('advice', 'advise')}", "advice", 2),
        (f"rows:\n  - {ROW.replace('쉬어.', ' ')}", "at least 1 character", 2),
        ("rows: []", "at least 1", 1),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, text: str, fault: str, line: int) -> None:
    path = tmp_path / "general.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_general(path)
    assert fault in str(caught.value)
    assert not line or f"{path}:{line}" in str(caught.value)


def test_it_is_measured_where_no_other_set_is_named(tmp_path: Path) -> None:
    (default,) = general_sets(Evaluation())
    assert (default.name, default.kind, default.answered) == ("general_ko", "general", False)
    assert len(default.rows) == 150
    assert len(general_sets(Evaluation(limit=20))[0].rows) == 20
    path = write_rows(tmp_path / "own.jsonl", TASK)
    (own,) = general_sets(Evaluation(general=(Rows(path=str(path), format="openai"),)))
    assert own.name == "own"


def test_the_gate_of_a_run_that_names_no_set_sees_what_it_lost(
    tiny: Path, tmp_path: Path, ours: list[Example]
) -> None:
    # There must be something to forget: the base has seen these very rows.
    base = grown(tiny, [(asked(row), said(row)) for row in ours], tmp_path / "base", steps=60)
    for part in ("train", "test"):
        write_rows(tmp_path / f"{part}.jsonl", TASK[part == "test" :: 2])
    settings = {"red_team": False, "max_new_tokens": 4, "tokens": "characters"}
    config = config_of(base, tmp_path, eval=settings)
    run = trained(config, tmp_path / "run", NONSENSE, steps=30, rate=1e-2)
    report = evaluate(config, run)

    (check,) = report.gate.checks
    assert (check.name, check.unit, check.rows) == ("general_ko", "nats a token", 150)
    assert (check.verdict, report.gate.passed) == ("lost", False), check
    assert report.gate.missing == ("superni",)
    measured = report.after.named("general_ko")
    assert measured is not None
    assert measured.left_out == 0
    assert all(row.given is None and row.tokens for row in measured.rows)
    assert run.record()["eval"]["gate"]["checks"][0]["name"] == "general_ko"
    assert not any("eval.general" in note for note in plan(config, Quiet()).notes)


def test_training_rows_that_stand_in_it_are_left_out(tmp_path: Path, ours: list[Example]) -> None:
    def rows(pairs: list[tuple[str, str]], name: str) -> list[dict[str, str]]:
        return [{"path": str(write_rows(tmp_path / name, pairs)), "format": "openai"}]

    def left(part: dict[str, Any]) -> tuple[int, int, int]:
        given = {"name": "leaks", "base": "tiny", "data": {"train": rows(train, "train.jsonl"), **data}}
        prepared = prepare(TrainConfig.model_validate({**given, **part}), tokenizer, None, Quiet())
        gathered = prepared.gathered
        return prepared.report.leaked, len(gathered.train), len(gathered.replay)

    tokenizer = load_tokenizer(resolve(Base(model="tiny")))
    same = [(asked(row), "모르겠습니다.") for row in ours[:30]]
    spaced = [(f"「{asked(row).replace(' ', '  ')}」", "글쎄요.") for row in ours[30:40]]
    train = [*TASK, *same, *spaced]
    replay = rows([(asked(row), said(row)) for row in ours[40:]], "replay.jsonl")
    data = {"held_out": 0.0, "replay": replay, "replay_share": 0.5}

    assert left({}) == (len(ours), len(TASK), 0)
    own = {"eval": {"general": rows([("이름이 뭐야?", "말모이야.")], "own.jsonl")}}
    assert left(own) == (0, len(train), len(train))
