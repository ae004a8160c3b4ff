"""Shape filters: what prose looks like stays, and so does what is too short to tell."""

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from curation.steps.base import Drop, Given, Outcome, Step
from curation.steps.length import LENGTH
from curation.steps.lines import LINES
from curation.steps.shape import SHAPE, ShapeParams, ellipses

PROSE = (
    "지난 토요일에 도서관에서 열린 강연을 듣고 왔다. 강사는 우리 동네의 오래된 시장 이야기를 들려주었고, "
    "사람들은 저마다 기억하는 가게를 하나씩 꺼내 놓았다. 돌아오는 길에 나도 어릴 적 자주 가던 빵집을 "
    "떠올렸는데, 이제는 간판만 남아 있었다. 다음 달에는 그 골목의 사진을 모아 작은 전시를 연다고 한다."
)
# The same words without blanks, with one after each syllable, and as a tagger would set them.
RUN_TOGETHER = PROSE.replace(" ", "").replace(".", ". ")
SPREAD = " ".join(PROSE.replace(" ", ""))
TAGS = " ".join(f"#{word.strip('.,')}" for word in PROSE.split()[:25])
CONTACTS = "010 1234 5678 " * 15 + "본점 지점 " * 6
ENGLISH = "The library opens at nine and closes at six; on Fridays there is a talk about the old market. " * 3
DOTS = "글쎄요.. 그건 아마도.. 저는 잘 모르겠는데… 다들 그렇다고 하니까.. 그런가 봐요.. " * 4
SCORES = " ".join(PROSE.split()[:20]) + " / 1 - 2 : 3 + 4 / 5 = 6 /"
SIGNS = "★★★★★ 대박 ★★★★★ 세일 ◆◆◆ 오늘만 ◆◆◆ 무료 !!!!! →→→ 클릭 ←←← ♥♥♥ 감사 ♥♥♥ " * 3


def judge(step: Step, *texts: str, **params: object) -> list[Outcome]:
    assert step.make is not None
    return list(step.make(step.params(**params), Given())(list(texts)))


def reason(outcome: Outcome) -> str | None:
    return outcome.reason if isinstance(outcome, Drop) else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PROSE, None),
        (RUN_TOGETHER, "long_eojeol"),
        (SPREAD, "short_eojeol"),
        (TAGS, "many_hashes"),
        (CONTACTS, "many_digits"),
        (ENGLISH, "much_latin"),
        (DOTS, "many_ellipses"),
        (SIGNS, "many_symbols"),
        ("漢字 " * 60, "little_hangul"),
        (SCORES, "few_lettered"),
        ("", None),
        ("ㅋㅋㅋㅋㅋ!!!!!!!", None),  # a review: too short to have a shape
        ("10/10", None),
        ("https://example.com/", None),
    ],
)
def test_shape(text: str, expected: str | None) -> None:
    (outcome,) = judge(SHAPE, text)
    assert reason(outcome) == expected
    if expected is None:
        assert outcome == text


@pytest.mark.parametrize(
    ("text", "parameter"),
    [
        (RUN_TOGETHER, "max_eojeol"),
        (SPREAD, "min_eojeol"),
        (TAGS, "max_hashes"),
        (DOTS, "max_ellipses"),
        (SIGNS, "max_symbols"),
        (CONTACTS, "max_digits"),
    ],
)
def test_a_rule_of_null_is_off(text: str, parameter: str) -> None:
    (on,), (off,) = judge(SHAPE, text), judge(SHAPE, text, **{parameter: None})
    assert isinstance(on, Drop)
    assert reason(off) != on.reason


def test_rules_start_at_their_least_size() -> None:
    digits = "1" * 40
    assert judge(SHAPE, digits) == [digits]
    assert judge(SHAPE, digits, least_characters=40) == [Drop("many_digits", 1.0)]
    assert judge(SHAPE, digits, least_characters=41) == [digits]


def test_the_score_is_what_decided() -> None:
    text = "가나 " * 24 + "#가 #나 #다 #라 #마"  # 29 eojeol, 5 hashes
    assert judge(SHAPE, text) == [Drop("many_hashes", round(5 / 29, 4))]


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("", 0),
        ("끝.", 0),
        ("음..", 1),
        ("음...... 그..", 2),
        ("음…… 아‥", 2),
        ("음...…", 1),
        ("1.5와 3.2", 0),
    ],
)
def test_ellipses(text: str, runs: int) -> None:
    assert ellipses(text) == runs


@given(st.lists(st.sampled_from([PROSE, RUN_TOGETHER, SPREAD, TAGS, DOTS, "", "짧다", ENGLISH]), max_size=12))
def test_the_batch_does_not_matter(texts: list[str]) -> None:
    assert judge(SHAPE, *texts) == [judge(SHAPE, text)[0] for text in texts]


@given(st.lists(st.text(), max_size=4))
def test_any_text_has_an_outcome(texts: list[str]) -> None:
    for step in (SHAPE, LINES):
        for text, outcome in zip(texts, judge(step, *texts), strict=True):
            assert outcome == text or isinstance(outcome, Drop)


