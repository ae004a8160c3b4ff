"""Which rows a step learns from, and how many of them are computed at once."""

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from curation.errors import ConfigurationError
from training.config import Train

# Tokens at once. On a graphics card, NF4 weights are unpacked for each micro-batch: few tokens waste that.
TOKENS_AT_ONCE: Final = {"cpu": 1024, "cuda": 16384}


def micro_batches(train: Train, longest: int, device: str, processes: int = 1) -> list[int]:
    """List how many sequences a process may compute at once, the best number first.

    What follows the first is for when the memory is too small; all give the same steps.

    Parameters
    ----------
    longest
        Tokens of the longest row.
    device
        ``cpu`` or ``cuda``.

    Raises
    ------
    ConfigurationError
        When the batch cannot be parted evenly.
    """
    share, left = divmod(train.batch, processes)
    if left or (train.micro_batch and share % train.micro_batch):
        raise ConfigurationError(
            f"A batch of {train.batch} cannot be parted among {processes} processes"
            + (f" with {train.micro_batch} sequences each at a time." if train.micro_batch else "."),
            where="train.batch",
            fix="Choose a multiple of the number of processes times train.micro_batch.",
        )
    if train.micro_batch:
        return [train.micro_batch]
    able = [size for size in range(share, 0, -1) if share % size == 0]
    return [size for size in able if size * longest <= TOKENS_AT_ONCE[device]] or [1]


def steps_of(train: Train, rows: int) -> int:
    """Give the number of steps: those of all epochs, of which the last batch may be short, or fewer."""
    steps = math.ceil(train.epochs * math.ceil(rows / train.batch))
    return min(steps, train.max_steps) if train.max_steps else steps


def order_of(lengths: Sequence[int], batch: int, seed: int, epoch: int) -> list[int]:
    """Give the order of an epoch: rows of like length in one batch, batches in any order.

    Padding is paid for; so a batch of ``batch`` rows has neighbours in length, the longest first, whatever
    micro-batches it is computed in. Which rows those are changes from epoch to epoch. A batch that is
    not full comes last, since every other must be whole.
    """
    draw = random.Random(f"{seed}:{epoch}")
    rows = list(range(len(lengths)))
    draw.shuffle(rows)
    pool = 50 * batch
    batches = []
    for start in range(0, len(rows), pool):
        near = sorted(rows[start : start + pool], key=lambda row: -lengths[row])
        batches += [near[place : place + batch] for place in range(0, len(near), batch)]
    short = [batches.pop()] if len(rows) % batch else []
    draw.shuffle(batches)
    return [row for one in [*batches, *short] for row in one]


class EpochOrder:
    """A sampler that gives the same order for the same seed and epoch, whatever was drawn before.

    The Trainer's own draw from torch's generator when an epoch begins, whose state a resumed run does not
    know at that place.
    """

    def __init__(self, lengths: Sequence[int], batch: int, seed: int) -> None:
        self._lengths = lengths
        self._batch = batch
        self._seed = seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch; the Trainer calls it."""
        self._epoch = epoch

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        return iter(order_of(self._lengths, self._batch, self._seed, self._epoch))


@dataclass(frozen=True, slots=True)
class Origin:
    """The rows that a batch was made of. (An object of its own: libraries walk through lists, id by id.)"""

    rows: Sequence[Mapping[str, Any]]

    @property
    def tokens(self) -> int:
        """Tokens without padding."""
        return sum(len(row["input_ids"]) for row in self.rows)

    def documents(self) -> list[list[int]]:
        """Give the token ids of each document, packed ones apart."""
        found = []
        for row in self.rows:
            ids = list(row["input_ids"])
            for length in row.get("seq_lengths") or [len(ids)]:
                found.append(ids[:length])
                ids = ids[length:]
        return found


class WithOrigin:
    """Collates rows, and puts their :class:`Origin` beside the tensors: for the trainer, not the model."""

    def __init__(self, collate: Callable[[Sequence[Mapping[str, Any]]], dict[str, Any]]) -> None:
        self._collate = collate

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Give what the collator does, and ``origin``."""
        return {**self._collate(rows), "origin": Origin(rows)}
