"""Physical lines of a file: their number, their bytes, and their text where they have one."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from curation.readers.base import SourceFile
from curation.readers.encoding import Encoding, as_korean, cannot_open
from curation.records import BadRow, Location

CP949_IN_UTF8 = "CP949 line in a UTF-8 file"
_CHUNK = 1 << 18
_BLANKS = " \t\r\n\v\f"
_CONTROLS = "".join(map(chr, range(0x20))) + "\x7f"


class Line(NamedTuple):
    """A line that could be decoded: number from 1, bytes and text without the line break.

    A carriage return before the line break is kept. ``recovery`` says how the text was had when
    it was not in the file's encoding.
    """

    number: int
    raw: bytes
    text: str
    recovery: str


def physical_lines(file: SourceFile, encoding: Encoding) -> Iterator[tuple[int, bytes]]:
    """Yield (number from 1, bytes) of each line, without byte order mark and line break.

    Lines part at the encoding's line break only, never inside a character of UTF-16.
    """
    try:
        with file.path.open("rb") as stream:
            stream.seek(len(encoding.mark))
            if encoding.line_break == b"\n":
                for number, raw in enumerate(stream, 1):
                    yield number, raw.removesuffix(b"\n")
            else:
                yield from enumerate(_parted(stream, encoding.line_break), 1)
    except OSError as error:
        raise cannot_open(file, error) from error


def _parted(stream: BinaryIO, line_break: bytes) -> Iterator[bytes]:
    width = len(line_break)
    buffer, searched = b"", 0
    while chunk := stream.read(_CHUNK):
        buffer += chunk
        start = 0
        while (end := buffer.find(line_break, searched)) >= 0:
            if (end - start) % width:
                searched = end + 1  # the second half of one character and the first of the next
                continue
            yield buffer[start:end]
            start = searched = end + width
        buffer, searched = buffer[start:], max(0, len(buffer) - start - width + 1)
    if buffer:
        yield buffer


def text_lines(file: SourceFile, encoding: Encoding) -> Iterator[Line | BadRow]:
    """Yield each line with its text; one without readable text as a row for quarantine."""
    codec = encoding.codec
    may_hold_cp949 = codec == "utf-8"
    for number, raw in physical_lines(file, encoding):
        recovery = ""
        try:
            text = raw.decode(codec)
        except UnicodeDecodeError as error:
            korean = as_korean(raw) if may_hold_cp949 else None
            if korean is None:
                yield BadRow(raw, Location(file.name, number), f"not {codec}: {error.reason}")
                continue
            text, recovery = korean, CP949_IN_UTF8
        if "\0" in text:
            yield BadRow(raw, Location(file.name, number), "NUL characters in the line")
        elif text[:1] in _CONTROLS and text.strip(_BLANKS) and not text.strip(_CONTROLS):
            yield BadRow(raw, Location(file.name, number), "nothing but control characters")
        else:
            yield Line(number, raw, text, recovery)
