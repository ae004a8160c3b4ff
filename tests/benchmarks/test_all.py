"""The runner over benchmarks of its own: each a real process that ends in another way."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

OBJECT = """{
    "name": "rates", "unit": "rows a second", "ours": 30.0, "peers": {"loop": 20.0}, "limit": LIMIT,
    "ratio_to_best_peer": 1.5, "machine": "here", "versions": {"malmoi": "0.1.0"},
}"""
PRINTED = "import json; print(json.dumps(" + OBJECT.replace("\n", " ") + "))"
SCRIPTS = {
    "good.py": PRINTED.replace("LIMIT", "10"),
    "missed.py": PRINTED.replace("LIMIT", "99") + "; raise SystemExit(1)",
    "fault.py": "print('skipped: something')",
    "failed.py": "import sys; print('a last word', file=sys.stderr); sys.exit(3)",
    "gpu.py": 'print(\'{"name": "gpu", "not_run": "there is no GPU"}\')',
    "slow.py": "import time; time.sleep(600)",
}


@pytest.fixture
def bench(project: Path, tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Run the runner over the scripts above, copied beside a copy of it."""
    clone = tmp_path / "clone"
    folder = clone / "benchmarks"
    folder.mkdir(parents=True)
    for name in ("all.py", "machine.py"):
        (folder / name).write_bytes((project / "benchmarks" / name).read_bytes())
    (folder / "collecting").mkdir()
    for path in (project / "benchmarks/collecting").iterdir():
        if path.is_file():
            (folder / "collecting" / path.name).write_bytes(path.read_bytes())
    listed = folder / "collecting/scripts.py"
    text = listed.read_text(encoding="utf-8")
    own = ", ".join(f'Script("{name}", ())' for name in SCRIPTS)
    begin, end = text.index("SCRIPTS = ("), text.index("\n)\n", text.index("SCRIPTS = (")) + 3
    listed.write_text(f'{text[:begin]}SCRIPTS = ({own}, Script("long.py", None, ("--all",)))\n{text[end:]}')
    for name, body in SCRIPTS.items():
        # Every run leaves a line, so that tests can count them.
        count = f"open({str(tmp_path / name)!r} + '.runs', 'a').write('x'); "
        (folder / name).write_text(count + body + "\n", encoding="utf-8")

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, str(folder / "all.py"), "--out", str(tmp_path / "out"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)

    return run


def runs(tmp_path: Path, name: str) -> int:
    path = tmp_path / f"{name}.runs"
    return len(path.read_text()) if path.exists() else 0


def collected(tmp_path: Path) -> dict[str, Any]:
    found = json.loads((tmp_path / "out/benchmarks.json").read_text(encoding="utf-8"))
    return {one["script"]: one for one in found["benchmarks"]}


def test_nothing_that_fails_stops_the_rest(bench: Any, tmp_path: Path) -> None:
    done = bench("--minutes", "0.1", "--json")
    assert done.returncode == 1
    found = collected(tmp_path)
    assert {name: one["status"] for name, one in found.items()} == {
        "good.py": "done",
        "missed.py": "done",
        "fault.py": "fault",
        "failed.py": "failed",
        "gpu.py": "not_run",
        "slow.py": "timeout",
        "long.py": "failed",  # it is not there
    }
    assert "skipped: something" in found["fault.py"]["reason"]
    assert found["failed.py"]["reason"] == "ended with 3 · a last word"
    assert found["gpu.py"]["reason"] == "there is no GPU"
    assert found["slow.py"]["reason"].startswith("stopped after 0.1 minutes")
    told = json.loads(done.stdout)
    assert told["missed"] == ["missed.py: rates"]
    assert told["counts"] == {"done": 2, "fault": 1, "failed": 2, "not_run": 1, "timeout": 1}
    assert Path(told["page"]).is_file()


def test_a_second_run_measures_only_what_is_not_done(bench: Any, tmp_path: Path) -> None:
    wanted = ("--quick", "--only", "good.py", "fault.py")
    assert bench(*wanted).returncode == 1
    first = collected(tmp_path)["good.py"]
    assert bench(*wanted).returncode == 1
    assert (runs(tmp_path, "good.py"), runs(tmp_path, "fault.py"), runs(tmp_path, "failed.py")) == (1, 2, 0)
    assert collected(tmp_path)["good.py"] == first

    assert bench("--quick", "--only", "good.py", "--again").returncode == 0
    assert runs(tmp_path, "good.py") == 2


