"""Preferences as they stand in files: pairs of answers, or answers that were liked or not.

JSON lines and tables (csv, tsv) with these columns; where a text stands, JSON lines may hold messages
(``[{"role": …, "content": …}]``) instead:

- ``prompt``, ``chosen``, ``rejected``; without ``prompt``, both answers are whole conversations that
  differ in the last turn;
- ``prompt``, ``completion``, ``label`` (true or false); without ``prompt``, ``messages`` and ``label``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from curation.checkpoints import sha256_of
from curation.errors import ConfigurationError
from curation.readers.base import SourceFile
from curation.readers.csv_file import header_names, wrong_width
from curation.readers.encoding import file_encoding
from curation.readers.jsonl import ObjectLine, json_lines
from curation.readers.table import Dialect, file_rows
from curation.records import BadRow, Location, Message

Kind = Literal["dpo", "kto"]
_YES, _NO = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})
_ROLES = ("system", "user", "assistant")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to one prompt: ``prompt`` ends with a user's turn."""

    prompt: tuple[Message, ...]
    chosen: str
    rejected: str
    where: str


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer that was liked (``label``) or not; ``prompt`` ends with a user's turn."""

    prompt: tuple[Message, ...]
    completion: str
    label: bool
    where: str


@dataclass(frozen=True, slots=True)
class PreferencesRead:
    """What a file holds: ``pairs`` for DPO, ``judged`` for KTO; ``bad`` rows as ``file:line: reason``."""

    pairs: tuple[Pair, ...]
    judged: tuple[Judged, ...]
    bad: tuple[str, ...]
    sha256: str


def read_preferences(path: Path, kind: Kind) -> PreferencesRead:
    """Read a file of preferences; for KTO, a pair is a liked answer and one that was not.

    Raises
    ------
    ConfigurationError
        When there is no such file, or not one of its rows can be used.
    """
    if not path.is_file():
        raise ConfigurationError(
            "There is no such file of preferences.", where=str(path), fix="Correct preference.path."
        )
    pairs: list[Pair] = []
    judged: list[Judged] = []
    bad = []
    for item in _values(SourceFile(path, path.name)):
        if isinstance(item, BadRow):
            bad.append(f"{item.where}: {item.error}")
            continue
        where, values = item
        try:
            row = _row(values, str(where))
        except ValueError as error:
            bad.append(f"{where}: {error}")
            continue
        if isinstance(row, Judged):
            if kind == "dpo":
                bad.append(f"{where}: one answer with a label; DPO needs chosen and rejected")
            else:
                judged.append(row)
        elif kind == "dpo":
            pairs.append(row)
        else:
            judged.append(Judged(row.prompt, row.chosen, True, row.where))
            judged.append(Judged(row.prompt, row.rejected, False, row.where))
    if not pairs and not judged:
        raise ConfigurationError(
            f"No row of this file can be used: {bad[0]}." if bad else "This file holds no rows.",
            where=str(path),
            fix="DPO takes the columns prompt, chosen, rejected; KTO also prompt, completion, label.",
        )
    return PreferencesRead(tuple(pairs), tuple(judged), tuple(bad), sha256_of(path))


def _values(file: SourceFile) -> Iterator[tuple[Location, Mapping[str, object]] | BadRow]:
    encoding = file_encoding(file)
    suffix = file.path.suffix.lower()
    if suffix not in (".csv", ".tsv"):
        for item in json_lines(file, encoding):
            if isinstance(item, ObjectLine):
                yield Location(file.name, item.number), item.values
            elif isinstance(item, BadRow):
                yield item
        return
    names: list[str] = []
    for row in file_rows(file, encoding, Dialect("\t" if suffix == ".tsv" else ",")):
        if isinstance(row, BadRow):
            yield row
        elif row.blank:
            continue
        elif not names:
            names = header_names(row, file.name)
        elif len(row.values) != len(names):
            yield row.bad(file.name, wrong_width(row, len(names)))
        else:
            yield Location(file.name, row.number), dict(zip(names, row.values, strict=True))


def _row(values: Mapping[str, object], where: str) -> Pair | Judged:
    if "chosen" in values or "rejected" in values:
        chosen, rejected = _messages(values, "chosen"), _messages(values, "rejected")
        prompt = _messages(values, "prompt") if values.get("prompt") else ()
        one, other = _asked(prompt, chosen), _asked(prompt, rejected)
        if one[0] != other[0]:
            raise ValueError("chosen and rejected answer different prompts")
        return Pair(one[0], one[1], other[1], where)
    if "completion" in values:
        asked = _asked(_messages(values, "prompt"), _messages(values, "completion"))
    elif "messages" in values:
        asked = _asked((), _messages(values, "messages"))
    else:
        raise ValueError(
            "neither chosen and rejected, nor completion and label, among the columns: "
            + ", ".join(list(values)[:10])
        )
    return Judged(*asked, _label(values.get("label")), where)


def _asked(prompt: tuple[Message, ...], answer: tuple[Message, ...]) -> tuple[tuple[Message, ...], str]:
    """Part a conversation before its last turn, which is the answer."""
    if prompt and len(answer) == 1 and answer[0].role == "user":
        answer = (Message("assistant", answer[0].content),)  # a plain text
    turns = (*prompt, *answer)
    if len(turns) < 2 or turns[-1].role != "assistant" or turns[-2].role != "user":
        raise ValueError("a conversation must end with a user's turn and the assistant's answer to it")
    return turns[:-1], turns[-1].content


def _messages(values: Mapping[str, object], column: str) -> tuple[Message, ...]:
    """Read messages, or a text as one turn of the user."""
    value = values.get(column)
    if isinstance(value, str):
        return (Message("user", value),)
    if not isinstance(value, list) or not value:
        raise ValueError(f"{column} is neither a text nor a list of messages")
    turns = []
    for turn in value:
        role = turn.get("role") if isinstance(turn, dict) else None
        content = turn.get("content") if isinstance(turn, dict) else None
        if role not in _ROLES or not isinstance(content, str):
            raise ValueError(f"{column} holds a turn without a known role and a text")
        turns.append(Message(role, content))
    return tuple(turns)


def _label(value: object) -> bool:
    text = str(value).strip().lower()
    if isinstance(value, bool | int | str) and text in _YES | _NO:
        return text in _YES
    raise ValueError(f"label is neither true nor false: {value!r}")
