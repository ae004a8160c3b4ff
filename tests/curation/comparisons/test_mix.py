"""Mixing: shares and caps are held, nothing that has a weight vanishes, samples are stable."""

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from curation.comparisons.base import Batch
from curation.comparisons.mix import MIX
from curation.comparisons.mixture import plan_mix
from curation.errors import ConfigurationError
from curation.steps.mix import MixParams
from tests.curation.comparisons.batches import batch_of, decide

Sources = dict[str, list[str]]


def batches_of(sources: Sources, cut: int = 1_000, **changed: Any) -> list[Batch]:
    found, first = [], 0
    for source, texts in sources.items():
        for start in range(0, len(texts), cut):
            part = texts[start : start + cut]
            ids = [
                hashlib.blake2b(f"{source} {start + row}".encode(), digest_size=16).hexdigest()
                for row in range(len(part))
            ]
            found.append(batch_of(part, first, source=source, config=source, ids=ids, **changed))
            first += len(part)
    return found


def mix(sources: Sources, folder: Path, cut: int = 1_000, **params: Any) -> dict[str, list[int]]:
    """Give, for each source, how often each of its rows is in the result."""
    chosen = MixParams.model_validate_json(json.dumps({"unit": "rows", **params}))
    decided = {row["_order"]: row for row in decide(MIX, chosen, batches_of(sources, cut), folder)}
    found: dict[str, list[int]] = {}
    order = 0
    for source, texts in sources.items():
        found[source] = []
        for _ in texts:
            row = decided.get(order)
            copies = 1 if row is None else 0 if row["reason"] else row["copies"]
            assert copies is not None
            assert row is None or copies != 1  # what stays as it is needs no decision
            found[source].append(copies)
            order += 1
    return found


def taken(found: dict[str, list[int]]) -> dict[str, int]:
    return {source: sum(copies) for source, copies in found.items()}


def texts(count: int, length: int = 10) -> list[str]:
    return ["글" * length] * count


def test_shares_are_held_and_the_scarcest_source_decides_the_size(tmp_path: Path) -> None:
    found = mix({"news": texts(900), "chat": texts(100)}, tmp_path, weights={"news": 3, "chat": 1})
    assert taken(found) == {"news": 300, "chat": 100}
    assert set(found["news"]) == {0, 1}


def test_upsampling_repeats_what_is_scarce(tmp_path: Path) -> None:
    sources = {"news": texts(900), "chat": texts(100)}
    found = mix(sources, tmp_path, weights={"news": 1, "chat": 1}, max_copies=4)
    assert taken(found) == {"news": 400, "chat": 400}
    assert set(found["chat"]) == {4}
    # Never larger than what there is: 500 of each, though five copies were allowed.
    found = mix(sources, tmp_path, weights={"news": 1, "chat": 1}, max_copies=10)
    assert taken(found) == {"news": 500, "chat": 500}


def test_a_total_is_reached_and_a_scarce_source_gives_all_it_has(tmp_path: Path) -> None:
    sources = {"news": texts(900), "chat": texts(100), "law": texts(900)}
    weights = {"news": 1, "chat": 1, "law": 1}
    assert taken(mix(sources, tmp_path, weights=weights, total=900)) == {"news": 400, "chat": 100, "law": 400}
    found = mix(sources, tmp_path, weights=weights, total=900, max_copies=2)
    assert taken(found) == {"news": 350, "chat": 200, "law": 350}
    assert taken(mix(sources, tmp_path, weights=weights, total=10_000)) == {
        "news": 900,
        "chat": 100,
        "law": 900,
    }


def test_extra_copies_are_spread_over_different_rows(tmp_path: Path) -> None:
    found = mix(
        {"news": texts(300), "chat": texts(100)},
        tmp_path,
        weights={"news": 2, "chat": 1},
        max_copies=3,
        total=450,
    )
    assert taken(found) == {"news": 300, "chat": 150}
    assert Counter(found["chat"]) == {1: 50, 2: 50}


def test_characters_are_what_is_shared_by_default(tmp_path: Path) -> None:
    sources = {"long": texts(100, 1_000), "short": texts(1_000, 10)}
    params = MixParams(weights={"long": 1, "short": 1})
    assert params.unit == "characters"
    found = mix(sources, tmp_path, unit="characters", weights={"long": 1, "short": 1})
    assert taken(found) == {"long": 10, "short": 1_000}


def test_caps_count_rows_and_say_so(tmp_path: Path) -> None:
    sources = {"news": texts(900), "chat": texts(100)}
    params = MixParams(caps={"news": 250})
    decided = decide(MIX, params, batches_of(sources), tmp_path)
    assert Counter(row["reason"] for row in decided) == {"over_cap": 650}
    found = mix(sources, tmp_path, caps={"*": 60})
    assert taken(found) == {"news": 60, "chat": 60}


def test_caps_come_before_weights(tmp_path: Path) -> None:
    sources = {"news": texts(900), "chat": texts(100)}
    params = MixParams(caps={"chat": 50}, weights={"news": 1, "chat": 1}, unit="rows")
    decided = decide(MIX, params, batches_of(sources), tmp_path)
    assert Counter(row["reason"] for row in decided) == {"over_cap": 50, "sampled_out": 850}


def test_a_weight_of_nothing_leaves_out_and_a_small_one_never_does(tmp_path: Path) -> None:
    sources = {"news": texts(900), "chat": texts(100), "law": texts(40, 5_000)}
    weights = {"news": 1, "chat": 0, "law": 0.000001}
    found = mix(sources, tmp_path, weights=weights, total=100, unit="characters")
    assert taken(found) == {"news": 10, "chat": 0, "law": 1}


