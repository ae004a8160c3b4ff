"""Rows of the common formats of conversations: a JSON object each, read into messages.

``messages`` is ours: the conversation and, where they are known, an example's other fields.
``openai`` is what OpenAI takes for fine-tuning (see `openai_jsonl`), ``sharegpt`` has
``conversations`` with ``from`` and ``value``, and ``alpaca`` has ``instruction``, ``input`` and ``output``
(https://github.com/tatsu-lab/stanford_alpaca), with ``system`` and ``history`` where others added them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from curation.readers.json_file import required_text
from curation.records import Message
from curation.yaml_lines import nearest
from training.data import openai_jsonl
from training.data.examples import fault_of

Role = Literal["system", "user", "assistant"]
_ROLES: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant"}
_SHAREGPT: dict[str, Role] = {
    **_ROLES,
    "human": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "model": "assistant",
}
_TEXTS = ("id", "task", "definition", "source", "licence", "split_group")
_LISTS = ("references", "label_space")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A row's conversation, the answers of it that are only read, and other fields of its example."""

    messages: tuple[Message, ...]
    unlearned: tuple[int, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)


def parsed(row: Mapping[str, object], format_name: str) -> Parsed:
    """Read a row.

    Raises
    ------
    ValueError
        When it is no row of the format, or nothing can be learned from it; the message says why.
    """
    found = _FORMATS[format_name](row)
    if fault := fault_of(found.messages):
        raise ValueError(fault)
    return found


def _messages(row: Mapping[str, object]) -> Parsed:
    if type(row.get("id")) is int:
        row = {**row, "id": str(row["id"])}
    fields: dict[str, Any] = {key: required_text(row, key) for key in _TEXTS if row.get(key) is not None}
    for key in _LISTS:
        values = row.get(key) or []
        if not isinstance(values, list) or any(not isinstance(one, str) for one in values):
            raise ValueError(f"{key!r} is no list of texts")
        fields[key] = tuple(values)
    messages = _listed(row, "messages", "role", "content", _ROLES)
    places = row.get("unlearned") or []
    if not isinstance(places, list) or any(
        not isinstance(place, int) or not 0 <= place < len(messages) for place in places
    ):
        raise ValueError("'unlearned' is no list of places in 'messages'")
    return Parsed(messages, tuple(places), fields)


def _openai(row: Mapping[str, object]) -> Parsed:
    if fault := openai_jsonl.fault_of(row):
        raise ValueError(fault)
    listed: Any = row["messages"]
    messages = tuple(Message(one["role"], openai_jsonl.text_of(one["content"]) or "") for one in listed)
    return Parsed(messages, tuple(place for place, one in enumerate(listed) if one.get("weight") == 0))


def _sharegpt(row: Mapping[str, object]) -> Parsed:
    messages = _listed(row, "conversations", "from", "value", _SHAREGPT)
    return Parsed(messages if messages[0].role == "system" else (*_system(row), *messages))


def _alpaca(row: Mapping[str, object]) -> Parsed:
    # Tables that became JSON have null for an input that is not there.
    given = {key: required_text(row, key) for key in ("instruction", "input") if row.get(key) is not None}
    asked = "\n\n".join(part for part in given.values() if part.strip())
    if not asked:
        raise ValueError("'instruction' is missing or empty")
    messages = [*_system(row)]
    history = row.get("history") or []
    if not isinstance(history, list):
        raise ValueError("'history' is no list of questions with their answers")
    for pair in history:
        if not isinstance(pair, list) or len(pair) != 2 or any(not isinstance(one, str) for one in pair):
            raise ValueError("'history' is no list of questions with their answers")
        messages += [Message("user", pair[0]), Message("assistant", pair[1])]
    messages += [Message("user", asked), Message("assistant", required_text(row, "output"))]
    return Parsed(tuple(messages))


def _system(row: Mapping[str, object]) -> tuple[Message, ...]:
    text = required_text(row, "system") if row.get("system") is not None else ""
    return (Message("system", text),) if text.strip() else ()


_FORMATS: dict[str, Callable[[Mapping[str, object]], Parsed]] = {
    "messages": _messages,
    "openai": _openai,
    "sharegpt": _sharegpt,
    "alpaca": _alpaca,
}


def _listed(
    row: Mapping[str, object], key: str, role_key: str, text_key: str, roles: Mapping[str, Role]
) -> tuple[Message, ...]:
    listed = row.get(key)
    if not isinstance(listed, list) or not listed:
        raise ValueError(f"{key!r} is no list of messages" if key in row else f"no {key!r}")
    messages = []
    for number, one in enumerate(listed, 1):
        if not isinstance(one, dict):
            raise ValueError(f"message {number} is no object")
        try:
            role, text = required_text(one, role_key), required_text(one, text_key)
        except ValueError as error:
            raise ValueError(f"message {number}: {error}") from error
        if role not in roles:
            raise ValueError(f"message {number} has the unknown {role_key} {role!r}; {nearest(role, roles)}")
        messages.append(Message(roles[role], text))
    return tuple(messages)
