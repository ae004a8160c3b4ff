"""A server for one bundle on the loopback address, in a thread of its own."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Final

import uvicorn

from compile.serving.files import application
from curation.errors import ConfigurationError

_HOST: Final = "127.0.0.1"
# Downloads that are under way when it ends are cut off after this long.
_STOP_GRACE_S: Final = 2


class BundleServer:
    """Serves a bundle while the block runs.

    Parameters
    ----------
    bundle
        The bundle's folder.
    port
        0 takes a free one.
    page
        A folder whose files are served where the bundle has none of that name.

    Raises
    ------
    ConfigurationError
        When there is no such folder, or another program has the port.
    """

    def __init__(self, bundle: Path, port: int = 0, *, page: Path | None = None) -> None:
        self._folders = (bundle, page) if page else (bundle,)
        for folder in self._folders:
            if not folder.is_dir():
                raise ConfigurationError(
                    "There is no bundle here.",
                    where=str(folder),
                    fix="Name the folder that `malmoi compile` made.",
                )
        self._port = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self.url = ""

    def __enter__(self) -> "BundleServer":
        listener = _bound(self._port)
        self.url = f"http://{_HOST}:{listener.getsockname()[1]}/"
        self._server = _Server(
            uvicorn.Config(
                application(*self._folders),
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_STOP_GRACE_S,
            )
        )
        self._thread = threading.Thread(
            target=_serve, args=(self._server, listener), name="bundle server", daemon=True
        )
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.005)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Accept no request any more, and end."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()


def run(bundle: Path, port: int, tell: Callable[[str], None]) -> None:
    """Serve a bundle until Ctrl-C; ``tell`` gets its address once it answers.

    Raises
    ------
    ConfigurationError
        As `BundleServer`.
    """
    with BundleServer(bundle, port) as server, contextlib.suppress(KeyboardInterrupt):
        tell(server.url)
        threading.Event().wait()


class _Server(uvicorn.Server):
    """A part of the program: signals are for the whole of it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _serve(server: _Server, listener: socket.socket) -> None:
    with contextlib.closing(listener):
        server.run([listener])


def _bound(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise ConfigurationError(
            f"The page cannot be served on port {port}: {getattr(error, 'strerror', None) or error}.",
            where="--port",
            fix="Choose another port, end the program that has this one, or write 0 for a free one.",
        ) from error
    return listener
