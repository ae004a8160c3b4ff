"""Tables are cut by their rows alone, never by the batches they come in."""

import hashlib
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation import tables
from curation.lengths import Lengths
from curation.tables import TableWriter, row_groups

SCHEMA = pa.schema([pa.field("text", pa.string(), nullable=False)])


def written(folder: Path, texts: list[str], batches: list[int], file_bytes: int) -> list[str]:
    folder.mkdir()
    writer = TableWriter(folder, "data", SCHEMA, file_bytes)
    start = 0
    for size in batches:
        part = texts[start : start + size]
        writer.add(
            pa.table({"text": part}, schema=SCHEMA), np.array([len(text) for text in part], dtype=np.int64)
        )
        start += size
    writer.close()
    assert start == len(texts) == writer.rows
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())]


@pytest.mark.parametrize("file_bytes", [1, 10**9])
def test_batches_change_no_byte(tmp_path: Path, monkeypatch, file_bytes: int) -> None:
    monkeypatch.setattr(tables, "ROWS", 100)
    monkeypatch.setattr(tables, "CHARACTERS", 2_000)
    choose = random.Random(2)
    texts = ["글" * choose.choice([1, 10, 50, 3000]) for _ in range(1000)]
    odd = [choose.randrange(60) for _ in range(20)]
    ways = [[1000], [1] * 1000, [100] * 10, [*odd, 1000 - sum(odd)]]
    results = [written(tmp_path / str(n), texts, way, file_bytes) for n, way in enumerate(ways)]
    assert all(result == results[0] for result in results)
    assert (len(results[0]) == 1) == (file_bytes > 1)
    read = [
        text
        for path in sorted((tmp_path / "0").iterdir())
        for text in pq.read_table(path)["text"].to_pylist()
    ]
    assert read == texts
    for path in (tmp_path / "0").iterdir():
        groups = pq.ParquetFile(path)
        for index in range(groups.num_row_groups):
            group = groups.read_row_group(index)["text"].to_pylist()
            assert len(group) <= 100
            assert sum(map(len, group[:-1])) < 2_000


@given(st.lists(st.integers(0, 5000), min_size=1), st.floats(0.01, 1))
def test_lengths_are_exact(values: list[int], share: float) -> None:
    lengths = Lengths()
    lengths.add(np.array(values, dtype=np.int32))
    again = Lengths.from_json(lengths.as_json())
    assert again.total() == sum(values)
    at = again.quantile(share)
    assert sum(value <= at for value in values) >= share * len(values)
    assert sum(value < at for value in values) < share * len(values)
    assert sum(count for _, _, count in again.classes()) == len(values)
    for shortest, longest, count in again.classes():
        assert count == sum(shortest <= value <= longest for value in values)


def test_a_file_is_read_as_it_was_written_and_one_group_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    schema = pa.schema([*SCHEMA, pa.field("number", pa.int64())])
    group, groups = 2_000, 40
    with pq.ParquetWriter(path, schema, compression="none", use_dictionary=False) as writer:
        for start in range(0, group * groups, group):
            numbers = range(start, start + group)
            writer.write_table(pa.table({"text": ["글" * 100] * group, "number": numbers}, schema=schema))
    held = pa.total_allocated_bytes()
    most = 0
    seen: list[int] = []
    for batch in row_groups(path):
        assert batch.num_rows == group
        seen += batch["number"].to_pylist()
        del batch
        most = max(most, pa.total_allocated_bytes() - held)
    assert seen == list(range(group * groups))
    # Of the 24 MB of the file, no more than some row groups of 0.6 MB.
    assert most < 6 * 2**20
    assert [batch.schema.names for batch in row_groups(path, ["number"])] == [["number"]] * groups
