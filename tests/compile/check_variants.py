"""The choices that a bundle for the check is made of."""

import random
from dataclasses import dataclass, field
from typing import Any

LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}


@dataclass(frozen=True)
class Variant:
    quantization: str = "q4f32_1"
    vocabulary: int = 96
    hidden: int = 64
    layers: int = 1
    tied: bool = True
    theta: float = 100000.0
    scaling: dict[str, Any] | None = None
    rope_form: str = "both"  # both, mlc, top level
    context: int = 512
    sliding: bool = False
    chunk: int = 128
    unigram: bool = False
    eos: int | tuple[int, ...] = 2
    libraries: str = ""
    adapter: bool = True
    integrity: str = ""
    overrides: dict[str, Any] = field(default_factory=dict)
    cap: int = 8192

    @property
    def f16(self) -> bool:
        return "f16" in self.quantization


def any_variant(seed: int) -> Variant:
    """A variant whose every choice is drawn."""
    rng = random.Random(seed)
    context = rng.choice([256, 512, 4096])
    return Variant(
        quantization=rng.choice(["q4f32_1", "q4f16_1", "q0f32", "q0f16"]),
        vocabulary=rng.choice([40, 96, 300]),
        hidden=rng.choice([32, 64, 96]),
        layers=rng.randint(1, 3),
        tied=rng.random() < 0.5,
        theta=rng.choice([10000.0, 100000.0, 500000]),
        scaling=rng.choice([None, LLAMA3, {"rope_type": "linear", "factor": 2.0}]),
        rope_form=rng.choice(["both", "mlc", "top level"]),
        context=context,
        sliding=rng.random() < 0.3,
        chunk=rng.choice([context, 128, 64]),
        unigram=rng.random() < 0.3,
        eos=rng.choice([2, (2, 3)]),
        libraries=rng.choice(["", "libs/"]),
        adapter=rng.random() < 0.7,
        integrity=rng.choice(["", "sha256", "sha384", "sha512"]),
        overrides=rng.choice([{}, {"temperature": 0.5}]),
        cap=rng.choice([1024, 8192, 1 << 20]),
    )
