"""One thing that is wrong with a bundle."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: the file, the field by its dotted name, what is wrong, and what to do about it."""

    file: str
    field: str
    fault: str
    fix: str

    def as_json(self) -> dict[str, str]:
        """Give the fault as JSON data."""
        return asdict(self)
