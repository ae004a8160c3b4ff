"""On what figures were measured: processor, memory, accelerators, system, and how busy the machine was."""

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Facts:
    """What does not change while benchmarks run."""

    processor: str
    cores: int
    memory_gb: float
    accelerators: tuple[str, ...]
    system: str
    python: str
    commit: str


def facts(project: Path) -> Facts:
    return Facts(
        _processor(),
        len(os.sched_getaffinity(0)),
        round(psutil.virtual_memory().total / 2**30, 1),
        tuple(_lines("nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader")),
        f"{platform.system()} {platform.release()}",
        platform.python_version(),
        _commit(project),
    )


def busy() -> float:
    """Give the load average of the last minute: other work disturbs times."""
    return round(os.getloadavg()[0], 2)


def _processor() -> str:
    try:
        lines = CPU_INFO.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{name or platform.processor() or 'unknown'} ({platform.machine()})"


def _commit(project: Path) -> str:
    (commit, *_) = [*_lines("git", "-C", str(project), "rev-parse", "--short=12", "HEAD"), ""]
    changed = _lines("git", "-C", str(project), "status", "--porcelain", "--untracked-files=no")
    return f"{commit} + changes" if commit and changed else commit


def _lines(program: str, *arguments: str) -> list[str]:
    """Give what a program says; nothing where it is missing or fails."""
    if shutil.which(program) is None:
        return []
    try:
        done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []
