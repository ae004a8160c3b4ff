import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.token_text import StopStrings, TokenText


def decode(tokens: list[int]) -> str:
    """A tokenizer whose tokens are bytes, as byte-level ones fall back to."""
    return bytes(tokens).decode("utf-8", "replace")


def pieces(tokens: bytes) -> list[str]:
    text = TokenText(decode)
    return [*(text.push(token) for token in tokens), text.finish()]


def test_a_syllable_appears_whole_when_its_last_byte_came():
    assert pieces("연차 5".encode()) == ["", "", "연", "", "", "차", " ", "5", ""]


@given(st.text())
def test_the_pieces_add_up(text):
    text = text.encode("utf-8", "ignore").decode().replace("\ufffd", "")
    assert "".join(pieces(text.encode())) == text


@given(st.binary(max_size=60))
def test_no_piece_holds_a_broken_character(tokens):
    shown = "".join(pieces(tokens))
    assert shown == decode(list(tokens)).replace("\ufffd", "")


def test_an_answer_cut_within_a_syllable_ends_before_it():
    assert "".join(pieces("휴가".encode()[:-1])) == "휴"


def test_a_blank_that_the_decoder_drops_at_the_beginning_stays_between_pieces():
    words = ["▁연차", "▁15일"]
    text = TokenText(lambda ids: "".join(words[i] for i in ids).replace("▁", " ").removeprefix(" "))
    assert [text.push(0), text.push(1)] == ["연차", " 15일"]


@pytest.mark.parametrize(
    ("stops", "given_pieces", "shown", "reached"),
    [
        ([], ["끝까지"], "끝까지", False),
        (["\n질문"], ["답이다.\n", "질", "문: 또"], "답이다.", True),
        (["\n질문"], ["답이다.\n", "질투"], "답이다.\n질투", False),
        (["나", "가나"], ["다가", "나"], "다", True),
        ([""], ["빈 끝말은 끝이 아니다"], "빈 끝말은 끝이 아니다", False),
        (["aab"], ["aa", "ab"], "a", True),
    ],
)
def test_nothing_past_a_stop_string_is_shown(stops, given_pieces, shown, reached):
    cut = StopStrings(stops)
    found = ""
    for piece in given_pieces:
        found += cut.push(piece)
        if cut.reached:
            break
    assert (found + ("" if cut.reached else cut.finish()), cut.reached) == (shown, reached)
