"""A compiled model in a real browser says what transformers says, token for token."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from compile.conversation.templates import DEFAULT_SYSTEM
from compile.records import model_folder
from compile.reference import reference_tokens
from compile.verifying import Session, verify_in
from tests.compile.browser import BROWSER_KINDS, needs_browser, needs_compiler, needs_node
from tests.compile.llm_folders import CHUNK

pytestmark = [needs_browser, needs_node, needs_compiler, pytest.mark.slow]
COUNT = 24
# One is read at once, one in two chunks; the last chunk of the third is a single token.
PROMPTS = [
    [7, 65, 9, 33, 120],
    [3 + 5 * at % 290 for at in range(45)],
    [11 + 3 * at for at in range(CHUNK + 1)],
]
QUESTION = "연차 휴가는 며칠인가요?"


@pytest.fixture(scope="module")
def session(tiny_bundle: Path) -> Iterator[Session]:
    with Session.opened(tiny_bundle, silence_s=120) as opened:
        yield opened


@pytest.mark.parametrize("kind", BROWSER_KINDS)
def test_24_of_24_tokens_are_the_references(
    session: Session, tiny_bundle: Path, tiny_models: Path, kind: str
) -> None:
    expected = reference_tokens(tiny_models / kind, model_folder(tiny_bundle, kind), PROMPTS, COUNT)
    assert all(len(set(tokens)) > COUNT / 3 for tokens in expected)  # not one word over and over
    found = verify_in(session, kind, PROMPTS, expected)
    assert found.first_difference == ""
    assert found.equal == found.of == 2 * len(PROMPTS) * COUNT
    assert found.outside == ()
    assert found.passed
    for run in found.runs:
        assert 0 < run.pipeline_ms < run.load_ms
        assert run.prefill_tokens_per_second > 0 < run.decode_tokens_per_second


def test_the_page_answers_as_the_reference_does(
    session: Session, tiny_bundle: Path, tiny_models: Path
) -> None:
    from transformers import AutoTokenizer

    folder = tiny_models / "llama"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    # Asked without a system message, web-llm writes the one of the bundle's template.
    asked = [{"role": "system", "content": DEFAULT_SYSTEM}, {"role": "user", "content": QUESTION}]
    prompt = tokenizer.apply_chat_template(asked, add_generation_prompt=True, return_dict=False)
    expected = reference_tokens(folder, model_folder(tiny_bundle, "llama"), [prompt], COUNT)[0]
    ends = {tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<|im_end|>")}
    end = next((at for at, token in enumerate(expected) if token in ends), COUNT)
    run = session.run("page-webgpu", "llama", [QUESTION], COUNT)
    assert run.texts == (tokenizer.decode(expected[:end], skip_special_tokens=False),)
    assert run.outside == ()
