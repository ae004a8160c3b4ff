"""The command mlc_llm: whether it is there, and what it says when it fails."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from curation.errors import ConfigurationError, UserError

COMMAND: Final = "mlc_llm"
_DOCUMENTED: Final = "https://llm.mlc.ai/docs/install/mlc_llm.html"
_ASKED, _SECONDS = 300, 6 * 3600
_TAIL: Final = 2000


def find_mlc() -> Path:
    """Find the command that compiles.

    Raises
    ------
    ConfigurationError
        When it is not installed, or cannot compile: the packages of that name on PyPI are empty.
    """
    found = shutil.which(COMMAND)
    fix = f"Install it as {_DOCUMENTED} says, or leave out --backend mlc: ours needs no mlc_llm."
    if found is None:
        raise ConfigurationError(
            f"{COMMAND} is not installed, and --backend mlc drives it.", where="PATH", fix=fix
        )
    try:
        done = _done([found, "compile", "--help"], _ASKED)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigurationError(f"{COMMAND} does not run: {error}", where=found, fix=fix) from error
    if done.returncode:
        raise ConfigurationError(
            f"{COMMAND} cannot compile (exit code {done.returncode}): {_said(done)}", where=found, fix=fix
        )
    return Path(found)


def run_step(command: Path, arguments: Sequence[str]) -> None:
    """Run a step of it.

    Raises
    ------
    UserError
        With its last words when it fails.
    """
    step = arguments[0]
    try:
        done = _done([str(command), *arguments], _SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UserError(f"`{COMMAND} {step}` did not end: {error}", where=str(command)) from error
    if done.returncode:
        raise UserError(
            f"`{COMMAND} {step}` failed (exit code {done.returncode}):\n{_said(done)}",
            where=str(command),
            fix=_remedy(step),
        )


def _done(command: Sequence[str], seconds: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
        timeout=seconds,
        check=False,
    )


def _said(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout.strip()[-_TAIL:] or "it said nothing"


def _remedy(step: str) -> str:
    if step == "compile":
        return (
            "For WebGPU it needs emscripten, its own sources and TVM's: see "
            "https://llm.mlc.ai/docs/install/emcc.html. Or leave out --backend mlc."
        )
    return "Run the step by hand; mlc_llm may not know this model. Or leave out --backend mlc."
