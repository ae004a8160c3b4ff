"""What a release is made of: the recipe, read strictly."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Self

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
from curation.readers.base import Options, Reader
from curation.steps import STEPS
from curation.steps.base import Needs, Params
from curation.yaml_lines import Place, YamlFile, invalid, nearest, read_yaml

# Names become file names, configurations of a dataset, and identifiers in Croissant.
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=96)]
SplitName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$", max_length=64)]
Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Located(_Strict):
    """Records that a reader finds at some paths."""

    name: Name
    reader: Text
    path: tuple[Text, ...] = Field(min_length=1)
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    url: str = ""
    options: dict[str, JsonValue] = Field(default_factory=dict)

    @field_validator("path", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if isinstance(value, str):
            return (value,)
        return tuple(value) if isinstance(value, list) else value

    @field_validator("path")
    @classmethod
    def _inside(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(inside_data, value))

    @model_validator(mode="after")
    def _hashes_one_file(self) -> Self:
        if self.sha256 and len(self.path) > 1:
            raise ValueError("sha256 is that of one file, and there are several paths")
        return self


class Source(_Located):
    """Where records come from: files or folders below the data folder, and who may use them."""

    licence: Text
    language: Text = "ko"
    config: Name
    split: SplitName = "train"


class StepUse(_Strict):
    """A step with its parameters, for all sources or some of them."""

    step: Text
    sources: tuple[Name, ...] | None = None
    except_sources: tuple[Name, ...] = ()
    params: dict[str, JsonValue] = Field(default_factory=dict)

    @field_validator("sources", "except_sources", mode="before")
    @classmethod
    def _tuple(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    def concerns(self, source: str) -> bool:
        """Tell whether the step works on records of ``source``."""
        return (self.sources is None or source in self.sources) and source not in self.except_sources


class EvaluationSet(_Located):
    """Records that steps compare with and that no release holds: a test set."""

    licence: str = ""

    def as_source(self) -> Source:
        """Give the set as a source, to be read like one."""
        return Source(
            name=self.name,
            reader=self.reader,
            path=self.path,
            sha256=self.sha256,
            licence=self.licence or "not released",
            url=self.url,
            config=self.name,
            split="test",
            options=self.options,
        )


class Recipe(_Strict):
    """Sources, and the steps that their records go through, in order.

    ``url`` is where the release will be found and ``creator`` who makes it, for its description.
    ``max_quarantined`` is the share of a source's rows that may be unusable before the run stops.
    """

    name: Name
    title: str = ""
    description: str = ""
    version: int = Field(default=1, ge=1)
    url: str = ""
    creator: Text = "malmoi"
    sources: tuple[Source, ...] = Field(min_length=1)
    steps: tuple[StepUse, ...] = ()
    evaluation_sets: tuple[EvaluationSet, ...] = ()
    max_quarantined: float = Field(default=0.2, gt=0, le=1)

    @field_validator("sources", "steps", "evaluation_sets", mode="before")
    @classmethod
    def _tuple(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    def canonical(self) -> dict[str, Any]:
        """Give the recipe as JSON data with every default spelled out."""
        return self.model_dump(mode="json")


def reader_options(source: Source, reader: Reader[Any]) -> Options:
    """Give the options of the source's reader, validated by the reader's own model."""
    options: Options = reader.options.model_validate_json(orjson.dumps(source.options))
    return options


def step_params(use: StepUse) -> Params:
    """Give the parameters of a step, validated by the step's own model."""
    params: Params = STEPS[use.step].params.model_validate_json(orjson.dumps(use.params))
    return params


def load_recipe(path: Path) -> Recipe:
    """Read a recipe file (YAML).

    Raises
    ------
    ConfigurationError
        For the first fault: what, the file and line, and the nearest allowed key or name.
    """
    file = read_yaml(path)
    _expect_mapping(file, file.data, (), "a recipe")
    data = dict(file.data)
    for key, read in (("sources", _source), ("steps", _step), ("evaluation_sets", _evaluation_set)):
        data[key] = [read(file, raw, (key, index)) for index, raw in enumerate(_expect_list(file, data, key))]
    recipe: Recipe = _validate(file, Recipe, data, ())
    problem = recipe_fault(recipe)
    if problem is not None:
        raise file.fault(*problem)
    return recipe


def recipe_fault(recipe: Recipe) -> tuple[Place, str, str] | None:
    """Find what is wrong between the parts of a recipe: its place, the fact, and the way out."""
    return (
        _named_twice("sources", recipe.sources)
        or _unknown_source(recipe)
        or _lost_copies(recipe)
        or _named_twice("evaluation_sets", recipe.evaluation_sets)
        or _unknown_evaluation_set(recipe)
    )


