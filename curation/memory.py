"""How much memory is left, so that a run stops by itself before the kernel stops it without a word."""

from pathlib import Path

import psutil

LEAST_MB = 128
_GROUP = Path("/sys/fs/cgroup")
_MB = 1024 * 1024


def available_mb(group: Path = _GROUP) -> int:
    """Give the memory that is left on this machine, or in the container that the process is in.

    A container's limit and use are those of cgroup v2; what its page cache holds can be had back.
    """
    left = int(psutil.virtual_memory().available)
    try:
        limit = (group / "memory.max").read_text().strip()
        if limit != "max":
            held = int((group / "memory.current").read_text())
            lines = (group / "memory.stat").read_text().splitlines()
            cached = next(int(line.split()[1]) for line in lines if line.startswith("inactive_file "))
            left = min(left, int(limit) - held + cached)
    except (OSError, ValueError, StopIteration):
        pass  # no container, or one of another kind
    return left // _MB


def check_memory() -> None:
    """Raise :class:`MemoryError` when next to nothing is left."""
    left = available_mb()
    if left < LEAST_MB:
        raise MemoryError(f"{left} MB of memory are left")
