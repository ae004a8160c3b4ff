"""What a run of the indexer did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.files import Unreadable


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run did; counts are documents, except ``passages``: those in the index now.

    ``skipped`` counts by reason: ``unreadable``, ``empty``, ``duplicate_id``; ``faults`` names
    the first of them. ``repaired`` counts documents that a killed run had left half written.
    ``without_vectors`` counts passages that still lack a vector: 0 after a full run, and always 0
    without an embedder; ``estimated_seconds`` is how long they will take, ``None`` when no vector was
    ever made here. ``files_read`` counts the files that were opened. ``unmatched_rules``: patterns of
    ``acl`` that no document matched.
    """

    index: Path
    passages: int
    added: int
    updated: int
    deleted: int
    skipped: Mapping[str, int]
    seconds: float
    embedder: str
    repaired: int = 0
    without_vectors: int = 0
    estimated_seconds: float | None = None
    files_read: int = 0
    faults: Sequence[Unreadable] = ()
    unmatched_rules: Sequence[str] = ()

    def as_json(self) -> dict[str, object]:
        """The object that ``--json`` prints."""
        return {
            "index": str(self.index),
            "passages": self.passages,
            "added": self.added,
            "updated": self.updated,
            "deleted": self.deleted,
            "skipped": dict(self.skipped),
            "seconds": round(self.seconds, 3),
            "embedder": self.embedder,
            "repaired": self.repaired,
            "without_vectors": self.without_vectors,
            "estimated_seconds": None if self.estimated_seconds is None else round(self.estimated_seconds),
            "files_read": self.files_read,
            "faults": [{"where": fault.where, "error": fault.error} for fault in self.faults],
            "unmatched_rules": list(self.unmatched_rules),
        }
