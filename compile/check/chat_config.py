"""`mlc-chat-config.json`: its own fields, and the conversation template."""

from typing import Any, Final

from compile.check.fault import Fault
from compile.check.reading import (
    AGAIN,
    Object,
    Rules,
    check_fields,
    is_count,
    is_ids,
    is_positive,
    is_size,
    is_text,
    is_texts,
    object_of,
)

CHAT_CONFIG: Final = "mlc-chat-config.json"
_TEMPLATE: Final = "conv_template"
_FIX: Final = f"write it as the registry of MLC has it, or {AGAIN}"


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_string(value: Any) -> bool:
    return isinstance(value, str)


def _is_eos(value: Any) -> bool:
    return is_count(value) or (is_ids(value) and value != [])


_FIELDS: Final[Rules] = {
    "model_type": (is_text, "a name"),
    "quantization": (is_text, "a name"),
    "model_config": (_is_object, "an object"),
    "vocab_size": (is_positive, "a number of tokens"),
    "context_window_size": (is_size, "a number of tokens or -1"),
    # web-llm takes an absent one for a second window, and stops.
    "sliding_window_size": (is_size, "a number of tokens or -1"),
    "prefill_chunk_size": (is_positive, "a number of tokens"),
    "tokenizer_files": (lambda value: is_texts(value) and value != [], "a list of files"),
    "eos_token_id": (_is_eos, "a token id or a list of them"),
}
_TEMPLATE_FIELDS: Final[Rules] = {
    "system_template": (_is_string, "a string"),
    "system_message": (_is_string, "a string"),
    "roles": (_is_object, "an object"),
    "seps": (lambda value: is_texts(value) and len(value) in (1, 2), "one separator or two"),
    "stop_str": (is_texts, "a list of strings"),
    "stop_token_ids": (is_ids, "a list of token ids"),
}
_PLACEHOLDERS: Final = {"user": "{user_message}", "assistant": "{assistant_message}"}


def check_chat_config(config: Object) -> list[Fault]:
    """Find what is wrong with the configuration by itself."""
    found = check_fields(config, _FIELDS, CHAT_CONFIG, AGAIN)
    template = config.get(_TEMPLATE)
    if isinstance(template, dict):
        return found + _template(template)
    if isinstance(template, str):
        fault = (
            f"malformed: the name '{template[:40]}', as older versions had it, where the template is expected"
        )
        return [*found, Fault(CHAT_CONFIG, _TEMPLATE, fault, f"write the template out, or {AGAIN}")]
    fault = "missing" if template is None else "malformed: an object is expected"
    return [*found, Fault(CHAT_CONFIG, _TEMPLATE, fault, AGAIN)]


def _template(template: Object) -> list[Fault]:
    found = check_fields(template, _TEMPLATE_FIELDS, CHAT_CONFIG, _FIX, f"{_TEMPLATE}.")
    roles = {"user": (_is_string, "a string"), "assistant": (_is_string, "a string")}
    if isinstance(template.get("roles"), dict):
        found += check_fields(template["roles"], roles, CHAT_CONFIG, _FIX, f"{_TEMPLATE}.roles.")
    role_templates = object_of(template.get("role_templates"))
    held = {
        f"role_templates.{role}": (role_templates.get(role), mark) for role, mark in _PLACEHOLDERS.items()
    }
    if template.get("system_message"):
        held["system_template"] = (template.get("system_template"), "{system_message}")
    for field, (text, mark) in held.items():
        if isinstance(text, str) and mark not in text:
            fault = f"malformed: it has no {mark}, so what is said there never reaches the model"
            found.append(Fault(CHAT_CONFIG, f"{_TEMPLATE}.{field}", fault, f"put {mark} where it belongs"))
    if template.get("stop_str") == [] and template.get("stop_token_ids") == []:
        fault = "empty, as stop_str is: an answer would end only where the context does"
        fix = "name the token that ends the model's turn"
        found.append(Fault(CHAT_CONFIG, f"{_TEMPLATE}.stop_token_ids", fault, fix))
    return found
