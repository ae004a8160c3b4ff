"""What the bot says beside its answers, in Korean."""

from typing import Final

from slackbot.phrases.interaction.wording import Interaction

KOREAN: Final = Interaction(
    thanks="의견 고맙습니다. 생각이 바뀌면 다시 눌러 주세요.",
    thanks_for_reason="알려 주셔서 고맙습니다. 답을 고치는 데 쓰겠습니다.",
    reason_title="무엇이 아쉬웠나요?",
    reason_intro="의견은 이미 남겼습니다. 까닭을 알려 주시면 더 도움이 됩니다.",
    reason_label="까닭",
    reasons={
        "wrong": "내용이 틀렸습니다",
        "outdated": "오래된 내용입니다",
        "beside": "물어본 것과 다릅니다",
        "sources": "출처가 답과 맞지 않습니다",
        "other": "그 밖의 까닭",
    },
    reason_more="덧붙일 말",
    reason_hint="맞는 내용이나 볼 자료를 적어 주세요",
    send="보내기",
    cancel="그만두기",
    close="닫기",
    start_coaching="알림 다시 받기",
    coaching_stopped="이제 대화 습관을 알려 드리지 않습니다. 다시 받으려면 `/malmoi 코칭 켜기`를 쓰세요.",
    coaching_started="대화 습관을 하루에 한 번까지, 본인에게만 알려 드립니다.",
    summary_title="스레드 요약",
    reading="스레드를 읽고 있습니다…",
    excerpt="아래는 새로 쓴 요약이 아니라, 스레드에서 골라낸 문장입니다.",
    nothing_to_summarise="이 스레드에는 요약할 글이 없습니다.",
    thread_unreadable="이 스레드를 읽을 수 없습니다. 먼저 이 채널에 저를 초대해 주세요.",
    summary_failed="요약을 만들지 못했습니다. 잠시 뒤에 다시 해 보고, 또 그러면 관리자에게 알려 주세요.",
    saved_public="이 스레드를 저장했습니다. 이제 이 워크스페이스의 구성원이 저에게 물어 찾을 수 있습니다.",
    saved_private="이 스레드를 저장했습니다. {channel} 구성원만 저에게 물어 찾을 수 있습니다.",
    this_conversation="이 대화",
    save_later="적어 두었습니다. 지금은 바로 할 수 없어, 되는 대로 저장하거나 지우겠습니다.",
    save_direct="둘이 나눈 메시지는 저장하지 않습니다. 채널의 스레드를 저장해 주세요.",
    nothing_to_save="이 스레드에는 저장할 글이 없습니다.",
    unsaved="이 스레드를 더는 찾을 수 없게 했습니다.",
    help=(
        "• `/malmoi 질문 휴가는 며칠인가요?` 답이 나에게만 보입니다\n"
        "• `/malmoi 모드 끔|멘션|새글|스레드` 이 채널에서 제가 어디에 답할지 정합니다\n"
        "• `/malmoi 코칭 켜기|끄기` 대화 습관 알림을 받거나 끕니다. "
        "`코칭 채널 끄기`는 이 채널 전체에서 끕니다\n"
        "• `/malmoi 상태` 지금 설정을 봅니다\n"
        "• `/malmoi 내 기록 지우기` 제가 가진 나의 글과 의견을 지웁니다"
    ),
    ask_empty="물어볼 내용을 함께 적어 주세요. 예: `/malmoi 질문 휴가는 며칠인가요?`",
    asking="답을 찾고 있습니다…",
    too_long_here="답이 길어 여기에 다 보여 드리지 못합니다. 저에게 보내는 메시지로 물어봐 주세요.",
    mode_set="이 채널에서는 이제 이렇게 합니다: {mode}.",
    mode_unknown="모드는 `끔`, `멘션`, `새글`, `스레드` 가운데 하나입니다.",
    mode_direct="저와 나누는 메시지에는 늘 답합니다. 모드는 채널에서 정해 주세요.",
    modes={
        "off": "답하지 않습니다",
        "mention": "저를 부르면 답합니다",
        "roots": "저를 부르거나 새 글이 올라오면 답합니다",
        "threads": "새 글에도, 스레드의 글에도 답합니다",
    },
    coaching_here="이 채널의 대화 습관 알림: {state}.",
    on="켜짐",
    off="꺼짐",
    status_channel="이 채널: {mode}. 대화 습관 알림은 {state}.",
    status_person="나에게 오는 대화 습관 알림: {state}.",
    status_waiting="답을 기다리는 질문: {count}개.",
    forget_ask="제가 가진 나의 질문, 그 답, 의견, 설정을 모두 지웁니다. 되돌릴 수 없습니다.",
    forget_button="모두 지우기",
    forgotten="모두 지웠습니다. Slack에 남은 글은 직접 지워 주세요.",
    home_what="저는 우리 자료에서 답을 찾아 출처와 함께 알려 드립니다. 자료에 없으면 없다고 말합니다.",
    home_how=(
        "*물어보는 방법*\n"
        "• 채널에서 저를 부르며 한 글에 다 적어 주세요. 답은 그 글의 스레드에 답니다\n"
        "• 제가 답한 스레드에서는 부르지 않고 이어서 물어도 됩니다\n"
        "• 저에게 메시지를 보내면 둘이서만 이야기합니다\n"
        "• 글의 ⋮ 메뉴에서 스레드를 요약하거나 자료로 저장할 수 있습니다"
    ),
    home_settings="내 설정",
    home_coaching="대화 습관 알림: *{state}*. 하루에 한 번까지, 나에게만 보입니다.",
    home_language="언어: *{language}*. Slack의 언어 설정을 따릅니다.",
    language="한국어",
    greeting="안녕하세요. 궁금한 것을 물어보시면 우리 자료에서 찾아 출처와 함께 알려 드립니다.",
    prompts_title="이렇게 물어보세요",
    prompt_about="{title}에 무엇이 적혀 있나요?",
    prompts=("무엇을 물어볼 수 있나요?", "휴가는 어떻게 신청하나요?", "비용은 어떻게 청구하나요?"),
)
