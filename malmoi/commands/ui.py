"""`malmoi ui`: the workspace in a browser, on this machine alone."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from malmoi import console
from malmoi.commands.options import AsJson
from malmoi.workspace import Workspace

EXAMPLE = "Example: malmoi ui\n\nOn another port, and without a browser: malmoi ui --port 8090 --no-open"
DEFAULT_PORT = 8066


def ui(
    index: Annotated[
        Path | None,
        typer.Option("--index", help="Index to ask first. Default: the one `malmoi ask` takes."),
    ] = None,
    *,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65_535, help="Port; 0 takes a free one.")
    ] = DEFAULT_PORT,
    browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser, where there is one.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Show the workspace in a browser: releases, cards, evaluations, runs, and questions over an index."""
    from malmoi.ui.desk import Desk
    from malmoi.ui.serving import run

    workspace = Workspace()
    workspace.settings()  # a fault in it is said here, not on the first page

    desk = Desk(workspace, index)

    def tell(url: str) -> None:
        if as_json:
            console.print_json({"url": url, "token": desk.token})
        else:
            console.out.print(f"The workspace is at {url}; Ctrl-C stops it.", soft_wrap=True)
        if browser and not as_json and _has_browser():
            _open(url)

    run(desk, port, tell)


def _has_browser() -> bool:
    """Whether a person sits before a screen: a browser of the terminal would take the terminal."""
    on_screen = sys.platform == "darwin" or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    return on_screen and console.out.is_terminal


def _open(url: str) -> None:
    import threading
    import webbrowser

    # It may wait for the browser, and the browser for the server, which starts after this.
    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
