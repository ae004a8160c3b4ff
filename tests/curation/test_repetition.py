"""Repetition: what a text says again, in lines, phrases and runs of characters."""

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from curation.steps.base import Drop, Given, Outcome
from curation.steps.repetition import REPETITION, RepetitionParams, repeated, top_phrase
from curation.windows import covered, most_covered

PROSE = (
    "가게는 역에서 걸어서 오 분 거리에 있다. 문을 열면 갓 볶은 커피 냄새가 먼저 반기고, 창가에는 혼자 앉기 "
    "좋은 자리가 셋 있다. 주인은 말수가 적지만 단골의 이름은 모두 기억한다. 비 오는 날에는 따뜻한 우유를 "
    "더 얹어 주는데, 그 맛을 아는 사람은 우산을 들고 찾아온다. 저녁 일곱 시가 지나면 불을 하나씩 끈다."
)
HALF = PROSE[:140]
PHRASE = (
    "정말 맛있는 우리 동네 빵집 " * 3
    + "어제는 그곳에서 친구와 오래 이야기를 나누고 천천히 걸어서 돌아왔다 그리고"
)
# Keywords with a different ending each time: no two eojeol are the same.
INFLECTED = "".join(
    f"오래된동네책방나들이추천코스{ending} "
    for ending in ("를", "는", "가", "도", "만", "로", "의", "와", "랑", "나")
)
LINES = [
    "문은 아침 여덟 시에 엽니다.",
    "첫 손님께 사탕을 드려요.",
    "반려견도 함께 오세요.",
    "창가 자리는 미리 말씀해 주세요.",
    "우유는 두유로 바꿀 수 있습니다.",
    "컵을 가져오시면 값을 깎아 드립니다.",
    "주차는 뒷마당에 하시면 됩니다.",
    "월요일에는 쉽니다.",
]


def judge(*texts: str, **params: object) -> list[Outcome]:
    assert REPETITION.make is not None
    return list(REPETITION.make(REPETITION.params(**params), Given())(list(texts)))


def reason(outcome: Outcome) -> str | None:
    return outcome.reason if isinstance(outcome, Drop) else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PROSE, None),
        (HALF + " " + HALF, "repeated_characters"),  # pasted twice
        (PHRASE, "repeated_phrase"),
        (INFLECTED, "repeated_characters"),
        ("ㅋ" * 200, "repeated_characters"),
        ("\n".join(LINES), None),
        ("\n".join(LINES[:3] * 3), "repeated_lines"),
        ("\n".join([*LINES, *LINES[:4]]), "repeated_lines"),
        ("\n\n".join([PROSE, LINES[0], PROSE]), "repeated_paragraphs"),
        ("", None),
        ("ㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋ", None),  # short texts may repeat themselves
        ("최고 최고 최고 최고 최고", None),
        ("네\n네\n네", None),
        ("\n" * 50, None),
    ],
)
def test_repetition(text: str, expected: str | None) -> None:
    (outcome,) = judge(text)
    assert reason(outcome) == expected
    if expected is None:
        assert outcome == text


@pytest.mark.parametrize(
    ("text", "off"),
    [
        (HALF + " " + HALF, {"max_short": None, "max_long": None}),
        (PHRASE, {"max_phrase": None}),
        ("\n".join(LINES[:3] * 3), {"max_lines": None, "max_line_characters": None, "max_short": None}),
        ("\n\n".join([PROSE, LINES[0], PROSE]), {"max_paragraphs": None, "max_paragraph_characters": None}),
    ],
)
def test_a_rule_of_null_is_off(text: str, off: dict[str, None]) -> None:
    (on,), (without,) = judge(text), judge(text, **off)
    assert isinstance(on, Drop)
    assert reason(without) != on.reason


def test_long_windows_see_what_is_pasted_and_short_ones_what_is_phrased_alike() -> None:
    text = "".join(f"오래된동네책방나들이{number}번 추천 " for number in range(20))
    assert judge(text, max_phrase=None, max_short=None) == [text]
    assert reason(judge(text, max_phrase=None, short=8)[0]) == "repeated_characters"


