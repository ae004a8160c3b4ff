"""Sentences: cut at lines and final punctuation, whatever texts stand beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.dedup.sentences import sentences_of


def cut(*texts: str) -> list[list[str]]:
    found = sentences_of(texts)
    sentences: list[list[str]] = [[] for _ in texts]
    for text, start, end in zip(
        found.texts.tolist(), found.starts.tolist(), found.ends.tolist(), strict=True
    ):
        sentences[text].append(texts[text][start:end])
    return sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        (" \n\t", []),
        ("한 문장", ["한 문장"]),
        ("왔다. 갔다! 봤나? 글쎄… 끝.", ["왔다.", "갔다!", "봤나?", "글쎄…", "끝."]),
        ("“왔다.” 하고 말했다.", ["“왔다.”", "하고 말했다."]),
        ("(그렇다.) 아니다.", ["(그렇다.)", "아니다."]),
        ("첫 줄\n둘째 줄\r\n\n 셋째 줄 ", ["첫 줄", "둘째 줄", "셋째 줄"]),
        ("줄\u2028또 줄", ["줄", "또 줄"]),
        ("2024. 5. 1. 시행한다. 끝", ["2024. 5. 1. 시행한다.", "끝"]),
        ("3.5배가 됐다.바로 이어진다", ["3.5배가 됐다.바로 이어진다"]),
        ("정말?! 그래요?? 네...", ["정말?!", "그래요??", "네..."]),
        (". 점으로 시작", [".", "점으로 시작"]),
        ("」 ) 닫기만", ["」 ) 닫기만"]),
        ("😀 좋다! 😀", ["😀 좋다!", "😀"]),
    ],
)
def test_where_sentences_end(text: str, sentences: list[str]) -> None:
    assert cut(text) == [sentences]
    assert cut("앞 글", text, "", text) == [["앞 글"], sentences, [], sentences]


@given(st.lists(st.text(alphabet='가나 \n.!"5a😀', max_size=30), max_size=6))
def test_every_character_but_white_space_is_in_one_sentence(texts: list[str]) -> None:
    found = cut(*texts)
    assert ["".join("".join(one).split()) for one in found] == ["".join(text.split()) for text in texts]
    assert all(sentence == sentence.strip() != "" for one in found for sentence in one)
    assert found == [cut(text)[0] for text in texts]


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        ("무단 전재를 금합니다.", "무단  전재를\t금합니다.", True),
        ("All Rights Reserved", "all rights reserved", True),
        ("무단 전재를 금합니다.", "무단 전재를 금합니다", False),
        ("가 나", "나 가", False),
        ("가 가", "가", False),
        ("가", "가 가 가", False),
    ],
)
def test_which_sentences_are_the_same(left: str, right: str, equal: bool) -> None:
    hashes = sentences_of([f"앞이다. {left}\n뒤", right]).hashes
    assert bool(hashes[1] == hashes[3]) is equal


def test_sizes_leave_white_space_out() -> None:
    assert sentences_of(["가 나\u3000다. 라"]).sizes.tolist() == [4, 1]
