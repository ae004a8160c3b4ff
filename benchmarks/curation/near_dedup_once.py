"""Our near-duplicate removal as one process: jsonl in, kept jsonl out.

The same prepare and decide that the engine calls. Usage: near_dedup_once.py DOCUMENTS KEPT
"""

import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
from prepared import batch_of, room_of

from curation.comparisons.base import Batch
from curation.comparisons.near_dedup import NEAR_DEDUP
from curation.steps.near_dedup import NearDedupParams

ROWS = 2000
PARAMS = NearDedupParams()


def batches(path: Path) -> Iterator[Batch]:
    order = 0
    with path.open("rb") as stream:
        while lines := list(islice(stream, ROWS)):
            rows = [orjson.loads(line) for line in lines]
            yield batch_of(
                orders=np.arange(order, order + len(rows)),
                ids=[row["id"] for row in rows],
                texts=[row["text"] for row in rows],
            )
            order += len(rows)


def main() -> None:
    documents, kept = Path(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory(dir=kept.parent) as name:
        folder = Path(name)
        prepared = folder / "prepared.arrow"
        with pa.ipc.new_file(str(prepared), NEAR_DEDUP.schema(PARAMS)) as writer:
            for batch in batches(documents):
                writer.write_table(NEAR_DEDUP.prepare(PARAMS, batch))
        dropped: set[int] = set()
        for table in NEAR_DEDUP.decide(PARAMS, [prepared], room_of(folder)):
            dropped.update(table["_order"].to_numpy().tolist())
    with documents.open("rb") as stream, kept.open("wb") as out:
        out.writelines(line for order, line in enumerate(stream) if order not in dropped)


if __name__ == "__main__":
    main()
