"""The draft of a recipe: a source for each group of files, with the reason for each guess beside it."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from curation.guessing.folder import LeftOut
from curation.guessing.guess import Guess
from curation.guessing.licences import UNKNOWN
from curation.guessing.sources import DraftSource

_WIDTH = 100
_MOST_LEFT_OUT = 30
_MOST_LABELS = 6


def render_recipe(
    name: str,
    title: str,
    sources: Sequence[DraftSource],
    left_out: Sequence[LeftOut],
    known: Mapping[str, Sequence[str]],
) -> str:
    """Write the recipe; ``known`` says by reader what the catalogue has on corpora that it reads."""
    lines = [
        "# A draft by malmoi init-corpus: each guess has its reason beside it. Correct what is wrong, and",
        "# say who may use the data: where no file says it, the licence is unknown.",
        f"# Run: malmoi curate {name}.yaml --data <the folder that was looked at> --out releases/{name}",
        f"name: {in_yaml(name)}",
        f"title: {in_yaml(title)}",
        "",
        "sources:",
    ]
    for source in sources:
        lines += [*_source(source, known.get(source.reader, ())), ""]
    lines += [
        "steps:",
        "  - step: normalise",
        "  - step: exact_dedup",
        "    scope: source",
    ]
    lines += list(_left_out(left_out))
    return "\n".join(lines) + "\n"


def _source(source: DraftSource, known: Sequence[str]) -> Iterator[str]:
    of_many = f", {len(source.files):,} files, one of them" if len(source.files) > 1 else ""
    yield from comment(f"{source.guess.level}{of_many}: {'; '.join(source.guess.evidence)}", "  ")
    if source.guess.labels:
        named = [f"{label} ({count} values)" for label, count in source.guess.labels.items()]
        yield from comment(f"looks like labels, kept as attributes: {', '.join(named[:_MOST_LABELS])}", "  ")
    if source.others:
        others = ", ".join(f"{one.reader}{_with(one)} ({one.level})" for one in source.others)
        yield from comment(f"other guesses: {others}", "  ")
    yield f"  - name: {in_yaml(source.name)}"
    yield f"    reader: {in_yaml(source.reader)}"
    yield from _paths(source.paths)
    if source.guess.options:
        yield f"    options: {in_yaml(source.guess.options)}"
    for said in source.said:
        yield from comment(f'{said.file} says "{said.quote}"; is that for the data as well?', "    ")
    for line in known:
        yield from comment(line, "    ")
    if source.licence == UNKNOWN:
        yield "    # to be filled in: an SPDX id such as CC-BY-SA-4.0, or a name of your own"
    yield f"    licence: {in_yaml(source.licence)}"
    if source.languages and (language := next(iter(source.languages))) != "ko":
        yield f"    language: {in_yaml(language)}"
    if source.config != source.name:
        yield f"    config: {in_yaml(source.config)}"
    if source.split != "train":
        yield f"    split: {source.split}  # by the name of the file"


def _with(guess: Guess) -> str:
    return f" {in_yaml(guess.options)}" if guess.options else ""


def _paths(paths: Sequence[str]) -> Iterator[str]:
    if len(paths) == 1:
        yield f"    path: {in_yaml(paths[0])}"
        return
    yield "    path:"
    yield from (f"      - {in_yaml(path)}" for path in paths)


def _left_out(left_out: Sequence[LeftOut]) -> Iterator[str]:
    if left_out:
        yield ""
        yield "# Not in this recipe:"
    for one in left_out[:_MOST_LEFT_OUT]:
        yield from comment(f"{one.name}: {one.why}", "", "  ")
    if len(left_out) > _MOST_LEFT_OUT:
        yield f"#   and {len(left_out) - _MOST_LEFT_OUT:,} more"


def comment(text: str, indent: str, hanging: str = "") -> list[str]:
    """Give a text as comment lines; what it quotes of the data may hold line breaks.

    Examples
    --------
    >>> comment("sure: 3 of 3 rows read", "  ")
    ['  # sure: 3 of 3 rows read']
    """
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return textwrap.wrap(
        plain,
        _WIDTH,
        initial_indent=f"{indent}# {hanging}",
        subsequent_indent=f"{indent}# {hanging}",
        break_long_words=False,
        break_on_hyphens=False,
    )


def in_yaml(value: Any) -> str:
    """Spell a value on one line, as YAML reads it back."""
    dumped = yaml.safe_dump(
        value, default_flow_style=True, allow_unicode=True, width=float("inf"), sort_keys=False
    )
    return dumped.removesuffix("...\n").strip()
