"""A conversation template made from a tokenizer's own: its fields, the twelve conversations, refusals."""

from typing import Any

import pytest

from compile.conversation import generate, render
from compile.conversation.generating import compare
from compile.conversation.reference import Reference
from compile.conversation.rendering import pieces
from compile.conversation.templates import DEFAULT_SYSTEM, Form
from compile.conversation.twelve import TWELVE
from curation.errors import ConfigurationError
from tests.training import chat_templates as known
from training.base import resolve
from training.config import Base

PLAIN = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
# The system message stands inside the first question, and every question has a begin token.
LLAMA_2 = (
    "{% set rules = messages[0].content if messages[0].role == 'system' else none %}"
    "{% for m in (messages[1:] if rules is not none else messages) %}{% set said = m.content %}"
    "{% if loop.first and rules is not none %}"
    "{% set said = '<<SYS>>\n' + rules + '\n<</SYS>>\n\n' + m.content %}{% endif %}"
    "{% if m.role == 'user' %}{{ bos_token }}[INST] {{ said.strip() }} [/INST]"
    "{% else %} {{ said.strip() }} {{ eos_token }}{% endif %}{% endfor %}"
)
# Llama 3.2's: a system block stands in front in any case, with the day in it.
LLAMA_32 = (
    "{% if date_string is not defined %}{% set date_string = strftime_now('%d %b %Y') %}{% endif %}"
    "{% set given = messages[0].role == 'system' %}"
    "{{ bos_token }}<|start_header_id|>system<|end_header_id|>\n\nToday Date: {{ date_string }}\n\n"
    "{{ messages[0].content | trim if given }}<|eot_id|>"
) + known.LLAMA3.replace("messages %}", "(messages[1:] if given else messages) %}").replace(
    "{% if loop.first %}{{ bos_token }}{% endif %}", ""
)
# Mistral's later form: rules head the last question, wherever that is.
MISTRAL_LAST = (
    "{% set rules = messages[0].content if messages[0].role == 'system' else none %}{{ bos_token }}"
    "{% for m in (messages[1:] if rules is not none else messages) %}{% if m.role == 'user' %}[INST] "
    "{% if loop.last and rules is not none %}{{ rules }}\n\n{% endif %}{{ m.content }}[/INST]"
    "{% else %} {{ m.content }}{{ eos_token }}{% endif %}{% endfor %}"
)


def _rendered(template: str, turns: list[str | None], system: str | None = None) -> str:
    return render(generate(known.tokenizer_of(template), "model"), turns, system)


@pytest.mark.parametrize(
    ("template", "fields"),
    [
        (
            PLAIN,
            {
                "system_template": "<|im_start|>system\n{system_message}<|im_end|>\n",
                "system_message": DEFAULT_SYSTEM,
                "add_role_after_system_message": True,
                "seps": ["<|im_end|>\n"],
                "roles": {
                    "user": "<|im_start|>user",
                    "assistant": "<|im_start|>assistant",
                    "tool": "<|im_start|>user",
                },
                "role_content_sep": "\n",
                "role_empty_sep": "\n",
                "stop_str": ["<|im_end|>"],
                "stop_token_ids": [2, 5],
            },
        ),
        (known.CHATML, {"system_message": "You are a helpful assistant.", "stop_token_ids": [2, 5]}),
        (
            known.LLAMA3,
            {
                "system_template": "<|start_header_id|>system<|end_header_id|>\n\n{system_message}<|eot_id|>",
                "system_prefix_token_ids": [1],
                "seps": ["<|eot_id|>"],
                "role_content_sep": "\n\n",
                "role_empty_sep": "\n\n",
                "stop_str": ["<|eot_id|>"],
                "stop_token_ids": [2, 8],
            },
        ),
        (
            LLAMA_2,
            {
                "system_template": "[INST] <<SYS>>\n{system_message}\n<</SYS>>\n\n",
                "system_prefix_token_ids": [1],
                "add_role_after_system_message": False,
                "seps": ["", " </s>"],
                "roles": {"user": "<s>[INST]", "assistant": " [/INST]", "tool": "<s>[INST]"},
                "role_content_sep": " ",
                "role_empty_sep": "",
                "stop_token_ids": [2],
            },
        ),
        (
            known.MISTRAL,
            {
                "system_template": "[INST] {system_message}\n\n",
                "system_prefix_token_ids": [1],
                "add_role_after_system_message": False,
                "seps": ["", "</s>"],
                "roles": {"user": "[INST]", "assistant": " [/INST]", "tool": "[INST]"},
                "role_content_sep": " ",
                "role_empty_sep": "",
            },
        ),
        (
            known.GEMMA,
            {
                "system_template": "<start_of_turn>user\n{system_message}\n\n",
                "system_prefix_token_ids": [1],
                "add_role_after_system_message": False,
                "seps": ["<end_of_turn>\n"],
                "role_content_sep": "\n",
                "stop_str": ["<end_of_turn>"],
            },
        ),
        (known.QWEN3, {"role_content_sep": "\n", "role_empty_sep": "\n<think>\n\n</think>\n\n"}),
    ],
    ids=["chatml", "smollm2", "llama-3", "llama-2", "mistral", "gemma", "qwen3"],
)
def test_the_fields_are_read_off_the_chat_template(template: str, fields: dict[str, Any]) -> None:
    made = generate(known.tokenizer_of(template), "model")
    assert {name: made.get(name) for name in fields} == fields
    assert ("system_prefix_token_ids" in made) == ("bos_token" in template)


