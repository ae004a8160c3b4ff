"""What the tests of documents share."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from curation.records import Row, TextRecord
from tests.curation.readers.survey import Survey, survey


@pytest.fixture
def document(read_bytes) -> Callable[[bytes, str], TextRecord]:
    """The one record of a file with the given suffix."""

    def run(content: bytes, suffix: str) -> TextRecord:
        found = read_bytes("documents", content, name=f"문서{suffix}")
        assert [bad.error for bad in found.bad] == []
        (row,) = found.rows
        assert isinstance(row, Row)
        assert isinstance(row.record, TextRecord)
        return row.record

    return run


@pytest.fixture
def reason(read_bytes) -> Callable[[bytes, str], str]:
    """Why a file with the given suffix is in quarantine."""

    def run(content: bytes, suffix: str) -> str:
        found = read_bytes("documents", content, name=f"문서{suffix}")
        assert found.rows == []
        (bad,) = found.bad
        assert bad.raw == content
        return bad.error

    return run


@pytest.fixture
def pages_of() -> Callable[[TextRecord], tuple[str, list[str]]]:
    """What a record's pages are, and the text of each."""

    def run(record: TextRecord) -> tuple[str, list[str]]:
        told = orjson.loads(record.attributes["pages"])
        return told["unit"], [record.text[start:end] for start, end in told["spans"]]

    return run


@pytest.fixture
def surveyed(tmp_path: Path) -> Callable[[bytes, str], Survey]:
    """Hold the reader to its promises over a file with the given suffix."""

    def run(content: bytes, suffix: str) -> Survey:
        path = tmp_path / f"문서{suffix}"
        path.write_bytes(content)
        return survey("documents", path)

    return run
