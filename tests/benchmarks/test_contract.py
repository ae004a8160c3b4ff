"""What a benchmark may print: hand-written objects, and what is said of each that is wrong."""

from typing import Any

import orjson
import pytest

GOOD: dict[str, Any] = {
    "name": "rates",
    "unit": "rows a second",
    "ours": 30.0,
    "peers": {"loop": 20.0, "other": 10},
    "limit": 16.0,
    "ratio_to_best_peer": 1.5,
    "machine": "two cores",
    "versions": {"malmoi": "0.1.0"},
}
SECOND: dict[str, Any] = {
    "name": "memory",
    "unit": "MB",
    "lower_is_better": True,
    "ours": 300,
    "peers": {"loop": 200, "other": 400},
    "limit": 250,
    "ratio_to_best_peer": 1.5,
}


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name != key}


def test_a_figure_is_read_with_its_further_figures_and_extra_keys() -> None:
    from collecting.contract import read

    told = read(orjson.dumps(GOOD | {"also": [SECOND], "runs": 3}))
    assert (told.name, told.not_run, told.versions) == ("rates", "", {"malmoi": "0.1.0"})
    first, second = told.figures
    assert (first.ours, first.peers, first.limit, first.ratio) == (
        30.0,
        {"loop": 20.0, "other": 10},
        16.0,
        1.5,
    )
    assert (first.passed, first.is_better) == (True, True)
    # Lower is better: over its limit, and more than the best peer takes.
    assert (second.passed, second.is_better) == (False, False)


@pytest.mark.parametrize(
    ("changes", "passed"),
    [
        ({"limit": 30.0}, True),
        ({"limit": 30.1}, False),
        ({"limit": None}, None),
        ({"limit": 30.0, "lower_is_better": True, "ratio_to_best_peer": 3.0}, True),
        ({"limit": 29.9, "lower_is_better": True, "ratio_to_best_peer": 3.0}, False),
    ],
)
def test_a_limit_is_kept_from_the_right_side(changes: dict[str, Any], passed: bool | None) -> None:
    from collecting.contract import told

    (figure,) = told(GOOD | changes).figures
    assert figure.passed is passed


def test_without_peers_or_where_the_best_is_zero_there_is_no_ratio() -> None:
    from collecting.contract import told

    for peers in ({}, {"loop": 0.0}):
        (figure,) = told(GOOD | {"peers": peers, "ratio_to_best_peer": None}).figures
        assert figure.is_better is None


def test_what_cannot_be_measured_says_why() -> None:
    from collecting.contract import told

    found = told({"name": "qlora", "not_run": "there is no GPU"})
    assert (found.figures, found.not_run) == ((), "there is no GPU")


@pytest.mark.parametrize(
    ("found", "faults"),
    [
        *((without(key), [f"{key}: missing"]) for key in ("unit", "ours", "peers", "limit", "machine")),
        (without("ratio_to_best_peer"), ["ratio_to_best_peer: missing"]),
        (without("versions"), ["versions: missing"]),
        (GOOD | {"ours": "30"}, ["ours: a number was expected, not '30'"]),
        (GOOD | {"ours": True}, ["ours: a number was expected, not True"]),
        (GOOD | {"ours": None}, ["ours: a number was expected, not None"]),
        (GOOD | {"name": ""}, ["name: a text was expected"]),
        (GOOD | {"peers": [20.0]}, ["peers: an object of numbers was expected"]),
        (GOOD | {"peers": {"loop": {"ms": 3}}}, ["peers: loop: a number was expected, not {'ms': 3}"]),
        (GOOD | {"limit": "16"}, ["limit: a number or null was expected, not '16'"]),
        (GOOD | {"lower_is_better": "yes"}, ["lower_is_better: true or false was expected"]),
        (GOOD | {"versions": {"malmoi": 1}}, ["versions: an object of texts was expected"]),
        (GOOD | {"machine": ""}, ["machine: a text or an object was expected"]),
        (GOOD | {"also": SECOND}, ["also: a list of figures was expected"]),
        (GOOD | {"also": [SECOND | {"unit": 3}]}, ["also 1: unit: a text was expected"]),
        # The wrong direction: 30 is thrice the lowest peer, not one and a half times.
        (
            GOOD | {"lower_is_better": True},
            ["ratio_to_best_peer: 1.5 is not 30 over the best peer's 10"],
        ),
        (GOOD | {"ratio_to_best_peer": 3.0}, ["ratio_to_best_peer: 3 is not 30 over the best peer's 20"]),
        (GOOD | {"peers": {}}, ["ratio_to_best_peer: there are no peers"]),
        ({"name": "qlora", "not_run": ""}, ["not_run: a text was expected"]),
        ({}, None),
        ([GOOD], ["an object was expected, not list"]),
    ],
)
def test_what_is_not_the_contract_is_told_with_every_reason(found: object, faults: list[str] | None) -> None:
    from collecting.contract import ContractError, read

    with pytest.raises(ContractError) as raised:
        read(orjson.dumps(found))
    if faults is None:
        assert len(raised.value.faults) > 5
    else:
        assert raised.value.faults == faults


@pytest.mark.parametrize("printed", [b"", b"skipped: no corpora\n", b'{"name": 1} and more', b"NaN"])
def test_what_is_no_json_is_quoted(printed: bytes) -> None:
    from collecting.contract import ContractError, read

    with pytest.raises(ContractError, match="not one JSON object on stdout") as raised:
        read(printed)
    assert repr(printed.decode()[:80].strip()) in str(raised.value)


def test_helpers_of_scripts_make_what_the_contract_wants() -> None:
    from collecting.contract import told
    from machine import figure, machine, versions

    where = {"machine": machine(), "versions": versions("orjson")}
    (higher,) = told(figure("a", "rows", 30, {"x": 20, "y": 60}, None) | where).figures
    assert (higher.ratio, higher.is_better) == (0.5, False)
    (lower,) = told(figure("a", "s", 30, {"x": 20, "y": 60}, 31, lower_is_better=True) | where).figures
    assert (lower.ratio, lower.is_better, lower.passed) == (1.5, False, True)
    (alone,) = told(figure("a", "s", 30, {}, None) | where).figures
    assert alone.ratio is None
