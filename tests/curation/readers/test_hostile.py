"""Files that cost a reader more than their size, or say what no Python value can hold.

Small on disk, large or endless in memory or time; `survey` stops a reader that works too long.
"""

import io
import os
import resource
import time
import zipfile
from pathlib import Path

import orjson
import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.curation.readers.containers import archive_of, bad_strings, members_of
from tests.curation.readers.real_files import SAMPLES
from tests.curation.readers.survey import Survey, at_most, survey

DEEP = "[" * 300 + "]" * 300
MANY = 5_000_000


def read_text(tmp_path: Path, reader: str, content: str | bytes, name: str = "file", **options) -> Survey:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return survey(reader, path, **options)


ONE_LINE = {
    "a word": ("jsonl", '{"text": "' + "가나다 " * (MANY // 10) + '"}\n'),
    "brackets": ("jsonl", "[" * MANY),
    "a petition": ("petitions", '{"title": "x", "content": "' + "가" * (MANY // 3) + '"}'),
    "no row": ("nsmc", "id\tdocument\tlabel\n" + "1" * MANY),
    "a row that glues": ("nsmc", "id\tdocument\tlabel\n1\t" + "\t1" * (MANY // 2) + "x\t1"),
    "quotes": ("csv", 'text,b\n"' + '""' * (MANY // 2)),
    "commas in the header": ("csv", "," * (MANY // 5) + "\n"),
    "one column name twice": ("csv", ("a" * 1000 + ",") * 2 + "\n"),
    "tabs": ("csv", "text\tb\n" + "\t" * MANY),
    "a label": ("chatbot_data", "Q,A,label\nx,y," + "7" * MANY),
    "an answer": ("kobest_boolq", "ID\tText\tQuestion\tAnswer\n1\ta\tb\t" + "T" * MANY),
    "number signs": ("documents", "# a" + " " * 20_000 + "#" * 20_000 + " " * 20_000 + "x"),
    "a heading": ("documents", "# " + "가 # " * (MANY // 6)),
    "rules": ("documents", "---\n" + "--- " * (MANY // 4)),
    "latin letters": ("documents", b"\xe9" * (MANY // 5)),
    "noise": ("documents", bytes(range(1, 256)) * 4000),
}


@pytest.mark.parametrize("case", ONE_LINE.values(), ids=ONE_LINE.keys())
def test_one_line_of_millions(tmp_path: Path, case: tuple[str, str | bytes]) -> None:
    reader, content = case
    found = read_text(
        tmp_path, reader, content, **({"text": 1, "header": False} if content[:2] == "," else {})
    )
    assert found.refused is not None or found.rows or found.bad


def test_quotes_that_stay_open_are_looked_for_once(tmp_path: Path) -> None:
    """Every line leaves a quote open that the lines after it leave open as well."""
    found = read_text(tmp_path, "csv", "text,b,c\n" + 'x",y,"w\n' * 50_000, quotes=True, delimiter=",")
    assert len(found.bad) == 50_000
    assert {bad.error for bad in found.bad} == {"a quote is never closed"}


def test_a_table_with_a_million_columns_is_refused_in_a_few_words(tmp_path: Path) -> None:
    found = read_text(tmp_path, "csv", "," * 1_000_000 + "\n", text="문의")
    assert found.refused is not None
    assert "column 20 and 999,981 more" in found.refused.what


def test_columns_named_by_the_data_do_not_steer_the_terminal(tmp_path: Path) -> None:
    found = read_text(tmp_path, "jsonl", '{"\\u001b[31m붉은": 1, "' + "긴" * 500 + '": 2}\n')
    assert found.refused is not None
    assert "�[31m붉은, " + "긴" * 60 + "…" in found.refused.what


@pytest.mark.parametrize(
    ("reader", "content", "rows"),
    [
        ("nsmc_raw", f'[{DEEP}, {{"review": "글"}}]', 1),
        ("superni", f'{{"Definition": "x", "Instances": [{DEEP}, {{"input": "a", "output": "b"}}]}}', 1),
        ("petitions", f'{{"title": "x", "content": {DEEP}}}\n', 0),
        ("jsonl", f'{{"text": {DEEP}}}\n{{"text": "글"}}\n', 1),
    ],
)
def test_deep_json_is_quarantined_whole(tmp_path: Path, reader: str, content: str, rows: int) -> None:
    """orjson reads deeper JSON than it writes."""
    found = read_text(tmp_path, reader, content)
    assert (len(found.rows), len(found.bad)) == (rows, 1)
    assert DEEP.encode() in found.bad[0].raw


def test_a_deep_attribute_is_kept(tmp_path: Path) -> None:
    found = read_text(tmp_path, "jsonl", f'{{"text": "글", "x": {DEEP}}}\n', attributes=["x"])
    assert found.rows[0].record.attributes == {"x": DEEP}


def test_a_damaged_first_brace_costs_one_line(tmp_path: Path) -> None:
    found = read_text(tmp_path, "jsonl", '["text": "하나"}\n{"text": "둘"}\n')
    assert (found.texts, len(found.bad)) == (["둘"], 1)


def test_zeros_in_the_middle_cost_their_lines(tmp_path: Path) -> None:
    content = '{"text": "앞"}\n'.encode() + bytes(4096) + '\n{"text": "뒤"}\n'.encode()
    found = read_text(tmp_path, "jsonl", content)
    assert (found.texts, len(found.bad)) == (["앞", "뒤"], 1)


FRONT_MATTER = {
    "aliases that multiply": "a0: &a0 {k: v, l: w}\n"
    + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 12)),
    "a list of lists": "a: &a [x]\nb: *a\n",
    "a number of 300 bits": f"n: {2**300}\n",
    "half a character": 'title: "\\ud83d"\n',
    "a number of 9,000 digits": "n: 0x" + "f" * 9000 + "\n",
    "depth": "a: " + "[" * 4000 + "\n",
}


@pytest.mark.parametrize("yaml", FRONT_MATTER.values(), ids=FRONT_MATTER.keys())
def test_front_matter_that_is_none_stays_in_the_text(tmp_path: Path, yaml: str) -> None:
    found = read_text(tmp_path, "documents", f"---\n{yaml}---\n본문", "글.md")
    assert found.texts == [f"---\n{yaml}---\n본문"]


@pytest.mark.parametrize(
    "encoding", ["punycode", "unicode_escape", "raw_unicode_escape", "utf-7", "rot13", "a\0b"]
)
def test_encodings_that_files_are_not_in(tmp_path: Path, encoding: str) -> None:
    found = read_text(tmp_path, "csv", "text\n\\ud83d +2AA-\n", encoding=encoding)
    assert found.refused is not None
    assert "no text encoding named" in found.refused.what


DOCUMENT = next(SAMPLES.rglob("*.hwpx")).read_bytes()
SECTION = "Contents/section0.xml"


def with_section(section: bytes, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    return archive_of(members_of(DOCUMENT) | {SECTION: section}, compression)


def bombs() -> dict[str, bytes]:
    """Documents of at most some hundred kB whose parts say that they are far larger."""
    section = members_of(DOCUMENT)[SECTION]
    nested = b"<hp:p><hp:run>" * 30_000 + b"</hp:run></hp:p>" * 30_000
    table = section.replace(b'colSpan="1"', b'colSpan="2000000000"').replace(
        b'rowCnt="4"', b'rowCnt="2000000000"'
    )
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)).encode()
    return {
        "a section of spaces": with_section(section.replace(b"</hs:sec>", b" " * 60_000_000 + b"</hs:sec>")),
        "a picture of zeros": archive_of(members_of(DOCUMENT) | {"BinData/x.png": bytes(60_000_000)}),
        "a preview of zeros": archive_of(members_of(DOCUMENT) | {"Preview/PrvText.txt": bytes(60_000_000)}),
        "depth": with_section(section.replace(b"</hs:sec>", nested + b"</hs:sec>"), zipfile.ZIP_STORED),
        "a table of billions": with_section(table),
        "entities": with_section(b'<!DOCTYPE a [<!ENTITY a0 "x">' + entities + b"]>" + section),
        "a declared size of 4 GB": declared(DOCUMENT, 0xFFFFFFF0),
        "no ZIP": b"PK\x03\x04" + bytes(100),
    }


def declared(archive: bytes, size: int) -> bytes:
    """Write ``size`` as the uncompressed size of every file into the archive's directory."""
    changed = bytearray(archive)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        at = opened.start_dir
        for info in opened.infolist():
            changed[at + 24 : at + 28] = size.to_bytes(4, "little")
            changed[info.header_offset + 22 : info.header_offset + 26] = size.to_bytes(4, "little")
            at += 46 + len(info.orig_filename.encode()) + len(info.extra) + len(info.comment)
    return bytes(changed)


@pytest.mark.timed
def test_documents_that_unpack_to_far_more(tmp_path: Path) -> None:
    for name, content in bombs().items():
        before, started = peak_mb(), time.process_time()
        found = read_text(tmp_path, "documents", content, "폭탄.hwpx")
        assert len(found.rows) + len(found.bad) == 1, name
        assert peak_mb() - before < 150, name
        assert time.process_time() - started < 5, name


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


ODD_COLUMNS = {
    "no UTF-8": (bad_strings(), "'x' cannot be read: 'utf-8' codec"),
    "large and no UTF-8": (bad_strings(pa.large_string()), "'x' cannot be read: 'utf-8' codec"),
    "a day after 9999": (
        pa.array([2**31 - 1, 0], pa.int32()).cast(pa.date32()),
        "date value out of range|days=",
    ),
    "a moment after 9999": (pa.array([2**62, 0], pa.timestamp("us")), "date value out of range"),
    "a zone that is none": (pa.array([None, 0], pa.timestamp("us", "Nowhere/None")), "'x' cannot be read"),
    "bytes in a list": (pa.array([[b"\xff"], []]), ""),
    "exact numbers in a list": (pa.array([["1.5"], []]).cast(pa.list_(pa.decimal128(9, 2))), ""),
    "a span of time": (pa.array([5, 6], pa.duration("us")), ""),
    "half-precision numbers": (pa.array([1.5, 2.5], pa.float32()).cast(pa.float16()), ""),
    "a map": (pa.array([[("k", b"v")], []], pa.map_(pa.string(), pa.binary())), ""),
    "an object": (pa.array([{"a": None}, {"a": 1}]), ""),
}


@pytest.mark.parametrize("attributes", [None, ["x"]])
@pytest.mark.parametrize("case", ODD_COLUMNS.values(), ids=ODD_COLUMNS.keys())
def test_parquet_columns_that_python_or_json_has_no_value_for(
    tmp_path: Path, case: tuple[pa.Array, str], attributes: list[str] | None
) -> None:
    values, error = case
    path = tmp_path / "table.parquet"
    parquet.write_table(pa.table({"text": ["하나", "둘"], "x": values}), path)
    found = survey("parquet", path, attributes=attributes)
    assert len(found.rows) == 2 - len(found.bad)
    if not error:
        assert len(found.rows) == 2
        return
    assert found.bad
    assert any(part in found.bad[0].error for part in error.split("|"))
    raw = orjson.loads(found.bad[0].raw)
    assert set(raw) == {"text", "x"}


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ([b"a", b"b"], "'text' is bytes, not text"),
        ([1, 2], "'text' is a number, not text"),
        ([["a"], ["b"]], "'text' is a list, not text"),
        ([{"a": 1}, {"a": 2}], "'text' is an object, not text"),
        ([True, False], "'text' is true or false, not text"),
        (pa.nulls(2), "'text' is null, not text"),
    ],
)
def test_a_text_column_of_another_type(tmp_path: Path, values: object, error: str) -> None:
    path = tmp_path / "table.parquet"
    parquet.write_table(pa.table({"text": values}), path)
    assert [bad.error for bad in survey("parquet", path).bad] == [error] * 2


def export(tmp_path: Path, days: dict[str, bytes]) -> Path:
    folder = tmp_path / "export"
    for name, content in days.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


MESSAGE = orjson.dumps([{"ts": "1700000000.000100", "text": "안녕하세요", "user": "U1"}])


def test_a_message_with_a_ts_of_5000_digits(tmp_path: Path) -> None:
    long = orjson.dumps([{"ts": "9" * 5000 + ".1", "text": "x"}])
    found = survey(
        "slack_export", export(tmp_path, {"일반/2026-01-01.json": long, "일반/2026-01-02.json": MESSAGE})
    )
    assert (len(found.rows), [bad.error for bad in found.bad]) == (1, ["a message without a ts"])


def test_a_linked_channel_is_not_followed_out_of_the_export(tmp_path: Path) -> None:
    outside = export(tmp_path / "elsewhere", {"비밀/2026-01-01.json": MESSAGE})
    folder = export(tmp_path, {"일반/2026-01-01.json": MESSAGE})
    (folder / "비밀").symlink_to(outside / "비밀")
    found = survey("slack_export", folder)
    assert found.refused is not None
    assert found.refused.where == "export/비밀"
    assert not found.rows


def test_hidden_folders_are_no_channels(tmp_path: Path) -> None:
    days = {"일반/2026-01-01.json": MESSAGE, ".backup/2026-01-01.json": MESSAGE}
    assert len(survey("slack_export", export(tmp_path, days)).rows) == 1


def test_a_pipe_among_the_days_is_not_waited_for(tmp_path: Path) -> None:
    folder = export(tmp_path, {"일반/2026-01-01.json": MESSAGE})
    os.mkfifo(folder / "일반" / "2026-01-02.json")
    with at_most(5):
        found = survey("slack_export", folder)
    assert found.refused is not None
    assert found.refused.where == "export/일반/2026-01-02.json"
