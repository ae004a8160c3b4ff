"""COSP: which rationales become demos, worked out by hand where there are numbers."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prompting.selection.cosp import choose_cosp, final_answer
from prompting.selection.types import Constants, Query
from tests.prompting.selecting import Pupil, embed, embedded

ANSWER = "따라서 답은 {}입니다."


def rationale(answer: str, *sentences: str) -> str:
    return " ".join([*sentences, ANSWER.format(answer)])


def test_scores_are_those_of_the_paper():
    sure, unsure = Query("1", "사과는 몇 개입니까?"), Query("2", "배는 몇 개입니까?")
    samples = [
        [rationale("7", "사과를 셉니다.")] * 4,
        [
            rationale("8", "배를 셉니다."),
            rationale("8", "배를 셉니다."),
            rationale("8", "배를 셉니다."),
            ANSWER.format(9),
        ],
    ]
    # the two sentences of a rationale: cosine 0.6 for the apples, 0.8 for the pears
    vectors = {"사과를": [1, 0], "배를": [0, 1], "따라서": [0.6, 0.8], "사과는": [1, 0], "배는": [0, 1]}
    first, second = choose_cosp([sure, unsure], samples, embedded(vectors), Constants(demos=2)).demos
    assert (first.query_id, first.answer, second.query_id, second.answer) == ("1", "7", "2", "8")
    assert first.parts == pytest.approx({"entropy": 0, "repetitiveness": 0.6}, abs=1e-9)
    assert second.parts == pytest.approx(
        {"entropy": 0.4056390622295664, "repetitiveness": 0.8, "similarity": 0}, abs=1e-9
    )
    # two candidates: their z-scores are -1 and 1 in entropy and in repetitiveness; F = -(z + 0.2 z)
    assert first.score == pytest.approx(1.2, abs=1e-9)
    assert second.score == pytest.approx(-1.2, abs=1e-9)
    assert "4 of 4 replies end in '7' (entropy 0.00), repetitiveness 0.60" in first.why


def test_only_rationales_with_the_majority_answer_and_one_of_a_question():
    samples = [
        [
            rationale("7", "하나씩 셉니다."),
            rationale("7", "둘씩 묶어 셉니다."),
            rationale("5", "눈으로 봅니다."),
        ]
    ]
    chosen = choose_cosp([Query("1", "사과는 몇 개입니까?")], samples, embed)
    (demo,) = chosen.demos
    assert demo.answer == "7"
    assert "눈으로" not in demo.response
    assert "There are 1 demos instead of 5: no other reply can be used." in chosen.notes


def test_a_rationale_that_repeats_itself_loses():
    told = rationale("7", "먼저 왼쪽 바구니를 봅니다.", "그다음 남은 수를 더합니다.")
    again = rationale("7", "답은 칠인 것 같습니다.", "답은 칠인 것 같습니다.")
    (demo,) = choose_cosp([Query("1", "몇 개입니까?")], [[told, again]], embed, Constants(demos=1)).demos
    assert demo.response == told


def test_one_sentence_has_repetitiveness_zero():
    (demo,) = choose_cosp([Query("1", "몇 개입니까?")], [[ANSWER.format(7)] * 3], embed).demos
    assert demo.parts["repetitiveness"] == 0


def test_one_sample_tells_nothing_of_confidence():
    queries = [Query(str(n), f"{n}번 상자에는 몇 개가 있습니까?") for n in range(8)]
    chosen = choose_cosp(queries, [[ANSWER.format(n)] for n in range(8)], embed)
    assert len(chosen.demos) == 5
    assert (chosen.confidence, chosen.worth_it) == (0.0, True)
    assert "Confidence is not known: that takes two replies to a question, or more." in chosen.notes


def test_sure_of_everything_is_not_worth_it():
    queries = [Query(str(n), f"{n}번 상자에는 몇 개가 있습니까?") for n in range(8)]
    samples = [[ANSWER.format(n)] * 7 for n in range(8)]
    chosen = choose_cosp(queries, samples, embed)
    assert chosen.confidence == 1.0
    assert not chosen.worth_it
    assert any(note.startswith("Not worth it:") for note in chosen.notes)
    # the bar is a parameter
    assert choose_cosp(queries, samples, embed, Constants(enough_agreement=1.01)).worth_it


def test_bad_replies_are_dropped_and_counted():
    samples = [
        [
            rationale("7", "하나씩 셉니다."),
            "",
            "좋습니다. " * 20,
            "죄송하지만 그 요청은 도와드릴 수 없습니다.",
            "First we count the apples in every single basket. So the answer is 7.",
            "사과가 많이 있고 배도 많이 있어서 세기가 쉽지 않은 문제라고 생각됩니다.",
            "사과는 몇 개입니까?",
        ],
        ["", "", ""],
    ]
    queries = [Query("1", "사과는 몇 개입니까?"), Query("2", "배는 몇 개입니까?")]
    chosen = choose_cosp(queries, samples, embed)
    assert chosen.dropped == {
        "echo": 1,
        "empty": 4,
        "looping": 1,
        "no answer": 1,
        "refusal": 1,
        "unparsable": 1,
        "wrong language": 1,
    }
    assert [demo.answer for demo in chosen.demos] == ["7"]
    # one of seven was read: as unsure as can be, and so is the question without any
    assert chosen.confidence == pytest.approx(0.0, abs=1e-9)


def test_replies_in_another_language_may_be_wanted():
    samples = [["First we count the apples in every single basket. So the answer is 7."] * 2]
    chosen = choose_cosp([Query("1", "사과는 몇 개입니까?")], samples, embed, Constants(same_language=False))
    assert [demo.answer for demo in chosen.demos] == ["7"]
    assert "wrong language" not in chosen.dropped


def test_nothing_that_can_be_read():
    chosen = choose_cosp([Query("1", "몇 개?"), Query("2", "몇 명?")], [["", ""], ["...", "???"]], embed)
    assert chosen.demos == ()
    assert not chosen.worth_it
    assert "There are no demos: none of the replies can be used." in chosen.notes
    assert chosen.dropped["no answer"] == 2


def test_no_questions():
    assert choose_cosp([], [], embed).demos == ()


@settings(max_examples=8)
@given(st.integers(0, 10_000))
def test_order_of_the_input_changes_nothing(seed):
    pupil = Pupil(5, questions=10)
    rows = list(zip(pupil.queries, pupil.samples(4, cot=True), strict=True))
    rows.append((Query("again", pupil.queries[3].text + " "), [ANSWER.format(13)] * 4))
    straight = choose_cosp(*map(list, zip(*rows, strict=True)), embed)
    assert straight.dropped["duplicate"] == 1
    shuffler = random.Random(seed)
    shuffler.shuffle(rows)
    shuffled = [(query, shuffler.sample(replies, len(replies))) for query, replies in rows]
    assert choose_cosp(*map(list, zip(*shuffled, strict=True)), embed) == straight


def test_final_answer_is_the_majority_of_both_stages():
    first = [ANSWER.format("7개")] * 2 + [ANSWER.format("8개")] * 3
    assert final_answer(first, []) == "8"
    assert final_answer(first, ["답: 일곱 개", "답: 7"]) == "7"
    assert final_answer(["..."], [""]) == ""


def test_demos_are_right_more_often_than_the_pool():
    gains = []
    for seed in range(5):
        pupil = Pupil(seed)
        samples = pupil.samples(7, cot=True)
        gold = {query.id: query.gold for query in pupil.queries}
        pool = [
            final_answer(replies, []) == query.gold
            for query, replies in zip(pupil.queries, samples, strict=True)
        ]
        demos = choose_cosp(pupil.queries, samples, embed).demos
        right = [demo.answer == gold[demo.query_id] for demo in demos]
        gains.append(sum(right) / len(right) - sum(pool) / len(pool))
    assert math.fsum(gains) / len(gains) >= 0.15
    assert min(gains) > 0
