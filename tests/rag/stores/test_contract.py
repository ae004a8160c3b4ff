"""What every store promises (`rag.stores.base.PassageStore`)."""

import itertools

import numpy as np
import pytest

from rag.stores import Stored
from rag.types import EVERYTHING, Filter
from tests.rag.stores.samples import found, ones, passage, unit

ODD_IDS = [
    "o'brien') OR ('1'='1",
    'say "hi" \\ and \\" again',
    "nul\0inside",
    "줄\n바꿈\t탭\r",
    "😀 가각 e\u0301",
    "100%_of?*",
    "x" * 3000,
]


def test_a_new_store_is_empty_and_answers(store):
    assert (store.passages(), store.vectors()) == (0, 0)
    assert list(store.passage_ids()) == list(store.vector_ids()) == []
    assert store.lexical_candidates({"휴가": 1.0}, 5) == []
    assert store.dense_scores(unit(0), 5) == store.similarities(unit(0), ["a"]) == {}
    assert store.fetch(["a"]) == store.fetch([]) == {}
    store.remove_documents(["d"])
    store.remove_documents([])
    store.add([], [])
    store.add_vectors([], np.empty((0, 8), np.float16))
    store.settle()
    assert store.passages() == 0


def test_a_passage_comes_back_as_it_went_in(store):
    whole = passage(
        "a",
        "휴가는 '언제'든 \"쓸\" 수 있다.\n\n<b>\0</b> \\ 😀",
        title="연차\t휴가",
        source="규정/휴가.md",
        start=12,
        end=50,
        place="2쪽, 취업 규칙 > 제5조",
        acl=("인사", "개발 1팀"),
        date="2026-11-22T09:00",
    )
    plain = passage("b", "", title="", source="", end=0)

    store.add([whole, plain], ["휴가 쓰 c++", ""])
    store.settle()

    assert store.fetch(["b", "gone", "a"]) == {"a": Stored(whole, "휴가 쓰 c++"), "b": Stored(plain, "")}
    assert store.lexical_candidates(ones("휴가"), 5) == [Stored(whole, "휴가 쓰 c++")]


@pytest.mark.parametrize("name", ODD_IDS)
def test_odd_ids_are_taken_literally(store, name):
    store.add([passage(name, doc_id=name), passage("other", doc_id="e")], ["휴가", "휴가"])
    store.add_vectors(
        [passage(name, doc_id=name), passage("other", doc_id="e")], np.stack([unit(0), unit(1)])
    )

    assert list(store.fetch([name])) == [name]
    assert found(store, "휴가") == {name, "other"}
    assert sorted(store.passage_ids()) == sorted(store.vector_ids()) == sorted([(name, name), ("other", "e")])
    assert set(store.similarities(unit(0), [name])) == {name}
    assert list(store.dense_scores(unit(0), 1)) == [name]
    store.remove_documents([name])
    assert list(store.passage_ids()) == list(store.vector_ids()) == [("other", "e")]


def test_documents_leave_whole_and_others_stay(store):
    many = [passage(f"p{n}", doc_id=f"d{n % 3}") for n in range(9)]
    store.add(many, ["휴가"] * 9)
    store.add_vectors(many[:6], np.stack([unit(n) for n in range(6)]))

    store.remove_vectors(["d0"])
    assert (store.passages(), store.vectors()) == (9, 4)
    store.remove_documents(["d1", "unknown"])

    assert sorted(store.passage_ids()) == [(f"p{n}", f"d{n % 3}") for n in (0, 2, 3, 5, 6, 8)]
    assert sorted(store.vector_ids()) == [("p2", "d2"), ("p5", "d2")]
    assert found(store, "휴가") == {"p0", "p2", "p3", "p5", "p6", "p8"}
    assert set(store.dense_scores(unit(0), 9)) == {"p2", "p5"}


def test_a_passage_of_a_known_id_can_be_read_and_removed(store):
    # The caller removes older ones first; a run that was killed in between may not have.
    store.add([passage("a", "첫째")], ["첫째"])
    store.add([passage("a", "둘째"), passage("b", "셋째", doc_id="e")], ["둘째", "셋째"])

    assert set(store.fetch(["a"])) == {"a"}
    assert {name for name, _ in store.passage_ids()} == {"a", "b"}
    store.remove_documents(["d"])
    assert list(store.passage_ids()) == [("b", "e")]
    store.add([passage("a", "둘째")], ["둘째"])
    assert store.fetch(["a"])["a"].passage.text == "둘째"
    assert store.passages() == 2


