"""One run over an open index: what it marks before it writes, and what it leaves in order.

`rag.index` runs over all sources of an index, `rag.saved` over a few files beside them.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from curation.progress import Progress
from rag.embedding import NO_EMBEDDER, Embedder
from rag.manifest import Manifest
from rag.manifest_file import DIRTY, SETTINGS
from rag.meaning import Estimate, Meaning, vector_key
from rag.plan import Plan
from rag.repair import repair
from rag.stores import PassageStore
from rag.words import Words

__all__ = ["DIRTY", "MATCHED", "SETTINGS", "UNSETTLED", "Run"]

# Patterns of the rules that documents matched since the rules are as they are.
MATCHED: Final = "acl_matched"
# Changes of the store since it was last settled, and how many make it worth the while: settling an
# index of 100,000 passages takes two seconds, and until then new rows are searched one by one.
UNSETTLED: Final = "unsettled"
_WORTH_SETTLING: Final = 500


class Run:
    """One run over an open index, held for writing; it marks the index before its first write."""

    def __init__(self, manifest: Manifest, store: PassageStore) -> None:
        self.added = self.updated = self.deleted = self.repaired = 0
        self._manifest = manifest
        self._store = store
        # Counting costs nothing; a store that lost or gained rows by itself is seen by it.
        self._was_dirty = bool(manifest.meta(DIRTY)) or not _counts_agree(manifest, store)
        self._is_dirty = self._was_dirty

    def mend(self) -> None:
        """Compare store and manifest where an earlier run did not end."""
        if self._was_dirty:
            self.repaired = repair(self._manifest, self._store).count

    def words(self, plan: Plan, progress: Progress, settings: str | None = None) -> None:
        """Do what the plan says; ``settings``: new ones, under which it was made."""
        with progress.task("Indexing words", plan.bytes, "bytes") as advance:
            if plan.read or plan.vanished or plan.touched:
                self._mark()
                if settings is not None:
                    # Killed under the new settings, a run must not leave files that seem unchanged.
                    self._manifest.set_meta(SETTINGS, "")
                embedder = self._manifest.embedder
                key = None if embedder == NO_EMBEDDER else partial(vector_key, embedder)
                words = Words(self._manifest, self._store, key)
                words.take_in(plan, advance)
                self.added, self.updated, self.deleted = words.added, words.updated, words.deleted
                self._settle(words.changes)
        if settings is not None:
            self._manifest.set_meta(SETTINGS, settings)
            self._manifest.set_meta(MATCHED, "[]")

    def meaning(
        self,
        model: Embedder,
        progress: Progress,
        tell: Callable[[Estimate], None],
        seconds: float | None,
    ) -> None:
        """Make vectors that are missing, for so many seconds at most."""
        if not self._manifest.lacking()[0]:
            return
        self._mark()
        before = self._store.vectors()
        Meaning(self._manifest, self._store, model, tell=tell, seconds=seconds).fill(progress)
        self._settle(self._store.vectors() - before)

    def end(self) -> None:
        """Take the mark away."""
        if self._was_dirty:
            self._manifest.drop_unused_vectors()
        else:
            self._manifest.drop_freed_vectors()
        if self._is_dirty:
            self._manifest.set_meta(DIRTY, "")

    def _settle(self, changes: int) -> None:
        changes += int(self._manifest.meta(UNSETTLED) or 0)
        if self._was_dirty or changes >= _WORTH_SETTLING:
            self._store.settle()
            changes = 0
        self._manifest.set_meta(UNSETTLED, str(changes))

    def _mark(self) -> None:
        if not self._is_dirty:
            self._manifest.set_meta(DIRTY, "1")
            self._is_dirty = True


def _counts_agree(manifest: Manifest, store: PassageStore) -> bool:
    held, lacking = manifest.passages(), manifest.lacking()[0]
    expected = held - lacking if manifest.dimensions else 0
    return store.passages() == held and store.vectors() == expected
