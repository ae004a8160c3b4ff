"""What the commands of `malmoi train` share: which configuration, and which folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curation.errors import ConfigurationError
from malmoi.workspace import Workspace

if TYPE_CHECKING:
    from training.config import TrainConfig
    from training.run_folder import RunFolder

CONFIG_NAME = "config.yaml"

Config = Annotated[
    Path, typer.Argument(help="Configuration (YAML), or the folder of a run.", show_default=False)
]
Out = Annotated[
    Path | None, typer.Option("--out", help="Folder of the run. Default: runs/<name of the configuration>.")
]
Base = Annotated[
    str,
    typer.Option(
        "--base",
        help="Another base model than the configuration's: a folder, a hub id that is on this machine, "
        "smollm2 or tiny.",
        metavar="MODEL",
    ),
]


def opened(config: Path, out: Path | None = None, base: str = "") -> "tuple[TrainConfig, RunFolder]":
    """Read the configuration, and tell where its run lies.

    Raises
    ------
    ConfigurationError
        The configuration has a fault, or there is none.
    """
    from training.config import load_config
    from training.run_folder import RunFolder

    if config.is_dir():
        if not (config / CONFIG_NAME).is_file():
            raise ConfigurationError(
                f"This folder is not that of a run: it has no {CONFIG_NAME}.",
                where=str(config),
                fix="Name a configuration (YAML), or the folder that `malmoi train run` wrote.",
            )
        return load_config(config / CONFIG_NAME, base), RunFolder(out or config)
    read = load_config(config, base)
    return read, RunFolder(out or Workspace().home / "runs" / read.name)


def started(config: Path, out: Path | None = None) -> "tuple[TrainConfig, RunFolder]":
    """Read the configuration of a run that must exist.

    The record of the run says which base it began with, so `--base` need not be said again.

    Raises
    ------
    ConfigurationError
        The configuration has a fault, or the run was never started.
    """
    from training.config import load_config

    read, folder = opened(config, out)
    if not folder.config.is_file():
        raise ConfigurationError(
            "There is no run of this configuration yet.",
            where=str(folder.path),
            fix=f"Start it with: malmoi train run {config}",
        )
    base = load_config(folder.config).base.model
    return (read if read.base.model == base else opened(config, out, base)[0]), folder
