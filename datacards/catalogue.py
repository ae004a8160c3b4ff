"""The catalogue: one Markdown file with front matter for each corpus that is known.

What is not known is the word ``unknown``; nothing is guessed. Cards of the survey
https://github.com/ko-nlp/Open-korean-corpora (June 2026) keep that list's own values under ``listed``,
also where a corpus' own licence says something else.
"""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from datacards.front_matter import split
from datacards.terms import Allowed

UNKNOWN = "unknown"
Text = Annotated[str, Field(min_length=1)]
Url = Annotated[str, Field(pattern=r"^https?://[^\s<>\"]+$")]

TaskType = Literal[
    "Benchmark studies",
    "Parsing and tagging",
    "Entailment, sentence similarity, and paraphrase",
    "Intention understanding and sentiment analysis",
    "Offensive language detection, fairness and bias",
    "QA and dialogue",
    "Summarization, Translation, and Transliteration",
    "Korean in multilingual corpora",
    "Speech corpora",
    "Other topics",
    # The list has none of the following three.
    "Raw text",
    "Instructions",
    "Table to text",
]
TASK_TYPES: tuple[TaskType, ...] = get_args(TaskType)
Provider = Literal["Academia", "Industry", "Competition", "Government", "Community", "unknown"]
AccessKind = Literal["open", "sign-in", "application", "unknown"]
Unit = Literal["words", "sentences", "pairs", "dialogues", "hours", "utterances", "documents", "items"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Allows(_Strict):
    """What may be done with the corpus.

    ``by`` is who says so: the ``licence``, the provider's ``terms`` of use, or the survey's ``list``.
    """

    commercial: Allowed
    redistribution: Allowed
    modification: Allowed
    by: Literal["licence", "terms", "list", "unknown"]


class Access(_Strict):
    """How one gets the corpus.

    ``open``: anyone may download it; ``sign-in``: after signing in; ``application``: somebody decides.
    ``abroad`` says how a person outside Korea gets it.
    """

    kind: AccessKind
    how: Text
    abroad: Text


class Listed(_Strict):
    """The row of the survey's table, where it is not a field of the card anyway."""

    id: Annotated[str, Field(pattern=r"^[A-Z]+-[0-9]+$")]
    licence: Literal["all", "academic", "unk"]
    redistribution: Literal["rd", "none", "unk"]
    mod_x: bool


class CatalogueCard(_Strict):
    """A corpus.

    ``korean_name`` is the name that those who made it gave it in Korean, if any; ``summary_ko`` says
    in Korean what it is. ``evaluation`` is true when it is meant for evaluation. ``readers`` are the
    readers of recipes that read it, none when malmoi does not. ``body`` is the Markdown below the
    front matter.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    name: Text
    korean_name: Text
    summary_ko: str = ""
    task_type: TaskType
    use: Text
    provider: Provider
    documentation: Literal["int'l", "dom.", "none", "unknown"]
    licence: Text
    allows: Allows
    volume: Text
    units: tuple[Unit, ...]
    evaluation: bool
    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], ...] = Field(min_length=1)
    year: Annotated[int, Field(ge=1990, le=2100)] | Literal["unknown"]
    links: tuple[Url, ...] = Field(min_length=1)
    format: Text
    access: Access
    problems: tuple[Text, ...] | Literal["unknown"]
    readers: tuple[Text, ...]
    listed: Listed | None = None
    body: Text

    def as_json(self) -> dict[str, Any]:
        """Give the card as JSON data."""
        return self.model_dump(mode="json")


def card_files() -> Iterator[Traversable]:
    """Give the files of the catalogue, by name."""
    folder = files("datacards") / "cards"
    yield from sorted(
        (file for file in folder.iterdir() if file.name.endswith(".md")), key=lambda file: file.name
    )


def data_of(text: str, name: str) -> dict[str, Any]:
    """Give what a card file says as data: its front matter, its id and its body.

    Raises
    ------
    ValueError
        When the front matter cannot be read.
    """
    matter, body = split(text)
    return {"id": Path(name).stem, **matter, "body": body}


def load() -> list[CatalogueCard]:
    """Read the whole catalogue.

    Raises
    ------
    ValueError
        When a card is faulty (:func:`datacards.checks.check_card` says what is wrong).
    """
    return [read(file.read_text(encoding="utf-8"), file.name) for file in card_files()]


def read(text: str, name: str) -> CatalogueCard:
    """Read one card.

    Raises
    ------
    ValueError
        When it is faulty.
    """
    return CatalogueCard.model_validate(in_tuples(data_of(text, name)))


def in_tuples(value: Any) -> Any:
    """Give data with its lists as tuples, as the strict model takes them."""
    if isinstance(value, dict):
        return {key: in_tuples(one) for key, one in value.items()}
    return tuple(map(in_tuples, value)) if isinstance(value, list) else value
