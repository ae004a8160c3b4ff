"""Splits: nothing that belongs together is parted, proportions hold, and little moves."""

import hashlib
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from curation.comparisons.allotment import Groups, allot
from curation.comparisons.base import Batch
from curation.comparisons.split import SPLIT
from curation.errors import ConfigurationError
from curation.steps.split import SplitParams
from tests.curation.comparisons.batches import batch_of, decide

Row = dict[str, Any]


def record_id(name: str) -> str:
    return hashlib.blake2b(name.encode(), digest_size=16).hexdigest()


def batches_of(rows: Sequence[Row], sizes: Sequence[int] = ()) -> list[Batch]:
    """Cut rows into batches of ``sizes``, the rest in one more."""
    found, first = [], 0
    for size in [*sizes, len(rows)]:
        part = rows[first : first + size]
        if part:
            found.append(
                batch_of(
                    [row.get("text", row["name"]) for row in part],
                    first,
                    ids=[record_id(row["name"]) for row in part],
                    attributes=[json.dumps(row.get("attributes", {}), ensure_ascii=False) for row in part],
                    tags=[json.dumps(row.get("tags", {}), ensure_ascii=False) for row in part],
                    groups=[row.get("group", "") for row in part],
                )
            )
        first += len(part)
    return found


def split(rows: Sequence[Row], folder: Path, sizes: Sequence[int] = (), **params: Any) -> dict[str, str]:
    """Give the split of every row by its name."""
    chosen = SplitParams.model_validate_json(json.dumps({"near_duplicates": False, **params}))
    decided = decide(SPLIT, chosen, batches_of(rows, sizes), folder)
    assert [row["_order"] for row in decided] == list(range(len(rows)))
    assert all(row["reason"] is None for row in decided)
    return {row["name"]: found["split"] for row, found in zip(rows, decided, strict=True)}


def named(count: int, prefix: str = "글") -> list[Row]:
    return [{"name": f"{prefix}-{number}"} for number in range(count)]


def shares(found: dict[str, str]) -> dict[str, float]:
    return {name: count / len(found) for name, count in Counter(found.values()).items()}


def test_fractions_are_held_to_the_row(tmp_path: Path) -> None:
    found = Counter(split(named(1_000), tmp_path).values())
    assert found == {"train": 900, "validation": 50, "test": 50}


def test_the_seed_decides_and_the_order_of_splits_does_not(tmp_path: Path) -> None:
    rows = named(400)
    first = split(rows, tmp_path, splits={"train": 0.8, "test": 0.2})
    assert split(rows, tmp_path, splits={"test": 0.2, "train": 0.8}) == first
    other = split(rows, tmp_path, splits={"train": 0.8, "test": 0.2}, seed=1)
    both = sum(first[name] == other[name] == "test" for name in first)
    assert 4 <= both <= 32  # 16 by chance


@pytest.mark.parametrize(
    "by", [["author"], ["split_group"], ["tags.topic"], ["author", "split_group", "tags.topic"]]
)
def test_rows_with_a_value_in_common_stay_together(tmp_path: Path, by: list[str]) -> None:
    rows = [
        {
            "name": f"글-{number}",
            "attributes": {"author": f"저자 {number * 7 % 90}"},
            "group": f"묶음 {number * 11 % 120}" if number % 3 else "",
            "tags": {"topic": number * 5 % 80},
        }
        for number in range(240)
    ]
    if len(by) > 1:  # three keys at once bind most rows into one group
        rows = [row for row in rows if int(row["name"].split("-")[1]) % 4]
    found = split(rows, tmp_path, by=by, splits={"train": 0.7, "test": 0.3})
    assert set(found.values()) == {"train", "test"}
    for key in by:
        seen = defaultdict(set)
        for row in rows:
            value = {
                "author": row["attributes"]["author"],
                "split_group": row["group"],
                "tags.topic": row["tags"]["topic"],
            }[key]
            if value != "":
                seen[value].add(found[row["name"]])
        assert all(len(splits) == 1 for splits in seen.values())


def test_equal_records_are_never_parted(tmp_path: Path) -> None:
    rows = [{"name": f"글-{number % 50}"} for number in range(200)]
    chosen = SplitParams(near_duplicates=False, splits={"train": 0.5, "test": 0.5})
    decided = decide(SPLIT, chosen, batches_of(rows, [70, 33]), tmp_path)
    for number in range(50):
        assert len({row["split"] for row in decided[number::50]}) == 1


