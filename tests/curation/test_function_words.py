"""Function words: sentences have particles and endings, lists of keywords have none."""

from pathlib import Path

import pytest

from curation.korean import function_morphemes
from curation.steps.base import Drop, Given, Keep, Outcome
from curation.steps.function_words import FUNCTION_WORDS, head

SENTENCE = (
    "주말에 친구와 함께 강가를 걷다가 작은 찻집을 발견했다. 창밖으로 오리가 지나가는 것을 보며 "
    "오래 이야기를 나누었고, 해가 질 무렵에야 자리에서 일어났다."
)
KEYWORDS = (
    "노트북 모니터 키보드 마우스 스피커 프린터 태블릿 충전기 케이블 이어폰 카메라 삼각대 렌즈 가방 " * 3
)
MENU = "홈 회사소개 제품안내 고객센터 공지사항 로그인 회원가입 장바구니 주문조회 배송조회 이벤트 쿠폰 " * 3
ONE_PARTICLE = "서울의 맛집 부산의 맛집 대구의 맛집 광주의 맛집 제주의 맛집 인천의 맛집 대전의 맛집 " * 2


def judge(*texts: str, **params: object) -> list[Outcome]:
    assert FUNCTION_WORDS.make is not None
    return list(FUNCTION_WORDS.make(FUNCTION_WORDS.params(**params), Given())(list(texts)))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (SENTENCE, True),
        (KEYWORDS, False),
        (MENU, False),
        (ONE_PARTICLE, False),
        ("The same goes for a text without any Korean in it, however well it is written. " * 2, False),
        ("진짜 재밌다 강추!!", True),  # too short to ask for more
        ("맛집 카페 서울 강남", True),
        ("", True),
        (" \n ", True),
    ],
)
def test_function_words(text: str, kept: bool) -> None:
    (outcome,) = judge(text)
    assert isinstance(outcome, Drop) is not kept
    if isinstance(outcome, Drop):
        assert outcome.reason == "few_function_words"


def test_the_score_is_the_share_for_kept_and_dropped() -> None:
    kept, dropped = judge(SENTENCE, ONE_PARTICLE)
    assert isinstance(kept, Keep)
    assert kept.score is not None
    assert 0.3 < kept.score < 0.6
    assert isinstance(dropped, Drop)
    assert dropped.detail == "1 different"


def test_limits_can_be_set() -> None:
    assert isinstance(judge(ONE_PARTICLE, min=1)[0], Keep)
    assert isinstance(judge(SENTENCE, min=50)[0], Drop)
    assert isinstance(judge(SENTENCE, min_share=0.9)[0], Drop)
    assert judge(SENTENCE, min=50, least_morphemes=500) == [SENTENCE]


def test_only_the_start_is_looked_at() -> None:
    assert isinstance(judge(KEYWORDS + SENTENCE * 3)[0], Keep)
    assert isinstance(judge(KEYWORDS + SENTENCE * 3, characters=len(KEYWORDS))[0], Drop)


@pytest.mark.parametrize(
    ("text", "characters", "expected"),
    [
        ("짧은 글", 10, "짧은 글"),
        ("가나 다라 마바", 5, "가나 다라"),
        ("가나 다라 마바", 6, "가나 다라"),
        ("가나 다라 마바", 7, "가나 다라"),
        ("띄어쓰기없는글", 3, "띄어쓰"),
    ],
)
def test_head(text: str, characters: int, expected: str) -> None:
    assert head(text, characters) == expected


def test_the_batch_does_not_matter() -> None:
    texts = [SENTENCE, "", KEYWORDS, "짧다", MENU, SENTENCE]
    assert judge(*texts) == [judge(text)[0] for text in texts]


def test_function_morphemes() -> None:
    (found, morphemes), (nothing, words) = function_morphemes(["나는 학교에 갔다.", "서울 OK 3!"])
    assert [form for form, _ in found] == ["는", "에", "었", "다"]
    assert all(tag[0] in "JE" for _, tag in found)
    assert morphemes == 7  # and not the full stop
    assert (nothing, words) == ([], 3)
    assert function_morphemes([]) == []


NSMC = Path(__file__).parents[2].parent / "shared/corpora/nsmc/nsmc_from_raw_train_24k.txt"


@pytest.mark.skipif(not NSMC.is_file(), reason="the public corpora are not beside the clone")
def test_hardly_any_real_review_is_dropped() -> None:
    lines = NSMC.read_text("utf-8").split("\n")[1:1001]
    reviews = [fields[1] for fields in (line.split("\t") for line in lines) if len(fields) == 3]
    dropped = sum(isinstance(outcome, Drop) for outcome in judge(*reviews))
    assert len(reviews) > 900
    assert dropped <= 5
