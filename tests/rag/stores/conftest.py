"""Every store that the contract is held against."""

import os
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag.stores import PassageStore, open_store

DIMENSIONS = 8
_SERVER = os.environ.get("MILVUS_URI", "")


@dataclass(frozen=True)
class Place:
    """Where a store of a test lies."""

    spec: str
    folder: Path

    def open(self, *, create: bool = False, dimensions: int = DIMENSIONS) -> PassageStore:
        return open_store(self.spec, self.folder, dimensions, create=create)


@pytest.fixture(
    params=[
        "lancedb",
        "milvus-lite",
        pytest.param("milvus", marks=pytest.mark.skipif(not _SERVER, reason="MILVUS_URI names no server")),
    ]
)
def place(request, tmp_path):
    if request.param == "milvus-lite":
        pytest.importorskip("milvus_lite")
        yield Place(f"milvus-lite:{tmp_path / 'store.db'}", tmp_path)
    elif request.param == "milvus":
        milvus = pytest.importorskip("pymilvus")
        prefix = f"test_{uuid.uuid4().hex}"
        yield Place(f"milvus://{_SERVER.split('://')[-1]}/{prefix}", tmp_path)
        client = milvus.MilvusClient(f"http://{_SERVER.split('://')[-1]}", os.environ.get("MILVUS_TOKEN", ""))
        for name in ("passages", "vectors"):
            client.drop_collection(f"{prefix}_{name}")
    else:
        yield Place("lancedb", tmp_path)


@pytest.fixture
def store(place):
    opened = place.open(create=True)
    yield opened
    opened.close()
