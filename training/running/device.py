"""What the machine is: where a run computes, in which precision, and on what."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, Literal

import psutil

from curation.errors import ConfigurationError
from training.config import Train

Precision = Literal["bf16", "fp32"]

_PACKAGES: Final = (
    "malmoi",
    "torch",
    "transformers",
    "peft",
    "trl",
    "bitsandbytes",
    "accelerate",
    "datasets",
    "tokenizers",
)
_CPU: Final = Path("/proc/cpuinfo")


def device_type() -> str:
    """Give ``cuda`` where there is a graphics card that torch can use, else ``cpu``."""
    import torch  # noqa: PLC0415 - seconds to import

    return "cuda" if torch.cuda.is_available() else "cpu"


def precision_of(train: Train) -> Precision:
    """Give the type of products: ``auto`` is bfloat16 where the device computes in it by itself.

    Elsewhere it is emulated, and slower than 32 bits. (On a core of an EPYC with AVX512-BF16, QLoRA of
    SmolLM2 does 170 tokens a second in bfloat16, 83 in 32 bits.)

    Raises
    ------
    ConfigurationError
        When a graphics card without bfloat16 is asked for it.
    """
    import torch  # noqa: PLC0415 - seconds to import

    if train.precision == "fp32":
        return "fp32"
    if device_type() == "cuda":
        able = torch.cuda.is_bf16_supported(including_emulation=False)
        if train.precision == "bf16" and not able:
            raise ConfigurationError(
                "This graphics card does not compute in bfloat16.",
                where="train.precision: bf16",
                fix="Leave train.precision out, or set it to fp32.",
            )
    else:
        able = not _cpu_flags().isdisjoint({"avx512_bf16", "amx_bf16", "bf16"})
    return "bf16" if able or train.precision == "bf16" else "fp32"


def _cpu_flags() -> frozenset[str]:
    """Flags of the processor; `bf16` is that of ARM."""
    return frozenset(_cpu_line("flags").split() + _cpu_line("Features").split())


def _cpu_line(key: str) -> str:
    try:
        lines = _CPU.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")


@dataclass(frozen=True, slots=True)
class Hardware:
    """The machine of a run; memory in MiB."""

    device: str
    processor: str
    cores: int
    memory_mb: int
    gpus: tuple[str, ...]
    gpu_memory_mb: int
    system: str
    processes: int

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data."""
        return {
            "device": self.device,
            "processor": self.processor,
            "cores": self.cores,
            "memory_mb": self.memory_mb,
            "gpus": list(self.gpus),
            "gpu_memory_mb": self.gpu_memory_mb,
            "system": self.system,
            "processes": self.processes,
        }


def hardware() -> Hardware:
    """Look at this machine; the graphics cards are those that the run may use."""
    import torch  # noqa: PLC0415 - seconds to import

    cards = [torch.cuda.get_device_properties(number) for number in range(torch.cuda.device_count())]
    return Hardware(
        device=device_type(),
        processor=_cpu_line("model name") or platform.processor() or platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        memory_mb=psutil.virtual_memory().total >> 20,
        gpus=tuple(card.name for card in cards),
        gpu_memory_mb=sum(card.total_memory for card in cards) >> 20,
        system=f"{platform.system()} {platform.machine()}",
        processes=processes(),
    )


def processes() -> int:
    """Give how many processes were launched together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def versions() -> dict[str, str]:
    """Give the versions of what decides the result."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
