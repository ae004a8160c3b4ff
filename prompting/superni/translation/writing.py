"""Translated tasks as files that `curation.superni` takes without a fault, and what became of the texts."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from curation.atomic import write_bytes
from curation.readers.base import SourceFile
from curation.superni.checks import read_task
from curation.superni.schema import Fault, task_bytes
from prompting.superni.translation.items import Target
from prompting.superni.translation.review import FAILED
from prompting.superni.translation.translating import DOUBTFUL, TranslatedTask


def write_tasks(made: Sequence[TranslatedTask], out: Path) -> list[Fault]:
    """Write each task that was made as ``<name>.json``, and read it back: what is wrong with it."""
    faults: list[Fault] = []
    for one in made:
        if one.built.task is not None:
            path = out / f"{one.built.task.name}.json"
            write_bytes(path, task_bytes(one.built.task))
            faults += read_task(SourceFile(path, path.name))[1]
    return faults


def stale_files(made: Sequence[TranslatedTask], target: Target, out: Path) -> list[str]:
    """Name the files of earlier runs that are still there of tasks that were not made this time."""
    names = [f"{target.name_of(one.task)}.json" for one in made if one.built.task is None]
    return [name for name in names if (out / name).is_file()]


def result_of(made: Sequence[TranslatedTask], reviewed: Collection[str]) -> dict[str, Any]:
    """Say what became of tasks and texts, as JSON data; ``reviewed`` are the ids a person decided on."""
    texts = [text for one in made for text in one.texts]
    scores = [text.score for text in texts if text.score is not None]
    named = Counter(_kind(fault) for text in texts if not text.kept for fault in text.faults)
    return {
        "tasks": [_task(one) for one in made],
        "texts": len(texts),
        "kept": sum(text.kept for text in texts),
        "dropped_in_review": sum(text.decision == "drop" for text in texts),
        "kept_in_review": sum(text.decision == "keep" for text in texts),
        "failed": sum(text.failed for text in texts),
        "faults": dict(named.most_common()),
        "score": round(sum(scores) / len(scores), 2) if scores else None,
        "doubtful": sum(text.kept and text.score is not None and text.score < DOUBTFUL for text in texts),
        "unknown_in_review": len(set(reviewed) - {text.item.id for text in texts}),
    }


def _task(one: TranslatedTask) -> dict[str, Any]:
    counts = asdict(one.built)
    del counts["task"]
    made = one.built.task
    return {
        "task": one.task.name,
        "written": None if made is None else made.name,
        "instances": 0 if made is None else len(made.instances),
        **counts,
        "labels": dict(one.labels),
    }


def _kind(fault: str) -> str:
    """The kind of a fault, without what it is about: number, name, label, format, failed …"""
    for begin, kind in (
        *((FAILED, "failed"), ("number ", "number lost"), ("new number ", "number added")),
        *(("name ", "name lost"), ("not in ", "in another language"), ("another label", "labels alike")),
    ):
        if fault.startswith(begin):
            return kind
    if fault in ("empty", "garbled", "looping", "refusal"):
        return fault
    return "label changed" if "' is not '" in fault else "format"
