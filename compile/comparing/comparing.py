"""The weights of a bundle against the model that they were made from, over the rows of a release."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from compile.check import model_folder
from compile.comparing.predicting import Predicted, predict
from compile.comparing.result import Cost, cost_of
from compile.models import architecture_of, parameters_of
from compile.reference.weights import BundleWeights
from curation.errors import UserError
from curation.memory import available_mb
from curation.progress import Progress, Quiet
from training.base import ResolvedBase, load_tokenizer
from training.config import Rows
from training.data import read_rows
from training.data.masks import NOT_LEARNED, Encoded, Masks

ROWS: Final = 200
_RESAMPLES, _SEED = 1000, 0
_CHAT_CONFIG: Final = "mlc-chat-config.json"


def compare(
    bundle: Path,
    model: ResolvedBase,
    rows: Rows,
    *,
    name: str = "",
    resamples: int = _RESAMPLES,
    seed: int = _SEED,
    progress: Progress | None = None,
) -> Cost:
    """Measure what quantising cost, on the processor in float32.

    One model is in memory at a time: the original's weights give way to the bundle's.

    Parameters
    ----------
    bundle
        A whole bundle, or one model's folder of it.
    model
        The one that the bundle was made from.
    rows
        The release and its split, ``test`` where none is named; `ROWS` of them where there is no limit.
    name
        Which model of the bundle, where it has several.
    resamples, seed
        Of the bootstrap.

    Raises
    ------
    ConfigurationError
        When there is no such bundle, split or model, or the bundle was not made from the model.
    UserError
        When a file is damaged, no row fits, or memory is short.
    """
    shown = progress or Quiet()
    folder = model_folder(bundle, name)
    architecture = architecture_of(model.folder)
    weights = BundleWeights(folder, architecture)
    config = orjson.loads((folder / _CHAT_CONFIG).read_bytes())
    _require_memory(sum(parameter.size for parameter in parameters_of(architecture)), model.folder)
    read = read_rows(rows.model_copy(update={"limit": rows.limit or ROWS}), "test")
    tokenizer = load_tokenizer(model)
    encoded = Masks(tokenizer).encode_all(
        [one.messages for one in read.examples], [one.unlearned for one in read.examples]
    )
    window = max(config.get("context_window_size", -1), config.get("sliding_window_size", -1))
    fitting = [row for row in encoded if not isinstance(row, str) and _fits(row, window)]
    if not fitting:
        raise UserError(
            f"None of the {len(encoded):,} rows fits the page's context of {window:,} tokens.",
            where=rows.path,
            fix="Name rows with shorter conversations, or compile with a larger --context.",
        )
    sides: list[list[Predicted]] = []
    loaded = _loaded(model.folder)
    for side in ("the original", "the quantised model"):
        if sides:
            _replace(loaded, weights)
        with shown.task(f"ask {side}", len(fitting), "rows") as advance:
            sides.append(predict(loaded, fitting, advance))
    original, quantised = sides
    return cost_of(
        original,
        quantised,
        [_bytes(row, tokenizer) for row in fitting],
        quantisation=config["quantization"],
        left_out=len(encoded) - len(fitting),
        resamples=resamples,
        seed=seed,
    )


def _fits(row: Encoded, window: int) -> bool:
    return len(row.input_ids) <= window and any(label != NOT_LEARNED for label in row.labels[1:])


def _bytes(row: Encoded, tokenizer: Any) -> int:
    learned: Sequence[int] = [label for label in row.labels if label != NOT_LEARNED]
    return max(1, len(tokenizer.decode(learned, skip_special_tokens=True).encode()))


def _require_memory(parameters: int, where: Path) -> None:
    needed, left = 4 * parameters, available_mb() << 20
    if needed > left:
        raise UserError(
            f"In float32 the model takes {needed / 1e9:.1f} GB, and {left / 1e9:.1f} GB of memory are left.",
            where=str(where),
            fix="End other programs, or compare on a machine with more memory.",
        )


def _loaded(folder: Path) -> Any:
    import torch  # noqa: PLC0415
    from transformers import AutoModelForCausalLM  # noqa: PLC0415

    model: Any = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, local_files_only=True, trust_remote_code=False, use_safetensors=True
    )
    return model.eval()


def _replace(model: Any, weights: BundleWeights) -> None:
    """Put the bundle's weights in the place of the model's own, a tensor at a time."""
    import torch  # noqa: PLC0415

    for name, values in weights.tensors():
        model.load_state_dict({name: torch.from_numpy(values.copy())}, strict=False)
