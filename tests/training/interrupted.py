"""Runs in processes of their own that are killed, and what must be equal in the end."""

import os
import shutil
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import orjson
import psutil

from tests.training.forked import HANGS, ended, forked
from training.config import TrainConfig
from training.run_folder import RunFolder
from training.running.checkpoints import all_in

_TIMES = ("tokens_per_second", "seconds")
STEPS = 13
STOPPED = 143


def write_rows(path: Path, count: int, first: int = 0) -> None:
    lines = []
    for number in range(first, first + count):
        asked = f"{number} 더하기 {number % 7}은 얼마인가요?"
        told = f"{number + number % 7}입니다. " + "차례로 세어 보았습니다. " * (number % 4)
        turns = [{"role": "user", "content": asked}, {"role": "assistant", "content": told}]
        lines.append(orjson.dumps({"messages": turns}))
    path.write_bytes(b"\n".join(lines) + b"\n")


def configured(
    folder: Path,
    *,
    base: str = "tiny",
    method: dict[str, Any] | None = None,
    max_length: int = 256,
    **train: Any,
) -> TrainConfig:
    """A run with everything that draws numbers or counts: dropout, NEFTune, packing, early stopping."""
    if not (folder / "rows.jsonl").exists():
        write_rows(folder / "rows.jsonl", 40)
        write_rows(folder / "held_out.jsonl", 6, 100)
    return TrainConfig.model_validate(
        {
            "name": "trial",
            "base": base,
            "data": {
                "train": [{"path": str(folder / "rows.jsonl"), "format": "messages"}],
                "validation": [{"path": str(folder / "held_out.jsonl"), "format": "messages"}],
                "max_length": max_length,
                "packing": True,
            },
            "method": {"kind": "qlora", "r": 4, "alpha": 8, "dropout": 0.2} | (method or {}),
            "train": {
                "epochs": 50.0,
                "max_steps": STEPS,
                "batch": 4,
                "micro_batch": 2,
                "learning_rate": 2e-2,
                "neftune_alpha": 5.0,
                "checkpoint_every": 3,
                "evaluate_every": 4,
                "early_stopping": 5,
                "samples": ["3 더하기 4는?"],
            }
            | train,
            "eval": {"max_new_tokens": 8},
        }
    )


# The trainer's methods at which a process can stand still; in a `save` half is written.
_METHODS = {
    "step": "training_step",
    "evaluation": "evaluation_loop",
    "save": "_save_optimizer_and_scheduler",
    "saved": "_maybe_log_save_evaluate",
}


def _stand_still(place: str, step: int) -> None:
    """Let this process stop after so many steps, until it is killed or told to go on."""
    from training.running.trainer import RunTrainer

    name = _METHODS[place]
    whole = getattr(RunTrainer, name)
    left = [step]

    def stops(self: Any, *given: Any, **named: Any) -> Any:
        here = self.state.global_step in left
        if here:
            left.clear()  # a step has several micro-batches
        if here and place != "saved":
            os.kill(os.getpid(), signal.SIGSTOP)
        result = whole(self, *given, **named)
        if here and place == "saved":
            os.kill(os.getpid(), signal.SIGSTOP)
        return result

    setattr(RunTrainer, name, stops)


def work(
    config: str, folder: str, resume: bool, stop: tuple[str, int] | None, environment: dict[str, str]
) -> None:
    """What the process does: a run, or the rest of it; what a person is told lies beside the folder."""
    os.environ.update({"OMP_NUM_THREADS": "1", **environment})
    import torch

    torch.set_num_threads(1)
    from curation.errors import UserError
    from curation.progress import Quiet
    from training.running.run import run

    if stop:
        _stand_still(*stop)
    try:
        result = run(TrainConfig.model_validate_json(config), RunFolder(Path(folder)), Quiet(), resume=resume)
    except UserError as error:
        Path(folder).with_name("told.txt").write_text(str(error), encoding="utf-8")
        os._exit(error.exit_code)
    if result.stopped == "signal":
        os._exit(STOPPED)


