"""Near-duplicates: the first of each cluster stays, whatever the files."""

import itertools
import random
import tracemalloc
from pathlib import Path

import numpy as np
import orjson
import pytest

from curation.comparisons.near_dedup import NEAR_DEDUP
from curation.dedup import leaders, matching
from curation.dedup.clusters import Clusters
from curation.steps.near_dedup import NearDedupParams
from tests.curation.comparisons.batches import batch_of, decide, prepare, room_of, rows_of
from tests.curation.comparisons.pages import (
    DEFAULT,
    LONG,
    THOROUGH,
    WORDS,
    edited,
    page,
    short,
    similarities,
    similarity,
)


@pytest.mark.parametrize(
    ("texts", "dropped"),
    [
        ([], []),
        (["", " ", "\n\t"], []),
        (["좋아요", "싫어요"], []),
        (["좋아요", "좋아요"], [1]),
        (["", "", "좋아요"], []),
        (
            [
                "우리 동네 도서관을 늦게까지 열어 주세요",
                "도서관 이야기",
                "우리동네 도서관을 늦게까지 열어주세요!",
            ],
            [2],
        ),
        (["두 번은 못  볼 영화였다", "두번은 못볼 영화였다ㅎㅎ"], [1]),
        (["보고 싶은 영화", "보기 싫은 영화"], []),
        ([LONG, edited(LONG, random.Random(2), 2)], [1]),
        ([LONG, edited(LONG, random.Random(2), 40)], []),
        ([LONG, LONG.upper() + " the", LONG.replace(" ", "\n\n")], [1, 2]),
        # No white space at all: such a text is compared by its characters, however long it is.
        (["가나다라" * 3 + LONG.replace(" ", ""), LONG.replace(" ", "")], [1]),
        (["😀" * 3, "😀" * 5, "𠀀𠀁𠀂𠀃", "𠀀𠀁𠀂𠀃𠀃"], [1]),
    ],
)
def test_what_is_nearly_the_same(texts: list[str], dropped: list[int], tmp_path: Path) -> None:
    params = NearDedupParams(**THOROUGH)
    found = decide(NEAR_DEDUP, params, [batch_of(texts)], tmp_path)
    assert [row["_order"] for row in found] == dropped
    assert {row["reason"] for row in found} <= {"near_duplicate"}


