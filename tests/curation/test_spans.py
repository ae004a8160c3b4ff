"""Span hashes: equal exactly when the characters are equal, wherever they stand."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.dedup.hashing import mix
from curation.spans import SpanHashes, code_points

MASK = (1 << 64) - 1
FEW_LETTERS = st.text(alphabet="가나a \U0001f600", max_size=12)


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=()), max_size=9), max_size=6))
def test_code_points_give_the_strings_back(texts: list[str]) -> None:
    points = code_points(texts)
    back = [
        "".join(map(chr, points.codes[start:end]))
        for start, end in zip(points.starts, points.starts[1:], strict=False)
    ]
    assert back == texts


@settings(max_examples=300)
@given(st.lists(FEW_LETTERS, min_size=1, max_size=6))
def test_spans_hash_alike_exactly_when_they_are_alike(texts: list[str]) -> None:
    points = code_points(texts)
    joined = "".join(texts)
    spans = [(start, end) for start in range(len(joined)) for end in range(start, len(joined) + 1)][:400]
    hashes = SpanHashes(points.codes).of([s for s, _ in spans], [e for _, e in spans])
    by_text: dict[str, int] = {}
    for (start, end), value in zip(spans, hashes.tolist(), strict=True):
        assert by_text.setdefault(joined[start:end], value) == value
    assert len(set(by_text.values())) == len(by_text)


def test_place_and_batch_do_not_matter_beyond_the_small_tables() -> None:
    word = "말모이"
    text = "가" * 9_000 + word + "나" * 9_000 + word
    hashes = SpanHashes(code_points([text]).codes).of([9_000, len(text) - 3], [9_003, len(text)])
    alone = SpanHashes(code_points([word]).codes).of([0], [3])
    assert hashes.tolist() == [alone[0], alone[0]]


def test_the_value_is_the_documented_polynomial() -> None:
    base = 0x9E3779B97F4A7C15
    text = "우리말"
    plain = sum((ord(letter) + 1) * pow(base, place, 1 << 64) for place, letter in enumerate(text)) & MASK
    value = SpanHashes(code_points(["앞" + text]).codes).of([1], [4])
    assert value.tolist() == mix(np.array([plain], dtype=np.uint64)).tolist()


@given(FEW_LETTERS, st.integers(1, 14))
def test_windows_are_all_spans_of_one_length(text: str, length: int) -> None:
    hashes = SpanHashes(code_points([text]).codes)
    starts = np.arange(max(0, len(text) - length + 1))
    assert hashes.windows(length).tolist() == hashes.of(starts, starts + length).tolist()


def test_no_strings() -> None:
    points = code_points([])
    assert SpanHashes(points.codes).of([], []).tolist() == []
    assert (
        SpanHashes(points.codes).of([0], [0]).tolist()
        == SpanHashes(code_points(["가"]).codes).of([1], [1]).tolist()
    )
