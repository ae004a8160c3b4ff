"""New against old: rows that older releases saved come first, and no damaged index is used."""

import random
from pathlib import Path
from typing import Any

import orjson
import pytest

from curation.comparisons.near_dedup import NEAR_DEDUP
from curation.errors import ConfigurationError, UserError
from curation.steps.base import Given
from curation.steps.near_dedup import NEAR_DEDUP as STEP
from curation.steps.near_dedup import NearDedupParams
from tests.curation.comparisons.batches import batch_of, decide
from tests.curation.comparisons.pages import DEFAULT, LONG, edited, short, similarity


def saved(texts: list[str], folder: Path, **changed: Any) -> Path:
    """Make a release of ``texts`` that saves its signatures as ``old``."""
    folder.mkdir(exist_ok=True)
    params = NearDedupParams(save="old", **changed)
    batch = batch_of(texts, ids=[f"old{number}" for number in range(len(texts))])
    decide(NEAR_DEDUP, params, [batch], folder)
    return folder / "saved" / "old"


def given(**folders: Path) -> Given:
    return Given(signatures={name: [folder] for name, folder in folders.items()})


NEW_TEXTS = [
    "예전에 없던 글이다",
    edited(LONG, random.Random(2), 1),
    "도서관 책을 늘려 주세요!",
    "아주 다른 새 글",
    "아주 다른 새 글.",
]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return saved([LONG, "도서관 책을 늘려 주세요", LONG], tmp_path / "before")


def test_rows_of_an_older_release_come_first(old: Path, tmp_path: Path) -> None:
    params = NearDedupParams(against=("old",))
    assert STEP.needs is not None
    assert STEP.needs(params).signatures == ("old",)
    found = decide(NEAR_DEDUP, params, [batch_of(NEW_TEXTS)], tmp_path, given(old=old))
    assert short(found) == [
        (1, "near_duplicate_of_older", "old0"),
        (2, "near_duplicate_of_older", "old1"),
        (4, "near_duplicate", "id3"),
    ]
    assert [row["detail"] for row in found] == ["old/old", "old/old", None]
    assert found[0]["score"] == pytest.approx(similarity(LONG, NEW_TEXTS[1], params))


def test_the_closest_older_row_is_named(tmp_path: Path) -> None:
    first = edited(LONG, random.Random(2), 1)
    second = edited(first, random.Random(3), 1)
    assert DEFAULT.threshold <= similarity(LONG, second, DEFAULT) < similarity(first, second, DEFAULT)
    old = saved([LONG, first], tmp_path / "before", action="tag")
    params = NearDedupParams(against=("old",))
    found = decide(NEAR_DEDUP, params, [batch_of([second])], tmp_path, given(old=old))
    assert short(found) == [(0, "near_duplicate_of_older", "old1")]
    assert found[0]["score"] == pytest.approx(similarity(first, second, params))


def test_a_copy_of_a_new_row_that_matches_an_old_one_leaves_too(old: Path, tmp_path: Path) -> None:
    near = edited(LONG, random.Random(2), 1)
    found = decide(
        NEAR_DEDUP, NearDedupParams(against=("old",)), [batch_of([near, near])], tmp_path, given(old=old)
    )
    assert short(found) == [
        (0, "near_duplicate_of_older", "old0"),
        (1, "near_duplicate_of_older", "old0"),
    ]


def test_tags_name_the_older_row_and_its_index(old: Path, tmp_path: Path) -> None:
    params = NearDedupParams(against=("old",), action="tag")
    found = decide(NEAR_DEDUP, params, [batch_of(NEW_TEXTS)], tmp_path, given(old=old))
    tags = {row["_order"]: orjson.loads(row["tags"]) for row in found}
    assert tags[1]["near_duplicate_cluster"] == "old0"
    assert tags[1]["near_duplicate_index"] == "old/old"
    assert "near_duplicate_index" not in tags[4]


def test_an_index_holds_the_rows_that_stay(old: Path, tmp_path: Path) -> None:
    facts = orjson.loads((old / "index.json").read_bytes())
    assert facts["rows"] == 2  # the copy of LONG left
    params = NearDedupParams(against=("old",), save="new")
    decide(NEAR_DEDUP, params, [batch_of(NEW_TEXTS)], tmp_path, given(old=old))
    assert orjson.loads((tmp_path / "saved/new/index.json").read_bytes())["rows"] == 2


