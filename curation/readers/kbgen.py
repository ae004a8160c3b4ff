"""KBGen 2013: relations between biological entities and events, and a sentence that states them.

http://www.kbgen.org (Banik, Gardent and Kow 2013), for academic use. A folder of `.trip` files in Lisp's
brackets: `(KBGEN-INPUT :TRIPLES ((|Cell1| |has-part| |Nucleus2|) …) :INSTANCE-TYPES ((|Nucleus2|
|instance-of| |Nucleus|) …) :ROOT-TYPES (…))`. The sentences for a file stand beside it under the same name
with `.txt`, one a line; test inputs have none.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from curation.errors import UserError
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.encoding import Encoding, cannot_open
from curation.readers.lines import Line, text_lines
from curation.records import BadRow, InstructionRecord, Location, Row
from curation.table_text.model import Cell, Table
from curation.table_text.record import TableOptions, table_record
from curation.tasks.spec import task

_TOKEN = re.compile(r"[()]|\|[^|]*\||\"[^\"]*\"|[^\s()|\"]+")
_INSTANCE = re.compile(r"(.*?[^0-9])[0-9]+")
_UTF8 = Encoding("utf-8")

Triple = tuple[str, str, str]


def read(folder: SourceFile, options: TableOptions) -> Iterator[Item]:
    """Yield an input a file; those with the same root form a split group.

    Raises
    ------
    UserError
        When the folder has no `.trip` file.
    """
    try:
        paths = sorted(path for path in folder.path.iterdir() if path.suffix == ".trip" and path.is_file())
        if not paths:
            raise UserError(
                "There is no `.trip` file in this folder.",
                where=folder.name,
                fix="Give the folder that holds the inputs of KBGen.",
            )
        for path in paths:
            yield _input(path, f"{folder.name}/{path.name}", options)
    except OSError as error:
        raise cannot_open(folder, error) from error


def sections(text: str) -> dict[str, list[Triple]]:
    """Give the triples of an input by the name of their section.

    Raises
    ------
    ValueError
        When the brackets do not match or hold no triples; the message is the reason for quarantine.

    Examples
    --------
    >>> sections("(KBGEN-INPUT :TRIPLES ((|Cell1| |has-part| |Nucleus2|)))")
    {'triples': [('Cell1', 'has-part', 'Nucleus2')]}
    """
    found: dict[str, list[Triple]] = {}
    open_lists: list[list[str]] = []
    name = ""
    for part in _TOKEN.findall(text):
        if part == "(":
            open_lists.append([])
        elif part == ")":
            if not open_lists:
                raise ValueError("a bracket closes that was never opened")
            held = open_lists.pop()
            if len(held) == 3 and name:
                found.setdefault(name, []).append((held[0], held[1], held[2]))
            elif held and name and not held[0].startswith("KBGEN"):
                raise ValueError("a list of the input is no triple")
        elif part.startswith(":"):
            name = part[1:].lower()
        elif open_lists:
            open_lists[-1].append(part.strip('|"'))
    if open_lists:
        raise ValueError("a bracket is never closed")
    if not found.get("triples"):
        raise ValueError("the input has no triples")
    return found


def _input(path: Path, name: str, options: TableOptions) -> Row | BadRow:
    raw = path.read_bytes()
    where = Location(name, 1)
    try:
        return Row(_record(raw.decode(), _sentences(path, name), options), where, raw.count(b"\n") or 1)
    except ValueError as error:
        reason = "not utf-8" if isinstance(error, UnicodeDecodeError) else str(error)
        return BadRow(raw, where, reason, raw.count(b"\n") or 1)


def _sentences(path: Path, name: str) -> list[str]:
    beside = path.with_suffix(".txt")
    if not beside.is_file():
        return []
    found = []
    for line in text_lines(SourceFile(beside, name), _UTF8):
        if not isinstance(line, Line):
            raise ValueError(f"the sentences beside the input: {line.error}")
        if line.text.strip():
            found.append(line.text.strip())
    return found


def _record(text: str, sentences: list[str], options: TableOptions) -> InstructionRecord:
    known = sections(text)
    types = {instance: concept for instance, _, concept in known.get("instance-types", ())}
    rows = tuple(
        (
            Cell(_named(subject, types), is_header=True),
            Cell(relation, is_header=True),
            Cell(_named(value, types)),
        )
        for subject, relation, value in known["triples"]
    )
    roots = [subject for subject, _, _ in known.get("root-types", ())]
    return table_record(
        task("kbgen"),
        Table(rows, highlighted=tuple((row, 2) for row in range(len(rows)))),
        sentences,
        options,
        group="|".join(roots),
        attributes={"input": " ".join(text.split())},
    )


def _named(instance: str, types: dict[str, str]) -> str:
    """Name an instance by its concept, or by its own name without the number at its end."""
    if instance in types:
        return types[instance]
    numbered = _INSTANCE.fullmatch(instance)
    return numbered[1] if numbered else instance


KBGEN = Reader(
    name="kbgen",
    summary="KBGen: relations between biological entities and events, and sentences that state them",
    options=TableOptions,
    read=read,
    kind=lambda _: "instruction",
    unit="folder",
)
