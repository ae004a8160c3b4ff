"""Character classes over a batch: the counts of a plain loop, whatever stands beside a text."""

import sys
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation import characters
from curation.characters import KINDS, Kind, chunks, count, count_words, layout

# Text as it comes: any character, and many of those that the classes turn on.
TEXTS = st.lists(
    st.text(
        st.one_of(st.characters(), st.sampled_from(" \n\t\u3000가힣ㅋﾡᄀA漢かカ1٣²…#.é𝐀😀\U000e0041")),
        max_size=20,
    ),
    max_size=8,
)


@pytest.mark.parametrize(
    ("character", "kind"),
    [
        ("가", Kind.SYLLABLE),
        ("힣", Kind.SYLLABLE),
        ("ㅋ", Kind.JAMO),
        ("ᄀ", Kind.JAMO),
        ("ﾡ", Kind.JAMO),
        ("a", Kind.LATIN),
        ("é", Kind.LATIN),
        ("Ａ", Kind.LATIN),
        ("漢", Kind.HAN),
        ("𠀀", Kind.HAN),
        ("か", Kind.KANA),
        ("ｶ", Kind.KANA),
        ("ж", Kind.LETTER),
        ("ก", Kind.LETTER),
        ("7", Kind.DIGIT),
        ("７", Kind.DIGIT),
        (" ", Kind.SPACE),
        ("\u3000", Kind.SPACE),
        ("\n", Kind.LINE_BREAK),
        ("\u2028", Kind.LINE_BREAK),
        ("…", Kind.SYMBOL),
        ("×", Kind.SYMBOL),
        ("😀", Kind.SYMBOL),
        ("\u200b", Kind.SYMBOL),
        ("\x00", Kind.SYMBOL),
        ("\U000e0041", Kind.SYMBOL),  # beyond the table
        ("\U0010ffff", Kind.SYMBOL),
        ("\ud800", Kind.SYMBOL),  # half a pair: no text of a release, but no reason to stop
    ],
)
def test_kind_of_a_character(character: str, kind: Kind) -> None:
    (counts,) = count([character])
    assert counts.tolist() == [int(column == kind) for column in range(KINDS)]


def test_no_letter_digit_or_blank_lies_beyond_the_table() -> None:
    beyond = map(chr, range(characters._CLASSIFIED, sys.maxunicode + 1))
    assert not any(one.isalpha() or one.isspace() or one.isdecimal() for one in beyond)


def one_by_one(text: str) -> dict[str, int]:
    return {
        "characters": len(text),
        "letters": sum(map(str.isalpha, text)),
        "digits": sum(map(str.isdecimal, text)),
        "blanks": sum(map(str.isspace, text)),
        "hangul": sum("HANGUL" in unicodedata.name(one, "") for one in text if one.isalpha()),
        "words": len(text.split()),
        "lettered": sum(any(map(str.isalpha, word)) for word in text.split()),
    }


@given(TEXTS)
def test_counts_are_those_of_a_plain_loop(texts: list[str]) -> None:
    counts = count(texts)
    words, lettered = count_words(layout(texts))
    assert counts.shape == (len(texts), KINDS)
    for row, text in enumerate(texts):
        expected = one_by_one(text)
        assert counts[row].sum() == expected["characters"]
        assert counts[row, Kind.SYLLABLE :].sum() == expected["letters"]
        assert counts[row, Kind.DIGIT] == expected["digits"]
        assert counts[row, [Kind.SPACE, Kind.LINE_BREAK]].sum() == expected["blanks"]
        assert counts[row, [Kind.SYLLABLE, Kind.JAMO]].sum() == expected["hangul"]
        assert words[row] == expected["words"]
        assert lettered[row] == expected["lettered"]


@pytest.mark.parametrize(
    "texts",
    [[], [""], ["", ""], ["", "가", ""], ["가", "", "", "나"], ["가 ", "", " 나"], ["끝", "앞"]],
)
def test_empty_texts_count_nothing_and_take_nothing_from_their_neighbours(texts: list[str]) -> None:
    assert count(texts)[:, Kind.SYLLABLE].tolist() == [len(text.strip()) for text in texts]
    words, lettered = count_words(layout(texts))
    assert words.tolist() == lettered.tolist() == [len(text.split()) for text in texts]


def test_counts_do_not_depend_on_where_a_batch_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["가나 다", "", "ab1", "라" * 50, "", "!?", "漢 字"]
    whole = count(texts)
    monkeypatch.setattr(characters, "_CHUNK", 4)
    assert [len(chunk) for chunk in chunks(texts)] == [2, 1, 1, 2, 1]
    assert np.array_equal(count(texts), whole)


@given(TEXTS, st.integers(1, 40))
def test_chunks_hold_every_text_once_and_in_order(texts: list[str], size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(characters, "_CHUNK", size)
        cut = list(chunks(texts))
    assert [text for chunk in cut for text in chunk] == texts
    assert all(len(chunk) == 1 or sum(map(len, chunk)) <= size for chunk in cut)
