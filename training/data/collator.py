"""From rows to a batch that a model takes."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from training.data.masks import NOT_LEARNED

# Batches are padded to a multiple of this. Processors compile their products anew for each width and keep
# them, 20 MiB of a step: 40 steps over rows of mixed lengths took 1,475 MiB of the smallest model, and
# 980 MiB with multiples of eight. Graphics cards' tensor cores take multiples of eight as well.
MULTIPLE: Final = 8


class Collator:
    """Makes batches of rows, padded at the right to the next :data:`MULTIPLE` of tokens.

    Parameters
    ----------
    pad_id
        Id that fills short rows. It may be the end token's: labels say what is learned, not ids.
    packed
        Whether a row holds several documents (``seq_lengths``). Positions then begin anew with each,
        which is all that keeps their attention apart: `transformers` finds the borders there, if there is
        no attention mask, and no cache. So the batch has ``use_cache=False`` and no mask.
    """

    def __init__(self, pad_id: int, packed: bool) -> None:
        self._pad_id = pad_id
        self._packed = packed

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Give ``input_ids``, ``labels`` and ``position_ids``, tensors of rows by tokens, int64."""
        import torch  # noqa: PLC0415 - plans are made without it

        width = width_of(max(len(row["input_ids"]) for row in rows))
        shape = (len(rows), width)
        ids = torch.full(shape, self._pad_id)
        labels = torch.full(shape, NOT_LEARNED)
        positions = torch.zeros(shape, dtype=torch.int64)
        mask = torch.zeros(shape, dtype=torch.int64)
        for number, row in enumerate(rows):
            length = len(row["input_ids"])
            ids[number, :length] = torch.as_tensor(row["input_ids"])
            labels[number, :length] = torch.as_tensor(row["labels"])
            mask[number, :length] = 1
            # The padding is a document of its own: nothing attends to it, and it attends to nothing.
            documents = [*(row["seq_lengths"] if self._packed else [length]), width - length]
            positions[number] = torch.cat([torch.arange(size) for size in documents])
        batch = {"input_ids": ids, "labels": labels, "position_ids": positions}
        return {**batch, "use_cache": False} if self._packed else {**batch, "attention_mask": mask}


def width_of(longest: int) -> int:
    """Give the width of a batch, in tokens, whose longest row has ``longest``."""
    return -(-longest // MULTIPLE) * MULTIPLE
