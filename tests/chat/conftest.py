"""What tests of the models share: a tiny model's folder, and a model server that misbehaves."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

# Before torch is imported: threads that wait for each other take most of the time on busy cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from tests.chat.scripted_server import ScriptedServer


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a random model of two layers."""
    pytest.importorskip("transformers", reason="needs malmoi[models]")
    from tests.chat.tiny_model import save_model

    return save_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    for name in ("MALMOI_OPENAI_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with ScriptedServer() as running:
        yield running