@pytest.mark.parametrize("changed", ["good.py", "machine.py", "data/questions.jsonl"])
def test_a_changed_script_or_helper_is_measured_again(bench: Any, tmp_path: Path, changed: str) -> None:
    wanted = ("--quick", "--only", "good.py")
    assert bench(*wanted).returncode == 0
    path = tmp_path / "clone/benchmarks" / changed
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as text:
        text.write("# changed\n")
    assert bench(*wanted).returncode == 0
    assert runs(tmp_path, "good.py") == 2
    # Another benchmark is none of its business.
    with (tmp_path / "clone/benchmarks/fault.py").open("a", encoding="utf-8") as text:
        text.write("# changed\n")
    assert bench(*wanted).returncode == 0
    assert runs(tmp_path, "good.py") == 2


def test_a_kept_result_that_was_damaged_is_measured_again(bench: Any, tmp_path: Path) -> None:
    wanted = ("--quick", "--only", "good.py")
    assert bench(*wanted).returncode == 0
    kept = tmp_path / "out/results/good.json"
    kept.write_bytes(kept.read_bytes().replace(b'"ours": 30.0', b'"ours": null'))
    assert b'"ours": null' in kept.read_bytes()
    assert bench(*wanted).returncode == 0
    assert runs(tmp_path, "good.py") == 2


def test_code_of_malmoi_belongs_to_a_result(bench: Any, tmp_path: Path) -> None:
    wanted = ("--quick", "--only", "good.py")
    (tmp_path / "clone/rag").mkdir()
    (tmp_path / "clone/rag/search.py").write_text("one = 1\n")
    assert bench(*wanted).returncode == 0
    (tmp_path / "clone/rag/search.py").write_text("one = 2\n")
    assert bench(*wanted).returncode == 0
    assert runs(tmp_path, "good.py") == 2


def test_a_first_look_leaves_out_what_has_no_short_form_and_judges_nothing(
    bench: Any, tmp_path: Path
) -> None:
    done = bench("--quick", "--only", "missed.py")
    assert done.returncode == 0
    found = collected(tmp_path)
    assert (found["long.py"]["status"], found["missed.py"]["status"]) == ("left_out", "done")
    page = (tmp_path / "out/benchmarks.html").read_text(encoding="utf-8")
    assert "Do not quote these figures" in page
    assert '<span class="missed">' not in page


def test_an_interrupt_ends_what_runs_and_keeps_what_was_measured(
    bench: Any, tmp_path: Path, project: Path
) -> None:
    command = [
        *(sys.executable, str(tmp_path / "clone/benchmarks/all.py"), "--out", str(tmp_path / "out")),
        *("--only", "good.py", "slow.py"),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until = time.monotonic() + 200
    while not runs(tmp_path, "slow.py"):
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.1)
    (child,) = psutil.Process(process.pid).children()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=100)
    assert process.returncode == 130
    assert not child.is_running()
    found = collected(tmp_path)
    assert (found["good.py"]["status"], found["slow.py"]["status"]) == ("done", "waiting")


def test_two_runs_in_one_folder_are_refused(bench: Any, tmp_path: Path) -> None:
    import fcntl

    (tmp_path / "out").mkdir()
    with (tmp_path / "out/.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = bench("--only", "good.py")
    assert done.returncode == 1
    assert "running in this folder already" in done.stderr
    assert runs(tmp_path, "good.py") == 0


def test_a_benchmark_that_is_not_there_is_wrong_usage(bench: Any, tmp_path: Path) -> None:
    done = bench("--only", "nothing.py", "--json")
    assert done.returncode == 2
    assert "nothing.py" in json.loads(done.stdout)["error"]["what"]
    assert not (tmp_path / "out").exists()


def test_processes_that_a_script_leaves_are_ended(tmp_path: Path) -> None:
    from collecting.running import run

    body = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid)\n"
    )
    ended = run([sys.executable, "-c", body], tmp_path, tmp_path / "out", tmp_path / "log", 100)
    assert (ended.code, ended.timed_out) == (0, False)
    left = int((tmp_path / "out").read_text())
    until = time.monotonic() + 60
    while psutil.pid_exists(left) and psutil.Process(left).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until
        time.sleep(0.1)