def test_a_default_of_the_template_itself_is_kept() -> None:
    template = known.CHATML.replace("You are a helpful assistant.", "당신은 말모이입니다.")
    made = generate(known.tokenizer_of(template), "model")
    assert made["system_message"] == "당신은 말모이입니다."
    assert render(made, ["?", None]).startswith("<|im_start|>system\n당신은 말모이입니다.<|im_end|>\n")


@pytest.mark.parametrize(
    ("template", "system", "turns", "expected"),
    [
        (LLAMA_2, "R", ["Q", None], "[INST] <<SYS>>\nR\n<</SYS>>\n\nQ [/INST]"),
        (
            LLAMA_2,
            None,
            ["Q", "A", "P", None],
            f"[INST] <<SYS>>\n{DEFAULT_SYSTEM}\n<</SYS>>\n\nQ [/INST] A </s><s>[INST] P [/INST]",
        ),
        (known.MISTRAL, "R", ["Q", "A", "P", None], "[INST] R\n\nQ [/INST] A</s>[INST] P [/INST]"),
        (
            known.GEMMA,
            "R",
            ["Q", "A", "P", None],
            "<start_of_turn>user\nR\n\nQ<end_of_turn>\n<start_of_turn>model\nA<end_of_turn>\n"
            "<start_of_turn>user\nP<end_of_turn>\n<start_of_turn>model\n",
        ),
        (
            known.QWEN3,
            "R",
            ["Q", "A", "P", None],
            "<|im_start|>system\nR<|im_end|>\n<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n"
            "<|im_start|>user\nP<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
        ),
        (
            LLAMA_32,
            None,
            ["Q", None],
            "<|start_header_id|>system<|end_header_id|>\n\nToday Date: 26 Jul 2024\n\n<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\nQ<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n",
        ),
        (known.THOUGHT, "R", ["Q", None], "<|system|>R<|user|>Q<|assistant|><think>\n"),
    ],
)
def test_a_prompt_is_what_the_model_was_trained_on(
    template: str, system: str | None, turns: list[str | None], expected: str
) -> None:
    assert _rendered(template, turns, system) == expected


def test_the_models_that_come_with_malmoi() -> None:
    from transformers import AutoTokenizer

    smollm2, tiny = (resolve(Base(model=name)).folder for name in ("smollm2", "tiny"))
    made = generate(AutoTokenizer.from_pretrained(smollm2), "smollm2", declared=2)
    assert made["system_message"] == "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
    assert made["stop_token_ids"] == [2]
    # SmolLM2's begin token is the one that opens every turn.
    assert "system_prefix_token_ids" not in made
    assert made["system_template"] == "<|im_start|>system\n{system_message}<|im_end|>\n"
    tokenizer = AutoTokenizer.from_pretrained(tiny)
    made = generate(tokenizer, "tiny", declared=[2, 0])
    assert made["stop_token_ids"] == sorted({0, 2, tokenizer.eos_token_id})


