"""Old versions of an index's tables: every write leaves one, for readers that are at it."""

import contextlib
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

from rag.lock import held_for_writing
from rag.manifest import DEFAULT_STORE, FILE_NAME, Manifest
from rag.manifest_file import DIRTY

# For so long readers may be at a version; as `rag.stores.lancedb_tables`, which takes seconds to load.
KEPT = timedelta(minutes=10)
_TABLES: Final = "tables/*.lance"


def old_versions(index: Path) -> int:
    """Number of versions that no reader needs any more: older than ten minutes, and not the newest.

    0 where a run was killed while it wrote: the next run mends the index first.
    """
    with Manifest.open(index) as manifest:
        if manifest.store != DEFAULT_STORE or manifest.meta(DIRTY):
            return 0
    before = time.time() - KEPT.total_seconds()
    found = 0
    for table in index.glob(_TABLES):
        times = sorted(path.stat().st_mtime for path in (table / "_versions").glob("*.manifest"))
        found += sum(written < before for written in times[:-1])
    return found


def drop_old_versions(index: Path) -> None:
    """Bring new rows into the tables' indexes, compact, and drop versions older than ten minutes.

    Raises
    ------
    HeldError
        When a run holds the index.
    """
    from rag.run import UNSETTLED  # noqa: PLC0415 - it loads LanceDB
    from rag.stores.lancedb import TABLES_FOLDER, LanceDBStore  # noqa: PLC0415

    if not (index / FILE_NAME).is_file():
        return
    with held_for_writing(index), Manifest.open(index) as manifest:
        if manifest.store != DEFAULT_STORE or manifest.meta(DIRTY):
            return
        tables = LanceDBStore(index / TABLES_FOLDER, manifest.dimensions, create=False)
        with contextlib.closing(tables) as store:
            store.settle(KEPT)
        manifest.set_meta(UNSETTLED, "0")
