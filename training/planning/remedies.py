"""Which setting needs less memory, and what to set it to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from training.planning.memory import Heaviest


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides how much memory a run needs, of all that a configuration says."""

    kind: str
    heaviest: Heaviest
    checkpointing: bool


def remedy(settings: Settings, peak_mb: Callable[[Settings], int], available_mb: int) -> str:
    """Name the change that costs least and makes the run fit, or say that none does.

    First fewer rows at once and recomputed layers, which give the same weights; then shorter rows, then
    another method.
    """
    for said, changed in _changes(settings):
        if peak_mb(changed) <= available_mb:
            return f"set {said} ({peak_mb(changed):,} MiB)"
    return "no setting makes it fit: choose a smaller base, or a machine with more memory"


def _changes(settings: Settings) -> Iterator[tuple[str, Settings]]:
    said: list[str] = []
    for rows in _halves(settings.heaviest.rows, 1):
        settings = replace(settings, heaviest=replace(settings.heaviest, rows=rows))
        said = [f"train.micro_batch: {rows}"]
        yield said[0], settings
    if not settings.checkpointing:
        settings, said = replace(settings, checkpointing=True), [*said, "train.gradient_checkpointing: on"]
        yield " and ".join(said), settings
    if settings.kind != "qlora":
        settings, said = replace(settings, kind="qlora"), [*said, "method.kind: qlora"]
        yield " and ".join(said), settings
    heaviest = settings.heaviest
    for width in _halves(heaviest.width, 16):
        learned = heaviest.learned * width // heaviest.width
        shorter = replace(settings, heaviest=replace(heaviest, width=width, learned=learned))
        yield " and ".join([*said, f"data.max_length: {width}"]), shorter


def _halves(size: int, least: int) -> Iterator[int]:
    while (size := size // 2) >= least:
        yield size
