"""The result of a benchmark as a list that a person can read: one line for each innermost value."""

from collections.abc import Iterator, Mapping

from machine import report


def show(result: Mapping[str, object], *, as_json: bool) -> None:
    """Print the object of the benchmark contract, or a line for every value in it."""
    if as_json:
        report(result, as_json=True)
        return
    lines = list(_lines(result))
    width = max(len(name) for name, _ in lines)
    for name, value in lines:
        print(f"{name:<{width}}  {f'{value:,.3f}' if isinstance(value, float) else value}")


def _lines(values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}: {inner}", one) for inner, one in _lines(value))
        else:
            yield name, value