def test_one_record_many_times_is_one_group(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="1 group"):
        split([{"name": "글"}] * 40, tmp_path)


def articles(count: int) -> list[str]:
    """Texts of 40 words that share hardly a word with each other."""
    rng = np.random.default_rng(11)
    codes = rng.integers(0xAC00, 0xD7A4, (count, 40, 2))
    return [" ".join(chr(first) + chr(second) for first, second in words) for words in codes]


def test_near_duplicates_stay_together(tmp_path: Path) -> None:
    texts = articles(60)
    rows = []
    for number, text in enumerate(texts):
        rows.append({"name": f"빈 글 {number}", "text": ""})
        rows.append({"name": f"가-{number}", "text": text})
        rows.append({"name": f"나-{number}", "text": text + "."})
        rows.append({"name": f"다-{number}", "text": text.rsplit(" ", 1)[0] + " 끝말"})
    half = {"train": 0.5, "test": 0.5}
    found = split(rows, tmp_path, [50, 7], near_duplicates=True, splits=half)
    parted = [n for n in range(60) if len({found[f"{letter}-{n}"] for letter in "가나다"}) > 1]
    assert parted == []
    assert shares(found)["test"] == pytest.approx(0.5, abs=0.02)
    # Without it they are parted, so the test can tell.
    found = split(rows, tmp_path, near_duplicates=False, splits=half)
    assert any(len({found[f"{letter}-{n}"] for letter in "가나다"}) > 1 for n in range(60))


def test_rows_that_were_tagged_as_near_duplicates_stay_together(tmp_path: Path) -> None:
    rows = [
        {"name": f"글-{number}", "text": text, "tags": {"near_duplicate_cluster": f"c{number % 20}"}}
        for number, text in enumerate(articles(60))
    ]
    found = split(rows, tmp_path, near_duplicates=True, splits={"train": 0.5, "test": 0.5})
    for cluster in range(20):
        assert len({found[f"글-{number}"] for number in range(cluster, 60, 20)}) == 1


def test_each_label_is_divided_in_the_same_proportions(tmp_path: Path) -> None:
    rows = [
        {"name": f"글-{number}", "attributes": {"label": "드묾" if number % 50 == 0 else "흔함"}}
        for number in range(2_000)
    ]
    found = split(rows, tmp_path, stratify="label")
    rare = Counter(found[row["name"]] for row in rows if row["attributes"]["label"] == "드묾")
    assert rare == {"train": 36, "validation": 2, "test": 2}
    assert Counter(found.values()) == {"train": 1_800, "validation": 100, "test": 100}


def test_few_rows_move_when_others_come(tmp_path: Path) -> None:
    before = split(named(5_000), tmp_path)
    after = split(named(5_000) + named(500, "새 글"), tmp_path)
    moved = sum(before[name] != after[name] for name in before)
    # 500 rows came; by chance about sqrt(500 * 0.9 * 0.1) = 7 groups cross each of two lines.
    assert moved <= 40
    assert Counter(after.values()) == {"train": 4_950, "validation": 275, "test": 275}


def test_every_split_gets_a_group(tmp_path: Path) -> None:
    found = split(named(3), tmp_path)
    assert sorted(found.values()) == ["test", "train", "validation"]


def test_fewer_groups_than_splits_are_refused(tmp_path: Path) -> None:
    rows = [{"name": f"글-{number}", "group": f"과제 {number % 2}"} for number in range(40)]
    with pytest.raises(ConfigurationError, match=r"40 records cannot be divided into 3 splits.* 2 groups"):
        split(rows, tmp_path)


@pytest.mark.parametrize("params", [{"by": ["athor"]}, {"stratify": "lable"}])
def test_a_name_that_no_record_has_is_refused(tmp_path: Path, params: dict[str, Any]) -> None:
    rows = [{"name": f"글-{n}", "attributes": {"author": "가", "label": "나"}} for n in range(9)]
    with pytest.raises(ConfigurationError, match=r"athor|lable"):
        split(rows, tmp_path, **params)


def test_nothing_to_split(tmp_path: Path) -> None:
    assert split([], tmp_path) == {}


def test_a_huge_group_goes_where_there_is_room(tmp_path: Path) -> None:
    rows = [{"name": f"글-{n}", "group": "시리즈" if n < 300 else ""} for n in range(1_000)]
    found = split(rows, tmp_path)
    assert found["글-0"] == "train"
    assert Counter(found.values()) == {"train": 900, "validation": 50, "test": 50}


