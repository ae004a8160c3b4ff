import pytest

import chat
from tests.chat.bundled import needs_smollm2


@pytest.mark.slow
@needs_smollm2
def test_the_bundled_model_answers_and_stops():
    model = chat.load("smollm2")

    pieces = list(model.stream("What is the capital of France?"))

    assert len(pieces) > 3
    assert "Paris" in "".join(piece.text for piece in pieces)
    assert pieces[-1].response_metadata["finish_reason"] == "stop"
    assert pieces[-1].usage_metadata["output_tokens"] < model.max_new_tokens
    assert "<|im_end|>" not in "".join(piece.text for piece in pieces)
