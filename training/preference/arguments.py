"""The configuration of the stage in the words of TRL's trainers for preferences."""

from dataclasses import fields
from typing import Any

from transformers import TrainingArguments
from trl.trainer.dpo_config import DPOConfig
from trl.trainer.kto_config import KTOConfig

from curation.errors import ConfigurationError
from training.config import Preference, TrainConfig
from training.preference.preparing import PreferenceReport
from training.run_folder import RunFolder
from training.running.arguments import training_arguments
from training.running.batches import micro_batches
from training.running.device import device_type, processes


def as_run(config: TrainConfig, stage: Preference) -> TrainConfig:
    """Give the configuration with the stage's own steps, rate and batch in the place of the run's."""
    changed = {name: getattr(stage, name) for name in ("epochs", "max_steps", "batch", "learning_rate")}
    # Both trainers switch dropout off; noise on the embeddings would part policy and reference too.
    changed |= {"neftune_alpha": 0.0, "micro_batch": 0}
    return config.model_copy(update={"train": config.train.model_copy(update=changed)})


def rows_at_once(config: TrainConfig, stage: Preference, longest: int) -> int:
    """Give how many rows of the stage a process computes at once, at most ``longest`` tokens each.

    A row of DPO is two sequences. KTO reckons from neighbours, so it takes at least two.

    Raises
    ------
    ConfigurationError
        When the batch cannot be parted among the processes, or is too small for KTO.
    """
    train = as_run(config, stage).train
    sizes = micro_batches(train, 2 * longest, device_type(), processes())
    if stage.kind == "dpo":
        return sizes[0]
    share = train.batch // processes()
    if share < 2:
        raise ConfigurationError(
            "KTO compares the rows of a batch, so each process needs two of them or more.",
            where=f"preference.batch: {stage.batch}",
            fix=f"Set preference.batch to {2 * processes()} or more.",
        )
    able = [size for size in sizes if size > 1]
    return able[0] if able else min(size for size in range(2, share + 1) if share % size == 0)


def stage_arguments(
    config: TrainConfig,
    stage: Preference,
    folder: RunFolder,
    report: PreferenceReport,
    *,
    rows: int,
) -> Any:
    """Give what the stage's trainer is made with: the run's arguments, and the stage's own.

    Returns
    -------
    trl.DPOConfig or trl.KTOConfig
    """
    of_run = training_arguments(as_run(config, stage), folder, micro_batch=rows, evaluates=False)
    shared = {one.name: getattr(of_run, one.name) for one in fields(TrainingArguments) if one.init}
    own = {"beta": stage.beta, "max_length": None, "precompute_ref_log_probs": True}
    if stage.kind == "dpo":
        return DPOConfig(**{**shared, **own})
    # The rarer label weighs as much as the other in all (KTO, arXiv 2402.01306, equation 8).
    liked, disliked = report.liked, report.disliked
    weights = {
        "desirable_weight": max(1.0, disliked / liked),
        "undesirable_weight": max(1.0, liked / disliked),
    }
    return KTOConfig(**{**shared, **own, **weights, "train_sampling_strategy": "sequential"})
