"""A passage as rows of Milvus: columns, keys, and BM25 weights as a sparse vector.

Milvus has a BM25 of its own, which is not used: it counts documents by segment, so that a fresh exact
match ranked below older passages that share one word, and it cannot take our tokens. The weights of
the terms are ours instead; their inner product with the query's inverse document frequencies is BM25.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from curation.errors import UserError
from rag.stores.base import Stored
from rag.types import Passage

# Milvus counts bytes; these are the most that it allows, and enough groups for one passage.
TEXT_BYTES: Final = 65_535
GROUP_BYTES: Final = 1_024
GROUPS: Final = 1_024
KEY_BYTES: Final = 32

TEXTS: Final = tuple(field.name for field in fields(Passage) if field.type is str)
NUMBERS: Final = tuple(field.name for field in fields(Passage) if field.type is int)
# A vector is found by the same filter as its passage, and Milvus joins nothing.
VECTOR_TEXTS: Final = ("passage_id", "doc_id", "source", "date")
PASSAGE_FIELDS: Final = (*TEXTS, *NUMBERS, "acl", "lexical")

# BM25's parameters, and the tokens of a passage of 400 characters. They are the same for every
# collection, because they are in the weights: with the mean of what a collection happens to hold, equal
# passages would weigh differently from day to day. `rag.search` scores the candidates anew with the
# index's own parameters and mean.
_K1: Final = 1.2
_B: Final = 0.75
_TOKENS: Final = 190
# A sparse vector may not be empty, and no token has this dimension.
_NO_TOKEN: Final = {0: 1.0}


def key(identifier: str) -> str:
    """Primary key of a passage: Milvus puts keys into expressions of its own without escaping them."""
    return hashlib.blake2b(
        identifier.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES // 2
    ).hexdigest()


def dimension(token: str) -> int:
    """The sparse dimension of a token: its stable 32-bit hash, from 1."""
    digest = hashlib.blake2b(token.encode("utf-8", "surrogatepass"), digest_size=4).digest()
    # Milvus takes dimensions below 2**32 - 1.
    return int.from_bytes(digest) % (2**32 - 2) + 1


def sparse_document(lexical: str) -> dict[int, float]:
    """BM25's part of each token of a lexical field: tf (k1 + 1) / (tf + k1 (1 - b + b length / mean))."""
    tokens = lexical.split()
    damping = _K1 * (1 - _B + _B * len(tokens) / _TOKENS)
    weights: dict[int, float] = {}
    for token, count in Counter(tokens).items():
        at = dimension(token)
        weights[at] = weights.get(at, 0.0) + count * (_K1 + 1) / (count + damping)
    return weights or _NO_TOKEN


def sparse_query(weights: Mapping[str, float]) -> dict[int, float]:
    """The weights of a query's tokens by dimension."""
    return {dimension(token): weight for token, weight in weights.items() if weight > 0}


def passage_row(passage: Passage, lexical: str) -> dict[str, Any]:
    """Row of the passages."""
    row = {name: getattr(passage, name) for name in (*TEXTS, *NUMBERS)}
    row |= {"acl": list(passage.acl), "lexical": lexical, "sparse": sparse_document(lexical)}
    _check(row)
    return {"key": key(passage.passage_id), "doc_key": key(passage.doc_id), **row}


def vector_row(passage: Passage, vector: Sequence[float]) -> dict[str, Any]:
    """Row of the vectors."""
    row = {name: getattr(passage, name) for name in VECTOR_TEXTS}
    row |= {"acl": list(passage.acl), "vector": vector}
    return {"key": key(passage.passage_id), "doc_key": key(passage.doc_id), **row}


def stored(row: Mapping[str, Any]) -> Stored:
    """The passage of a row."""
    values = {name: row[name] for name in (*TEXTS, *NUMBERS)}
    return Stored(Passage(**values, acl=tuple(row["acl"])), row["lexical"])


def _check(row: Mapping[str, Any]) -> None:
    long = next((name for name in (*TEXTS, "lexical") if _bytes(row[name]) > TEXT_BYTES), None)
    if long is not None:
        what = f"The {long} of a passage has {_bytes(row[long]):,} bytes; Milvus takes {TEXT_BYTES:,}."
    elif len(row["acl"]) > GROUPS or any(_bytes(group) > GROUP_BYTES for group in row["acl"]):
        what = f"Milvus takes {GROUPS:,} groups of {GROUP_BYTES:,} bytes for a passage."
    else:
        return
    raise UserError(
        what, where=f"document {row['doc_id'][:200]}", fix="Leave it out, or keep the index in LanceDB."
    )


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
