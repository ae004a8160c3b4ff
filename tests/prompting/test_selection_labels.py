"""USP for labels: entropies, coverage of the classes, forced labels, and the demos of one question."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prompting.selection.types import Constants, Query
from prompting.selection.usp import choose_cls, demos_for
from tests.prompting.selecting import Pupil, embed, embedded

LABELS = ["긍정", "부정", "중립"]


def logs(*shares: float) -> list[float]:
    return [math.log(share) if share else -math.inf for share in shares]


def reviews(count: int) -> list[Query]:
    return [Query(f"q{n}", f"{n + 2}번째 손님이 남긴 후기") for n in range(count)]


def test_lowest_entropy_of_each_class():
    queries = [Query("1", "맛있어요"), Query("2", "별로예요"), Query("3", "그저 그래요")]
    rows = [logs(0.3, 0.1), logs(0.0, 0.5), logs(0.24, 0.26)]
    vectors = {"맛": [1, 0, 0], "별": [0, 1, 0], "그": [0, 0, 1]}
    chosen = choose_cls(queries, rows, ["좋음", "나쁨"], embedded(vectors), Constants(demos=2))
    # classes take turns by name; 나쁨 has entropies 0 (only label) and 0.692346 (.48 and .52)
    assert [(demo.query_id, demo.answer) for demo in chosen.demos] == [("2", "나쁨"), ("1", "좋음")]
    assert [demo.parts["entropy"] for demo in chosen.demos] == pytest.approx(
        [0, 0.5623351446188083], abs=1e-9
    )
    assert chosen.demos[1].parts["probability"] == pytest.approx(0.75, abs=1e-9)
    third = -(0.48 * math.log(0.48) + 0.52 * math.log(0.52))
    mean = (0.5623351446188083 + 0 + third) / 3
    spread = math.sqrt(sum((one - mean) ** 2 for one in (0.5623351446188083, 0, third)) / 3)
    assert chosen.demos[0].score == pytest.approx(mean / spread, abs=1e-9)
    # 1 - mean entropy over ln 2
    assert chosen.confidence == pytest.approx(1 - mean / math.log(2), abs=1e-9)


def test_every_class_has_its_share():
    rows = [logs(0.8, 0.1, 0.1), logs(0.1, 0.8, 0.1), logs(0.1, 0.1, 0.8)] * 4
    chosen = choose_cls(reviews(12), rows, LABELS, embed)
    # ceil(5 / 3) = 2 of each, by turns
    assert [demo.answer for demo in chosen.demos] == LABELS * 2
    assert not any(demo.forced for demo in chosen.demos)


def test_a_class_that_is_never_predicted_is_forced():
    rows = [logs(0.7, 0.3 - n / 100, n / 100) for n in range(1, 9)]
    chosen = choose_cls(reviews(8), rows, LABELS, embed)
    forced = [demo for demo in chosen.demos if demo.forced]
    assert {demo.answer for demo in chosen.demos} == set(LABELS)
    # 중립 is likeliest in q7 (0.08); 부정 in q0 (0.29) unless 긍정 took it before
    assert next(demo.query_id for demo in forced if demo.answer == "중립") == "q7"
    assert next(demo.parts["probability"] for demo in forced if demo.answer == "중립") == pytest.approx(0.08)
    assert [note for note in chosen.notes if "never predicts" in note] == [
        "The model never predicts '부정'; its demos have this label by force.",
        "The model never predicts '중립'; its demos have this label by force.",
    ]
    assert len({demo.query_id for demo in chosen.demos}) == len(chosen.demos)


def test_many_classes_are_not_embedded_with_every_question():
    labels = [f"부류 {n:02}" for n in range(40)]
    rows = [logs(0.61, *[0.01] * 39)] * 20
    embedded_texts = []
    chosen = choose_cls(reviews(20), rows, labels, lambda texts: embedded_texts.extend(texts) or embed(texts))
    assert len(chosen.demos) == 20
    assert sum(demo.forced for demo in chosen.demos) == 19
    # each question with its own label, and each demo whose label is forced
    assert len(embedded_texts) == 20 + 19
    first, second, *_ = chosen.demos
    a, b = embed([f"{one.query}\n{one.response}" for one in (first, second)])
    assert second.parts["similarity"] == pytest.approx(float(a @ b), abs=1e-9)


@pytest.mark.parametrize("count", [3, 4, 5, 7])
def test_as_many_questions_as_classes_cover_them_all(count):
    rows = [logs(0.8, 0.15, 0.05)] * (count - 1) + [logs(0.1, 0.8, 0.1)]
    chosen = choose_cls(reviews(count), rows, LABELS, embed)
    assert {demo.answer for demo in chosen.demos} == set(LABELS)


def test_too_few_questions_are_said():
    chosen = choose_cls(reviews(1), [logs(0.8, 0.1, 0.1)], LABELS, embed)
    assert [demo.answer for demo in chosen.demos] == ["긍정"]
    assert "There are too few questions for a demo of '부정'." in chosen.notes
    assert "There are too few questions for a demo of '중립'." in chosen.notes


def test_rows_without_probabilities_are_counted():
    rows = [logs(0.9, 0.05, 0.05), [-math.inf] * 3, [math.nan] * 3, []]
    chosen = choose_cls(reviews(4), rows, LABELS, embed)
    assert chosen.dropped == {"unparsable": 3}
    # three of four say nothing: their confidence is 0
    entropy = -(0.9 * math.log(0.9) + 0.1 * math.log(0.05))
    assert chosen.confidence == pytest.approx((1 - entropy / math.log(3)) / 4, abs=1e-9)


def test_nothing_at_all():
    chosen = choose_cls(reviews(2), [[math.nan] * 3] * 2, LABELS, embed)
    assert (chosen.demos, chosen.worth_it) == ((), False)
    assert chosen.notes == ("There are no demos: none of the replies can be used.",)


def test_sure_labels_are_not_worth_it():
    rows = [logs(1, 0, 0), logs(0, 1, 0), logs(0, 0, 1)]
    chosen = choose_cls(reviews(3), rows, LABELS, embed)
    assert chosen.confidence == pytest.approx(1.0)
    assert not chosen.worth_it
    assert choose_cls(reviews(3), [logs(0.5, 0.3, 0.2)] * 3, LABELS, embed).worth_it


@settings(max_examples=8)
@given(st.integers(0, 10_000))
def test_order_of_the_input_changes_nothing(seed):
    pupil = Pupil(8, questions=12)
    _, rows = pupil.log_probs(LABELS)
    straight = choose_cls(pupil.queries, rows, LABELS, embed)
    shuffler = random.Random(seed)
    order = shuffler.sample(range(12), 12)
    queries, shuffled = [pupil.queries[at] for at in order], [rows[at] for at in order]
    assert choose_cls(queries, shuffled, LABELS, embed) == straight
    columns = shuffler.sample(range(3), 3)
    turned = choose_cls(
        queries, [[row[at] for at in columns] for row in shuffled], [LABELS[at] for at in columns], embed
    )
    assert [(demo.query_id, demo.answer) for demo in turned.demos] == [
        (demo.query_id, demo.answer) for demo in straight.demos
    ]


def test_demos_are_right_more_often_than_the_pool():
    gains = []
    for seed in range(20):
        pupil = Pupil(seed)
        truth, rows = pupil.log_probs(LABELS)
        gold = {query.id: label for query, label in zip(pupil.queries, truth, strict=True)}
        pool = [LABELS[row.index(max(row))] == label for row, label in zip(rows, truth, strict=True)]
        demos = choose_cls(pupil.queries, rows, LABELS, embed).demos
        right = [demo.answer == gold[demo.query_id] for demo in demos]
        gains.append(sum(right) / len(right) - sum(pool) / len(pool))
    assert sum(gains) / len(gains) >= 0.15


def test_demos_of_a_question_are_at_most_k_and_always_the_same():
    rows = [logs(0.8, 0.1, 0.1), logs(0.1, 0.8, 0.1), logs(0.1, 0.1, 0.8)] * 4
    demos = choose_cls(reviews(12), rows, LABELS, embed).demos
    asked = [Query(str(n), f"{n}번째로 새로 남긴 후기") for n in range(20)]
    drawn = [demos_for(demos, query) for query in asked]
    assert {len(some) for some in drawn} == {5}
    assert all(some == [demo for demo in demos if demo in some] for some in drawn)  # in their order
    assert drawn == [demos_for(demos, query) for query in asked]
    assert len({tuple(demo.query_id for demo in some) for some in drawn}) > 1
    assert drawn != [demos_for(demos, query, seed=1) for query in asked]


def test_a_question_never_sees_itself():
    rows = [logs(0.8, 0.1, 0.1), logs(0.1, 0.8, 0.1), logs(0.1, 0.1, 0.8)] * 2
    demos = choose_cls(reviews(6), rows, LABELS, embed).demos
    for demo in demos:
        again = Query("other", f" {demo.query}. ")
        assert demo not in demos_for(demos, again)
        assert len(demos_for(demos, again)) == 5
