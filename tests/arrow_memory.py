"""How much memory Arrow holds at most while a program reads something."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[1]


def most_held(program: str, *arguments: Path) -> int:
    """Run a program, which finds `arguments` in `sys.argv`, by itself; give the peak in bytes."""
    told = "\nimport pyarrow; print(pyarrow.default_memory_pool().max_memory())"
    done = subprocess.run(
        [sys.executable, "-c", program + told, *map(str, arguments)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return int(done.stdout)
