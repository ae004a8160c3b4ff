"""datatrove's reader, filter, exclusion writer and writer, one worker, around the plain loop's filters.

Usage: datatrove_filters.py FOLDER OUT
"""

import sys
from pathlib import Path

import orjson
from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.filters.base_filter import BaseFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from plain_filters import judge


class PlainFilters(BaseFilter):
    name = "length, symbols, Hangul"

    def filter(self, doc: Document) -> bool | tuple[bool, str]:
        verdict = judge(doc.text)
        if verdict is None:
            return True
        reason, doc.metadata["score"] = verdict
        return False, reason


def main() -> None:
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    rejects = JsonlWriter(str(out / "rejects"), compression=None)
    executor = LocalPipelineExecutor(
        pipeline=[
            JsonlReader(str(folder)),
            PlainFilters(exclusion_writer=rejects),
            JsonlWriter(str(out / "kept"), compression=None),
        ],
        tasks=1,
        workers=1,
        logging_dir=str(out / "log"),
    )
    counted = executor.run().stats[1].stats
    dropped = {
        name.removeprefix("dropped_"): stat.total
        for name, stat in counted.items()
        if name.startswith("dropped_")
    }
    ledger = {"read": counted["total"].total, "kept": counted["forwarded"].total, "dropped": dropped}
    sys.stdout.buffer.write(orjson.dumps(ledger))


if __name__ == "__main__":
    main()
