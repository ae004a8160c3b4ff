"""Documents that a program saves beside the sources of an index, such as threads that people kept.

They lie in a folder of ``.jsonl`` files (`rag.sources`), one file for each thing that is saved or removed
by itself. The index names such a file ``saved:`` and its path in the folder; a run over the sources
(`rag.index`) keeps what these files gave, and `update_saved` looks at nothing else.
"""

import contextlib
import time
from collections.abc import Collection
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from curation.progress import Quiet
from rag.disk import room_on_disk
from rag.embedding import load_embedder
from rag.files import Input, of_file
from rag.index_report import IndexReport
from rag.lock import held_for_writing
from rag.manifest import SAVED, Manifest
from rag.plan import UNTOLD, make_plan
from rag.run import Run
from rag.sources import read_jsonl
from rag.stores import open_store

# A thread has some passages. Whoever saved it waits, and another run may be waiting for the index.
_VECTOR_SECONDS: Final = 30.0


def update_saved(index: Path, folder: Path, names: Collection[str] | None = None) -> IndexReport:
    """Make an index hold what the files of ``folder`` hold; documents of its sources are not touched.

    Parameters
    ----------
    index
        An index; it may be open for searching.
    folder
        Of the saved files.
    names
        Paths in the folder, with ``/``: a file that is there is read if it changed, and one that is gone
        takes its documents with it. ``None``: all files that there are, and all that the index knows.

    Raises
    ------
    ConfigurationError
        When there is no index, or one of another version.
    HeldError
        When another run holds the index; nothing was changed.
    UserError
        When the disk is full.
    """
    started = time.monotonic()
    Manifest.open(index).close()
    with (
        room_on_disk(index, "the index holds what was recorded before"),
        held_for_writing(index),
        Manifest.open(index) as manifest,
        contextlib.closing(open_store(manifest.store, index, manifest.dimensions, create=False)) as store,
    ):
        run = Run(manifest, store)
        run.mend()
        known = manifest.saved_files()
        # What mending took out has lost its digest; nobody else reads it again.
        wanted = {path for path, entry in known.items() if names is None or entry.digest == UNTOLD}
        wanted |= {SAVED + name for name in (_all(folder) if names is None else names)}
        found = [one for path in sorted(wanted) if (one := _input(folder, path)) is not None]
        concerned = {path: entry for path, entry in known.items() if path in wanted}
        plan = make_plan(found, (), concerned, trust=True)
        # Where other passages lack vectors, a run was told to make none, or is not done with them.
        is_alone = not manifest.lacking()[0]
        run.words(plan, Quiet())
        if is_alone and manifest.lacking()[0] and (model := load_embedder(manifest.embedder)) is not None:
            run.meaning(model, Quiet(), lambda _: None, _VECTOR_SECONDS)
        run.end()
        return IndexReport(
            index=index,
            passages=manifest.passages(),
            added=run.added,
            updated=run.updated,
            deleted=run.deleted,
            skipped=dict(plan.skipped.counts),
            seconds=time.monotonic() - started,
            embedder=manifest.embedder,
            repaired=run.repaired,
            without_vectors=manifest.lacking()[0],
            files_read=len(plan.read),
            faults=tuple(plan.skipped.faults),
        )


def _all(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*.jsonl")]


def _input(folder: Path, path: str) -> Input | None:
    file = folder / path.removeprefix(SAVED)
    return replace(of_file(file, partial(read_jsonl, file)), key=path) if file.is_file() else None