def test_limits_are_checked() -> None:
    with pytest.raises(ValidationError):
        ShapeParams(max_symbols=1.5)


ITEMS = [f"{mark} {word}" for mark, word in zip("•▶-○※①◆★●■·►", PROSE.split(), strict=False)]
NUMBERED = [f"{mark}. 회의 안건을 정한다." for mark in "가나다라마바사아자차"]
TEASERS = [f"{word} 소식을 전해 드립니다..." for word in PROSE.split()[:12]]
MENU = [
    "홈",
    "회사 소개",
    "제품",
    "고객 센터",
    "공지 사항",
    "로그인",
    "장바구니",
    "주문 조회",
    "이벤트",
    "지도",
]
SENTENCES = [f"{sentence}." for sentence in PROSE.split(". ") * 3]
LONG_MENU = [f"{word} 관련 제품을 한눈에 보는 안내 페이지" for word in PROSE.split()[:12]]
FULL_ITEMS = [f"{number}) {PROSE[:40]}" for number in range(1, 12)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (SENTENCES, None),
        (ITEMS, "bullet_list"),
        (NUMBERED, "bullet_list"),
        (FULL_ITEMS, "bullet_list"),
        (TEASERS, "cut_off_lines"),
        (LONG_MENU, "no_sentences"),
        ([f"{word}요" for word in MENU], "short_lines"),
        (MENU[:9], None),  # nine lines are no page
        (SENTENCES + ITEMS, None),
        (["아... 그래서 어제 늦게 왔다고 했다"] * 10, None),  # no list of 아. 나. 다.
        (["-_-;; 생각보다 별로인 공연이었다"] * 10, None),
        (["3.5점을 준다"] * 10, "short_lines"),
        (["오늘은 비가 와서 집에서 책을 읽었다"] * 5 + ["저녁에는 산책을 다녀왔다 ㅋㅋ"] * 5, None),
    ],
)
def test_lines(lines: list[str], expected: str | None) -> None:
    text = "\n".join(lines)
    (outcome,) = judge(LINES, text)
    assert reason(outcome) == expected


def test_blank_lines_are_no_lines() -> None:
    menu = "\n\n \n".join(MENU[:9])
    assert judge(LINES, menu) == [menu]
    assert isinstance(judge(LINES, "\n\n".join(MENU))[0], Drop)


@pytest.mark.parametrize(
    ("lines", "switch"),
    [
        (ITEMS, "max_bullets"),
        (TEASERS, "max_ellipses"),
        (LONG_MENU, "min_ended"),
        ([f"{word}요" for word in MENU], "max_short"),
    ],
)
def test_a_line_rule_of_null_is_off(lines: list[str], switch: str) -> None:
    off = dict.fromkeys(["max_bullets", "max_ellipses", "min_ended", "max_short"], None)
    text = "\n".join(lines)
    assert judge(LINES, text, **off) == [text]
    on = LINES.params.model_fields[switch].default
    assert isinstance(judge(LINES, text, **off | {switch: on})[0], Drop)


@pytest.mark.parametrize("text", ["." * 300_000 + "x\n" + "끝\n" * 12, "'" * 200_000 + "\n가" * 12])
def test_long_runs_of_signs_take_no_longer_than_their_length(text: str) -> None:
    # With a regular expression that starts over at each dot this would take minutes.
    judge(LINES, text)
    judge(SHAPE, text)


@pytest.mark.parametrize(
    ("text", "params", "expected"),
    [
        ("영화 최고 ㅋㅋㅋㅋ!!!", {"min": 4}, "영화 최고 ㅋㅋㅋㅋ!!!"),
        ("영화 good ㅋㅋㅋㅋ!!!", {"min": 4}, Drop("too_short", 2.0)),
        ("가나다라", {"max": 3}, Drop("too_long", 4.0)),
        ("only English", {}, Drop("too_short", 0.0)),
        ("", {"min": 0}, ""),
    ],
)
def test_length_in_syllables(text: str, params: dict[str, int], expected: Outcome) -> None:
    assert judge(LENGTH, text, unit="syllables", **params) == [expected]


def test_an_unknown_unit_is_an_error() -> None:
    with pytest.raises(ValidationError, match="'characters' or 'syllables'"):
        LENGTH.params(unit="words")


PETITIONS = Path(__file__).parents[2].parent / "shared/corpora/petitions/petitions_2017-08"


@pytest.mark.skipif(not PETITIONS.is_file(), reason="the public corpora are not beside the clone")
def test_hardly_any_real_petition_is_dropped() -> None:
    texts = [orjson.loads(line)["content"] for line in PETITIONS.read_bytes().splitlines()]
    dropped = [outcome for outcome in judge(SHAPE, *texts) if isinstance(outcome, Drop)]
    # Eight are written without blanks, one is a row of 1s, one is half dots.
    assert sorted(map(reason, dropped)) == ["long_eojeol"] * 8 + ["many_digits", "many_symbols"]
