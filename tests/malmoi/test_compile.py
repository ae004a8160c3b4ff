"""`malmoi compile` as a person and a program use it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from malmoi.main import app
from tests.compile.browser import needs_browser, needs_compiler, needs_node
from tests.compile.check_bundles import edit, make
from tests.malmoi.command import malmoi, malmoi_here


def test_a_bundle_without_faults(tmp_path: Path) -> None:
    make(tmp_path / "bundle")
    shown = malmoi_here("compile", "check", "bundle", home=tmp_path)
    assert (shown.code, shown.out, shown.err) == (0, "no faults\n", "")
    found = malmoi_here("compile", "check", "bundle", "--json", home=tmp_path)
    assert (found.code, found.json) == (0, {"faults": []})


def test_a_fault_is_shown_with_its_remedy(tmp_path: Path) -> None:
    edit(
        make(tmp_path / "bundle"), "mlc-chat-config.json", lambda value: value.update(prefill_chunk_size=4096)
    )
    shown = malmoi_here("compile", "check", "bundle", home=tmp_path)
    assert shown.code == 1
    header, row, count = shown.out.splitlines()
    assert header.split() == ["file", "field", "fault", "fix"]
    assert row.split()[:2] == ["mlc-chat-config.json", "prefill_chunk_size"]
    assert "a chunk of 4,096 tokens does not fit a window of 512  write 512 or less" in row
    assert count == "1 fault"


def test_programs_get_every_fault(tmp_path: Path) -> None:
    (make(tmp_path / "bundle") / "params_shard_0.bin").unlink()
    (tmp_path / "bundle/app-config.json").write_text("{", encoding="utf-8")
    found = malmoi_here("compile", "check", "bundle", "--json", home=tmp_path)
    assert found.code == 1
    faults = found.json["faults"]
    assert [(fault["file"], fault["fault"].split(":")[0]) for fault in faults] == [
        ("params_shard_0.bin", "missing"),
        ("app-config.json", "malformed"),
    ]
    assert {frozenset(fault) for fault in faults} == {frozenset({"file", "field", "fault", "fix"})}


def test_no_folder_is_wrong_usage(tmp_path: Path) -> None:
    result = malmoi_here("compile", "check", "absent", "--json", home=tmp_path)
    assert result.code == 2
    assert result.json["error"]["where"] == "absent"
    assert "Traceback" not in result.err


def test_a_model_is_converted_and_only_the_library_is_missing(tmp_path: Path) -> None:
    made = malmoi_here("compile", "convert", "tiny", "--out", "web/bundle", "--json", home=tmp_path).json
    assert made["bundle"] == "web/bundle"
    assert made["bytes"] == sum(file.stat().st_size for file in (tmp_path / "web/bundle").iterdir())
    faults = malmoi_here("compile", "check", "web/bundle", "--json", home=tmp_path).json["faults"]
    assert [fault["file"] for fault in faults] == ["app-config.json"]
    assert [path.name for path in (tmp_path / "web").iterdir()] == ["bundle"]
    assert (tmp_path / "web/bundle").stat().st_mode == (tmp_path / "web").stat().st_mode
    refused = malmoi_here(
        "compile", "convert", "tiny", "--out", "web/bundle", "--quantization", "q5", home=tmp_path
    )
    assert refused.code == 2
    assert "q4f32_1" in refused.err


@needs_browser
@needs_node
@needs_compiler
def test_a_model_becomes_a_bundle_that_says_in_a_browser_what_the_model_says(
    tmp_path: Path, project: Path
) -> None:
    planned = malmoi("compile", "tiny", "--out", "bundle", "--plan", "--json", home=tmp_path).json
    assert planned["faults"] == []
    assert not (tmp_path / "bundle").exists()
    made = malmoi(
        "compile",
        "tiny",
        "--out",
        "bundle",
        "--index",
        project / "samples/handbook",
        "--quick",
        "--json",
        home=tmp_path,
        seconds=1200,  # the first on a machine compiles the runtime and builds the page
    ).json
    assert made["verified"]["passed"]
    assert made["verified"]["of"] == 96
    assert made["verified"]["outside"] == []
    assert made["passages"] > 10
    assert malmoi("compile", "check", "bundle", home=tmp_path).out == "no faults\n"
    entry = json.loads((tmp_path / "bundle/page.json").read_bytes())
    assert entry["models"][0]["id"] == made["model_id"] == "tiny-q4f32_1"
    assert entry["search"]["passages"] == made["passages"]
    beside = [path.name for path in tmp_path.iterdir() if path.name.startswith(".bundle")]
    assert beside == [".bundle.origin.json"]  # for `status`; no draft of the bundle is left
    refused = malmoi("compile", "publish", "bundle", "--to", "site", "--json", home=tmp_path)
    assert refused.code == 1
    assert any("passages" in one for one in refused.json["refusals"])
    done = malmoi(
        "compile", "publish", "bundle", "--to", "site", "--share-passages", "--yes", "--json", home=tmp_path
    )
    assert done.json["done"]
    assert (tmp_path / "site/_headers").exists()
    assert malmoi("compile", "check", "site", home=tmp_path).out == "no faults\n"


def test_a_mistyped_command_is_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(app, ["compile", "chekc", "bundle"])
    assert told.exit_code == 2
    assert "No such command 'chekc'" in told.output
    (tmp_path / "chekc").mkdir()
    model = CliRunner().invoke(app, ["compile", "chekc"])
    assert model.exit_code == 2
    assert "Missing option '--out'" in model.output


def test_publishing_asks_where(tmp_path: Path) -> None:
    make(tmp_path / "bundle")
    result = malmoi_here("compile", "publish", "bundle", "--json", home=tmp_path)
    assert result.code == 2
    assert "--to" in result.json["error"]["fix"]


def test_without_emscripten_nothing_is_begun(tmp_path: Path) -> None:
    found = malmoi_here(
        "compile", "tiny", "--out", "bundle", "--plan", "--json", home=tmp_path, PATH="/usr/none"
    )
    assert found.code == 1
    assert any("emscripten" in fault["what"] for fault in found.json["faults"])
    refused = malmoi_here("compile", "tiny", "--out", "bundle", "--json", home=tmp_path, PATH="/usr/none")
    assert refused.code == 2
    assert "emscripten" in refused.json["error"]["what"]
    assert list(tmp_path.glob("*bundle*")) == []