@pytest.mark.parametrize(
    "params",
    [
        {"splits": {"train": 0.9, "test": 0.2}},
        {"splits": {"train": 1.0, "test": 0.0}},
        {"splits": {"학습": 1.0}},
        {"splits": {}},
        {"by": [""]},
        {"similarity": 0.2},
    ],
)
def test_senseless_parameters_are_refused(params: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SplitParams.model_validate_json(json.dumps(params))


def groups_of(rows: Sequence[Row]) -> int:
    """Count the groups by joining rows one by one."""
    groups: list[set[str]] = []
    for row in rows:
        keys = {f"row {row['name']}", row["group"], f"by {row['attributes']['author']}"} - {"", "by "}
        touched = [group for group in groups if group & keys]
        groups = [group for group in groups if not group & keys] + [keys.union(*touched)]
    return len(groups)


ROWS = st.lists(
    st.tuples(st.integers(0, 8), st.sampled_from(["", "가", "나", "다"]), st.sampled_from(["긍정", "부정"])),
    min_size=12,
    max_size=60,
)


@settings(max_examples=60)
@given(ROWS, st.lists(st.integers(1, 20), max_size=4), st.randoms(use_true_random=False))
def test_keys_do_not_cross_and_batches_do_not_matter(
    drawn: list[tuple[int, str, str]], sizes: list[int], random: Any
) -> None:
    rows = [
        {
            "name": f"글-{n}",
            "attributes": {"author": author, "label": label},
            "group": f"묶음 {group}" if group else "",
        }
        for n, (group, author, label) in enumerate(drawn)
    ]
    rows[0]["attributes"]["author"] = "가"  # a name that no record has would be refused
    params = {"by": ["split_group", "author"], "stratify": "label", "splits": {"train": 0.7, "test": 0.3}}
    with tempfile.TemporaryDirectory() as folder:
        if groups_of(rows) == 1:
            with pytest.raises(ConfigurationError, match="1 group"):
                split(rows, Path(folder), **params)
            return
        found = split(rows, Path(folder), **params)
        shuffled = random.sample(rows, len(rows))
        assert split(rows, Path(folder), sizes, **params) == found
        assert split(shuffled, Path(folder), sizes, **params) == found
    assert set(found.values()) == {"train", "test"}
    for key in (lambda row: row["group"], lambda row: row["attributes"]["author"]):
        for value in {key(row) for row in rows} - {""}:
            assert len({found[row["name"]] for row in rows if key(row) == value}) == 1


@settings(max_examples=150)
@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 3)), min_size=8, max_size=150),
    st.sampled_from([(0.9, 0.05, 0.05), (0.5, 0.5), (0.34, 0.33, 0.33), (1.0,)]),
)
def test_strata_are_off_by_no_more_than_their_largest_group(
    drawn: list[tuple[int, int]], wanted: tuple[float, ...]
) -> None:
    sizes, strata = (np.array(column) for column in zip(*drawn, strict=True))
    hashes = np.arange(len(drawn), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    chosen = allot(Groups(hashes, np.arange(len(drawn)), strata, sizes), np.array(wanted))
    counts = np.bincount(chosen, minlength=len(wanted))
    assert (counts > 0).all()
    alone = counts == 1  # it may hold a group only because each split gets one
    for stratum in np.unique(strata):
        mine = strata == stratum
        rows = np.bincount(chosen[mine], sizes[mine], minlength=len(wanted))
        off = np.abs(rows - np.array(wanted) * sizes[mine].sum())
        slack = int(alone.sum()) * sizes.max()
        assert (off <= sizes[mine].max() + slack + 1e-9).all()


def test_groups_of_mixed_labels_are_made_up_for_by_single_rows() -> None:
    rng = np.random.default_rng(3)
    mixed, single = 60, 600
    rows = [(group, stratum, int(rng.integers(1, 9))) for group in range(mixed) for stratum in (0, 1)]
    rows += [(mixed + n, int(n % 2), 1) for n in range(single)]
    group, stratum, count = (np.array(column) for column in zip(*rows, strict=True))
    hashes = rng.integers(0, 1 << 63, mixed + single).astype(np.uint64)
    chosen = allot(Groups(hashes, group, stratum, count), np.array([0.8, 0.1, 0.1]))
    for label in (0, 1):
        mine = stratum == label
        held = np.bincount(chosen[group[mine]], count[mine], minlength=3)
        assert held / held.sum() == pytest.approx([0.8, 0.1, 0.1], abs=0.003)
