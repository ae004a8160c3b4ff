"""Tries a finished bundle in a real browser: whether its first tokens are those of the reference model."""

from pathlib import Path
from typing import Final

from compile.model_input import model_named
from compile.records import model_folder
from compile.reference import reference_tokens
from compile.verifying import Verified, verify
from curation.progress import Progress, Quiet
from training.base import load_tokenizer

# Asked as a person would; every token of the answers depends on all weights.
_QUESTIONS: Final = ("대한민국의 수도는 어디인가요?", "Write one sentence about the sea.")
TOKENS: Final = 24


def try_in_browser(
    model: str,
    bundle: Path,
    model_id: str,
    *,
    tokens: int = TOKENS,
    progress: Progress | None = None,
) -> Verified:
    """Compare ``tokens`` greedy tokens of two answers, in TVM's runtime and in web-llm.

    Parameters
    ----------
    model
        What the bundle was made of, as it was named for the build.

    Raises
    ------
    UserError
        When there is no browser, or the page fails or hangs in it. Tokens that differ are no error:
        ``passed`` of the result is False.
    """
    shown = progress or Quiet()
    base = model_named(model, shown)
    tokenizer = load_tokenizer(base)
    prompts = [
        list(
            tokenizer.apply_chat_template(
                [{"role": "user", "content": question}],
                add_generation_prompt=True,
                tokenize=True,
                return_dict=False,
            )
        )
        for question in _QUESTIONS
    ]
    with shown.task("reference", None, "tokens"):
        expected = reference_tokens(base.folder, model_folder(bundle, model_id), prompts, tokens)
    return verify(bundle, model_id, prompts, expected, progress=shown)
