"""KommonGen: write a sentence with all the given words.

https://github.com/nlpai-lab/KommonGen, MIT. JSON lines, although the files are named `.json`, with the
keys concept-set (words with blanks between) and scene (the sentence). Some sets stand there more than
once, each time with another sentence.
"""

from collections.abc import Iterator
from functools import partial

from curation.readers import json_file
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.encoding import file_encoding
from curation.readers.jsonl import json_lines, rows
from curation.readers.labels import required
from curation.records import InstructionRecord
from curation.tasks.spec import TaskOptions, task


def read(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the sets of words with their sentences; the same words in any order form a split group."""
    yield from rows(json_lines(file, file_encoding(file)), file.name, partial(_record, options))


def _record(options: TaskOptions, values: dict[str, object]) -> InstructionRecord:
    words = required(json_file.required_text(values, "concept-set"), "concept-set").split()
    scene = required(json_file.required_text(values, "scene"), "scene")
    fields = {"words": ", ".join(words)}
    return task("kommongen").record(fields, [scene], options, group=" ".join(sorted(words)))


KOMMONGEN = Reader(
    name="kommongen",
    summary="KommonGen: words to be used, and a sentence that uses them all",
    options=TaskOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".json", ".jsonl"),
)
