"""What stands against a build, and what it takes: this machine, the reader's, time and room."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from compile.formats import quantisation_named
from compile.formats.converting import predicted_bytes
from compile.machine.build import ANY, SHADER_F16, SOFTWARE, Adapter, Build, Finding
from compile.machine.duration import Step, duration
from compile.machine.memory import BrowserMemory, browser_memory
from compile.machine.needs import Needs
from compile.machine.tools import browser_fault, emscripten_fault, mlc_fault, node_fault
from curation.errors import ConfigurationError
from training.base.model_cache import is_cached

_IN_F32: Final = {"q4f16_1": "q4f32_1", "q0f16": "q0f32"}
# A library linked with -O3 and with -O1.
_LIBRARY: Final = {True: 3_600_000, False: 4_900_000}
_USUAL: Final = 6 * 10**9


@dataclass(frozen=True, slots=True)
class Report:
    """What a build takes, and what stands against it.

    ``download`` is what a reader's browser loads, ``disk`` what the bundle takes here, ``memory`` what the
    build takes of this machine's, all in bytes. ``faults`` keep it from being built, ``warnings`` do not.
    """

    download: int
    disk: int
    memory: int
    browser: BrowserMemory
    steps: tuple[Step, ...]
    faults: tuple[Finding, ...]
    warnings: tuple[Finding, ...]

    @property
    def seconds(self) -> float:
        """About how long the build takes."""
        return sum(step.seconds for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        """Give the report as JSON data."""
        return {
            "download_bytes": self.download,
            "disk_bytes": self.disk,
            "memory_bytes": self.memory,
            "browser_memory": self.browser.as_json(),
            "seconds": round(self.seconds),
            "steps": {step.name: round(step.seconds, 1) for step in self.steps},
            "faults": [asdict(fault) for fault in self.faults],
            "warnings": [asdict(warning) for warning in self.warnings],
        }


def require(build: Build, adapter: Adapter = ANY) -> Report:
    """Give the report of a build that can be done.

    Raises
    ------
    ConfigurationError
        When something stands against it; all of it is told at once.
    """
    made = report(build, adapter)
    if not made.faults:
        return made
    first, *more = made.faults
    if not more:
        raise ConfigurationError(first.what, where=first.where, fix=first.fix)
    told = "".join(f"\n- {one.what} ({one.where})\n  {one.fix}" for one in made.faults)
    raise ConfigurationError(
        f"{len(made.faults)} things keep this from being built:{told}",
        fix="Nothing was started; run the command again when all of them are done.",
    )


def report(build: Build, adapter: Adapter = ANY) -> Report:
    """Predict what a build takes, and look for everything that it needs; nothing is built.

    Parameters
    ----------
    adapter
        The one that the model is to run on; one as good as they come when it is not known.

    Raises
    ------
    ConfigurationError
        When there is no quantisation of that name.
    """
    quantisation = quantisation_named(build.chat.quantisation)
    browser = browser_memory(build.architecture, quantisation, build.context, build.prefill_chunk)
    weights = predicted_bytes(build.architecture, quantisation)
    download = weights + _LIBRARY[build.optimise] + build.more
    needs = Needs(build, browser, download, _runtime_missing(build))
    faults = [
        *_too_large(browser, download, adapter),
        *_programs(build),
        *needs.disk_faults(),
        *needs.memory_faults(),
    ]
    return Report(
        download=download,
        disk=needs.bundle,
        memory=needs.memory,
        browser=browser,
        steps=duration(
            build.architecture,
            browser,
            gguf=build.gguf,
            optimise=build.optimise,
            runtime=needs.runtime,
            page=build.page,
            verify=build.verify,
        ),
        faults=tuple(faults),
        warnings=tuple(_warnings(build, browser, adapter)),
    )


def _runtime_missing(build: Build) -> bool:
    """Whether the runtime has to be compiled; without its tools that is a fault of its own."""
    if build.backend != "tvm" or emscripten_fault():
        return False
    from compile.runtime.building import runtime_key  # noqa: PLC0415
    from compile.runtime.tools import versions  # noqa: PLC0415

    return not is_cached("runtime", runtime_key(versions()))


def _too_large(browser: BrowserMemory, download: int, adapter: Adapter) -> Iterator[Finding]:
    """Refuse what no browser can hold, with the arithmetic."""
    if browser.whole > adapter.memory:
        what = (
            f"The model is too large for a browser: {browser.arithmetic}, and {adapter.name} has "
            f"{adapter.memory / 1e9:,.0f} GB at most. The download alone is {download / 1e9:,.1f} GB."
        )
        yield Finding(what, "model", "Choose a smaller model: up to 3 billion weights run on most machines.")
    if browser.largest > adapter.buffer:
        what = (
            f"{browser.largest_name} takes {browser.largest:,} bytes, and a storage buffer of {adapter.name} "
            f"holds {adapter.buffer:,}."
        )
        fix = "Choose a smaller model, or q4f32_1."
        if browser.largest_name.startswith("the "):
            fix = "Set a smaller --context."
        yield Finding(what, "storage buffer", fix)


def _programs(build: Build) -> Iterator[Finding]:
    found = [emscripten_fault() if build.backend == "tvm" else mlc_fault()]
    if build.verify:
        found.append(browser_fault())
    if build.page:
        found.append(node_fault())
    for one in found:
        if one is not None:
            yield Finding(one.what, one.where or "PATH", one.fix)


def _warnings(build: Build, browser: BrowserMemory, adapter: Adapter) -> Iterator[Finding]:
    instead = _IN_F32.get(build.chat.quantisation)
    if instead and SHADER_F16 not in adapter.features:
        what = f"{build.chat.quantisation} needs {SHADER_F16}, which {adapter.name} does not have."
        yield Finding(what, "--quantization", f"Choose {instead}, which runs on every adapter.")
    elif instead and build.verify:
        what = (
            f"{build.chat.quantisation} needs {SHADER_F16}, which {SOFTWARE.name}, where it is tried, lacks."
        )
        yield Finding(
            what, "--quantization", f"Choose {instead}, or try the bundle on a machine that has it."
        )
    if _USUAL < browser.whole <= adapter.memory:
        what = f"Few machines have the graphics memory: {browser.arithmetic}."
        yield Finding(what, "model", "Choose a smaller model or context, if it is for many readers.")
