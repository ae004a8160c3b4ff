"""The documents of a dataset release."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa

from curation.errors import ConfigurationError, UserError
from curation.tables import row_groups
from rag.dates import date_of
from rag.files import Item, Unreadable
from rag.types import Document

_BATCH_ROWS: Final = 512
_SOURCE_CHARACTERS: Final = 60


def release_files(release: Path, configs: Sequence[str]) -> list[Path]:
    """The data files of the configurations; none named: of all.

    Raises
    ------
    ConfigurationError
        When a configuration is not in the release.
    """
    present = sorted(path.name for path in (release / "data").iterdir() if path.is_dir())
    unknown = sorted(set(configs) - set(present))
    if unknown:
        raise ConfigurationError(
            f"The release has no configuration {', '.join(map(repr, unknown))}.",
            where=str(release),
            fix=f"It has: {', '.join(present) or 'none'}.",
        )
    return [
        file
        for name in present
        if not configs or name in configs
        for file in sorted((release / "data" / name).glob("*.parquet"))
    ]


def read_release(files: Sequence[Path]) -> Iterator[Item]:
    """The text and instruction records of a release's data files.

    Raises
    ------
    UserError
        When a file is torn.
    """
    for file in files:
        try:
            for batch in row_groups(file):
                for start in range(0, batch.num_rows, _BATCH_ROWS):
                    rows = batch.slice(start, _BATCH_ROWS).to_pylist()
                    yield from (_document(row, file) for row in rows)
        except (pa.ArrowInvalid, OSError) as error:
            raise UserError(
                "A data file of the release cannot be read.",
                where=f"{file}: {error}",
                fix="Build the release again; its files are written whole or not at all.",
            ) from error


def recognisable(row: Mapping[str, Any], attributes: Mapping[str, str]) -> str:
    """What a person knows the record by: its file, the thread's beginning, or source and title."""
    if "path" in attributes:
        return attributes["path"]
    title = textwrap.shorten(row.get("title") or "", _SOURCE_CHARACTERS, placeholder=" …")
    if "channel" in attributes:
        channel = f"#{attributes['channel']}"
        return title if title.startswith(channel) else f"{channel} {title}".rstrip()
    return f"{row['source']}: {title}" if title else str(row["source"])


def _document(row: dict[str, Any], file: Path) -> Item:
    attributes = orjson.loads(row.get("attributes") or "{}")
    date = date_of(attributes)
    if "messages" in row:
        turns = [turn["content"] for turn in row["messages"] if turn["role"] in ("user", "assistant")]
        # No title: a task's name says nothing of the one record, and each passage would repeat it.
        source = _of_task(row, attributes)
        return Document(row["id"], "\n".join(turns), "", source, attributes, date=date)
    if "text" in row:
        source = recognisable(row, attributes)
        return Document(row["id"], row["text"], row["title"], source, attributes, date=date)
    return Unreadable(str(file), f"columns {', '.join(row)} hold neither text nor messages")


def _of_task(row: Mapping[str, Any], attributes: Mapping[str, str]) -> str:
    name = recognisable(row, attributes)
    return name if row["task"] in ("", name) else f"{name}: {row['task']}"
