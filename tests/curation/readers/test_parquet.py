import datetime

import pyarrow as pa
import pytest
from pyarrow import parquet

from curation.errors import UserError


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.parquet"
    columns = {
        "text": ["하나", None, "셋"] * 1000,
        "title": ["첫째", "둘째", None] * 1000,
        "n": list(range(3000)),
        "score": [0.5, float("nan"), None] * 1000,
        "day": [datetime.date(2026, 1, 31)] * 3000,
        "raw": [b"\x00\x01"] * 3000,
        "tags": [["가", "나"]] * 3000,
    }
    parquet.write_table(pa.table(columns), path)
    return path


def test_rows_across_batches(read, table):
    outcome = read("parquet", table, title="title")
    assert (len(outcome.rows), len(outcome.bad)) == (2000, 1000)
    first, third = outcome.rows[0], outcome.rows[1]
    assert first.record.attributes == {"n": "0", "score": "0.5", "day": "2026-01-31"}
    assert (third.record.title, third.where.line) == ("", 3)
    assert outcome.rows[-1].where.line == 3000
    assert outcome.bad[0].error == "'text' is null, not text"
    assert b'"title":"' in outcome.bad[0].raw


def test_chosen_attributes(read, table):
    outcome = read("parquet", table, attributes=["tags", "n"])
    assert outcome.rows[0].record.attributes == {"tags": '["가","나"]', "n": "0"}


def test_unknown_column(read, table):
    with pytest.raises(UserError, match="no column 'body'; the columns are: text, title, n"):
        read("parquet", table, text="body")


def test_damaged_file(read, table):
    content = table.read_bytes()
    for damaged in (b"", b"no parquet", content[:-4], content[: len(content) // 2]):
        table.write_bytes(damaged)
        with pytest.raises(UserError, match="no Parquet") as refused:
            read("parquet", table)
        assert refused.value.where == "table.parquet"


def test_missing_file(read, tmp_path):
    with pytest.raises(UserError, match="cannot be opened"):
        read("parquet", tmp_path / "none.parquet")
