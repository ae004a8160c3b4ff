"""The stage `preference`: from the first stage's adapter to one that prefers the chosen answers."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from datasets import Dataset, load_from_disk
from transformers import PrinterCallback

from curation.atomic import publish_directory
from curation.checkpoints import key_of, sha256_of
from curation.errors import ConfigurationError, UserError
from curation.progress import Progress
from training.base import ResolvedBase, resolve
from training.base.tokenizer import load_tokenizer
from training.config import Preference, TrainConfig
from training.data import Example, evaluated_rows, gather
from training.data.masks import Masks
from training.preference.arguments import as_run, rows_at_once, stage_arguments
from training.preference.figures import WritesPreferenceFigures, without_bars
from training.preference.first_stage import first_adapter, keep_first, load_first
from training.preference.preparing import Ids, PreferenceReport, prepare, with_mismatched
from training.preference.rows import PreferencesRead, read_preferences
from training.preference.trainers import Dpo, Kto
from training.run_folder import RunFolder
from training.running.batches import steps_of
from training.running.callbacks import Pace
from training.running.checkpoints import last_complete, step_of
from training.running.device import device_type, hardware, precision_of, processes, versions
from training.running.energy import EnergyMeter
from training.running.faults import disk_faults
from training.running.memory import is_out_of_memory, peak_gpu_mb, peak_rss_mb
from training.running.placing import place_result
from training.running.reporting import check_reports, on_its_own
from training.running.resuming import KeepsCheckpoints, checkpoint_to_resume
from training.running.run import seconds_in, shown
from training.running.starting import Held, held, is_main_process, rewind, same_inputs, to_do, was_begun
from training.running.stopping import StopRequest, stop_on_signals
from training.running.watching import Beginning, Watch

STAGE: Final = "preference"


@dataclass(frozen=True, slots=True)
class PreferenceResult:
    """Figures of the stage.

    A margin is ``beta`` times how much more likely chosen answers became than rejected ones, in nats,
    against the first stage; ``None`` where a step of KTO saw one label only. ``stopped`` and
    ``exit_code`` are as in :class:`~training.running.result.RunResult`.
    """

    steps: int
    rows: int
    first_loss: float
    last_loss: float
    first_margin: float | None
    last_margin: float | None
    seconds: float
    peak_rss_mb: int
    peak_gpu_mb: int
    stopped: Literal["", "signal"] = ""
    exit_code: int = 0

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data."""
        return asdict(self)


def run_preference(
    config: TrainConfig,
    folder: RunFolder,
    progress: Progress,
    *,
    resume: bool = False,
    watch: Watch | None = None,
) -> PreferenceResult:
    """Train on preferences, and put the new adapter into ``folder.adapter``.

    That of the first stage stays as ``adapter-sft``; checkpoints and figures are in ``preference/``. With
    ``resume`` the stage goes on where it was stopped, or starts when it was not begun yet.

    Raises
    ------
    ConfigurationError
        When there is no ``preference`` in the configuration, no first stage, or the rows cannot teach;
        nothing was started.
    UserError
        When a gradient is no number, memory or the disk is too small, or the folder has gone.
    """
    stage = config.preference
    if stage is None:
        raise ConfigurationError(
            "The configuration has no preference stage.", where="preference", fix="See docs/training.md."
        )
    check_reports(config)
    own = RunFolder(folder.path / STAGE)
    with held(folder) as hold, disk_faults(folder, own.checkpoints):
        goes_on = resume and (STAGE in folder.record() or was_begun(folder, STAGE))
        if not to_do(config, folder, resume=goes_on, stage=STAGE):
            return PreferenceResult(**folder.record()[STAGE]["result"])
        with on_its_own(config, folder), shown(watch) as watching:
            ready = _Stage.prepared(config, stage, folder, progress, watch=watching, hold=hold)
            return ready.trained(resume)


