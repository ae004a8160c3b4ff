"""Memory: how much a run took, and what to do when there was too little."""

import resource
from pathlib import Path

import torch

from curation.errors import UserError
from training.config import Train

_CPU_REFUSALS = ("can't allocate memory", "not enough memory")


def peak_rss_mb() -> int:
    """Give the most memory that this process held so far, in MiB."""
    # Linux's getrusage counts what the process that started this one held then, too.
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    for line in lines:
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def peak_gpu_mb() -> int:
    """Give the most memory of its graphics card that this process held so far, in MiB; 0 without one."""
    return torch.cuda.max_memory_reserved() >> 20 if torch.cuda.is_available() else 0


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether the error says that memory was too small: on a card, or on a processor."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return any(words in str(error) for words in _CPU_REFUSALS)


def out_of_memory(train: Train, micro_batch: int, longest: int) -> UserError:
    """Say that the memory is too small, and which settings need less."""
    remedies = ["a smaller data.max_length", "method.kind: qlora", "a smaller base"]
    if train.gradient_checkpointing != "on":
        remedies.insert(0, "train.gradient_checkpointing: on")
    if micro_batch > 1:
        remedies.insert(0, f"train.micro_batch: {micro_batch // 2}")
    return UserError(
        f"The memory is too small for {micro_batch} sequences of up to {longest:,} tokens at once.",
        where=f"train.micro_batch: {train.micro_batch or 'chosen by itself'}",
        fix=f"Start anew with {', or '.join(remedies)}. `malmoi train plan` predicts what is needed.",
    )
