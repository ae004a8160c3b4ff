"""The programs that a build needs besides Python: which are missing, and how to get them."""

import importlib.util
import re
import shutil
import subprocess
from typing import Final

from curation.errors import UserError
from curation.installing import installing

# The oldest that Vite 7 runs on.
_NODE: Final = (20, 19)
_SECONDS: Final = 30
_GET_NODE: Final = "Install Node 20.19 or newer with npm: on Debian `apt-get install nodejs npm`."


def browser_fault() -> UserError | None:
    """Say what is missing of Chromium and what drives it, or nothing."""
    from compile.verifying import browser_path  # noqa: PLC0415 - not needed where nothing is tried

    try:
        browser_path()
    except UserError as error:
        return error
    if importlib.util.find_spec("playwright") is None:
        return UserError(
            "Playwright, which drives the browser, is not installed.",
            where="packages of Python",
            fix=f"Install it with `{installing('compile')}`.",
        )
    return None


def emscripten_fault() -> UserError | None:
    """Say what is missing of emscripten and TVM, or nothing."""
    from compile.runtime import require_tools  # noqa: PLC0415 - asks installed packages

    try:
        require_tools()
    except UserError as error:
        return error
    return None


def mlc_fault() -> UserError | None:
    """Say that mlc_llm is missing or cannot compile, or nothing."""
    from compile.mlc import find_mlc  # noqa: PLC0415 - not needed for our own backend

    try:
        find_mlc()
    except UserError as error:
        return error
    return None


def node_fault() -> UserError | None:
    """Say what is missing of Node and npm, or nothing."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        missing = "npm" if node else "Node"
        return UserError(
            f"{missing} is not installed, and the page has to be built once.", where="PATH", fix=_GET_NODE
        )
    try:
        said = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=_SECONDS, check=False
        ).stdout.strip()
    except (OSError, subprocess.TimeoutExpired) as error:
        return UserError(f"Node does not run: {error}", where=node, fix=_GET_NODE)
    version = re.match(r"v(\d+)\.(\d+)", said)
    if version is None or (int(version[1]), int(version[2])) < _NODE:
        return UserError(f"Node is too old for the page: {said or 'no version'}.", where=node, fix=_GET_NODE)
    return None
