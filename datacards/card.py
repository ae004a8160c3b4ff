"""The card model: what is known about a dataset, in a form that renderers and checks can read."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileFacts(_Facts):
    """A data file: path below the dataset's folder, with forward slashes."""

    path: Text
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    bytes: Count
    rows: Count


class Column(_Facts):
    """A column; ``dtype`` is a scalar type, or ``messages`` for a list of role and content."""

    name: Text
    dtype: Literal["string", "int64", "float64", "bool", "messages"]
    repeated: bool = False
    description: str = ""


class Split(_Facts):
    """A split and its files, in order."""

    name: Text
    files: tuple[FileFacts, ...] = Field(min_length=1)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(file.rows for file in self.files)

    @property
    def bytes(self) -> int:
        """Size of the files."""
        return sum(file.bytes for file in self.files)


class Config(_Facts):
    """A configuration: splits with the same columns."""

    name: Text
    columns: tuple[Column, ...] = Field(min_length=1)
    splits: tuple[Split, ...] = Field(min_length=1)

    @property
    def rows(self) -> int:
        """Number of rows in all splits."""
        return sum(split.rows for split in self.splits)


class SourceFacts(_Facts):
    """Where rows come from, under what licence, and what became of them."""

    name: Text
    licence: Text
    url: str = ""
    language: str = ""
    config: str = ""
    read: Count = 0
    kept: Count = 0
    dropped: Count = 0
    quarantined: Count = 0
    recovered: Count = 0


class StepFacts(_Facts):
    """What was done to the rows, in words, with the parameters that were used."""

    name: Text
    summary: Text
    params: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
    sources: tuple[str, ...] = ()
    dropped: Count = 0


class Figure(_Facts):
    """A measured figure."""

    label: Text
    value: Text


class Card(_Facts):
    """All that is stated about one dataset.

    ``quirks`` are facts that a user of the data should know before relying on it.
    """

    name: Text
    title: Text
    version: str = "1"
    description: str = ""
    url: str = ""
    creator: str = ""
    languages: tuple[Text, ...] = ()
    licences: tuple[Text, ...] = Field(min_length=1)
    configs: tuple[Config, ...] = ()
    sources: tuple[SourceFacts, ...] = ()
    steps: tuple[StepFacts, ...] = ()
    figures: tuple[Figure, ...] = ()
    quirks: tuple[Text, ...] = ()

    @property
    def rows(self) -> int:
        """Number of rows in all configurations."""
        return sum(config.rows for config in self.configs)
