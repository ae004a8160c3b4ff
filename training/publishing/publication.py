"""What is known of anything that is published, before and after it was."""

from dataclasses import asdict, dataclass
from typing import Any

from training.publishing.hub import LocalFile
from training.publishing.licence import ModelLicence


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Files and their licence; ``refusals`` are sentences that speak against publishing.

    ``sent`` are the files that were sent or written, the others were there already; ``commit`` is the last
    one on the hub.
    """

    private: bool
    files: tuple[LocalFile, ...]
    licence: ModelLicence
    refusals: tuple[str, ...]
    sent: tuple[str, ...] = ()
    commit: str = ""

    @property
    def allowed(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.refusals

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(file.bytes for file in self.files)

    def as_json(self) -> dict[str, Any]:
        """Give everything as JSON data."""
        told = {"licence": self.licence.as_json(), "bytes": self.bytes, "allowed": self.allowed}
        return asdict(self) | told
