"""The file that a person reads: every text with its translation, its faults, and what to do with it.

Values parted by tabs, in quotes where they need them, so that a spreadsheet opens it. A person corrects
``translation``, or writes ``keep`` or ``drop`` under ``decision``; ``model`` says what the model said, so
that a correction is told from a newer translation.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from curation.atomic import write_text
from curation.errors import UserError
from prompting.superni.translation.items import Item

Decision = Literal["", "keep", "drop"]
_COLUMNS: Final = ("id", "source", "translation", "faults", "score", "decision", "model")
FAILED: Final = "failed: "
_FIX: Final = "Give the review.tsv of an earlier run, with its first line."


@dataclass(frozen=True, slots=True)
class Translated:
    """A text with its translation, what is wrong with it, and how well it came back (chrF, 0 to 100).

    ``model`` is the translation before a person corrected it.
    """

    item: Item
    translation: str
    faults: tuple[str, ...] = ()
    score: float | None = None
    decision: Decision = ""
    model: str = ""

    @property
    def kept(self) -> bool:
        """Whether it goes into the task: a person says so, or nothing is wrong."""
        return self.decision == "keep" or (not self.decision and not self.faults)

    @property
    def failed(self) -> bool:
        """Whether the model gave no answer, so that another run may bring one."""
        return any(fault.startswith(FAILED) for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a person made of a translation."""

    translation: str
    decision: Decision


def write_review(path: Path, found: Sequence[Translated]) -> None:
    """Write the file, the texts in the order given."""
    stream = io.StringIO()
    # With \r\n as the end of a line, texts with either of the two get their quotes.
    writer = csv.writer(stream, delimiter="\t", lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for one in found:
        score = "" if one.score is None else f"{one.score:.1f}"
        faults = "; ".join(one.faults)
        writer.writerow((one.item.id, one.item.text, one.translation, faults, score, one.decision, one.model))
    write_text(path, stream.getvalue())


def read_review(path: Path) -> dict[str, Reviewed]:
    """Read what a person decided, by id; rows that were left as they were are none of it.

    Raises
    ------
    UserError
        When the file cannot be read, lacks a column, has an id twice, a decision that is none, or keeps
        an empty translation; with the line.
    """
    text = _text(path)
    found: dict[str, Reviewed] = {}
    seen: set[str] = set()
    for line, row in _rows(text, path):
        where = f"{path}:{line}"
        if row["id"] in seen:
            raise UserError(f"The id {row['id']!r} is there twice.", where=where, fix="Remove one of them.")
        seen.add(row["id"])
        one = _reviewed(row, where)
        if one is not None:
            found[row["id"]] = one
    return found


def check_nothing_lost(path: Path, kept: Mapping[str, Reviewed]) -> None:
    """Refuse to write over a review with anything of a person in it that is not in ``kept``.

    Raises
    ------
    UserError
        When it decides on a text otherwise or alone, has a column of its own, or cannot be read.
    """
    if not path.exists():
        return
    lost = [name for name, said in read_review(path).items() if not _same(said, kept.get(name))]
    if lost:
        raise UserError(
            f"The review decides on {len(lost):,} texts that this run does not have, or has otherwise: "
            f"{min(lost)}.",
            where=str(path),
            fix=f"Give the same tasks and --instances with --review {path}, or move this file away.",
        )
    header = next(csv.reader(io.StringIO(_text(path)), delimiter="\t"))
    added = [name for name in header if name not in _COLUMNS]
    if added:
        raise UserError(
            f"The review has a column {added[0]!r}, which would be lost.",
            where=f"{path}:1",
            fix="Move this file away, and give it with --review from there.",
        )


def _same(one: Reviewed, other: Reviewed | None) -> bool:
    return one == other or (other is not None and one.decision == other.decision == "drop")


def applied(one: Translated, reviewed: Mapping[str, Reviewed]) -> Translated:
    """Let a person's word count for more than the checks."""
    said = reviewed.get(one.item.id)
    if said is None:
        return one
    return Translated(
        one.item, said.translation or one.translation, one.faults, one.score, said.decision, one.model
    )


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"The review cannot be read: {error.strerror}.", where=str(path), fix=_FIX) from error
    except UnicodeDecodeError as error:
        raise UserError(
            "The review is no text in UTF-8.", where=str(path), fix="Save it as UTF-8, parted by tabs."
        ) from error


def _rows(text: str, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows, each with the number of its last line."""
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t", strict=True)
    line = 0
    try:
        missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise UserError(f"The column {missing[0]!r} is missing.", where=f"{path}:1", fix=_FIX)
        line = reader.line_num
        for row in reader:
            line = reader.line_num
            yield line, row
    except csv.Error as error:
        raise UserError(
            f"The text in this row does not end: {error}.",
            where=f"{path}:{line + 1}",
            fix='A text with quotes stands in quotes, and its own are doubled: "say ""yes"" or no".',
        ) from error


def _reviewed(row: Mapping[str, str | None], where: str) -> Reviewed | None:
    translation, decision = row["translation"] or "", (row["decision"] or "").strip().lower()
    if decision not in get_args(Decision):
        raise UserError(
            f"The decision {decision!r} is none.", where=where, fix="Write keep or drop, or leave it empty."
        )
    corrected = bool(translation.strip()) and translation != (row["model"] or "")
    if decision == "keep" and not translation.strip():
        raise UserError(
            "An empty translation cannot be kept.", where=where, fix="Write the translation, or drop."
        )
    if decision == "drop":
        return Reviewed(translation, "drop")
    return Reviewed(translation, "keep") if decision or corrected else None
