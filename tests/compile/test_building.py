"""A build that breaks off anywhere leaves what was there as it was, and goes on where it was."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from compile.building import Built, Wish, build, describe
from compile.conversation import ChatSettings
from compile.machine import report
from compile.parts import make_weights
from compile.preparing import Prepared
from compile.verifying import Verified
from curation.checkpoints import key_of
from curation.errors import ConfigurationError, UserError
from curation.progress import Advance, Progress, Quiet
from tests.compile.browser import needs_compiler, needs_node
from tests.compile.search_documents import write_documents, write_index
from training.base import resolve
from training.base.model_cache import VARIABLE, cache_folder, cached, is_cached
from training.config import Base

CHAT = ChatSettings("q4f32_1", 256, 32)


class _CtrlC:
    """Progress of a person who presses Ctrl-C when a task begins."""

    def __init__(self, task: str) -> None:
        self.wanted = task

    @contextmanager
    def task(self, name: str, total: int | None, unit: str) -> Iterator[Advance]:
        if name == self.wanted:
            raise KeyboardInterrupt
        yield lambda _: None


def stopped(wish: Wish, out: Path, progress: Progress) -> Path:
    """Stop a build; give its work folder."""
    with pytest.raises(KeyboardInterrupt):
        build(wish, out, progress)
    return out.with_name(f".{out.name}.work")


def finished(stage: Path) -> dict[str, int]:
    """The finished files of a stage by name, with the number by which the disk knows them."""
    return {path.name: path.stat().st_ino for path in stage.glob("*/*") if path.is_file()}


@needs_compiler
@needs_node
def test_a_build_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    documents = write_documents(tmp_path / "documents")
    wish = Wish("tiny", CHAT, index=documents, optimise=False, adapter="software")
    out = tmp_path / "bundle"
    work = stopped(wish, out, _CtrlC("weights"))
    assert not out.exists()
    assert finished(work / "weights") == {}
    stopped(wish, out, _CtrlC("kernels"))
    weights = finished(work / "weights")
    assert {"params_shard_0.bin", "tensor-cache.json", "tokenizer.json"} <= weights.keys()
    assert finished(work / "library") == {}

    def closed(bundle: Path, model_id: str) -> Verified:
        assert (bundle / "models" / model_id / "resolve" / "main" / "tokenizer.json").is_file()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(wish, out, trial=closed)
    assert not out.exists()
    library = finished(work / "library")
    assert "library.wasm" in library
    predicted = report(describe(wish, out))
    made = build(wish, out)
    assert not work.exists()
    # The same files, not some like them.
    placed = {path.name: path.stat().st_ino for path in made.prepared.folder.iterdir()}
    assert placed["params_shard_0.bin"] == weights["params_shard_0.bin"]
    assert placed[f"{made.model_id}.wasm"] == library["library.wasm"]
    _is_clean(made, tmp_path)
    assert made.bytes == pytest.approx(predicted.disk, rel=0.05)
    download = sum(path.stat().st_size for path in made.prepared.folder.iterdir()) + (
        sum(path.stat().st_size for path in (out / "search").rglob("*") if path.is_file())
    )
    assert download == pytest.approx(predicted.download, rel=0.1)

    # A second one fails: the first stays whole.
    before = sorted((path, path.stat().st_ino) for path in out.rglob("*"))
    stopped(replace(wish, index=None), out, _CtrlC("weights"))
    assert sorted((path, path.stat().st_ino) for path in out.rglob("*")) == before


def _is_clean(made: Built, home: Path) -> None:
    """Nothing private goes along: no file of the work, and no path of this machine."""
    places = (home, Path.home(), cache_folder(), Path(__file__).parents[2])
    private = [str(place).encode() for place in places]
    files = [path for path in made.bundle.rglob("*") if path.is_file()]
    assert {path.name for path in made.bundle.iterdir()} >= {"index.html", "page.json", "search", "models"}
    for path in files:
        assert path.name not in ("done.json", "lock", "run.json")
        assert not path.name.startswith(".")
        content = path.read_bytes()
        assert [place for place in private if place in content] == [], path


def test_what_is_missing_is_told_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for index, told in (("nowhere", "does not exist"), ("empty", "no passages to export")):
        with pytest.raises(ConfigurationError, match=told) as refusal:
            describe(Wish("tiny", CHAT, index=tmp_path / index), tmp_path / "out")
        assert refusal.value.where == str(tmp_path / index)
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_what_goes_along_is_counted(tmp_path: Path) -> None:
    alone = report(describe(Wish("tiny", CHAT), tmp_path / "out"))
    index = write_index(tmp_path)
    more = report(describe(Wish("tiny", CHAT, index=index), tmp_path / "out"))
    assert 500 < more.download - alone.download < 20_000
    assert more.disk - alone.disk == more.download - alone.download


def test_a_tokenizer_that_changed_is_not_taken_from_an_earlier_try(tmp_path: Path) -> None:
    model = shutil.copytree(resolve(Base(model="tiny")).folder, tmp_path / "model")

    def made() -> Prepared:
        base = resolve(Base(model=str(model)))
        return make_weights(base, CHAT, "tvm", tmp_path / "weights", Quiet())

    first = made()
    assert made().folder == first.folder
    told = json.loads((model / "generation_config.json").read_text(encoding="utf-8"))
    (model / "generation_config.json").write_text(json.dumps({**told, "temperature": 0.25}))
    second = made()
    assert second.folder != first.folder
    config = json.loads((second.folder / "mlc-chat-config.json").read_text(encoding="utf-8"))
    assert config["temperature"] == 0.25


def test_the_cache_is_the_same_folder_wherever_a_program_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, "cache")
    assert cache_folder() == tmp_path / "cache"
    made = cached("things", key_of("one"), lambda folder: {"in": str(folder)}, what="A thing")
    assert Path(made.facts["in"]).is_absolute()
    assert is_cached("things", key_of("one"))
    assert not is_cached("things", key_of("two"))
    monkeypatch.setenv(VARIABLE, "file")
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="A thing cannot be put into the cache") as told:
        cached("things", key_of("one"), lambda _: {}, what="A thing")
    assert VARIABLE in told.value.fix
