"""From rows to a batch that a model takes."""

from collections.abc import Mapping, Sequence
from typing import Any

from training.data.masks import NOT_LEARNED


class Collator:
    """Makes batches of rows, padded at the right.

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

        longest = max(len(row["input_ids"]) for row in rows)
        shape = (len(rows), longest)
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
            documents = [*(row["seq_lengths"] if self._packed else [length]), longest - length]
            positions[number] = torch.cat([torch.arange(size) for size in documents])
        batch = {"input_ids": ids, "labels": labels, "position_ids": positions}
        return {**batch, "use_cache": False} if self._packed else {**batch, "attention_mask": mask}
