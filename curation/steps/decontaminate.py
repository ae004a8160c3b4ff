"""Texts that contain items of evaluation sets: who trains on them measures memory."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from curation.errors import ConfigurationError
from curation.overlap import EvaluationItems, Overlap, Rules, overlaps, prepare
from curation.steps.base import BatchJudge, Drop, Given, Keep, Needs, Outcome, Params, Step

_SHORTEST_RUN = {"characters": 20, "words": 8}
_SHOWN = 300  # characters of the matching text in the rejects
_ROWS = 4_096


class DecontaminateParams(Params):
    """Which evaluation sets, what counts as a common run, and how much of an item is too much.

    Letters are letters and digits; spacing, punctuation, case and width do not count.

    ``n``
        the shortest common run: letters, or words with ``unit: words``; 20 and 8 unless told;
    ``min_overlap``
        the share of an item's letters that a row must contain to be dropped;
    ``min_characters``
        a line of an item shorter than ``n`` is found as a whole, between word borders, when it
        has at least so many letters; shorter items are not looked for;
    ``max_items``
        what stands in more items than this is boilerplate: it counts for nothing.
    """

    against: tuple[str, ...] = Field(min_length=1)
    unit: Literal["characters", "words"] = "characters"
    n: int | None = Field(default=None, ge=2)
    min_overlap: float = Field(default=0.5, gt=0, le=1)
    min_characters: int = Field(default=12, ge=8)
    max_items: int = Field(default=10, ge=1)

    @property
    def shortest_run(self) -> int:
        """The shortest common run, in units."""
        return self.n if self.n is not None else _SHORTEST_RUN[self.unit]

    @model_validator(mode="after")
    def _long_enough(self) -> "DecontaminateParams":
        if self.unit == "characters" and self.shortest_run < self.min_characters:
            raise ValueError(
                f"n ({self.shortest_run}) is smaller than min_characters ({self.min_characters})"
            )
        return self


def _make(params: DecontaminateParams, given: Given) -> BatchJudge:
    evaluation = _evaluation(params, given)

    def judge(texts: Sequence[str]) -> list[Outcome]:
        outcomes: list[Outcome] = list(texts)
        for row, overlap in overlaps(evaluation, texts).items():
            score = round(overlap.coverage, 4)
            if overlap.coverage < params.min_overlap:
                outcomes[row] = Keep(texts[row], score)
            else:
                outcomes[row] = Drop(f"in_{overlap.evaluation_set}", score, _detail(overlap))
        return outcomes

    return judge


def _about(params: DecontaminateParams, given: Given) -> Mapping[str, Any]:
    return {"evaluation_sets": _evaluation(params, given).facts()}


def _detail(overlap: Overlap) -> str:
    shown = overlap.text if len(overlap.text) <= _SHOWN else overlap.text[: _SHOWN - 1] + "…"
    return f"{overlap.evaluation_set} {overlap.item}: {shown}"


def _evaluation(params: DecontaminateParams, given: Given) -> EvaluationItems:
    files = tuple(
        (name, tuple((path, path.stat().st_mtime_ns) for path in given.evaluation_sets[name]))
        for name in params.against
    )
    return _loaded(params, files)


@functools.lru_cache(maxsize=1)  # asked for by `make` and by `about`
def _loaded(
    params: DecontaminateParams, files: tuple[tuple[str, tuple[tuple[Path, int], ...]], ...]
) -> EvaluationItems:
    rules = Rules(params.shortest_run, params.min_characters, params.unit == "words", params.max_items)
    evaluation = prepare(_batches(files), rules)
    for name, facts in evaluation.facts().items():
        if not facts["looked_for"]:
            raise ConfigurationError(
                f"No item of the evaluation set '{name}' can be looked for: {facts['items']} items, "
                f"{facts['different']} different ones of at least {params.min_characters} letters.",
                fix="Lower 'min_characters' or raise 'max_items', or take the set out of 'against'.",
            )
    return evaluation


def _batches(
    files: tuple[tuple[str, tuple[tuple[Path, int], ...]], ...],
) -> Iterator[tuple[str, list[str], list[str]]]:
    from curation.tables import open_table  # noqa: PLC0415 - `import curation.steps` stays quick

    for name, paths in files:
        row = 0
        yield name, [], []  # an empty set is named as well
        for path, _ in paths:
            with open_table(path) as table:
                columns = [column for column in ("id", "text") if column in table.schema_arrow.names]
                # Group by group: over a whole file, `iter_batches` keeps what it read until the end.
                for group in range(table.num_row_groups):
                    for batch in table.iter_batches(_ROWS, [group], columns, use_threads=False):
                        rows = range(row + 1, row + batch.num_rows + 1)
                        ids = batch["id"].to_pylist() if "id" in columns else [f"row {n}" for n in rows]
                        yield name, ids, batch["text"].to_pylist()
                        row += batch.num_rows


DECONTAMINATE = Step(
    name="decontaminate",
    summary="drops texts that contain items of the named evaluation sets, and shows the matching text",
    params=DecontaminateParams,
    sees="record",
    make=_make,
    needs=lambda params: Needs(evaluation_sets=params.against),
    about=_about,
)
