"""The stage ``merge``: from a base and what was trained on it to one model folder."""

import gc
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from curation.atomic import publish_directory
from curation.checkpoints import sha256_of
from curation.progress import Progress, Quiet
from training.base import ResolvedBase, load_tokenizer, resolve
from training.config import Method, TrainConfig
from training.data import prepare
from training.evaluation.subjects import Subjects
from training.evaluation.trained import trained_weights
from training.merging.adapters import merged
from training.merging.choosing import Candidate, Choice, Target, candidate, choose, targets
from training.merging.dequantise import take_dequantised
from training.merging.distributions import Distance, Expected, Row, distance, documents, expected
from training.merging.saving import check_reload, save
from training.publishing.lineage import refuse_other_base
from training.run_folder import RunFolder
from training.running.at_work import at_work
from training.running.device import precision_of
from training.running.model import load_base

# The base without quantisation, in the precision of the run.
_FLOATS = Method(kind="lora")
_WORK = ".merged."
# As `tempfile` names them, of merges that were killed; `.merged.old` may be the only whole model.
_LEFT = f"{_WORK}????????"


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What was merged into what, and how it compares.

    ``trained_nll`` is the loss of base + adapter as they were trained, in nats a token over ``rows``
    documents; these were held back, or, where nothing was, learned. ``reload`` compares the folder, read
    back, with what was saved; ``of`` is the SHA-256 of
    each file of what was trained, by its name.
    """

    folder: Path
    into: Target
    reason: str
    trained_nll: float
    rows: int
    held_out: bool
    candidates: tuple[Candidate, ...]
    reload: Distance
    dtype: str
    of: dict[str, str]
    weights: tuple[dict[str, Any], ...]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Give the facts as JSON data; the folder by its name."""
        return asdict(self) | {"folder": self.folder.name}


def merge(config: TrainConfig, folder: RunFolder, progress: Progress | None = None) -> MergeResult:
    """Merge what a run trained, measure every candidate, keep the best one as ``merged/``.

    One model is in memory at a time (two while 4-bit weights are unpacked into floats). The folder
    appears whole or not at all; an earlier one is replaced.

    Raises
    ------
    ConfigurationError
        When there is nothing to merge yet, or the base is not the one that was trained.
    UserError
        When the disk is full, the saved model does not read back as what was saved, or another run or
        stage works in the folder.
    """
    with at_work(folder, "merge"):
        return _merge(config, folder, progress or Quiet())


def _merge(config: TrainConfig, folder: RunFolder, shown: Progress) -> MergeResult:
    started = time.monotonic()
    of = trained_weights(config, folder)
    base = resolve(config.base, shown)
    refuse_other_base(folder.record(), base)
    tokenizer = load_tokenizer(base)
    prepared = prepare(config, tokenizer, folder.data, shown)
    held_out = documents(prepared.validation, config.eval.limit)
    rows = held_out or documents(prepared.train, config.eval.limit)
    for left in folder.path.glob(_LEFT):
        shutil.rmtree(left)
    work = Path(tempfile.mkdtemp(prefix=_WORK, dir=folder.path))
    try:
        choose_among = partial(_chosen, config, held_out=bool(held_out))
        weights_of = _Weights(config, base, folder)
        trained, losses = _measured(weights_of, rows, choose_among, tokenizer, work=work, progress=shown)
        choice = choose_among(losses)
        again = check_reload(work / choice.into, rows, losses[choice.into])
        weights = tuple(_described(file) for file in sorted((work / choice.into).glob("*.safetensors")))
        publish_directory(work / choice.into, folder.merged)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    result = MergeResult(
        folder=folder.merged,
        into=choice.into,
        reason=choice.reason,
        trained_nll=trained.nll,
        rows=len(rows),
        held_out=bool(held_out),
        candidates=tuple(candidate(into, seen, distance(trained, seen)) for into, seen in losses.items()),
        reload=again,
        dtype=config.export.dtype,
        of=of,
        weights=weights,
        seconds=round(time.monotonic() - started, 3),
    )
    folder.note("merge", result.as_json())
    return result


@dataclass(frozen=True, slots=True)
class _Weights:
    """Where the weights of each candidate come from; types and devices are those of the run."""

    config: TrainConfig
    base: ResolvedBase
    folder: RunFolder

    def as_trained(self) -> AbstractContextManager[Any]:
        """Give base + adapter as training and evaluation saw them."""
        return Subjects(self.config, self.base, self.folder).trained()

    def merged_into(self, into: Target) -> Any:
        """Give the plain model with the adapter merged into the weights that are named."""
        method, precision = self.config.method, precision_of(self.config.train)
        if method.kind == "full":
            return load_base(self.folder.adapter, method, precision)
        model = load_base(self.base.folder, _FLOATS, precision)
        if into == "dequantised":
            take_dequantised(model, load_base(self.base.folder, method, precision))
        return merged(model, self.folder.adapter)


def _measured(
    weights: _Weights,
    rows: list[Row],
    choose_among: Callable[[Mapping[Target, Expected]], Choice],
    tokenizer: Any,
    *,
    work: Path,
    progress: Progress,
) -> tuple[Expected, dict[Target, Expected]]:
    """Measure what was trained and every candidate; below ``work`` lies the one to keep, at least."""
    config = weights.config
    wanted = targets(config.method, config.merge)
    losses: dict[Target, Expected] = {}
    with progress.task("merge", 1 + len(wanted), "models") as advance:
        with weights.as_trained() as model:
            trained = expected(model, rows)
        del model
        advance(1)
        for into in wanted:
            _release()
            model = weights.merged_into(into)
            losses[into] = expected(model, rows)
            if len(losses) < len(wanted) or choose_among(losses).into == into:
                model.to(getattr(torch, config.export.dtype))
                save(model, tokenizer, weights.base.folder, work / into)
            del model
            advance(1)
    _release()
    return trained, losses


def _chosen(config: TrainConfig, losses: Mapping[Target, Expected], *, held_out: bool) -> Choice:
    resampling = {"resamples": config.eval.resamples, "seed": config.eval.seed}
    return choose(config.method, config.merge, losses, held_out=held_out, **resampling)


def _release() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _described(file: Path) -> dict[str, Any]:
    return {"path": file.name, "sha256": sha256_of(file), "bytes": file.stat().st_size}
