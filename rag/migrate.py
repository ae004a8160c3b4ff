"""Moves an index's passages and vectors to another store: `malmoi rag migrate --to milvus://…`.

Nothing is read or embedded again. The manifest names the new store last, in one transaction, and only
when the new store holds exactly what the manifest records; until then, whatever happens, the index is
what it was. The old store is left as it is: a bot may be reading from it.
"""

import contextlib
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from curation.errors import ConfigurationError, UserError
from curation.progress import Progress, Quiet
from rag.disk import room_on_disk
from rag.lock import held_for_writing
from rag.manifest import DEFAULT_STORE, Manifest
from rag.stores import TABLES_FOLDER, PassageStore, open_store
from rag.verify import Verified, check_file, compare

# Stands in the meta while passages are copied: which store they go to.
MIGRATING_TO: Final = "migrating_to"
_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Migrated:
    """What was moved; ``copied`` counts passages of this run: a killed one has copied the others."""

    index: Path
    store: str
    older_store: str
    passages: int
    vectors: int
    copied: int
    seconds: float

    def as_json(self) -> dict[str, object]:
        """The object that ``--json`` prints."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return values | {"index": str(self.index), "seconds": round(self.seconds, 3)}


def migrate(
    index: Path,
    to: str,
    *,
    progress: Progress = Quiet(),  # noqa: B008 - it has no state
) -> Migrated:
    """Copy the passages and vectors of an index to the store ``to`` and use that from now on.

    A run that was killed is gone on with by the same call.

    Parameters
    ----------
    to
        As `rag.stores.open_store` takes it.

    Raises
    ------
    ConfigurationError
        When there is no index, it is in that store already, or the store holds something else.
    UserError
        When a run holds the index, a store does not answer, the index is not sound, or the copy is not
        complete. The index goes on with its old store.
    """
    started = time.monotonic()
    Manifest.open(index).close()
    with (
        room_on_disk(index, "the index goes on with its old store"),
        held_for_writing(index),
        Manifest.open(index) as manifest,
        contextlib.ExitStack() as stack,
    ):
        older = manifest.store
        if older == to:
            raise ConfigurationError(
                "The index is in that store already.", where=to, fix="Name another one with --to."
            )
        check_file(manifest, index)
        source = stack.enter_context(
            contextlib.closing(open_store(older, index, manifest.dimensions, create=False))
        )
        resumed = manifest.meta(MIGRATING_TO) == to
        if to == DEFAULT_STORE and not resumed and (index / TABLES_FOLDER).exists():
            # Tables that the index was moved away from; they are out of date.
            shutil.rmtree(index / TABLES_FOLDER)
        target = stack.enter_context(
            contextlib.closing(open_store(to, index, manifest.dimensions, create=True))
        )
        if not resumed:
            _check_empty(target, to)
        _check_same(compare(index, manifest, source, Quiet())[0], older, "malmoi rag verify --repair")
        if resumed:
            _drop_outdated(source, target, to)
        manifest.set_meta(MIGRATING_TO, to)
        copied = copy(manifest, source, target, progress)
        _check_same(compare(index, manifest, target, progress)[0], to, f"malmoi rag migrate --to {to}")
        with manifest.connection as transaction:
            transaction.execute("UPDATE meta SET value = ? WHERE key = 'store'", (to,))
            transaction.execute("DELETE FROM meta WHERE key = ?", (MIGRATING_TO,))
        return Migrated(
            index=index,
            store=to,
            older_store=older,
            passages=target.passages(),
            vectors=target.vectors(),
            copied=copied,
            seconds=time.monotonic() - started,
        )


def copy(manifest: Manifest, source: PassageStore, target: PassageStore, progress: Progress) -> int:
    """Copy what the target lacks of the passages and vectors that the manifest records.

    Returns the number of passages copied.
    """
    held = {name for name, _ in target.passage_ids()}
    with progress.task("Copying passages", manifest.passages(), "passages") as advance:
        for ids in _recorded(manifest):
            found = source.fetch([name for name in ids if name not in held])
            target.add([one.passage for one in found.values()], [one.lexical for one in found.values()])
            advance(len(ids))
    copied = manifest.passages() - len(held)
    held = {name for name, _ in target.vector_ids()}
    with progress.task("Copying vectors", source.vectors(), "vectors") as advance:
        for ids in _recorded(manifest):
            vectors = source.fetch_vectors([name for name in ids if name not in held])
            if vectors:
                passages = [one.passage for one in source.fetch(list(vectors)).values()]
                target.add_vectors(passages, np.stack([vectors[one.passage_id] for one in passages]))
            advance(len(vectors))
    target.settle()
    return copied


def _recorded(manifest: Manifest) -> Iterator[Sequence[str]]:
    after = ""
    query = "SELECT passage_id FROM passages WHERE passage_id > ? ORDER BY passage_id LIMIT ?"
    while ids := [name for (name,) in manifest.connection.execute(query, (after, _AT_ONCE))]:
        yield ids
        after = ids[-1]


def _drop_outdated(source: PassageStore, target: PassageStore, to: str) -> None:
    """Remove documents that a killed run copied and the index has changed since, or does not hold now.

    A passage keeps its id when only its title, its date or who may find it changes.
    """
    held = dict(target.passage_ids())
    names, outdated, known = list(held), set(), False
    for at in range(0, len(names), _AT_ONCE):
        part = names[at : at + _AT_ONCE]
        now, copied = source.fetch(part), target.fetch(part)
        known = known or bool(now)
        outdated |= {held[name] for name in part if now.get(name) != copied.get(name)}
    if not known:
        # Another index took the store before this one's first passages were there.
        _check_empty(target, to)
    target.remove_documents(sorted(outdated))


def _check_empty(target: PassageStore, to: str) -> None:
    if held := target.passages() + target.vectors():
        raise ConfigurationError(
            f"The new store is not empty: it holds {held:,} rows of another index, or of an older move.",
            where=to,
            fix="Choose another prefix, or drop its two collections.",
        )


def _check_same(found: Verified, store: str, command: str) -> None:
    differing = [f"{name} {part.count:,}" for name, part in found.differences() if part.count]
    if differing:
        raise UserError(
            f"The store is not what the manifest records: {', '.join(differing)}. Nothing was switched.",
            where=store,
            fix=f"Run {command} --index {found.index} and try again.",
        )
