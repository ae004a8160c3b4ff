"""What is no release, or no whole one, is said plainly."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curation.errors import ConfigurationError, UserError
from curation.inspection.open_release import OpenRelease, open_release
from curation.inspection.sample import Wanted, sample
from tests.arrow_memory import most_held


@pytest.mark.parametrize(
    ("given", "what", "fix"),
    [
        ("releases/absent", "there is no such folder", "malmoi curate"),
        ("releases", "this folder is not a release", "there are releases in it: {}/releases/small"),
        ("releases/small/manifest.json", "this is a file", "lies inside a release: give {}/releases/small"),
        ("releases/small/data/a", "not a release", "lies inside a release: give {}/releases/small"),
        ("releases/stopped", "there is no such folder", "malmoi curate resume {}/releases/stopped"),
    ],
)
def test_what_is_no_release_says_what_to_give(
    release: Path, tmp_path: Path, given: str, what: str, fix: str
) -> None:
    (tmp_path / "releases" / ".stopped.work").mkdir()
    with pytest.raises(ConfigurationError, match=what) as fault:
        open_release(tmp_path / given)
    assert fix.format(tmp_path) in fault.value.fix


@pytest.mark.parametrize("part", ["data/a/train-00000-of-00001.parquet", "quarantine/a.jsonl"])
def test_a_damaged_file_is_named(release: Path, part: str) -> None:
    path = release / part
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(UserError, match="a file of the release is damaged") as fault:
        sample(release, Wanted(quarantined=part.startswith("quarantine")))
    assert str(path) in fault.value.where


def test_a_part_is_read_a_row_group_at_a_time(tmp_path: Path) -> None:
    rows = {"id": ["i" * 32] * 2000, "text": ["글" * 100] * 2000}
    (tmp_path / "data/a").mkdir(parents=True)
    path = tmp_path / "data/a/train-00000-of-00001.parquet"
    with pq.ParquetWriter(path, pa.table(rows).schema, compression="none", use_dictionary=False) as writer:
        for _ in range(40):
            writer.write_table(pa.table(rows))
    columns = ["id", "text", "no such column"]
    batches = [batch for _, batch in OpenRelease(tmp_path, {}).batches("data", columns)]
    assert [batch.num_rows for batch in batches] == [2000] * 40
    program = (
        "import sys; from pathlib import Path; from curation.inspection.open_release import OpenRelease\n"
        "for _ in OpenRelease(Path(sys.argv[1]), {}).batches('data', ['id', 'text']): pass"
    )
    # Of the 27 MB of the file.
    assert most_held(program, tmp_path) < 6 * 2**20
