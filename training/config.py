"""What a fine-tuning run is made of: the configuration file, read strictly."""

import hashlib
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from curation.concealing import secretless
from curation.yaml_lines import invalid, read_yaml


def _number(value: object) -> object:
    # YAML 1.1 reads 2e-4 as text: it wants 2.0e-4.
    if isinstance(value, str) and re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)e[+-]?\d+", value, re.IGNORECASE):
        return float(value)
    return value


def _switch(value: object) -> object:
    # YAML 1.1 reads a bare `on` or `off` as a truth value.
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else value


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


Number = Annotated[float, BeforeValidator(_number)]
Text = Annotated[str, Field(min_length=1)]
Secretless = Annotated[str, AfterValidator(secretless)]  # kept beside the run, told in records
Place = Annotated[Secretless, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=96)]
Format = Literal["release", "messages", "openai", "sharegpt", "alpaca", "superni"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _of_64_bits(cls, value: object) -> object:
        # JSON of the record, and the libraries that train, take no more.
        if isinstance(value, int) and abs(value) >= 2**63:
            raise ValueError("the number is too large: an integer is less than 2^63")
        return value


class Base(_Strict):
    """The model to start from.

    ``model`` is a folder, an id in the cache of the Hugging Face hub, ``smollm2`` (comes with a
    package) or ``tiny`` (made at random within seconds, for trials). ``licence`` is for models that
    are not known to malmoi; ``template`` is a chat template (a Jinja file) for one that has none.
    """

    model: Place
    revision: Secretless = ""
    licence: str = ""
    template: Secretless = ""


class Rows(_Strict):
    """Rows of a release, or of a file in one of the common formats.

    ``config`` and ``split`` choose a part of a release; ``limit`` takes so many, chosen by their hash;
    ``sha256`` is that of the file, or of the release's ``manifest.json``.
    """

    path: Place
    format: Format = "release"
    config: str = ""
    split: str = ""
    tasks: Annotated[tuple[str, ...], BeforeValidator(_tuple)] = ()
    limit: int = Field(default=0, ge=0)
    licence: str = ""
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""


class Data(_Strict):
    """What is learned, and what is held back.

    ``train`` comes from the split ``train`` of a release, ``validation`` and ``test`` from those of the
    same names where ``validation`` and ``test`` are empty; where a release has none, ``held_out`` of the
    groups of ``train`` are kept for validation. ``replay`` are general rows that are mixed in as
    ``replay_share`` of all rows, so that the model does not forget them.
    ``long_rows`` says what becomes of rows of more than ``max_length`` tokens.
    """

    train: Annotated[tuple[Rows, ...], BeforeValidator(_tuple)] = Field(min_length=1)
    validation: Annotated[tuple[Rows, ...], BeforeValidator(_tuple)] = ()
    test: Annotated[tuple[Rows, ...], BeforeValidator(_tuple)] = ()
    held_out: Number = Field(default=0.05, ge=0, lt=1)
    replay: Annotated[tuple[Rows, ...], BeforeValidator(_tuple)] = ()
    replay_share: Number = Field(default=0.1, ge=0, lt=1)
    max_length: int = Field(default=2048, ge=16)
    packing: bool = True
    long_rows: Literal["refuse", "drop", "truncate"] = "refuse"


class Method(_Strict):
    """What changes: adapters over a base in NF4 (``qlora``) or as it is (``lora``, ``dora``); or all."""

    kind: Literal["qlora", "lora", "dora", "full"] = "qlora"
    r: int = Field(default=16, ge=1)
    alpha: int = Field(default=32, ge=1)
    dropout: Number = Field(default=0.0, ge=0, lt=1)
    targets: Annotated[tuple[Text, ...], BeforeValidator(_tuple)] = ("all-linear",)
    double_quantisation: bool = True


class Train(_Strict):
    """How long, how fast and how often.

    A step sees ``batch`` sequences of at most ``max_length`` tokens, ``micro_batch`` at a time (0: what
    the device takes). ``max_steps`` (0: none) ends before ``epochs`` do. ``early_stopping`` is how many
    evaluations in a row may be no better. ``hourly_cost`` is what an hour of the machine costs.
    """

    epochs: Number = Field(default=2.0, gt=0)
    max_steps: int = Field(default=0, ge=0)
    batch: int = Field(default=8, ge=1)
    micro_batch: int = Field(default=0, ge=0)
    learning_rate: Number = Field(default=2e-4, gt=0)
    schedule: Literal["cosine", "linear", "constant", "constant_with_warmup"] = "cosine"
    warmup: Number = Field(default=0.03, ge=0, lt=1)
    weight_decay: Number = Field(default=0.0, ge=0)
    max_grad_norm: Number = Field(default=0.3, gt=0)
    neftune_alpha: Number = Field(default=0.0, ge=0)
    seed: int = Field(default=0, ge=0, lt=2**32)  # NumPy takes no more
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    gradient_checkpointing: Annotated[Literal["auto", "on", "off"], BeforeValidator(_switch)] = "auto"
    log_every: int = Field(default=1, ge=1)
    checkpoint_every: int = Field(default=50, ge=1)
    keep_checkpoints: int = Field(default=2, ge=1)
    evaluate_every: int = Field(default=50, ge=1)
    early_stopping: int = Field(default=3, ge=0)
    samples: Annotated[tuple[Text, ...], BeforeValidator(_tuple)] = ()
    report_to: Annotated[tuple[Literal["tensorboard", "wandb", "mlflow"], ...], BeforeValidator(_tuple)] = ()
    hourly_cost: Number = Field(default=0.0, ge=0)
    currency: Text = "USD"

    @model_validator(mode="after")
    def _whole_micro_batches(self) -> Self:
        if self.micro_batch and self.batch % self.micro_batch:
            raise ValueError(f"batch ({self.batch}) must be a multiple of micro_batch ({self.micro_batch})")
        return self


class Preference(_Strict):
    """A second stage on preferences: pairs (``dpo``) or rows that were liked or not (``kto``)."""

    kind: Literal["dpo", "kto"]
    path: Place
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    licence: str = ""
    beta: Number = Field(default=0.1, gt=0)
    learning_rate: Number = Field(default=5e-6, gt=0)
    epochs: Number = Field(default=1.0, gt=0)
    max_steps: int = Field(default=0, ge=0)
    batch: int = Field(default=4, ge=1)


class Evaluation(_Strict):
    """What is measured before and after.

    ``general`` is a general Korean set, the one that comes with malmoi where none is named; ``superni``
    are folders or files of held-out tasks; ``red_team`` is on, off, or a YAML file of probes, and
    ``safety_model`` a classifier that judges the answers (see ``malmoi safety``). ``limit`` is the most
    rows of each set. ``tokens`` is what ROUGE-L compares.
    """

    limit: int = Field(default=200, ge=1)
    max_new_tokens: int = Field(default=128, ge=1)
    tokens: Literal["morphemes", "characters"] = "morphemes"
    gpt2_merges: Secretless = ""
    general: Annotated[tuple[Rows, ...], BeforeValidator(_tuple)] = ()
    superni: Annotated[tuple[Place, ...], BeforeValidator(_tuple)] = ()
    red_team: bool | Secretless = True
    safety_model: Secretless = ""
    resamples: int = Field(default=1000, ge=100)
    seed: int = Field(default=0, ge=0)


class Forgetting(_Strict):
    """How much may be lost: the run fails when a set lost more than this, with 95 % confidence.

    ``general_nll`` is in nats a token on the general set; ``superni`` in points of ROUGE-L or exact match
    (0 to 100); ``harmful`` in points of harmful answers to the red team (0 to 100).
    """

    general_nll: Number = Field(default=0.1, ge=0)
    superni: Number = Field(default=5.0, ge=0)
    harmful: Number = Field(default=5.0, ge=0)


class Merge(_Strict):
    """Which weights the adapter is merged into: ``best`` tries both and keeps the better one."""

    into: Literal["best", "dequantised", "original"] = "best"


class Export(_Strict):
    """The type of the exported weights, and llama.cpp's ``convert_hf_to_gguf.py`` for a GGUF file."""

    dtype: Literal["bfloat16", "float16", "float32"] = "bfloat16"
    gguf_converter: Secretless = ""
    gguf_type: Literal["f16", "bf16", "q8_0"] = "f16"


class Hub(_Strict):
    """Where the model may be published: ``owner/name``; nothing is pushed without being asked for."""

    repo: Annotated[str, Field(pattern=r"^([\w.-]+/[\w.-]+)?$")] = ""
    private: bool = True
    licence: str = ""


class TrainConfig(_Strict):
    """A whole configuration; every key but ``name``, ``base`` and ``data`` has a default."""

    name: Name
    description: str = ""
    language: Text = "ko"
    base: Base
    data: Data
    method: Method = Field(default_factory=Method)
    train: Train = Field(default_factory=Train)
    preference: Preference | None = None
    eval: Evaluation = Field(default_factory=Evaluation)
    forgetting: Forgetting = Field(default_factory=Forgetting)
    merge: Merge = Field(default_factory=Merge)
    export: Export = Field(default_factory=Export)
    hub: Hub = Field(default_factory=Hub)

    @field_validator("base", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        return {"model": value} if isinstance(value, str) else value

    def canonical(self) -> dict[str, Any]:
        """Give the configuration as JSON data with every default spelled out."""
        return self.model_dump(mode="json")

    def decisive(self) -> dict[str, Any]:
        """Give the part of the canonical configuration that decides the trained weights."""
        sections = ("base", "data", "method", "train", "preference")
        decisive = {key: value for key, value in self.canonical().items() if key in sections}
        told = ("log_every", "keep_checkpoints", "samples", "report_to", "hourly_cost", "currency")
        decisive["train"] = {key: value for key, value in decisive["train"].items() if key not in told}
        return decisive

    def training_key(self) -> str:
        """Hash what decides the trained weights: a run goes on only with the same key."""
        return hashlib.sha256(orjson.dumps(self.decisive(), option=orjson.OPT_SORT_KEYS)).hexdigest()


def load_config(path: Path, base: str = "") -> TrainConfig:
    """Read a configuration file (YAML); ``base`` takes the place of the model that it names.

    Raises
    ------
    ConfigurationError
        For the first fault: what, the file and line, and the nearest allowed key.
    """
    file = read_yaml(path)
    data = file.data
    if not isinstance(data, dict):
        raise file.fault((), "a configuration is a mapping of keys", "see docs/training.md for an example")
    if base:
        data = {**data, "base": base}
    try:
        return TrainConfig.model_validate(data)
    except ValidationError as error:
        raise invalid(file, error, _known_at(error)) from error


def _known_at(error: ValidationError) -> list[str]:
    """List the keys that are allowed beside the first unknown one."""
    unknown = next((one for one in error.errors() if one["type"] == "extra_forbidden"), None)
    if unknown is None:
        return []
    model: type[BaseModel] = TrainConfig
    for key in unknown["loc"][:-1]:
        if isinstance(key, str) and key in model.model_fields:
            model = _model_of(model.model_fields[key].annotation) or model
    return list(model.model_fields)


def _model_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_of(one) for one in getattr(annotation, "__args__", ()))
    return next((one for one in inner if one is not None), None)
