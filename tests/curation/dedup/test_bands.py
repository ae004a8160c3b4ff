"""Buckets: the rows that share a hash, and no others, in shares or at once."""

import itertools
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.dedup import bands as bands_module
from curation.dedup.bands import Bands, buckets_of
from curation.dedup.signature_files import SignatureFiles
from curation.dedup.signature_tables import SIGNATURES, UNITS, Plan, signature_table

PLAN = Plan(words=2, characters=2, short=3, threshold=0.6, bands=4, rows=1)


# Hashes that differ in high bits only, in low bits only, and in both.
@given(st.lists(st.sampled_from([0, 1, 2, 3, 1 << 60, 2 << 60, (2 << 60) + 1, (1 << 64) - 1]), max_size=30))
def test_rows_with_equal_hashes_are_together(hashes: list[int]) -> None:
    found = buckets_of(np.array(hashes, dtype=np.uint64), np.arange(len(hashes)) * 2)
    bounds = found.offsets.tolist()
    groups = [found.rows[start:end].tolist() for start, end in itertools.pairwise(bounds)]
    expected = [
        [2 * row for row, other in enumerate(hashes) if other == value]
        for value in sorted(set(hashes))
        if hashes.count(value) > 1
    ]
    assert groups == expected


@pytest.mark.parametrize("at_once", [1 << 22, 5, 1])
def test_buckets_are_the_same_share_by_share(
    tmp_path: Path, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bands_module, "ROWS_AT_ONCE", at_once)
    texts = ["가 나 다 라 마", "가 나 다", "", "하나", "가 나 다 라 마", "하나", "가 나 다 라 바", "다 라 마"]
    with pa.ipc.new_file(str(tmp_path / "a.arrow"), SIGNATURES) as writer:
        for start in (0, 3):
            size = 3 if start == 0 else 5
            orders = np.arange(start, start + size)
            ids = [f"id{order}" for order in orders]
            table = signature_table(orders, ids, texts[start : start + size], PLAN, "release")
            writer.write_table(table)
    files = SignatureFiles([tmp_path / "a.arrow"])
    assert files.rows == 7  # the empty text is left out
    for unit in UNITS:
        hashes = np.concatenate([part.hashes(unit) for part in files.parts])
        rows = np.flatnonzero(files.sizes(unit))
        bands = Bands(files, unit, files.sizes(unit), tmp_path)
        left_out = np.zeros(7, dtype=np.bool_)
        left_out[1] = True
        for band in range(PLAN.bands + 1):
            kept = rows != 1
            expected = buckets_of(hashes[kept, band], rows[kept])
            groups = [bucket for bucket in bands.buckets(band, left_out) if len(bucket)]
            assert np.concatenate([group.rows for group in groups]).tolist() == expected.rows.tolist()
            assert sum(len(group) for group in groups) == len(expected)
        bands.close()
    assert not list(tmp_path.glob("*.bands"))
