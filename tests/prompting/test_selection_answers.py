"""What a reply's final answer is read as, and which spellings are one answer."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompting.selection.answers import final_of, majority, normalised

# Short answers: no reasons were asked for.
SHORT = [
    ("1. 서울", "서울"),
    ("1) 서울입니다.", "서울"),
    ("1.5", "1.5"),
    ("서울", "서울"),
    ("서울입니다", "서울"),
    ("서울이에요!", "서울"),
    ("답은 서울입니다", "서울"),
    ("정답: 서울", "서울"),
    ("**정답:** 서울", "서울"),
    ("정답은 '서울'입니다.", "서울"),
    ("정답은\n서울", "서울"),
    ("서울이 정답입니다.", "서울"),
    ("대한민국의 수도는 서울입니다.", "서울"),
    ("서울입니다. 서울은 한국의 수도입니다.", "서울"),
    ("제 생각에는 서울인 것 같습니다.", "서울"),
    ("네, 서울입니다.", "서울"),
    ("물론입니다! 정답은 서울입니다.", "서울"),
    ("정답은 무엇일까요? 서울입니다.", "서울"),
    ("질문에 대한 답은 다음과 같습니다.\n서울", "서울"),
    ("정답은 다음과 같습니다: 서울", "서울"),
    ("답변드리겠습니다. 서울입니다.", "서울"),
    ("답은 고양이예요", "고양이"),
    ("정답은 김치찌개이다.", "김치찌개"),
    ("네, 그렇습니다.", "yes"),
    ("네, 물은 100도에서 끓습니다.", "yes"),
    ("아니요, 그렇지 않습니다.", "no"),
    ("정답은 (B)입니다.", "b"),
    ("정답: A. 서울", "a"),
    ("답: 1,000원", "1000"),
    ("１０００원입니다", "1000"),
    ("Seoul", "seoul"),
    ("The capital of Korea is Seoul.", "seoul"),
    ("Seoul is the capital of Korea.", "seoul"),
    ("It is Seoul.", "seoul"),
    ("Sure! The capital is Seoul.", "seoul"),
    ("The answer is Seoul, the capital of Korea.", "seoul"),
    ("The answer is as follows: Seoul", "seoul"),
    ("Paris is the answer.", "paris"),
    ("J.K. Rowling", "jk rowling"),
    ("Answer: yes", "yes"),
    ("yes, because water boils at 100 C.", "yes"),
    ("3.14입니다", "3.14"),
    ("**정답**: 서울", "서울"),
    ("### 최종 답변\n서울입니다.", "서울"),
    ("**Answer**: 7", "7"),
    ("**Final Answer**\n7", "7"),
    ("Answer: St. Louis", "st louis"),
    ("정답은 Dr. Kim입니다.", "dr kim"),
    ("(b) water", "b"),
    ("The answer is (B) water, because fish live there.", "b"),
    ("(A) true (B) false", "a true b false"),
    # nothing that could be counted
    ("", ""),
    ("...", ""),
    ("정답:", ""),
    ("알 수 없습니다.", ""),
    ("답은 알 수 없습니다", ""),
    ("I don't know.", ""),
    ("The answer cannot be determined.", ""),
    ("가나다라마바사 " * 12, ""),
]
# Reasons, and then an answer.
REASONED = [
    ("사과는 30개이다. 6개를 먹었다. 그러므로 24개가 남습니다.", "24"),
    ("모두 더하면 다음과 같습니다. 결국 3만 5천 원을 받습니다.", "35000"),
    ("둘이 왔고 다시 하나가 왔다. 따라서 모두 3명이 됩니다", "3"),
    ("빠른 길을 고릅니다. 따라서 서울 2호선입니다.", "서울2호선"),
    ("사과가 3개씩 4봉지이니 12개이다. 따라서 답은 12개입니다.", "12"),
    ("먼저 5를 더한다.\n그러면 12가 된다.\n\n답: 12개", "12"),
    ("따라서 남은 사과는 모두 12개입니다.", "12"),
    ("한 봉지에 3개가 있다. 봉지는 4개다. 그러므로 12개.", "12"),
    ("그러므로 철수가 가진 돈은 3,500원이다.", "3500"),
    ("최종 답은 천 원이다.", "1000"),
    ("3 + 4 = 7이므로 답은 7이다.", "7"),
    ("결국 10 - 3 = 7", "7"),
    ("총합은 15 + 20 = 35원입니다.", "35"),
    ("답은 7입니다. 아니, 다시 계산하면 8입니다. 따라서 답은 8입니다.", "8"),
    ("따라서 정답은 3번입니다.", "3"),
    ("따라서 답은 아니요입니다.", "no"),
    ("따라서 답은 서울입니다.", "서울"),
    ("답은 3시 30분입니다.", "3시30분"),
    ("<think>답은 3</think>답은 4입니다.", "4"),
    ("5 + 7 = 12. So the answer is 12.", "12"),
    ("Therefore, she has 12 apples left.", "12"),
    ("The total is $1,000.", "1000"),
    ("I think the answer is 7, because 3+4=7.", "7"),
    ("So the answer is New York.", "new york"),
    ("So the answer is twelve.", "12"),
    ("So the answer is no.", "no"),
    ("The answer is 3.5.", "3.5"),
    ("The answer is (B).", "b"),
    ("The final answer is: $\\boxed{42}$.", "42"),
    ("#### 18", "18"),
    ("#### 정답\n12개", "12"),
    ("**최종 답변**: 12개", "12"),
    ("12개입니다. 도움이 되었기를 바랍니다.", "12"),
    ("12개입니다. 더 궁금한 점이 있으신가요?", "12"),
    ("12 apples. I hope this helps!", "12"),
    ("So the answer is zero.", "0"),
    ("답은 $12$개입니다.", "12"),
    ("Let me think. There are many ways to go. It depends on the person.", ""),
    ("사과가 있고 배도 있습니다. 그래서 여러 가지로 생각해 볼 수 있는 문제라고 하겠습니다.", ""),
]
SAME = [
    (
        [
            "1,000",
            "1000",
            "1천",
            "천",
            "천 원",
            "천원",
            "1천 원",
            "1000원",
            "1,000원",
            "₩1,000",
            "１０００",
            "일천 원",
        ],
        "1000",
    ),
    (["3", "3개", "3 개", "세 개", "세개", "셋", "세 명", "three", "3.0", "약 3km", "3번", "③", "(3)"], "3"),
    (["35,000", "3만 5천 원", "3만5천원", "35000 원", "삼만오천"], "35000"),
    (["12", "열둘", "열두 명", "십이", "12 apples", "총 12개", "twelve"], "12"),
    (["0", "영", "0원", "zero"], "0"),
    (["-5", "- 5", "−5", "-$5", "$-5", "영하 5도", "마이너스 5", "minus 5"], "-5"),
    (["5000000", "5 million dollars", "$5 million", "5백만 달러"], "5000000"),
    (["-3000000", "minus 3 million", "-$3 million"], "-3000000"),
    (["3000000", "3 million", "3백만", "300만 원"], "3000000"),
    (
        [
            "yes",
            "Yes.",
            "네",
            "예",
            "네!",
            "예, 맞습니다.",
            "네, 그렇습니다",
            "맞습니다",
            "참",
            "True",
            "맞음",
        ],
        "yes",
    ),
    (
        ["no", "No", "아니요", "아니오.", "아니요, 틀립니다", "아닙니다", "거짓", "그렇지 않습니다", "틀림"],
        "no",
    ),
    (
        [
            "뉴욕",
            "뉴 욕",
            "'뉴욕'",
            "**뉴욕**",
            "뉴욕입니다",
            "뉴욕이에요",
            "뉴욕이다",
            "뉴욕이라고 할 수 있습니다",
        ],
        "뉴욕",
    ),
    (["a", "A", "(A)", "A.", "Ⓐ", "A) 서울", "(A) Seoul", "보기 A", "A번"], "a"),
    (["nile", "the Nile", "The Nile.", "Nile"], "nile"),
]
# What looks like a number, a copula or an option, and is none.
WORDS = [
    *("공원", "사원", "두부", "두통", "천사", "만주", "오이", "구두", "공", "조", "사람", "한국", "일본"),
    *(
        "5 pm",
        "12 may",
        "500 bc",
        "5 hundred thousand",
        "고양이",
        "나이",
        "바다",
        "1/2",
        "10:30",
        "2024-03-01",
        "오후3시",
        "3시30분",
        "제3공화국",
    ),
]


@pytest.mark.parametrize(("reply", "answer"), SHORT)
def test_short_answer(reply, answer):
    assert final_of(reply) == answer


@pytest.mark.parametrize(("reply", "answer"), REASONED)
def test_answer_after_reasons(reply, answer):
    assert final_of(reply, cot=True) == answer


@pytest.mark.parametrize(("spellings", "answer"), SAME, ids=[answer for _, answer in SAME])
def test_spellings_of_one_answer(spellings, answer):
    assert {one: normalised(one) for one in spellings} == dict.fromkeys(spellings, answer)


@pytest.mark.parametrize("word", WORDS)
def test_words_stay_words(word):
    assert normalised(word) == word


def test_decomposed_korean_is_the_same_answer():
    assert normalised(unicodedata.normalize("NFD", "정답")) == normalised("정답")


@pytest.mark.parametrize(
    ("answers", "most"),
    [
        (["7", "8", "7"], "7"),
        (["8", "7", "7", "8"], "7"),  # a tie: whichever sorts first
        (["", "", "", "9"], "9"),  # what cannot be read has no vote
        (["", ""], ""),
        ([], ""),
    ],
)
def test_majority(answers, most):
    assert majority(answers) == most
    assert majority(answers[::-1]) == most


@pytest.mark.timed
@pytest.mark.parametrize("piece", ["1,", "3 ", " ", "답은 ", "the answer is ", "은 ", "\n", "천", "is the "])
def test_a_reply_that_never_ends_is_read_at_once(piece):
    reply = piece * (20_000 // len(piece)) + "x"
    start = time.monotonic()
    final_of(reply)
    final_of(reply, cot=True)
    assert time.monotonic() - start < 1


@given(st.text(max_size=80), st.booleans())
def test_any_reply_can_be_read(reply, cot):
    answer = final_of(reply, cot=cot)
    assert len(answer) <= 60
    assert answer == answer.strip()
