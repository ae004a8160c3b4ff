"""The page: built from `compile/web` by Node, once for every state of its sources, or shipped ready."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from compile.page_licences import LICENCES, page_licences
from curation.checkpoints import key_of, sha256_of
from curation.errors import UserError
from curation.progress import Progress, Quiet
from training.base.model_cache import cached, is_cached

WEB: Final = Path(__file__).parent / "web"
_SHIPPED: Final = WEB / "dist"
# Written by an installation without sources; its presence says that the page is complete.
_ENTRY: Final = "index.html"
_SECONDS: Final = 600


def page_folder(progress: Progress | None = None) -> Path:
    """Give the folder of the built page; a page of other sources is built again.

    Raises
    ------
    UserError
        When it must be built and Node is not here, or the build fails.
    """
    if not (WEB / "package.json").exists():
        if (_SHIPPED / _ENTRY).exists():
            return _SHIPPED
        raise UserError("The page is not part of this installation.", where=str(WEB), fix="Reinstall malmoi.")
    shown = progress or Quiet()
    return cached("page", _key(), lambda out: _build(out, shown), what="The page").folder


def copy_page(built: Path, bundle: Path) -> None:
    """Copy the built page into a bundle."""
    shutil.copytree(built, bundle, dirs_exist_ok=True, ignore=shutil.ignore_patterns("done.json"))


def must_be_built() -> bool:
    """Whether Node is needed: sources are here, and no page of them was built."""
    if not (WEB / "package.json").exists():
        return False
    return not is_cached("page", _key())


def _key() -> str:
    return key_of({"sources": _sources(), "beside": LICENCES})


def _sources() -> Mapping[str, str]:
    """SHA-256 of everything that a build reads, by name."""
    roots = [WEB / name for name in ("src", "public")]
    files = [file for root in roots for file in root.rglob("*") if file.is_file()]
    files += [file for file in WEB.iterdir() if file.is_file()]
    return {file.relative_to(WEB).as_posix(): sha256_of(file) for file in files}


def _build(out: Path, progress: Progress) -> dict[str, Any]:
    npm = shutil.which("npm")
    if npm is None:
        raise UserError(
            "The page must be built once, and Node is not on this machine.",
            where=str(WEB),
            fix="Install Node 20.19 or newer with npm (Debian: apt-get install nodejs npm).",
        )
    with progress.task("build the page", 2, "steps") as advance:
        lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
        stamp = WEB / "node_modules" / ".malmoi-lock"
        if not stamp.exists() or stamp.read_text() != lock:
            _run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            stamp.write_text(lock)
        advance(1)
        vite = WEB / "node_modules" / ".bin" / "vite"
        _run([str(vite), "build", "--outDir", str(out), "--emptyOutDir", "--logLevel", "warn"])
        (out / LICENCES).write_text("\n\n".join(page_licences(WEB)), encoding="utf-8")
        advance(1)
    return {}


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=WEB,
            env={**os.environ, "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UserError(
            f"The page could not be built: {error}", where=str(WEB), fix="Run the command again."
        ) from error
    if done.returncode:
        last = "\n".join(done.stdout.strip().splitlines()[-15:])
        raise UserError(
            f"The page could not be built ({Path(command[0]).name} ended with {done.returncode}):\n{last}",
            where=str(WEB),
            fix="Without a connection the packages cannot be fetched: run it once with one, then again.",
        )
