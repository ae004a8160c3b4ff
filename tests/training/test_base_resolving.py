"""The base model: found, made once, never half, and of the revision and licence that it says."""

import json
import shutil
from pathlib import Path

import pytest

from curation.checkpoints import sha256_of
from curation.errors import ConfigurationError
from tests.training.forked import ended, program
from training.base import facts_of, resolve
from training.config import Base

COMMIT, OTHER = "1" * 40, "2" * 40
MAKE = """
from training.base import resolve
from training.config import Base

print(resolve(Base(model="tiny")))
"""


def copied(tiny: Path, folder: Path, readme: str = "") -> Path:
    shutil.copytree(tiny, folder)
    if readme:
        (folder / "README.md").write_text(readme, encoding="utf-8")
    return folder


def test_two_processes_make_one_tiny_model_with_the_same_bytes(tiny, tmp_path):
    (tmp_path / "make.py").write_text(MAKE)
    outs = [tmp_path / "one.txt", tmp_path / "other.txt"]
    both = [program(tmp_path / "make.py", (), out, {"MALMOI_CACHE": str(tmp_path / "cache")}) for out in outs]
    assert [ended(process) for process in both] == [0, 0]

    said = [out.read_text() for out in outs]
    assert said[0] == said[1] != ""
    (made,) = [path for path in (tmp_path / "cache/models/tiny").iterdir() if path.is_dir()]
    kept = ("model.safetensors", "tokenizer.json", "config.json", "chat_template.jinja")
    assert {name: sha256_of(made / name) for name in kept} == {name: sha256_of(tiny / name) for name in kept}


def test_a_damaged_copy_and_the_draft_of_a_killed_process_are_put_right(tmp_path, monkeypatch):
    monkeypatch.setenv("MALMOI_CACHE", str(tmp_path))
    first = resolve(Base(model="tiny"))
    weights = first.folder / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    draft = first.folder.with_name(f"{first.folder.name}.0a1b2c3d")
    draft.mkdir()

    again = resolve(Base(model="tiny"))

    assert again == first
    assert weights.read_bytes() == whole
    assert not draft.exists()


def test_smollm2_is_unpacked_once_and_complete(smollm2):
    resolved = resolve(Base(model="smollm2"))
    facts = facts_of(resolved.folder)

    assert resolved.folder == smollm2
    assert resolved.licence == "Apache-2.0"
    assert resolved.revision == f"sha256:{sha256_of(smollm2 / 'model.safetensors')}"
    # The figure that its makers publish; the tied embedding is one matrix.
    assert facts.parameters == 134_515_008
    assert facts.linear_parameters == 106_168_320
    assert (facts.rope_theta, facts.context, facts.tied) == (100_000.0, 8192, True)


def test_a_full_cache_says_which_folder(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("MALMOI_CACHE", str(blocked))
    with pytest.raises(Exception, match="cannot be put into the cache") as caught:
        resolve(Base(model="tiny"))
    assert "MALMOI_CACHE" in str(caught.value)


def test_a_folder_is_known_by_the_hash_of_its_weights(tiny, tmp_path):
    folder = copied(tiny, tmp_path / "base")
    revision = f"sha256:{sha256_of(folder / 'model.safetensors')}"

    assert resolve(Base(model=str(folder))).revision == revision
    assert resolve(Base(model=str(folder), revision=revision)).revision == revision
    with pytest.raises(ConfigurationError, match="not those of the named revision"):
        resolve(Base(model=str(folder), revision=f"sha256:{'0' * 64}"))


def hub(tiny: Path, cache: Path) -> Path:
    model = cache / "models--someone--small"
    for commit in (COMMIT, OTHER):
        copied(tiny, model / "snapshots" / commit)
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text(COMMIT)
    (model / "refs" / "v2").write_text(OTHER)
    return model


@pytest.mark.parametrize(("asked", "given"), [("", COMMIT), ("main", COMMIT), ("v2", OTHER), (OTHER, OTHER)])
def test_a_snapshot_of_the_hub_is_known_by_its_commit(tiny, tmp_path, asked, given):
    snapshot = hub(tiny, tmp_path) / "snapshots" / COMMIT
    resolved = resolve(Base(model=str(snapshot), revision=asked))
    assert (resolved.revision, resolved.folder.name) == (given, given)


@pytest.mark.parametrize("asked", ["v3", "3" * 40, "../../.."])
def test_a_revision_that_is_not_here_is_not_replaced_by_another(tiny, tmp_path, asked):
    snapshot = hub(tiny, tmp_path) / "snapshots" / COMMIT
    with pytest.raises(ConfigurationError, match="not its revision") as caught:
        resolve(Base(model=str(snapshot), revision=asked))
    assert caught.value.where == "base.revision"


def test_a_model_that_is_not_here_is_not_downloaded():
    with pytest.raises(ConfigurationError, match="neither a folder here nor in the cache"):
        resolve(Base(model="someone/not-here"))


@pytest.mark.parametrize(
    ("readme", "told", "licence"),
    [
        ("---\nlicense: apache-2.0\n---\n", "", "Apache-2.0"),
        ("---\nlicense: [mit, cc-by-4.0]\n---\n", "", "MIT; CC-BY-4.0"),
        ("---\nlicense: other\nlicense_name: house-terms\n---\n", "", "house-terms"),
        ("---\nlicense: other\n---\n", "CC BY-ND 4.0", "CC BY-ND 4.0"),
        ("no front matter", "", ""),
        ("", "MIT", "MIT"),
        ("---\nlicense: cc-by-4.0\n---\n", "CC BY 4.0", "CC-BY-4.0"),
    ],
)
def test_the_licence_is_what_the_card_in_the_folder_says(tiny, tmp_path, readme, told, licence):
    folder = copied(tiny, tmp_path / "base", readme)
    assert resolve(Base(model=str(folder), licence=told)).licence == licence


def test_a_configuration_cannot_free_a_model_from_its_licence(tiny, tmp_path):
    folder = copied(tiny, tmp_path / "base", "---\nlicense: cc-by-nc-nd-4.0\n---\n")
    with pytest.raises(ConfigurationError, match="but the model's is 'CC-BY-NC-ND-4"):
        resolve(Base(model=str(folder), licence="MIT"))


def test_a_template_is_read_and_a_missing_one_named(tmp_path):
    template = tmp_path / "chat.jinja"
    template.write_text("{{ messages }}", encoding="utf-8")
    assert resolve(Base(model="tiny", template=str(template))).template == "{{ messages }}"
    with pytest.raises(ConfigurationError, match="chat template cannot be read"):
        resolve(Base(model="tiny", template=str(tmp_path / "absent.jinja")))


def test_files_of_weights_that_the_index_names_must_be_there(tiny, tmp_path):
    folder = copied(tiny, tmp_path / "base")
    index = {"weight_map": {"model.norm.weight": "model-00002-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ConfigurationError, match="not there") as caught:
        resolve(Base(model=str(folder)))
    assert "model-00002-of-00002.safetensors" in caught.value.where
