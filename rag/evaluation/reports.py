"""Measurements that were kept as JSON, read again to be compared."""

from collections import Counter
from pathlib import Path
from typing import Any, Final

import orjson

from curation.errors import ConfigurationError
from rag.evaluation.comparison import Difference, compare

PER_QUERY: Final = "per_query"


def compare_reports(before: Path, after: Path) -> list[Difference]:
    """The difference of each measure that both have.

    The questions may stand in another order. Where a question has no value of a measure in one of the
    two, such as the citations of an answer that was refused, it takes no part in that measure.

    Raises
    ------
    ConfigurationError
        A file is no measurement, the two were made with other questions, or they share no measure.
    """
    first, second = _by_query(before), _by_query(after)
    if first.keys() != second.keys():
        alone = len(first.keys() ^ second.keys())
        raise ConfigurationError(
            f"The two were measured on other questions: {alone:,} are in one of them only.",
            where=f"{before}, {after}",
            fix="Measure both with the same --queries file.",
        )
    measures = next(iter(first.values()))
    pairs = {
        name: [
            (one, other)
            for query, values in first.items()
            if (one := values.get(name)) is not None and (other := second[query].get(name)) is not None
        ]
        for name in measures
    }
    if not any(pairs.values()):
        raise ConfigurationError(
            "The two hold no measure in common.",
            where=f"{before}, {after}",
            fix="Compare two measurements of `malmoi eval retrieval`, or two of `malmoi eval answers`.",
        )
    return [
        compare(name, [one for one, _ in values], [other for _, other in values])
        for name, values in pairs.items()
        if values
    ]


def _by_query(path: Path) -> dict[tuple[str, int], dict[str, float | None]]:
    """Measures by question; one that is asked twice is two questions."""
    times: Counter[str] = Counter()
    found = {}
    try:
        report: Any = orjson.loads(path.read_bytes())
        for row in report[PER_QUERY]:
            query = row["query"]
            times[query] += 1
            found[query, times[query]] = dict(row["measures"])
    except OSError as error:
        raise ConfigurationError(
            "The measurement cannot be read.", where=f"{path}: {error.strerror}", fix="Name a file of --out."
        ) from error
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise _no_measurement(path) from error
    if not found or not all(_is_number(value) for row in found.values() for value in row.values()):
        raise _no_measurement(path)
    return found


def _is_number(value: object) -> bool:
    return value is None or isinstance(value, int | float)


def _no_measurement(path: Path) -> ConfigurationError:
    return ConfigurationError(
        "The file is no measurement.",
        where=str(path),
        fix="Keep one with: malmoi eval retrieval --queries questions.jsonl --out before.json",
    )
