"""The peak of memory is that of the program and its workers, and of nothing else that ran meanwhile."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def printed(code: str, *arguments: str) -> list[int]:
    """Run a program of its own, whose children are no others than it starts; give what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    numbers: list[int] = json.loads(done.stdout)
    return numbers


def test_a_tool_that_was_asked_does_not_count() -> None:
    code = (
        "import subprocess; from curation.measure import peak_rss_mb; held = b'x' * (100 * 2**20);"
        "before = peak_rss_mb(); subprocess.run(['true']);"
        "print([before, peak_rss_mb(), peak_rss_mb(workers=True)])"
    )
    before, plain, doubled = printed(code)
    assert before > 100
    assert abs(plain - before) <= 2
    assert doubled > before + 100, "else nobody needs to tell workers from tools"


def test_workers_count() -> None:
    code = (
        "import subprocess, sys; from curation.measure import peak_rss_mb;"
        "subprocess.run([sys.executable, '-c', \"held = b'x' * (200 * 2**20)\"]);"
        "print([peak_rss_mb(), peak_rss_mb(workers=True)])"
    )
    own, both = printed(code)
    assert both - own > 200


def test_a_run_that_reads_documents_tells_its_own_peak(data, tmp_path) -> None:
    """The library that reads HWP asks ``ldd`` something when it is imported."""
    shutil.copy(next((PROJECT / "samples").rglob("*.hwpx")), data / "a.hwpx")
    code = (
        "import json, resource, sys; from pathlib import Path\n"
        "from curation.recipe import Recipe; from curation.run import run_recipe\n"
        "recipe, data, out = sys.argv[1:]\n"
        "report = run_recipe(Recipe.model_validate_json(recipe), Path(data), Path(out))\n"
        "timings = json.loads((Path(out) / 'timings.json').read_bytes())\n"
        "children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024\n"
        "status = Path('/proc/self/status').read_text()\n"
        "own = int(status.partition('VmHWM:')[2].split()[0]) // 1024\n"
        "print([report.peak_rss_mb, timings['peak_rss_mb'], own, children])"
    )
    recipe = {
        "name": "small",
        "sources": [
            {"name": "a", "reader": "documents", "path": ["a.hwpx"], "licence": "CC0-1.0", "config": "a"}
        ],
    }
    report, timings, own, children = printed(code, json.dumps(recipe), str(data), str(tmp_path / "out"))
    assert children > 5, "the library asks nobody any more: this test tells nothing"
    assert own - 2 <= report <= own
    assert own - 20 <= timings <= own
