"""Instruction rows of a release, part by part."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from curation.checkpoints import sha256_of
from curation.errors import ConfigurationError, UserError
from curation.inspection.open_release import open_release
from curation.manifest import NAME
from curation.records import Message
from curation.tables import open_table, row_groups
from curation.yaml_lines import nearest
from training import config
from training.data.examples import Example, RowsRead, fault_of

_CARD = "README.md"


def splits_of(rows: config.Rows) -> list[str]:
    """List the splits that the instruction rows of a release are divided into."""
    return sorted({_split(path) for path in _files(rows)})


def read(rows: config.Rows, split: str) -> RowsRead:
    """Read one split of a release.

    Raises
    ------
    ConfigurationError
        When there is no release, or it has no such configuration or split.
    UserError
        When a file of it is damaged.
    """
    release = open_release(Path(rows.path).expanduser())
    files = [path for path in _files(rows) if _split(path) == split]
    if not files:
        raise ConfigurationError(
            f"The release has no split {split!r}.",
            where=rows.path,
            fix=nearest(split, splits_of(rows)),
        )
    stated = {file["path"]: file["sha256"] for file in release.manifest["files"]}
    examples: list[Example] = []
    bad: list[str] = []
    for path in files:
        if sha256_of(path) != stated.get(release.name_of(path)):
            raise _damaged(path, "it is not the file that the manifest names")
        for number, row in enumerate(_rows(path), 1):
            example = _example(row)
            if fault := fault_of(example.messages):
                bad.append(f"{path}, row {number}: {fault}")
            else:
                examples.append(example)
    card = release.path / _CARD
    return RowsRead(
        examples,
        sha256_of(release.path / NAME),
        bad,
        name=release.manifest["name"],
        card=sha256_of(card) if card.is_file() else "",
    )


def _files(rows: config.Rows) -> list[Path]:
    """Find the files with instructions, of one configuration or of all."""
    release = open_release(Path(rows.path).expanduser())
    by_config: dict[str, list[Path]] = {}
    for path in release.files("data"):
        with open_table(path) as table:
            if "messages" in table.schema_arrow.names:
                by_config.setdefault(path.parent.name, []).append(path)
    if not by_config:
        raise ConfigurationError(
            "The release holds texts, but no instructions.",
            where=rows.path,
            fix="Give a release of an instruction corpus; texts alone teach no answers.",
        )
    if rows.config and rows.config not in by_config:
        raise ConfigurationError(
            f"The release has no configuration {rows.config!r} with instructions.",
            where=rows.path,
            fix=nearest(rows.config, by_config),
        )
    return [path for name, paths in by_config.items() if rows.config in ("", name) for path in paths]


def _split(path: Path) -> str:
    return path.name.partition("-")[0]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        for batch in row_groups(path):
            yield from batch.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, str(error).splitlines()[0]) from error


def _example(row: Mapping[str, Any]) -> Example:
    messages = tuple(Message(one["role"], one["content"]) for one in row["messages"])
    return Example(
        id=row["id"],
        messages=with_definition(messages, row["definition"]),
        references=tuple(row["references"]),
        label_space=tuple(row["label_space"]),
        task=row["task"],
        definition=row["definition"],
        input="\n".join(message.content for message in messages if message.role == "user"),
        source=row["source"],
        licence=row["licence"],
        split_group=row["split_group"],
    )


def with_definition(messages: tuple[Message, ...], definition: str) -> tuple[Message, ...]:
    """Put what the task is before the first question, as a person would ask it."""
    if not definition or any(definition in message.content for message in messages):
        return messages
    place = next((at for at, message in enumerate(messages) if message.role == "user"), None)
    if place is None:
        return messages
    asked = Message("user", f"{definition}\n\n{messages[place].content}")
    return (*messages[:place], asked, *messages[place + 1 :])


def _damaged(path: Path, why: str) -> UserError:
    return UserError(
        f"A file of the release is damaged: {why}.",
        where=str(path),
        fix="Run its recipe again: malmoi curate makes a release anew whose files do not verify.",
    )
