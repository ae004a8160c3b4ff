"""Instruction records as tests expect them, and what tests look at in them."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from curation.records import InstructionRecord, Message, Row


def instruction(
    task: str,
    definition: str,
    asked: str,
    answers: list[str],
    *,
    group: str,
    labels: tuple[str, ...] = (),
    **attributes: str,
) -> InstructionRecord:
    """The record of one input, whose first answer is to be learned."""
    return InstructionRecord(
        (Message("user", asked), Message("assistant", answers[0])),
        task,
        definition,
        tuple(answers),
        labels,
        f"{task}-{hashlib.blake2b(group.encode(), digest_size=8).hexdigest()}",
        attributes,
    )


def turns(rows: Iterable[Row]) -> list[tuple[str, str]]:
    """The input and the output of each row."""
    return [tuple(message.content for message in row.record.messages) for row in rows]


def recoveries(rows: Iterable[Row]) -> dict[int, str]:
    """How rows were recovered, by their line."""
    return {row.where.line: row.recovery for row in rows if row.recovery}


def split_lines(path: Path) -> list[list[str]]:
    """The fields of a table parted by tabs, as a plain script takes it apart."""
    content = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    return [line.split("\t") for line in content.removesuffix("\n").split("\n")]
