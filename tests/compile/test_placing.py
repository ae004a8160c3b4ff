"""What a person has in a folder is never replaced: only an earlier result is, and only by a whole one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from compile.conversation import ChatSettings
from compile.page import page_folder
from compile.placing import BUNDLE, WEIGHTS, Kind, free_place, writing
from compile.preparing import prepare
from curation.errors import ConfigurationError, UserError
from tests.compile.browser import needs_node
from tests.compile.check_bundles import make
from tests.compile.check_variants import Variant
from tests.compile.check_whole_bundles import make_whole
from tests.malmoi.command import malmoi


def site(folder: Path) -> None:
    """Somebody's own page, with models of cars."""
    (folder / "models").mkdir(parents=True)
    (folder / "index.html").write_text("<h1>내 집</h1>")


def with_notes(folder: Path) -> None:
    make_whole(folder)
    (folder / "notes.txt").write_text("나의 글")


def a_model(folder: Path) -> None:
    folder.mkdir()
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        (folder / name).write_text("{}")


def weights_with_a_letter(folder: Path) -> None:
    make(folder)
    (folder / "letter.txt").write_text("나의 글")


REFUSED: dict[str, tuple[Kind, Callable[[Path], object], str]] = {
    "somebody's page": (BUNDLE, site, "lost: index.html, models."),
    "a bundle with notes": (BUNDLE, with_notes, "lost: notes.txt."),
    "the model itself": (BUNDLE, a_model, "lost: config.json, model.safetensors, tokenizer.json."),
    "weights where a bundle goes": (BUNDLE, make, " and "),
    "the model itself, converted": (WEIGHTS, a_model, "lost: config.json, model.safetensors"),
    "weights with a letter": (WEIGHTS, weights_with_a_letter, "lost: letter.txt."),
    "a bundle where weights go": (WEIGHTS, make_whole, "lost: "),
    "a file": (BUNDLE, lambda path: path.write_text("나의 글"), "A file is there."),
}


def held(folder: Path) -> dict[str, bytes]:
    if folder.is_file():
        return {"": folder.read_bytes()}
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_a_persons_own_is_refused(tmp_path: Path, name: str) -> None:
    kind, fill, told = REFUSED[name]
    out = tmp_path / "out"
    fill(out)
    with pytest.raises(ConfigurationError) as refusal:
        free_place(out, kind)
    assert told in refusal.value.what
    assert refusal.value.where == str(out)
    assert refusal.value.fix.startswith("Name a new folder")


def test_free_places_are_new_empty_or_of_an_earlier_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / ".DS_Store").touch()
    make_whole(tmp_path / "bundle", Variant(), gguf=True)
    for name in ("new", "deep/er/new", "empty", "bundle"):
        assert free_place(tmp_path / name, BUNDLE) == tmp_path / name
    make(tmp_path / "weights")
    assert free_place(tmp_path / "weights", WEIGHTS) == tmp_path / "weights"
    # What is replaced is the folder, not the link to it.
    (tmp_path / "link").symlink_to(tmp_path / "bundle")
    assert free_place(tmp_path / "link", BUNDLE) == tmp_path / "bundle"
    monkeypatch.chdir(tmp_path / "empty")
    for here in (Path(), Path(".."), Path("/")):
        with pytest.raises(ConfigurationError, match="in which the command runs"):
            free_place(here, BUNDLE)


@needs_node
def test_everything_of_the_page_counts_as_the_bundles_own(tmp_path: Path) -> None:
    make_whole(tmp_path / "bundle")
    for path in page_folder().iterdir():
        if path.name != "done.json":
            (tmp_path / "bundle" / path.name).mkdir(exist_ok=True) if path.is_dir() else (
                tmp_path / "bundle" / path.name
            ).touch()
    assert free_place(tmp_path / "bundle", BUNDLE) == tmp_path / "bundle"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="A file is there") as refused:
        free_place(tmp_path / "file" / "out", BUNDLE)
    assert refused.value.where == str(tmp_path / "file")
    with pytest.raises(UserError, match="bundle cannot be written: File name too long") as told:
        free_place(tmp_path / ("말" * 200), BUNDLE)
    assert "name another folder" in told.value.fix
    with pytest.raises(UserError, match="No space left"), writing(tmp_path, WEIGHTS):
        raise OSError(28, "full")
    with pytest.raises(OSError, match="a bug"), writing(tmp_path, WEIGHTS):
        raise OSError(9, "a bug")


def test_a_model_is_not_converted_over_itself_and_a_link_stays_one(tmp_path: Path) -> None:
    settings = ChatSettings("q4f32_1")
    make(tmp_path / "real")
    (tmp_path / "link").symlink_to("real")
    assert prepare("tiny", tmp_path / "link", settings).folder == tmp_path / "link"
    assert (tmp_path / "link").is_symlink()
    assert "qwen2" not in (tmp_path / "real" / "mlc-chat-config.json").read_text(encoding="utf-8")
    assert list((tmp_path / "real").glob("*.wasm")) == []
    (tmp_path / "real" / "letter.txt").write_text("나의 글")
    before = held(tmp_path / "real")
    for command in (("compile", "convert", "tiny"), ("compile", "tiny")):
        refused = malmoi(*command, "--out", "link", "--json", home=tmp_path)
        assert refused.code == 2
        assert "letter.txt" in refused.json["error"]["what"]
        assert refused.json["error"]["where"] == "link"
    assert held(tmp_path / "real") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "real"]
