"""Our exact dedup as one process: a Parquet file of texts in, the ids of the dropped rows out.

The same prepare and decide that the engine calls. Usage: exact_dedup_once.py TEXTS DROPPED
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curation.comparisons.base import Batch, Room
from curation.comparisons.exact_dedup import EXACT_DEDUP
from curation.progress import Quiet
from curation.steps.base import Given
from curation.steps.exact_dedup import ExactDedupParams
from curation.view import TextView, strings_of

ROWS = 16_384
PARAMS = ExactDedupParams()


def batches(file: pq.ParquetFile) -> Iterator[Batch]:
    for held in file.iter_batches(batch_size=ROWS):
        rows = held.num_rows
        nothing = [""] * rows
        texts = strings_of(held["text"])
        yield Batch(
            source="texts",
            config="texts",
            kind="text",
            scope="text/release/",
            orders=held["order"].to_numpy(),
            ids=strings_of(held["id"]),
            texts=texts,
            identities=TextView(texts, nothing).identities,
            attributes=nothing,
            tags=nothing,
            groups=nothing,
            tasks=nothing,
            splits=nothing,
        )


def main() -> None:
    texts, dropped = Path(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory(dir=dropped.parent) as name, pq.ParquetFile(texts) as file:
        folder = Path(name)
        prepared = folder / "prepared.arrow"
        with pa.ipc.new_file(str(prepared), EXACT_DEDUP.schema(PARAMS)) as writer:
            for batch in batches(file):
                writer.write_table(EXACT_DEDUP.prepare(PARAMS, batch))
        room = Room(Given(), folder, folder, Quiet())
        orders = [table["_order"].to_numpy() for table in EXACT_DEDUP.decide(PARAMS, [prepared], room)]
        rows = pa.ipc.open_file(pa.memory_map(str(prepared))).read_all()
        at = np.searchsorted(rows["_order"].to_numpy(), np.sort(np.concatenate(orders)))
        ids = rows["id"].take(pa.array(at))
        dropped.write_bytes(pc.binary_join(pa.array([ids.to_pylist()]), "\n")[0].as_py().encode())


if __name__ == "__main__":
    main()