@pytest.fixture(scope="module")
def corpus() -> list[str]:
    """Pages and short texts with copies, near copies of every degree, and chains of them."""
    choose = random.Random(7)
    texts = []
    for size in [80] * 40 + [30] * 30 + [8] * 60:
        text = page(choose, size)
        texts.append(text)
        texts += [text] * choose.choice([0, 0, 1, 3])
        for _ in range(choose.choice([0, 1, 4])):
            text = edited(text, choose, choose.randint(1, max(1, size // 15)))
            texts.append(text)
    choose.shuffle(texts)
    return texts


@pytest.mark.parametrize("threshold", [0.6, 0.7, 0.85])
def test_against_every_pair_compared_in_python(corpus: list[str], threshold: float, tmp_path: Path) -> None:
    params = NearDedupParams(threshold=threshold, short=30, **THOROUGH)
    found = decide(NEAR_DEDUP, params, [batch_of(corpus)], tmp_path)
    near = {
        (left, right)
        for right in range(len(corpus))
        for left in range(right)
        if similarity(corpus[left], corpus[right], params) >= threshold
    }
    root = list(range(len(corpus)))
    for _ in range(20):
        for left, right in near:
            root[left] = root[right] = min(root[left], root[right])
    expected = {row: first for row, first in enumerate(root) if row != first}
    assert len(expected) > 100
    assert {row["_order"]: row["duplicate_of"] for row in found} == {
        row: f"id{first}" for row, first in expected.items()
    }
    for row in found:
        first = expected[row["_order"]]
        exact = similarity(corpus[first], corpus[row["_order"]], params)
        assert row["score"] == pytest.approx(exact)
        if row["detail"]:
            closest, value = row["detail"].removeprefix("closest to id").split()
            nearest = float(value.strip("()"))
            assert nearest >= max(threshold, row["score"])
            possible = similarities(corpus[int(closest)], corpus[row["_order"]], params)
            assert any(nearest == pytest.approx(one, abs=0.0006) for one in possible)
        else:
            assert row["score"] >= threshold


def test_one_of_every_group_of_copies_stays(tmp_path: Path) -> None:
    # A tool that was tried lost every copy of all 3,521 groups.
    choose = random.Random(3)
    groups = [page(choose, choose.choice([5, 25, 90])) for _ in range(300)]
    texts = [text for text in groups for _ in range(choose.randint(2, 6))]
    choose.shuffle(texts)
    found = decide(NEAR_DEDUP, DEFAULT, [batch_of(texts)], tmp_path)
    dropped = {row["_order"] for row in found}
    kept = [text for order, text in enumerate(texts) if order not in dropped]
    assert sorted(kept) == sorted(groups)
    for row in found:
        assert texts[int(row["duplicate_of"][2:])] == texts[row["_order"]]
        assert texts.index(texts[row["_order"]]) == int(row["duplicate_of"][2:])
        assert (row["score"], row["detail"]) == (1.0, None)


def test_a_cluster_without_its_survivor_stops_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Clusters, "roots", lambda _: np.array([1, 1, 1]) * [1, 0, 1])
    with pytest.raises(RuntimeError, match="exactly its first row"):
        decide(NEAR_DEDUP, DEFAULT, [batch_of([LONG] * 3)], tmp_path)


def test_a_chain_keeps_its_first_row_and_says_how_near_the_others_are(tmp_path: Path) -> None:
    words = WORDS[:60]
    chain = [" ".join([*(f"새{n}" for n in range(shift)), *words[shift:]]) for shift in range(0, 60, 5)]
    found = decide(NEAR_DEDUP, DEFAULT, [batch_of(chain)], tmp_path)
    assert [row["duplicate_of"] for row in found] == ["id0"] * 11
    scores = [row["score"] for row in found]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < DEFAULT.threshold
    assert found[-1]["detail"] is not None
    assert found[-1]["detail"].startswith("closest to id")
    assert found[0]["detail"] is None


def test_files_make_no_difference(corpus: list[str], tmp_path: Path) -> None:
    whole = decide(NEAR_DEDUP, DEFAULT, [batch_of(corpus)], tmp_path)
    bounds = [0, 1, 1, 30, 31, 200, 205, len(corpus)]
    batches = [batch_of(corpus[start:end], start) for start, end in itertools.pairwise(bounds)]
    assert len(batches) == 7
    assert decide(NEAR_DEDUP, DEFAULT, batches, tmp_path) == whole
    assert len(whole) > 100


def test_the_same_answer_in_small_pieces(
    corpus: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = decide(NEAR_DEDUP, DEFAULT, [batch_of(corpus)], tmp_path)
    monkeypatch.setattr(matching, "_AT_ONCE", 50)
    assert decide(NEAR_DEDUP, DEFAULT, [batch_of(corpus)], tmp_path) == whole


@pytest.mark.parametrize("edit_at", [0, 7, 15])
def test_no_text_falls_between_words_and_characters(edit_at: int, tmp_path: Path) -> None:
    # One word changed at every length around the lengths where the comparison changes.
    params = NearDedupParams(**THOROUGH)
    choose = random.Random(5)
    missed = []
    for size in range(16, 45):
        text = page(choose, size)
        words = text.split()
        words[edit_at] = "바뀐낱말"
        pair = [text, " ".join(words)]
        (tmp_path / str(size)).mkdir()
        found = decide(NEAR_DEDUP, params, [batch_of(pair)], tmp_path / str(size))
        if bool(found) != (similarity(*pair, params) >= params.threshold):
            missed.append(size)
    assert not missed


@pytest.mark.parametrize(("extra", "near"), [(0, True), (6, True), (12, True), (14, False)])
def test_a_pair_across_the_border_is_compared_by_words(extra: int, near: bool, tmp_path: Path) -> None:
    # The first has 28 n-grams of words and could be compared by characters, the second has more.
    text = page(random.Random(8), 32)
    longer = f"{text} {page(random.Random(9), extra)}"
    params = NearDedupParams(**THOROUGH)
    assert (similarity(text, longer, params) >= params.threshold) is near
    assert bool(decide(NEAR_DEDUP, params, [batch_of([text, longer])], tmp_path)) is near


def test_many_copies_are_quick(tmp_path: Path) -> None:
    texts = [LONG] * 20_000
    assert len(decide(NEAR_DEDUP, DEFAULT, [batch_of(texts)], tmp_path)) == 19_999


def test_scopes_are_not_compared(tmp_path: Path) -> None:
    params = NearDedupParams(scope="source")
    batches = [
        batch_of([LONG, "짧은 글", LONG], scope="text/source/a"),
        batch_of([LONG, "짧은 글", "짧은 글!"], 3, scope="text/source/b"),
    ]
    found = decide(NEAR_DEDUP, params, batches, tmp_path)
    assert short(found) == [(2, "near_duplicate", "id0")]


def test_tags_name_the_cluster_on_every_member(tmp_path: Path) -> None:
    texts = ["홀로 남은 글", LONG, edited(LONG, random.Random(2), 2), LONG]
    params = NearDedupParams(action="tag")
    found = decide(NEAR_DEDUP, params, [batch_of(texts)], tmp_path)
    assert all(row["reason"] is None and row["duplicate_of"] is None for row in found)
    tags = {row["_order"]: orjson.loads(row["tags"]) for row in found}
    assert tags.keys() == {1, 2, 3}
    assert {one["near_duplicate_cluster"] for one in tags.values()} == {"id1"}
    assert "near_duplicate_score" not in tags[1]
    assert tags[3]["near_duplicate_score"] == 1
    exact = similarity(texts[1], texts[2], params)
    assert tags[2]["near_duplicate_score"] == pytest.approx(exact)


def test_buckets_that_are_too_varied_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(leaders, "ROUNDS", 2)
    texts = [f"같은 머리말이 긴 안내문 {number}" + page(random.Random(number), 3) for number in range(60)]
    decide(NEAR_DEDUP, NearDedupParams(threshold=0.9, bands=20, rows=1), [batch_of(texts)], tmp_path)
    assert "not all of their pairs were compared" in caplog.text


def test_memory_does_not_grow_with_the_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "_AT_ONCE", 20_000)
    peaks = []
    for size in (40, 1200):
        choose = random.Random(4)
        texts = [page(choose, size) for _ in range(400)] * 2
        folder = tmp_path / str(size)
        folder.mkdir()
        paths = prepare(NEAR_DEDUP, DEFAULT, [batch_of(texts)], folder)
        tracemalloc.start()
        found = rows_of(NEAR_DEDUP.decide(DEFAULT, paths, room_of(folder)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert len(found) == 400
    assert peaks[1] < 1.5 * peaks[0]
