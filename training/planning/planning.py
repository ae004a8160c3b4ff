"""Checks everything that a run depends on, and estimates what it takes; nothing is kept."""

import math
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from curation.errors import UserError
from curation.memory import available_mb
from curation.progress import Progress
from training.base import (
    Facts,
    ResolvedBase,
    browser_fault,
    facts_of,
    licence_verdict,
    load_tokenizer,
    resolve,
)
from training.config import Train, TrainConfig
from training.data import Prepared, prepare
from training.data.collator import width_of
from training.data.masks import NOT_LEARNED
from training.evaluation.inputs import unreadable
from training.planning.duration import measured, on_card
from training.planning.memory import Heaviest, Memory, estimate, trained_parameters
from training.planning.remedies import Settings, remedy
from training.planning.result import Plan
from training.preference.rows import read_preferences
from training.publishing.licence import model_licence
from training.publishing.lineage import datasets_of
from training.running.batches import micro_batches, order_of, steps_of
from training.running.device import device_type, precision_of, processes
from training.running.faults import room_needed
from training.running.trainer import lengths_of

# A forward pass of validation rows takes so much of the time of a training step's tokens.
_VALIDATION_SHARE = 0.4
_SCARCE = 0.85
_MANY_TOKENS = 2.0


def plan(config: TrainConfig, progress: Progress) -> Plan:
    """Look at the base, the data and the machine.

    A run that can work is tried for some seconds on a processor, to know its pace.

    Raises
    ------
    ConfigurationError
        When the base, its tokenizer or a part of the data is not there or cannot be read; anything
        else that stands against the run is a fault of the plan.
    """
    base = resolve(config.base, progress)
    facts = facts_of(base.folder)
    tokenizer = load_tokenizer(base)
    data = prepare(config, tokenizer, None, progress)
    return _Planning(config, base, facts, tokenizer, data).result(progress)