def test_scattered_repetitions_are_seen() -> None:
    fillers = [chr(0xAC00 + 37 * number) for number in range(300)]
    pieces = ["오래된동네책방나들이추천" + "".join(fillers[15 * k : 15 * k + 15]) for k in range(20)]
    (outcome,) = judge(" ".join(pieces))
    assert outcome == Drop("repeated_characters", round(19 * 12 / (20 * 27), 4))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], (0.0, 0.0)),
        (["가", "나"], (0.0, 0.0)),
        (["가", "나", "가", "다라"], (0.25, 0.2)),
        (["긴 줄입니다", "짧", "긴 줄입니다"], (1 / 3, 6 / 13)),
        (["", ""], (0.5, 0.0)),
    ],
)
def test_repeated_parts(parts: list[str], expected: tuple[float, float]) -> None:
    assert repeated(parts) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("가 나 다 라", 0.0),
        ("가 나 가 나", 0.0),  # twice is no habit
        ("가 나 가 나 가 나", 1.0),
        ("가 나 다 가 나 라 가 나", 6 / 8),
        ("가 가 가 가 가 가 가", 6 / 7),  # occurrences do not overlap: never more than the whole
        ("가 나다 가 나다 라 가 나다 마", 9 / 11),
        ("가 가 가 가 가", 0.0),
    ],
)
def test_top_phrase(text: str, share: float) -> None:
    assert top_phrase(text.split(), 0.0) == pytest.approx(share)


@given(st.lists(st.sampled_from(["가", "나", "다라", "마바사"]), min_size=1, max_size=40), st.floats(0, 1))
def test_a_phrase_is_looked_for_only_where_it_could_pass_the_limit(eojeol: list[str], limit: float) -> None:
    exact = top_phrase(eojeol, 0.0)
    quick = top_phrase(eojeol, limit)
    assert 0 <= exact <= 1
    assert quick in (0.0, exact)
    assert quick == exact or exact <= limit


def covered_one_by_one(text: str, width: int) -> float:
    seen: set[str] = set()
    inside = [False] * len(text)
    for start in range(len(text) - width + 1):
        window = text[start : start + width]
        if window in seen:
            inside[start : start + width] = [True] * width
        seen.add(window)
    return sum(inside) / len(text) if text else 0.0


WORDS = st.text(st.sampled_from("가나a😀"), max_size=60)


@given(WORDS, st.integers(2, 30))
def test_covered_is_the_share_counted_one_by_one(text: str, width: int) -> None:
    assert covered(text, width) == pytest.approx(covered_one_by_one(text, width))


@given(st.lists(WORDS, max_size=6), st.integers(2, 30))
def test_the_quick_look_never_says_less_than_there_is(texts: list[str], width: int) -> None:
    bounds = most_covered(texts, width).tolist()
    assert len(bounds) == len(texts)
    for text, bound in zip(texts, bounds, strict=True):
        assert covered(text, width) <= bound + 1e-12 <= 1 + 1e-12


def test_texts_of_a_batch_are_not_taken_for_repetitions_of_each_other() -> None:
    assert most_covered([PROSE, PROSE, "", PROSE], 12).tolist() == [0.0, 0.0, 0.0, 0.0]


@given(st.lists(st.sampled_from([PROSE, HALF * 2, PHRASE, INFLECTED, "", "ㅋ" * 120, "짧다"]), max_size=10))
def test_the_batch_does_not_matter(texts: list[str]) -> None:
    assert judge(*texts) == [judge(text)[0] for text in texts]


def test_limits_are_checked() -> None:
    with pytest.raises(ValidationError, match=r"long \(6\) is smaller than short \(12\)"):
        RepetitionParams(long=6)


PETITIONS = Path(__file__).parents[2].parent / "shared/corpora/petitions/petitions_2017-08"


@pytest.mark.skipif(not PETITIONS.is_file(), reason="the public corpora are not beside the clone")
def test_only_petitions_that_say_whole_sentences_again_are_dropped() -> None:
    texts = [orjson.loads(line)["content"] for line in PETITIONS.read_bytes().splitlines()]
    dropped = [text for text, outcome in zip(texts, judge(*texts), strict=True) if isinstance(outcome, Drop)]
    assert len(dropped) == 10
    # In all of them whole sentences come again: runs of 60 characters, not turns of phrase.
    assert all(covered("".join(text.split()), 60) > 0.15 for text in dropped)
