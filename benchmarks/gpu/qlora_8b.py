"""QLoRA of a Llama of 8B parameters on one GPU: tokens a second and peak memory, beside what the chip can do.

The weights are random: throughput does not depend on them, and nothing is downloaded. Rows are packed to
``--length`` tokens, ``--rows`` at a time, so that unpacking NF4 (the same for every micro-step) is spread
over enough tokens. ``ours`` is the trainer of `training.running`; beside it plain TRL, and a loop in
PyTorch. Where TRL is not installed the loop alone is run and stands for ours; the object says so.

The limit is that of the arithmetic: 2 FLOP forward, 2 for the gradient of the activations (the base is
frozen) and 2 to compute again what checkpointing dropped, each for every weight that a token is multiplied
with. It needs torch, transformers, peft and bitsandbytes; only ``ours`` needs the project.

Usage: python benchmarks/gpu/qlora_8b.py [--rows 4] [--length 2048] [--steps 10] [--json]
       python benchmarks/gpu/qlora_8b.py --shape tiny --device cpu --length 64 --steps 2   # tries the code
"""

import argparse
import contextlib
import gc
import importlib.metadata
import importlib.util
import json
import platform
import statistics
import sys
import time
from typing import Any

import qlora_ways
import torch
from random_llama import multiplied_parameters

LIMIT_TOKENS, LIMIT_GB = 8_400.0, 24.0
FLOP_EACH = 6
WARM_UP = 2
# Dense bfloat16, from the makers' data sheets.
TERAFLOPS = {"H200": 989.0, "H100": 989.0, "A100": 312.0, "RTX 4090": 165.0, "L4": 121.0}


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--shape", choices=("8b", "tiny"), default="8b")
    options.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    options.add_argument("--rows", type=int, default=4, help="packed rows of a micro-step")
    options.add_argument("--length", type=int, default=2048, help="tokens of a packed row")
    options.add_argument("--steps", type=int, default=10, help="measured ones; two more come before them")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    if given.device == "cuda" and not torch.cuda.is_available():
        say({"name": "qlora_8b", "not_run": "there is no GPU on this machine"}, as_json=given.json)
        return
    say(measured(given), as_json=given.json)


def measured(given: argparse.Namespace) -> dict[str, Any]:
    found, not_run = {}, {}
    for name, way in qlora_ways.WAYS.items():
        missing = [package for package in way.needs if importlib.util.find_spec(package) is None]
        if missing:
            not_run[name] = f"not installed: {', '.join(missing)}"
            continue
        found[name] = one(way.train, given)
    stands_for_ours = "ours" if "ours" in found else "loop"
    ours = found[stands_for_ours]["tokens_per_second"]
    peers = {name: one["tokens_per_second"] for name, one in found.items() if name != stands_for_ours}
    bound = arithmetic_limit(given)
    return {
        "name": "qlora_8b",
        "unit": "tokens/s",
        "ours": ours,
        "ours_is": stands_for_ours,
        "peers": peers,
        "limit": LIMIT_TOKENS,
        "limit_peak_gb": LIMIT_GB,
        "ratio_to_best_peer": ours / max(peers.values()) if peers else None,
        "arithmetic_limit": bound,
        "share_of_arithmetic_limit": ours / bound if bound else None,
        "shape": given.shape,
        "tokens_a_micro_step": given.rows * given.length,
        "measured": found,
        "not_run": not_run,
        "machine": machine(given),
        "versions": versions("torch", "transformers", "peft", "bitsandbytes", "trl"),
    }


def one(train: Any, given: argparse.Namespace) -> dict[str, float]:
    """Each way gets a model of its own, and the memory of the one before back."""
    on_gpu = given.device == "cuda"
    gc.collect()
    if on_gpu:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    torch.manual_seed(0)
    begun = time.perf_counter()
    with contextlib.redirect_stdout(sys.stderr):  # trainers print
        steps = train(given, WARM_UP + given.steps)
    seconds = [one.seconds for one in steps[WARM_UP:]]
    return {
        "tokens_per_second": sum(one.tokens for one in steps[WARM_UP:]) / sum(seconds),
        "median_step_seconds": statistics.median(seconds),
        "first_loss": steps[0].loss,
        "last_loss": steps[-1].loss,
        "peak_gb": torch.cuda.max_memory_reserved() / 1e9 if on_gpu else 0.0,
        "seconds_with_loading": time.perf_counter() - begun,
    }


def arithmetic_limit(given: argparse.Namespace) -> float | None:
    if given.device != "cuda":
        return None
    chip = torch.cuda.get_device_name()
    peak = next((peak for name, peak in TERAFLOPS.items() if name in chip), None)
    return peak * 1e12 / (FLOP_EACH * multiplied_parameters(given.shape)) if peak else None


def machine(given: argparse.Namespace) -> str:
    name = torch.cuda.get_device_name() if given.device == "cuda" else platform.machine()
    return f"{name}, Python {platform.python_version()}"


def versions(*distributions: str) -> dict[str, str]:
    held = {}
    for name in distributions:
        try:
            held[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            held[name] = "not installed"
    return held


def say(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result, indent=2))
        return
    for name, value in result.items():
        print(f"{name}: {f'{value:,.3f}' if isinstance(value, float) else value}")


if __name__ == "__main__":
    main()
