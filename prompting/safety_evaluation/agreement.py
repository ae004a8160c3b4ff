"""Do raters judge alike, more than they would by chance? Coefficients for labels without an order.

Cohen's κ of two raters (Educational and Psychological Measurement 20(1), 1960), Fleiss' κ of as many
ratings of every unit (Psychological Bulletin 76(5), 1971), and Krippendorff's α, which takes units that
not everybody rated (Content Analysis; "Computing Krippendorff's Alpha-Reliability", 2011). Each is a
`curation.bootstrap` statistic over units: 1 is perfect, 0 chance, NaN where all ratings are the same, as
chance alone would then explain them.
"""

from collections.abc import Hashable, Sequence

import numpy as np

from curation.bootstrap import Statistic, Values

Ratings = Sequence[Sequence[Hashable]]
"""Of each unit the labels that it was given; None for a rater who gave none."""


def cohens_kappa(pairs: Ratings) -> Statistic:
    """Give the κ of two raters, who both rated every unit."""
    codes, labels = _codes(pairs)
    return _kappa(*(np.eye(labels)[np.array([row[side] for row in codes], dtype=int)] for side in (0, 1)))


def _kappa(first: Values, second: Values) -> Statistic:
    """Take one row a unit and one column a label on each side."""
    alike = (first * second).sum(axis=1)

    def of(draws: Values) -> Values:
        units = draws.sum(axis=1)
        chance = ((draws @ first) * (draws @ second)).sum(axis=1) / units**2
        return _beyond(draws @ alike / units, chance)

    return of


def fleiss_kappa(units: Ratings) -> Statistic:
    """Give the κ of units that have equally many ratings, at least two each.

    Raises
    ------
    ValueError
        When they have not.
    """
    counts, ratings = _counts(units)
    if len(set(ratings.tolist())) > 1 or (ratings < 2).any():
        message = "every unit needs as many ratings as every other, and two of them"
        raise ValueError(message)
    alike = (counts * (counts - 1)).sum(axis=1) / (ratings * (ratings - 1))

    def of(draws: Values) -> Values:
        shares = draws @ counts / (draws @ ratings)[:, None]
        return _beyond(draws @ alike / draws.sum(axis=1), (shares**2).sum(axis=1))

    return of


def krippendorffs_alpha(units: Ratings) -> Statistic:
    """Give the nominal α; units with less than two ratings say nothing, and count for nothing."""
    counts, ratings = _counts(units)
    pairable = ratings >= 2
    counts, ratings = counts * pairable[:, None], ratings * pairable
    # The diagonal of the matrix of coincidences, unit by unit, is all that equal labels need.
    alike = (counts * (counts - 1)).sum(axis=1) / np.maximum(ratings - 1, 1)

    def of(draws: Values) -> Values:
        totals, values = draws @ counts, draws @ ratings
        with np.errstate(invalid="ignore", divide="ignore"):
            chance = (totals * (totals - 1)).sum(axis=1) / (values * (values - 1))
            return _beyond(draws @ alike / values, chance)

    return of


def _beyond(observed: Values, chance: Values) -> Values:
    with np.errstate(invalid="ignore", divide="ignore"):
        result: Values = np.where(1 - chance > 1e-12, (observed - chance) / (1 - chance), np.nan)
    return result


def _codes(units: Ratings) -> tuple[list[list[int]], int]:
    """Number the labels; None has the number -1."""
    numbers: dict[Hashable, int] = {}
    codes = [[-1 if one is None else numbers.setdefault(one, len(numbers)) for one in unit] for unit in units]
    return codes, len(numbers)


def _counts(units: Ratings) -> tuple[Values, Values]:
    """How often each unit has each label, shape (units, labels), and how many ratings it has."""
    codes, labels = _codes(units)
    counts = np.array([np.bincount([code for code in row if code >= 0], minlength=labels) for row in codes])
    counts = counts.reshape(len(codes), labels).astype(np.float64)
    return counts, counts.sum(axis=1)
