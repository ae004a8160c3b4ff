"""KLUE's sentence pairs: inference (NLI) and similarity (STS), one JSON array a file.

KLUE 1.1 (https://github.com/KLUE-benchmark/KLUE, CC BY-SA 4.0). NLI: ``premise``, ``hypothesis``,
``gold_label``, the label its author meant (``author``) and those of four annotators (``label2`` to
``label5``); three hypotheses a premise. STS: two sentences, their similarity from 0 to 5 rounded to
one decimal (``label``) and as it was computed (``real-label``), the ``binary-label`` (1 from 3 on),
and what each annotator gave.
"""

from collections.abc import Callable, Iterator, Mapping

from curation.errors import UserError
from curation.readers import json_file
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.labels import required, score, squeezed, trimmed
from curation.records import BadRow, InstructionRecord, Location, Row
from curation.tasks.spec import TaskOptions, task

_NLI_LABELS = ("author", "label2", "label3", "label4", "label5")
_MOST_SIMILAR = 5


def read_nli(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the pairs; those with the same premise form a split group.

    Raises
    ------
    UserError
        When the file is no JSON array.
    """
    yield from _items(file, options, _nli)


def read_sts(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the pairs; those with the same first sentence form a split group.

    Raises
    ------
    UserError
        When the file is no JSON array.
    """
    yield from _items(file, options, _sts)


def _items(
    file: SourceFile,
    options: TaskOptions,
    make_record: Callable[[Mapping[str, object], TaskOptions], InstructionRecord],
) -> Iterator[Item]:
    pairs = json_file.load(file)
    if not isinstance(pairs, list):
        raise UserError(
            "This file holds no array of sentence pairs.",
            where=file.name,
            fix="The readers of KLUE take one JSON array a file; leave other files out of the recipe.",
        )
    for item, pair in enumerate(pairs, 1):
        where = Location(file.name, item)
        try:
            if not isinstance(pair, dict):
                raise ValueError("a pair is no object")
            yield Row(make_record(pair, options), where)
        except ValueError as error:
            yield BadRow(json_file.spelled(pair), where, str(error))


def _nli(pair: Mapping[str, object], options: TaskOptions) -> InstructionRecord:
    spec = task("klue_nli")
    premise = required(json_file.required_text(pair, "premise"), "premise")
    hypothesis = required(json_file.required_text(pair, "hypothesis"), "hypothesis")
    label, _ = trimmed(json_file.required_text(pair, "gold_label"))
    return spec.record(
        {"premise": premise, "hypothesis": hypothesis},
        [spec.in_words(label)],
        options,
        group=squeezed(premise),
        attributes={"label": label, **_kept(pair, ("guid", "source", *_NLI_LABELS))},
    )


def _sts(pair: Mapping[str, object], options: TaskOptions) -> InstructionRecord:
    first = required(json_file.required_text(pair, "sentence1"), "first sentence")
    second = required(json_file.required_text(pair, "sentence2"), "second sentence")
    labels, annotations = _object(pair, "labels"), pair.get("annotations")
    written = _kept(labels, ("label", "real-label", "binary-label"))
    if "label" not in written:
        raise ValueError("no 'label' among the labels")
    attributes = _kept(pair, ("guid", "source")) | written
    if isinstance(annotations, dict):
        attributes |= _kept(annotations, ("agreement",))
        lists = (name for name in ("annotators", "annotations") if name in annotations)
        attributes |= {name: json_file.spelled(annotations[name]).decode() for name in lists}
    return task("klue_sts").record(
        {"sentence1": first, "sentence2": second},
        [score(written["label"], _MOST_SIMILAR)],
        options,
        group=squeezed(first),
        attributes=attributes,
    )


def _object(pair: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = pair.get(key)
    if not isinstance(value, dict):
        raise ValueError(f"no object {key!r}")
    return value


def _kept(values: Mapping[str, object], names: tuple[str, ...]) -> dict[str, str]:
    return json_file.scalars({name: values[name] for name in names if name in values})


KLUE_NLI = Reader(
    name="klue_nli",
    summary="KLUE NLI: premise and hypothesis, with the label of each annotator",
    options=TaskOptions,
    read=read_nli,
    kind=lambda _: "instruction",
    suffixes=(".json",),
)
KLUE_STS = Reader(
    name="klue_sts",
    summary="KLUE STS: two sentences and their similarity from 0 to 5, with the binary label",
    options=TaskOptions,
    read=read_sts,
    kind=lambda _: "instruction",
    suffixes=(".json",),
)
