"""Rows as OpenAI takes them for fine-tuning chat models: a JSON object a line, with ``messages``.

https://platform.openai.com/docs/guides/supervised-fine-tuning: a message has a role and a content;
``weight`` 0 or 1 at an answer says whether it is learned; the last message is the assistant's, and
a job takes at least ten rows. Tools are not exported and not read.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from training.data.examples import Example

LEAST_ROWS: Final = 10
_ROLES: Final = ("system", "user", "assistant")
_KEYS: Final = frozenset(("role", "content", "name", "weight"))


def openai_rows(examples: Iterable[Example]) -> Iterator[dict[str, Any]]:
    """Give each example as a row."""
    for example in examples:
        messages: list[dict[str, Any]] = []
        for place, message in enumerate(example.messages):
            weight = {"weight": 0} if place in example.unlearned else {}
            messages.append({"role": message.role, "content": message.content, **weight})
        yield {"messages": messages}


def faults_of(rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """Name what OpenAI would refuse, with the number of the line."""
    count = 0
    for count, row in enumerate(rows, 1):
        if fault := fault_of(row):
            yield f"line {count}: {fault}"
    if count < LEAST_ROWS:
        yield f"there are {count} rows; a job takes at least {LEAST_ROWS}"


def fault_of(row: Mapping[str, object]) -> str:
    """Say what is wrong with a row; "" when nothing is."""
    messages = row.get("messages")
    if not isinstance(messages, list) or not messages:
        return "'messages' is no list of messages" if "messages" in row else "no 'messages'"
    for number, message in enumerate(messages, 1):
        if fault := _fault_of_message(message):
            return f"message {number}{fault}"
    answers = [message for message in messages if message["role"] == "assistant"]
    if messages[-1]["role"] != "assistant":
        return f"the last message is the {messages[-1]['role']}'s, not the assistant's"
    if all(message.get("weight") == 0 for message in answers):
        return "every answer has the weight 0: nothing is learned"
    return ""


def text_of(content: object) -> str | None:
    """Give the text of a content, which is text or a list of texts in parts; None when it is neither."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    texts = [
        part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None
        for part in content
    ]
    # The checker does not see that all are texts.
    return "".join(texts) if all(isinstance(text, str) for text in texts) else None  # type: ignore[arg-type]


def _fault_of_message(message: object) -> str:
    if not isinstance(message, dict):
        return " is no object"
    if message.get("role") not in _ROLES:
        return f" has the role {message.get('role')!r}; allowed: {', '.join(_ROLES)}"
    if unknown := sorted(message.keys() - _KEYS):
        return f" has the key {unknown[0]!r}, which conversations of text do not have"
    if (text := text_of(message.get("content"))) is None:
        return " has no content of text"
    return f" ({message['role']}) is empty" if not text.strip() else _fault_of_weight(message)


def _fault_of_weight(message: Mapping[str, object]) -> str:
    if "weight" not in message:
        return ""
    if message["role"] != "assistant":
        return f" has a weight, but is the {message['role']}'s"
    return "" if message["weight"] in (0, 1) else f" has the weight {message['weight']!r}; allowed: 0, 1"
