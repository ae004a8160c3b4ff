"""A finished release, opened to be read part by part."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curation.errors import ConfigurationError
from curation.ledger import Entry
from curation.manifest import load_manifest

BATCH_ROWS = 16_384


@dataclass(frozen=True, slots=True)
class OpenRelease:
    """A release and its manifest."""

    path: Path
    manifest: dict[str, Any]

    @property
    def ledger(self) -> dict[str, Entry]:
        """The ledger by source."""
        return {name: Entry.from_json(entry) for name, entry in self.manifest["ledger"].items()}

    def batches(self, part: str, columns: list[str] | None = None) -> Iterator[tuple[Path, pa.RecordBatch]]:
        """Give the rows of ``data``, ``rejects`` or ``changes``, batch by batch, with their file."""
        for path in sorted((self.path / part).rglob("*.parquet")):
            with pq.ParquetFile(path) as file:
                wanted = [name for name in columns if name in file.schema_arrow.names] if columns else None
                for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=wanted):
                    yield path, batch


def open_release(path: Path) -> OpenRelease:
    """Open the release at ``path``.

    Raises
    ------
    ConfigurationError
        When there is none.
    """
    manifest = load_manifest(path)
    if manifest is None:
        raise ConfigurationError(
            "this is not a release", where=str(path), fix="give the folder that `malmoi curate` made"
        )
    return OpenRelease(path, manifest)
