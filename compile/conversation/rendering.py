"""Writes a conversation by the rules of web-llm 0.2's `conv_template`.

Source: the protocol of MLC's `mlc-chat-config.json`, and web-llm's `conversation.ts` where it differs from
MLC's own program: separators go by position, and placeholders are filled by JavaScript's `replace`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_DOLLAR = re.compile(r"\$([$&`'])")


def render(template: Mapping[str, Any], turns: Sequence[str | None], system: str | None = None) -> str:
    """Text of the conversation, without the tokens of ``system_prefix_token_ids`` in front.

    Parameters
    ----------
    template
        The `conv_template`.
    turns
        A question, its answer, a question …; None, only as the last, is an answer yet to come.
    system
        The system message; None takes the template's own.

    Raises
    ------
    ValueError
        When the template has not one or two separators, or another turn than the last is None.
    """
    return "".join(pieces(template, turns, system))


def pieces(template: Mapping[str, Any], turns: Sequence[str | None], system: str | None = None) -> list[str]:
    """The parts of `render`: the system text, then each turn. web-llm encodes each by itself."""
    separators: Sequence[str] = template["seps"]
    if len(separators) not in (1, 2):
        raise ValueError(f"a conv_template has one or two separators, not {len(separators)}")
    if None in turns[:-1]:
        raise ValueError("only the last turn may be open")
    message = template["system_message"] if system is None else system
    heading = _replace(template["system_template"], "{system_message}", message)
    opened = bool(heading) and not template.get("add_role_after_system_message", True)
    parts = [heading] if heading else []
    for at, said in enumerate(turns):
        role = ("user", "assistant")[at % 2]
        name = template["roles"][role]
        if said is None:
            parts.append(name + template.get("role_empty_sep", ": "))
            continue
        before = "" if opened and at == 0 else name + template.get("role_content_sep", ": ")
        parts.append(before + _filled(template, role, said) + separators[at % len(separators)])
    return parts


def _filled(template: Mapping[str, Any], role: str, said: str) -> str:
    form = (template.get("role_templates") or {}).get(role)
    if form is None:
        return said
    return _replace(_replace(form, f"{{{role}_message}}", said), "{function_string}", "")


def _replace(text: str, placeholder: str, said: str) -> str:
    """JavaScript's `text.replace(placeholder, said)`: once, and `$$`, `$&` … in ``said`` have meanings."""
    before, found, after = text.partition(placeholder)
    if not found:
        return text
    meant = {"$": "$", "&": placeholder, "`": before, "'": after}
    return before + _DOLLAR.sub(lambda sign: meant[sign[1]], said) + after
