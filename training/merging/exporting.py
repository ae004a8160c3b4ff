"""The stage ``export``: the merged model as GGUF, and the rows as files of OpenAI's format."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from curation.atomic import replacing
from curation.checkpoints import sha256_of
from curation.errors import ConfigurationError
from curation.progress import Progress, Quiet
from training.config import TrainConfig
from training.data import evaluated_rows, gather
from training.data.openai_jsonl import openai_rows
from training.merging.gguf import convert, find_converter, how_to_get
from training.run_folder import RunFolder
from training.running.at_work import at_work

FOLDER = "export"


@dataclass(frozen=True, slots=True)
class ExportResult:
    """The files that were made below ``folder``, and what was left out, with the reason."""

    folder: Path
    files: tuple[dict[str, Any], ...]
    left_out: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """Give the facts as JSON data; the folder by its name."""
        return asdict(self) | {"folder": self.folder.name}


def export(config: TrainConfig, folder: RunFolder, progress: Progress | None = None) -> ExportResult:
    """Write ``export/train.jsonl`` and ``validation.jsonl``, and a GGUF file where llama.cpp is at hand.

    The rows are those that training read: what leaked is left out, and what was replayed is among them.

    Raises
    ------
    ConfigurationError
        When there is no merged model, or the converter that is named is not there.
    UserError
        When the converter fails, its file does not hold the model, the disk is full, or another run or
        stage works in the folder.
    """
    with at_work(folder, "export"):
        return _export(config, folder, progress or Quiet())


def _export(config: TrainConfig, folder: RunFolder, shown: Progress) -> ExportResult:
    if not (folder.merged / "config.json").is_file():
        raise ConfigurationError(
            "There is no merged model to export yet.",
            where=str(folder.merged),
            fix="Run `malmoi train merge` first.",
        )
    converter = find_converter(config.export.gguf_converter)
    target = folder.path / FOLDER
    gathered = gather(config.data, config.train.seed, evaluated_rows(config.eval)[0])
    learned = [*gathered.train, *gathered.replay]
    files: list[dict[str, Any]] = []
    left_out: dict[str, str] = {}
    with shown.task("export", 3, "files") as advance:
        for name, examples in (("train", learned), ("validation", gathered.validation)):
            rows = _write_lines(target / f"{name}.jsonl", openai_rows(examples))
            files.append(_described(target / f"{name}.jsonl") | {"rows": rows})
            advance(1)
        if converter is None:
            left_out["gguf"] = f"llama.cpp's converter is not on this machine. {how_to_get()}"
        else:
            file = target / f"{config.name}-{config.export.gguf_type}.gguf"
            held = convert(converter, folder.merged, file, config.export.gguf_type)
            files.append(_described(file) | asdict(held))
        advance(1)
    result = ExportResult(target, tuple(files), left_out)
    folder.note("export", result.as_json())
    return result


def _write_lines(target: Path, rows: Iterable[dict[str, Any]]) -> int:
    count = 0
    with replacing(target) as temporary, temporary.open("wb") as stream:
        for row in rows:
            stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return count


def _described(file: Path) -> dict[str, Any]:
    return {"name": file.name, "sha256": sha256_of(file), "bytes": file.stat().st_size}
