"""All rows of a run: what is learned, what is held back, and what is mixed in against forgetting."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from training import config
from training.data import releases
from training.data.examples import Example, RowsRead
from training.data.general import general_rows
from training.data.leaks import leaked
from training.data.reading import read_rows


@dataclass(frozen=True, slots=True)
class Gathered:
    """The parts of the data, in order.

    ``sources`` describes each input for the record and the card: part, path, format, name, SHA-256 of
    the data and of a release's card, rows, unreadable rows, and rows by source and licence; of what is
    replayed also how many rows were ``drawn``, and by source and licence these alone. ``bad`` says what
    could not be read, where; ``leaked`` counts the rows to learn or to replay that were left out,
    because they stand in what is held back.
    """

    train: list[Example] = field(default_factory=list)
    validation: list[Example] = field(default_factory=list)
    test: list[Example] = field(default_factory=list)
    replay: list[Example] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    leaked: int = 0


def gather(data: config.Data, seed: int, evaluated: Sequence[Example] | None = None) -> Gathered:
    """Read everything that the configuration names; equal data and seed give equal parts.

    Parameters
    ----------
    evaluated
        What the model is measured with besides ``test``. When it is given, rows to learn or to replay that
        stand in it, in ``validation`` or in ``test`` are left out.

    Raises
    ------
    ConfigurationError
        When a part is not there or not what was pinned (see `read_rows`).
    UserError
        When a file cannot be read.
    """
    found = Gathered()
    stated = {"train": data.train, "validation": data.validation, "test": data.test}
    for part, given in stated.items():
        for rows in given or _of_train(data, part):
            # What is learned may be tasks that have no rows in the other splits.
            getattr(found, part).extend(_read(rows, part, found, may_be_none=not given))
    inputs = [_read(rows, "replay", found) for rows in data.replay]
    general = [one for examples in inputs for one in examples]
    if not found.validation and data.held_out:
        found.train[:], found.validation[:] = _parted(found.train, data.held_out, seed)
        found.notes.append(_about_held_out(found, data.held_out))
    count = 0
    if evaluated is not None:
        held_back = [*found.validation, *found.test, *evaluated]
        count = _leave_out(found.train, held_back) + _leave_out(general, held_back)
    if data.replay:
        found.replay.extend(_replayed(general, len(found.train), data.replay_share, seed, found.notes))
        _count_drawn(found, [examples for examples in inputs if examples])
    elif data.replay_share:
        found.notes.append("nothing is replayed: without `replay` a model forgets more of what it knew")
    return replace(found, leaked=count)


def evaluated_rows(sets: config.Evaluation) -> tuple[list[Example], list[str]]:
    """Read what the model is measured with besides ``test``; give the rows, and the SHA-256 of each set.

    Raises
    ------
    ConfigurationError, UserError
        When one of the sets cannot be read.
    """
    tasks = [config.Rows(path=path, format="superni") for path in sets.superni]
    read = [*general_rows(sets), *(read_rows(rows, "test") for rows in tasks)]
    return [example for one in read for example in one.examples], [one.sha256 for one in read]


def _leave_out(examples: list[Example], held_back: Sequence[Example]) -> int:
    """Take rows out that stand in what is held back; give how many."""
    places = leaked(examples, held_back)
    examples[:] = [one for place, one in enumerate(examples) if place not in places]
    return len(places)


def _of_train(data: config.Data, part: str) -> list[config.Rows]:
    """Give the split ``part`` of the releases of ``train`` that have it."""
    return [
        rows.model_copy(update={"split": part})
        for rows in data.train
        if rows.format == "release" and rows.split in ("", "train") and part in releases.splits_of(rows)
    ]


def _read(rows: config.Rows, part: str, found: Gathered, *, may_be_none: bool = False) -> list[Example]:
    read = read_rows(rows, "train" if part == "replay" else part, may_be_none=may_be_none)
    if read.examples:
        found.sources.append(_described(rows, part, read))
    found.bad.extend(read.bad)
    return read.examples


def _described(rows: config.Rows, part: str, read: RowsRead) -> dict[str, Any]:
    return {
        "part": part,
        "path": rows.path,
        "format": rows.format,
        "name": read.name,
        "sha256": read.sha256,
        "card_sha256": read.card,
        "rows": len(read.examples),
        "unreadable": len(read.bad),
        "sources": _by_source(read.examples),
    }


def _by_source(examples: Sequence[Example]) -> list[dict[str, Any]]:
    licences = Counter((one.source, one.licence) for one in examples)
    return [
        {"source": source, "licence": licence, "rows": count}
        for (source, licence), count in sorted(licences.items())
    ]


def _count_drawn(found: Gathered, inputs: Sequence[Sequence[Example]]) -> None:
    """Note how much of each input is replayed: most of a large one is read and left out."""
    replayed = {id(one) for one in found.replay}
    described = [one for one in found.sources if one["part"] == "replay"]
    for source, examples in zip(described, inputs, strict=True):
        drawn = [one for one in examples if id(one) in replayed]
        source.update(drawn=len(drawn), sources=_by_source(drawn))


def _parted(examples: Sequence[Example], share: float, seed: int) -> tuple[list[Example], list[Example]]:
    """Take whole groups in chance order, as long as no more than the share is held out."""
    sizes: dict[str, int] = defaultdict(int)
    for one in examples:
        sizes[_group(one)] += 1
    room = round(share * len(examples))
    held: set[str] = set()
    for group in sorted(sizes, key=lambda group: _chance(seed, group)):
        if sizes[group] <= room:
            held.add(group)
            room -= sizes[group]
    return (
        [one for one in examples if _group(one) not in held],
        [one for one in examples if _group(one) in held],
    )


def _group(example: Example) -> str:
    return example.split_group or example.id


def _chance(seed: int, text: str) -> bytes:
    return hashlib.blake2b(f"{seed}\0{text}".encode(), digest_size=16).digest()


def _about_held_out(found: Gathered, share: float) -> str:
    if found.validation:
        return f"{len(found.validation):,} rows of train are held out for validation"
    return (
        f"no rows are held out for validation: no group is as small as {share:.0%} of the rows; "
        "give `validation`, or a larger `held_out`"
    )


def _replayed(
    general: list[Example], learned: int, share: float, seed: int, notes: list[str]
) -> list[Example]:
    """Draw as many general rows as make up ``share`` of all, each at most once."""
    wanted = round(learned * share / (1 - share))
    if wanted > len(general):
        notes.append(
            f"replay has {len(general):,} of the {wanted:,} rows that a share of {share:.0%} takes: "
            f"it is {len(general) / (len(general) + learned):.1%}"
        )
    return Random(f"{seed}\0replay").sample(general, min(wanted, len(general)))
