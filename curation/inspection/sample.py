"""Some rows of a release, drawn at random yet the same each time: the way to judge a step."""

import hashlib
import heapq
from pathlib import Path
from typing import Any

from curation.errors import ConfigurationError, UserError
from curation.inspection.open_release import OpenRelease, open_release
from curation.yaml_lines import nearest


def sample(
    path: Path,
    *,
    step: str | None = None,
    reason: str | None = None,
    source: str | None = None,
    rows: int = 10,
    seed: int = 0,
) -> list[dict[str, Any]]:
    """Draw rows that ``step`` dropped (for ``reason``), or kept rows when no step is named.

    The rows with the lowest keyed hash of their id are drawn: every row has the same chance, and
    memory does not grow with the release.

    Raises
    ------
    ConfigurationError
        When the release knows no such step, reason or source.
    UserError
        When no row answers.
    """
    release = open_release(path)
    _check(release, step, reason, source)
    part = "rejects" if step is not None else "data"
    drawn: list[tuple[int, str, dict[str, Any]]] = []
    for _, batch in release.batches(part):
        for row in batch.to_pylist():
            wanted = step in (None, row.get("step")) and reason in (None, row.get("reason"))
            if not wanted or source not in (None, row["source"]):
                continue
            entry = (-_draw(row["id"], seed), row["id"], row)
            if len(drawn) < rows:
                heapq.heappush(drawn, entry)
            elif entry[:2] > drawn[0][:2]:
                heapq.heapreplace(drawn, entry)
    if not drawn:
        raise UserError("no row answers to this", where=str(path), fix="leave an option out")
    return [row for _, _, row in sorted(drawn, key=lambda entry: (-entry[0], entry[1]))]


def _draw(identifier: str, seed: int) -> int:
    key = seed.to_bytes(8, "little", signed=True)
    return int.from_bytes(hashlib.blake2b(identifier.encode(), digest_size=8, key=key).digest(), "big")


def _check(release: OpenRelease, step: str | None, reason: str | None, source: str | None) -> None:
    ledger = release.ledger
    labels = sorted({label for entry in ledger.values() for label in entry.dropped})
    steps = sorted({label.split("/")[0] for label in labels})
    reasons = sorted({label.split("/")[1] for label in labels if step in (None, label.split("/")[0])})
    for key, value, allowed in (
        ("--source", source, sorted(ledger)),
        ("--step", step, steps),
        ("--reason", reason, reasons),
    ):
        if value is not None and value not in allowed:
            raise ConfigurationError(
                f"nothing in this release answers to '{value}'",
                where=key,
                fix=nearest(value, allowed) if allowed else "no step dropped a row",
            )
    if reason is not None and step is None:
        raise ConfigurationError("a reason needs its step", where="--reason", fix="give --step as well")
