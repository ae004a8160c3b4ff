"""LBox Open: judgments of Korean courts, and tasks over them; JSON lines, one file a split.

https://github.com/lbox-kr/lbox-open, https://huggingface.co/datasets/lbox/lbox_open; CC BY-NC-ND 4.0 by its
README, CC BY-NC 4.0 by its code; Hwang et al. (2022), NeurIPS Datasets and Benchmarks. All objects have
``id``; those of the tasks ``casetype`` (civil or criminal), ``casename`` and ``facts`` beside it:
``statutes`` (a list) for the statutes; ``label{text, fine_lv, imprisonment_with_labor_lv,
imprisonment_without_labor_lv}``, ``reason`` and ``ruling`` for criminal judgments; ``claim_acceptance_lv`` (0
rejected, 1 in part, 2 in full), ``gist_of_claim{text, money}`` and ``ruling`` for civil ones. Summaries have
``precedent`` and ``summary``, the corpus ``precedent`` alone. In version 0.1 some ``facts`` are blank. Where
a parsed sum is missing, its value is -1 and its unit empty.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from curation.readers import json_file
from curation.readers.base import Item, Options, Reader, SourceFile
from curation.readers.encoding import file_encoding
from curation.readers.jsonl import json_lines, rows
from curation.readers.labels import required, trimmed
from curation.records import InstructionRecord, TextRecord
from curation.tasks.spec import TaskOptions, task

_KNOWN = ("id", "casetype", "casename")
_PUNISHMENTS = {
    "벌금": "fine_lv",
    "징역": "imprisonment_with_labor_lv",
    "금고": "imprisonment_without_labor_lv",
}

Task = Literal["casename", "statute", "ljp_criminal", "ljp_civil", "summarization"]


class LboxOptions(TaskOptions):
    """Which task the file is of; the tables of the tasks have different columns."""

    task: Task = "casename"


class LboxPrecedentsOptions(Options):
    """Precedents have no options."""


def read(file: SourceFile, options: LboxOptions) -> Iterator[Item]:
    """Yield the cases; those with the same facts or the same precedent form a split group."""
    make = _TASKS[options.task]
    found = json_lines(file, file_encoding(file))
    yield from rows(found, file.name, lambda values: make(values, options))


def read_precedents(file: SourceFile, _options: LboxPrecedentsOptions) -> Iterator[Item]:
    """Yield the precedents as texts."""
    yield from rows(json_lines(file, file_encoding(file)), file.name, _precedent)


def _precedent(values: dict[str, object]) -> TextRecord:
    return TextRecord(_text(values, "precedent"), attributes=_kept(values, "id"))


def _casename(values: dict[str, object], options: LboxOptions) -> InstructionRecord:
    facts = _text(values, "facts")
    name, _ = trimmed(_text(values, "casename"))
    return task("lbox_casename").record(
        {"facts": facts}, [name], options, group=facts, attributes=_kept(values, "id", "casetype")
    )


def _statute(values: dict[str, object], options: LboxOptions) -> InstructionRecord:
    facts, statutes = _text(values, "facts"), values.get("statutes")
    if not isinstance(statutes, list) or not statutes or not all(isinstance(one, str) for one in statutes):
        raise ValueError("'statutes' is no list of texts")
    return task("lbox_statute").record(
        {"facts": facts}, [", ".join(statutes)], options, group=facts, attributes=_kept(values, *_KNOWN)
    )


def _criminal(values: dict[str, object], options: LboxOptions) -> InstructionRecord:
    facts, label = _text(values, "facts"), _object(values, "label")
    known = json_file.scalars(label)
    missing = [name for name in _PUNISHMENTS.values() if not known.get(name, "").isdecimal()]
    if missing:
        raise ValueError(f"{missing[0]!r} is no level")
    attributes = _kept(values, *_KNOWN, "reason", "ruling") | {"label": json_file.spelled(label).decode()}
    return task("lbox_ljp_criminal").record(
        {"casename": _text(values, "casename"), "facts": facts},
        [", ".join(f"{korean} {known[name]}" for korean, name in _PUNISHMENTS.items())],
        options,
        group=facts,
        attributes=attributes,
    )


def _civil(values: dict[str, object], options: LboxOptions) -> InstructionRecord:
    facts, claim = _text(values, "facts"), _object(values, "gist_of_claim")
    level = json_file.scalars(values).get("claim_acceptance_lv", "")
    spec = task("lbox_ljp_civil")
    attributes = _kept(values, *_KNOWN, "ruling") | {"label": level}
    if isinstance(claim.get("money"), dict):
        attributes["claimed"] = json_file.spelled(claim["money"]).decode()
    return spec.record(
        {"casename": _text(values, "casename"), "facts": facts, "claim": _text(claim, "text")},
        [spec.in_words(level)],
        options,
        group=facts,
        attributes=attributes,
    )


def _summary(values: dict[str, object], options: LboxOptions) -> InstructionRecord:
    precedent = _text(values, "precedent")
    return task("lbox_summarization").record(
        {"precedent": precedent},
        [_text(values, "summary")],
        options,
        group=precedent,
        attributes=_kept(values, "id"),
    )


_TASKS: dict[Task, Callable[[dict[str, object], LboxOptions], InstructionRecord]] = {
    "casename": _casename,
    "statute": _statute,
    "ljp_criminal": _criminal,
    "ljp_civil": _civil,
    "summarization": _summary,
}


def _text(values: Mapping[str, object], key: str) -> str:
    return required(json_file.required_text(values, key), f"text of {key!r}")


def _object(values: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = values.get(key)
    if not isinstance(value, dict):
        raise ValueError(f"no object {key!r}")
    return value


def _kept(values: Mapping[str, object], *names: str) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else json_file.spelled(value).decode()
        for name in names
        if (value := values.get(name)) is not None
    }


LBOX = Reader(
    name="lbox",
    summary="LBox Open: facts of a case, and its name, statutes or judgment; precedents with summaries",
    options=LboxOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".jsonl",),
)
LBOX_PRECEDENTS = Reader(
    name="lbox_precedents",
    summary="LBox Open: precedents of Korean courts as texts",
    options=LboxPrecedentsOptions,
    read=read_precedents,
    kind=lambda _: "text",
    suffixes=(".jsonl",),
)