FILTERED = [
    passage("all", source="규정/휴가.md"),
    passage("hr", source="규정/급여.md", acl=("인사",), date="2026-01-31"),
    passage("dev", source="규정_안/100%.md", acl=("개발", "o'brien"), date="2026-02-01T09:30"),
    passage("odd", source='o\'brien "슬랙"\\방', acl=('a"b\\c',), date="2026-03"),
    passage("line", source="규정", acl=("두\n줄",), date="2027-01-01"),
    passage("saved", doc_id="slack:T1:C1:1.5"),
    passage("quoted", doc_id="o'br\"ien\\줄\n"),
]
FILTERS = [
    EVERYTHING,
    Filter(groups=frozenset()),
    Filter(groups=frozenset({"인사"})),
    Filter(groups=frozenset({"없음"})),
    Filter(groups=frozenset({"개발", "인사"})),
    Filter(groups=frozenset({"o'brien"})),
    Filter(groups=frozenset({'a"b\\c'})),
    Filter(groups=frozenset({"두\n줄"})),
    Filter(groups=frozenset({"') OR true --", '"]) or true //'})),
    Filter(sources=("규정/",)),
    Filter(sources=("규정",)),
    Filter(sources=("규정_",)),
    Filter(sources=("규정_안/100%",)),
    Filter(sources=("규%",)),
    Filter(sources=('o\'brien "슬랙"\\',)),
    Filter(sources=("없음", "규정/급")),
    Filter(sources=("\U0010ffff",)),
    Filter(since="2026-02-01"),
    Filter(until="2026-02-01"),
    Filter(until="2026"),
    Filter(since="2026-01-31", until="2026-02"),
    Filter(since="2026-02-01T09:30", until="2026-02-01T09:30"),
    Filter(until="2026-02-01T09:29"),
    Filter(since="' OR '1'='1"),
    Filter(without=("slack:T1:C1:1.5",)),
    Filter(without=("slack:T1:C1:1.5", "o'br\"ien\\줄\n")),
    Filter(without=("d", "없음")),
    Filter(without=("') OR (1=1", '"] or doc_id in ["d')),
    Filter(groups=frozenset({"인사"}), without=("slack:T1:C1:1.5",)),
    Filter(groups=frozenset({"인사"}), sources=("규정/",), since="2026-01-01", until="2026-12-31"),
]


@pytest.mark.parametrize("settled", [False, True])
def test_filters_mean_the_same_in_both_routes_as_in_the_types(store, settled):
    store.add(FILTERED, ["휴가"] * len(FILTERED))
    store.add_vectors(FILTERED, np.stack([unit(n) for n in range(len(FILTERED))]))
    if settled:
        store.settle()

    for among in FILTERS:
        admitted = {one.passage_id for one in FILTERED if among.admits(one)}
        assert found(store, "휴가", among=among) == admitted, among
        assert set(store.dense_scores(unit(0), 10, among)) == admitted, among


def test_a_filter_follows_what_is_written_after_it_was_first_asked(store):
    among = Filter(groups=frozenset({"인사"}))
    secret, late = passage("a", acl=("임원",)), passage("b", doc_id="e", acl=("인사",))
    store.add([secret], ["휴가"])
    store.add_vectors([secret], unit(0)[None])
    assert store.dense_scores(unit(0), 5, among) == {}

    store.add([late], ["휴가"])
    store.add_vectors([late], unit(1)[None])
    assert set(store.dense_scores(unit(0), 5, among)) == found(store, "휴가", among=among) == {"b"}

    # The same id, now for everybody.
    store.remove_documents(["d"])
    store.add([passage("a")], ["휴가"])
    store.add_vectors([passage("a")], unit(0)[None])
    assert set(store.dense_scores(unit(0), 5, among)) == found(store, "휴가", among=among) == {"a", "b"}


