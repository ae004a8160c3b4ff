"""The rules of the hints, rung by rung."""

import time

import pytest

from rag.types import Turn
from slackbot.coaching import Kind, Nudge, advice, cues, thread_to_read
from slackbot.coaching.heard import MOST_CHANNELS, MOST_MESSAGES, Heard
from slackbot.intake import Question

DAY = 86_400


def said(text, at=0.0, *, thread=None, user="U1", addressed="", calls_others=False, channel="C1"):
    ts = f"{1_750_000_000 + at:.6f}"
    root = ts if thread is None else f"{1_750_000_000 + thread:.6f}"
    how = addressed or ("channel" if root == ts else "thread")
    return Question(f"Ev{ts}", "T1", channel, ts, root, user, text, how, calls_others)


def root_of(message):
    return Nudge(Kind.LOOSE_REPLY, message.thread)


THOUGHT = ("저 배포 문서를 보다가", "궁금한 게 생겼는데", "롤백은 누가 승인하나요?")


def thought(*times, texts=THOUGHT, **given):
    return [said(text, at, **given) for text, at in zip(texts, times, strict=True)]


@pytest.mark.parametrize(
    ("pieces", "found"),
    [
        (thought(0, 8, 17), True),
        (thought(0, 29, 58), True),
        (thought(0, 29, 60.5), False),  # together longer than a minute
        (thought(0, 8, 39), False),  # a pause of more than half a minute
        (thought(0, 8, texts=THOUGHT[:2]), False),
        (thought(0, 8, 17, addressed="direct"), False),
        (thought(1, 8, 17, thread=0), False),
        ([*thought(0, 8, texts=THOUGHT[:2]), said("저요", 12, user="U2"), said(THOUGHT[2], 17)], False),
        # A reply in some thread interrupts nobody.
        (
            [*thought(0, 8, texts=THOUGHT[:2]), said("저요", 12, user="U2", thread=-9), said(THOUGHT[2], 17)],
            True,
        ),
        (thought(0, 8, 17, texts=("공지합니다.", "회의는 3시입니다.", "장소는 5층입니다.")), False),
        (thought(0, 8, 17, texts=("점심 먹었어", "나 지금 나갈게", "금방 갈게")), False),
        (thought(0, 8, 17, texts=("```a = 1```", "```b = 2```", "```c = 3```")), False),
        (thought(0, 8, 17, texts=("https://a.test", "https://b.test", "https://c.test")), False),
        (thought(0, 8, 17, texts=(":tada:", ":tada:", ":tada: 🎉")), False),
        (thought(0, 8, 17, texts=("", "", "")), False),
        (thought(0, 8, 17, texts=("길고 긴 이야기를 이어서 적으면 " * 4, *THOUGHT[1:])), False),
        (thought(0, 8, 17, texts=(*THOUGHT[:2], "길고 긴 이야기를 이어서 적으면 " * 4)), False),
        (thought(0, 6, 12, texts=("so i was thinking that", "we could move it to", "Thursday")), True),
        (thought(0, 6, 12, texts=("ok", "done", "LGTM")), False),
        (thought(0, 6, 12, texts=("リリースの件ですが", "木曜日に変えて", "いいですか")), True),
        (thought(0, 6, 12, texts=("おはようございます", "お疲れ様です", "了解です")), False),
    ],
)
def test_a_thought_in_many_messages(pieces, found):
    assert advice(pieces[-1], pieces[:-1]) == (Nudge(Kind.SPLIT) if found else None)


ASKED = said("연차는 언제까지 이월하나요?", 0, addressed="mention")
ANSWERED = (Turn("user", ASKED.text), Turn("assistant", "남은 연차는 3월 말까지 이월할 수 있습니다."))


@pytest.mark.parametrize(
    ("message", "recent", "thread", "found"),
    [
        (said("그럼 3월 뒤에는요?", 52), [ASKED], ANSWERED, True),
        (said("그럼 3월 뒤에는요?", 3), [ASKED], ANSWERED, False),  # it continues the question
        (said("아 감사합니다!", 52), [ASKED], ANSWERED, True),
        (said("연차 이월 신청은 어디서 하나요?", 52), [ASKED], ANSWERED, True),
        (said("그럼 3월 뒤에는요?", 52, addressed="mention"), [ASKED], ANSWERED, True),
        (said("연차 이월 신청은 어디서 하나요?", 52, addressed="mention"), [ASKED], ANSWERED, False),
        (said("그럼 3월 뒤에는요?", 52), [ASKED], ANSWERED[:1], False),  # nobody has answered yet
        (said("그럼 3월 뒤에는요?", 52), [], (), False),
        (said("그럼 3월 뒤에는요?", 52, user="U2"), [ASKED], ANSWERED, False),
        (said("그럼 3월 뒤에는요?", 52, calls_others=True), [ASKED], ANSWERED, False),
        (said("그럼 3월 뒤에는요?", 52, thread=0), [ASKED], ANSWERED, False),
        (said("그럼 3월 뒤에는요?", 52, addressed="direct"), [ASKED], ANSWERED, False),
        (said("다른 얘기인데 그럼 점심은요?", 52), [ASKED], ANSWERED, False),
        (said("오늘 두 시에 소방 훈련이 있습니다.", 52), [ASKED], ANSWERED, False),
        (said("", 52), [ASKED], ANSWERED, False),
        # Somebody has said something in the channel since: it is that which it refers to.
        (said("그건 수요일이에요", 52), [ASKED, said("프리즈 언제죠?", 30, user="U2")], ANSWERED, False),
        # A thread of people in which somebody else answered.
        (
            said("아까 그 양식 이름이 뭔가요?", 90),
            [said("한도는 어떻게 늘리죠?"), said("양식을 내세요", 60, thread=0, user="U2")],
            (Turn("user", "한도는 어떻게 늘리죠?"), Turn("user", "양식을 내세요")),
            True,
        ),
    ],
)
def test_a_reply_in_the_channel(message, recent, thread, found):
    assert advice(message, recent, thread) == (root_of(ASKED) if found else None)


