"""General Korean to measure what is forgotten: the sets that are named, or ours where none is."""

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from curation.checkpoints import sha256_of
from curation.records import Message
from curation.yaml_list import read_list
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


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=96)]
    category: Category
    prompt: Text
    answer: Text


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
    rows = read_list(path, "rows", _Row, example=OURS)
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
