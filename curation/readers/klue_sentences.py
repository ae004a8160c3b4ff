"""Sentences of KLUE's tables, and of KoNEC's, which are set out like them.

A file begins with lines ``## name : value`` that explain it. Each sentence begins with
``## id<TAB>sentence``, then comes a line a word or character; a blank line ends it.
"""

from collections.abc import Callable, Iterator

from curation.errors import UserError
from curation.readers.base import Item, SourceFile
from curation.readers.blocks import blocks
from curation.readers.quoting import shown
from curation.records import BadRow, FileNote, InstructionRecord, Location, Row

# Makes the record of an id, a sentence and its lines, and names the recovery; a ValueError says why
# there is none.
MakeRecord = Callable[[str, str, list[str]], tuple[InstructionRecord, str]]


def read_sentences(file: SourceFile, reader: str, make_record: MakeRecord) -> Iterator[Item]:
    """Yield the sentences; the place of a row is its line ``## id``.

    Raises
    ------
    UserError
        When the file does not begin with a line ``## …``.
    """
    explained = -1
    for block in blocks(file):
        if isinstance(block, BadRow):
            yield block
            continue
        first = 0
        if explained < 0:
            if not block.lines[0].startswith("##"):
                raise UserError(
                    "This file does not begin with a line `## …`.",
                    where=f"{file.name}:{block.number}",
                    fix=f"The reader `{reader}` takes the corpus's own .tsv files: check the recipe.",
                )
            first = explained = _explaining(block.lines)
        if first == len(block.lines):
            continue
        heading, *lines = block.lines[first:]
        identifier, parted, sentence = heading.removeprefix("## ").partition("\t")
        try:
            if not parted or not heading.startswith("## "):
                raise ValueError(f"no line `## id` with a sentence at the beginning: {shown(heading)!r}")
            if not lines:
                raise ValueError("nothing but the sentence")
            record, recovery = make_record(identifier, sentence, lines)
        except ValueError as error:
            yield block.bad(file.name, str(error), first)
            continue
        where = Location(file.name, block.number + first)
        yield Row(record, where, len(lines) + 1, ", ".join(filter(None, (block.recovery, recovery))))
    if explained > 0:
        yield FileNote(file.name, "lines of explanation", str(explained))


def _explaining(lines: list[str]) -> int:
    """How many lines come before the first sentence's own."""
    for number, line in enumerate(lines):
        if not line.startswith("##") or " : " not in line.partition("\t")[0]:
            return number
    return len(lines)
