"""What a Korean question asks for: its terms without question words and politeness, and its type."""

import re
from collections.abc import Sequence
from typing import Final, Literal

from curation.korean import tagged_content

QuestionType = Literal["contact", "when", "days", "how_often", "how_much", "count", "who", "where", "open"]

_WORDS = """
    무엇 뭐 뭣 무슨 어떻 어떡하 어떠하 어떤 어느 언제 어디 누구 얼마 얼마나 며칠 몇 왜 혹시 좀
    알리 알 가르치 말하 말 궁금 설명 부탁 질문 답 답변 대답 안녕 안녕하 고맙 감사
    하 되 있 없 이 아니 같 싶 주 보 대하 관하 따르 가능 경우 때 정도 사항 내용 정보 해당 이번 그렇 이렇 저렇
"""
ASKING_WORDS: Final = tuple(_WORDS.split())
"""Content morphemes that ask or beg rather than name the matter."""
_ASKING = frozenset(ASKING_WORDS)

# The first cue that a question holds decides.
_CUES: tuple[tuple[QuestionType, re.Pattern[str]], ...] = (
    ("contact", re.compile(r"연락처|전화번호|이메일|메일 ?주소|내선")),
    ("how_often", re.compile(r"얼마나 자주|몇 ?(일|주|달|개월|년)마다|주기")),
    ("when", re.compile(r"언제|몇 ?(시|월|요일)|며칠날|날짜|마감|기한")),
    ("days", re.compile(r"며칠|몇 ?(일|주|달|개월|년)|얼마 ?동안|얼마나 오래|기간")),
    ("how_much", re.compile(r"얼마|몇 ?(원|만|퍼센트|프로)|금액|한도|비용|요금|비율")),
    ("count", re.compile(r"몇")),
    ("who", re.compile(r"누구|누가|누굴|담당자|책임자")),
    ("where", re.compile(r"어디|어느 ?(곳|층|사이트|게시판)|위치|장소")),
)
_NATIVE = r"(한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|스무)"
_UNITS = r"(개월|시간|주일|영업일|일|주|달|년|해|분|시|월)"
_DAYS = rf"(\d|{_NATIVE}) ?{_UNITS}|하루|이틀|사흘|나흘|닷새|엿새|이레|열흘|보름|일주일|한 달|반년"
_ANSWERS: dict[QuestionType, re.Pattern[str]] = {
    "contact": re.compile(r"[\w.+-]+@[\w-]+\.\w|\d{2,4}-\d{3,4}|내선 ?\d+|#\w+"),
    "how_often": re.compile(r"매[년월주일달]|마다|번|회|주기"),
    "when": re.compile(rf"{_DAYS}|요일|매[년월주일달]|오전|오후|정오|자정|전날|다음 ?날|말일|\d[-./]\d"),
    "days": re.compile(_DAYS),
    "how_much": re.compile(r"\d[\d,.]*\s?(만|천|백|억)*\s?(원|%|퍼센트|달러)|전액|절반|무료|\d+ ?배"),
    "count": re.compile(rf"\d|{_NATIVE} ?(개|명|번|장|대|곳|가지|사람|차례|자|글자|면|층|권)"),
    "who": re.compile(r"[가-힣]{1,6}(팀|실|센터|위원회|본부|부장|님|사람|직원)|팀장|이사|대표|관리자|담당"),
    "where": re.compile(
        r"에서|[가-힣\d]+(층|호실|실|센터|건물|동|포털|게시판|채널|창구)|앞|옆|https?://|#\w+"
    ),
}


def question_terms(questions: Sequence[str]) -> list[list[str]]:
    """Distinct content morphemes that name what each question is about, in order.

    Question words, politeness and counting units (며칠, 알려 주세요, 몇 명) are not terms: no
    source needs to contain them.
    """
    return [
        list(dict.fromkeys(form for form, tag in tokens if tag != "NNB" and form not in _ASKING))
        for tokens in tagged_content(questions)
    ]


def question_type(question: str) -> QuestionType:
    """What kind of fact the question wants."""
    for name, pattern in _CUES:
        if pattern.search(question):
            return name
    return "open"


def answers_type(sentence: str, wanted: QuestionType) -> bool:
    """Whether the sentence holds a fact of the wanted kind; every sentence does for ``open``."""
    return wanted == "open" or _ANSWERS[wanted].search(sentence) is not None
