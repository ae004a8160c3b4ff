"""The demo survives what lies in its folder from before."""

import sqlite3
from pathlib import Path

import pytest

from curation.errors import ConfigurationError
from curation.progress import Quiet
from malmoi import walkthrough


def test_an_index_of_an_older_version_is_built_anew(tmp_path: Path) -> None:
    walkthrough.build_release(tmp_path, Quiet())
    index = walkthrough.index_of(tmp_path)
    index.mkdir(parents=True)
    with sqlite3.connect(index / "manifest.sqlite") as manifest:
        manifest.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")
        manifest.execute("INSERT INTO meta VALUES ('format', '0')")
    assert walkthrough.build_index(tmp_path, Quiet())["added"] > 100


def test_a_folder_that_is_no_index_stays(tmp_path: Path) -> None:
    walkthrough.build_release(tmp_path, Quiet())
    index = walkthrough.index_of(tmp_path)
    index.mkdir(parents=True)
    (index / "diary.txt").write_text("비밀", encoding="utf-8")
    with pytest.raises(ConfigurationError):
        walkthrough.build_index(tmp_path, Quiet())
    assert (index / "diary.txt").read_text(encoding="utf-8") == "비밀"
