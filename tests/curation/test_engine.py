"""Comparison of rows: the same answer whatever fits into memory."""

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curation.copies import FILE, load_copies, mark_copies, write_copies
from curation.engine import later_copies


def shards(folder: Path, keys: list[tuple[int, int] | None]) -> list[Path]:
    """Write rows with ``keys`` to two shards; order and id are the row's number."""
    half = len(keys) // 2
    paths = []
    for start, part in ((0, keys[:half]), (half, keys[half:])):
        path = folder / f"{start}.parquet"
        table = {
            "id": [f"id{n}" for n in range(start, start + len(part))],
            "_order": pa.array(range(start, start + len(part)), pa.int64()),
            "_key_high": pa.array([key and key[0] for key in part], pa.int64()),
            "_key_low": pa.array([key and key[1] for key in part], pa.int64()),
        }
        pq.write_table(pa.table(table), path)
        paths.append(path)
    return paths


@pytest.mark.parametrize("at_once", [1000, 100, 7])
def test_later_copies_point_to_the_first(tmp_path: Path, at_once: int) -> None:
    choose = random.Random(1)
    ends = [-(2**63), -1, 0, 1, 2**63 - 1]
    keys = [
        None
        if choose.random() < 0.1
        else (choose.choice([*ends, choose.randrange(-(2**63), 2**63)]), choose.choice([-1, 0, 1, 7]))
        for _ in range(300)
    ]
    first: dict[tuple[int, int], int] = {}
    expected = {}
    for order, key in enumerate(keys):
        if key is not None and first.setdefault(key, order) != order:
            expected[order] = first[key]

    count = write_copies(later_copies(shards(tmp_path, keys), len(keys), at_once), tmp_path)
    copies = load_copies("exact_dedup", tmp_path / FILE)
    assert count == len(expected) > 50
    assert copies.orders.tolist() == sorted(expected)
    assert copies.originals.to_pylist() == [f"id{expected[order]}" for order in sorted(expected)]


def test_no_copies_at_all(tmp_path: Path) -> None:
    assert write_copies(later_copies(shards(tmp_path, [(1, 1), (1, 2), None, (2, 1)]), 4), tmp_path) == 0
    copies = load_copies("exact_dedup", tmp_path / FILE)
    columns = {"_order": pa.array([0, 1], pa.int64()), "_step": pa.nulls(2, pa.string())}
    assert mark_copies(columns, copies) == columns
    assert write_copies(later_copies([], 0), tmp_path) == 0


def test_a_verdict_on_a_copy_leaves_other_verdicts(tmp_path: Path) -> None:
    write_copies(later_copies(shards(tmp_path, [(1, 1), None, (1, 1), (2, 2)]), 4), tmp_path)
    columns = {
        "_order": pa.array(range(4), pa.int64()),
        "_step": pa.array([None, "length", None, None]),
        "_reason": pa.array([None, "too_short", None, None]),
        "_duplicate_of": pa.nulls(4, pa.string()),
    }
    marked = mark_copies(columns, load_copies("exact_dedup", tmp_path / FILE))
    assert marked["_step"].to_pylist() == [None, "length", "exact_dedup", None]
    assert marked["_reason"].to_pylist() == [None, "too_short", "duplicate", None]
    assert marked["_duplicate_of"].to_pylist() == [None, None, "id0", None]
