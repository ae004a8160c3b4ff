"""What the bot says in Korean."""

from typing import Final

from rag.answering import refusals
from slackbot.phrases.wording import Phrases

KOREAN: Final = Phrases(
    language="ko",
    sources="출처",
    working="자료를 찾아보고 있습니다…",
    no_source="자료에서 답을 찾지 못했습니다.",
    refusals={
        refusals.NOT_IN_SOURCES: (
            "가지고 있는 자료에서 이 질문의 답을 찾지 못했습니다. 자료에 쓰였을 낱말로 바꾸어 물어보시거나, "
            "답이 담긴 문서를 자료에 넣어 달라고 관리자에게 알려 주세요."
        ),
        refusals.EMPTY_INDEX: (
            "아직 찾아볼 자료가 없습니다. 관리자가 문서를 색인에 넣은 뒤에 다시 물어봐 주세요."
        ),
        refusals.UNCLEAR_QUESTION: (
            "무엇을 찾아야 할지 알기 어려운 질문입니다. 알고 싶은 것을 낱말로 적어 주세요."
        ),
        refusals.UNSUPPORTED: (
            "관련된 자료는 있지만, 자료의 문장으로 뒷받침되는 답을 만들지 못했습니다. "
            "무엇을 알고 싶은지 더 구체적으로 물어봐 주세요."
        ),
        refusals.MODEL_FAILED: (
            "답을 쓰는 모델이 응답하지 않아 답하지 못했습니다. 잠시 뒤에 다시 물어봐 주세요."
        ),
        refusals.HARMFUL: (
            "쓴 답에 사람을 해치거나 속일 수 있는 내용이 있고, 그 부분만 덜어 낼 수도 없어서 보여 드리지 "
            "않습니다. 무엇이 필요하신지 다르게 물어봐 주세요."
        ),
    },
    near_sources="뜻이 가까운 자료는 다음과 같습니다.",
    cut_short=("답을 쓰는 모델이 도중에 멈추어, 여기까지만 확인된 내용입니다. 잠시 뒤에 다시 물어봐 주세요."),
    empty_question="질문이 비어 있습니다. 저를 부르면서 물어볼 내용을 함께 적어 주세요.",
    too_slow="정해진 시간 안에 답을 만들지 못했습니다. 질문을 좁혀서 다시 물어봐 주세요.",
    failed="답을 만들다가 문제가 생겼습니다. 기록을 남겼으니 관리자에게 알려 주세요.",
    gave_up="여러 번 시도했지만 답을 끝내지 못했습니다. 관리자에게 알려 주세요.",
    model_down=(
        "지금은 답을 쓰는 모델이 응답하지 않습니다. 질문은 잘 받아 두었고, "
        "모델이 돌아오는 대로 이 자리에 답하겠습니다. 다시 묻지 않으셔도 됩니다."
    ),
    model_lost=(
        "오래 기다렸지만 답을 쓰는 모델이 돌아오지 않았습니다. 나중에 다시 물어보시거나 "
        "관리자에게 알려 주세요."
    ),
    not_allowed=(
        "여기에서는 제가 답할 수 있도록 허락되어 있지 않습니다. 필요하시면 관리자에게 요청해 주세요."
    ),
    answer_removed="그 답은 지워졌습니다. 필요하시면 다시 물어봐 주세요.",
    answer_unknown="그 답의 기록이 남아 있지 않아 처리하지 못했습니다. 필요하시면 다시 물어봐 주세요.",
    nudge_split=(
        "하나의 이야기를 여러 메시지로 나누어 보내신 것 같습니다. 한 메시지에 모아 적어 주시면 "
        "읽는 분이 한 번에 이해하고 한 스레드에서 답하기 쉽습니다."
    ),
    nudge_loose_reply=(
        "앞의 이야기에 이어지는 답을 채널에 새로 올리신 것 같습니다. 이 스레드에 답글로 적어 주시면 "
        "이야기가 한곳에 모입니다: {thread}"
    ),
    nudge_new_topic=(
        "이 스레드의 주제와 다른 이야기를 시작하신 것 같습니다. 채널에 새 메시지로 올려 주시면 "
        "다른 분들이 쉽게 찾아 답할 수 있습니다."
    ),
    nudge_ending=(
        "이 안내는 본인에게만 보이고 하루에 한 번을 넘지 않습니다. 받고 싶지 않으시면 "
        "아래 단추를 누르거나 `/malmoi coaching off`라고 적어 주세요."
    ),
    coaching_off="그만 받기",
    helpful="도움이 됐습니다",
    unhelpful="아쉽습니다",
    helpful_label="이 답이 도움이 되었다고 알립니다",
    unhelpful_label="이 답이 아쉬웠다고 알립니다",
)
