"""The files of a model folder that a bundle takes over: its JSON is read, its tokenizer copied."""

import json
import shutil
from pathlib import Path
from typing import Any, Final

from curation.atomic import write_text
from curation.errors import ConfigurationError

TOKENIZER_FILES: Final = (
    *("tokenizer.model", "tokenizer.json", "vocab.json", "merges.txt"),
    *("added_tokens.json", "tokenizer_config.json"),
)
_TOKENIZER_CONFIG: Final = TOKENIZER_FILES[-1]
# Fields that older versions of transformers filled with paths of the machine.
_PATHS: Final = ("name_or_path", "special_tokens_map_file", "tokenizer_file", "vocab_file", "merges_file")


def copy_tokenizer(model: Path, bundle: Path) -> list[str]:
    """Copy the tokenizer's files, but for the paths of a machine that they name; give their names.

    Raises
    ------
    ConfigurationError
        When tokenizer_config.json is damaged.
    """
    bundle.mkdir(parents=True, exist_ok=True)
    present = [name for name in TOKENIZER_FILES if (model / name).is_file()]
    for name in present:
        shutil.copyfile(model / name, bundle / name)
    told = read_json(bundle / _TOKENIZER_CONFIG, needed=False)
    if not told.keys().isdisjoint(_PATHS):
        kept = {key: value for key, value in told.items() if key not in _PATHS}
        write_text(bundle / _TOKENIZER_CONFIG, json.dumps(kept, ensure_ascii=False, indent=2) + "\n")
    return present


def read_json(path: Path, *, needed: bool = True) -> dict[str, Any]:
    """Read a JSON object; nothing where it is absent and not needed.

    Raises
    ------
    ConfigurationError
        When it cannot be read, or is no object.
    """
    if not needed and not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError("an object is expected")
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{path.name} cannot be read: {error}",
            where=str(path),
            fix="A model folder for the browser holds config.json and tokenizer.json; "
            "`malmoi train export` writes both.",
        ) from error
    return content