def test_a_series_saves_its_own_rows_and_compares_with_all_before(old: Path, tmp_path: Path) -> None:
    params = NearDedupParams(against=("old",), save="old")
    decide(NEAR_DEDUP, params, [batch_of(NEW_TEXTS)], tmp_path, given(old=old))
    own = tmp_path / "saved" / "old"
    assert orjson.loads((own / "index.json").read_bytes())["rows"] == 2
    (tmp_path / "third").mkdir()
    texts = ["예전에 없던 글이다.", LONG, "처음 보는 글"]
    found = decide(
        NEAR_DEDUP,
        NearDedupParams(against=("old",)),
        [batch_of(texts)],
        tmp_path / "third",
        Given(signatures={"old": [old, own]}),
    )
    assert short(found) == [(0, "near_duplicate_of_older", "id0"), (1, "near_duplicate_of_older", "old0")]


def test_several_indexes(old: Path, tmp_path: Path) -> None:
    other = saved(["예전에 없던 글이다"], tmp_path / "other")
    params = NearDedupParams(against=("old", "other"))
    found = decide(NEAR_DEDUP, params, [batch_of(NEW_TEXTS)], tmp_path, given(old=old, other=other))
    assert [(row["_order"], row["detail"]) for row in found] == [
        (0, "other/old"),
        (1, "old/old"),
        (2, "old/old"),
        (4, None),
    ]


def test_an_index_of_an_empty_release(tmp_path: Path) -> None:
    old = saved([""], tmp_path / "before")
    found = decide(
        NEAR_DEDUP, NearDedupParams(against=("old",)), [batch_of(NEW_TEXTS)], tmp_path, given(old=old)
    )
    assert short(found) == [(4, "near_duplicate", "id3")]


@pytest.mark.parametrize(
    "changed",
    [{"words": 4}, {"characters": 2}, {"short": 20}, {"bands": 20}, {"rows": 5}, {"scope": "config"}],
    ids=str,
)
def test_other_parameters_are_refused_by_name(old: Path, tmp_path: Path, changed: dict[str, Any]) -> None:
    params = NearDedupParams(against=("old",), **changed)
    (key,) = changed
    with pytest.raises(ConfigurationError) as fault:
        decide(NEAR_DEDUP, params, [batch_of(NEW_TEXTS)], tmp_path, given(old=old))
    assert f"'old' was made with {key} {getattr(DEFAULT, key)}" in fault.value.what
    assert f"{key} {changed[key]}" in fault.value.what
    assert f"'{key}: {getattr(DEFAULT, key)}'" in fault.value.fix


def test_a_threshold_above_that_of_the_index_is_fine_and_one_below_is_not(old: Path, tmp_path: Path) -> None:
    stricter = NearDedupParams(against=("old",), threshold=0.8)
    assert decide(NEAR_DEDUP, stricter, [batch_of(NEW_TEXTS)], tmp_path, given(old=old))
    looser = NearDedupParams(against=("old",), threshold=0.6)
    with pytest.raises(ConfigurationError, match="threshold"):
        decide(NEAR_DEDUP, looser, [batch_of(NEW_TEXTS)], tmp_path, given(old=old))


def truncated(folder: Path) -> None:
    table = folder / "signatures.arrow"
    table.write_bytes(table.read_bytes()[:-100])


def flipped(folder: Path) -> None:
    table = folder / "signatures.arrow"
    content = bytearray(table.read_bytes())
    content[len(content) // 2] ^= 1
    table.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (truncated, "damaged"),
        (flipped, "damaged"),
        (lambda folder: (folder / "signatures.arrow").unlink(), "damaged"),
        (lambda folder: (folder / "index.json").unlink(), "cannot be read"),
        (lambda folder: (folder / "index.json").write_text('{"format": '), "not JSON"),
        (lambda folder: (folder / "index.json").write_text('["x"]'), "something else"),
        (lambda folder: (folder / "index.json").write_text('{"a": 1}'), "something else"),
        (
            lambda folder: (folder / "index.json").write_text(
                '{"format": "malmoi signature index", "version": 9}'
            ),
            "version 9",
        ),
    ],
)
def test_a_damaged_index_is_never_used(old: Path, tmp_path: Path, damage: Any, said: str) -> None:
    damage(old)
    with pytest.raises(UserError, match=said):
        decide(NEAR_DEDUP, NearDedupParams(against=("old",)), [batch_of(NEW_TEXTS)], tmp_path, given(old=old))
