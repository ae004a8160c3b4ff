"""What web-llm writes, against strings written out by hand after the rules of `conv_template`."""

import pytest

from compile.conversation.rendering import pieces, render

LLAMA_2 = {
    "system_template": "[INST] <<SYS>>\n{system_message}\n<</SYS>>\n\n",
    "system_message": "Be kind.",
    "system_prefix_token_ids": [1],
    "add_role_after_system_message": False,
    "roles": {"user": "<s>[INST]", "assistant": "[/INST]", "tool": "[INST]"},
    "seps": [" ", " </s>"],
    "role_content_sep": " ",
    "role_empty_sep": " ",
}
LLAMA_3 = {
    "system_template": "<|start_header_id|>system<|end_header_id|>\n\n{system_message}<|eot_id|>",
    "system_message": "Be kind.",
    "system_prefix_token_ids": [128000],
    "roles": {"user": "<|start_header_id|>user", "assistant": "<|start_header_id|>assistant"},
    "role_templates": {"user": "{user_message}", "assistant": "{assistant_message}"},
    "seps": ["<|eot_id|>"],
    "role_content_sep": "<|end_header_id|>\n\n",
    "role_empty_sep": "<|end_header_id|>\n\n",
}
CHATML = {
    "system_template": "<|im_start|>system\n{system_message}<|im_end|>\n",
    "system_message": "Be kind.",
    "roles": {"user": "<|im_start|>user", "assistant": "<|im_start|>assistant"},
    "seps": ["<|im_end|>\n"],
    "role_content_sep": "\n",
    "role_empty_sep": "\n",
}
BARE = {"system_template": ""}
HELLO = ["Hello", None]
TWO = ["Hello", "Hi.", "왜?", None]


@pytest.mark.parametrize(
    ("template", "system", "turns", "expected"),
    [
        (LLAMA_2, "Rule.", HELLO, "[INST] <<SYS>>\nRule.\n<</SYS>>\n\nHello [/INST] "),
        (LLAMA_2, None, HELLO, "[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nHello [/INST] "),
        (LLAMA_2 | BARE, None, HELLO, "<s>[INST] Hello [/INST] "),
        (
            LLAMA_2,
            None,
            TWO,
            "[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nHello [/INST] Hi. </s><s>[INST] 왜? [/INST] ",
        ),
        (
            LLAMA_3,
            "Rule.",
            HELLO,
            "<|start_header_id|>system<|end_header_id|>\n\nRule.<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\nHello<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n",
        ),
        (
            LLAMA_3 | BARE,
            None,
            HELLO,
            "<|start_header_id|>user<|end_header_id|>\n\nHello<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n",
        ),
        (
            LLAMA_3,
            None,
            ["Hello"],
            "<|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\nHello<|eot_id|>",
        ),
        (
            LLAMA_3,
            "",
            ["Hello", "Hi."],
            "<|start_header_id|>system<|end_header_id|>\n\n<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\nHello<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\nHi.<|eot_id|>",
        ),
        (
            CHATML,
            "Rule.",
            HELLO,
            "<|im_start|>system\nRule.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n",
        ),
        (
            CHATML,
            "",
            HELLO,
            "<|im_start|>system\n<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n",
        ),
        (CHATML | BARE, "Rule.", HELLO, "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n"),
        (
            CHATML,
            None,
            TWO,
            "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n"
            "<|im_start|>assistant\nHi.<|im_end|>\n<|im_start|>user\n왜?<|im_end|>\n<|im_start|>assistant\n",
        ),
    ],
)
def test_a_conversation_is_written_as_web_llm_does(
    template: dict, system: str | None, turns: list[str | None], expected: str
) -> None:
    assert render(template, turns, system).encode() == expected.encode()


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("$$x$$ and $5", "$x$ and $5"),
        ("[$&]", "[{user_message}]"),
        ("$`|$'", "a |"),
        ("{user_message}{function_string}", "{user_message}"),
    ],
)
def test_a_template_of_a_role_changes_what_is_put_into_it(said: str, written: str) -> None:
    template = CHATML | BARE | {"role_templates": {"user": "a {user_message}"}}
    assert render(template, [said]) == f"<|im_start|>user\na {written}<|im_end|>\n"
    assert render(CHATML | BARE, [said]) == f"<|im_start|>user\n{said}<|im_end|>\n"


@pytest.mark.parametrize(("sent", "written"), [("pay $$", "pay $"), ("pay $$$$", "pay $$"), ("$5", "$5")])
def test_dollar_signs_of_a_system_message_are_to_be_doubled(sent: str, written: str) -> None:
    assert pieces(CHATML, HELLO, sent)[0] == f"<|im_start|>system\n{written}<|im_end|>\n"


def test_separators_absent_are_a_colon() -> None:
    bare = {
        "system_template": "",
        "system_message": "",
        "roles": {"user": "U", "assistant": "A"},
        "seps": ["\n"],
    }
    assert pieces(bare, ["x", "y", "z", None]) == ["U: x\n", "A: y\n", "U: z\n", "A: "]


@pytest.mark.parametrize(
    ("template", "turns", "said"),
    [
        (CHATML | {"seps": []}, HELLO, "one or two separators, not 0"),
        (CHATML | {"seps": ["", "", ""]}, HELLO, "one or two separators, not 3"),
        (CHATML, [None, "Hi."], "only the last turn"),
    ],
)
def test_what_cannot_be_written_is_refused(template: dict, turns: list[str | None], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        render(template, turns)
