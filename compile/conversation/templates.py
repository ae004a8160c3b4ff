"""Reads web-llm's `conv_template` off what a tokenizer's chat template writes around known words.

No name of a model or template is looked at. What stands between the words of a probe is cut where a turn
that ends there, and one that goes on, part.
"""

from dataclasses import dataclass
from os.path import commonprefix
from typing import Any, Final

from compile.conversation.reference import Reference
from curation.errors import ConfigurationError

# Written by web-llm where a conversation has no system message and the chat template has none of its own:
# by its rules, what stands around a system message is always written.
DEFAULT_SYSTEM: Final = "You are a helpful assistant."

_SYSTEM, _FIRST, _ANSWER, _SECOND = "SYSTEMPROBE", "QUESTIONPROBE", "ANSWERPROBE", "SECONDPROBE"


@dataclass(frozen=True, slots=True)
class Form:
    """A `conv_template` as the chat template has it, and whether its system message is the template's own."""

    conv_template: dict[str, Any]
    own_system: bool


def read_form(reference: Reference, bos: tuple[str, int] | None, where: str) -> Form:
    """Find out how the chat template writes; ``bos`` is the text and id of the token a text begins with.

    Raises
    ------
    ConfigurationError
        When web-llm's rules cannot write a conversation that way.
    """
    whole = reference.text(_SYSTEM, [_FIRST, _ANSWER, _SECOND])
    head, after_system, to_answer, to_question, tail = _around(
        whole, [_SYSTEM, _FIRST, _ANSWER, _SECOND], where
    )
    asked = reference.text(_SYSTEM, [_FIRST], prompt=False)
    answered = reference.text(_SYSTEM, [_FIRST, _ANSWER], prompt=False)
    end_question = asked.rpartition(_FIRST)[2]
    end_answer = answered.rpartition(_ANSWER)[2]
    opening = _behind(tail, end_question, "the prompt for an answer", where)
    answer = _behind(to_answer, end_question, "an answer", where)
    question = _behind(to_question, end_answer, "a question", where)
    if not opening:
        # " [/INST]" closes the question and opens the answer; web-llm wants a role that is not empty. Its
        # blank goes with it: each part is encoded by itself, and a word begins with its blank.
        end_question, opening, answer = "", end_question, end_question + answer

    heads_question = not after_system.endswith(question)
    system_end = after_system if heads_question else after_system.removesuffix(question)
    bare = reference.text(None, [_FIRST]).partition(_FIRST)[0]
    own_system = _inside(bare, head, after_system)
    form = {
        "name": "from_chat_template",
        "system_message": DEFAULT_SYSTEM if own_system is None else own_system,
        "add_role_after_system_message": not heads_question,
        "seps": [end_question] if end_question == end_answer else [end_question, end_answer],
        **_roles(question, opening, answer, where),
    }
    # SmolLM2's begin token opens every turn: there it is part of the role.
    if bos is not None and head.startswith(bos[0]) and bos[0] not in opening:
        head = head.removeprefix(bos[0])
        form["system_prefix_token_ids"] = [bos[1]]
    form["system_template"] = f"{head}{{system_message}}{system_end}"
    return Form(form, own_system is not None)


def _around(text: str, words: list[str], where: str) -> list[str]:
    """What stands before, between and behind ``words``, each of which must stand there once, in order."""
    parts = []
    for word in words:
        before, _, text = text.partition(word)
        parts.append(before)
    parts.append(text)
    if any(word in part for word in words for part in parts) or not all(parts[1:]):
        raise _unknown("does not write what was said once, in order, with something between", where)
    return parts


def _behind(text: str, end: str, what: str, where: str) -> str:
    if not text.startswith(end):
        raise _unknown(f"ends a turn differently where {what} follows", where)
    return text.removeprefix(end)


def _unknown(what: str, where: str) -> ConfigurationError:
    return ConfigurationError(
        f"The chat template cannot be written by web-llm's rules: it {what}.",
        where=where,
        fix="Use a model with a template like ChatML's, Llama's, Mistral's, Gemma's or Qwen's.",
    )


def _inside(text: str, head: str, end: str) -> str | None:
    """The system message that the template wrote unasked, or None."""
    if len(text) < len(head) + len(end) or not (text.startswith(head) and text.endswith(end)):
        return None
    return text[len(head) : len(text) - len(end)]


def _roles(question: str, opening: str, answer: str, where: str) -> dict[str, Any]:
    """Cut role from separator: one separator serves questions and answers, another the prompt."""
    assistant = commonprefix([opening, answer])  # noqa: RUF071 - these are no paths
    rest, empty = answer.removeprefix(assistant), opening.removeprefix(assistant)
    if not rest:
        rest = _shared_blanks(question, assistant)
        assistant, empty = assistant.removesuffix(rest), rest + empty
    elif not question.endswith(rest):
        # A template of the role could hold it, but web-llm changes dollar signs in what it puts into one.
        raise _unknown(f"writes {rest!r} before an answer, but neither in the prompt nor a question", where)
    user = question.removesuffix(rest)
    return {
        "roles": {"user": user, "assistant": assistant, "tool": user},
        "role_content_sep": rest,
        "role_empty_sep": empty,
    }


def _shared_blanks(one: str, other: str) -> str:
    blanks = one[len(one.rstrip()) :]
    return blanks if other.endswith(blanks) else ""
