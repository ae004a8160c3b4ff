"""Where passages and their vectors live: LanceDB in the index's folder, or a Milvus.

`open_store` opens one by its name in the manifest; `rag.stores.base` has the contract.
"""

from pathlib import Path

from curation.errors import ConfigurationError
from rag.manifest import DEFAULT_STORE
from rag.stores import namespace_client as namespace_client
from rag.stores.base import PassageStore, Stored
from rag.stores.lancedb import TABLES_FOLDER, LanceDBStore
from rag.stores.milvus import MilvusStore
from rag.stores.milvus_server import LITE, SERVER

__all__ = ["DEFAULT_STORE", "TABLES_FOLDER", "PassageStore", "Stored", "open_store"]


def open_store(spec: str, folder: Path, dimensions: int, *, create: bool) -> PassageStore:
    """Open the store of an index.

    Parameters
    ----------
    spec
        ``lancedb``: tables in the index's folder; ``milvus://host:port/prefix``: two collections on a
        server, whose token is read from MILVUS_TOKEN; ``milvus-lite:FILE.db``: the same in a file.
    folder
        The index's folder.
    dimensions
        Of the vectors; 0: an index by words alone.
    create
        Make what is not there; else it must be.

    Raises
    ------
    ConfigurationError
        For a store of no known kind, one that is gone, or one that another version wrote.
    UserError
        When it does not answer, or another process holds it.
    """
    if spec == DEFAULT_STORE:
        return LanceDBStore(folder / TABLES_FOLDER, dimensions, create=create)
    if spec.startswith((SERVER, LITE)):
        return MilvusStore(spec, dimensions, create=create)
    raise ConfigurationError(
        f"There is no store {spec!r}.",
        where=str(folder),
        fix=f"Choose {DEFAULT_STORE} or {SERVER}host:port/prefix; a newer version may know more.",
    )
