import math

import pytest

from rag.coverage import inverse_frequency
from rag.ranking import Found, bm25, looked_up, rank
from rag.settings import Ranking
from rag.stores import Stored
from rag.types import Passage

# Four passages, worked by hand: 휴가 stands in three of them, 연차 in one.
FIELDS = {"a": "휴가 연차", "b": "휴가 휴가 휴가 출장", "c": "휴가 회의", "d": "회의 회의 회의 회의"}
WEIGHTS = {"휴가": math.log1p(1.5 / 3.5), "연차": math.log1p(3.5 / 1.5)}
SETTINGS = Ranking(k1=1.2, b=0.75)


def stored(passage_id, field):
    passage = Passage(passage_id, passage_id, "", "", field, 0, len(field))
    return Stored(passage, field)


def found(fields=FIELDS, cosines=None, asked=("휴가", "연차")):
    return Found(
        passages={name: stored(name, field) for name, field in fields.items()},
        weights=WEIGHTS,
        mean_length=3.0,
        cosines=cosines or {},
        terms=["휴가", "연차"],
        asked=asked,
        term_weights=WEIGHTS,
    )


@pytest.mark.parametrize(
    ("name", "score"),
    [
        # idf x tf x 2.2 / (tf + 1.2 x (0.25 + 0.75 x length / 3))
        ("a", WEIGHTS["휴가"] * 2.2 / 1.9 + WEIGHTS["연차"] * 2.2 / 1.9),
        ("b", WEIGHTS["휴가"] * 3 * 2.2 / 4.5),
        ("c", WEIGHTS["휴가"] * 2.2 / 1.9),
        ("d", 0.0),
    ],
)
def test_bm25_by_hand(name, score):
    assert bm25(WEIGHTS, FIELDS[name], 3.0, SETTINGS) == pytest.approx(score)


def test_bm25_of_nothing_is_nothing():
    assert bm25(WEIGHTS, "", 0.0, SETTINGS) == 0.0
    assert bm25({}, "휴가", 3.0, SETTINGS) == 0.0


def test_a_store_is_not_asked_for_tokens_that_are_nowhere_or_nearly_everywhere():
    rare = {f"말{n}": n for n in range(1, 7)}
    frequencies = {"연차": 12, **rare, "하": 60, "없": 0}

    wanted = looked_up({"연차": 2, **dict.fromkeys(rare, 1), "하": 1, "없": 1}, frequencies, 100)

    assert wanted == {
        "연차": 2 * inverse_frequency(12, 100),
        **{token: inverse_frequency(n, 100) for token, n in rare.items()},
    }


def test_common_tokens_help_out_where_hardly_one_is_rare():
    frequencies = {"연차": 5, "하": 60, "되": 40, "일": 70, "이": 80, "것": 90, "수": 95}

    assert list(looked_up(dict.fromkeys(frequencies, 1), frequencies, 100)) == ["연차", "되", "하"]


def test_a_query_of_common_tokens_alone_is_looked_up_all_the_same():
    assert list(looked_up({"하": 1, "되": 1}, {"하": 60, "되": 40}, 100)) == ["되", "하"]
    assert looked_up({"없": 1}, {"없": 0}, 100) == {}


def test_a_long_query_is_looked_up_by_its_rarest_tokens():
    counts = {f"말{n}": 1 for n in range(500)}
    wanted = looked_up(counts, {token: n + 1 for n, token in enumerate(counts)}, 100_000)

    assert list(wanted) == [f"말{n}" for n in range(24)]


def test_words_alone_rank_by_bm25_from_1_to_0():
    hits = rank(found(), SETTINGS, 10)

    assert [hit.passage.passage_id for hit in hits] == ["a", "b", "c", "d"]
    assert (hits[0].score, hits[-1].score) == (1.0, 0.0)
    assert {hit.dense for hit in hits} == {0.0}
    assert [hit.coverage for hit in hits][::3] == [1.0, 0.0]


def test_meaning_decides_where_words_find_little_and_words_where_they_find_all():
    near_d = {"a": 0.80, "b": 0.80, "c": 0.80, "d": 0.81}
    settings = Ranking(coverage_low=0.5, coverage_high=0.6, dense_least=0.2, dense_most=0.9)
    # The passages hold 휴가 alone, a fifth of the question by weight.
    little = {name: field.replace("연차", "월급") for name, field in FIELDS.items()}

    assert rank(found(cosines=near_d), settings, 1)[0].passage.passage_id == "a"
    assert rank(found(little, near_d), settings, 1)[0].passage.passage_id == "d"


def test_what_no_word_of_the_query_found_is_ranked_by_meaning_alone():
    hits = rank(found({"c": "회의", "d": "회의 자료"}, {"c": 0.7, "d": 0.9}), SETTINGS, 10)

    assert [(hit.passage.passage_id, hit.score, hit.lexical) for hit in hits] == [("d", 1, 0), ("c", 0, 0)]


def test_coverage_is_of_what_was_asked():
    (hit,) = rank(found({"c": "휴가"}, asked=["휴가"]), SETTINGS, 10)

    assert hit.coverage == 1.0
