"""What a run costs: the largest resident memory of this process and its workers."""

import resource
from pathlib import Path


def peak_rss_mb(*, workers: bool = False) -> int:
    """Give the peak resident memory in MiB: of this process, plus the largest ended child with ``workers``.

    Linux counts a process's own peak in ``VmHWM``; ``ru_maxrss`` would also report that of the
    program which started it. So a child that is no worker, such as a tool that a library runs, would
    count this process a second time.
    """
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss if workers else 0
    return (_own_peak_kb() + children) // 1024


def _own_peak_kb() -> int:
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
