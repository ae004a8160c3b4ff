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


class _NoPandas:
    """Keeps pandas out: malmoi does not depend on it, but where it is, pyarrow imports it (0.2 s)."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name == "pandas":
            raise ImportError(name)


sys.meta_path.insert(0, _NoPandas)

import pyarrow as pa  # noqa: E402

from curation.comparisons.base import Batch, Room  # noqa: E402
from curation.comparisons.near_dedup import NEAR_DEDUP  # noqa: E402
from curation.progress import Quiet  # noqa: E402
from curation.steps.base import Given  # noqa: E402
from curation.steps.near_dedup import NearDedupParams  # noqa: E402

ROWS = 2000
PARAMS = NearDedupParams()


def batches(path: Path) -> Iterator[Batch]:
    order = 0
    with path.open("rb") as stream:
        while lines := list(islice(stream, ROWS)):
            rows = [orjson.loads(line) for line in lines]
            nothing = [""] * len(rows)
            yield Batch(
                source="documents",
                config="documents",
                kind="text",
                scope="text/release/",
                orders=np.arange(order, order + len(rows)),
                ids=[row["id"] for row in rows],
                texts=[row["text"] for row in rows],
                identities=lambda: [],
                attributes=nothing,
                tags=nothing,
                groups=nothing,
                tasks=nothing,
                splits=nothing,
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
        room = Room(Given(), folder, folder, Quiet())
        dropped: set[int] = set()
        for table in NEAR_DEDUP.decide(PARAMS, [prepared], room):
            dropped.update(table["_order"].to_numpy().tolist())
    with documents.open("rb") as stream, kept.open("wb") as out:
        out.writelines(line for order, line in enumerate(stream) if order not in dropped)


if __name__ == "__main__":
    main()
