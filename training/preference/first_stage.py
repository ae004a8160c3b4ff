"""What the preference stage begins with: the adapter of the first stage, kept beside the new one."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from peft import load_peft_weights, set_peft_model_state_dict

from curation.atomic import publish_directory, sync_file
from curation.errors import ConfigurationError
from training.base import ResolvedBase
from training.config import TrainConfig
from training.run_folder import RunFolder
from training.running.model import load_for_training


def first_adapter(folder: RunFolder) -> Path:
    """Give where the first stage's adapter (with ``full`` its model) is kept."""
    return folder.path / "adapter-sft"


def keep_first(folder: RunFolder) -> None:
    """Copy the adapter of the first stage aside, unless it lies there already.

    ``folder.adapter`` stays as it is until the second stage takes its name, so that it is whole at
    every moment; of the two, ``adapter-sft`` is the first as soon as it exists.

    Raises
    ------
    ConfigurationError
        When there is no adapter yet.
    """
    kept = first_adapter(folder)
    if kept.is_dir():
        return
    if not folder.adapter.is_dir():
        raise ConfigurationError(
            "There is nothing yet that preferences could improve on.",
            where=str(folder.adapter),
            fix="Let the first stage end: `malmoi train run`, or `malmoi train resume`.",
        )
    draft = kept.with_name(f".{kept.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(folder.adapter, draft)
    for path in draft.rglob("*"):
        if path.is_file():
            sync_file(path)
    publish_directory(draft, kept)


def load_first(base: ResolvedBase, config: TrainConfig, tokenizer: Any, kept: Path) -> Any:
    """Load the base with the first stage's adapter, which goes on being trained.

    Raises
    ------
    ConfigurationError
        When the adapter is not one of this configuration.
    """
    method = config.method
    if method.kind == "full":
        return load_for_training(replace(base, folder=kept), method, config.train, tokenizer)
    model = load_for_training(base, method, config.train, tokenizer)
    weights = load_peft_weights(str(kept), device="cpu")
    trained = sum(one.requires_grad for one in model.parameters())
    told: Any = set_peft_model_state_dict(model, weights)
    if told.unexpected_keys or len(weights) != trained:
        raise ConfigurationError(
            "The adapter of the first stage does not fit the configuration.",
            where=str(kept),
            fix="Leave `method` as it was when the run began.",
        )
    return model
