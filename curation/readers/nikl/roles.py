"""모두의 말뭉치 SRL: predicates of sentences and their arguments with semantic roles.

``SRL[{predicate{form, begin, end, lemma, sense_id}, argument[{form, label, begin, end}]}]`` in each
sentence. Roles ARG0 to ARG5 differ from predicate to predicate and keep their names; those of adjuncts
(ARGM-TMP) are told in words. The layout is from memory: keys that are not used here are kept as they are.
Access on application, no redistribution: https://corpus.korean.go.kr.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from curation.readers.base import Item, Reader, SourceFile
from curation.readers.json_file import required_text
from curation.readers.named_entities import NOTHING
from curation.readers.nikl.entries import entries, located, mend
from curation.readers.nikl.sentences import Sentence, records, sentences
from curation.readers.quoting import shown
from curation.records import InstructionRecord
from curation.tasks.spec import TaskOptions, TaskSpec, task

_NUMBERED = re.compile(r"ARG[0-9A]")
_ADJUNCTS = {
    **{"TMP": "시간", "LOC": "장소", "DIR": "방향", "MNR": "방법", "CAU": "원인", "PRP": "목적"},
    **{"EXT": "정도", "INS": "도구", "CND": "조건", "ADV": "부사", "DIS": "담화", "NEG": "부정"},
    **{"PRD": "보조 서술", "AUX": "보조 용언", "COM": "동반", "REC": "상호", "GOL": "결과"},
}


def read(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the sentences; those of a document form a split group.

    Raises
    ------
    UserError
        When the file is no corpus of the institute.
    """
    yield from records(sentences(file), file.name, partial(_record, task("nikl_srl"), options))


def _record(spec: TaskSpec, options: TaskOptions, sentence: Sentence) -> tuple[InstructionRecord, str]:
    lines: list[str] = []
    held: list[dict[str, Any]] = []
    places: list[tuple[int, int]] = []
    for one in entries(sentence.value, "SRL"):
        predicate = one.get("predicate")
        if not isinstance(predicate, dict):
            raise ValueError("roles without a predicate")
        arguments = entries(one, "argument")
        spans = [located(part, sentence.form) for part in (predicate, *arguments)]
        named, *forms = (sentence.form[begin:end] for begin, end in spans)
        lines += [
            f"{named} ← {form} ({_role(argument)})" for form, argument in zip(forms, arguments, strict=True)
        ] or [f"{named} ← {NOTHING}"]
        held += [predicate, *arguments]
        places += spans
    recovery = mend(held, places)
    record = spec.record(
        {"text": sentence.form},
        ["\n".join(lines) or NOTHING],
        options,
        group=sentence.group,
        attributes=sentence.attributes(),
    )
    return record, recovery


def _role(argument: dict[str, Any]) -> str:
    label = required_text(argument, "label")
    if _NUMBERED.fullmatch(label):
        return label
    try:
        return _ADJUNCTS[label.removeprefix("ARGM-")]
    except KeyError:
        raise ValueError(f"the role {shown(label)!r} is unknown") from None


NIKL_SRL = Reader(
    name="nikl_srl",
    summary="모두의 말뭉치 semantic roles (SRL): predicates and their arguments",
    options=TaskOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".json",),
)