def test_attributes_and_other_values(tmp_path: Path) -> None:
    batches = []
    for first, label in ((0, "긍정"), (100, "부정"), (200, "")):
        ids = [hashlib.blake2b(f"{label}{n}".encode(), digest_size=16).hexdigest() for n in range(100)]
        attributes = [json.dumps({"label": label} if label else {}, ensure_ascii=False)] * 100
        batches.append(batch_of(texts(100), first, ids=ids, attributes=attributes))
    params = MixParams(by="label", weights={"긍정": 1, "*": 0.5}, unit="rows")
    decided = decide(MIX, params, batches, tmp_path)
    assert Counter(row["_order"] // 100 for row in decided) == {1: 50, 2: 50}


def test_other_splits_stay_as_they_are(tmp_path: Path) -> None:
    batches = [*batches_of({"news": texts(90)}), *batches_of({"news": texts(90)}, splits=["test"] * 90)]
    assert len(decide(MIX, MixParams(caps={"news": 10}), batches[:1], tmp_path)) == 80
    with pytest.raises(ConfigurationError, match="No record is left in train"):
        decide(MIX, MixParams(caps={"news": 10}), batches[1:], tmp_path)
    assert len(decide(MIX, MixParams(caps={"news": 10}, splits=("test",)), batches[1:], tmp_path)) == 80


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"weights": {"news": 1, "caht": 1}}, "'weights' names 'caht'"),
        ({"caps": {"caht": 1}}, "'caps' names 'caht'"),
        ({"weights": {"news": 1}}, "how much to take of 'chat'"),
    ],
)
def test_names_that_do_not_fit_are_refused(tmp_path: Path, params: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        mix({"news": texts(9), "chat": texts(9)}, tmp_path, **params)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"weights": {"news": 0}},
        {"weights": {"news": -1}},
        {"caps": {"news": 0}},
        {"caps": {"news": 5}, "total": 10},
        {"caps": {"news": 5}, "max_copies": 2},
        {"weights": {"news": 1}, "max_copies": 0},
        {"weights": {"news": 1}, "splits": []},
        {"weights": {"news": 1}, "unit": "words"},
    ],
)
def test_senseless_parameters_are_refused(params: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MixParams.model_validate_json(json.dumps(params))


def test_a_sample_of_more_holds_the_sample_of_less(tmp_path: Path) -> None:
    sources = {"news": texts(500)}
    few = mix(sources, tmp_path, caps={"news": 100})["news"]
    more = mix(sources, tmp_path, caps={"news": 200})["news"]
    assert all(large >= small for large, small in zip(more, few, strict=True))
    other = mix(sources, tmp_path, caps={"news": 100}, seed=1)["news"]
    assert 5 <= sum(a and b for a, b in zip(few, other, strict=True)) <= 40  # 20 by chance


LENGTHS = st.lists(st.integers(0, 40), min_size=1, max_size=40)


@settings(max_examples=80)
@given(
    st.dictionaries(st.sampled_from("가나다라"), LENGTHS, min_size=1),
    st.data(),
    st.sampled_from(["rows", "characters"]),
    st.integers(1, 4),
    st.one_of(st.none(), st.integers(1, 2_000)),
    st.integers(1, 15),
)
def test_what_always_holds(
    lengths: dict[str, list[int]], data: Any, unit: str, most: int, total: int | None, cut: int
) -> None:
    sources = {name: ["글" * length for length in counts] for name, counts in lengths.items()}
    weights = {name: data.draw(st.sampled_from([0.1, 1, 2.5])) for name in sources}
    params: dict[str, Any] = {"weights": weights, "unit": unit, "max_copies": most, "total": total}
    with tempfile.TemporaryDirectory() as folder:
        found = mix(sources, Path(folder), **params)
        assert mix(sources, Path(folder), cut, **params) == found
    sizes = {
        name: [max(length, 1) if unit == "characters" else 1 for length in counts]
        for name, counts in lengths.items()
    }
    plan = plan_mix({name: sum(row) for name, row in sizes.items()}, weights, total, most)
    for name, copies in found.items():
        assert max(copies) <= most
        assert max(copies) - min(copies) <= 1  # no row is favoured
        assert sum(copies) > 0
        size = sum(copy * row for copy, row in zip(copies, sizes[name], strict=True))
        assert abs(size - plan[name].target) <= max(sizes[name])


@settings(max_examples=200)
@given(
    st.lists(st.tuples(st.integers(1, 10_000), st.floats(0.01, 100)), min_size=1, max_size=6),
    st.one_of(st.none(), st.integers(1, 30_000)),
    st.integers(1, 5),
)
def test_the_plan(drawn: list[tuple[int, float]], total: int | None, most: int) -> None:
    available = {str(n): units for n, (units, _) in enumerate(drawn)}
    weights = {str(n): weight for n, (_, weight) in enumerate(drawn)}
    plan = plan_mix(available, weights, total, most)
    targets = {name: share.target for name, share in plan.items()}
    assert all(target <= most * available[name] * (1 + 1e-9) for name, target in targets.items())
    assert sum(share.reached for share in plan.values()) == pytest.approx(1)
    if total is None:
        assert sum(targets.values()) <= sum(available.values()) * (1 + 1e-9)
        assert all(share.reached == pytest.approx(share.planned) for share in plan.values())
    else:
        assert sum(targets.values()) == pytest.approx(min(total, most * sum(available.values())))


def test_one_weight_for_all_takes_everything(tmp_path: Path) -> None:
    found: Sequence[int] = mix({"news": texts(5)}, tmp_path, weights={"*": 1})["news"]
    assert found == [1] * 5
