"""What a build takes of this machine: room on its disks, and memory."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from compile.machine.build import Build, Finding
from compile.machine.memory import BrowserMemory
from curation.memory import available_mb
from training.base.model_cache import VARIABLE, cache_folder

# The runtime's objects and sources, and the page with both engines.
_RUNTIME, _PAGE = 100_000_000, 42_000_000
# TVM at work; Python with torch and transformers; Chromium without a model.
_COMPILING, _PYTHON, _CHROMIUM = 1_200_000_000, 900_000_000, 700_000_000
_CONVERTING: Final = 500_000_000


@dataclass(frozen=True, slots=True)
class Needs:
    """Bytes that a build takes of this machine; ``runtime`` has to be compiled."""

    build: Build
    browser: BrowserMemory
    download: int
    runtime: bool

    @property
    def bundle(self) -> int:
        """The bundle's folder."""
        return self.download + _PAGE

    @property
    def unpacked(self) -> int:
        """A GGUF becomes a model folder of float32 in the cache."""
        return 4 * self.browser.parameters if self.build.gguf else 0

    @property
    def memory(self) -> int:
        """Memory of the hungriest step."""
        steps = [_CONVERTING + 2 * 4 * max(self.browser.largest, 1), _COMPILING]
        if self.build.verify:
            # The reference computes in float32 before the browser starts.
            steps += [_PYTHON + 4 * self.browser.parameters, _CHROMIUM + 2 * self.browser.whole]
        return max(steps)

    def disk_faults(self) -> Iterator[Finding]:
        """Find disks without the room; one that holds bundle and cache needs it for both."""
        wanted = {
            self.build.out.absolute(): (self.bundle, "Name a folder on another disk"),
            cache_folder().absolute(): (
                self.unpacked + (_RUNTIME if self.runtime else 0),
                f"Name another folder in the environment variable {VARIABLE}",
            ),
        }
        on_disk: dict[int, list[tuple[Path, int, str]]] = {}
        for path, (size, elsewhere) in wanted.items():
            place = next(one for one in (path, *path.parents) if one.exists())
            on_disk.setdefault(place.stat().st_dev, []).append((place, size, elsewhere))
        for parts in on_disk.values():
            size, free = sum(size for _, size, _ in parts), shutil.disk_usage(parts[0][0]).free
            if size > free:
                heaviest = max(parts, key=lambda part: part[1])
                what = f"The build writes {size / 1e9:,.2f} GB, and the disk has {free / 1e9:,.2f} GB left."
                yield Finding(what, str(heaviest[0]), f"{heaviest[2]}, or make room.")

    def memory_faults(self) -> Iterator[Finding]:
        """Say that memory is short, or nothing."""
        left = available_mb() << 20
        if self.memory <= left:
            return
        fix = "End other programs, or use a machine with more memory."
        if self.build.verify:
            fix = (
                "Build without the trial in a browser, whose reference is in float32; or end other programs."
            )
        what = f"The build takes {self.memory / 1e9:,.2f} GB of memory, and {left / 1e9:,.2f} GB are left."
        yield Finding(what, "memory of this machine", fix)
