"""What a safety model is made of: the training recipe, read strictly."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import orjson
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    field_validator,
    model_validator,
)

from curation.data_paths import inside_data
from curation.readers import READERS
from curation.safety.features import FeatureSettings
from curation.safety.labels import Format
from curation.yaml_lines import invalid, nearest, read_yaml


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Corpus(_Strict):
    """A labelled corpus.

    ``test`` is its own test file; without one, ``test_share`` of its groups are kept for the test.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    format: Format
    train: str
    test: str | None = None
    test_share: float = Field(default=0.2, gt=0, lt=1)
    licence: Annotated[str, Field(min_length=1)]
    url: str = ""

    @field_validator("train", "test")
    @classmethod
    def _relative(cls, value: str | None) -> str | None:
        return None if value is None else inside_data(value)


class Plain(_Strict):
    """Texts that are taken to be harmless, read by one of curation's readers.

    At most ``texts`` of them are used, chosen by their hash.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    reader: str
    path: str
    licence: Annotated[str, Field(min_length=1)]
    url: str = ""
    texts: int = Field(default=1500, ge=1)
    options: dict[str, JsonValue] = Field(default_factory=dict)

    @field_validator("path")
    @classmethod
    def _relative(cls, value: str) -> str:
        return inside_data(value)

    @model_validator(mode="after")
    def _readable(self) -> "Plain":
        if self.reader not in READERS:
            raise ValueError(f"unknown reader '{self.reader}': {nearest(self.reader, READERS)}")
        READERS[self.reader].options.model_validate_json(orjson.dumps(self.options))
        return self


class TrainingRecipe(_Strict):
    """Labelled corpora, harmless texts to learn from, and harmless texts to count false alarms in.

    ``regularisation`` is the inverse strength of scikit-learn's ``C``; ``folds`` are those of the
    validation that chooses thresholds; ``false_alarms`` is the share of harmless texts that a
    threshold may flag there.
    """

    name: str
    corpora: tuple[Corpus, ...] = Field(min_length=1)
    background: tuple[Plain, ...] = ()
    clean: tuple[Plain, ...] = ()
    features: FeatureSettings = FeatureSettings()
    regularisation: float = Field(default=4.0, gt=0)
    folds: int = Field(default=5, ge=2, le=20)
    false_alarms: float = Field(default=0.01, gt=0, lt=1)

    @field_validator("corpora", "background", "clean", mode="before")
    @classmethod
    def _tuple(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _names_differ(self) -> "TrainingRecipe":
        names = [corpus.name for corpus in self.corpora]
        names += (plain.name for plain in (*self.background, *self.clean))
        double = sorted({name for name in names if names.count(name) > 1})
        if double:
            raise ValueError(f"the name '{double[0]}' stands twice")
        return self


def load_training_recipe(path: Path) -> TrainingRecipe:
    """Read a training recipe.

    Raises
    ------
    ConfigurationError
        For the first fault: what, the file and line, and the nearest allowed key.
    """
    file = read_yaml(path)
    try:
        return TrainingRecipe.model_validate(file.data)
    except ValidationError as error:
        raise invalid(file, error, _allowed(error)) from error


def _allowed(error: ValidationError) -> Mapping[str, object]:
    """Give the keys that are allowed where the error found an unknown one."""
    parts: dict[str, type[BaseModel]] = {
        "corpora": Corpus,
        "background": Plain,
        "clean": Plain,
        "features": FeatureSettings,
    }
    places = [one["loc"] for one in error.errors() if one["type"] == "extra_forbidden"]
    part = str(places[0][0]) if places and len(places[0]) > 1 else ""
    return parts.get(part, TrainingRecipe).model_fields
