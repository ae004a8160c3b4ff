"""Builds an index in a process of its own and kills it, as ``kill -9`` does, where it is told.

Usage: interrupted_run.py DOCS INDEX EMBEDDER POINT COUNT [BATCH]
POINT is one of CALLS, which is done COUNT - 1 times;
``before-`` and ``after-`` say on which side of the last call the process dies.
"""

import os
import signal
import sys
from pathlib import Path

import rag.index
import rag.meaning
import rag.run
import rag.words
from rag.manifest import Manifest
from rag.stores.lancedb import LanceDBStore

CALLS = {
    "record": (Manifest, "record"),
    "forget": (Manifest, "forget"),
    "cache": (Manifest, "cache_vectors"),
    "add": (LanceDBStore, "add"),
    "remove": (LanceDBStore, "remove_documents"),
    "settle": (LanceDBStore, "settle"),
    "add_vectors": (LanceDBStore, "add_vectors"),
    "remove_vectors": (LanceDBStore, "remove_vectors"),
}


def die_at(point: str, count: int) -> None:
    side, call = point.split("-")
    owner, name = CALLS[call]
    original = getattr(owner, name)
    calls = 0

    def dying(self, *arguments, **options):
        nonlocal calls
        calls += 1
        if calls == count and side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(self, *arguments, **options)
        if calls == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, dying)


def main() -> None:
    docs, index, embedder, point, count, *batch = sys.argv[1:]
    if batch:
        rag.words._BATCH_DOCUMENTS = rag.meaning._BATCH_PASSAGES = int(batch[0])
    rag.run._WORTH_SETTLING = 1
    die_at(point, int(count))
    rag.index.index_paths([Path(docs)], Path(index), embedder=embedder)


if __name__ == "__main__":
    main()
