"""What a benchmark prints with `--json`, held against the contract of docs/benchmarks.md.

An object is one figure with where it was measured, or says that it could not be measured here:

    {name, unit, ours, peers: {name: value}, limit, ratio_to_best_peer, machine, versions}
    {name, not_run: reason}

Larger is better unless ``lower_is_better`` is true. ``also`` may hold further figures. Other keys are free.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

NEEDED = ("name", "unit", "ours", "peers", "limit", "ratio_to_best_peer")
WHERE = ("machine", "versions")
# Ratios are of medians that were not rounded; this much is left to arithmetic.
TOLERANCE = 0.01


class ContractError(Exception):
    """What was printed is not what the contract says; ``faults`` has every reason."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Figure:
    """One measured figure beside its peers and its limit, all in the same unit."""

    name: str
    unit: str
    lower_is_better: bool
    ours: float
    peers: Mapping[str, float]
    limit: float | None
    ratio: float | None

    @property
    def passed(self) -> bool | None:
        """Whether the limit is kept; None without one."""
        if self.limit is None:
            return None
        return self.ours <= self.limit if self.lower_is_better else self.ours >= self.limit

    @property
    def is_better(self) -> bool | None:
        """Whether ours is at least as good as the best peer; None where no ratio says it."""
        if self.ratio is None:
            return None
        return self.ratio <= 1 if self.lower_is_better else self.ratio >= 1


@dataclass(frozen=True)
class Told:
    """What a benchmark said: its figures, or why there are none."""

    name: str
    figures: tuple[Figure, ...] = ()
    not_run: str = ""
    machine: Any = None
    versions: Mapping[str, str] | None = None


def read(printed: bytes) -> Told:
    """Read what a benchmark printed.

    Raises
    ------
    ContractError
        With everything that is wrong.
    """
    try:
        found = orjson.loads(printed)
    except orjson.JSONDecodeError as error:
        start = printed[:80].decode("utf-8", "replace").strip()
        raise ContractError([f"not one JSON object on stdout ({error}): {start!r}"]) from error
    if not isinstance(found, dict):
        raise ContractError([f"an object was expected, not {type(found).__name__}"])
    return told(found)


def told(found: Mapping[str, Any]) -> Told:
    """Check an object and give its figures; raises `ContractError`."""
    if "not_run" in found and "ours" not in found:
        faults = [
            f"{key}: a text was expected"
            for key in ("name", "not_run")
            if not isinstance(found.get(key), str) or not found[key]
        ]
        if faults:
            raise ContractError(faults)
        return Told(found["name"], not_run=found["not_run"])
    also = found.get("also", [])
    if not isinstance(also, list) or not all(isinstance(one, dict) for one in also):
        raise ContractError(["also: a list of figures was expected"])
    faults = [*_faults_of_where(found)]
    for place, one in enumerate([found, *also]):
        faults += [f"{f'also {place}: ' if place else ''}{fault}" for fault in _faults(one)]
    if faults:
        raise ContractError(faults)
    return Told(
        found["name"],
        tuple(map(_figure, [found, *also])),
        machine=found["machine"],
        versions=found["versions"],
    )


def _figure(one: Mapping[str, Any]) -> Figure:
    return Figure(
        one["name"],
        one["unit"],
        one.get("lower_is_better", False),
        one["ours"],
        one["peers"],
        one["limit"],
        one["ratio_to_best_peer"],
    )


def _faults_of_where(found: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{key}: missing" for key in WHERE if key not in found)
    if "machine" in found and not (isinstance(found["machine"], (str, dict)) and found["machine"]):
        yield "machine: a text or an object was expected"
    versions = found.get("versions", {})
    if not isinstance(versions, dict) or not all(isinstance(one, str) for one in versions.values()):
        yield "versions: an object of texts was expected"


def _faults(one: Mapping[str, Any]) -> Iterator[str]:
    missing = [key for key in NEEDED if key not in one]
    yield from (f"{key}: missing" for key in missing)
    for key in ("name", "unit"):
        if key in one and not (isinstance(one[key], str) and one[key]):
            yield f"{key}: a text was expected"
    if not isinstance(one.get("lower_is_better", False), bool):
        yield "lower_is_better: true or false was expected"
    if "ours" in one and not _is_number(one["ours"]):
        yield f"ours: a number was expected, not {one['ours']!r}"
    if not isinstance(one.get("peers", {}), dict):
        yield "peers: an object of numbers was expected"
        return
    yield from (
        f"peers: {name}: a number was expected, not {value!r}"
        for name, value in one.get("peers", {}).items()
        if not _is_number(value)
    )
    for key in ("limit", "ratio_to_best_peer"):
        if one.get(key) is not None and not _is_number(one[key]):
            yield f"{key}: a number or null was expected, not {one[key]!r}"
    if not missing:
        yield from _faults_of_ratio(one)


def _faults_of_ratio(one: Mapping[str, Any]) -> Iterator[str]:
    """Tell of a ratio that is not ours over the best peer: a wrong direction shows here."""
    ratio, numbers = one["ratio_to_best_peer"], [one["ours"], *one["peers"].values()]
    if ratio is None or not all(map(_is_number, [ratio, *numbers])):
        return
    if not one["peers"]:
        yield "ratio_to_best_peer: there are no peers"
        return
    best = (min if one.get("lower_is_better") is True else max)(one["peers"].values())
    if not best or not math.isclose(ratio, one["ours"] / best, rel_tol=TOLERANCE, abs_tol=1e-9):
        yield f"ratio_to_best_peer: {ratio:.6g} is not {one['ours']:.6g} over the best peer's {best:.6g}"


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
