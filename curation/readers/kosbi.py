"""KoSBi: generated sentences about social groups, safe or unsafe in their context.

https://github.com/naver-ai/korean-safety-benchmarks, MIT; Lee et al. (2023), ACL Industry. A JSON array;
an object has a context and a sentence (with English translations), labels of both, kinds of harm, the
social group it was made for, and the groups that each rater saw in it (`annotated_demo`, nested). The
context alone is sometimes `undecided`, the sentence never.
"""

from collections.abc import Iterator
from functools import partial

from curation.readers import json_array, json_file
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.labels import required, squeezed, trimmed
from curation.records import InstructionRecord
from curation.tasks.spec import TaskOptions, task

_ATTRIBUTES = (
    *("demographic_category", "demographic_group", "context_en", "sentence_en"),
    *("context_label", "context_sub_label"),
)
_NESTED = ("sentence_sub_label", "annotated_demo")


def read(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the sentences with their contexts; those in the same context form a split group.

    Attributes that are lists in the corpus are JSON.

    Raises
    ------
    UserError
        When the file is no JSON array.
    """
    yield from json_array.rows(file, "sentences", partial(_record, options))


def _record(options: TaskOptions, values: dict[str, object]) -> InstructionRecord:
    context = required(json_file.required_text(values, "context"), "context")
    sentence = required(json_file.required_text(values, "sentence"), "sentence")
    label, _ = trimmed(json_file.required_text(values, "sentence_label"))
    attributes = {"label": label}
    attributes |= json_file.scalars({key: values[key] for key in _ATTRIBUTES if key in values})
    attributes |= {key: json_file.spelled(values[key]).decode() for key in _NESTED if values.get(key)}
    spec = task("kosbi")
    return spec.record(
        {"context": context, "sentence": sentence},
        [spec.in_words(label)],
        options,
        group=squeezed(context),
        attributes=attributes,
    )


KOSBI = Reader(
    name="kosbi",
    summary="KoSBi: sentences about social groups, safe or unsafe in their context",
    options=TaskOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".json",),
)
