import pytest
from langchain_core.language_models import BaseChatModel

import chat
from curation.errors import ConfigurationError


def test_extractive_is_the_default():
    assert isinstance(chat.load(), BaseChatModel)
    assert chat.load("extractive")._llm_type == "extractive"


@pytest.mark.parametrize("spec", ["", "gpt", "openai:x@http://localhost", "Extractive"])
def test_an_unknown_spec_is_told_what_exists(spec):
    with pytest.raises(ConfigurationError) as caught:
        chat.load(spec)

    assert caught.value.exit_code == 2
    assert "extractive" in caught.value.fix
