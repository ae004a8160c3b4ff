"""Other places where a run may be watched, through the Trainer's own integrations; none unless asked for."""

import importlib.util
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from huggingface_hub import constants

from curation.errors import ConfigurationError
from training.config import TrainConfig
from training.run_folder import RunFolder

PROJECT: Final = "malmoi"


def check_reports(config: TrainConfig) -> None:
    """Make sure that the package of each place is here, before anything is started.

    Raises
    ------
    ConfigurationError
        When one is not.
    """
    for name in config.train.report_to:
        if importlib.util.find_spec(name) is None:
            raise ConfigurationError(
                f"The run is to be reported to {name}, and that package is not installed.",
                where=f"train.report_to: {name}",
                fix=f"Install it (uv pip install {name}), or leave it out: metrics.jsonl has the figures.",
            )


@contextmanager
def on_its_own(config: TrainConfig, folder: RunFolder) -> Iterator[None]:
    """Keep the libraries from the network while the block runs, and tell reporters how the run is called.

    What was asked for in ``report_to`` reaches out as that package is set up to.
    """
    wanted = {
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "TENSORBOARD_LOGGING_DIR": str(folder.path / "tensorboard" / config.name),
        "WANDB_PROJECT": PROJECT,
        "MLFLOW_EXPERIMENT_NAME": PROJECT,
    }
    before = {name: os.environ.get(name) for name in wanted}
    offline = constants.HF_HUB_OFFLINE
    os.environ.update(wanted)
    constants.HF_HUB_OFFLINE = True
    try:
        with warnings.catch_warnings():
            # TRL and accelerate use names that transformers renamed.
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        constants.HF_HUB_OFFLINE = offline
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
