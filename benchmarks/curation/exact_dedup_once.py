"""Our exact dedup as one process: a Parquet file of texts in, the ids of the dropped rows out.

The same prepare and decide that the engine calls. Usage: exact_dedup_once.py TEXTS DROPPED
"""

import sys
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from prepared import batch_of, room_of

from curation.comparisons.base import Batch
from curation.comparisons.exact_dedup import EXACT_DEDUP
from curation.steps.exact_dedup import ExactDedupParams
from curation.tables import open_table

ROWS = 4096
PARAMS = ExactDedupParams()


def batches(file: pq.ParquetFile) -> Iterator[Batch]:
    groups = range(file.num_row_groups)
    # Over a whole file, `iter_batches` keeps what it read of every row group until the end.
    for held in chain.from_iterable(file.iter_batches(ROWS, [one], use_threads=False) for one in groups):
        # What exact duplicates of text records have in common is the text, in UTF-8.
        identities = held["text"].cast(pa.binary()).to_pylist()
        yield batch_of(
            orders=held["order"].to_numpy(),
            ids=held["id"],
            identities=lambda identities=identities: identities,
        )


def main() -> None:
    texts, dropped = Path(sys.argv[1]), Path(sys.argv[2])
    with (
        tempfile.TemporaryDirectory(dir=dropped.parent) as name,
        open_table(texts) as file,
    ):
        folder = Path(name)
        prepared = folder / "prepared.arrow"
        with pa.ipc.new_file(str(prepared), EXACT_DEDUP.schema(PARAMS)) as writer:
            for batch in batches(file):
                writer.write_table(EXACT_DEDUP.prepare(PARAMS, batch))
        decided = EXACT_DEDUP.decide(PARAMS, [prepared], room_of(folder))
        orders = [table["_order"].to_numpy() for table in decided]
        rows = pa.ipc.open_file(pa.memory_map(str(prepared))).read_all()
        at = np.searchsorted(rows["_order"].to_numpy(), np.concatenate(orders))
        dropped.write_text("\n".join(rows["id"].take(pa.array(at)).to_pylist()))


if __name__ == "__main__":
    main()
