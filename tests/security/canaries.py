"""Secrets that stand nowhere else, and where they came up."""

import base64
import gzip
import sqlite3
import urllib.parse
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow.parquet as pq


def _canary(number: int) -> str:
    return f"kanarie{number:02d}vogel{7919 * (number + 3)}"


# Values have the shape that each is checked for; the rare word in them is what is looked for.
ENVIRONMENT: Mapping[str, str] = {
    "SLACK_BOT_TOKEN": f"xoxb-{_canary(1)}",
    "SLACK_APP_TOKEN": f"xapp-{_canary(2)}",
    "SLACK_SIGNING_SECRET": _canary(3),
    "SLACK_CLIENT_SECRET": _canary(4),
    "OPENAI_API_KEY": f"sk-{_canary(5)}",
    "MALMOI_OPENAI_API_KEY": f"sk-{_canary(6)}",
    "HF_TOKEN": f"hf_{_canary(7)}",
    "GITHUB_TOKEN": f"ghp_{_canary(8)}",
    "MILVUS_TOKEN": f"root:{_canary(9)}",
    "MALMOI_PSEUDONYM_KEY": f"{_canary(10)}{_canary(10)}",
    "AWS_SECRET_ACCESS_KEY": _canary(11),
    "WANDB_API_KEY": _canary(12),
    "LANGSMITH_API_KEY": _canary(13),
}
# For addresses that hold a name and a password, or a key.
IN_ADDRESS = _canary(20)
CANARIES = [*(_canary(number) for number in range(1, 14)), IN_ADDRESS]


def found_in(text: str | bytes) -> set[str]:
    """The canaries that stand in ``text``, plainly, percent-encoded or in Base64."""
    content = text.encode() if isinstance(text, str) else text
    return {canary for canary in CANARIES if any(form in content for form in _forms(canary))}


def kept_below(folder: Path) -> dict[str, set[str]]:
    """Files below ``folder`` that hold canaries, packed ones unpacked."""
    held: dict[str, set[str]] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found = found_in(str(path.relative_to(folder))).union(*(found_in(part) for part in _contents(path)))
        if found:
            held[str(path.relative_to(folder))] = found
    return held


def _forms(canary: str) -> Iterator[bytes]:
    yield canary.encode()
    yield canary.encode("utf-16-le")
    yield urllib.parse.quote(canary).encode()
    for lead in range(3):
        # Base64 of the middle of a longer text: the letters at its ends depend on their neighbours.
        encoded = base64.b64encode(b"x" * lead + canary.encode()).rstrip(b"=")
        yield encoded[4:-2]


def _contents(path: Path) -> Iterator[bytes]:
    content = path.read_bytes()
    yield content
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        yield str(table.to_pydict()).encode()
        yield str(table.schema.metadata).encode()
    elif content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    elif content.startswith(b"SQLite format 3\0"):
        with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as database:
            yield "\n".join(database.iterdump()).encode()
