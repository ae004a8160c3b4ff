"""Configurations for several GPUs, as `accelerate launch --config_file` reads them.

They are YAML files beside this one, with comments, for the one number that has to be filled in.
"""

from importlib.resources import files
from typing import Final

from curation.errors import ConfigurationError
from curation.yaml_lines import nearest

KINDS: Final = ("ddp", "fsdp", "deepspeed-zero2", "deepspeed-zero3")


def launch_config(kind: str, processes: int) -> str:
    """Give a configuration for ``processes`` GPUs of one machine as YAML with comments.

    ``ddp`` holds the whole model on each GPU; ``fsdp`` and ``deepspeed-zero3`` part it; ``deepspeed-zero2``
    parts gradients and optimizer states only.

    Raises
    ------
    ConfigurationError
        For an unknown kind, or less than one process.
    """
    if kind not in KINDS:
        raise ConfigurationError(f"There is no way to launch called {kind!r}.", fix=nearest(kind, KINDS))
    if processes < 1:
        raise ConfigurationError(f"A run needs at least one process, not {processes}.")
    text = files(__package__).joinpath(f"{kind}.yaml").read_text(encoding="utf-8")
    return text.replace("{processes}", str(processes))
