"""Phrases that many evaluation items share, such as the wording of a question's form."""

import numpy as np
import numpy.typing as npt

from curation.dedup.runs import begins
from curation.overlap.items import Items, Rules
from curation.spans import Hashes, Positions

_AT_ONCE = 4_000_000  # windows; about 40 bytes each while they are sorted


def usual_places(items: Items, rules: Rules) -> npt.NDArray[np.bool_]:
    """Mark the places where a window begins that stands in more than ``rules.most`` items."""
    common = _common_windows(items, rules)
    usual = np.zeros(len(items.values), dtype=bool)
    if len(common):
        for hashes, places in items.windows(rules.width):
            usual[places[np.isin(hashes, common)]] = True
    return usual


def counted_letters(usual: npt.NDArray[np.bool_], width: int) -> npt.NDArray[np.bool_]:
    """Mark the letters that no usual window covers: those that coverage is measured on."""
    begun = np.cumsum(usual, dtype=np.int32)
    before = np.zeros(len(usual), dtype=np.int32)
    before[width:] = begun[:-width]
    counted: npt.NDArray[np.bool_] = begun == before
    return counted


def _common_windows(items: Items, rules: Rules) -> Hashes:
    """Give the hashes that stand in too many items, ascending.

    Each pass looks at the hashes of one range only, so that memory does not grow with the items.
    """
    passes = max(1, -(-len(items.values) // _AT_ONCE))
    width = -(-(1 << 64) // passes)
    return np.concatenate(
        [
            _common_between(items, rules, turn * width, min((turn + 1) * width, 1 << 64) - 1)
            for turn in range(passes)
        ]
    )


def _common_between(items: Items, rules: Rules, low: int, high: int) -> Hashes:
    held_hashes: list[Hashes] = [np.zeros(0, dtype=np.uint64)]
    held_items: list[Positions] = [np.zeros(0, dtype=np.int64)]
    for hashes, places in items.windows(rules.width):
        chosen = (hashes >= np.uint64(low)) & (hashes <= np.uint64(high))
        held_hashes.append(hashes[chosen])
        held_items.append(items.of(places[chosen]))
    hashes = np.concatenate(held_hashes)
    if not len(hashes):
        return hashes
    order = np.argsort(hashes, kind="stable")  # within a hash, items still ascend
    hashes, item = hashes[order], np.concatenate(held_items)[order]
    starts = np.flatnonzero(begins(hashes))
    holders = np.add.reduceat(begins(hashes, item), starts, dtype=np.int64)
    return hashes[starts[holders > rules.most]]
