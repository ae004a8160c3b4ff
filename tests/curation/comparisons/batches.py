"""Batches for comparisons, and the files that the engine makes of what they prepare."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from curation.comparisons.base import DECISIONS, Batch, Comparison, Room
from curation.progress import Quiet
from curation.steps.base import Given, Params


def batch_of(texts: Sequence[str], first: int = 0, **changed: Any) -> Batch:
    """Give texts as a batch of one source; ids are ``id<order>``."""
    orders = np.arange(first, first + len(texts))
    fields: dict[str, Any] = {
        "source": "a",
        "config": "a",
        "kind": "text",
        "scope": "text/release/",
        "orders": orders,
        "ids": [f"id{order}" for order in orders],
        "texts": texts,
        "identities": lambda: [text.encode() for text in texts],
        "attributes": ["{}"] * len(texts),
        "tags": ["{}"] * len(texts),
        "groups": [""] * len(texts),
        "tasks": [""] * len(texts),
        "splits": ["train"] * len(texts),
    }
    return Batch(**(fields | changed))


def room_of(folder: Path, given: Given | None = None) -> Room:
    """Give an empty room to decide in."""
    for name in ("scratch", "saved"):
        (folder / name).mkdir(exist_ok=True)
    return Room(given or Given(), folder / "scratch", folder / "saved", Quiet())


def prepare(comparison: Comparison, params: Params, batches: Sequence[Batch], folder: Path) -> list[Path]:
    """Prepare each batch into a file of its own."""
    paths = []
    for number, batch in enumerate(batches):
        path = folder / f"{number}.arrow"
        with pa.ipc.new_file(str(path), comparison.schema(params)) as writer:
            writer.write_table(comparison.prepare(params, batch))
        paths.append(path)
    return paths


def decide(
    comparison: Comparison, params: Params, batches: Sequence[Batch], folder: Path, given: Given | None = None
) -> list[dict[str, Any]]:
    """Give what the comparison decides about the rows of ``batches``, in order."""
    paths = prepare(comparison, params, batches, folder)
    return rows_of(comparison.decide(params, paths, room_of(folder, given)))


def rows_of(tables: Iterator[pa.Table]) -> list[dict[str, Any]]:
    """Give the rows of decisions, which come in order."""
    rows: list[dict[str, Any]] = pa.concat_tables([DECISIONS.empty_table(), *tables]).to_pylist()
    assert all(one["_order"] < other["_order"] for one, other in itertools.pairwise(rows))
    return rows
