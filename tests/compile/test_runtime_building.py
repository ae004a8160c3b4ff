"""The runtime is compiled once, whoever asks; what is missing is named before the work."""

import json
import multiprocessing
import os
from pathlib import Path

import pytest

from compile.runtime import building, installed, require_tools, runtime_home, tools
from compile.runtime.building import OBJECTS, runtime_key
from curation.errors import UserError

pytest.importorskip("tvm", reason="apache-tvm is not installed")

# Stands in for emscripten: writes down its calls, and an object that names the source.
COMPILER = """#!/bin/sh
if [ "$1" = --version ]; then echo "emcc 3.1.6"; exit 0; fi
echo "$*" >> "{log}"
{work}
for last; do :; done
echo object > "$last"
"""


@pytest.fixture
def compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the list of the stand-in's calls."""
    monkeypatch.setenv("MALMOI_CACHE", str(tmp_path / "cache"))
    return put_compiler(tmp_path, monkeypatch, "sleep 0.2")


def put_compiler(folder: Path, monkeypatch: pytest.MonkeyPatch, work: str) -> Path:
    log = folder / "calls"
    program = folder / "bin" / "em++"
    program.parent.mkdir(exist_ok=True)
    program.write_text(COMPILER.format(log=log, work=work))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return log


def test_three_objects_are_compiled_with_relative_paths_and_kept(compiler: Path, tmp_path: Path) -> None:
    home = runtime_home()
    assert home.parent == tmp_path / "cache" / "runtime"
    assert sorted(path.name for path in home.rglob("*") if path.is_file()) == [
        "done.json",
        "tvmjs_support.bc",
        "wasm_runtime.bc",
        "webgpu_runtime.bc",
    ]
    calls = compiler.read_text().splitlines()
    assert len(calls) == 3
    assert not any(" /" in call or "-I/" in call for call in calls)
    assert runtime_home() == home
    assert len(compiler.read_text().splitlines()) == 3


def test_a_damaged_object_is_compiled_again(compiler: Path) -> None:
    (runtime_home() / OBJECTS / "wasm_runtime.bc").write_text("cut")
    assert (runtime_home() / OBJECTS / "wasm_runtime.bc").read_text() == "object\n"
    assert len(compiler.read_text().splitlines()) == 6


def test_two_commands_at_once_compile_it_once(compiler: Path) -> None:
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=runtime_home) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(300)
    assert [process.exitcode for process in both] == [0, 0]
    assert len(compiler.read_text().splitlines()) == 3


def test_what_the_compiler_said_is_shown_and_nothing_is_kept(
    compiler: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_compiler(tmp_path, monkeypatch, "echo 'fatal error: no such header' >&2; exit 1")
    with pytest.raises(UserError, match="fatal error: no such header") as caught:
        runtime_home()
    assert caught.value.where.startswith("em++, ")
    assert [path.name for path in (tmp_path / "cache" / "runtime").iterdir()] == [".lock"]


def test_without_emscripten_it_is_said_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not installed()
    with pytest.raises(UserError, match="emscripten is not installed") as caught:
        require_tools()
    assert "apt-get install --no-install-recommends emscripten" in caught.value.fix


def test_an_emscripten_that_does_not_run_is_not_an_emscripten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "em++"
    program.write_text("#!/bin/sh\necho 'LLVM not found' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(UserError, match="does not run: LLVM not found"):
        require_tools()


@pytest.mark.parametrize(
    ("name", "wanted", "said"),
    [
        (
            "apache-tvm",
            "0.26.0",
            r"apache-tvm 0\.27\.\S+ is installed; the browser's runtime is made from 0\.26\.0",
        ),
        ("apache-tvm-of-another", "0.27.0", "apache-tvm-of-another is not installed"),
    ],
)
def test_another_wheel_is_refused(
    name: str, wanted: str, said: str, monkeypatch: pytest.MonkeyPatch, compiler: Path
) -> None:
    monkeypatch.setattr(tools, "WHEELS", {name: wanted})
    with pytest.raises(UserError, match=said) as caught:
        runtime_home()
    assert f"pip install '{name}=={wanted}.*'" in caught.value.fix
    assert not compiler.exists()


def test_a_disk_without_room_is_named_before_the_work(
    compiler: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "_ROOM", 1 << 60)
    with pytest.raises(UserError, match="the disk has"):
        runtime_home()
    assert not compiler.exists()


def test_the_key_changes_with_versions_headers_and_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = {"apache-tvm": "0.27.0", "emscripten": "3.1.6"}
    keys = [runtime_key(versions), runtime_key({**versions, "emscripten": "3.1.7"})]
    with monkeypatch.context() as changed:
        changed.setattr(building, "_OPTIONS", ("-O1",))
        keys.append(runtime_key(versions))
    (tmp_path / "io.h").write_text("// another\n")
    monkeypatch.setattr(building, "HEADERS", tmp_path)
    keys.append(runtime_key(versions))
    assert len(set(keys)) == 4
    assert runtime_key(json.loads(json.dumps(versions))) == keys[-1]
