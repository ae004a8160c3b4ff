"""Physical lines of a file: their number, their bytes, and their text where they have one."""

import re
from collections.abc import Iterator
from functools import partial
from itertools import chain, count, repeat
from typing import BinaryIO, NamedTuple

from curation.readers.base import SourceFile
from curation.readers.encoding import Encoding, as_korean, cannot_open
from curation.records import BadRow, Location

CP949_IN_UTF8 = "CP949 line in a UTF-8 file"
_CHUNK = 1 << 16  # larger ones take longer, as in `encoding`
_BLANKS = " \t\r\n\v\f"
_CONTROLS = "".join(map(chr, range(0x20))) + "\x7f"
_BEGINS_WITH_CONTROL = re.compile(r"^(?!\r?$)[\x00-\x09\x0b-\x1f\x7f]", re.MULTILINE)
_RARE = [sign for sign in _CONTROLS if sign not in _BLANKS]
_RARE_BYTES = [sign.encode() for sign in _RARE]
# Encodings in which no character holds a line break, and none depends on those before it. In the wide
# ones every character of ASCII holds a byte that is a control character elsewhere.
_NARROW = frozenset({"ascii", "cp949", "utf-8"})
_WIDE = frozenset({"utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"})


class Line(NamedTuple):
    """A line that could be decoded: number from 1, bytes and text without the line break.

    A carriage return before the line break is kept. ``recovery`` says how the text was had when
    it was not in the file's encoding.
    """

    number: int
    raw: bytes
    text: str
    recovery: str


class SoundLines(NamedTuple):
    """Lines that follow one another and are all in the file's encoding.

    ``first`` is the number of the first; ``with_returns`` says whether a carriage return is among them.
    """

    first: int
    raws: list[bytes]
    texts: list[str]
    with_returns: bool


# As `Line` makes them, without its constructor in Python, which takes half as long again.
_of_values = partial(tuple.__new__, Line)


def physical_lines(file: SourceFile, encoding: Encoding) -> Iterator[tuple[int, bytes]]:
    """Yield (number from 1, bytes) of each line, without byte order mark and line break.

    Lines part at the encoding's line break only, never inside a character of UTF-16.
    """
    for first, raws in _blocks(file, encoding):
        yield from enumerate(raws, first)


def _blocks(file: SourceFile, encoding: Encoding) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the lines in blocks, each with the number of its first line."""
    try:
        with file.path.open("rb") as stream:
            stream.seek(len(encoding.mark))
            number = 1
            if encoding.line_break == b"\n":
                while block := stream.read(_CHUNK):
                    if not block.endswith(b"\n"):
                        block += stream.readline()
                    raws = block.removesuffix(b"\n").split(b"\n")
                    yield number, raws
                    number += len(raws)
            else:
                for raws in _parted(stream, encoding.line_break):
                    yield number, raws
                    number += len(raws)
    except OSError as error:
        raise cannot_open(file, error) from error


def _parted(stream: BinaryIO, line_break: bytes) -> Iterator[list[bytes]]:
    width = len(line_break)
    buffer, searched = b"", 0
    while chunk := stream.read(_CHUNK):
        buffer += chunk
        start, raws = 0, []
        while (end := buffer.find(line_break, searched)) >= 0:
            if (end - start) % width:
                searched = end + 1  # the second half of one character and the first of the next
                continue
            raws.append(buffer[start:end])
            start = searched = end + width
        buffer, searched = buffer[start:], max(0, len(buffer) - start - width + 1)
        if raws:
            yield raws
    if buffer:
        yield [buffer]


def text_lines(file: SourceFile, encoding: Encoding) -> Iterator[Line | BadRow]:
    """Give each line with its text; one without readable text as a row for quarantine."""
    return chain.from_iterable(
        map(_of_values, zip(count(block.first), block.raws, block.texts, repeat("")))
        if isinstance(block, SoundLines)
        else block
        for block in text_blocks(file, encoding)
    )


def text_blocks(file: SourceFile, encoding: Encoding) -> Iterator[SoundLines | Iterator[Line | BadRow]]:
    """Yield the lines in blocks, so that those without a fault cost no more than a plain parser's."""
    may_be_decoded_whole = encoding.codec in _NARROW | _WIDE and encoding.line_break == "\n".encode(
        encoding.codec
    )
    for first, raws in _blocks(file, encoding):
        sound = _sound_lines(first, raws, encoding) if may_be_decoded_whole else None
        if sound is None:
            yield (text_line(file, encoding.codec, number, raw) for number, raw in enumerate(raws, first))
        else:
            yield sound


def _sound_lines(first: int, raws: list[bytes], encoding: Encoding) -> SoundLines | None:
    """Decode a block of lines at once; nothing when one of them may need a closer look."""
    block = encoding.line_break.join(raws)
    try:
        text = block.decode(encoding.codec)
    except UnicodeDecodeError:
        return None
    # Most blocks hold no such character, which is soon found out.
    if encoding.codec in _WIDE:
        has_rare = any(map(text.__contains__, _RARE))
    else:
        has_rare = any(map(block.__contains__, _RARE_BYTES))  # bytes are searched faster
    if has_rare and ("\0" in text or _BEGINS_WITH_CONTROL.search(text)):
        return None
    return SoundLines(first, raws, text.split("\n"), "\r" in text)


def text_line(file: SourceFile, codec: str, number: int, raw: bytes) -> Line | BadRow:
    """Decode one line; one without readable text is a row for quarantine."""
    recovery = ""
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError as error:
        korean = as_korean(raw) if codec == "utf-8" else None
        if korean is None:
            return BadRow(raw, Location(file.name, number), f"not {codec}: {error.reason}")
        text, recovery = korean, CP949_IN_UTF8
    if "\0" in text:
        return BadRow(raw, Location(file.name, number), "NUL characters in the line")
    if text[:1] in _CONTROLS and text.strip(_BLANKS) and not text.strip(_CONTROLS):
        return BadRow(raw, Location(file.name, number), "nothing but control characters")
    return Line(number, raw, text, recovery)
