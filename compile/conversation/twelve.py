"""The conversations over which two ways of writing them are compared."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was said: ``turns`` are a question, its answer, a question …; a question is the last.

    ``system`` is None where the conversation has no system message, which an empty one is not.
    """

    name: str
    system: str | None
    turns: tuple[str, ...]


_RULES: Final = "너는 사내 규정을 아는 조수다. 출처를 밝혀 답한다."

TWELVE: Final = (
    Conversation("one question", "Answer briefly.", ("What is a carriage return?",)),
    Conversation("no system message", None, ("What is a carriage return?",)),
    Conversation("empty system message", "", ("What is a line feed?",)),
    Conversation("second question", "Answer briefly.", ("Is it late?", "It is.", "How late?")),
    Conversation("second question, no system message", None, ("Is it late?", "It is.", "How late?")),
    Conversation("Korean", _RULES, ("연차는 며칠인가요?", "한 해에 15일입니다.", "언제 신청하나요?")),
    Conversation(
        "four questions",
        _RULES,
        ("하나?", "하나입니다.", "둘?", "둘입니다.", "셋?", "셋입니다.", "넷?"),
    ),
    Conversation("blanks around", "  Answer briefly. ", ("  Is it late?  ", "It is.", "How late? \n")),
    Conversation(
        "lines", "Rules:\n1. be brief\n\n2. be kind", ("first\nsecond\n\n\nthird", "one\n\ntwo", "a\tb\r\nc")
    ),
    Conversation(
        "braces and signs",
        "Write {name}, {{ name }} and {% name %}.",
        (
            "{user_message} %s 100% $$x$$ $& {function_string}",
            "{assistant_message} \\n",
            "{system_message} {0}",
        ),
    ),
    Conversation("emoji", "🙂 친절하게", ("👩‍👩‍👧 가족 휴가는? 🇰🇷", "사흘입니다 👍🏽", "é 와 é 는 다른가?")),
    Conversation(
        "marks of other models", None, ("### User: [x] <b>&amp;</b>", "#### A", "<<x>> | <|x|> ---")
    ),
)
