"""A signature index: what a release remembers of its rows, so that a later one can compare.

A folder with two files. ``signatures.arrow`` is an Arrow IPC file with the schema
:data:`curation.dedup.signature_tables.SIGNATURES`; ``_order`` is the row's place in the release it
came from. ``index.json`` says with which parameters it was made, how many rows it has, and the
BLAKE2b hash of the other file::

    {"format": "malmoi signature index", "version": 1, "scope": "release",
     "parameters": {"words": 5, "characters": 3, "short": 30, "threshold": 0.7,
                    "bands": 30, "rows": 6, "seed": 20261122},
     "rows": 18234, "bytes": 13920114, "blake2b": "…"}
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from curation.atomic import replacing, write_bytes
from curation.dedup.minhash import SEED
from curation.dedup.signature_tables import SIGNATURES, Plan
from curation.errors import ConfigurationError, UserError

_FORMAT = "malmoi signature index"
_VERSION = 1
_FACTS = "index.json"
_TABLE = "signatures.arrow"


def open_index(folder: Path, name: str, plan: Plan, scope: str) -> Path:
    """Give the table of an index after checking that it is whole and made the same way.

    Raises
    ------
    UserError
        When the folder holds no index or a damaged one.
    ConfigurationError
        When its signatures were made with other parameters than ``plan``.
    """
    facts = _facts(folder, name)
    _comparable(facts, folder, name, plan, scope)
    table = folder / _TABLE
    if not table.is_file() or _fingerprint(table) != (facts.get("bytes"), facts.get("blake2b")):
        raise _damaged(folder, name, f"{_TABLE} is missing or not what {_FACTS} describes")
    return table


def write_index(folder: Path, batches: Iterator[pa.RecordBatch], plan: Plan, scope: str) -> None:
    """Write an index; ``index.json`` comes last, so that a folder without it is not one."""
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / _TABLE
    rows = 0
    with (
        replacing(table) as temporary,
        pa.OSFile(str(temporary), "wb") as sink,
        pa.ipc.new_file(sink, SIGNATURES) as writer,
    ):
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    size, digest = _fingerprint(table)
    facts = {
        "format": _FORMAT,
        "version": _VERSION,
        "scope": scope,
        "parameters": _parameters(plan),
        "rows": rows,
        "bytes": size,
        "blake2b": digest,
    }
    write_bytes(folder / _FACTS, orjson.dumps(facts, option=orjson.OPT_INDENT_2))


def _facts(folder: Path, name: str) -> Mapping[str, Any]:
    path = folder / _FACTS
    try:
        facts = orjson.loads(path.read_bytes())
    except OSError as error:
        raise UserError(
            f"the signature index '{name}' cannot be read: {error.strerror}",
            where=str(path),
            fix="name a folder that a release saved with 'save:'",
        ) from error
    except orjson.JSONDecodeError as error:
        raise _damaged(folder, name, f"{_FACTS} is not JSON ({error})") from error
    if not isinstance(facts, dict) or facts.get("format") != _FORMAT:
        raise _damaged(folder, name, f"{_FACTS} describes something else")
    if facts.get("version") != _VERSION:
        raise UserError(
            f"the signature index '{name}' has version {facts.get('version')}, and {_VERSION} can be read",
            where=str(path),
            fix="make the older release again with this version of malmoi",
        )
    return facts


def _comparable(facts: Mapping[str, Any], folder: Path, name: str, plan: Plan, scope: str) -> None:
    made = {**_mapping(facts.get("parameters")), "scope": facts.get("scope")}
    asked: dict[str, Any] = {**_parameters(plan), "scope": scope}
    # A lower threshold when the index was made only means that it holds signatures to spare.
    if _is_number(made.get("threshold")) and made["threshold"] <= asked["threshold"]:
        made["threshold"] = asked["threshold"]
    for key, value in asked.items():
        if made.get(key) != value:
            raise ConfigurationError(
                f"the signature index '{name}' was made with {key} {made.get(key)}, "
                f"and this recipe asks for {key} {value}",
                where=str(folder / _FACTS),
                fix=f"set '{key}: {made.get(key)}' for near_dedup, or make the older release again",
            )


def _parameters(plan: Plan) -> dict[str, Any]:
    return {**asdict(plan), "seed": SEED}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fingerprint(path: Path) -> tuple[int, str]:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=32))
        return stream.tell(), digest.hexdigest()


def _damaged(folder: Path, name: str, what: str) -> UserError:
    return UserError(
        f"the signature index '{name}' is damaged: {what}",
        where=str(folder),
        fix="copy it again from the release that holds it, or make that release again",
    )
