"""General Korean to measure what is forgotten: the sets that are named, or ours where none is."""

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from curation.checkpoints import sha256_of
from curation.records import Message
from curation.yaml_lines import YamlFile, invalid, read_yaml
from training.config import Evaluation
from training.data.examples import Example, RowsRead
from training.data.reading import read_rows

OURS: Final = Path(__file__).parents[1] / "evaluation" / "general_ko.yaml"

Category = Literal[
    "advice",
    "arithmetic",
    "classification",
    "code",
    "concept",
    "cooking",
    "counting",
    "grammar",
    "health",
    "idiom",
    "knowledge",
    "letter",
    "ordering",
    "proverb",
    "refusal",
    "rewriting",
    "style",
    "summary",
    "to_english",
    "to_korean",
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Row(_Strict):
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=96)]
    category: Category
    prompt: Text
    answer: Text


class _Rows(_Strict):
    rows: list[_Row] = Field(min_length=1)


def general_rows(settings: Evaluation) -> list[RowsRead]:
    """Read the sets of ``eval.general``, of a release the split ``test``; ours where none is named.

    Raises
    ------
    ConfigurationError, UserError
        When one of them cannot be read.
    """
    return [read_rows(given, "test") for given in settings.general] or [load_general()]


def load_general(path: Path = OURS) -> RowsRead:
    """Read our set; an example's task is its category.

    Raises
    ------
    ConfigurationError
        For the first fault: what, the file and line, and the nearest allowed key.
    """
    file = read_yaml(path)
    if not isinstance(file.data, dict):
        raise file.fault((), "rows are a list below the key 'rows'", f"see {OURS.name}")
    try:
        rows = _Rows.model_validate(file.data).rows
    except ValidationError as error:
        raise invalid(file, error, (_Row if _is_in_row(error) else _Rows).model_fields) from error
    _check_ids(file, rows)
    return RowsRead([_example(row, path.stem) for row in rows], sha256_of(path), [], name=path.stem)


def _example(row: _Row, source: str) -> Example:
    return Example(
        id=row.id,
        messages=(Message("user", row.prompt), Message("assistant", row.answer)),
        references=(row.answer,),
        task=row.category,
        source=source,
        licence="Apache-2.0",
    )


def _is_in_row(error: ValidationError) -> bool:
    return any(one["type"] == "extra_forbidden" and len(one["loc"]) > 1 for one in error.errors())


def _check_ids(file: YamlFile, rows: list[_Row]) -> None:
    seen: set[str] = set()
    for place, row in enumerate(rows):
        if row.id in seen:
            raise file.fault(
                ("rows", place, "id"),
                f"the id '{row.id}' stands twice",
                "give each row an id of its own: results before and after are joined by it",
            )
        seen.add(row.id)
