"""Makes a model's `conv_template`, and trusts it only after comparing it with the chat template."""

from collections.abc import Sequence
from typing import Any, Final

from chat.chat_template import ChatTemplate
from compile.conversation.reference import Reference
from compile.conversation.rendering import render
from compile.conversation.templates import Form, read_form
from compile.conversation.twelve import TWELVE, Conversation
from curation.errors import ConfigurationError

_SHOWN: Final = 24


def generate(tokenizer: Any, where: str, *, declared: int | Sequence[int] | None = None) -> dict[str, Any]:
    """Make the `conv_template` of mlc-chat-config.json, equal to the chat template byte for byte.

    Three things are a page's to do, since web-llm's rules cannot: to trim what is said where the
    chat template does, not to send an empty system message, and to double the dollar signs of one.
    A conversation without a system message has the `conv_template`'s.

    Parameters
    ----------
    tokenizer
        A `transformers` tokenizer.
    where
        The model, for messages.
    declared
        `generation_config.eos_token_id`.

    Raises
    ------
    ConfigurationError
        When there is no chat template, nothing ends an answer, or one of the twelve conversations
        differs: which, at which byte, and both sides.
    """
    ours = ChatTemplate(tokenizer, where)
    reference = Reference(tokenizer, where)
    form = read_form(reference, _bos(tokenizer), where)
    compare(reference, form, _bos(tokenizer), where)
    ending = ours.end_of_turn().strip()
    if not ending:
        raise ConfigurationError(
            "The chat template writes no control token after an answer, so the model could not end one.",
            where=where,
            fix="Use the model's instruction-tuned variant, or a template that ends a turn with a token.",
        )
    return form.conv_template | {
        "stop_str": [ending],
        "stop_token_ids": sorted(ours.end_tokens(declared)),
    }


def trims_messages(tokenizer: Any, where: str) -> bool:
    """Whether the chat template cuts off the blanks around what is said, which a page has to do then."""
    return Reference(tokenizer, where).trims


def compare(reference: Reference, form: Form, bos: tuple[str, int] | None, where: str) -> None:
    """Write the twelve conversations both ways.

    Raises
    ------
    ConfigurationError
        For the first that differs.
    """
    prefix = bos[0] if bos is not None and "system_prefix_token_ids" in form.conv_template else ""
    for conversation in TWELVE:
        system, turns = _as_sent(conversation, reference)
        own = system is None and not form.own_system
        expected = reference.text(form.conv_template["system_message"] if own else system, turns)
        written = prefix + render(form.conv_template, [*turns, None], system)
        if written != expected:
            raise _differs(conversation, expected.encode(), written.encode(), where)


def _as_sent(conversation: Conversation, reference: Reference) -> tuple[str | None, list[str]]:
    """The conversation as a page sends it."""
    system, turns = conversation.system, list(conversation.turns)
    if reference.folds and system == "":
        system = None
    if not reference.trims:
        return system, turns
    return system and system.strip(), [turn.strip() for turn in turns]


def _bos(tokenizer: Any) -> tuple[str, int] | None:
    return (tokenizer.bos_token, tokenizer.bos_token_id) if tokenizer.bos_token else None


def _differs(conversation: Conversation, expected: bytes, written: bytes, where: str) -> ConfigurationError:
    pairs = zip(expected, written, strict=False)
    short = min(len(expected), len(written))
    at = next((at for at, (one, other) in enumerate(pairs) if one != other), short)
    return ConfigurationError(
        f"web-llm would write the conversation '{conversation.name}' differently from byte {at} on: "
        f"the chat template has {_shown(expected, at)}, web-llm {_shown(written, at)}.",
        where=where,
        fix="The model was not trained on what it would read; use a model with a simpler chat template.",
    )


def _shown(text: bytes, at: int) -> str:
    return repr(text[max(0, at - _SHOWN) : at + _SHOWN].decode(errors="replace"))
