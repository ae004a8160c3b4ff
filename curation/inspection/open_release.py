"""A finished release, opened to be read part by part."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from curation.errors import ConfigurationError, UserError
from curation.ledger import Entry
from curation.manifest import NAME, load_manifest
from curation.tables import open_table, read_group

Mask = Callable[[pa.Table], npt.NDArray[np.bool_]]
"""Which rows of a table are meant."""


def mask_of(condition: Any) -> npt.NDArray[np.bool_]:
    """Give a condition of Arrow's as a mask; what it knows nothing of is not meant."""
    mask: npt.NDArray[np.bool_] = pc.fill_null(condition, fill_value=False).to_numpy(zero_copy_only=False)
    return mask


@dataclass(frozen=True, slots=True)
class OpenRelease:
    """A release and its manifest."""

    path: Path
    manifest: dict[str, Any]

    @property
    def ledger(self) -> dict[str, Entry]:
        """The ledger by source."""
        return {name: Entry.from_json(entry) for name, entry in self.manifest["ledger"].items()}

    @property
    def recipe(self) -> dict[str, Any]:
        """The recipe as JSON data, with every default spelled out."""
        recipe: dict[str, Any] = self.manifest["recipe"]
        return recipe

    def name_of(self, path: Path) -> str:
        """Give the name of one of its files, from the release on."""
        return path.relative_to(self.path).as_posix()

    def batches(self, part: str, columns: list[str]) -> Iterator[tuple[Path, pa.RecordBatch]]:
        """Give the rows of ``data``, ``rejects`` or ``changes``, row group by row group, with their file.

        A column that a file does not have is left out.
        """
        for path in self.files(part):
            with _reading(path) as file:
                wanted = _held(file, columns)
                for group in range(file.num_row_groups):
                    for batch in read_group(file, group, wanted):
                        yield path, batch

    def found(self, part: str, columns: list[str], meant: Mask) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Give the whole rows that ``meant`` tells from ``columns``, with their file.

        Only row groups that hold one are read as a whole.
        """
        for path in self.files(part):
            with _reading(path) as file:
                for group in range(file.num_row_groups):
                    at = np.flatnonzero(meant(file.read_row_group(group, columns=_held(file, columns))))
                    if len(at):
                        for row in file.read_row_group(group).take(pa.array(at)).to_pylist():
                            yield path, row

    def files(self, part: str) -> list[Path]:
        """Give the Parquet files of a part, in order."""
        return sorted((self.path / part).rglob("*.parquet"))

    def quarantined(self, source: str | None = None) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Give the rows that could not be used, as the quarantine holds them, with their file."""
        for path in sorted((self.path / "quarantine").glob("*.jsonl")):
            if source is not None and path.stem != source:
                continue
            with path.open("rb") as stream:
                for number, line in enumerate(stream, start=1):
                    try:
                        yield path, orjson.loads(line)
                    except orjson.JSONDecodeError as error:
                        raise _damaged(Path(f"{path}:{number}"), str(error)) from error


def open_release(path: Path) -> OpenRelease:
    """Open the release at ``path``.

    Raises
    ------
    ConfigurationError
        When there is none; it says what is there instead.
    """
    manifest = load_manifest(path)
    if manifest is None:
        raise ConfigurationError(_what_is_there(path), where=str(path), fix=_way_out(path))
    return OpenRelease(path, manifest)


def _what_is_there(path: Path) -> str:
    if not path.exists():
        return "there is no such folder"
    return "this is a file, not a release" if path.is_file() else "this folder is not a release"


def _way_out(path: Path) -> str:
    resolved = path.resolve()
    if (resolved.parent / f".{resolved.name}.work").is_dir():
        return f"its run was stopped before the end; go on with: malmoi curate resume {path}"
    for above in resolved.parents:
        if load_manifest(above) is not None:
            return f"it lies inside a release: give {above}"
    below = sorted(one.name for one in path.iterdir() if (one / NAME).is_file()) if path.is_dir() else []
    if below:
        return f"there are releases in it: {', '.join(str(path / name) for name in below[:5])}"
    return "give the folder that `malmoi curate` made"


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[Any]:
    try:
        with open_table(path) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, str(error)) from error


def _damaged(path: Path, why: str) -> UserError:
    return UserError(
        f"a file of the release is damaged: {why.splitlines()[0]}",
        where=str(path),
        fix="run its recipe again: malmoi curate makes a release anew whose files do not verify",
    )


def _held(file: Any, columns: list[str]) -> list[str]:
    return [name for name in columns if name in file.schema_arrow.names]
