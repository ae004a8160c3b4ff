"""모두의 말뭉치 NE: sentences with named entities, of 15 types (2019) or 150 (2021).

Files ``[NS]XNE…``: ``sentence[{id, form, word[], NE[{id, form, label, begin, end}]}]`` with ``end``
exclusive. Which set of types a file has is told by its first entity. Offsets at which another text
stands are mended where the form occurs in the sentence. An entity list may be null; a sentence without
the key is not annotated and goes to quarantine.
Access on application, no redistribution: https://corpus.korean.go.kr.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain

from curation.readers.base import Item, Reader, SourceFile
from curation.readers.json_file import required_text
from curation.readers.named_entities import TYPES_15, TYPES_150, in_lines
from curation.readers.nikl.entries import entries, located, mend
from curation.readers.nikl.sentences import Sentence, records, sentences
from curation.records import BadRow, FileNote, InstructionRecord
from curation.tasks.spec import TaskOptions, TaskSpec, task


def read(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the sentences; those of a document form a split group.

    Raises
    ------
    UserError
        When the file is no corpus of the institute.
    """
    found = sentences(file)
    ahead: list[Sentence | BadRow | FileNote] = []
    types: Mapping[str, str] = TYPES_15
    for item in found:
        ahead.append(item)
        if isinstance(item, Sentence) and (label := _first_label(item)):
            types = TYPES_150 if label in TYPES_150 else TYPES_15
            break
    spec = task("nikl_ne_150" if types is TYPES_150 else "nikl_ne_15")
    yield from records(chain(ahead, found), file.name, partial(_record, spec, types, options))


def _first_label(sentence: Sentence) -> str:
    held = sentence.value.get("NE")
    first = held[0] if isinstance(held, list) and held else None
    label = first.get("label") if isinstance(first, dict) else None
    return label if isinstance(label, str) else ""


def _record(
    spec: TaskSpec, types: Mapping[str, str], options: TaskOptions, sentence: Sentence
) -> tuple[InstructionRecord, str]:
    held = entries(sentence.value, "NE")
    places = [located(one, sentence.form) for one in held]
    spans = sorted(
        (begin, end, required_text(one, "label")) for one, (begin, end) in zip(held, places, strict=True)
    )
    answer = in_lines(sentence.form, spans, types)
    recovery = mend(held, places)
    record = spec.record(
        {"text": sentence.form},
        [answer],
        options,
        group=sentence.group,
        attributes=sentence.attributes(),
    )
    return record, recovery


NIKL_NE = Reader(
    name="nikl_ne",
    summary="모두의 말뭉치 named entities (NE), of 15 or 150 types",
    options=TaskOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".json",),
)
