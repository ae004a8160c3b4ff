"""Decisions about rows: entered where they belong, and nowhere else."""

from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pytest

from curation.comparisons.base import DECISIONS, decisions
from curation.decisions import FILE, Decisions, carry_out, load_decisions, without, write_decisions


def columns(rows: int) -> dict[str, pa.Array]:
    """Give living rows 0, 1, 2 ... with the text ``글 <row>``."""
    return {
        "_order": pa.array(range(rows), pa.int64()),
        "text": pa.array([f"글 {row}" for row in range(rows)]),
        "tags": pa.array(["{}"] * rows),
        "_step": pa.nulls(rows, pa.string()),
        "_reason": pa.nulls(rows, pa.string()),
        "_score": pa.nulls(rows, pa.float64()),
        "_detail": pa.nulls(rows, pa.string()),
        "_duplicate_of": pa.nulls(rows, pa.string()),
        "_length": pa.array([3] * rows, pa.int32()),
        "_changes": pa.nulls(rows, pa.string()),
        "_split": pa.nulls(rows, pa.string()),
        "_copies": pa.nulls(rows, pa.int32()),
    }


def decided(folder: Path, *tables: pa.Table) -> Decisions:
    write_decisions(tables, folder)
    return load_decisions("near_dedup", folder / FILE)


def test_a_dropped_row_names_what_stays(tmp_path: Path) -> None:
    table = decisions(np.array([1, 3]), reason="duplicate", score=0.9, duplicate_of=["id0", "id2"])
    marked = carry_out(columns(4), decided(tmp_path, table))
    assert marked["_step"].to_pylist() == [None, "near_dedup", None, "near_dedup"]
    assert marked["_duplicate_of"].to_pylist() == [None, "id0", None, "id2"]
    assert marked["_score"].to_pylist() == [None, 0.9, None, 0.9]
    assert all(isinstance(column, pa.Array) for column in marked.values())  # a batch can be made of them


def test_earlier_verdicts_stay(tmp_path: Path) -> None:
    held = columns(3) | {
        "_step": pa.array(["length", None, None]),
        "_reason": pa.array(["short", None, None]),
    }
    marked = carry_out(held, decided(tmp_path, decisions(np.array([2]), reason="duplicate")))
    assert marked["_step"].to_pylist() == ["length", None, "near_dedup"]
    assert marked["_reason"].to_pylist() == ["short", None, "duplicate"]


def test_rows_that_stay_get_split_copies_and_tags(tmp_path: Path) -> None:
    held = columns(3) | {"tags": pa.array(['{"language":"ko"}', "{}", "{}"])}
    table = decisions(
        np.array([0, 2]), split=["test", None], copies=[None, 3], tags=['{"cluster":"a"}', None]
    )
    marked = carry_out(held, decided(tmp_path, table))
    assert marked["_split"].to_pylist() == ["test", None, None]
    assert marked["_copies"].to_pylist() == [None, None, 3]
    assert marked["tags"].to_pylist() == ['{"cluster":"a","language":"ko"}', "{}", "{}"]
    assert marked["_step"].null_count == 3


def test_cut_spans_leave_the_text_and_both_versions_are_kept(tmp_path: Path) -> None:
    held = columns(2) | {"text": pa.array(["제목\n구독하세요 본문", "그대로"])}
    marked = carry_out(held, decided(tmp_path, decisions(np.array([0]), cut=[[{"start": 3, "end": 9}]])))
    assert marked["text"].to_pylist() == ["제목\n본문", "그대로"]
    assert marked["_length"].to_pylist() == [5, 3]
    assert orjson.loads(marked["_changes"][0].as_py()) == [
        {"step": "near_dedup", "before": "제목\n구독하세요 본문", "after": "제목\n본문"}
    ]


@pytest.mark.parametrize(
    ("text", "spans", "expected"),
    [
        ("그대로  둔다\n\n끝", [], "그대로  둔다\n\n끝"),
        ("한 줄\n광고\n끝  줄", [(4, 6)], "한 줄\n끝  줄"),
        ("앞 가운데 뒤", [(2, 5)], "앞 뒤"),
        ("첫 줄\n둘째 줄\n셋째", [(2, 6)], "첫\n줄\n셋째"),
        ("모두", [(0, 2)], ""),
    ],
)
def test_without(text: str, spans: list[tuple[int, int]], expected: str) -> None:
    assert without(text, spans) == expected


def test_no_decisions_change_nothing(tmp_path: Path) -> None:
    held = columns(2)
    assert carry_out(held, None) == held
    assert carry_out(held, decided(tmp_path, DECISIONS.empty_table())) == held


@pytest.mark.parametrize("parts", [[[1], [1]], [[2], [1]], [[1, 1]], [[2, 1]]], ids=str)
def test_two_decisions_about_a_row_or_rows_out_of_order_are_our_bug(
    parts: list[list[int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curation.decisions.DECIDED_AT_ONCE", 1)
    with pytest.raises(RuntimeError, match="twice about one row, or not in the order"):
        decided(tmp_path, *(decisions(np.array(orders), reason="x") for orders in parts))


@pytest.mark.parametrize("at_once", [1, 2, 5, 100])
def test_rows_are_found_wherever_batches_end(
    at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curation.decisions.DECIDED_AT_ONCE", at_once)
    parts = [[0, 3], [], [4], [5, 6, 7], [11], [12, 14, 15, 19]]
    every = [order for orders in parts for order in orders]
    found = decided(
        tmp_path,
        *(decisions(np.array(one, int), reason=[f"r{order}" for order in one]) for one in parts),
    )
    for first in range(20):
        for last in range(first, 20):
            wanted = [order for order in every if first <= order <= last]
            places, given = found.among(np.arange(first, last + 1))
            assert (places + first).tolist() == wanted
            assert given["reason"].to_pylist() == [f"r{order}" for order in wanted]
    places, given = found.among(np.array([2, 4, 6, 13, 19]))
    assert places.tolist() == [1, 2, 4]
    assert given["_order"].to_pylist() == [4, 6, 19]


def test_what_was_decided_is_counted(tmp_path: Path) -> None:
    tables = decisions(np.array([0, 2]), reason="x"), decisions(np.array([3]), split="test")
    assert write_decisions(tables, tmp_path) == {"decided": 3, "dropped": 2}
