"""What the stage ``eval`` reads that training does not, tried before hours of training."""

from collections.abc import Callable, Iterator
from pathlib import Path

from curation.errors import UserError
from curation.safety.model import load
from curation.superni.tokens import gpt2_tokens
from prompting.red_team.probes import OURS, ProbeSet, load_probes
from training.config import Evaluation


def probes_of(settings: Evaluation) -> ProbeSet | None:
    """Read the red team's questions, ours where no file is named; None where it is switched off.

    Raises
    ------
    ConfigurationError
        When the file cannot be read, or is no set of probes.
    """
    if settings.red_team is False:
        return None
    given = settings.red_team
    return load_probes(OURS if given is True else Path(given).expanduser()).limited(settings.limit)


def unreadable(settings: Evaluation) -> list[tuple[str, UserError]]:
    """Find what the evaluation would stop at: the key that names it, and why it cannot be read."""
    found = []
    for key, read in _readings(settings):
        try:
            read()
        except UserError as error:
            found.append((f"eval.{key}", error))
    return found


def _readings(settings: Evaluation) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "red_team", lambda: probes_of(settings)
    if settings.safety_model and settings.red_team is not False:
        yield "safety_model", lambda: load(Path(settings.safety_model).expanduser())
    if settings.gpt2_merges:
        yield "gpt2_merges", lambda: gpt2_tokens(Path(settings.gpt2_merges).expanduser())
