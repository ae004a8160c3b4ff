"""What a Korean question asks for: its terms without question words and politeness, and its type."""

import re
from collections.abc import Sequence
from typing import Literal

from curation.korean import tagged_content

QuestionType = Literal["when", "how_much", "who", "where", "contact", "open"]

# Content morphemes that ask or beg rather than name the matter.
_ASKING = frozenset(
    {
        *("무엇", "뭐", "뭣", "무슨", "어떻", "어떡하", "어떠하", "어떤", "어느", "언제", "어디", "누구"),
        *("얼마", "얼마나", "며칠", "몇", "왜", "알리", "알", "가르치", "말하", "말", "궁금", "설명", "부탁"),
        *("질문", "답", "답변", "대답", "하", "되", "있", "없", "이", "아니", "같", "싶", "주", "보", "대하"),
        *("관하", "따르", "가능", "경우", "때", "정도", "사항", "내용", "정보", "해당", "좀", "혹시", "이번"),
    }
)
_CUES: tuple[tuple[QuestionType, re.Pattern[str]], ...] = (
    ("contact", re.compile(r"연락처|전화번호|이메일|메일 ?주소|내선")),
    ("when", re.compile(r"언제|몇\s?(시|월|일|요일|년)(?!\s?(동안|간))|날짜|시작일|마감|기한")),
    ("how_much", re.compile(r"며칠|얼마|몇|금액|한도|비율|기간|개수")),
    ("who", re.compile(r"누구|누가|누굴|담당자|책임자")),
    ("where", re.compile(r"어디|어느\s?(곳|층|사이트|게시판)|위치|장소")),
)
_ANSWERS: dict[QuestionType, re.Pattern[str]] = {
    "contact": re.compile(r"[\w.+-]+@[\w-]+\.\w|\d{2,4}-\d{3,4}(-\d{4})?|내선\s?\d+|#\w+"),
    "when": re.compile(
        r"\d+\s?(년|월|일|시|분|요일)|[월화수목금토일]요일|매[년월주일]|오전|오후|까지|이내|전날|말일"
    ),
    "how_much": re.compile(
        r"\d|[일이삼사오육칠팔구십백천만]\s?(일|명|개|원|회|번|시간)|절반|전액|하루|이틀|사흘"
    ),
    "who": re.compile(r"팀장|담당|부서|[가-힣]{1,6}(팀|실|센터|위원회|본부|부장|이사|대표|관리자|님)"),
    "where": re.compile(
        r"에서|[가-힣\d]+(층|호실|실|센터|건물|동|포털|게시판|홈페이지|채널|시스템)|https?://|#\w+"
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
