"""Shingles: the same sets as Python's, whatever the text."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.dedup import words as words_module
from curation.dedup.characters import codes_of, values_of
from curation.dedup.shingles import Shingles, character_shingles, word_shingles
from curation.dedup.verification import jaccard
from curation.dedup.words import word_hashes
from tests.curation.dedup import reference

# Letters that differ, that look alike, that fold, that part words, and that lie beyond the table.
LETTERS = "가나ab AB\tİσΣ\n\u3000\u00a0\u2028😀👨\u200d👩𠀀𠀁.!"
TEXTS = st.lists(st.text(alphabet=LETTERS, max_size=60) | st.text(max_size=20), min_size=1, max_size=8)
Made = Callable[[Sequence[str], int], Shingles]
Expected = Callable[[str, int], reference.Grams]
PAIRS: list[tuple[Made, Expected]] = [
    (word_shingles, reference.words),
    (character_shingles, reference.characters),
]


def sets(shingles: Shingles) -> list[set[int]]:
    bounds = shingles.offsets.tolist()
    return [set(shingles.hashes[bounds[row] : bounds[row + 1]].tolist()) for row in range(len(shingles))]


@pytest.mark.parametrize(("made", "expected"), PAIRS)
@given(texts=TEXTS, size=st.integers(1, 6))
def test_sets_are_those_of_python(made: Made, expected: Expected, texts: list[str], size: int) -> None:
    found = made(texts, size)
    wanted = [expected(text, size) for text in texts]
    assert found.sizes.tolist() == [len(one) for one in wanted]
    for left in range(len(texts)):
        row = np.full(len(texts), left)
        similar = jaccard(found.select(row), found)
        assert similar.tolist() == [reference.jaccard(wanted[left], other) for other in wanted]


@pytest.mark.parametrize(("made", "expected"), PAIRS)
@given(texts=TEXTS, size=st.integers(1, 6))
def test_a_text_has_the_same_shingles_in_any_batch(
    made: Made, expected: Expected, texts: list[str], size: int
) -> None:
    together = sets(made(texts, size))
    assert together == [sets(made([text], size))[0] for text in texts]
    shingles = made(texts, size)
    for start, end in zip(shingles.offsets, shingles.offsets[1:], strict=False):
        assert (np.diff(shingles.hashes[start:end].astype(np.int64)) > 0).all()


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        ("One Two three", "one  two\tTHREE ", True),
        ("하나 둘\u3000셋", "하나 둘 셋", True),
        ("하나 둘 셋", "하나 둘셋", False),
        ("하나 둘 셋", "하나 둘 셋.", False),
        ("ab c", "a bc", False),
        ("a" * 40, "a" * 41, False),
    ],
)
def test_what_equal_words_are(left: str, right: str, equal: bool) -> None:
    one, other = sets(word_shingles([left, right], 5))
    assert (one == other) is equal


def test_characters_ignore_how_words_are_spaced() -> None:
    one, other = sets(character_shingles(["재미 있어요", "재미있어요"], 3))
    assert one == other


def test_hangul_is_not_taken_apart() -> None:
    # A tool that decomposes syllables finds these two to share letters.
    one, other = sets(character_shingles(["각낙닥", "갂낚닦"], 1))
    assert not one & other


def test_nothing_is_shared_across_the_border_of_two_texts() -> None:
    found = word_shingles(["a b c d e f", "", " ", "g h i j k l"], 5)
    alone = word_shingles(["a b c d e f"], 5)
    assert found.sizes.tolist() == [2, 0, 0, 2]
    assert sets(found)[0] == sets(alone)[0]
    assert len(sets(word_shingles(["a b c d e f g h i j k l"], 5))[0] & set.union(*sets(found))) == 4


@pytest.mark.parametrize("piece", [1 << 16, 64, 7])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "한 낱말",
        "가" * 500,
        " ".join("가나다라마바사아자차카타파하"[: n % 14 + 1] for n in range(300)),
        f"{'a' * 63} {'b' * 64} {'c' * 65} {'d' * 6} {'e' * 7} {'f' * 8}",
        f"앞 {'나' * 200} 뒤 {'나' * 199}다",
    ],
)
def test_words_do_not_depend_on_where_they_stand(
    text: str, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words_module, "PIECE", piece)
    words_module._powers.cache_clear()
    try:
        starts, hashes = word_hashes(codes_of([text, f"x {text}"])[0])
        expected = f"{text} x {text}".split()
        joined = f" {text} x {text} "
        assert [joined[start:].split(maxsplit=1)[0] for start in starts.tolist()] == expected
        named = dict(zip(hashes.tolist(), expected, strict=True))
        assert [named[one] for one in hashes.tolist()] == expected
        assert len(named) == len(set(expected))
    finally:
        words_module._powers.cache_clear()


def test_case_is_folded_as_python_folds_it() -> None:
    letters = [chr(code) for code in range(1, 0x20000) if not 0xD800 <= code < 0xE000]
    letters = [letter for letter in letters if len(letter.lower()) == 1]
    values = values_of(np.array([ord(letter) for letter in letters], dtype=np.uint32))
    lower = values_of(np.array([ord(letter.lower()) for letter in letters], dtype=np.uint32))
    assert (values == lower).all()
    assert [letter for letter, value in zip(letters, values, strict=True) if not value] == [
        letter for letter in letters if letter.isspace()
    ]
    distinct = {letter.lower() for letter in letters if not letter.isspace()}
    assert len(np.unique(values)) == len(distinct) + 1


def test_words_that_differ_a_little_do_not_collide() -> None:
    words = [
        f"{first}{second}{number}" for first in "가각간갇" for second in "나낙" for number in range(20_000)
    ]
    _, hashes = word_hashes(codes_of([" ".join(words)])[0])
    assert len(np.unique(hashes)) == len(words)
    # 160,000 hashes of 32 bits: about 3 collisions are expected.
    assert len(words) - len(np.unique((hashes >> np.uint64(32)).astype(np.uint32))) < 15
    assert len(words) - len(np.unique(word_shingles([" ".join(words)], 1).hashes)) < 15
