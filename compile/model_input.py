"""The model that a person names: a folder, a hub id, one that malmoi makes by itself, or a GGUF file."""

from pathlib import Path

from compile.gguf import is_gguf, unpacked
from curation.progress import Progress
from training.base import ResolvedBase, resolve
from training.config import Base


def model_named(model: str, progress: Progress | None = None) -> ResolvedBase:
    """Find a model on this machine; a GGUF file is unpacked into the cache.

    Raises
    ------
    ConfigurationError
        When it is not here, not complete, or a GGUF that cannot be unpacked.
    UserError
        When the cache cannot be written.
    """
    path = Path(model).expanduser()
    if path.is_file() and is_gguf(path):
        model = str(unpacked(path, progress).folder)
    return resolve(Base(model=model), progress)
