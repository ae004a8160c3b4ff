"""Xpersona: talks in which one speaker keeps to a persona.

https://github.com/HLTCHKUST/Xpersona, MIT; Lin et al. (2021), NLP4ConvAI. A JSON array; an object has
`persona` (sentences about the second speaker) and `dialogue` (pairs of an utterance and a reply).
"""

import dataclasses
from collections.abc import Iterator
from functools import partial

from curation.readers import json_array
from curation.readers.base import Item, Reader, SourceFile
from curation.records import InstructionRecord, Message
from curation.tasks.spec import TaskOptions, task


class XpersonaOptions(TaskOptions):
    """How the definition is worded; the turns are those of the corpus."""


def read(file: SourceFile, options: XpersonaOptions) -> Iterator[Item]:
    """Yield the talks; the persona is the system's message, and equal ones form a split group.

    Raises
    ------
    UserError
        When the file is no JSON array.
    """
    yield from json_array.rows(file, "talks", partial(_record, options))


def _record(options: XpersonaOptions, values: dict[str, object]) -> InstructionRecord:
    persona = "\n".join(_sentences(values.get("persona")))
    turns = _turns(values.get("dialogue"))
    fields = {"persona": persona, "dialogue": "\n".join(turn.content for turn in turns[:-1])}
    worded = task("xpersona").record(fields, [turns[-1].content], options, group=persona)
    return dataclasses.replace(worded, messages=(Message("system", persona), *turns))


def _sentences(persona: object) -> list[str]:
    if not isinstance(persona, list) or not persona or not all(isinstance(one, str) for one in persona):
        raise ValueError("'persona' is no list of sentences")
    return persona


def _turns(dialogue: object) -> list[Message]:
    if not isinstance(dialogue, list) or not dialogue:
        raise ValueError("'dialogue' is no list of turns")
    turns = []
    for number, pair in enumerate(dialogue, 1):
        match pair:
            case [str(utterance), str(reply)]:
                turns += [Message("user", utterance), Message("assistant", reply)]
            case _:
                raise ValueError(f"turn {number} of 'dialogue' is no utterance with a reply")
    return turns


XPERSONA = Reader(
    name="xpersona",
    summary="Xpersona: a persona and a talk whose second speaker keeps to it",
    options=XpersonaOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".json",),
)
