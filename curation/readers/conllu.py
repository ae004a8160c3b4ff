"""CoNLL-U: treebanks of Universal Dependencies, such as UD Korean GSD, Kaist and PUD.

Format: https://universaldependencies.org/format.html; the licence is each treebank's own (GSD, Kaist and
PUD: CC BY-SA). A sentence is comment lines and one line of ten columns a word, among them ranges of
words written as one (``3-4``) and empty nodes (``5.1``). All lines are kept in ``annotation``, so that
the sentence can be written again as it was; the answer names the words of the tree alone.
"""

from collections.abc import Iterator

from curation.errors import UserError
from curation.readers import json_file
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.blocks import Block, blocks
from curation.readers.dependencies import in_lines, universal_relation
from curation.readers.quoting import shown
from curation.records import BadRow, InstructionRecord, Location, Row
from curation.tasks.spec import TaskOptions, TaskSpec, task

_COLUMNS = 10
OTHER_TEXT = "the text line differs from the words"


def read(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the sentences; those of a document (``# newdoc``) form a split group.

    Raises
    ------
    UserError
        When neither a comment nor a word of ten columns is at the beginning.
    """
    spec = task("conllu")
    document = ""
    first = True
    for block in blocks(file):
        if isinstance(block, BadRow):
            yield block
            continue
        if first and not block.lines[0].startswith("#") and block.lines[0].count("\t") != _COLUMNS - 1:
            raise UserError(
                "This file does not begin with a comment or a word of ten columns, as CoNLL-U does.",
                where=f"{file.name}:{block.number}",
                fix="Check the file, or leave it out of the recipe.",
            )
        first = False
        named = dict(_comment(line) for line in block.lines if line[0] == "#")
        if "newdoc" in named or "newdoc id" in named:
            document = named.get("newdoc id", f"{file.name}:{block.number}")
        try:
            record, recovery = _record(block, named, document, spec, options)
        except ValueError as error:
            yield block.bad(file.name, str(error))
        else:
            yield Row(record, Location(file.name, block.number), len(block.lines), recovery)


def _comment(line: str) -> tuple[str, str]:
    name, _, value = line[1:].partition("=")
    return name.strip(), value.strip()


def _record(
    block: Block, named: dict[str, str], document: str, spec: TaskSpec, options: TaskOptions
) -> tuple[InstructionRecord, str]:
    comments = [line for line in block.lines if line[0] == "#"]
    fields = [line.split("\t") for line in block.lines if line[0] != "#"]
    if not fields or any(len(one) != _COLUMNS for one in fields):
        raise ValueError(f"not every word has {_COLUMNS} columns")
    spelled = _text(fields)
    text = named.get("text", spelled)
    reasons = [block.recovery, "" if text == spelled else OTHER_TEXT]
    record = spec.record(
        {"text": text},
        [_tree(fields)],
        options,
        group=document,
        attributes={
            **({"id": named["sent_id"]} if "sent_id" in named else {}),
            "annotation": json_file.spelled({"comments": comments, "words": fields}).decode(),
        },
    )
    return record, ", ".join(filter(None, reasons))


def _tree(fields: list[list[str]]) -> str:
    words = [one for one in fields if one[0].isdecimal()]
    return in_lines(
        [one[0] for one in words],
        [one[1] for one in words],
        [one[6] for one in words],
        [universal_relation(one[7]) for one in words],
    )


def _text(fields: list[list[str]]) -> str:
    """The sentence as its words spell it: a range stands for the words in it, an empty node for nothing."""
    parts: list[str] = []
    within = 0  # the last word of the range that was spelled
    for word in fields:
        number = word[0]
        if number.isdecimal():
            if within and int(number) <= within:
                continue
        elif "-" in number:
            within = _last_of(number)
        else:
            continue
        parts.append(word[1])
        misc = word[9]
        if "SpaceAfter=No" not in misc or "SpaceAfter=No" not in misc.split("|"):
            parts.append(" ")
    return "".join(parts).rstrip()


def _last_of(span: str) -> int:
    last = span.rpartition("-")[2]
    if not last.isdecimal():
        raise ValueError(f"{shown(span)!r} is no range of words")
    return int(last)


CONLLU = Reader(
    name="conllu",
    summary="CoNLL-U: treebanks of Universal Dependencies",
    options=TaskOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".conllu",),
)
