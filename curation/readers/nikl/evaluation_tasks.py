"""What the objects of the yearly evaluation tasks hold, and how each becomes a record.

- emotion (``nikluge-2023-ea-…``): ``input{form, target{form, begin, end}}, output{joy: "True", …}``
- aspects (ABSA, ``nikluge-sa-2022-…``): ``sentence_form, annotation[["본품#품질", [form, begin, end],
  "negative"]]``, where the target is ``[null, 0, 0]`` when the sentence does not name it
- table to text (``nikluge-2022-table-…``, ``nikluge-gtps-2023-…``): ``input{metadata{…,
  highlighted_cells}, table}, output[…]``
- inference between sentences (연결 문장 추론): ``input{sentence_1, sentence_3, sentence_2_candidate_1,
  sentence_2_candidate_2}, output``
"""

from collections.abc import Callable, Mapping
from typing import Any

from curation.readers import json_file
from curation.readers.json_file import required_text
from curation.readers.named_entities import NOTHING
from curation.readers.nikl.entries import REPAIRED, located, mend
from curation.readers.nikl.tables import as_table, cells_of, linearised
from curation.readers.quoting import shown
from curation.records import InstructionRecord
from curation.table_text.model import table_attributes
from curation.tasks.spec import TaskOptions, task

# The record of an object, and how it was recovered; a ValueError says why there is none.
RecordOf = Callable[[TaskOptions, dict[str, Any]], tuple[InstructionRecord, str]]
_POLARITIES = {"positive": "긍정", "negative": "부정", "neutral": "중립"}
_WHOLE_TEXT = "글 전체"
_NO_TARGET = "대상 없음"


def task_of(values: Mapping[str, object]) -> RecordOf | None:
    """Tell by its keys how an object becomes a record; None when it belongs to none of the tasks."""
    if "sentence_form" in values and "annotation" in values:
        return _aspects
    given = values.get("input")
    if not isinstance(given, dict):
        return None
    if "table" in given:
        return _table_to_text
    if "sentence_1" in given and "sentence_3" in given:
        return _inference
    return _emotion if "form" in given and "target" in given else None


def _emotion(options: TaskOptions, values: dict[str, Any]) -> tuple[InstructionRecord, str]:
    given, output = _object(values, "input"), _object(values, "output")
    text = required_text(given, "form")
    target = given.get("target")
    form, recovery = _WHOLE_TEXT, ""
    if isinstance(target, dict) and target.get("form") is not None:
        begin, end = place = located(target, text)
        form, recovery = text[begin:end], mend([target], [place])
    spec = task("nikl_emotion")
    felt = [emotion for emotion in spec.labels if emotion != spec.alone and _truth(output, emotion)]
    record = spec.record(
        {"text": text, "target": form},
        [spec.all_in_words(felt or [spec.alone])],
        options,
        group=text,
        attributes=_attributes(values, {"target": target, "output": output}),
    )
    return record, recovery


def _truth(output: Mapping[str, object], emotion: str) -> bool:
    value = str(output.get(emotion))
    if value not in ("True", "False"):
        raise ValueError(f"the emotion {emotion!r} is neither True nor False")
    return value == "True"


def _aspects(options: TaskOptions, values: dict[str, Any]) -> tuple[InstructionRecord, str]:
    text = required_text(values, "sentence_form")
    annotation = values.get("annotation")
    if not isinstance(annotation, list):
        raise ValueError("no list 'annotation'")
    lines, places = [], []
    for one in annotation:
        aspect, target, polarity = _aspect(one)
        named = _NO_TARGET
        if target is not None:
            begin, end = place = located(target, text)
            named = text[begin:end]
            places.append((one[1], place))
        lines.append(f"{named} - {aspect} ({polarity})")
    recovery = ""
    for written, place in places:
        if tuple(written[1:3]) != place:
            written[1:3], recovery = place, REPAIRED
    record = task("nikl_absa").record(
        {"text": text},
        ["\n".join(lines) or NOTHING],
        options,
        group=text,
        attributes=_attributes(values, annotation),
    )
    return record, recovery


def _aspect(one: object) -> tuple[str, dict[str, Any] | None, str]:
    """The category, the target where the sentence names it, and the polarity in words."""
    target: dict[str, Any] | None = None
    match one:
        case [str(aspect), [None, *_], str(polarity)]:
            pass
        case [str(aspect), [str(form), int(begin), int(end)], str(polarity)]:
            target = {"form": form, "begin": begin, "end": end}
        case _:
            raise ValueError("an aspect is no [category, [form, begin, end], polarity]")
    try:
        return aspect, target, _POLARITIES[polarity]
    except KeyError:
        raise ValueError(f"the polarity {shown(polarity)!r} is unknown") from None


def _table_to_text(options: TaskOptions, values: dict[str, Any]) -> tuple[InstructionRecord, str]:
    given = _object(values, "input")
    metadata, table = _object(given, "metadata"), given.get("table")
    output = values.get("output")
    sentences = [output] if isinstance(output, str) else output
    if not isinstance(sentences, list) or not sentences:
        raise ValueError("no 'output'")
    if not all(isinstance(one, str) and one.strip() for one in sentences):
        raise ValueError("an output is empty or no text")
    cells = cells_of(table)
    known = _attributes(values, {"metadata": metadata, "table": table})
    record = task("nikl_table_to_text").record(
        {"table": linearised(metadata, cells)},
        sentences,
        options,
        group=json_file.spelled(table).decode(),
        attributes=known | table_attributes(as_table(metadata, cells)),
    )
    return record, ""


def _inference(options: TaskOptions, values: dict[str, Any]) -> tuple[InstructionRecord, str]:
    given = _object(values, "input")
    first, last = required_text(given, "sentence_1"), required_text(given, "sentence_3")
    label = required_text(values, "output")
    spec = task("nikl_inference")
    record = spec.record(
        {
            "first": first,
            "last": last,
            "candidate_1": required_text(given, "sentence_2_candidate_1"),
            "candidate_2": required_text(given, "sentence_2_candidate_2"),
        },
        [spec.in_words(shown(label))],
        options,
        group=f"{first}\n{last}",
        attributes=json_file.scalars({"id": values.get("id")}) | {"label": label},
    )
    return record, ""


def _object(values: Mapping[str, Any], key: str) -> dict[str, Any]:
    held = values.get(key)
    if isinstance(held, dict):
        return held
    raise ValueError(f"no object {key!r}")


def _attributes(values: Mapping[str, object], annotation: object) -> dict[str, str]:
    known = json_file.scalars({"id": values.get("id")})
    return known | {"annotation": json_file.spelled(annotation).decode()}
