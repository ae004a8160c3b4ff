"""Which weights were trained: what an evaluation holds for, and nothing else."""

from curation.checkpoints import sha256_of
from curation.errors import ConfigurationError, UserError
from training.base.weights import header_of
from training.config import TrainConfig
from training.run_folder import RunFolder


def trained_weights(config: TrainConfig, folder: RunFolder) -> dict[str, str]:
    """Give the SHA-256 of each file that makes what was trained, by its name.

    Raises
    ------
    ConfigurationError
        When nothing has been trained yet.
    UserError
        When a file is damaged or cut short.
    """
    wanted = "config.json" if config.method.kind == "full" else "adapter_config.json"
    found = sorted(folder.adapter.glob("*.safetensors"))
    if not (folder.adapter / wanted).is_file() or not found:
        raise ConfigurationError(
            "Nothing has been trained in this folder yet.",
            where=str(folder.adapter),
            fix="Run `malmoi train run` first.",
        )
    for path in found:
        try:
            header_of(path)
        except ConfigurationError as error:
            raise UserError(
                "What was trained cannot be read: the file is damaged or was cut short.",
                where=str(path),
                fix="Put it back from a copy; or train anew: `malmoi train run --restart`.",
            ) from error
    return {path.name: sha256_of(path) for path in (folder.adapter / wanted, *found)}
