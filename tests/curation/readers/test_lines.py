"""Lines that are decoded in blocks are those that are decoded one by one."""

from pathlib import Path

import pytest

from curation.readers.base import SourceFile
from curation.readers.encoding import Encoding
from curation.readers.jsonl import ObjectLine, json_lines
from curation.readers.lines import CP949_IN_UTF8, Line, text_line, text_lines
from curation.readers.table import TABS, file_rows, table_rows
from curation.records import BadRow, FileNote

WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
SOUND = ["가\t나", "", "\ta", "ĊਊĀ", "𝒳\r", "\r", "끝\x01"]
FAULTS = {
    "\x01\x02": "nothing but control characters",
    "가\0나": "NUL characters in the line",
}


def _file(folder: Path, content: bytes) -> SourceFile:
    path = folder / "lines.txt"
    path.write_bytes(content)
    return SourceFile(path, path.name)


@pytest.mark.parametrize("codec", ["utf-8", *WIDE])
@pytest.mark.parametrize("times", [1, 20_000])
def test_sound_lines_in_blocks(codec: str, times: int, tmp_path: Path) -> None:
    texts = SOUND * times
    file = _file(tmp_path, "\n".join(texts).encode(codec))
    line_break = "\n".encode(codec)
    found = list(text_lines(file, Encoding(codec, line_break=line_break)))
    assert found == [Line(number, text.encode(codec), text, "") for number, text in enumerate(texts, 1)]


@pytest.mark.parametrize("codec", ["utf-8", *WIDE])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_line_with_a_fault_costs_itself_alone(codec: str, fault: str, tmp_path: Path) -> None:
    file = _file(tmp_path, "\n".join([*SOUND, fault, "뒤"]).encode(codec))
    *before, bad, after = text_lines(file, Encoding(codec, line_break="\n".encode(codec)))
    assert [line.text for line in before if isinstance(line, Line)] == SOUND
    assert isinstance(bad, BadRow)
    assert (bad.raw, bad.where.line, bad.error) == (fault.encode(codec), len(SOUND) + 1, FAULTS[fault])
    assert after == Line(len(SOUND) + 2, "뒤".encode(codec), "뒤", "")


def test_half_a_character_in_utf_16_costs_its_line_alone(tmp_path: Path) -> None:
    encoding = Encoding("utf-16-le", line_break=b"\n\0")
    file = _file(tmp_path, "앞\n".encode("utf-16-le") + b"\x00\xd8\n\0" + "뒤".encode("utf-16-le"))
    first, bad, last = text_lines(file, encoding)
    assert isinstance(first, Line)
    assert isinstance(bad, BadRow)
    assert isinstance(last, Line)
    assert (first.text, bad.raw, bad.where.line, last.text) == ("앞", b"\x00\xd8", 2, "뒤")


@pytest.mark.parametrize("text", ["a\tb\r\n\r\nc\r\r\n\r", "a\tb\n\nc", "a\tb\r\nc\0\n가\r"])
def test_rows_of_a_file_are_those_of_its_lines(text: str, tmp_path: Path) -> None:
    file, encoding = _file(tmp_path, text.encode()), Encoding("utf-8")
    lines = (
        text_line(file, "utf-8", number, raw) for number, raw in enumerate(text.encode().split(b"\n"), 1)
    )
    assert list(file_rows(file, encoding, TABS)) == list(table_rows(lines, TABS, file.name))


def test_json_lines_in_utf_8_with_every_fault(tmp_path: Path) -> None:
    lines = [
        '{"a":"가"}'.encode(),
        '{"a":"대한민국 서울"}'.encode("cp949"),
        b'{"a":NaN}',
        b"\x01",
        "\u3000\r".encode(),
        b'{"a":"\0"}',
        b"[1]",
        b'{"a":',
        b'{"a":1}\r',
    ]
    found = list(json_lines(_file(tmp_path, b"\n".join(lines)), Encoding("utf-8")))
    rows = [item for item in found if isinstance(item, ObjectLine)]
    assert rows == [
        ObjectLine(1, lines[0], "", {"a": "가"}),
        ObjectLine(2, lines[1], CP949_IN_UTF8, {"a": "대한민국 서울"}),
        ObjectLine(3, lines[2], "", {"a": None}),
        ObjectLine(9, lines[8], "", {"a": 1}),
    ]
    bad = [
        (item.where.line, item.raw, item.error.split(":")[0]) for item in found if isinstance(item, BadRow)
    ]
    assert bad == [
        (4, lines[3], "nothing but control characters"),
        (6, lines[5], "NUL characters in the line"),
        (7, lines[6], "no JSON object"),
        (8, lines[7], "no JSON"),
    ]
    assert found[-1] == FileNote("lines.txt", "blank lines", "1")
