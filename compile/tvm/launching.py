"""Loops of our kernels: over threads of a device, or one after the other on a processor, for tests.

In a kernel's loop over workgroups phases follow one another: each phase is one loop over threads. Threads
talk to those of their workgroup through shared buffers alone, and only from one phase to the next, where TVM
puts a barrier; so a processor that runs the threads of a phase in turn gives the same values.
"""

from dataclasses import dataclass
from typing import Any, Final

from tvm.script import tirx as T  # noqa: N812
from tvm.target import Target

THREADS: Final = 64
"""Threads of a workgroup of the model's own kernels."""
WIDE: Final = 256
"""Threads of a workgroup of the kernels of logits: as many as every adapter has."""


@dataclass(frozen=True, slots=True)
class Loops:
    """How loops of a kernel run: as threads of a ``device`` or not, ``width`` of them in a workgroup."""

    device: bool
    width: int

    def heads(self, count: Any) -> Any:
        """Loop over heads, a workgroup each."""
        return T.thread_binding(count, thread="blockIdx.y") if self.device else T.serial(count)

    def blocks(self, count: Any) -> Any:
        """Loop over workgroups."""
        return T.thread_binding(count, thread="blockIdx.x") if self.device else T.serial(count)

    def threads(self) -> Any:
        """Loop over the threads of a workgroup: one phase."""
        return T.thread_binding(self.width, thread="threadIdx.x") if self.device else T.serial(self.width)

    def shared(self, *shape: int, dtype: str = "float32") -> Any:
        """Make room that the threads of a workgroup share."""
        return T.alloc_buffer(shape, dtype, scope="shared" if self.device else "global")

    def own(self, count: int) -> Any:
        """Make room for ``count`` float32 of each thread, from phase to phase; `at` says where they stand."""
        return T.alloc_buffer((1 if self.device else self.width, count), "float32", scope="local")

    def each(self, count: int, dtype: str) -> list[Any]:
        """Make room for ``count`` values of each thread apart, so that a device keeps them in registers."""
        rows = 1 if self.device else self.width
        return [T.alloc_buffer((rows,), dtype, scope="local") for _ in range(count)]

    def at(self, thread: Any) -> Any:
        """Give the row of a thread in what `own` made: on a device each has its own registers."""
        return 0 if self.device else thread


def loops_here(width: int = THREADS) -> Loops:
    """Give the loops of the target that is current."""
    return Loops(device=Target.current(allow_none=False).kind.name != "llvm", width=width)