def test_a_filter_does_not_cost_better_passages_their_place(store):
    # Filtered before the best are chosen: the only open passage is the worst of a hundred.
    many = [passage(f"p{n:03}", acl=() if n == 99 else ("임원",)) for n in range(100)]
    store.add(many, ["휴가 휴가 규정"] * 99 + ["휴가 " + "장비 " * 200])
    store.add_vectors(many, np.stack([unit(0)] * 99 + [unit(1)]))
    store.settle()

    among = Filter(groups=frozenset())
    assert found(store, "휴가 규정", 5, among=among) == {"p099"}
    assert set(store.dense_scores(unit(0), 5, among)) == {"p099"}


def test_documents_left_out_do_not_cost_others_their_place(store):
    # The nearest and best are those of one document; as many as asked for come from the others.
    live = [passage(f"l{n}", doc_id="slack:T1:C1:1.5") for n in range(20)]
    others = [passage(f"o{n}") for n in range(5)]
    store.add([*live, *others], ["휴가 휴가 규정"] * 20 + ["휴가 장비"] * 5)
    store.add_vectors([*live, *others], np.stack([unit(0)] * 20 + [unit(1)] * 5))

    among = Filter(without=("slack:T1:C1:1.5",))
    assert len(store.dense_scores(unit(0), 3, among)) == 3
    assert found(store, "휴가 규정", 5, among=among) == set(store.dense_scores(unit(0), 5, among))
    assert set(store.dense_scores(unit(0), 5, among)) == {f"o{n}" for n in range(5)}


def test_cosines_are_exact_and_nearest_comes_first(store):
    vectors = np.random.default_rng(0).standard_normal((300, 8)).astype(np.float16)
    many = [passage(f"p{n}") for n in range(300)]
    store.add(many, ["휴가"] * 300)
    for at in range(0, 300, 100):
        store.add_vectors(many[at : at + 100], vectors[at : at + 100])
    query = vectors[7] * np.float16(0.5)
    wide = vectors.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1) * np.linalg.norm(query.astype(np.float64))
    exact = {f"p{n}": float(value) for n, value in enumerate(wide @ query.astype(np.float64) / lengths)}

    nearest = store.dense_scores(query, 20)

    assert list(nearest) == sorted(exact, key=exact.get, reverse=True)[:20]
    assert next(iter(nearest.items())) == ("p7", pytest.approx(1.0, abs=1e-3))
    for name, score in itertools.chain(
        nearest.items(), store.similarities(query, ["p3", "no", "p9"]).items()
    ):
        assert score == pytest.approx(exact[name], abs=1e-3)
    assert list(store.similarities(query, ["no"])) == []


@pytest.mark.parametrize("settled", [False, True])
def test_a_fresh_exact_match_beats_an_older_one_term_match(store, settled):
    # Where document frequencies are local to a segment, a fresh segment of one passage makes every
    # term of it look common: the exact match ranked below a passage that shares one word.
    store.add([passage(f"old{n}") for n in range(300)], [f"출장 규정 장비{n}" for n in range(300)])
    store.settle()
    store.add([passage("fresh", doc_id="e")], ["휴가 규정 개정"])
    if settled:
        store.settle()

    weights = {"휴가": 5.0, "규정": 0.01, "개정": 5.0}
    assert store.lexical_candidates(weights, 5)[0].passage.passage_id == "fresh"


@pytest.mark.parametrize(
    ("kept", "asked", "is_found"),
    [
        ("c++", "c++", True),
        ("Vpn", "vpn", False),
        ("running", "runs", False),
        ("the", "the", True),
        ("café", "cafe", False),
        ("https://a.kr/" + "b" * 80, "https://a.kr/" + "b" * 80, True),
        ('"휴가"', "휴가", False),
        ("휴가", "휴가 AND -출장 (~*", True),
        ("휴가", "휴", False),
        ("_휴가", "휴가", False),
    ],
)
def test_tokens_are_matched_as_they_stand(store, kept, asked, is_found):
    store.add([passage("a"), passage("b")], [kept, "다른"])
    store.settle()

    assert ("a" in found(store, asked)) is is_found


def test_vectors_may_be_left_out(place):
    store = place.open(create=True, dimensions=0)
    store.add([passage("a")], ["휴가"])

    assert (store.passages(), store.vectors(), list(store.vector_ids())) == (1, 0, [])
    assert store.dense_scores(unit(0), 5) == store.similarities(unit(0), ["a"]) == {}
    store.remove_vectors(["d"])
    store.remove_documents(["d"])
    assert store.passages() == 0
    store.close()
