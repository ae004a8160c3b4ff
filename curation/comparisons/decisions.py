"""Tables of decisions, from the columns that a comparison has something to say in."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curation.comparisons.base import DECISIONS


def decisions(orders: npt.NDArray[np.int64], **columns: Sequence[Any] | pa.Array) -> pa.Table:
    """Give a table of :data:`DECISIONS`; columns that are not given are null."""
    arrays = [pa.array(orders, pa.int64())]
    for field in list(DECISIONS)[1:]:
        given = columns.pop(field.name, None)
        if given is None:
            arrays.append(pa.nulls(len(orders), field.type))
        else:
            arrays.append(given if isinstance(given, pa.Array) else pa.array(given, field.type))
    if columns:
        raise TypeError(f"decisions have no column {', '.join(columns)}")
    return pa.table(arrays, schema=DECISIONS)
