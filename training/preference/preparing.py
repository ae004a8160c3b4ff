"""From preferences to rows of token ids: what is dropped, what is refused, what the trainers get."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from curation.errors import ConfigurationError
from curation.records import Message
from training.config import TrainConfig
from training.data.examples import Example
from training.data.leaks import leaked
from training.data.masks import NOT_LEARNED, Encoded, Masks
from training.preference.rows import Judged, Pair, PreferencesRead

_MOST_NAMED = 5

Ids = dict[str, Any]
"""A row for TRL: ``prompt_ids``, and ``chosen_ids``, ``rejected_ids`` or ``completion_ids``, ``label``."""


@dataclass(frozen=True, slots=True)
class PreferenceReport:
    """What became of the rows of a file.

    ``dropped`` counts them by reason, and ``examples`` names the first few (file, line, reason);
    ``liked`` and ``disliked`` count answers; ``longest`` is in tokens, prompt and answer together.
    """

    rows: int
    dropped: dict[str, int]
    examples: tuple[str, ...]
    liked: int
    disliked: int
    tokens: int
    longest: int
    sha256: str

    def as_json(self) -> dict[str, Any]:
        """Give the report as JSON data."""
        return asdict(self)


def prepare(
    read: PreferencesRead, config: TrainConfig, masks: Masks, held_back: Sequence[Example]
) -> tuple[list[Ids], PreferenceReport]:
    """Encode what can be learned from, in the order in which it is learned.

    Parameters
    ----------
    held_back
        What the model is measured with; preferences that say the same are dropped.

    Raises
    ------
    ConfigurationError
        When a row is too long and ``data.long_rows`` is ``refuse``, when nothing is left, or when KTO
        finds only liked or only disliked answers.
    """
    given: tuple[Pair | Judged, ...] = read.pairs or read.judged
    bad = [(place, "unreadable", why) for place, _, why in (one.partition(": ") for one in read.bad)]
    kept: list[Ids] = []
    leaks = leaked([_example(one) for one in given], held_back)
    for place, (one, encoded) in enumerate(zip(given, _encoded(given, masks), strict=True)):
        if fault := _fault(one, encoded, leaks=place in leaks):
            bad.append((one.where, fault, fault))
            continue
        row = _row(one, [answer for answer in encoded if not isinstance(answer, str)])
        length = _length(row)
        if length > config.data.max_length:
            if config.data.long_rows == "refuse":
                raise ConfigurationError(
                    f"A preference has {length:,} tokens, more than {config.data.max_length:,}.",
                    where=one.where,
                    fix="Raise data.max_length, or let data.long_rows be drop.",
                )
            bad.append((one.where, "too long", "too long"))  # cut, it would not end its turn
            continue
        kept.append(row)
    # A trainer that reads in order needs liked and disliked answers side by side.
    random.Random(config.train.seed).shuffle(kept)
    report = _report(kept, bad, read)
    _check(kept, report)
    return kept, report


def with_mismatched(rows: Sequence[Ids], micro_batch: int) -> list[Ids]:
    """Give each row the answer of its neighbour, from which KTO reckons how far the model has moved.

    Neighbours are those of one micro-batch, the last one's going to the first (KTO, arXiv 2402.01306,
    section 4.1). A row alone in the last micro-batch has none and is left out.
    """
    made: list[Ids] = []
    for start in range(0, len(rows), micro_batch):
        batch = rows[start : start + micro_batch]
        if len(batch) > 1:
            made += [
                {**row, "KL_completion_ids": batch[at - 1]["completion_ids"]} for at, row in enumerate(batch)
            ]
    return made


def _encoded(rows: Sequence[Pair | Judged], masks: Masks) -> Iterator[list[Encoded | str]]:
    """Encode the answers of each row, which are two for a pair."""
    answers = [_answers(one) for one in rows]
    conversations = [
        (*one.prompt, Message("assistant", answer))
        for one, told in zip(rows, answers, strict=True)
        for answer in told
    ]
    found = iter(masks.encode_all(conversations))
    for told in answers:
        yield [next(found) for _ in told]


def _answers(one: Pair | Judged) -> tuple[str, ...]:
    return (one.chosen, one.rejected) if isinstance(one, Pair) else (one.completion,)


def _example(one: Pair | Judged) -> Example:
    return Example(id=one.where, messages=(*one.prompt, Message("assistant", _answers(one)[0])))


def _fault(one: Pair | Judged, encoded: Sequence[Encoded | str], *, leaks: bool) -> str:
    answers = _answers(one)
    if not all(answer.strip() for answer in answers):
        return "empty answer"
    if len(answers) == 2 and answers[0].strip() == answers[1].strip():
        return "identical answers"
    if leaks:
        return "held back for evaluation"
    refused = next((answer for answer in encoded if isinstance(answer, str)), "")
    return f"not encoded: {refused}" if refused else ""


def _row(one: Pair | Judged, encoded: Sequence[Encoded]) -> Ids:
    parted = [_parted(answer) for answer in encoded]
    if isinstance(one, Judged):
        ((prompt, answer),) = parted
        return {"prompt_ids": prompt, "completion_ids": answer, "label": one.label}
    (prompt, chosen), (_, rejected) = parted
    return {"prompt_ids": prompt, "chosen_ids": chosen, "rejected_ids": rejected}


def _parted(encoded: Encoded) -> tuple[list[int], list[int]]:
    """Part the last answer, with the end of its turn, from what stands before it."""
    start = len(encoded.labels)
    while start and encoded.labels[start - 1] != NOT_LEARNED:
        start -= 1
    return encoded.input_ids[:start], encoded.input_ids[start:]


def _length(row: Ids) -> int:
    answers = (row.get(name, ()) for name in ("chosen_ids", "rejected_ids", "completion_ids"))
    return len(row["prompt_ids"]) + max(map(len, answers))


def _report(
    kept: Sequence[Ids], bad: Sequence[tuple[str, str, str]], read: PreferencesRead
) -> PreferenceReport:
    paired = bool(read.pairs)
    return PreferenceReport(
        rows=len(kept),
        dropped=dict(Counter(reason for _, reason, _ in bad).most_common()),
        examples=tuple(f"{place}: {why}" for place, _, why in bad[:_MOST_NAMED]),
        liked=len(kept) if paired else sum(row["label"] for row in kept),
        disliked=len(kept) if paired else sum(not row["label"] for row in kept),
        tokens=sum(len(ids) for row in kept for ids in row.values() if isinstance(ids, list)),
        longest=max(map(_length, kept), default=0),
        sha256=read.sha256,
    )


def _check(kept: Sequence[Ids], report: PreferenceReport) -> None:
    if not kept:
        reasons = ", ".join(f"{reason} ({count})" for reason, count in report.dropped.items())
        raise ConfigurationError(
            f"No preference is left to learn from: {reasons}.",
            where="; ".join(report.examples),
            fix="Correct the rows, or give another file as preference.path.",
        )
    if not (report.liked and report.disliked):
        only = "liked" if report.liked else "disliked"
        raise ConfigurationError(
            f"All answers are {only}: KTO learns from the difference.",
            fix="Add rows with the other label, or leave the preference stage out.",
        )
