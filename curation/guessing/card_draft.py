"""The draft of a card for the catalogue: measured where that can be, else ``unknown`` or empty."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from curation.guessing.folder import LeftOut
from curation.guessing.licences import UNKNOWN, Said
from curation.guessing.recipe_draft import in_yaml
from curation.guessing.sources import DraftSource, in_words, least_known
from datacards.catalogue import TaskType
from datacards.terms import terms_of

MOST_FILES = 50


def render_card(
    title: str,
    sources: Sequence[DraftSource],
    left_out: Sequence[LeftOut],
    hashes: Mapping[str, str],
) -> str:
    """Write the card: front matter as the catalogue has it, and what was measured of each file.

    ``hashes`` are SHA-256 by file. `malmoi cards check` names what is left to fill in.
    """
    lines = ["---", *_front_matter(title, sources), "---", "", *_body(title, sources, hashes)]
    return "\n".join([*lines, *_rest(left_out)]) + "\n"


def volume(sources: Sequence[DraftSource]) -> str:
    """The rows, files and bytes of sources in words; rows that were not all counted are about so many."""
    files = sum(len(source.files) for source in sources)
    rows = in_words(sum(source.rows for source in sources), least_known(source.known for source in sources))
    of_files = f" in {files:,} files" if files > 1 else ""
    return f"{rows} rows{of_files}, {size_in_words(sum(source.bytes for source in sources))}"


def size_in_words(size: int) -> str:
    """Say a number of bytes in the usual multiples.

    Examples
    --------
    >>> size_in_words(999), size_in_words(1_500_000)
    ('999 bytes', '1.5 MB')
    """
    for power, unit in ((4, "TB"), (3, "GB"), (2, "MB"), (1, "kB")):
        if size >= 1000**power:
            return f"{size / 1000**power:.1f} {unit}"
    return f"{size} bytes"


def _front_matter(title: str, sources: Sequence[DraftSource]) -> Iterator[str]:
    licences = list(dict.fromkeys(source.licence for source in sources))
    yield f"name: {in_yaml(title)}"
    yield "korean_name: unknown"
    if all(source.guess.trial.kind == "text" for source in sources):
        yield "task_type: Raw text"
    else:
        yield f"task_type: unknown  # one of: {'; '.join(get_args(TaskType))}"
    yield "use: unknown  # what it is for, such as Sentiment analysis"
    yield "provider: unknown  # Academia, Industry, Competition, Government, Community"
    yield "documentation: unknown  # int'l, dom., none"
    yield from (f"# {one.file} says {in_yaml(one.quote)}" for one in _said(sources))
    yield f"licence: {in_yaml('; '.join(licences))}"
    yield f"allows: {in_yaml(_allows(licences))}"
    yield f"volume: {in_yaml(volume(sources))}"
    yield "units: []  # words, sentences, pairs, dialogues, hours, utterances, documents, items"
    yield "evaluation: false  # true when it is meant for evaluation"
    yield f"languages: {in_yaml(_languages(sources))}"
    yield "year: unknown"
    yield "links: []  # where it comes from"
    yield f"format: {in_yaml(_formats(sources))}"
    yield "access: {kind: unknown, how: unknown, abroad: unknown}"
    problems = list(_problems(sources))
    yield f"problems: {in_yaml(problems) if problems else UNKNOWN}"
    yield f"readers: {in_yaml(list(dict.fromkeys(source.reader for source in sources)))}"


def _said(sources: Sequence[DraftSource]) -> list[Said]:
    return list(dict.fromkeys(one for source in sources for one in source.said))


def _allows(licences: Sequence[str]) -> dict[str, str]:
    """What one licence allows; of several, a person has to say."""
    clauses = ("commercial", "redistribution", "modification")
    if len(licences) > 1 or licences[0] == UNKNOWN:
        return dict.fromkeys((*clauses, "by"), UNKNOWN)
    terms = terms_of(licences[0])
    return {clause: getattr(terms, clause) for clause in clauses} | {"by": "licence"}


def _languages(sources: Sequence[DraftSource]) -> list[str]:
    weight: Counter[str] = Counter()
    for source in sources:
        for language, share in source.languages.items():
            weight[language] += round(share * source.bytes)
    return [language for language, _ in weight.most_common()]


def _formats(sources: Sequence[DraftSource]) -> str:
    shapes = (
        source.files[0].shape if source.files else "a folder whose files belong together"
        for source in sources
    )
    return "; ".join(dict.fromkeys(filter(None, shapes))) or UNKNOWN


def _problems(sources: Sequence[DraftSource]) -> Iterator[str]:
    for source in sources:
        trials = [one.best.trial for one in source.files if one.best] or [source.guess.trial]
        bad = sum(trial.bad for trial in trials)
        if bad:
            yield f"{source.name}: {bad:,} of the rows that were looked at cannot be read"


def _body(title: str, sources: Sequence[DraftSource], hashes: Mapping[str, str]) -> Iterator[str]:
    yield f"# {title}"
    yield ""
    yield "What it is, who made it and why: to be written."
    yield ""
    yield "| source | reader | rows | size | languages | licence |"
    yield "|---|---|---|---|---|---|"
    for source in sources:
        languages = ", ".join(f"{language} {share:.0%}" for language, share in source.languages.items())
        cells = (
            source.name,
            source.reader,
            source.rows_in_words,
            size_in_words(source.bytes),
            languages,
            source.licence,
        )
        yield _row(cells)
    files = [(one, source) for source in sources for one in source.files]
    if not files:
        return
    yield ""
    yield "| file | source | rows | bytes | SHA-256 |"
    yield "|---|---|---|---|---|"
    for one, source in files[:MOST_FILES]:
        digest = hashes.get(one.name, "not computed")
        yield _row((one.name, source.name, in_words(one.rows, one.known), f"{one.bytes:,}", digest))
    if len(files) > MOST_FILES:
        yield ""
        yield f"And {len(files) - MOST_FILES:,} more files."


def _rest(left_out: Sequence[LeftOut]) -> Iterator[str]:
    if left_out:
        yield ""
        yield "Beside it lie files that no source has:"
        yield ""
        yield from (f"- {_cell(one.name)}: {_cell(one.why)}" for one in left_out[:MOST_FILES])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
