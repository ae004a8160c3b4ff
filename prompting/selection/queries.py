"""The file of questions, one JSON object a line, and those of them that are asked."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from curation.errors import ConfigurationError
from curation.yaml_lines import nearest
from prompting.selection.choosing import once
from prompting.selection.types import Query

_FORM: Final = '{"query": "…"}, with "id" and "answer" if you like'
_KEYS: Final = ("query", "id", "answer")
_ID: Final = 10  # hexadecimal digits of an id that is made of the text: 40 bits


def read_queries(path: Path) -> list[Query]:
    """Read the questions, in order. Further keys of a line belong to other programs.

    A question without an id gets one that its text decides, so that the order of a file decides nothing.

    Raises
    ------
    ConfigurationError
        When the file cannot be read or holds no question; for the first line that is none, or whose id
        an earlier line has for another question.
    """
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as error:
        raise ConfigurationError(
            "The file of questions cannot be read.",
            where=f"{path}: {error.strerror}",
            fix=f"Give a file with a line {_FORM} for each question.",
        ) from error
    found: dict[str, tuple[str, str]] = {}
    queries = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        query = _query(line, where)
        text, first = found.setdefault(query.id, (query.text, where))
        if text != query.text:
            raise ConfigurationError(
                f"Two questions have the id {query.id!r}.",
                where=f"{where}, and {first}",
                fix="Give one of them another.",
            )
        queries.append(query)
    if not queries:
        raise ConfigurationError(
            "The file holds no question.", where=str(path), fix=f"Write a line {_FORM} for each."
        )
    return queries


def pool_of(queries: Sequence[Query], most: int) -> tuple[list[Query], int]:
    """Give at most ``most`` different questions, the same whatever their order, and how many came again."""
    dropped: Counter[str] = Counter()
    different = [queries[at] for at in once(queries, dropped)]
    drawn = set(sorted(different, key=lambda query: _hash(query.text))[:most])
    return [query for query in different if query in drawn], dropped["duplicate"]


def sha256_of(queries: Sequence[Query]) -> str:
    """Give the hash of the questions' texts: other questions have another, in another order they do not."""
    return _hash("\0".join(sorted({query.text for query in queries})))


def _query(line: bytes, where: str) -> Query:
    try:
        row: Any = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ConfigurationError(
            f"Not a line of JSON: {error}.", where=where, fix="Correct the line."
        ) from error
    if not isinstance(row, dict):
        raise ConfigurationError("Not a JSON object.", where=where, fix=f"Write {_FORM}.")
    if "query" not in row:
        fix = nearest(next(iter(row), ""), _KEYS)
        raise ConfigurationError("The question has no `query`.", where=where, fix=fix)
    text, id_, gold = row["query"], row.get("id", ""), row.get("answer", "")
    # A number is a usual id and a usual answer; ``true`` is neither.
    id_, gold = (str(one) if type(one) in (int, float) else one for one in (id_, gold))
    for key, value in (("query", text), ("id", id_), ("answer", gold)):
        if not isinstance(value, str):
            raise ConfigurationError(f"`{key}` is no text.", where=where, fix="Put it in quotes.")
    if not (text := text.strip()):
        raise ConfigurationError("The question is empty.", where=where, fix="Write it, or delete the line.")
    return Query(id_ or _hash(text)[:_ID], text, gold.strip())


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
