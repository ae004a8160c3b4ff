"""Compares an index's manifest with its store, both ways, and mends it: `malmoi rag verify`.

A record keeper that trusts itself never notices that its store lost or doubled rows: deleted files
go on being cited, and present ones are never found.
"""

import contextlib
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from curation.errors import UserError
from curation.progress import Progress, Quiet
from rag.lock import held_for_writing
from rag.manifest import FILE_NAME, Manifest
from rag.passages import passage_id
from rag.repair import Repair, repair, take_stored
from rag.run import DIRTY
from rag.stores import PassageStore, Stored, open_store
from rag.types import Document

# Passages whose content is compared with their ids, spread evenly; they take about a second.
_SAMPLE: Final = 2_000
_AT_ONCE: Final = 500
_EXAMPLES: Final = 10
# A document with more equal passages than this is not ours.
_EQUAL_PASSAGES: Final = 1_000

_NOT_RECORDED: Final = "SELECT DISTINCT passage_id FROM temp.stored EXCEPT SELECT passage_id FROM passages"
_DOUBLED: Final = "SELECT passage_id FROM temp.stored GROUP BY passage_id HAVING COUNT(*) > 1"
_NOT_HELD: Final = "SELECT passage_id FROM passages EXCEPT SELECT passage_id FROM temp.stored"
_VECTOR_NOT_HELD: Final = (
    "SELECT passage_id FROM passages WHERE vector IS NOT NULL "
    "EXCEPT SELECT passage_id FROM lacking EXCEPT SELECT passage_id FROM temp.stored"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """How many passages differ in one way, and the first of their ids."""

    count: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verified:
    """What was compared, and how manifest and store differed before anything was mended.

    ``lost``: recorded and not in the store; ``stray``: in the store and not recorded; ``doubled``: more
    than once in the store; ``altered``: the text, source or document is not the one that the id was
    made of, among ``sampled`` passages; ``vectors_lost``, ``vectors_stray``, ``vectors_doubled``
    likewise. ``waiting``: passages that a run has not given a vector yet, which is no difference.
    ``mended``: documents that were taken out of the index, or whose vectors were; the next run reads
    or embeds them again. ``None``: nothing was to be mended.
    """

    index: Path
    passages: int
    vectors: int
    waiting: int
    sampled: int
    lost: Difference
    stray: Difference
    doubled: Difference
    altered: Difference
    vectors_lost: Difference
    vectors_stray: Difference
    vectors_doubled: Difference
    mended: int | None = None

    @property
    def is_sound(self) -> bool:
        """Whether manifest and store were the same."""
        return not any(part.count for _, part in self.differences())

    def differences(self) -> list[tuple[str, Difference]]:
        """Every kind of difference by name."""
        found = ((name, getattr(self, name)) for name in self.__dataclass_fields__)
        return [(name, part) for name, part in found if isinstance(part, Difference)]

    def as_json(self) -> dict[str, object]:
        """The object that ``--json`` prints."""
        return asdict(self) | {"index": str(self.index), "is_sound": self.is_sound}


def verify(
    index: Path,
    *,
    mend: bool = False,
    progress: Progress = Quiet(),  # noqa: B008 - it has no state
) -> Verified:
    """Compare the manifest of an index with its store; no run may write meanwhile.

    Parameters
    ----------
    mend
        Take what differs out of both, so that the next run brings it back: nothing is read or embedded.

    Raises
    ------
    ConfigurationError
        When there is no index, or one of another version.
    UserError
        When a run holds the index, or the manifest itself is damaged; that cannot be mended.
    """
    Manifest.open(index).close()
    with held_for_writing(index), Manifest.open(index) as manifest:
        check_file(manifest, index)
        # Mending makes a table that is gone anew; its passages are then lost ones.
        with contextlib.closing(open_store(manifest.store, index, manifest.dimensions, create=mend)) as store:
            found, altered = compare(index, manifest, store, progress)
            if not mend:
                return found
            return replace(found, mended=_mend(manifest, store, altered).count)


def compare(
    index: Path, manifest: Manifest, store: PassageStore, progress: Progress
) -> tuple[Verified, list[str]]:
    """What differs, and the ids of the documents with altered passages."""
    take_stored(manifest, store.passage_ids())
    lost, stray, doubled = (_difference(manifest, query) for query in (_NOT_HELD, _NOT_RECORDED, _DOUBLED))
    sample = _sample(manifest)
    altered: list[Stored] = []
    with progress.task("Comparing passages", len(sample), "passages") as advance:
        for at in range(0, len(sample), _AT_ONCE):
            part = sample[at : at + _AT_ONCE]
            altered += [one for one in store.fetch(part).values() if not _is_itself(one)]
            advance(len(part))
    take_stored(manifest, store.vector_ids())
    vectors_lost, vectors_stray, vectors_doubled = (
        _difference(manifest, query) for query in (_VECTOR_NOT_HELD, _NOT_RECORDED, _DOUBLED)
    )
    found = Verified(
        index=index,
        passages=store.passages(),
        vectors=store.vectors(),
        waiting=manifest.lacking()[0],
        sampled=len(sample),
        lost=lost,
        stray=stray,
        doubled=doubled,
        altered=_listed([one.passage.passage_id for one in altered]),
        vectors_lost=vectors_lost,
        vectors_stray=vectors_stray,
        vectors_doubled=vectors_doubled,
    )
    return found, sorted({one.passage.doc_id for one in altered})


def check_file(manifest: Manifest, index: Path) -> None:
    """Raise a `UserError` when SQLite finds the manifest damaged."""
    try:
        faults = [str(row[0]) for row in manifest.connection.execute("PRAGMA integrity_check(3)")]
    except sqlite3.DatabaseError as error:
        faults = [str(error)]
    if faults != ["ok"]:
        raise UserError(
            f"The manifest of the index is damaged: {'; '.join(faults)}",
            where=str(index / FILE_NAME),
            fix="Restore a backup (malmoi rag restore), or build the index again in a new folder.",
        )


def _mend(manifest: Manifest, store: PassageStore, altered: Sequence[str]) -> Repair:
    # Killed in between, the next run looks at everything.
    manifest.set_meta(DIRTY, "1")
    # Without their passages the altered documents are lost ones, and are read again.
    store.remove_documents(altered)
    mended = repair(manifest, store)
    if mended.count:
        store.settle()
    manifest.drop_unused_vectors()
    manifest.set_meta(DIRTY, "")
    return mended


def _difference(manifest: Manifest, query: str) -> Difference:
    return _listed([name for (name,) in manifest.connection.execute(f"{query} ORDER BY 1")])


def _listed(ids: Sequence[str]) -> Difference:
    return Difference(len(ids), tuple(ids[:_EXAMPLES]))


def _sample(manifest: Manifest) -> list[str]:
    step = max(1, manifest.passages() // _SAMPLE)
    rows = manifest.connection.execute("SELECT passage_id FROM passages WHERE rowid % ? = 0", (step,))
    return [name for (name,) in rows]


def _is_itself(stored: Stored) -> bool:
    """Whether the id is that of the text, source and document; it is a hash of them."""
    passage = stored.passage
    document = Document(passage.doc_id, "", source=passage.source)
    return any(
        passage_id(document, passage.text, occurrence) == passage.passage_id
        for occurrence in range(_EQUAL_PASSAGES)
    )