@dataclass(frozen=True, slots=True)
class Trial:
    """A run in a folder that is started, ended from outside, and resumed."""

    config: TrainConfig
    folder: RunFolder

    @property
    def told(self) -> str:
        """What the last process that failed told the person."""
        return self.folder.path.with_name("told.txt").read_text(encoding="utf-8")

    def start(self, stop: tuple[str, int] | None = None, **environment: str) -> BaseProcess:
        """Begin the run, or go on with it, and stand still at ``stop``: a place, and the steps before it."""
        resume = (self.folder.path / "begun-run.json").exists()
        return forked(work, self.config.model_dump_json(), str(self.folder.path), resume, stop, environment)

    def at(self, place: str, step: int) -> BaseProcess:
        """Begin the run, or go on with it, until it stands still; see `go_on`."""
        process = self.start((place, step))
        wait_until_still(process)
        return process

    def killed(self, place: str, step: int) -> int:
        """Begin the run, or go on with it, and kill it at a moment; the exit code."""
        process = self.at(place, step)
        process.kill()
        return ended(process)

    def start_two(self, stop: tuple[str, int] | None = None) -> list[BaseProcess]:
        """Begin the run, or go on with it, in two processes that share its steps."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        shared = {
            "WORLD_SIZE": "2",
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": port,
            "ACCELERATE_USE_CPU": "true",
        }
        return [self.start(stop, **shared, RANK=rank, LOCAL_RANK=rank) for rank in ("0", "1")]

    def finish(self) -> int:
        """Run to the end; the exit code."""
        return ended(self.start())

    def end_when(self, moment: Callable[[], bool], delay: float = 0.0, number: int = signal.SIGKILL) -> int:
        """Send a signal so many seconds after a moment; the exit code."""
        process = self.start()
        until = time.monotonic() + HANGS
        while process.is_alive() and not moment():
            assert time.monotonic() < until, "the moment did not come"
            time.sleep(0.0005)
        time.sleep(delay)
        if process.is_alive() and process.pid:
            os.kill(process.pid, number)
        return ended(process)

    def lines(self) -> int:
        """How many lines of metrics stand there."""
        return self.folder.metrics.read_bytes().count(b"\n") if self.folder.metrics.exists() else 0

    def saves(self) -> int:
        """The step of the newest checkpoint, whatever its state; 0 without one."""
        found = all_in(self.folder.checkpoints)
        return int(found[-1].name.rpartition("-")[2]) if found else 0

    def copied(self, path: Path) -> "Trial":
        """The same in another folder."""
        shutil.copytree(self.folder.path, path)
        return Trial(self.config, RunFolder(path))


def wait_until_still(process: BaseProcess) -> None:
    """Wait for the moment at which a process stands still; it must not end before."""
    until = time.monotonic() + HANGS
    seen = psutil.Process(process.pid)
    while seen.status() != psutil.STATUS_STOPPED:
        assert process.is_alive(), "the run ended before the moment came"
        assert time.monotonic() < until, "the moment did not come"
        time.sleep(0.005)


def go_on(process: BaseProcess, number: int = 0) -> None:
    """Let a process that stands still go on, with a signal that it finds waiting."""
    assert process.pid
    if number:
        os.kill(process.pid, number)
    os.kill(process.pid, signal.SIGCONT)


def outcome(folder: RunFolder) -> dict[str, Any]:
    """What must not depend on how often a run was interrupted: the weights' bytes, figures, samples."""
    metrics = [orjson.loads(line) for line in folder.metrics.read_bytes().splitlines()]
    return {
        "weights": {path.name: path.read_bytes() for path in sorted(folder.adapter.glob("*.safetensors"))},
        "metrics": [{key: one[key] for key in one if key not in _TIMES} for one in metrics],
        "samples": folder.samples.read_text(encoding="utf-8") if folder.samples.exists() else "",
    }
