"""What compiling for a browser needs on this machine: emscripten, and the TVM that the headers fit."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from curation.errors import ConfigurationError, UserError

# The headers stand in for those of these releases; another may want more of them.
WHEELS: Final[Mapping[str, str]] = {"apache-tvm": "0.27.0", "apache-tvm-ffi": "0.1.15"}
COMPILER: Final = "em++"
_EMSCRIPTEN: Final = (
    "Install emscripten and run the command again: on Debian and Ubuntu "
    "`apt-get install --no-install-recommends emscripten`, elsewhere https://emscripten.org."
)
_SECONDS: Final = 120
_HOUR: Final = 3600
_TAIL: Final = 2000


def require_tools() -> None:
    """Make sure that a runtime can be built and a library linked.

    Raises
    ------
    UserError
        When a wheel or emscripten is missing or of another version, and how to get it.
    """
    versions()


def installed() -> bool:
    """Whether :func:`require_tools` would be content."""
    try:
        require_tools()
    except UserError:
        return False
    return True


def versions() -> dict[str, str]:
    """Give the versions of what makes the runtime; raises as :func:`require_tools`."""
    return {**_wheels(), "emscripten": _emscripten()}


def run_compiler(
    arguments: Sequence[str], folder: Path, *, failed: str, doing: str, source: str = ""
) -> None:
    """Run em++ in ``folder``, an hour at most.

    Raises
    ------
    UserError
        ``failed`` with the end of what the compiler says, or that it was still ``doing`` it.
    """
    try:
        done = subprocess.run(
            [COMPILER, *arguments],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_HOUR,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UserError(f"{COMPILER} was still {doing} after an hour.") from error
    if done.returncode:
        raise UserError(
            f"{failed}: {done.stdout.strip()[-_TAIL:]}",
            where=", ".join(filter(None, (COMPILER, source))),
            fix="Make sure that `em++ --version` and its compiler work, and that /tmp has room; emscripten "
            "3.1.6 is known to work.",
        )


def package_folder(module: str) -> Path:
    """Find the folder of an installed package without importing it."""
    found = importlib.util.find_spec(module)
    if found is None or not found.submodule_search_locations:
        raise ConfigurationError(f"The package {module} is not installed.", fix=_pip())
    return Path(next(iter(found.submodule_search_locations)))


def _wheels() -> dict[str, str]:
    here = {}
    for name, wanted in WHEELS.items():
        try:
            here[name] = version(name)
        except PackageNotFoundError as error:
            raise ConfigurationError(
                f"The package {name} is not installed: it compiles models for browsers.", fix=_pip()
            ) from error
        if here[name] != wanted and not here[name].startswith(f"{wanted}."):
            raise ConfigurationError(
                f"{name} {here[name]} is installed; the browser's runtime is made from {wanted}.", fix=_pip()
            )
    return here


def _pip() -> str:
    return "Run: pip install " + " ".join(f"'{name}=={wanted}.*'" for name, wanted in WHEELS.items())


def _emscripten() -> str:
    path = shutil.which(COMPILER)
    if path is None:
        raise ConfigurationError(f"emscripten is not installed: there is no {COMPILER}.", fix=_EMSCRIPTEN)
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UserError(f"emscripten does not run: {error}", where=path, fix=_EMSCRIPTEN) from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-800:]
        raise UserError(f"emscripten does not run: {said}", where=path, fix=_EMSCRIPTEN)
    told = done.stdout.partition("\n")[0].strip()
    # "emcc (Emscripten gcc/clang-like replacement …) 3.1.6 ()": the number, where it is told in that way.
    number = re.search(r"\) (\d+\.\d+\.\d+\S*)", told)
    return number[1] if number else told