@dataclass(slots=True)
class _Planning:
    config: TrainConfig
    base: ResolvedBase
    facts: Facts
    tokenizer: Any
    data: Prepared

    def result(self, progress: Progress) -> Plan:
        config, report = self.config, self.data.report
        device, precision = device_type(), precision_of(config.train)
        licence = licence_verdict(self.base)
        heaviest = self._heaviest(device)
        settings = Settings(config.method.kind, heaviest, self._checkpointing(device))
        memory = self._memory(settings, device, precision)
        left = _available_mb(device)
        faults = [*([licence.reason] if not licence.allowed else []), *self._model_faults(), *report.faults]
        faults += [*self._preference_faults(), *self._evaluation_faults()]
        if memory.peak > left:
            needed = remedy(settings, lambda one: self._memory(one, device, precision).peak, left)
            faults.append(f"it needs {memory.peak:,} MiB of memory and {left:,} MiB are left: {needed}")
        per_epoch = max(1, math.ceil(len(self.data.train) / config.train.batch))
        steps = steps_of(config.train, len(self.data.train))
        tokens = round(report.tokens * steps / per_epoch)
        pace = None if faults else self._pace(device, heaviest.rows, settings.checkpointing, progress)
        seconds = self._seconds(pace, steps, tokens) if pace else None
        hourly = config.train.hourly_cost
        notes = [*licence.notes, *report.notes, *self._notes(memory, left, device, pace)]
        notes += self._publishing_notes() + self._room_notes()
        return Plan(
            name=config.name,
            base=self.base,
            facts=self.facts,
            licence=licence,
            browser=browser_fault(self.facts),
            method=config.method.kind,
            data=report,
            device=device,
            precision=precision,
            micro_batch=heaviest.rows,
            trained_parameters=trained_parameters(self.facts, config.method),
            memory=memory,
            available_mb=left,
            steps=steps,
            tokens=tokens,
            tokens_per_second=round(pace, 1) if pace else None,
            seconds=round(seconds, 1) if seconds else None,
            cost=round(seconds / 3600 * hourly, 4) if seconds and hourly else None,
            currency=config.train.currency,
            faults=tuple(faults),
            notes=tuple(notes),
        )

    def _heaviest(self, device: str) -> Heaviest:
        """The widest of the micro-batches that the run will compute, which follow from the seed."""
        train = self.config.train
        lengths = lengths_of(self.data.train) if len(self.data.train) else []
        if not lengths:
            return Heaviest(1, self.config.data.max_length, self.config.data.max_length)
        micro = micro_batches(train, max(lengths), device, processes())[0]
        batches = [
            rows[place : place + micro]
            for rows in _orders(lengths, train)
            for place in range(0, len(rows), micro)
        ]
        widths = [width_of(max(lengths[row] for row in rows)) for rows in batches]
        width, count, rows = max(zip(widths, map(len, batches), batches, strict=True))
        learned = np.zeros(width, dtype=bool)
        for labels in self.data.train.select(rows)["labels"]:
            learned[: len(labels)] |= np.asarray(labels) != NOT_LEARNED
        return Heaviest(count, width, int(learned.sum()), len(set(widths)))

    def _checkpointing(self, device: str) -> bool:
        wish = self.config.train.gradient_checkpointing
        return wish == "on" or (wish == "auto" and device == "cuda")

    def _memory(self, settings: Settings, device: str, precision: str) -> Memory:
        method = self.config.method.model_copy(update={"kind": settings.kind})
        share = self.config.train.batch // processes()
        return estimate(
            self.facts,
            method,
            settings.heaviest,
            precision=precision,
            device=device,
            checkpointing=settings.checkpointing,
            accumulates=share > settings.heaviest.rows,
            rows=sum(self.data.report.rows.values()),
        )

    def _model_faults(self) -> list[str]:
        facts, longest = self.facts, self.config.data.max_length
        found = []
        if facts.quantised:
            found.append(
                f"the weights of {self.base.name} are quantised already ({facts.quantised}): choose the "
                "model in bfloat16, which method.kind: qlora quantises by itself"
            )
        if longest > facts.context:
            found.append(
                f"data.max_length is {longest:,} and the model's context {facts.context:,} tokens: "
                f"set data.max_length to {facts.context} or less"
            )
        if len(self.tokenizer) > facts.vocab:
            found.append(
                f"the tokenizer has {len(self.tokenizer):,} tokens and the model {facts.vocab:,}: "
                "take the tokenizer that the model came with"
            )
        if trained_parameters(facts, self.config.method) == 0:
            names = sorted({name.rpartition(".")[2] for name in facts.linear_names})
            found.append(
                f"no layer is called {', '.join(self.config.method.targets)}: "
                f"set method.targets to all-linear, or to some of {', '.join(names)}"
            )
        return found

    def _preference_faults(self) -> list[str]:
        wanted = self.config.preference
        if wanted is None:
            return []
        try:
            read = read_preferences(Path(wanted.path), wanted.kind)
        except UserError as error:
            return [_said("preference", error)]
        if wanted.sha256 and wanted.sha256 != read.sha256:
            return [
                f"preference.sha256 is {wanted.sha256} and the file's {read.sha256}: "
                "get the file that was meant, or correct preference.sha256"
            ]
        return []

    def _evaluation_faults(self) -> list[str]:
        return [_said(key, error) for key, error in unreadable(self.config.eval)]

    def _pace(self, device: str, micro: int, checkpointing: bool, progress: Progress) -> float | None:
        if device == "cuda":
            card = torch.cuda.get_device_name()
            return on_card(self.facts, self.config.method.kind, card, checkpointing=checkpointing)
        with progress.task("try some steps", None, "steps"):
            return measured(self.config, self.base, self.tokenizer, self.data, micro)

    def _seconds(self, pace: float, steps: int, tokens: int) -> float:
        validation = sum(lengths_of(self.data.validation)) if len(self.data.validation) else 0
        evaluations = steps // self.config.train.evaluate_every
        return (tokens / processes() + evaluations * validation * _VALIDATION_SHARE) / pace

    def _notes(self, memory: Memory, left: int, device: str, pace: float | None) -> list[str]:
        notes = []
        syllable = self.data.report.tokens_per_hangul_syllable
        if fault := browser_fault(self.facts):
            notes.append(f"`malmoi compile` cannot take the model to the browser: {fault}")
        if syllable and syllable > _MANY_TOKENS:
            notes.append(
                f"{syllable:.2f} tokens a Hangul syllable: the tokenizer knows little Korean, so rows are "
                "long and slow; models made for Korean need about one"
            )
        if left >= memory.peak > _SCARCE * left:
            notes.append(f"memory is scarce: {memory.peak:,} of {left:,} MiB that are left")
        if device == "cuda" and pace is None:
            notes.append("nothing is known about the speed of this card: time and cost are not estimated")
        if self.config.preference is not None:
            notes.append("time and cost are those of the first stage, without the preference stage")
        return notes

    def _publishing_notes(self) -> list[str]:
        """Say why `malmoi train push` will refuse, as far as base and data decide it."""
        datasets = datasets_of(self.config, {})
        verdict = model_licence(
            (self.base.name, self.base.licence), datasets, self.config.hub.licence
        ).verdict
        return [] if verdict.allowed else [f"the trained model may not be published: {verdict.reason}"]

    def _room_notes(self) -> list[str]:
        """Compare with the disk that is worked on; where the run's folder will lie, nobody has said yet."""
        trained = 4 * trained_parameters(self.facts, self.config.method)  # in 32 bits
        room = room_needed(self.config, trained_bytes=trained, parameters=self.facts.parameters).total >> 20
        free = shutil.disk_usage(Path.cwd()).free >> 20
        if room <= free:
            return []
        return [
            f"the run, its merge and its export write {room:,} MiB, and this disk has {free:,} MiB free: "
            "make room, or name a folder on another disk with --out"
        ]


def _said(key: str, error: UserError) -> str:
    return f"{key}: {error.what} ({error.where}) {error.fix}".strip()


def _orders(lengths: Sequence[int], train: Train) -> Iterator[list[int]]:
    """Give the rows of each epoch in the order of the run, the last epoch's as far as it goes."""
    left, epoch = steps_of(train, len(lengths)) * train.batch, 0
    while left > 0:
        rows = order_of(lengths, train.batch, train.seed, epoch)
        yield rows[:left]
        left -= math.ceil(len(rows) / train.batch) * train.batch
        epoch += 1


def _available_mb(device: str) -> int:
    """Memory that is left on the card, or on this machine."""
    return torch.cuda.mem_get_info()[0] >> 20 if device == "cuda" else available_mb()