OLD = (Turn("user", "PR 리뷰 부탁드려요"), Turn("user", "코멘트 남겼습니다"))


@pytest.mark.parametrize(
    ("message", "thread", "found"),
    [
        (said("다른 얘기인데 회의실 예약 누가 하셨나요?", DAY + 1, thread=0), OLD, True),
        (said("그리고 별개로, 온보딩 일정은 언제죠?", DAY + 1, thread=0), OLD, True),
        (said("새로운 질문인데요, 주차 등록은 어디서 하나요?", DAY + 1, thread=0), OLD, True),
        (said("by the way, who books the rooms?", DAY + 1, thread=0), OLD, True),
        (said("다른 얘기인데 회의실 예약 누가 하셨나요?", DAY - 1, thread=0), OLD, False),
        (said("다른 얘기인데 회의실 예약 누가 하셨나요?", 900, thread=0), OLD * 10, False),
        (said("다른 얘기인데 회의실 예약 누가 하셨나요?", 900, thread=0), (*OLD * 10, OLD[1]), True),
        (said("다른 질문인데 리뷰 코멘트는 어디 있죠?", DAY + 1, thread=0), OLD, False),
        (said("회의실 예약 누가 하셨나요?", DAY + 1, thread=0), OLD, False),
        (said("다른 얘기인데 회의실 누가 잡았죠?", DAY + 1, thread=0, addressed="direct"), OLD, False),
        (said("다른 얘기인데 회의실 누가 잡았죠?", DAY + 1), OLD, False),
        (said("다른 얘기인데 회의실 누가 잡았죠?", DAY + 1, thread=0), (), False),
    ],
)
def test_another_topic_in_an_old_thread(message, thread, found):
    expected = Nudge(Kind.NEW_TOPIC, message.thread) if found else None
    assert advice(message, (), thread) == expected


@pytest.mark.parametrize(
    ("message", "recent", "thread"),
    [
        (said("그럼 3월 뒤에는요?", 52), [ASKED], ASKED.ts),
        (said("점심 드셨어요?", 52), [said("안녕하세요")], None),
        (said("그럼 저는요?", 52, thread=0), [ASKED], None),
        (said("다른 얘기인데 그럼 저는요?", 52, thread=0), [ASKED], ASKED.ts),
        (said("그럼 " + "긴 이야기입니다. " * 30, 52), [ASKED], None),
    ],
)
def test_slack_is_asked_for_a_thread_only_when_it_may_matter(message, recent, thread):
    assert thread_to_read(message, recent) == thread


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("배포 문서를 보다가", True),
        ("결과가 이상한데요", True),
        ("그 문서요", True),
        ("테스트를 돌려 봤거든요", True),
        ("배포 서버 이름은,", True),
        ("because the", True),
        ("QA needs more time", False),
        ("확인했습니다", False),
        ("몇 시예요", False),
        ("누가 하나요?", False),
        ("나 지금 나갔어", False),
        ("좋네ㅋㅋ", False),
        ("알려줘", False),
        ("", False),
    ],
)
def test_whether_a_text_stops_in_the_middle(text, is_open):
    assert cues.is_open(text) is is_open


def test_words_of_one_topic_share_a_stem_whatever_particle_follows():
    assert cues.stems("정산서는 어디에 내나요?") & cues.stems("7일 안에 정산서를 내야 합니다") == {"정산"}
    assert cues.stems("혹시 언제 확인 가능한지 알려 주세요") == frozenset()


@pytest.mark.timed
def test_no_text_takes_long():
    begun = time.perf_counter()
    for hostile in ("!" * 40_000 + "가", "가" * 40_000, "아 " * 20_000, "\n" * 40_000 + "요"):
        for message in (said(hostile, 52), said(hostile, DAY + 1, thread=0)):
            advice(message, [said(hostile, 30), said(hostile, 40), ASKED], (Turn("user", hostile), *OLD))
    assert time.perf_counter() - begun < 2


def test_what_was_heard_is_in_order_and_each_message_once():
    heard = Heard()
    assert heard.add(said("하나", 0)) == ()
    assert [one.text for one in heard.add(said("셋", 2))] == ["하나"]
    assert [one.text for one in heard.add(said("둘", 1))] == ["하나"]
    assert heard.add(said("셋", 2)) is None
    assert [one.text for one in heard.add(said("넷", 601))] == ["둘", "셋"]
    assert heard.add(said("다른 채널", 5, channel="C2")) == ()


def test_what_was_heard_is_bounded_and_forgotten():
    heard = Heard()
    for number in range(MOST_MESSAGES + 50):
        heard.add(said("말", number))
    assert len(heard) == MOST_MESSAGES
    for number in range(MOST_CHANNELS + 50):
        heard.add(said("말", number, channel=f"C-{number}"))
    assert len(heard) == MOST_CHANNELS
    heard.forget(1_750_000_000 + MOST_CHANNELS)
    assert len(heard) == 50
