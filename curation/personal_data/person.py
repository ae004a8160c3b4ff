"""Names of persons, by the rules of ko-pii: they guess from words around, and often wrongly."""

from collections.abc import Iterator

from curation.personal_data.kinds import Found


def person_names(text: str) -> Iterator[Found]:
    """Find what may be names of persons."""
    from ko_pii.patterns.person import detect  # noqa: PLC0415 - a tenth of a second, rarely wanted

    for result in detect(text):
        yield Found("person", result.start, result.end, text[result.start : result.end])
