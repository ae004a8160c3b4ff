"""Passages for the tests of stores."""

import numpy as np

from rag.types import Passage


def passage(name, text="본문", *, doc_id="d", **values):
    defaults = {"title": "제목", "source": "출처", "start": 0, "end": len(text)}
    return Passage(passage_id=name, doc_id=doc_id, text=text, **(defaults | values))


def unit(axis, dimensions=8):
    return np.eye(dimensions, dtype=np.float16)[axis]


def ones(lexical):
    """Weights of 1 for the tokens of a field."""
    return dict.fromkeys(lexical.split(), 1.0)


def found(store, lexical, limit=10, **options):
    return {stored.passage.passage_id for stored in store.lexical_candidates(ones(lexical), limit, **options)}
