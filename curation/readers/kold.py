"""KOLD: comments on news and videos, offensive or not, and whom they aim at.

https://github.com/boychaboy/KOLD, licence not stated; Jeong et al. (2022), EMNLP. One JSON array
(kold_v1.json): guid, source, date, title, comment, OFF (true or false), TGT (untargeted, individual, group,
other; null where nothing is offensive), GRP (the group), the spans that offend and that name the target, and
raw_labels of each rater. The file in the repository is a Git LFS pointer until it is fetched with LFS.
"""

from collections.abc import Iterator
from typing import Literal

from curation.errors import UserError
from curation.readers import json_array, json_file
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.encoding import cannot_open
from curation.readers.labels import required, squeezed, trimmed
from curation.records import FileNote, InstructionRecord
from curation.tasks.spec import TaskOptions, task

_ATTRIBUTES = ("guid", "source", "date", "OFF", "TGT", "GRP", "OFF_span", "TGT_span")
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


class KoldOptions(TaskOptions):
    """Whether a comment is offensive, or whom an offensive one aims at."""

    task: Literal["offensive", "target"] = "offensive"


def read(file: SourceFile, options: KoldOptions) -> Iterator[Item]:
    """Yield the comments with their titles; those under the same title form a split group.

    The task `target` is about offensive comments only: a note says how many others there are.

    Raises
    ------
    UserError
        When the file is no JSON array.
    """
    _refuse_pointer(file)
    spec = task(f"kold_{options.task}")
    others = 0

    def record(values: dict[str, object]) -> InstructionRecord | None:
        nonlocal others
        title, comment = (required(json_file.required_text(values, key), key) for key in ("title", "comment"))
        known = json_file.scalars(values)
        if not isinstance(values.get("OFF"), bool):
            raise ValueError("'OFF' is neither true nor false")
        if options.task == "target" and values["OFF"] is False:
            others += 1
            return None
        label, _ = trimmed(
            known["OFF"] if options.task == "offensive" else json_file.required_text(values, "TGT")
        )
        outputs = (spec.in_words(label),)
        attributes = {"label": label} | {key: known[key] for key in _ATTRIBUTES if known.get(key)}
        if values.get("raw_labels"):
            attributes["raw_labels"] = json_file.spelled(values["raw_labels"]).decode()
        fields = {"title": title, "comment": comment}
        return spec.record(fields, outputs, options, group=squeezed(title), attributes=attributes)

    yield from json_array.rows(file, "comments", record)
    if others:
        yield FileNote(file.name, "comments that are not offensive", str(others))


def _refuse_pointer(file: SourceFile) -> None:
    try:
        with file.path.open("rb") as stream:
            head = stream.read(len(_LFS_POINTER))
    except OSError as error:
        raise cannot_open(file, error) from error
    if head == _LFS_POINTER:
        raise UserError(
            "This file is a Git LFS pointer, not the data.",
            where=file.name,
            fix="Run `git lfs pull` in the clone of the corpus.",
        )


KOLD = Reader(
    name="kold",
    summary="KOLD: comments that are offensive or not, or whom the offensive ones aim at",
    options=KoldOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".json",),
)
