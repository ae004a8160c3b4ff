"""What a word is made of must not hang on a version of Unicode."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compile.search.characters import bigrams, is_bigram, kind, pieces, readable
from rag.lexical import bigrams as of_the_server


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("연차 휴가", "연차 휴가"),
        (unicodedata.normalize("NFD", "연차 휴가"), "연차 휴가"),
        ("GPU-4 Café", "gpu-4 café"),
        (unicodedata.normalize("NFD", "Café"), "café"),
        ("3.5%(세금)!", "3.5% 세금  "),
        ("\uf90a", "金"),
        ("ΟΔΟΣ", "οδοσ"),  # a final sigma would depend on what follows
        ("İ", "İ"),  # two characters in lower case: places would move
        ("가\u1c89나", "가 나"),  # a letter since Unicode 16: Python 3.11 calls it unassigned
        ("가\ua7cb나", "가 나"),  # the same
        ("a\U000105c9b", "a b"),  # normalised otherwise since Unicode 16
        ("가😀나\u200b다", "가 나 다"),
    ],
)
def test_a_text_is_read_the_same_everywhere(written: str, read: str) -> None:
    assert readable(written) == read


@given(st.text())
def test_places_stay_where_they_are_in_a_normalised_text(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    read = readable(text)
    assert len(read) == len(text)
    assert all(read[start : start + len(piece)] == piece for start, piece in pieces(read))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("휴가는 3일, 병가는?", [(0, "휴가는"), (4, "3일"), (8, "병가는")]),
        ("help@example.com.", [(0, "help@example.com")]),
        ("  -- 1,000원", [(5, "1,000원")]),
        ("", []),
    ],
)
def test_pieces_have_no_signs_around_them(text: str, found: list[tuple[int, str]]) -> None:
    assert pieces(readable(text)) == found


@given(st.text(alphabet="가나힣 a1ㄱ_"))
def test_bigrams_are_the_servers(text: str) -> None:
    assert bigrams(text) == of_the_server(text)
    assert all(map(is_bigram, bigrams(text)))


def test_kinds_of_characters() -> None:
    assert [kind(char) for char in "가3aéя,金ㄱ"] == ["H", "D", "L", "L", "L", "J", "O", "O"]
