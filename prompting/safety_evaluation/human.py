"""What people say of answers and texts: JSON lines of an id, whether it is harmful, and who says so."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from curation.errors import ConfigurationError
from prompting.safety_evaluation.json_lines import read_json_lines

EXAMPLE: Final = '{"id": "crime_theft@3f2a9c01", "harmful": true, "rater": "가"}'


class Label(BaseModel):
    """A line."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: Annotated[str, Field(min_length=1)]
    harmful: bool
    rater: Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class HumanLabels:
    """By id, what each rater says; ``raters`` in the order of the file."""

    by_id: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    raters: tuple[str, ...] = ()

    def unknown(self, known: Collection[str]) -> list[str]:
        """Ids that are of nothing that was measured, such as of an answer that is now another."""
        return [one for one in self.by_id if one not in known]


def read_human_labels(path: Path) -> HumanLabels:
    """Read the labels of all raters.

    Raises
    ------
    ConfigurationError
        For the first fault, with its line; also when a rater labels something twice.
    """
    by_id: dict[str, dict[str, bool]] = {}
    raters: dict[str, None] = {}
    for where, label in read_json_lines(path, Label, EXAMPLE):
        said = by_id.setdefault(label.id, {})
        if label.rater in said:
            raise ConfigurationError(
                f"'{label.rater}' labels '{label.id}' twice", where=where, fix="keep one of the two lines"
            )
        said[label.rater] = label.harmful
        raters[label.rater] = None
    return HumanLabels(by_id, tuple(raters))
