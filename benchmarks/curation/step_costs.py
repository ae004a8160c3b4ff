"""CPU seconds a gigabyte of text, for reading, each step, and the comparisons; for `docs/scale.md`.

Each step works by itself on the same documents of some 1.5 kB (`recombined.py`) in this process,
after a warm-up on a few of them. Reading and the comparisons' preparation are measured the same
way; what comes after (writing, deciding) is the rest of a whole run.

Usage: python benchmarks/curation/step_costs.py [--documents 4000] [--kiwi 400] [--model MODEL] [--json]
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).parents[1]))
from machine import corpora_or_exit, machine, report, versions

from curation.apply import Application
from curation.columns import RowBatch, RowCollector
from curation.inputs import find_inputs
from curation.phases import RowPlan
from curation.progress import Quiet
from curation.readers import READERS
from curation.recipe import Recipe, StepUse
from curation.records import record_id
from curation.run import run_recipe
from curation.steps import STEPS
from curation.steps.base import Given
from curation.units import compared_batch

PARAMS: dict[str, dict[str, Any]] = {"split": {"near_duplicates": False}}
LEFT_OUT = ("decontaminate", "mix")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--documents", type=int, default=4000)
    options.add_argument("--kiwi", type=int, default=400, help="documents for steps with Kiwi")
    options.add_argument("--model", type=Path, help="safety model; without one, words only")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    corpora_or_exit()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, Path(__file__).with_name("recombined.py"), folder, "--words", "130",
             "--documents", str(given.documents)],
            check=True,
        )  # fmt: skip
        costs = measured(Path(folder), given.kiwi, given.model)
    report(
        {
            "name": "step_costs",
            "unit": "CPU seconds a GB of text (UTF-8)",
            "ours": sum(cost for name, cost in costs.items() if name not in STEPS or not STEPS[name].threads),
            "peers": {},
            "limit": None,
            "lower_is_better": True,
            "ratio_to_best_peer": None,
            "costs": costs,
            "machine": machine(),
            "versions": versions("malmoi", "kiwipiepy", "pyarrow"),
        },
        as_json=given.json,
    )


def measured(folder: Path, kiwi: int, model: Path | None) -> dict[str, float]:
    recipe = Recipe.model_validate_json(
        orjson.dumps(
            {
                "name": "costs",
                "sources": [
                    {"name": "a", "reader": "jsonl", "path": "documents", "licence": "CC0-1.0", "config": "a"}
                ],
            }
        )
    )
    (source,) = find_inputs(recipe.sources, folder, READERS, Quiet())
    rows = [
        (record_id("a", item.record), item)
        for unit in source.units
        for target in unit.targets
        for item in source.reader.read(target, source.options)
    ]
    size = sum(len(row.record.text.encode()) for _, row in rows)
    costs = {"read, write, ledger and report": whole_run(recipe, folder) * 1e9 / size}
    for name, step in STEPS.items():
        if name in LEFT_OUT:
            continue
        some = rows[: kiwi if step.threads else len(rows)]
        use = StepUse(step=name, params=PARAMS.get(name, {}))
        here = Given()
        if name == "safety" and model is not None:
            use = StepUse(step=name, params={"layers": ["keywords", "classifier"], "model": model.name})
            here = Given(files={model.name: model})
        work = work_of(use, source.source, here)
        work(batch_of(some[:50]))
        batch = batch_of(some)
        begun = time.process_time()
        work(batch)
        taken = time.process_time() - begun
        costs[name] = taken * 1e9 / sum(len(row.record.text.encode()) for _, row in some)
    return costs


def batch_of(rows: list[Any]) -> RowBatch:
    collector = RowCollector("text")
    for identifier, row in rows:
        collector.add(identifier, row)
    return collector.batch(0)


def work_of(use: StepUse, source: Any, here: Given) -> Callable[[RowBatch], object]:
    if STEPS[use.step].sees == "release":
        plan = RowPlan(source, "text", (), compared=use, scope="")
        found = plan.comparison()
        assert found is not None
        comparison, params = found
        return lambda batch: comparison.prepare(params, compared_batch(plan, batch, list(range(len(batch)))))
    (bound,) = RowPlan(source, "text", ((0, use),), {0: here}).bound()
    return lambda batch: Application([bound]).run(batch.view, batch.attributes, range(len(batch)))


def whole_run(recipe: Recipe, folder: Path) -> float:
    begun = time.process_time()
    run_recipe(recipe, folder, folder / "release")
    return time.process_time() - begun


if __name__ == "__main__":
    main()