@pytest.mark.parametrize("template", [PLAIN, LLAMA_2, known.LLAMA3, known.MISTRAL, known.GEMMA, known.QWEN3])
def test_parts_encoded_by_themselves_are_the_tokens_of_the_whole(template: str) -> None:
    tokenizer = known.tokenizer_of(template)
    made = generate(tokenizer, "model")
    for conversation in TWELVE:
        parts = pieces(made, [*conversation.turns, None], conversation.system)
        apart = tokenizer(parts, add_special_tokens=False)["input_ids"]
        whole = tokenizer("".join(parts), add_special_tokens=False)["input_ids"]
        assert [number for ids in apart for number in ids] == whole, conversation.name


def test_the_twelve_are_twelve_kinds() -> None:
    assert len({conversation.name for conversation in TWELVE}) == 12
    assert all(len(conversation.turns) % 2 for conversation in TWELVE)
    assert [conversation.system for conversation in TWELVE].count(None) == 3


@pytest.mark.parametrize(
    ("template", "said"),
    [
        # It counts the turns, so no text stands for every one.
        (
            PLAIN.replace("{{ m.content }}", "{{ loop.index }}. {{ m.content }}"),
            "writes '3. ' before an answer",
        ),
        (
            PLAIN.replace("{{ m.content }}", "{{ m.content }}{{ '!' if loop.last }}"),
            "ends a turn differently",
        ),
        (PLAIN.replace("{{ m.content }}", "{{ m.content | upper }}"), "differently from byte"),
        (PLAIN.replace("{{ m.content }}", "{{ m.content | replace('\n\n', '\n') }}"), "conversation 'lines'"),
        (
            PLAIN.replace("{{ m.content }}", "{{ m.content | replace('<<', '<') }}"),
            "conversation 'marks of other models'",
        ),
        (MISTRAL_LAST, "once, in order"),
        (PLAIN.replace("messages %}", "messages[-2:] %}"), "once, in order"),
        (known.ENDLESS, "no control token after an answer"),
        ("{{ raise_exception('never') }}", "refuses a conversation: never"),
        (None, "no chat template"),
    ],
)
def test_an_unknown_template_is_an_error(template: str | None, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        generate(known.tokenizer_of(template), "the/model")
    assert caught.value.where == "the/model"


def test_the_first_difference_is_shown_with_both_sides() -> None:
    tokenizer = known.tokenizer_of(PLAIN)
    reference = Reference(tokenizer, "model")
    form = generate(tokenizer, "model")
    compare(reference, Form(form, own_system=False), None, "model")
    wrong = form | {"role_empty_sep": "\n\n"}
    with pytest.raises(ConfigurationError) as caught:
        compare(reference, Form(wrong, own_system=False), None, "model")
    length = len(render(form, [TWELVE[0].turns[0], None], TWELVE[0].system).encode())
    assert f"'one question' differently from byte {length} on" in caught.value.what
    assert caught.value.what.endswith(
        "the chat template has '>\\n<|im_start|>assistant\\n', web-llm '>\\n<|im_start|>assistant\\n\\n'."
    )


@pytest.mark.parametrize(
    "fault",
    [
        {"seps": ["<|im_end|>"]},
        {"system_template": "<|im_start|>system\n{system_message}<|im_end|>"},
        {"add_role_after_system_message": False},
        {"role_content_sep": " "},
        {"roles": {"user": "<|im_start|>User", "assistant": "<|im_start|>assistant"}},
        {"role_templates": {"user": "{user_message}"}},
        {"role_templates": {"user": "{user_message} "}},
    ],
)
def test_every_wrong_field_is_seen_over_the_twelve(fault: dict[str, Any]) -> None:
    tokenizer = known.tokenizer_of(PLAIN)
    form = generate(tokenizer, "model") | fault
    with pytest.raises(ConfigurationError, match="differently from byte"):
        compare(Reference(tokenizer, "model"), Form(form, own_system=False), None, "model")
