"""The quick look hides nothing: with it and without it the same is found."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curation.personal_data import DEFAULT_KINDS, find
from curation.personal_data.detection import examine
from curation.personal_data.prefilter import EVERYTHING, NOTHING, suspicions
from tests.curation.personal_data.generator import HYPHENS, INVISIBLE, planted_text

CORPORA = Path(__file__).parents[3].parent / "shared/corpora"

_PIECES = st.sampled_from(
    [
        *("0123456789０９공영일이삼사오@＠. -(~/"),
        *(*HYPHENS[1:3], *INVISIBLE, "\u3000", "\n"),
        *("로 ", "길", "동", "산 ", "번지", "가", "호", "서울 강남구 ", "주소: ", "나래로 12"),
        *("010", "02", "+82", "1588", "4111", "1111", "0000-1234", "M", "S", "000A0001"),
        *(
            "계좌 ",
            "여권 ",
            "면허 ",
            "주민 ",
            "골뱅이",
            "(at)",
            " [ AT ]",
            "（ａｔ）",
            "user",
            "naver",
            ".com",
        ),
    ]
)


def same_with_and_without(text: str) -> None:
    assert find(text, DEFAULT_KINDS) == examine(text, DEFAULT_KINDS, EVERYTHING)


@given(st.lists(_PIECES, max_size=30).map("".join))
@settings(max_examples=400)
@example("user（ａｔ）example.com")
@example("user골\u200b뱅이naver.com")
@example("서울 강남구 나래로\u3000\u30001")
@example("010\u3000-\u3000000\u200b0 1234")
def test_mixed_pieces(text: str) -> None:
    same_with_and_without(text)


@given(st.text("0123456789０１", min_size=1, max_size=14))
@settings(max_examples=400)
@example("01000001234")
@example("821000001234")
@example("0212345678")
@example("15880000")
@example("2208162517")
def test_bare_numbers(text: str) -> None:
    same_with_and_without(text)


def test_a_bare_number_of_eleven_digits_may_be_a_telephone() -> None:
    assert suspicions("0100000123") == NOTHING
    assert [one.kind for one in find("01000001234", DEFAULT_KINDS)] == ["phone_number"]


@given(st.integers(0, 10**9))
@settings(max_examples=300)
def test_made_up_data(seed: int) -> None:
    text, _ = planted_text(seed)
    assert suspicions(text)
    same_with_and_without(text)


@pytest.mark.parametrize(
    "name",
    [
        "petitions/petitions_2017-08",
        "nsmc/nsmc_from_raw_train_24k.txt",
        "kote/val.tsv",
        "3i4k/fci_train_val.txt",
    ],
)
def test_lines_of_real_texts(name: str) -> None:
    path = CORPORA / name
    if not path.exists():
        pytest.skip("the corpora are not on this machine")
    for line in path.read_text(encoding="utf-8").splitlines()[:4000]:
        same_with_and_without(line)


@pytest.mark.parametrize(
    "text", ["", "영화가 정말 재미있어요", "제 점수는요", "(오늘) 본 공연", "첫 줄\n둘째 줄", "I am at home"]
)
def test_most_texts_rouse_no_suspicion(text: str) -> None:
    assert suspicions(text) == NOTHING
