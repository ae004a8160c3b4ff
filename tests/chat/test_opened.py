import pytest

pytest.importorskip("transformers", reason="needs malmoi[models]")

import torch
from langchain_core.messages import HumanMessage

import chat
from chat.opened import opened
from curation.errors import ConfigurationError


def test_what_is_opened_is_the_model_that_answers(tiny):
    model = chat.load(f"transformers:{tiny}")
    found = opened(model)
    assert found.model is opened(model).model is model.local().model
    assert found.device == torch.device("cuda" if torch.cuda.is_available() else "cpu")
    assert not found.model.training

    prompt = found.template.prompt([HumanMessage("연차는?")], found.max_tokens)
    ids = torch.tensor([prompt], device=found.device)
    made = found.model.generate(ids, max_new_tokens=9, do_sample=False, eos_token_id=list(found.end_tokens))
    text = found.tokenizer.decode(made[0, len(prompt) :], skip_special_tokens=True).replace("\ufffd", "")
    assert text == model.invoke("연차는?", max_tokens=9).text != ""


@pytest.mark.parametrize("spec", ["extractive", "openai:m@http://localhost:1/v1"])
def test_a_model_that_is_not_here_cannot_be_opened(spec):
    with pytest.raises(ConfigurationError, match="needs the model itself") as caught:
        opened(chat.load(spec))
    assert "smollm2" in caught.value.fix
