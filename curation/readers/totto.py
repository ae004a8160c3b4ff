"""ToTTo: tables of Wikipedia with marked cells, each with sentences about those cells.

https://github.com/google-research-datasets/ToTTo, CC BY-SA 3.0. JSON lines; development and test tables
have two or three sentences, the published test tables none. Annotators made each sentence in steps:
the original of the page, what the cells do not support deleted from it, what is clear only on the page
spelled out, and the final sentence.
"""

from collections.abc import Iterator
from typing import Literal, get_args

import orjson

from curation.readers import json_file
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.encoding import file_encoding
from curation.readers.jsonl import json_lines, rows
from curation.records import InstructionRecord
from curation.table_text.model import table_of_json
from curation.table_text.record import TableOptions, table_record
from curation.tasks.spec import task

Stage = Literal["original", "deletion", "ambiguity", "final"]
# As ToTTo spells them; the keys of the middle two say after which step they stand.
_KEYS: dict[Stage, str] = {
    "original": "original_sentence",
    "deletion": "sentence_after_deletion",
    "ambiguity": "sentence_after_ambiguity",
    "final": "final_sentence",
}

_KNOWN: tuple[str, ...] = ("example_id", "table_webpage_url", "overlap_subset")


class TottoOptions(TableOptions):
    """How tables are written, and which ``sentence`` of the cleaning is the reference."""

    sentence: Stage = "final"


def read(file: SourceFile, options: TottoOptions) -> Iterator[Item]:
    """Yield the tables with their sentences; tables of one page form a split group.

    The sentences of all four stages stand in the attribute ``sentence_annotations``.
    """

    def record(values: dict[str, object]) -> InstructionRecord:
        table = table_of_json(values)
        chain = _annotations(values.get("sentence_annotations", []))
        known = {key: values[key] for key in _KNOWN if key in values}
        attributes = json_file.scalars(known)
        if chain:
            attributes["sentence_annotations"] = orjson.dumps(chain).decode()
        # Alike ones are kept: metrics fill up to three references, and would fill too many.
        references = [stages[_KEYS[options.sentence]] for stages in chain]
        return table_record(
            task("totto"),
            table,
            references,
            options,
            group=attributes.get("table_webpage_url") or table.page_title,
            attributes=attributes,
        )

    yield from rows(json_lines(file, file_encoding(file)), file.name, record)


def _annotations(listed: object) -> list[dict[str, str]]:
    if not isinstance(listed, list):
        raise ValueError("'sentence_annotations' is no list")
    return [_stages(one) for one in listed]


def _stages(annotation: object) -> dict[str, str]:
    if not isinstance(annotation, dict):
        raise ValueError("an annotation is no object")
    return {_KEYS[stage]: json_file.required_text(annotation, _KEYS[stage]) for stage in get_args(Stage)}


TOTTO = Reader(
    name="totto",
    summary="ToTTo: tables of Wikipedia with marked cells, and sentences about those cells",
    options=TottoOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".jsonl",),
)