def _named_twice(key: str, listed: Sequence[_Located]) -> tuple[Place, str, str] | None:
    names: set[str] = set()
    for index, one in enumerate(listed):
        if one.name in names:
            what = f"two {key.replace('_', ' ')} are named '{one.name}'"
            return (key, index, "name"), what, "give each a name of its own"
        names.add(one.name)
    return None


def _unknown_source(recipe: Recipe) -> tuple[Place, str, str] | None:
    names = [source.name for source in recipe.sources]
    for index, use in enumerate(recipe.steps):
        for key, chosen in (("sources", use.sources or ()), ("except_sources", use.except_sources)):
            for position, name in enumerate(chosen):
                if name not in names:
                    return (
                        ("steps", index, key, position),
                        f"the step '{use.step}' names an unknown source '{name}'",
                        nearest(name, names),
                    )
    return None


def _unknown_evaluation_set(recipe: Recipe) -> tuple[Place, str, str] | None:
    names = [one.name for one in recipe.evaluation_sets]
    for index, use in enumerate(recipe.steps):
        step = STEPS[use.step]
        needs = step.needs(step_params(use)) if step.needs is not None else Needs()
        for name in needs.evaluation_sets:
            if name not in names:
                return (
                    ("steps", index),
                    f"the step '{use.step}' names an unknown evaluation set '{name}'",
                    nearest(name, names) if names else "list it under 'evaluation_sets:'",
                )
    return None


def _lost_copies(recipe: Recipe) -> tuple[Place, str, str] | None:
    # A copy kept in one source stands for the copies dropped in others. A later step that
    # drops it in that source alone would lose the text altogether.
    wide_dedup = False
    for index, use in enumerate(recipe.steps):
        if STEPS[use.step].sees == "release":
            wide_dedup = wide_dedup or use.params.get("scope") != "source"
        elif wide_dedup and not all(use.concerns(source.name) for source in recipe.sources):
            return (
                ("steps", index),
                f"the step '{use.step}' concerns some sources only and follows a duplicate removal "
                "across sources: it could drop the one copy that was kept",
                "move it before the duplicate removal",
            )
    return None


def _source(file: YamlFile, raw: object, at: Place) -> dict[str, Any]:
    data = _expect_mapping(file, raw, at, "a source")
    name = data.get("name")
    if isinstance(name, str):
        data.setdefault("config", name)
    else:
        data.setdefault("config", "unnamed")
    return _with_options(file, _validate(file, Source, data, at), at)


def _evaluation_set(file: YamlFile, raw: object, at: Place) -> dict[str, Any]:
    data = _expect_mapping(file, raw, at, "an evaluation set")
    return _with_options(file, _validate(file, EvaluationSet, data, at), at)


def _with_options(file: YamlFile, source: _Located, at: Place) -> dict[str, Any]:
    reader = READERS.get(source.reader)
    if reader is None:
        raise file.fault(
            (*at, "reader"), f"unknown reader '{source.reader}'", nearest(source.reader, READERS)
        )
    options = _validate(file, reader.options, source.options, (*at, "options"))
    return {**source.model_dump(mode="json"), "options": options.model_dump(mode="json")}


def _step(file: YamlFile, raw: object, at: Place) -> dict[str, Any]:
    data = _expect_mapping(file, raw, at, "a step")
    common = {key: data.pop(key) for key in ("step", "sources", "except_sources") if key in data}
    use: StepUse = _validate(file, StepUse, common, at)
    step = STEPS.get(use.step)
    if step is None:
        raise file.fault((*at, "step"), f"unknown step '{use.step}'", nearest(use.step, STEPS))
    extra = ("sources", "except_sources")
    params = _validate(file, step.params, data, at, extra)
    return {**use.model_dump(mode="json"), "params": params.model_dump(mode="json")}


def _validate(
    file: YamlFile, model: type[BaseModel], data: object, at: Place, also: tuple[str, ...] = ()
) -> Any:
    try:
        # JSON mode: strict about types, yet a list is a tuple and a number may be a float.
        return model.model_validate_json(orjson.dumps(data))
    except ValidationError as error:
        raise invalid(file, error, [*model.model_fields, *also], at) from error
    except TypeError as error:
        raise file.fault(at, f"a value that is neither text, number, list nor mapping: {error}") from error


def _expect_mapping(file: YamlFile, value: object, at: Place, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise file.fault(at, f"{what} must be a mapping of keys to values, not {_kind(value)}")
    return dict(value)


def _expect_list(file: YamlFile, data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key, [])
    if not isinstance(value, list):
        raise file.fault((key,), f"'{key}' must be a list, not {_kind(value)}")
    if key == "sources" and not value:
        raise file.fault((key,), "the recipe has no sources", "add a list under 'sources:'")
    return value


def _kind(value: object) -> str:
    names = {"dict": "a mapping", "list": "a list", "str": "text", "NoneType": "nothing", "bool": "yes or no"}
    return names.get(type(value).__name__, "a number")
