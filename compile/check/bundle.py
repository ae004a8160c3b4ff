"""Check a bundle: a model's folder by itself, or the whole with its page, its models and its passages."""

from pathlib import Path

from compile.check.fault import Fault
from compile.check.model_folder import check_model
from compile.check.whole import check_whole, is_whole
from curation.errors import ConfigurationError
from curation.progress import Progress, Quiet


def check_bundle(folder: Path, progress: Progress | None = None) -> list[Fault]:
    """Find every fault of a bundle that can be seen without a browser.

    Parameters
    ----------
    folder
        The whole bundle: ``index.html``, ``page.json``, ``app-config.json``, ``models/ID/resolve/main/`` and
        ``search/``. Or one model's folder by itself: ``mlc-chat-config.json``, ``tensor-cache.json`` with its
        shards, the tokenizer, the library, and ``app-config.json`` with web-llm's records. Where an
        ``adapter.json`` is among them, models are held against the WebGPU adapter that it describes.
    progress
        Shows how far the shards are hashed.

    Returns
    -------
    list[Fault]
        Empty for a bundle that may be uploaded. A damaged or missing file is a fault; files are named
        relative to ``folder``.

    Raises
    ------
    ConfigurationError
        When there is no such folder.
    """
    if not folder.is_dir():
        raise ConfigurationError(
            "There is no bundle here.",
            where=str(folder),
            fix="Name the folder that holds the compiled model.",
        )
    faults: list[Fault] = []
    if is_whole(folder):
        check_whole(folder, faults, progress or Quiet())
    else:
        check_model(folder, faults, progress or Quiet())
    return list(dict.fromkeys(faults))
