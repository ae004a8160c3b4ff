"""Where everything of a run lies, and the record that grows as the run does."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from curation.atomic import write_bytes
from curation.errors import UserError


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of one run.

    ``run.json`` is one JSON object with a key for each stage that was finished (``plan``, ``run``,
    ``preference``, ``eval``, ``merge``, ``export``, ``push``); the card is made of it alone.
    """

    path: Path

    @property
    def config(self) -> Path:
        """The configuration as it was given."""
        return self.path / "config.yaml"

    @property
    def record_file(self) -> Path:
        """The record of finished stages."""
        return self.path / "run.json"

    @property
    def data(self) -> Path:
        """Tokenised rows."""
        return self.path / "data"

    @property
    def checkpoints(self) -> Path:
        """Folders ``checkpoint-<step>``, each with a completion manifest."""
        return self.path / "checkpoints"

    @property
    def adapter(self) -> Path:
        """The trained adapter, or with ``full`` the trained model."""
        return self.path / "adapter"

    @property
    def metrics(self) -> Path:
        """One JSON object a line: step, loss, learning rate, tokens a second."""
        return self.path / "metrics.jsonl"

    @property
    def samples(self) -> Path:
        """One JSON object a line: step, prompt, answer."""
        return self.path / "samples.jsonl"

    @property
    def evaluation(self) -> Path:
        """What was measured before and after, and the page about it."""
        return self.path / "eval"

    @property
    def merged(self) -> Path:
        """The model folder that the run is for: weights, tokenizer, card."""
        return self.path / "merged"

    def record(self) -> dict[str, Any]:
        """Read the record; empty before the first stage.

        Raises
        ------
        UserError
            When the file is damaged.
        """
        try:
            found = orjson.loads(self.record_file.read_bytes())
            if not isinstance(found, dict):
                raise ValueError("it is no JSON object")
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise UserError(
                f"The record of the run cannot be read: {error}",
                where=str(self.record_file),
                fix="Run the stage again that wrote it last, or put the file back from a backup.",
            ) from error
        return found

    def note(self, stage: str, facts: dict[str, Any]) -> None:
        """Put the facts of a finished stage into the record, in one step."""
        content = {**self.record(), stage: facts}
        write_bytes(self.record_file, orjson.dumps(content, option=orjson.OPT_INDENT_2))
