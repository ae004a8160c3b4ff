"""Rows put together: nothing lost, nothing twice, and no document sees another."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from training.data.collator import Collator
from training.data.masks import NOT_LEARNED
from training.data.packing import pack

ROOM = 64
lengths_of_rows = st.lists(st.integers(1, ROOM), max_size=60)


@settings(max_examples=150)
@given(lengths=lengths_of_rows)
def test_each_row_is_in_one_sequence_and_none_is_too_long(lengths: list[int]) -> None:
    packed = pack(lengths, ROOM)
    assert Counter(row for sequence in packed for row in sequence) == Counter(range(len(lengths)))
    totals = [sum(lengths[row] for row in sequence) for sequence in packed]
    assert all(0 < total <= ROOM for total in totals)
    assert packed == pack(lengths, ROOM)
    # Any two sequences could not have been one; so at most one of them is less than half full.
    assert sum(total <= ROOM // 2 for total in totals) <= 1


def test_the_best_fit_is_taken() -> None:
    # After 7 and 6 there is room for 3 and 4: each fills one up, where the first fit would leave gaps.
    assert pack([4, 7, 6, 3], 10) == [[1, 3], [2, 0]]
    assert pack([5, 5, 5, 5], 10) == [[0, 1], [2, 3]]
    assert pack([], 10) == []


def test_a_row_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="row 1 has 11 tokens"):
        pack([3, 11], 10)


DOCUMENTS = [list(range(3, 3 + size)) for size in (9, 14, 5)]


def packed_row() -> dict[str, Any]:
    return {
        "input_ids": [one for document in DOCUMENTS for one in document],
        "labels": [one if at else NOT_LEARNED for document in DOCUMENTS for at, one in enumerate(document)],
        "seq_lengths": [len(document) for document in DOCUMENTS],
    }


def test_positions_begin_anew_with_each_document_and_there_is_no_mask() -> None:
    short = {"input_ids": [7, 8], "labels": [NOT_LEARNED, 8], "seq_lengths": [2]}
    batch = Collator(pad_id=0, packed=True)([packed_row(), short])
    assert "attention_mask" not in batch
    assert batch["use_cache"] is False
    assert batch["position_ids"][0].tolist() == [*range(9), *range(14), *range(5), *range(4)]
    assert batch["position_ids"][1].tolist() == [0, 1, *range(30)]
    assert batch["input_ids"][1].tolist() == [7, 8, *[0] * 30]
    assert batch["labels"][1].tolist() == [NOT_LEARNED, 8, *[NOT_LEARNED] * 30]
    assert {batch[name].dtype for name in ("input_ids", "labels", "position_ids")} == {torch.int64}


def test_rows_that_are_not_packed_are_padded_and_masked() -> None:
    rows = [{"input_ids": [5, 6, 7], "labels": [NOT_LEARNED, 6, 7]}, {"input_ids": [9], "labels": [9]}]
    batch = Collator(pad_id=1, packed=False)(rows)
    assert batch["input_ids"].tolist() == [[5, 6, 7, *[1] * 5], [9, *[1] * 7]]
    assert batch["labels"].tolist() == [[NOT_LEARNED, 6, 7, *[NOT_LEARNED] * 5], [9, *[NOT_LEARNED] * 7]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1, *[0] * 5], [1, *[0] * 7]]
    assert "use_cache" not in batch


@pytest.fixture(scope="module", params=["sdpa", "eager"])
def model(request: pytest.FixtureRequest, tiny: Path) -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(tiny, attn_implementation=request.param).eval()


def separately(model: Any) -> torch.Tensor:
    with torch.no_grad():
        logits = [model(torch.tensor([document]), use_cache=False).logits[0] for document in DOCUMENTS]
    return torch.cat(logits)


def together(model: Any, **changes: Any) -> torch.Tensor:
    batch = Collator(pad_id=0, packed=True)([packed_row(), {**packed_row(), "seq_lengths": [28]}])
    batch.pop("labels")
    with torch.no_grad():
        logits: torch.Tensor = model(**(batch | changes)).logits[0, : sum(map(len, DOCUMENTS))]
    return logits


def test_packed_rows_give_the_logits_of_separate_ones(model: Any) -> None:
    assert float((together(model) - separately(model)).abs().max()) < 1e-3


@pytest.mark.parametrize(
    "changes",
    [{"use_cache": True}, {"attention_mask": torch.ones(2, 32, dtype=torch.int64)}],
    ids=["a cache", "a mask of ones"],
)
def test_documents_see_each_other_with(model: Any, changes: dict[str, Any]) -> None:
    # What the collator guards against; when this fails, `transformers` has learned to do it itself.
    apart = (together(model, **changes) - separately(model)).abs().amax(dim=-1)
    assert float(apart[: len(DOCUMENTS[0])].max()) < 1e-3
    assert float(apart[len(DOCUMENTS[0]) :].max()) > 1e-2
