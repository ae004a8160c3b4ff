from pathlib import Path

import pytest

from curation.errors import ConfigurationError
from malmoi.workspace import Settings, Workspace


def test_defaults_without_a_settings_file(tmp_path: Path) -> None:
    assert Workspace(tmp_path).settings() == Settings()


def test_settings_are_read(tmp_path: Path) -> None:
    (tmp_path / "malmoi.toml").write_text('[answer]\nindex = "indexes/handbook"\n', encoding="utf-8")
    workspace = Workspace(tmp_path)
    assert workspace.default_index() == tmp_path / "indexes/handbook"


@pytest.mark.parametrize(
    ("content", "what", "fix"),
    [
        ("[answer\n", "not valid TOML", "Correct the file"),
        ('[answer]\nindx = "a"\n', "`answer.indx`", "answer.index"),
        ("[answers]\n", "`answers`", "answer.index"),
        ("[answer]\nindex = 3\n", "`answer.index`", "Correct the value"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, content: str, what: str, fix: str) -> None:
    (tmp_path / "malmoi.toml").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        Workspace(tmp_path).settings()
    assert what in caught.value.what
    assert fix in caught.value.fix
    assert "malmoi.toml" in caught.value.where


def test_no_index_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Workspace(tmp_path).default_index()
    assert "malmoi rag index" in caught.value.fix


def test_the_newest_index_is_the_default(tmp_path: Path) -> None:
    import os

    for age, name in ((20, "old"), (10, "new")):
        manifest = tmp_path / "indexes" / name / "manifest.sqlite"
        manifest.parent.mkdir(parents=True)
        manifest.touch()
        os.utime(manifest, (1_000_000 - age, 1_000_000 - age))
    assert Workspace(tmp_path).default_index().name == "new"
