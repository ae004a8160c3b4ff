"""What a run has to read, found by comparing every file's size and time with the manifest."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson

from rag.files import Input, Stamp, Unreadable, is_settled
from rag.manifest import FileEntry
from rag.types import Document

_KEEP_FAULTS: Final = 20
# Stands for no digest: the file is read again with the next run.
UNTOLD: Final = b""


def content_hash(document: Document) -> bytes:
    """Changes when anything that reaches the index changes."""
    parts = (
        document.title,
        document.source,
        document.text,
        document.attributes.get("pages", ""),
        "\x1e".join(document.acl),
        document.date,
    )
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


@dataclass(slots=True)
class Skipped:
    """What gave no document: counts by reason, and the first by name.

    The reasons are ``unreadable``, ``empty`` and ``duplicate_id``.
    """

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[Unreadable] = field(default_factory=list)

    def take(self, reason: str, fault: Unreadable) -> None:
        """Count one."""
        self.counts[reason] += 1
        if len(self.faults) < _KEEP_FAULTS:
            self.faults.append(fault)

    def merge(self, other: "Skipped") -> None:
        """Count those of another file as well."""
        self.counts.update(other.counts)
        self.faults += other.faults[: _KEEP_FAULTS - len(self.faults)]

    def as_json(self) -> str:
        """What the manifest keeps with a file."""
        rows = [[fault.where, fault.error] for fault in self.faults]
        return orjson.dumps([self.counts, rows]).decode() if self.counts else ""

    @classmethod
    def of_json(cls, told: str) -> "Skipped":
        """From what the manifest kept."""
        if not told:
            return cls()
        counts, rows = orjson.loads(told)
        return cls(Counter(counts), [Unreadable(*row) for row in rows])


@dataclass(slots=True)
class Plan:
    """What to do with each file.

    ``read``: new and changed files, each with its stamp; ``touched``: files with a new time and the
    old content; ``kept``: paths of unchanged files; ``vanished``: paths that the sources lack now.
    """

    read: list[tuple[Input, Stamp]] = field(default_factory=list)
    touched: list[FileEntry] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    vanished: list[str] = field(default_factory=list)
    skipped: Skipped = field(default_factory=Skipped)

    @property
    def bytes(self) -> int:
        """Size of the files to read."""
        return sum(one.bytes or stamp.size for one, stamp in self.read)


def make_plan(
    inputs: Sequence[Input], faults: Iterable[Unreadable], known: Mapping[str, FileEntry], *, trust: bool
) -> Plan:
    """Look at every file.

    Parameters
    ----------
    inputs, faults
        What the sources hold (`rag.sources.open_sources`).
    known
        Files of the index as it is, those that may vanish, by path.
    trust
        Whether unchanged files may be left alone; not when another way of reading them was asked for.
    """
    plan = Plan()
    for fault in faults:
        plan.skipped.take("unreadable", fault)
    for one in inputs:
        try:
            _sort(plan, one, known.get(one.key) if trust else None)
        except OSError as error:
            plan.skipped.take("unreadable", Unreadable(one.key, f"it cannot be read: {error.strerror}"))
    plan.vanished = sorted(known.keys() - plan.kept - {one.key for one, _ in plan.read})
    return plan


def _sort(plan: Plan, one: Input, entry: FileEntry | None) -> None:
    stamp = one.stamp()
    if entry is None or entry.digest == UNTOLD or entry.size != stamp.size:
        plan.read.append((one, stamp))
        return
    if entry.mtime_ns != stamp.mtime_ns:
        if one.digest() != entry.digest:
            plan.read.append((one, stamp))
            return
        plan.touched.append(entry._replace(mtime_ns=stamp.mtime_ns if is_settled(stamp) else -1))
    plan.kept.add(one.key)
    plan.skipped.merge(Skipped.of_json(entry.skipped))
