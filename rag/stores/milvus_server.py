"""The connection to a Milvus: opening it, its collections, and errors in words for people."""

import contextlib
import importlib
import importlib.util
import logging
import os
import re
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from curation.errors import ConfigurationError, UserError
from curation.installing import installing
from rag.stores.milvus_rows import GROUP_BYTES, GROUPS, KEY_BYTES, NUMBERS, TEXT_BYTES, TEXTS, VECTOR_TEXTS

SERVER: Final = "milvus://"
LITE: Final = "milvus-lite:"
_TOKEN: Final = "MILVUS_TOKEN"  # noqa: S105 - the name of a variable
_CONNECT_SECONDS: Final = 10
_PREFIX = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
# Milvus Lite runs in this process and serves all its clients; the last one to leave must stop it, for
# closing a client keeps the file locked until the process ends.
_lite_lock = threading.Lock()
_lite_clients: Counter[Path] = Counter()


class Milvus:
    """An open connection.

    Parameters
    ----------
    spec
        ``milvus://host:port/prefix`` or ``milvus-lite:FILE.db``.
    create
        Make Milvus Lite's file; else it must be there.

    Raises
    ------
    UserError
        When the server does not answer or refuses, or another process holds the file.
    """

    def __init__(self, spec: str, *, create: bool) -> None:
        self._spec = spec
        self._milvus = _package("pymilvus")
        # It writes the traceback of every error to the log, with the query: we say what matters.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        self._file = Path(spec.removeprefix(LITE)).absolute() if spec.startswith(LITE) else None
        if self._file is not None:
            self.prefix = "malmoi"
            self.client: Any = self._open_file(self._file, create=create)
        else:
            uri, self.prefix = _address(spec)
            with self.told():
                self.client = self._milvus.MilvusClient(
                    uri, token=os.environ.get(_TOKEN, ""), timeout=_CONNECT_SECONDS
                )

    def close(self) -> None:
        """Close the connection; Milvus Lite lets go of its file with the last one. Twice is no error."""
        if self.client is None:
            return
        self.client.close()
        self.client = None
        if self._file is None:
            return
        with _lite_lock:
            _lite_clients[self._file] -= 1
            if not _lite_clients[self._file]:
                manager = importlib.import_module("milvus_lite.server_manager")
                manager.server_manager_instance.release_server(str(self._file))

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """Tell the person what Milvus says went wrong."""
        try:
            yield
        except self._milvus.MilvusException as error:
            raise UserError(
                f"Milvus does not do what was asked: {error.message}",
                where=self._spec,
                fix=f"See that it runs and can be reached, and that {_TOKEN} is right; then try again.",
            ) from error

    def open_passages(self, *, create: bool) -> str:
        """Name of the collection of passages, open."""
        schema, types = self._schema(TEXTS), self._milvus.DataType
        for name in NUMBERS:
            schema.add_field(name, types.INT64)
        schema.add_field("lexical", types.VARCHAR, max_length=TEXT_BYTES)
        schema.add_field("sparse", types.SPARSE_FLOAT_VECTOR)
        # Milvus Lite refuses the default, AUTOINDEX, for a sparse field, and knows inner products alone.
        return self._open(
            "passages", schema, create, field="sparse", kind="SPARSE_INVERTED_INDEX", metric="IP"
        )

    def open_vectors(self, dimensions: int, *, create: bool) -> str:
        """Name of the collection of vectors, open; its index is flat, so it compares exactly."""
        schema = self._schema(VECTOR_TEXTS)
        schema.add_field("vector", self._milvus.DataType.FLOAT_VECTOR, dim=dimensions)
        return self._open("vectors", schema, create, field="vector", kind="FLAT", metric="COSINE")

    def _schema(self, texts: Sequence[str]) -> Any:
        types = self._milvus.DataType
        schema = self._milvus.MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("key", types.VARCHAR, max_length=KEY_BYTES, is_primary=True)
        schema.add_field("doc_key", types.VARCHAR, max_length=KEY_BYTES)
        for name in texts:
            schema.add_field(name, types.VARCHAR, max_length=TEXT_BYTES)
        schema.add_field(
            "acl", types.ARRAY, element_type=types.VARCHAR, max_capacity=GROUPS, max_length=GROUP_BYTES
        )
        return schema

    def _open(self, kept: str, schema: Any, create: bool, *, field: str, kind: str, metric: str) -> str:
        name = f"{self.prefix}_{kept}"
        with self.told():
            if self.client.has_collection(name):
                there = [one["name"] for one in self.client.describe_collection(name)["fields"]]
                if there != [one.name for one in schema.fields]:
                    raise ConfigurationError(
                        f"Another program or version made {name}: it has other fields.",
                        where=self._spec,
                        fix="Choose another prefix: milvus://host:port/PREFIX",
                    )
                self.client.load_collection(name)
            elif create:
                params = self.client.prepare_index_params()
                params.add_index(field, index_type=kind, metric_type=metric)
                self.client.create_collection(
                    name, schema=schema, index_params=params, consistency_level="Strong"
                )
            else:
                raise ConfigurationError(
                    f"The index has a manifest and no {kept}: Milvus has no collection {name}.",
                    where=self._spec,
                    fix="Build the index again: malmoi rag index PATH --out INDEX",
                )
        return name

    def _open_file(self, file: Path, *, create: bool) -> Any:
        _package("milvus_lite")
        if file.suffix != ".db":
            raise ConfigurationError(
                "Milvus Lite wants a name that ends in .db.", where=str(file), fix="Add .db to its name."
            )
        if not create and not file.exists():
            raise ConfigurationError(
                "The index has a manifest and no passages: its Milvus Lite is gone.",
                where=str(file),
                fix="Build the index again: malmoi rag index PATH --out INDEX",
            )
        # It says on the log, with a traceback, what we are about to say.
        logging.getLogger("milvus_lite").setLevel(logging.CRITICAL)
        with _lite_lock:
            try:
                client = self._milvus.MilvusClient(str(file))
            except self._milvus.MilvusException as error:
                raise UserError(
                    "Milvus Lite cannot be opened: another process has it, or it is damaged.",
                    where=f"{file}: {error.message}",
                    fix="Close the other process: one at a time may use it. LanceDB takes several.",
                ) from error
            _lite_clients[file] += 1
        return client


def _address(spec: str) -> tuple[str, str]:
    """URI and prefix of a server's spec."""
    host, _, prefix = spec.removeprefix(SERVER).rstrip("/").partition("/")
    if not host or "@" in host or not _PREFIX.fullmatch(prefix):
        raise ConfigurationError(
            "A Milvus is named by its address and a prefix of letters, digits and underscores.",
            where=spec,
            fix=f"Write it as milvus://host:19530/my_index; a token belongs in {_TOKEN}.",
        )
    return f"http://{host}", prefix


def _package(name: str) -> Any:
    if importlib.util.find_spec(name) is None:
        raise ConfigurationError(
            f"The index is in Milvus, and {name} is not installed.", fix=installing("milvus")
        )
    return importlib.import_module(name)
