"""How much memory a run needs at most, from the shape of the model and of the heaviest micro-batch.

What the autograd graph keeps was counted with saved-tensor hooks (transformers 5.23, peft 0.21) over
Llama shapes; the counts are exact for such layers. What the program, the allocator and the copies on
the way add was measured as peak RSS of runs of 0.2 to 135 million parameters. On a processor, oneDNN keeps
what it compiles for products of each shape, so that batches of many widths add to it.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final

from training.base import Facts
from training.config import Method

_MB: Final = 2**20
_BYTES: Final = {"bf16": 2, "fp32": 4}
_STORED: Final = {"bf16": "BF16", "fp32": "F32"}
# NF4: half a byte, and the scale of each 64 weights: 4 bytes, or quantised itself (QLoRA, section 3).
_NF4, _NF4_DOUBLE = 0.5 + 4 / 64, 0.5 + 1 / 64 + 4 / (64 * 256)
# Bytes that a layer keeps for the backward pass for each token, in units of hidden, intermediate,
# query and key/value features.
_KEPT: Final = {
    ("adapters", "bf16"): (18, 8, 10, 0),
    ("adapters", "fp32"): (16, 16, 16, 0),
    ("dora", "bf16"): (26, 16, 14, 8),
    ("dora", "fp32"): (32, 32, 24, 16),
    ("full", "bf16"): (26, 8, 8, 0),
    ("full", "fp32"): (24, 16, 16, 0),
}
# On a processor freed tensors leave holes in the heap: share of what is kept that is lost to them.
_HOLES: Final = {
    ("adapters", "bf16"): 0.45,
    ("adapters", "fp32"): 0.85,
    ("dora", "bf16"): 0.45,
    ("dora", "fp32"): 0.85,
    ("full", "bf16"): 0.35,
    ("full", "fp32"): 0.35,
}
# Python, torch, transformers, peft, trl, datasets; on a card, the context and what cuBLAS reserves.
_PROGRAM_MB: Final = {"cpu": 650, "cuda": 900}
# A row as it was read and as token ids: 18,000 rows of some 50 tokens took 150 MiB.
_ROW_BYTES: Final = 8 * 2**10
# What oneDNN keeps for each width of batches, and at most (it forgets all but the last 1,024 products):
# with 12 widths, and an evaluation after them, it was 310 to 350 MiB on one machine and 170 on another; 120
# steps of any width levelled off.
_WIDTH_MB, _WIDTHS_MB = 22, 970
# Logits of 32 bits at once (see `training.running.trainer`); beyond, TRL's tiles.
_LOGITS: Final = 2**28
_TILES: Final = {"cpu": 2**28, "cuda": 2**30}
_CARD_HOLES: Final = 0.1


@dataclass(frozen=True, slots=True)
class Heaviest:
    """The heaviest micro-batch: ``rows`` of ``width`` tokens, ``learned`` places have something to learn.

    ``widths`` is how many different widths the micro-batches of the run have.
    """

    rows: int
    width: int
    learned: int
    widths: int = 1


@dataclass(frozen=True, slots=True)
class Memory:
    """The most memory that a run holds, in MiB, and what it is made of.

    ``weights`` are as they lie in memory (those read from a file as they are stay mapped);
    ``trained`` are gradients, the optimiser's two moments and, of adapters, the values; ``activations``
    what the backward pass needs; ``logits`` the loss; ``compiled`` products that were compiled for each
    width of batches. ``loading`` is the peak before training.
    """

    program: int
    weights: int
    trained: int
    activations: int
    logits: int
    compiled: int
    loading: int
    peak: int

    def as_json(self) -> dict[str, Any]:
        """Give the parts and the peak, in MiB, as JSON data."""
        return {f"{name}_mb": value for name, value in asdict(self).items()}


def estimate(
    facts: Facts,
    method: Method,
    heaviest: Heaviest,
    *,
    precision: str,
    device: str,
    checkpointing: bool,
    accumulates: bool,
    rows: int = 0,
) -> Memory:
    """Estimate the peak: resident memory of the process, or with ``cuda`` that of the card.

    ``rows`` is how many are read from all files; they stay in the memory of the process.
    ``checkpointing`` keeps only the input of each layer; ``accumulates`` says that a step has several
    micro-batches, so that gradients stand beside activations.
    """
    family = {"dora": "dora", "full": "full"}.get(method.kind, "adapters")
    program = _PROGRAM_MB[device] * _MB + (rows * _ROW_BYTES if device == "cpu" else 0)
    weights, file = _weights(facts, method, precision, device)
    adapters = trained_parameters(facts, method) if method.kind != "full" else 0
    optimiser, gradients = 8 * (adapters or facts.parameters), 4 * (adapters or facts.parameters)
    kept = _kept(facts, method, heaviest, family, precision, checkpointing=checkpointing)
    holes = _HOLES[family, precision] if device == "cpu" else _CARD_HOLES
    # Adapters' and, with `full`, all weights are cast for products in bfloat16, once a micro-batch.
    casts = 2 * (adapters or facts.parameters) if precision == "bf16" else 0
    activations = round(kept * (1 + holes)) + casts
    logits = _logits(facts, heaviest, precision, device, full=method.kind == "full")
    compiled = min(heaviest.widths * _WIDTH_MB, _WIDTHS_MB) * _MB if device == "cpu" else 0
    steady = program + weights + 4 * adapters + optimiser + compiled
    forward = steady + activations + logits + (gradients if accumulates else 0)
    # At the end of the backward pass the activations are gone and the gradients there.
    backward = steady + gradients + round(kept / facts.layers)
    loading = program + weights + file
    return Memory(
        *(
            round(part / _MB)
            for part in (
                program,
                weights,
                4 * adapters + optimiser + gradients,
                activations,
                logits,
                compiled,
                loading,
                max(loading, forward, backward),
            )
        )
    )


def trained_parameters(facts: Facts, method: Method) -> int:
    """Count the parameters of the adapters, or of the whole model with ``full``."""
    if method.kind == "full":
        return facts.parameters
    magnitudes = method.kind == "dora"
    return sum(method.r * (out + into) + magnitudes * out for out, into in _adapted(facts, method))


def _adapted(facts: Facts, method: Method) -> list[tuple[int, int]]:
    every = zip(facts.linear_names, facts.linear_shapes, strict=True)
    if method.targets == ("all-linear",):
        return list(facts.linear_shapes)
    return [shape for name, shape in every if any(f".{name}".endswith(f".{one}") for one in method.targets)]


def _weights(facts: Facts, method: Method, precision: str, device: str) -> tuple[int, int]:
    """Weights in memory, and what loading holds beside them: the file, and copies in another type.

    NF4 is made of copies that are there all at once. With the largest matrix as it was stored, this
    adds up to what was measured over SmolLM2: 1,704 MiB after 683 for the program and the data.
    """
    full = method.kind == "full"
    size = 4 if full else _BYTES[precision]
    nf4 = round(facts.linear_parameters * (_NF4_DOUBLE if method.double_quantisation else _NF4))
    rest = facts.parameters - facts.linear_parameters
    held = nf4 + rest * size if method.kind == "qlora" else facts.parameters * size
    if device == "cuda":
        return held, 0  # files are read tensor by tensor
    if facts.dtype == _STORED["fp32" if full else precision]:
        # Tensors that are taken as they are keep the whole file mapped.
        return facts.weight_bytes + (nf4 if method.kind == "qlora" else 0), 0
    copies = facts.linear_parameters * size if method.kind == "qlora" else 0
    return held, facts.weight_bytes + copies + 4 * facts.vocab * facts.hidden


def _kept(
    facts: Facts, method: Method, heaviest: Heaviest, family: str, precision: str, *, checkpointing: bool
) -> int:
    tokens = heaviest.rows * heaviest.width
    size = _BYTES[precision]
    hidden, intermediate, query, key = _KEPT[family, precision]
    inside = len(_adapted(facts, method)) / facts.layers * method.r * size if family != "full" else 0
    layer = tokens * (
        hidden * facts.hidden
        + intermediate * facts.intermediate
        + query * facts.heads * facts.head_dim
        + key * facts.kv_heads * facts.head_dim
        + 4 * facts.heads
        + 8
        + inside
        + size * heaviest.width  # each layer's own copy of the mask
    )
    if not checkpointing:
        return round(facts.layers * layer)
    # One layer at a time is computed again from its input.
    return round(layer + facts.layers * tokens * facts.hidden * (4 if family == "full" else size))


def _logits(facts: Facts, heaviest: Heaviest, precision: str, device: str, *, full: bool) -> int:
    """Logits in the precision of products, then their logarithm and two gradients in 32 bits."""
    count = heaviest.rows * heaviest.learned * facts.vocab
    head = 4 * facts.vocab * facts.hidden if full else 0
    if device == "cpu" and 4 * count <= _LOGITS:
        return count * (16 if precision == "bf16" else 12) + head
    return _TILES[device] + head
