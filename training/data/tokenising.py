"""From examples to tables of token ids: masked, cut to length, packed, counted."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curation.progress import Advance
from training import config
from training.data.examples import Example
from training.data.masks import NOT_LEARNED, Encoded, Masks
from training.data.packing import pack

Ids = npt.NDArray[np.int32]

_BATCH: Final = 1024
_SYLLABLES: Final = re.compile("[가-힣]+")
_MEASURED_ROWS: Final = 500


class Row(NamedTuple):
    """An example as tokens, and as what is learned of them."""

    input_ids: Ids
    labels: Ids


@dataclass(slots=True)
class Tokenised:
    """Rows, and what became of the others.

    ``too_long`` are the ids and lengths of rows that may not be used as they are.
    """

    rows: list[Row] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    refusals: list[str] = field(default_factory=list)
    too_long: list[tuple[str, int]] = field(default_factory=list)
    truncated: int = 0
    all_masked: int = 0
    empty_answers: int = 0
    passed_over: int = 0

    @property
    def lengths(self) -> list[int]:
        """Tokens of each row."""
        return [len(row.input_ids) for row in self.rows]


def tokenise(masks: Masks, examples: Sequence[Example], data: config.Data, advance: Advance) -> Tokenised:
    """Encode examples, and leave out those that teach nothing or are too long."""
    found = Tokenised()
    for start in range(0, len(examples), _BATCH):
        batch = examples[start : start + _BATCH]
        whole = [one for one in batch if not _has_empty_answer(one)]
        found.empty_answers += len(batch) - len(whole)
        encoded = masks.encode_all([one.messages for one in whole], [one.unlearned for one in whole])
        for example, one in zip(whole, encoded, strict=True):
            if isinstance(one, str):
                found.dropped["refused by the template"] += 1
                found.refusals.append(f"{example.id}: {one}")
            else:
                _take(found, example, one, data)
        advance(len(batch))
    return found


def _has_empty_answer(example: Example) -> bool:
    return any(one.role == "assistant" and not one.content.strip() for one in example.messages)


def _take(found: Tokenised, example: Example, encoded: Encoded, data: config.Data) -> None:
    ids, labels = (np.array(values, dtype=np.int32) for values in (encoded.input_ids, encoded.labels))
    cut = len(ids) > data.max_length
    if cut and data.long_rows == "refuse":
        found.too_long.append((example.id, len(ids)))
        return
    if cut and data.long_rows == "drop":
        found.dropped["too long"] += 1
        return
    ids, labels = ids[: data.max_length], labels[: data.max_length]
    if not (labels != NOT_LEARNED).any():
        found.all_masked += 1
        return
    found.truncated += cut
    found.passed_over += encoded.passed_over
    found.rows.append(Row(ids, labels))


def table_of(rows: Sequence[Row], data: config.Data, seed: int) -> pa.Table:
    """Put rows into a table in chance order, packed if so configured.

    Columns ``input_ids`` and ``labels``, and where rows are packed ``seq_lengths``: the tokens of each
    row of a sequence.
    """
    order = list(rows)
    Random(f"{seed}\0rows").shuffle(order)
    sequences = [[row] for row in order]
    if data.packing:
        # Among equally long rows it is chance that decides which ones meet.
        packed = pack([len(row.input_ids) for row in order], data.max_length)
        sequences = [[order[place] for place in sequence] for sequence in packed]
        Random(f"{seed}\0sequences").shuffle(sequences)
    columns: dict[str, pa.Array] = {
        "input_ids": _lists([np.concatenate([row.input_ids for row in one]) for one in sequences]),
        "labels": _lists([np.concatenate([row.labels for row in one]) for one in sequences]),
    }
    if data.packing:
        lengths = ([len(row.input_ids) for row in one] for one in sequences)
        columns["seq_lengths"] = _lists([np.array(one, dtype=np.int32) for one in lengths])
    return pa.table(columns)


def _lists(values: Sequence[Ids]) -> pa.Array:
    offsets = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum([len(one) for one in values], out=offsets[1:])
    flat = np.concatenate(values) if values else np.zeros(0, dtype=np.int32)
    return pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(flat, pa.int32()))


def lengths_of(lengths: Sequence[int]) -> dict[str, int]:
    """Give percentiles of lengths."""
    if not lengths:
        return {}
    p50, p90, p99 = (int(value) for value in np.percentile(lengths, (50, 90, 99), method="higher"))
    return {"p50": p50, "p90": p90, "p99": p99, "max": max(lengths)}


def tokens_per_hangul_syllable(tokenizer: Any, examples: Sequence[Example]) -> float | None:
    """Measure how many tokens a syllable takes, over the first rows; None without Hangul.

    SmolLM2's takes 2.8, of the three that a syllable has in UTF-8: it was not made for Korean.
    """
    words = [word for text in _texts(examples[:_MEASURED_ROWS]) for word in _SYLLABLES.findall(text)]
    syllables = sum(map(len, words))
    if not syllables:
        return None
    ids = tokenizer(" ".join(words), add_special_tokens=False, verbose=False)["input_ids"]
    return round(len(ids) / syllables, 3)


def _texts(examples: Sequence[Example]) -> Iterator[str]:
    return (message.content for example in examples for message in example.messages)
