"""What tests of training share: the two base models, each made once for all of them, and one thread."""

import os
from pathlib import Path

import pytest

# Before torch is imported: tests run side by side on two cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from training.base import resolve
from training.config import Base


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny() -> Path:
    """The folder of the random model of two layers; read it only."""
    return resolve(Base(model="tiny")).folder


@pytest.fixture(scope="session")
def smollm2() -> Path:
    """The folder of SmolLM2, made once on a machine; read it only."""
    return resolve(Base(model="smollm2")).folder
