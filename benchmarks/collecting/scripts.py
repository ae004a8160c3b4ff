"""Every benchmark, what it needs, and how it is run for a first look and in full."""

import re
from dataclasses import dataclass
from pathlib import Path

BENCHMARKS = Path(__file__).parents[1]
# Minutes that a script may take.
QUICK, FULL = 10, 180


@dataclass(frozen=True)
class Script:
    """A benchmark by its path under benchmarks/; without ``quick`` it is left out of a first look."""

    path: str
    quick: tuple[str, ...] | None
    full: tuple[str, ...] = ()
    minutes: int = FULL

    @property
    def file(self) -> Path:
        return BENCHMARKS / self.path

    @property
    def name(self) -> str:
        """The path as one word, for files: ``rag/scale.py`` is ``rag-scale``."""
        return self.path.removesuffix(".py").replace("/", "-")

    def arguments(self, *, quick: bool) -> tuple[str, ...] | None:
        """Its arguments; None where it is left out."""
        return self.quick if quick else self.full


def _quick(arguments: str) -> tuple[str, ...]:
    return tuple(arguments.split())


# In the order in which they are run: what takes little first.
SCRIPTS = (
    Script("slack/conventions.py", _quick("")),
    Script("curation/readers.py", _quick("--runs 1")),
    Script("curate_throughput.py", _quick("--runs 1")),
    Script("curation/filters.py", _quick("--documents 2000 --short 4000 --runs 1 --without datatrove")),
    Script("curation/exact_dedup.py", _quick("--rows 20000 --runs 1")),
    Script("curation/near_dedup.py", _quick("--documents 2000 --peers datasketch")),
    Script("curation/scale.py", _quick("--rows 4000 --times 3")),
    Script("curation/step_costs.py", _quick("--documents 300 --kiwi 30")),
    Script("curation/quality_measures.py", _quick("--texts 20")),
    Script("curation/shape_thresholds.py", None),
    Script("curation/kiwi_threads.py", _quick("--runs 1 --batch 256")),
    Script("rag/answers.py", _quick("--split dev")),
    Script("rag/indexing.py", _quick("--characters 60000 --vectors 40 --passages 2000")),
    Script("rag/scale.py", _quick("--passages 4000 --queries 30")),
    Script("rag/quality.py", None),
    Script("rag/expansion.py", None),
    Script("chat/concurrency.py", _quick("--questions 4 --tokens 8")),
    Script("prompting/overhead.py", _quick("--rounds 1 --tokens 8")),
    Script("slack/pace.py", _quick("--questions 4 --others 2 --runs 1")),
    Script("slack/load.py", _quick("--events-per-second 10 --seconds 5 --burst 20 --runs 1")),
    Script("slack/slow_model.py", _quick("--waiting 20 --events-per-second 10 --seconds 5 --runs 1")),
    Script("slack/reconnect.py", _quick("--runs 1")),
    Script("slack/kills.py", _quick("--kills 2 --per-second 5")),
    Script("slack/memory.py", None, _quick("--events 100000")),
    Script("training/throughput.py", _quick("--base tiny --steps 2 --rounds 1")),
    Script("browser/search.py", _quick("--passages 1000")),
    Script("browser/kernels.py", _quick("--tokens 1 --rounds 1")),
    Script("browser/speed.py", None),
    Script("gpu/webgpu_kernels.py", _quick("--scale 16 --rounds 1")),
    Script("gpu/qlora_8b.py", _quick("--steps 2")),
)


def on_disk() -> set[str]:
    """Every script under benchmarks/ that takes `--json`, by its path."""
    return {
        path.relative_to(BENCHMARKS).as_posix()
        for path in BENCHMARKS.rglob("*.py")
        if path != BENCHMARKS / "all.py"
        and re.search(r'add_argument\(\s*"--json"', path.read_text(encoding="utf-8"))
    }