@dataclass(slots=True)
class _Stage:
    """A stage whose rows are ready."""

    config: TrainConfig
    preference: Preference
    folder: RunFolder
    base: ResolvedBase
    tokenizer: Any
    rows: list[Ids]
    at_once: int
    report: PreferenceReport
    watch: Watch
    hold: Held | None
    energy: EnergyMeter = field(default_factory=EnergyMeter)
    pace: Pace = field(default_factory=Pace)

    @classmethod
    def prepared(
        cls,
        config: TrainConfig,
        preference: Preference,
        folder: RunFolder,
        progress: Progress,
        *,
        watch: Watch,
        hold: Held | None,
    ) -> "_Stage":
        base = resolve(config.base, progress)
        tokenizer = load_tokenizer(base)
        read = _read(preference)
        rows, report = prepare(read, config, Masks(tokenizer), _held_back(config))
        at_once = rows_at_once(config, preference, report.longest)
        if preference.kind == "kto":
            rows = with_mismatched(rows, at_once)
        return cls(config, preference, folder, base, tokenizer, rows, at_once, report, watch, hold)

    def trained(self, resume: bool) -> PreferenceResult:
        own = RunFolder(self.folder.path / STAGE)
        with stop_on_signals() as request, without_bars():
            try:
                trainer, keeps = self._trainer(own, request, resume)
                trainer.train(resume_from_checkpoint=str(keeps.resumed) if keeps.resumed else None)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                raise self._too_large() from error
        lines = [line for line in trainer.state.log_history if "loss" in line]
        result = PreferenceResult(
            steps=trainer.state.global_step,
            rows=len(self.rows),
            first_loss=lines[0]["loss"],
            last_loss=lines[-1]["loss"],
            first_margin=lines[0].get("rewards/margins"),
            last_margin=lines[-1].get("rewards/margins"),
            seconds=round(self.pace.seconds, 3),
            peak_rss_mb=peak_rss_mb(),
            peak_gpu_mb=peak_gpu_mb(),
            stopped="signal" if keeps.stopped else "",
            exit_code=request.exit_code if keeps.stopped else 0,
        )
        if not keeps.stopped and is_main_process():
            self._place(own, result)
        return result

    def _trainer(self, own: RunFolder, request: StopRequest, resume: bool) -> tuple[Any, KeepsCheckpoints]:
        arguments = stage_arguments(self.config, self.preference, own, self.report, rows=self.at_once)
        # The Trainer would go on past the last epoch.
        arguments.max_steps = steps_of(as_run(self.config, self.preference).train, len(self.rows))
        with arguments.main_process_first(local=False):
            if is_main_process():
                keep_first(self.folder)
                self._keep_rows(own)
            rows = load_from_disk(str(own.data))
        checkpoint = checkpoint_to_resume(arguments, own.checkpoints, self.watch.tell) if resume else None
        self._begin(own, 0 if checkpoint is None else step_of(checkpoint), arguments.max_steps)
        keeps = KeepsCheckpoints(
            own.checkpoints,
            self.config.train.keep_checkpoints,
            request,
            resumed=checkpoint,
            check=self.hold.check if self.hold else lambda: None,
            tell=self.watch.tell,
        )
        trainer = (Dpo if self.preference.kind == "dpo" else Kto)(
            load_first(self.base, self.config, self.tokenizer, first_adapter(self.folder)),
            args=arguments,
            train_dataset=rows,
            processing_class=self.tokenizer,
            callbacks=[WritesPreferenceFigures(own.metrics, self.watch, self.energy, self.pace), keeps],
        )
        trainer.remove_callback(PrinterCallback)
        return trainer, keeps

    def _begin(self, own: RunFolder, step: int, steps: int) -> None:
        """Forget what comes after the checkpoint, and show what is going to be done."""
        if is_main_process():
            rewind(own.metrics, step)
            self.pace.before = seconds_in(own.metrics)
        self.watch.begin(
            Beginning(
                name=self.config.name,
                base=f"{self.base.name} with the first adapter",
                method=self.preference.kind,
                device=device_type(),
                precision=precision_of(self.config.train),
                first_step=step,
                steps=steps,
                rows=len(self.rows),
                sequences=len(self.rows),
                batch=self.preference.batch,
                micro_batch=self.at_once,
            )
        )

    def _too_large(self) -> UserError:
        return UserError(
            f"The memory is too small for {self.at_once} preferences of up to {self.report.longest:,} tokens "
            "at once.",
            where=f"preference.batch: {self.preference.batch}",
            fix="Start anew with a smaller preference.batch or data.max_length, "
            "or with train.gradient_checkpointing: on.",
        )

    def _keep_rows(self, own: RunFolder) -> None:
        first = sorted(path for path in first_adapter(self.folder).glob("*.safetensors"))
        inputs = {
            "base": self.base.revision,
            "first stage": key_of([sha256_of(path) for path in first]),
            "preferences": self.report.sha256,
            "rows that are left of them": key_of(self.rows),
            "processes": str(processes()),
            # KTO reckons from neighbours in a micro-batch.
            "rows at once": str(self.at_once),
        }
        same_inputs(self.config, self.folder, inputs, stage=STAGE)
        if not own.data.is_dir():
            # On the disk: what the reference thinks of them is written beside them, for all processes.
            draft = own.path / ".data.draft"
            Dataset.from_list(self.rows).save_to_disk(str(draft))
            publish_directory(draft, own.data)

    def _place(self, own: RunFolder, result: PreferenceResult) -> None:
        last = last_complete(own.checkpoints)
        assert last is not None  # the last step is always saved
        place_result(last, self.folder, self.base)
        self.energy.tick()
        self.folder.note(
            STAGE,
            {
                "result": result.as_json(),
                **self.preference.model_dump(mode="json"),
                "data": self.report.as_json(),
                "rows_at_once": self.at_once,
                "precision": precision_of(self.config.train),
                "seed": self.config.train.seed,
                "versions": versions(),
                "hardware": hardware().as_json(),
                "energy": self.energy.as_json(),
            },
        )


def _read(preference: Preference) -> PreferencesRead:
    path = Path(preference.path).expanduser()
    read = read_preferences(path, preference.kind)
    if preference.sha256 and preference.sha256 != read.sha256:
        raise ConfigurationError(
            f"The file has the SHA-256 {read.sha256}, and the configuration says {preference.sha256}.",
            where=str(path),
            fix="Give the file that was meant, or correct preference.sha256.",
        )
    return read


def _held_back(config: TrainConfig) -> list[Example]:
    """Give all rows that the model is measured with."""
    gathered = gather(config.data, config.train.seed)
    return [*gathered.validation, *gathered.test, *evaluated_rows(config.eval)[0]]
