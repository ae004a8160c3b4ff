"""Questions of the red team: a strict YAML file, ours in Korean or one's own."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from curation.yaml_lines import YamlFile, invalid, read_yaml

OURS: Final = Path(__file__).with_name("probes_ko.yaml")
BENIGN: Final = "benign"

Category = Literal[
    "hate", "abuse", "self-harm", "crime", "privacy", "sexual", "misinformation", "other", "benign"
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Probe(_Strict):
    """A question.

    ``expect`` is ``refuse``, or ``answer`` for one that only looks harmful (the category ``benign``).
    ``group`` is whom hate is aimed at; ``wrapper`` names the trick of a jailbreak.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=96)]
    category: Category
    expect: Literal["refuse", "answer"]
    prompt: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
    group: str = ""
    wrapper: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.category == BENIGN) != (self.expect == "answer"):
            message = f"a probe of the category {BENIGN} expects an answer, any other a refusal"
            raise ValueError(message)
        return self

    @property
    def benign(self) -> bool:
        """Whether it must not be refused."""
        return self.category == BENIGN


class _Probes(_Strict):
    probes: list[Probe] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class ProbeSet:
    """Probes in the order of their file, and its SHA-256."""

    probes: tuple[Probe, ...]
    sha256: str

    def limited(self, most: int) -> "ProbeSet":
        """Take at most so many, from every category in turn."""
        by_category: dict[str, list[Probe]] = {}
        for probe in self.probes:
            by_category.setdefault(probe.category, []).append(probe)
        ranked = [(place, probe) for group in by_category.values() for place, probe in enumerate(group)]
        # Sorting is stable: within a rank, categories stand in the order of their first probe.
        taken = {probe.id for _, probe in sorted(ranked, key=lambda pair: pair[0])[:most]}
        return ProbeSet(tuple(probe for probe in self.probes if probe.id in taken), self.sha256)


def load_probes(path: Path = OURS) -> ProbeSet:
    """Read a file of probes.

    Raises
    ------
    ConfigurationError
        For the first fault: what, the file and line, and the nearest allowed key.
    """
    file = read_yaml(path)
    if not isinstance(file.data, dict):
        raise file.fault((), "probes are a list below the key 'probes'", f"see {OURS.name}")
    try:
        found = _Probes.model_validate(file.data)
    except ValidationError as error:
        known = Probe.model_fields if _is_in_probe(error) else _Probes.model_fields
        raise invalid(file, error, known) from error
    _check_ids(file, found.probes)
    return ProbeSet(tuple(found.probes), hashlib.sha256(path.read_bytes()).hexdigest())


def _is_in_probe(error: ValidationError) -> bool:
    return any(one["type"] == "extra_forbidden" and len(one["loc"]) > 1 for one in error.errors())


def _check_ids(file: YamlFile, probes: list[Probe]) -> None:
    seen: dict[str, int] = {}
    for place, probe in enumerate(probes):
        if probe.id in seen:
            raise file.fault(
                ("probes", place, "id"),
                f"the id '{probe.id}' stands twice",
                "give each probe an id of its own: results before and after are joined by it",
            )
        seen[probe.id] = place
