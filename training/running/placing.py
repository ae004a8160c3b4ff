"""From the checkpoint that is kept to the folder of the adapter."""

import shutil
from pathlib import Path
from typing import Final

import orjson

from curation.atomic import publish_directory, share, sync_directory, sync_file, write_bytes
from training.base import ResolvedBase
from training.run_folder import RunFolder
from training.running.checkpoints import MANIFEST, STATE

_ADAPTER: Final = "adapter_config.json"
# What a checkpoint has beside the model: for going on, not for use.
_FOR_RESUMING: Final = (
    MANIFEST,
    STATE,
    "README.md",
    "training_args.bin",
    "optimizer*",
    "scheduler*",
    "scaler*",
    "rng_state*",
    "global_step*",
    "latest",
    "zero_to_fp32.py",
    "pytorch_model_fsdp*",
)


def place_result(checkpoint: Path, folder: RunFolder, base: ResolvedBase) -> None:
    """Copy the trained weights and the tokenizer of a checkpoint to ``folder.adapter``, in one step.

    The adapter names its base as the configuration does, not by the place where it lies here.
    """
    draft = folder.path / ".adapter.draft"
    shutil.rmtree(draft, ignore_errors=True)  # of a run that was killed here
    try:
        shutil.copytree(checkpoint, draft, ignore=shutil.ignore_patterns(*_FOR_RESUMING))
        adapter = draft / _ADAPTER
        if adapter.exists():
            content = orjson.loads(adapter.read_bytes())
            content["base_model_name_or_path"] = base.name
            content["revision"] = None if ":" in base.revision else base.revision
            write_bytes(adapter, orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
        for path in draft.rglob("*"):
            if path.is_file():
                share(path)
                sync_file(path)
        sync_directory(draft)
        publish_directory(draft, folder.adapter)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
