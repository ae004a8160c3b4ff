"""How long a build takes, from what its steps took on two cores of 2.5 GHz.

Measured with SmolLM2 (134.5 million parameters, 30 layers) and a random Llama of two layers.
"""

from dataclasses import dataclass
from typing import Final

from compile.machine.memory import BrowserMemory
from compile.models import Architecture

# Parameters a second: quantising 100 to 140 million; unpacking a GGUF and writing it, and hashing, as many.
_CONVERTED: Final = 100e6
_UNPACKED: Final = 100e6
# Making the library: seconds at least, and for each layer. SmolLM2 took 3.6 to 11.
_LIBRARY, _LIBRARY_LAYER = 3.0, 0.2
_LINK: Final = {True: 45.0, False: 3.0}
_RUNTIME: Final = 75.0
_PAGE: Final = 40.0
# The test in the browser on a software adapter: pipelines, and tokens of all prompts, each of which passes
# through every parameter: SmolLM2 made 4 a second.
_SHADERS, _TOKENS, _TOKEN_PARAMETERS = 20.0, 100, 540e6
# Parameters a second that the reference loads; it answers the same prompts at some tenths of that.
_REFERENCE: Final = 25e6


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a build, and about how many seconds it takes."""

    name: str
    seconds: float


def duration(
    model: Architecture,
    memory: BrowserMemory,
    *,
    gguf: bool,
    optimise: bool,
    runtime: bool,
    page: bool,
    verify: bool,
) -> tuple[Step, ...]:
    """Predict the steps of a build that have to be done.

    Parameters
    ----------
    gguf
        The model comes as GGUF and is unpacked first.
    optimise
        The library is linked with -O3.
    runtime, page
        They have to be built.
    verify
        The model's first tokens are compared in a browser.
    """
    count = memory.parameters
    steps = [
        Step("unpack the GGUF", count / _UNPACKED) if gguf else None,
        Step("quantise", count / _CONVERTED),
        Step("build the runtime", _RUNTIME) if runtime else None,
        Step("compile the library", _LIBRARY + _LIBRARY_LAYER * model.layers),
        Step("link the library", _LINK[optimise]),
        Step("build the page", _PAGE) if page else None,
        Step("answer with the reference", count / _REFERENCE) if verify else None,
        Step("verify in a browser", _SHADERS + _TOKENS * count / _TOKEN_PARAMETERS) if verify else None,
    ]
    return tuple(step for step in steps if step is not None)
