"""Processes that are forked from one that has the libraries: importing them takes longer than most runs."""

import multiprocessing
import os
import runpy
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["training.running.run", "training.base.tiny"])
# Seconds after which something hangs, however many others the machine works for.
HANGS = 600.0


def forked(target: Callable[..., Any], *arguments: object) -> BaseProcess:
    """Start ``target`` in a process of its own; it ends at the latest with this one."""
    process = _FORKS.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


def ended(process: BaseProcess, within: float = HANGS) -> int:
    """Wait for the end of a process; the exit code."""
    process.join(within)
    if process.exitcode is None:
        process.kill()
        process.join(10)
        raise AssertionError("the process hangs")
    return process.exitcode


def program(
    file: Path, arguments: Sequence[object], out: Path, environment: Mapping[str, str]
) -> BaseProcess:
    """Start ``python FILE ARGUMENTS``, with ``out`` as its stdout."""
    words = [str(one) for one in (file, *arguments)]
    return forked(_work, words, out, {"OMP_NUM_THREADS": "1", **environment})


def _work(words: list[str], out: Path, environment: dict[str, str]) -> None:
    os.environ.update(environment)
    import torch

    torch.set_num_threads(1)
    with out.open("wb") as stream:
        os.dup2(stream.fileno(), 1)
    sys.argv = words
    sys.path.insert(0, str(Path(words[0]).parent))
    runpy.run_path(words[0], run_name="__main__")
    sys.stdout.flush()
