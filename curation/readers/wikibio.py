"""WikiBio: information boxes of people, and the first paragraphs of their articles (Lebret et al. 2016).

https://github.com/DavidGrangier/wikipedia-biography-dataset, CC BY-SA 3.0. A folder with, for each part,
`train.box` (a person a line, `field_1:word` parted by tabs, `field:<none>` where there is no value),
`train.nb` (the number of sentences of each article) and `train.sent` (the sentences, one a line); beside
them may lie `train.id`, `train.title`, `train.url` and `train.contributors`. The first sentence is the
reference. Texts are in lower case, with brackets as -lrb- and -rrb-.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from curation.errors import UserError
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.encoding import Encoding, cannot_open
from curation.readers.lines import Line, text_lines
from curation.records import BadRow, FileNote, Location, Row
from curation.table_text.model import table_of_pairs
from curation.table_text.record import TableOptions, table_record
from curation.tasks.spec import task

_BESIDE = ("id", "title", "url", "contributors")
_LONGEST_COUNT = 6
_UTF8 = Encoding("utf-8")


def read(folder: SourceFile, options: TableOptions) -> Iterator[Item]:
    """Yield the people of each part; a place is the line of the `.box` file.

    Raises
    ------
    UserError
        When the folder has no `.box` file, or one of them lacks its `.nb` or `.sent`.
    """
    try:
        boxes = sorted(path for path in folder.path.iterdir() if path.suffix == ".box" and path.is_file())
    except OSError as error:
        raise cannot_open(folder, error) from error
    if not boxes:
        raise UserError(
            "There is no `.box` file in this folder.",
            where=folder.name,
            fix="Give the folder that holds train.box, train.nb and train.sent.",
        )
    for box in boxes:
        yield from _part(folder, box, options)


def fields(line: str) -> list[tuple[str, str]]:
    """Give the fields of a box with their words joined, those without a value left out.

    Raises
    ------
    ValueError
        When an entry has no colon; the message is the reason for quarantine.

    Examples
    --------
    >>> fields("name_1:ada\\tname_2:rowan\\timage:<none>")
    [('name', 'ada rowan')]
    """
    found: dict[str, list[str]] = {}
    for entry in line.split("\t"):
        if not entry.strip():
            continue
        key, colon, word = entry.partition(":")
        if not colon:
            raise ValueError("an entry of the box has no colon")
        if word != "<none>":
            name, _, place = key.rpartition("_")
            found.setdefault(name if name and place.isdecimal() else key, []).append(word)
    if not found:
        raise ValueError("the box has no values")
    return [(name, " ".join(words)) for name, words in found.items()]


def _part(folder: SourceFile, box: Path, options: TableOptions) -> Iterator[Item]:
    name = f"{folder.name}/{box.name}"
    counts, sentences = _texts(folder, box, "nb"), _texts(folder, box, "sent")
    beside = {
        suffix: _texts(folder, box, suffix) for suffix in _BESIDE if box.with_suffix(f".{suffix}").is_file()
    }
    lost = False
    for line in text_lines(SourceFile(box, name), _UTF8):
        known = {suffix: next(texts, None) or "" for suffix, texts in beside.items()}
        count = _count(next(counts, None))
        # Without a number nobody knows where the sentences of those who follow begin.
        lost = lost or count is None
        own = list(islice(sentences, count)) if not lost else []
        yield line if isinstance(line, BadRow) else _row(line, name, own, known, options)
    left = sum(1 for _ in sentences)
    if left:
        yield FileNote(name, "sentences of no person", str(left))


def _row(
    line: Line, name: str, sentences: list[str | None], known: dict[str, str], options: TableOptions
) -> Row | BadRow:
    where = Location(name, line.number)
    first, *following = sentences or [None]
    try:
        pairs = fields(line.text.removesuffix("\r"))
        if not first:
            raise ValueError("no sentence belongs to this box")
        attributes = {key: value for key, value in known.items() if value}
        if any(following):
            attributes["further_sentences"] = "\n".join(filter(None, following))
        record = table_record(
            task("wikibio"),
            table_of_pairs(pairs),
            (first,),
            options,
            group=known.get("title", ""),
            attributes=attributes,
        )
    except ValueError as error:
        return BadRow(line.raw, where, str(error))
    return Row(record, where, recovery=line.recovery)


def _texts(folder: SourceFile, box: Path, suffix: str) -> Iterator[str | None]:
    """Yield the lines of the file beside a box; None for one that cannot be read.

    Raises
    ------
    UserError
        When there is no such file.
    """
    path = box.with_suffix(f".{suffix}")
    name = f"{folder.name}/{path.name}"
    if not path.is_file():
        raise UserError(
            "This file of the corpus is missing.",
            where=name,
            fix=f"Put it beside {box.name}, or leave that part out of the folder.",
        )
    for line in text_lines(SourceFile(path, name), _UTF8):
        yield line.text.strip() if isinstance(line, Line) else None


def _count(written: str | None) -> int | None:
    """Give the number of sentences, or None where there is none to read."""
    plain = written is not None and written.isascii() and written.isdigit() and len(written) <= _LONGEST_COUNT
    return int(written) if written is not None and plain else None


WIKIBIO = Reader(
    name="wikibio",
    summary="WikiBio: information boxes of people, and the first sentence of their articles",
    options=TableOptions,
    read=read,
    kind=lambda _: "instruction",
    unit="folder",
)
