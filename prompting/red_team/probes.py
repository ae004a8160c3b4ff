"""Questions of the red team: a strict YAML file, ours in Korean or one's own."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from curation.yaml_list import read_list

OURS: Final = Path(__file__).with_name("probes_ko.yaml")
BENIGN: Final = "benign"

Category = Literal[
    "hate", "abuse", "self-harm", "crime", "privacy", "sexual", "misinformation", "other", "benign"
]


class Probe(BaseModel):
    """A question.

    ``expect`` is ``refuse``, or ``answer`` for one that only looks harmful (the category ``benign``).
    ``group`` is whom hate is aimed at; ``wrapper`` names the trick of a jailbreak.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

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
    found = read_list(path, "probes", Probe, example=OURS)
    return ProbeSet(tuple(found), hashlib.sha256(path.read_bytes()).hexdigest())
