"""Blocks of lines parted by blank lines: how corpora with one token a line set out a sentence."""

from collections.abc import Iterator
from typing import NamedTuple

from curation.readers.base import SourceFile
from curation.readers.encoding import Encoding, as_korean, file_encoding
from curation.readers.lines import CP949_IN_UTF8, physical_lines
from curation.records import BadRow, Location


class Block(NamedTuple):
    """Lines without a blank one among them: number of the first from 1, their bytes and texts.

    ``recovery`` says how the text was had when it was not in the file's encoding.
    """

    number: int
    raw: list[bytes]
    lines: list[str]
    recovery: str
    line_break: bytes

    def bad(self, name: str, error: str, first: int = 0) -> BadRow:
        """The block for quarantine, from its line ``first`` (counted from 0) on."""
        raw = self.raw[first:]
        return BadRow(self.line_break.join(raw), Location(name, self.number + first), error, len(raw))


def blocks(file: SourceFile) -> Iterator[Block | BadRow]:
    """Yield the blocks of a file; one without readable text as a row for quarantine.

    A block is decoded at once: line by line takes several times as long where a line is a syllable.
    """
    encoding = file_encoding(file)
    blank = {b"", "\r".encode(encoding.codec)}
    held: list[bytes] = []
    number = 0
    for number, raw in physical_lines(file, encoding):
        if raw not in blank:
            held.append(raw)
        elif held:
            yield _block(held, number - len(held), file.name, encoding)
            held = []
    if held:
        yield _block(held, number - len(held) + 1, file.name, encoding)


def _block(held: list[bytes], number: int, name: str, encoding: Encoding) -> Block | BadRow:
    codec, line_break = encoding.codec, encoding.line_break
    raw, recovery = line_break.join(held), ""
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError as error:
        korean = as_korean(raw) if codec == "utf-8" else None
        if korean is None:
            return BadRow(raw, Location(name, number), f"not {codec}: {error.reason}", len(held))
        text, recovery = korean, CP949_IN_UTF8
    if "\0" in text:
        return BadRow(raw, Location(name, number), "NUL characters in the lines", len(held))
    parting = line_break.decode(codec)
    if parting == "\n" and "\r" in text:
        text = text.replace("\r\n", "\n").removesuffix("\r")
    return Block(number, held, text.split(parting), recovery, line_break)
