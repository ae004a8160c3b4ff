"""How much of each value a mix takes: shares against what there is."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """What a mix takes of one value, in units.

    ``available`` is what there is after caps; ``planned`` and ``reached`` are shares of the whole.
    A scarce value does not reach its share when a total was asked for.
    """

    available: int
    target: float
    planned: float
    reached: float


def plan_mix(
    available: Mapping[str, int], weights: Mapping[str, float], total: int | None, max_copies: int
) -> dict[str, Share]:
    """Divide a total among values with weights.

    Without ``total``, shares are held exactly: the value that is scarcest for its weight, with all
    its copies, decides the size, and the result is never larger than what there is. With ``total``,
    the size is held as far as there is anything: a value that has too little gives all of it, and
    the others divide the rest by their weights.

    Parameters
    ----------
    available
        Units of each value; larger than 0 where the weight is.

    Examples
    --------
    >>> shares = plan_mix({"news": 900, "chat": 100}, {"news": 1, "chat": 1}, None, max_copies=3)
    >>> {name: share.target for name, share in shares.items()}
    {'news': 300.0, 'chat': 300.0}
    """
    whole = sum(weights.values())
    planned = {name: weight / whole for name, weight in weights.items()}
    most = {name: available[name] * max_copies for name in weights}
    if total is None:
        held = sum(available[name] for name in weights if weights[name])
        total_held = min(held, *(most[name] / planned[name] for name in weights if weights[name]))
        targets = {name: planned[name] * total_held for name in weights}
    else:
        targets = _filled(most, weights, total)
    size = sum(targets.values())
    return {
        name: Share(available[name], targets[name], planned[name], targets[name] / size) for name in weights
    }


def _filled(most: Mapping[str, int], weights: Mapping[str, float], total: int) -> dict[str, float]:
    targets: dict[str, float] = dict.fromkeys(weights, 0.0)
    open_names = [name for name in weights if weights[name]]
    left = float(total)
    while open_names:
        whole = sum(weights[name] for name in open_names)
        scarce = [name for name in open_names if most[name] <= left * weights[name] / whole]
        if not scarce:
            return targets | {name: left * weights[name] / whole for name in open_names}
        for name in scarce:
            targets[name] = float(most[name])
            left -= most[name]
        open_names = [name for name in open_names if name not in scarce]
    return targets
