"""What is typed after `/malmoi`, in Korean, English and Japanese."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from slackbot.listeners.parts import Actor
from slackbot.policy import Mode

Verb = Literal["help", "ask", "mode", "coaching", "status", "forget"]
VERBS: Final[Mapping[Verb, tuple[str, ...]]] = {
    "help": ("help", "도움말", "사용법", "ヘルプ", "使い方"),
    "ask": ("ask", "질문", "물어보기", "質問", "聞く"),
    "mode": ("mode", "모드", "モード"),
    "coaching": ("coaching", "코칭", "コーチング"),
    "status": ("status", "상태", "状態"),
    "forget": ("forget me", "내 기록 지우기", "나를 잊어 줘", "私を忘れて"),
}
MODES: Final[Mapping[Mode, tuple[str, ...]]] = {
    Mode.OFF: ("off", "끔", "끄기", "オフ"),
    Mode.MENTION: ("mention", "멘션", "メンション"),
    Mode.ROOTS: ("roots", "새글", "새 글", "新規"),
    Mode.THREADS: ("threads", "스레드", "スレッド"),
}
SWITCH: Final[Mapping[bool, tuple[str, ...]]] = {
    True: ("on", "켜기", "켬", "オン"),
    False: ("off", "끄기", "끔", "オフ"),
}
HERE: Final = ("channel", "채널", "チャンネル")


@dataclass(frozen=True, slots=True)
class Command:
    """What was typed after `/malmoi`: a verb in any language, and the rest of the line."""

    actor: Actor
    verb: Verb
    rest: str


def command_of(body: Mapping[str, Any]) -> Command:
    """Project a slash command; what begins with no known word asks for help."""
    team, user, channel, url = (
        str(body.get(name) or "") for name in ("team_id", "user_id", "channel_id", "response_url")
    )
    verb, rest = parsed(str(body.get("text") or ""))
    return Command(Actor(team, user, channel, response_url=url), verb, rest)


def parsed(text: str) -> tuple[Verb, str]:
    """The verb and what follows it."""
    line = unicodedata.normalize("NFC", " ".join(text.split()))
    for verb, words in VERBS.items():
        for word in words:
            if line.lower() == word or line.lower().startswith(f"{word} "):
                return verb, line[len(word) :].strip()
    return "help", ""


def mode_of(words: str) -> Mode | None:
    """The mode that is named."""
    return next((mode for mode, names in MODES.items() if words.lower() in names), None)


def switch_of(words: str) -> tuple[bool | None, bool]:
    """On or off, ``None`` when it is neither, and whether of the whole channel."""
    first, _, rest = words.lower().partition(" ")
    is_here = first in HERE
    wanted = rest if is_here else words.lower()
    return next((on for on, names in SWITCH.items() if wanted in names), None), is_here
