"""Files that hold other files or columns, taken apart, damaged inside, and put together again."""

import io
import random
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from tests.curation.readers.mutations import TEXT_FILE


def members_of(archive: bytes) -> dict[str, bytes]:
    """The files in a ZIP archive (an HWPX document is one)."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def archive_of(members: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive of some files."""
    built = io.BytesIO()
    with zipfile.ZipFile(built, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return built.getvalue()


def damaged_member(archive: bytes, chance: random.Random) -> bytes:
    """The archive with sound checksums, and damage in one of its files, or one of them lost."""
    members = members_of(archive)
    name = chance.choice(sorted(members))
    if chance.random() < 0.1:
        del members[name]
    else:
        damage = TEXT_FILE[chance.choice(sorted(TEXT_FILE))]
        members[name] = damage(members[name], chance)
    return archive_of(members)


def damaged_export(export: Path, copy: Path, chance: random.Random) -> None:
    """Copy a Slack export; some of its files are damaged, lost, or something else."""
    shutil.copytree(export, copy)
    files = sorted(path for path in copy.rglob("*") if path.is_file())
    for path in chance.sample(files, chance.choice((1, 1, 3, len(files)))):
        kind = chance.random()
        if kind < 0.1:
            path.unlink()
        elif kind < 0.15:
            path.unlink()
            path.mkdir()
        elif kind < 0.25:
            path.write_bytes(
                chance.choice((b"{}", b"null", b"7", b'"x"', b"[[]]", b"[null, 7]", b'{"a": [1]}'))
            )
        else:
            damage = TEXT_FILE[chance.choice(sorted(TEXT_FILE))]
            path.write_bytes(damage(path.read_bytes(), chance))


def bad_strings(kind: pa.DataType = pa.string()) -> pa.Array:  # noqa: B008 - types are constants
    """A column of text of which the first of two is no UTF-8."""
    width = pa.int64() if kind == pa.large_string() else pa.int32()
    offsets = pa.array([0, 2, 5], width).buffers()[1]
    return pa.Array.from_buffers(kind, 2, [None, offsets, pa.py_buffer(b"\xff\xfe\xea\xb0\x80")])


def write_table(path: Path, chance: random.Random) -> None:
    """Write a Parquet table of many types, in one of several layouts."""
    rows = 60
    columns = {
        "text": [None if row % 7 == 6 else f"글 {row} 다람쥐" for row in range(rows)],
        "title": [f"제목 {row % 3}" for row in range(rows)],
        "n": pa.array(range(rows), pa.int64()),
        "score": [row / 3 for row in range(rows)],
        "day": pa.array(range(rows), pa.int32()).cast(pa.date32()),
        "moment": pa.array(range(rows), pa.int64()).cast(pa.timestamp("us", "Asia/Seoul")),
        "exact": pa.array(range(rows), pa.int32()).cast(pa.decimal128(20, 2)),
        "raw": [b"\x00\xff"] * rows,
        "tags": [["가", "나"][: row % 3] for row in range(rows)],
        "nested": [{"가": row, "나": [row]} for row in range(rows)],
    }
    parquet.write_table(
        pa.table(columns),
        path,
        compression=chance.choice(("none", "snappy", "zstd", "gzip", "lz4")),
        use_dictionary=chance.random() < 0.5,
        data_page_version=chance.choice(("1.0", "2.0")),
        row_group_size=chance.choice((7, rows)),
        write_page_checksum=chance.random() < 0.3,
    )
