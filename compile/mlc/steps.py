"""What the steps of mlc_llm are given. Source: docs/compilation/compile_models.rst of mlc-llm."""

from pathlib import Path
from typing import Final

_DEVICE: Final = "webgpu"
# Any that the registry has: its template gives way to the one made from the tokenizer's own.
_TEMPLATE: Final = "LM"


def convert_weight(model: Path, quantisation: str, out: Path) -> list[str]:
    """Quantise the weights of a model folder."""
    return [
        "convert_weight",
        str(model),
        *("--quantization", quantisation),
        *("--source", str(model)),
        *("--source-format", "huggingface-safetensor"),
        *("--device", "cpu"),
        *("-o", str(out)),
    ]


def gen_config(model: Path, quantisation: str, context: int, prefill_chunk: int, out: Path) -> list[str]:
    """Write mlc-chat-config.json; sizes are in tokens."""
    return [
        "gen_config",
        str(model),
        *("--quantization", quantisation),
        *("--conv-template", _TEMPLATE),
        *("--context-window-size", str(context)),
        *("--prefill-chunk-size", str(prefill_chunk)),
        *("-o", str(out)),
    ]


def compile_library(config: Path, overrides: dict[str, int], out: Path) -> list[str]:
    """Compile the library for what a mlc-chat-config.json describes."""
    told = ";".join(f"{name}={value}" for name, value in overrides.items())
    return ["compile", str(config), "--device", _DEVICE, "--overrides", told, "-o", str(out)]
