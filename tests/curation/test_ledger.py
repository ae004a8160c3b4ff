"""The ledger is counted from the files, and rows that are missing there stop the run."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curation.errors import UserError
from curation.ledger import Entry, LedgerError, Reading, check_balance, recount
from curation.run import run_recipe
from tests.arrow_memory import most_held

STEPS = [{"step": "length", "min": 2}]


@pytest.fixture
def release(tmp_path, data, write_jsonl, recipe_of) -> Path:
    write_jsonl("a.jsonl", ["하나", "둘둘", "x", b"{"])
    run_recipe(recipe_of({"a": "a.jsonl"}, STEPS), data, tmp_path / "out")
    return tmp_path / "out"


def test_counts_come_from_the_files(release: Path) -> None:
    assert recount(release, {"a": Reading(4, {})}) == {"a": Entry(4, 2, {"length/too_short": 1}, 1)}


def lose_a_kept_row(release: Path) -> None:
    path = next(release.glob("data/*/*.parquet"))
    pq.write_table(pq.read_table(path).slice(1), path)


def lose_the_rejects(release: Path) -> None:
    next(release.glob("rejects/*.parquet")).unlink()


def lose_a_quarantined_row(release: Path) -> None:
    next(release.glob("quarantine/*.jsonl")).write_bytes(b"")


def double_the_quarantine(release: Path) -> None:
    path = next(release.glob("quarantine/*.jsonl"))
    path.write_bytes(path.read_bytes() * 2)


@pytest.mark.parametrize(
    "fault", [lose_a_kept_row, lose_the_rejects, lose_a_quarantined_row, double_the_quarantine]
)
def test_a_row_too_few_or_too_many_is_noticed(release: Path, fault) -> None:
    fault(release)
    with pytest.raises(LedgerError, match="'a' does not balance: 4 rows read"):
        recount(release, {"a": Reading(4, {})})


def test_rows_of_a_stranger_are_noticed(release: Path) -> None:
    with pytest.raises(LedgerError, match="unknown sources: a"):
        recount(release, {"b": Reading(0, {})})


def test_an_imbalance_is_no_fault_of_the_user() -> None:
    with pytest.raises(LedgerError) as caught:
        check_balance({"a": Entry(3, 1, {"length/too_short": 1}, 0)})
    assert not isinstance(caught.value, UserError)


def test_a_run_that_does_not_balance_publishes_nothing(
    tmp_path, data, write_jsonl, recipe_of, monkeypatch
) -> None:
    write_jsonl("a.jsonl", ["하나", "둘둘", "x"])
    monkeypatch.setattr("curation.writing._PartWriter._reject", lambda self, columns, mask, sizes: None)
    with pytest.raises(LedgerError):
        run_recipe(recipe_of({"a": "a.jsonl"}, STEPS), data, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_counting_holds_a_row_group_at_a_time(tmp_path: Path) -> None:
    rows = {
        "id": ["i" * 32] * 2000,
        "source": ["a"] * 2000,
        "step": ["length"] * 2000,
        "reason": ["r"] * 2000,
    }
    groups = 200
    for part in ("data/a", "rejects"):
        (tmp_path / part).mkdir(parents=True)
        with pq.ParquetWriter(
            tmp_path / part / "a.parquet", pa.table(rows).schema, compression="none", use_dictionary=False
        ) as writer:
            for _ in range(groups):
                writer.write_table(pa.table(rows))
    read = 2 * 2000 * groups
    counts = recount(tmp_path, {"a": Reading(read, {})})
    assert counts["a"] == Entry(read, read // 2, {"length/r": read // 2}, 0)
    program = (
        "import sys; from pathlib import Path; from curation.ledger import Reading, recount;"
        f"recount(Path(sys.argv[1]), {{'a': Reading({read}, {{}})}})"
    )
    # The columns that are read take 20 MB.
    assert most_held(program, tmp_path) < 6 * 2**20
