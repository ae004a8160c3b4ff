from pathlib import Path

import pytest

from curation.errors import ConfigurationError
from curation.inputs import SourceInput, find_inputs
from curation.progress import Quiet
from curation.readers import READERS
from curation.recipe import Source


def found(data: Path, *paths: str) -> SourceInput:
    source = Source(name="news", reader="korean_parallel", path=paths, licence="CC0-1.0", config="news")
    (given,) = find_inputs([source], data, READERS, Quiet())
    return given


@pytest.fixture
def halves(tmp_path: Path) -> Path:
    (tmp_path / "a.ko").write_text("가\n", "utf-8")
    (tmp_path / "a.en").write_text("A\n", "utf-8")
    return tmp_path


@pytest.mark.parametrize("paths", [("a.ko",), ("a.ko", "a.en"), (".",)])
def test_a_file_that_is_read_beside_another_is_hashed_with_it_and_counted_once(halves, paths):
    given = found(halves, *paths)
    assert sorted(file.name for file in given.files) == ["a.en", "a.ko"]
    assert given.bytes == len("가\n".encode()) + len("A\n")
    (before,) = {file.sha256 for file in given.files if file.name == "a.en"}
    (halves / "a.en").write_text("B\n", "utf-8")
    (after,) = {file.sha256 for file in found(halves, *paths).files if file.name == "a.en"}
    assert before != after


def test_a_file_beside_another_may_not_lead_out_of_the_data_folder(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "secret").write_text("A\n", "utf-8")
    (tmp_path / "data/a.ko").write_text("가\n", "utf-8")
    (tmp_path / "data/a.en").symlink_to(tmp_path / "secret")
    with pytest.raises(ConfigurationError, match="leads out of the data folder"):
        found(tmp_path / "data", "a.ko")
