"""USP for short answers and texts: what is chosen, worked out by hand where there are numbers."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prompting.selection.answers import majority, normalised
from prompting.selection.types import Constants, Query
from prompting.selection.usp import choose_lfg, choose_sfg
from tests.prompting.selecting import Pupil, embed, embedded


def questions(count: int) -> list[Query]:
    return [Query(f"q{n}", f"{n + 2}번 상자에는 무엇이 있습니까?") for n in range(count)]


def test_surest_answers_first():
    queries = [Query("1", "사과는?"), Query("2", "배는?"), Query("3", "감은?")]
    # entropies 0.405639, 0 and 1; mean m = 0.468546, deviation s = √(((e-m)² summed)/3) = 0.410675
    samples = [["7", "7개", "일곱 개", "8"], ["5", "다섯", "5개", "5 개"], ["1", "2", "3", "4"]]
    vectors = {"사과": [1, 0, 0], "배": [0, 1, 0], "감": [0, 0, 1]}
    demos = choose_sfg(queries, samples, embedded(vectors)).demos
    assert [(demo.query_id, demo.answer) for demo in demos] == [("2", "5"), ("1", "7"), ("3", "1")]
    entropies = np.array([0.0, 0.4056390622295664, 1.0])
    expected = -(entropies - entropies.mean()) / entropies.std()
    assert [demo.score for demo in demos] == pytest.approx(expected.tolist(), abs=1e-9)
    assert [demo.parts["entropy"] for demo in demos] == pytest.approx(entropies.tolist(), abs=1e-9)
    assert demos[0].why == "4 of 4 replies say '5' (entropy 0.00)."


@pytest.mark.parametrize(("trade_off", "second"), [(0.2, "near"), (0.9, "far")])
def test_similarity_to_what_was_chosen_counts_against(trade_off, second):
    # z-scored entropies of 0, 0.405639, 1: 1.140914, 0.153176, -1.294090. Cosines 1, 0, 0 of the pairs:
    # mean 1/3, deviation √2/3, z-scores √2 and -1/√2. After the first:
    # near = 0.153176 - λ·1.414214, far = -1.294090 + λ·0.707107; equal at λ = 0.682268.
    queries = [Query("first", "사과는?"), Query("near", "배는?"), Query("far", "감은?")]
    samples = [["5"] * 4, ["7", "7", "7", "8"], ["1", "2", "3", "4"]]
    vectors = {"사과": [1, 0], "배": [1, 0], "감": [0, 1]}
    demos = choose_sfg(queries, samples, embedded(vectors), Constants(demos=2, trade_off=trade_off)).demos
    assert [demo.query_id for demo in demos] == ["first", second]


@pytest.mark.parametrize(("trade_off", "second"), [(0.6822, "near"), (0.6824, "far")])
def test_similarity_turns_the_choice_where_it_should(trade_off, second):
    queries = [Query("first", "사과는?"), Query("near", "배는?"), Query("far", "감은?")]
    samples = [["5"] * 4, ["7", "7", "7", "8"], ["1", "2", "3", "4"]]
    vectors = {"사과": [1, 0], "배": [1, 0], "감": [0, 1]}
    demos = choose_sfg(queries, samples, embedded(vectors), Constants(demos=2, trade_off=trade_off)).demos
    assert demos[1].query_id == second


def test_the_commonest_reply_with_the_answer_is_shown():
    (demo,) = choose_sfg([Query("1", "몇 개?")], [["7개", "일곱 개", "7개", "7", "8"]], embed).demos
    assert (demo.response, demo.answer, demo.forced) == ("7개", "7", False)


def test_ties_go_by_content():
    queries = questions(7)
    samples = [["빵", "빵"] for _ in queries]
    same = embedded({"": [1.0, 0.0]})
    straight = choose_sfg(queries, samples, same).demos
    assert [demo.query_id for demo in straight] == ["q0", "q1", "q2", "q3", "q4"]
    assert choose_sfg(queries[::-1], samples[::-1], same).demos == straight
    assert {demo.score for demo in straight} == {0.0}  # nothing varies


def test_duplicates_are_asked_once():
    queries = [Query("b", "수도는 어디?"), Query("a", "수도는  어디"), Query("c", "수도는 어디 ?")]
    chosen = choose_sfg(queries, [["서울"], ["서울"], ["서울"]], embed)
    assert [demo.query_id for demo in chosen.demos] == ["a"]
    assert chosen.dropped == {"duplicate": 2}
    # signs make another question
    assert len(choose_sfg([Query("1", "3 + 1"), Query("2", "3 - 1")], [["4"], ["2"]], embed).demos) == 2


def test_an_answer_may_be_a_piece_of_its_question_or_only_signs():
    queries = [
        Query("1", "서울특별시종로구청과 부산광역시청 가운데 북쪽은?"),
        Query("2", "(A) 참 (B) 거짓"),
        Query("3", "값은?"),
    ]
    chosen = choose_sfg(queries, [["서울특별시종로구청"] * 2, ["(A)"] * 2, ["100000000원"] * 2], embed)
    assert sorted(demo.answer for demo in chosen.demos) == ["100000000", "a", "서울특별시종로구청"]
    assert chosen.dropped == {}


@pytest.mark.parametrize(
    ("reply", "name"),
    [
        ("  ", "empty"),
        ("정답정답정답정답정답정답정답정답", "looping"),
        ("죄송하지만 답변해 드릴 수 없습니다.", "refusal"),
        ("Nobody knows for certain what is inside the box.", "wrong language"),
        ("箱の中には何が入っていますか、わかりません", "wrong language"),
        ("알 수 없습니다.", "unparsable"),
        ("�������", "garbled"),
        ("2번 상자에는 무엇이 있습니까?", "echo"),
    ],
)
def test_bad_replies_are_counted_by_name(reply, name):
    chosen = choose_sfg(questions(1), [[reply, "빵", "빵"]], embed)
    assert chosen.dropped == {name: 1}
    assert [demo.response for demo in chosen.demos] == ["빵"]


def test_korean_replies_to_english_questions_are_counted():
    reply = "상자 안에는 갓 구운 따뜻한 빵이 있습니다."
    chosen = choose_sfg([Query("1", "What is in the box?")], [[reply, "bread", "Bread."]], embed)
    assert chosen.dropped == {"wrong language": 1}


def texts(seed: int, count: int) -> list[list[str]]:
    """Six summaries of each question: sentences drawn from a few."""
    chance = random.Random(seed)
    subjects = ["강변 산책로가", "시립 도서관이", "동네 시장이", "새 버스 노선이", "학교 운동장이"]
    verbs = [
        "다음 달에 문을 엽니다.",
        "주말마다 붐빕니다.",
        "내년까지 고쳐집니다.",
        "주민에게 인기가 많습니다.",
    ]
    return [
        [" ".join(f"{chance.choice(subjects)} {chance.choice(verbs)}" for _ in range(2)) for _ in range(6)]
        for _ in range(count)
    ]


def test_a_copier_is_dropped():
    queries, samples = questions(20), texts(1, 20)
    copied = "강변 산책로가 다음 달에 문을 엽니다. 시장이 이를 밝혔습니다."
    samples[7] = [copied] * 6
    chosen = choose_lfg(queries, samples, [replies[0] for replies in samples], embed)
    assert chosen.dropped == {"copier": 1}
    assert "q7" not in {demo.query_id for demo in chosen.demos}
    # without the rule it would be the first
    kept = choose_lfg(queries, samples, [replies[0] for replies in samples], embed, Constants(fence=99))
    assert kept.demos[0].query_id == "q7"


def test_replies_that_cannot_be_used_make_no_copiers_of_the_others():
    samples = [["", "", "죄송하지만 그 요청은 도와드릴 수 없습니다."]] * 9 + texts(3, 3)
    greedy = [""] * 9 + [replies[0] for replies in samples[9:]]
    chosen = choose_lfg(questions(12), samples, greedy, embed)
    assert sorted(demo.query_id for demo in chosen.demos) == ["q10", "q11", "q9"]
    assert "copier" not in chosen.dropped


def test_overlap_ranks_the_questions():
    queries = [Query("low", "가?"), Query("high", "나?")]
    samples = [["가 나 다 라 마", "바 사 아 자 차"], ["가 나 다 라 마", "가 나 다 라 차"]]
    constants = Constants(tokens="characters")
    chosen = choose_lfg(queries, samples, ["가 나 다 라 마"] * 2, embed, constants)
    assert [demo.query_id for demo in chosen.demos] == ["high", "low"]
    # 4 of 5 characters in order, and none: means 0.8 and 0, z-scores 1 and -1; confidence 0.4
    assert [demo.parts["overlap"] for demo in chosen.demos] == pytest.approx([0.8, 0.0], abs=1e-9)
    assert [demo.score for demo in chosen.demos] == pytest.approx([1.0, -1.0], abs=1e-9)
    assert chosen.confidence == pytest.approx(0.4, abs=1e-9)
    assert (
        choose_lfg(queries, samples, ["가 나 다 라 마"] * 2, embed, Constants(enough_overlap=0.3)).worth_it
        is False
    )


@pytest.mark.parametrize(("words", "kept"), [(4, False), (5, True), (90, True), (91, False)])
def test_length_of_a_text(words, kept):
    syllables = random.Random(3).choices([chr(one) for one in range(0xAC00, 0xD7A3)], k=words)
    chosen = choose_lfg(questions(1), [["비가 온다", "눈이 온다"]], [" ".join(syllables)], embed)
    assert len(chosen.demos) == kept
    assert chosen.dropped == ({} if kept else {"length": 1})


def test_without_a_greedy_text_there_is_no_demo():
    chosen = choose_lfg(questions(2), texts(2, 2), ["", "비가 오고 바람이 불고 춥다"], embed)
    assert [demo.query_id for demo in chosen.demos] == ["q1"]
    assert chosen.dropped == {"empty": 1, "no answer": 1}


@settings(max_examples=8)
@given(st.integers(0, 10_000))
def test_order_of_the_input_changes_nothing(seed):
    shuffler = random.Random(seed)
    pupil = Pupil(4, questions=12)
    answers = list(zip(pupil.queries, pupil.samples(5), strict=True))
    written = list(zip(questions(8), texts(6, 8), [one[0] for one in texts(7, 8)], strict=True))
    straight = choose_sfg(*map(list, zip(*answers, strict=True)), embed)
    long = choose_lfg(*map(list, zip(*written, strict=True)), embed)
    shuffler.shuffle(answers)
    shuffler.shuffle(written)
    answers = [(query, shuffler.sample(replies, len(replies))) for query, replies in answers]
    written = [(query, shuffler.sample(replies, len(replies)), one) for query, replies, one in written]
    assert choose_sfg(*map(list, zip(*answers, strict=True)), embed) == straight
    assert choose_lfg(*map(list, zip(*written, strict=True)), embed) == long


def test_demos_are_right_more_often_than_the_pool():
    gains = []
    for seed in range(20):
        pupil = Pupil(seed)
        samples = pupil.samples(6)
        gold = {query.id: query.gold for query in pupil.queries}
        votes = [majority([normalised(one) for one in replies]) for replies in samples]
        pool = [vote == query.gold for vote, query in zip(votes, pupil.queries, strict=True)]
        right = [
            demo.answer == gold[demo.query_id] for demo in choose_sfg(pupil.queries, samples, embed).demos
        ]
        gains.append(sum(right) / len(right) - sum(pool) / len(pool))
    assert sum(gains) / len(gains) >= 0.15
    assert min(gains) > 0


def test_a_question_without_replies_is_not_sure():
    chosen = choose_sfg(questions(2), [[], ["빵", "빵"]], embed)
    assert chosen.confidence == 0.5
    assert chosen.dropped == {"no answer": 1}
