"""How long texts are: exact counts by length, small enough to keep for any number of rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt


@dataclass(slots=True)
class Lengths:
    """Number of texts by their length in characters."""

    counts: dict[int, int] = field(default_factory=dict)

    def add(self, lengths: npt.NDArray[np.int32]) -> None:
        """Count a batch of lengths."""
        for length, count in zip(*np.unique(lengths, return_counts=True), strict=True):
            self.counts[int(length)] = self.counts.get(int(length), 0) + int(count)

    def total(self) -> int:
        """Give the number of characters of all texts."""
        return sum(length * count for length, count in self.counts.items())

    def quantile(self, share: float) -> int:
        """Give the smallest length that at least ``share`` of the texts do not exceed."""
        wanted = share * sum(self.counts.values())
        seen = 0
        for length in sorted(self.counts):
            seen += self.counts[length]
            if seen >= wanted:
                return length
        return 0

    def classes(self) -> list[tuple[int, int, int]]:
        """Give ``(shortest, longest, count)`` for length classes that double in width."""
        bins: dict[int, int] = {}
        for length, count in self.counts.items():
            bins[length.bit_length()] = bins.get(length.bit_length(), 0) + count
        if not bins:
            return []
        return [
            ((1 << power) >> 1, (1 << power) - 1, bins.get(power, 0))
            for power in range(min(bins), max(bins) + 1)
        ]

    def as_json(self) -> dict[str, int]:
        """Give the counts with text keys, in order."""
        return {str(length): self.counts[length] for length in sorted(self.counts)}

    @classmethod
    def from_json(cls, data: Mapping[str, int]) -> "Lengths":
        """Take back what :meth:`as_json` gave."""
        return cls({int(length): count for length, count in data.items()})
