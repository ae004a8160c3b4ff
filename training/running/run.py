"""The stage `run`: from a configuration to a trained adapter, or a trained model, in the run's folder."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import torch
import yaml
from transformers import EarlyStoppingCallback, PrinterCallback, TrainerCallback

from curation.atomic import write_text
from curation.progress import Progress
from training.base import ResolvedBase, resolve
from training.base.facts import facts_of
from training.base.tokenizer import load_tokenizer
from training.config import TrainConfig
from training.data import Collator, Prepared, prepare
from training.run_folder import RunFolder
from training.running.arguments import training_arguments
from training.running.batches import WithOrigin, micro_batches, steps_of
from training.running.callbacks import Pace, SavesTheBest, WritesFigures, WritesSamples
from training.running.checkpoints import STATE, micro_batch_of, step_of, whole_in
from training.running.device import device_type, hardware, precision_of, processes, versions
from training.running.energy import EnergyMeter
from training.running.faults import check_room, disk_faults, room_needed
from training.running.memory import is_out_of_memory, out_of_memory, peak_gpu_mb, peak_rss_mb
from training.running.model import load_for_training, parts_weights
from training.running.naming import answers_to, names_of
from training.running.placing import place_result
from training.running.reporting import check_reports, on_its_own
from training.running.result import RunResult
from training.running.resuming import KeepsCheckpoints, checkpoint_to_resume
from training.running.starting import Held, held, is_main_process, rewind, same_inputs, to_do
from training.running.stopping import StopRequest, stop_on_signals
from training.running.trainer import RunTrainer, lengths_of
from training.running.watching import Beginning, Unwatched, Watch


def run(
    config: TrainConfig,
    folder: RunFolder,
    progress: Progress,
    *,
    resume: bool = False,
    watch: Watch | None = None,
) -> RunResult:
    """Train, and put what was learned into ``folder.adapter``.

    With early stopping it is that of the least validation loss, else that of the last step. A run that
    was asked to end (SIGTERM, Ctrl-C) has saved a checkpoint and placed nothing: ``resume`` goes on.

    Raises
    ------
    ConfigurationError
        When the run cannot work as configured, or the folder holds another one; nothing was started.
    UserError
        When a step has no finite loss or gradient, memory or the disk is too small, or the folder has
        gone.
    """
    check_reports(config)
    with held(folder) as hold, disk_faults(folder):
        if not to_do(config, folder, resume=resume):
            return RunResult.of(folder.record()["run"])
        with on_its_own(config, folder), shown(watch) as watching:
            return _Run.prepared(config, folder, progress, watching, hold).result(resume)


@contextmanager
def shown(watch: Watch | None) -> Iterator[Watch]:
    """Give what shows a run, in the main process only; it ends with the block, whatever happens in it."""
    seen = watch if watch is not None and is_main_process() else Unwatched()
    try:
        yield seen
    finally:
        seen.end()


@dataclass(slots=True)
class _Run:
    """A run whose parts are there."""

    config: TrainConfig
    folder: RunFolder
    base: ResolvedBase
    tokenizer: Any
    data: Prepared
    watch: Watch
    hold: Held | None
    energy: EnergyMeter = field(default_factory=EnergyMeter)
    pace: Pace = field(default_factory=Pace)

    @classmethod
    def prepared(
        cls, config: TrainConfig, folder: RunFolder, progress: Progress, watch: Watch, hold: Held | None
    ) -> "_Run":
        """Find the base, prepare the data, and note what the run begins with."""
        base = resolve(config.base, progress)
        tokenizer = load_tokenizer(base)
        data = prepare(config, tokenizer, folder.data, progress)
        data.report.require()
        for note in data.report.notes:
            watch.tell(note)
        rows = {f"{one['part']} {one['path']}": str(one["sha256"]) for one in data.gathered.sources}
        same_inputs(config, folder, {"base": base.revision, "processes": str(processes()), **rows})
        if is_main_process():
            text = yaml.safe_dump(config.canonical(), allow_unicode=True, sort_keys=False)
            write_text(folder.config, text)
        return cls(config, folder, base, tokenizer, data, watch, hold)

    def result(self, resume: bool) -> RunResult:
        """Train with as many sequences at once as the memory takes."""
        longest = max(lengths_of(self.data.train))
        sizes = micro_batches(self.config.train, longest, device_type(), processes())
        if resume and (whole := whole_in(self.folder.checkpoints)):
            # What the memory did not take before, it would not take now.
            sizes = [size for size in sizes if size <= micro_batch_of(whole[-1])] or sizes
        while True:
            size = sizes.pop(0)
            try:
                return self._trained(size, resume)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                if not sizes or processes() > 1:
                    raise out_of_memory(self.config.train, size, longest) from error
            # Not in `except`: the error holds what fills the memory.
            self.watch.tell(f"{size} sequences at once are too many for the memory: now {sizes[0]}.")
            gc.collect()
            torch.cuda.empty_cache()
            resume = True

    def _trained(self, micro_batch: int, resume: bool) -> RunResult:
        with stop_on_signals() as request:
            trainer, keeps = self._trainer(micro_batch, resume, request)
            start = (time.process_time(), _state(keeps.resumed).get("num_input_tokens_seen", 0))
            trainer.train(resume_from_checkpoint=str(keeps.resumed) if keeps.resumed else None)
            cpu, tokens = time.process_time() - start[0], trainer.state.num_input_tokens_seen - start[1]
        result = self._result(trainer, keeps, tokens / cpu)
        if not keeps.stopped and is_main_process():
            place_result(self.folder.checkpoints / f"checkpoint-{result.kept_step}", self.folder, self.base)
            self.folder.note("run", {**result.as_json(), **self._facts(trainer, micro_batch)})
        trainer.accelerator.wait_for_everyone()
        return result

    def _trainer(
        self, micro_batch: int, resume: bool, request: StopRequest
    ) -> tuple[RunTrainer, KeepsCheckpoints]:
        config, folder, validates = self.config, self.folder, len(self.data.validation) > 0
        arguments = training_arguments(config, folder, micro_batch=micro_batch, evaluates=validates)
        # The Trainer would go on past the last epoch.
        arguments.max_steps = steps_of(config.train, len(self.data.train))
        checkpoint = checkpoint_to_resume(arguments, folder.checkpoints, self.watch.tell) if resume else None
        keeps = KeepsCheckpoints(
            folder.checkpoints,
            config.train.keep_checkpoints,
            request,
            resumed=checkpoint,
            check=self.hold.check if self.hold else lambda: None,
            tell=self.watch.tell,
        )
        trainer = RunTrainer(
            load_for_training(self.base, config.method, config.train, self.tokenizer),
            arguments,
            train_dataset=self.data.train,
            eval_dataset=_longest_first(self.data.validation) if validates else None,
            data_collator=WithOrigin(Collator(self.tokenizer.pad_token_id, config.data.packing)),
            processing_class=self.tokenizer,
            # Checkpoints last: what the others change stands in them.
            callbacks=[*self._callbacks(validates), keeps],
        )
        trainer.remove_callback(PrinterCallback)
        trainer.name = lambda documents: names_of(documents, self.data.gathered, self.tokenizer)
        self._begin(trainer, micro_batch, checkpoint)
        return trainer, keeps

    def _callbacks(self, validates: bool) -> list[TrainerCallback]:
        train, folder = self.config.train, self.folder
        found: list[TrainerCallback] = [WritesFigures(folder.metrics, self.watch, self.energy, self.pace)]
        if train.samples and parts_weights():
            self.watch.tell(
                "No samples are written: the model is parted, and all processes would have to answer."
            )
        elif train.samples:
            tokens = self.config.eval.max_new_tokens
            answer = partial(answers_to, tokenizer=self.tokenizer, max_new_tokens=tokens)
            found.append(WritesSamples(folder.samples, train.samples, answer, self.watch))
        if validates and train.early_stopping:
            found += [SavesTheBest(), EarlyStoppingCallback(train.early_stopping)]
        return found

    def _begin(self, trainer: RunTrainer, micro_batch: int, checkpoint: Path | None) -> None:
        """Look for room, forget what comes after the checkpoint, and show what is going to be done."""
        config, folder = self.config, self.folder
        trained = sum(one.nbytes for one in trainer.trained())
        step = 0 if checkpoint is None else step_of(checkpoint)
        rows = self.data.train
        if is_main_process():
            everything = facts_of(self.base.folder).parameters
            check_room(folder, room_needed(config, trained_bytes=trained, parameters=everything))
            for lines in (folder.metrics, folder.samples):
                rewind(lines, step)
            self.pace.before = seconds_in(folder.metrics)
        self.watch.begin(
            Beginning(
                name=config.name,
                base=self.base.name,
                method=config.method.kind,
                device=device_type(),
                precision=precision_of(config.train),
                first_step=step,
                steps=trainer.args.max_steps,
                rows=sum(lengths_of(rows, "seq_lengths")) if config.data.packing else len(rows),
                sequences=len(rows),
                batch=config.train.batch,
                micro_batch=micro_batch,
            )
        )

    def _result(self, trainer: RunTrainer, keeps: KeepsCheckpoints, pace: float) -> RunResult:
        state = trainer.state
        losses = [float(line["loss"]) for line in state.log_history if "loss" in line]
        validation = [float(line["eval_loss"]) for line in state.log_history if "eval_loss" in line]
        evaluating = sum(float(line.get("eval_runtime", 0.0)) for line in state.log_history)
        early = state.global_step < state.max_steps
        return RunResult(
            steps=state.global_step,
            first_loss=losses[0],
            last_loss=losses[-1],
            validation_loss=min(validation, default=None),
            kept_step=0 if keeps.stopped else state.best_global_step or state.global_step,
            tokens=state.num_input_tokens_seen,
            seconds=round(self.pace.seconds, 3),
            tokens_per_second=round(state.num_input_tokens_seen / (self.pace.seconds - evaluating), 1),
            tokens_per_cpu_second=round(pace, 1),
            peak_rss_mb=peak_rss_mb(),
            peak_gpu_mb=peak_gpu_mb(),
            stopped="signal" if keeps.stopped else "early" if early else "",
            exit_code=keeps.request.exit_code if keeps.stopped else 0,
        )

    def _facts(self, trainer: RunTrainer, micro_batch: int) -> dict[str, Any]:
        config = self.config
        self.energy.tick()
        hours = self.pace.seconds / 3600
        return {
            "base": {
                "name": self.base.name,
                "revision": self.base.revision,
                "licence": self.base.licence,
            },
            "method": config.method.model_dump(mode="json"),
            "precision": precision_of(config.train),
            "micro_batch": micro_batch,
            "trained_parameters": sum(one.numel() for one in trainer.trained()),
            "seed": config.train.seed,
            "training_key": config.training_key(),
            "data": self.data.report.as_json(),
            "sources": self.data.gathered.sources,
            "versions": versions(),
            "hardware": hardware().as_json(),
            "energy": self.energy.as_json(),
            "cost": round(hours * config.train.hourly_cost, 4) if config.train.hourly_cost else None,
            "currency": config.train.currency,
        }


def _longest_first(rows: Any) -> Any:
    """Order rows so that little is padded, and what does not fit into the memory fails at once."""
    lengths = lengths_of(rows)
    return rows.select(sorted(range(len(lengths)), key=lambda row: -lengths[row]))


def _state(checkpoint: Path | None) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads((checkpoint / STATE).read_bytes()) if checkpoint else {}
    return found


def seconds_in(metrics: Path) -> float:
    """Seconds of training that the last line tells of."""
    lines = metrics.read_bytes().splitlines() if metrics.exists() else []
    return float(orjson.loads(lines[-1])["seconds"]) if lines else 0.0
