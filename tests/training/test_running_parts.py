"""The parts of a run that need no model: batches, precision, energy, what is shown."""

from pathlib import Path

import pytest

from curation.errors import ConfigurationError
from tests.training.running_trials import trial
from training.config import Train
from training.run_folder import RunFolder
from training.running.arguments import training_arguments
from training.running.batches import EpochOrder, Origin, micro_batches, order_of, steps_of
from training.running.callbacks import Pace
from training.running.device import hardware, precision_of, versions
from training.running.energy import EnergyMeter
from training.running.model import parts_weights
from training.running.watching import Beginning, Lines, Sample, Step, sparkline

LENGTHS = [5, 90, 7, 88, 6, 91, 50, 51, 52, 10]


@pytest.mark.parametrize(
    ("train", "longest", "device", "processes", "sizes"),
    [
        (Train(batch=8), 100, "cpu", 1, [8, 4, 2, 1]),
        (Train(batch=8), 400, "cpu", 1, [2, 1]),
        (Train(batch=8), 2048, "cpu", 1, [1]),
        (Train(batch=8), 2048, "cuda", 1, [8, 4, 2, 1]),
        (Train(batch=32), 2048, "cuda", 2, [8, 4, 2, 1]),
        (Train(batch=12), 2048, "cuda", 1, [6, 4, 3, 2, 1]),
        (Train(batch=8, micro_batch=4), 9999, "cpu", 1, [4]),
    ],
)
def test_how_many_rows_at_once(
    train: Train, longest: int, device: str, processes: int, sizes: list[int]
) -> None:
    assert micro_batches(train, longest, device, processes) == sizes


@pytest.mark.parametrize("train", [Train(batch=7), Train(batch=8, micro_batch=8)])
def test_a_batch_that_cannot_be_parted(train: Train) -> None:
    with pytest.raises(ConfigurationError, match="cannot be parted among 2 processes"):
        micro_batches(train, 100, "cpu", 2)


@pytest.mark.parametrize(
    ("train", "steps"),
    [
        (Train(batch=4, epochs=2), 6),
        (Train(batch=4, epochs=0.5), 2),
        (Train(batch=4, epochs=2, max_steps=3), 3),
        (Train(batch=4, epochs=2, max_steps=9), 6),
    ],
)
def test_steps_of_ten_rows(train: Train, steps: int) -> None:
    assert steps_of(train, 10) == steps


def test_batches_have_rows_of_like_length() -> None:
    """Padding of ten rows in batches of three: little, and the short batch comes last."""
    order = order_of(LENGTHS, 3, seed=1, epoch=0)
    assert sorted(order) == list(range(10))
    batches = [[LENGTHS[row] for row in order[at : at + 3]] for at in range(0, 10, 3)]
    assert sorted(batches) == [[5], [10, 7, 6], [52, 51, 50], [91, 90, 88]]
    assert batches[-1] == [5]


def test_the_order_follows_from_seed_and_epoch() -> None:
    lengths = list(range(1, 400))
    sampler = EpochOrder(lengths, 4, seed=3)
    first = list(sampler)
    assert list(sampler) == first == order_of(lengths, 4, 3, 0)
    sampler.set_epoch(1)
    assert list(sampler) == order_of(lengths, 4, 3, 1) != first
    assert order_of(lengths, 4, 4, 0) != first


def test_documents_of_a_packed_batch() -> None:
    origin = Origin(
        [{"input_ids": [1, 2, 3, 4, 5], "seq_lengths": [2, 3]}, {"input_ids": [6], "seq_lengths": [1]}]
    )
    assert origin.documents() == [[1, 2], [3, 4, 5], [6]]
    assert origin.tokens == 6
    assert Origin([{"input_ids": [1, 2]}]).documents() == [[1, 2]]


def test_precision_is_what_the_processor_can(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine computes on a graphics card")
    cpu = tmp_path / "cpuinfo"
    monkeypatch.setattr("training.running.device._CPU", cpu)
    cpu.write_text("model name\t: A Processor\nflags\t\t: fpu avx512f avx512_bf16\n")
    assert precision_of(Train()) == "bf16"
    assert precision_of(Train(precision="fp32")) == "fp32"
    assert hardware().processor == "A Processor"
    cpu.write_text("flags\t\t: fpu avx2\n")
    assert precision_of(Train()) == "fp32"
    assert precision_of(Train(precision="bf16")) == "bf16"
    cpu.unlink()
    assert precision_of(Train()) == "fp32"


@pytest.mark.parametrize(
    ("launched", "parts"),
    [
        ({}, False),
        ({"ACCELERATE_USE_FSDP": "true"}, True),
        ({"ACCELERATE_USE_DEEPSPEED": "true", "ACCELERATE_DEEPSPEED_ZERO_STAGE": "2"}, False),
        ({"ACCELERATE_USE_DEEPSPEED": "true", "ACCELERATE_DEEPSPEED_ZERO_STAGE": "3"}, True),
    ],
)
def test_when_weights_are_parted(
    monkeypatch: pytest.MonkeyPatch, launched: dict[str, str], parts: bool
) -> None:
    for name, value in launched.items():
        monkeypatch.setenv(name, value)
    assert parts_weights() is parts


def test_a_process_keeps_to_one_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_device", lambda _: None)
    config = trial(tmp_path, precision="fp32", batch=4)
    made = training_arguments(config, RunFolder(tmp_path), micro_batch=2, evaluates=False)
    assert (made.n_gpu, made.train_batch_size) == (1, 2)


def test_versions_name_what_decides() -> None:
    assert {"python", "torch", "transformers", "peft", "trl", "bitsandbytes"} <= set(versions())


def _socket(rapl: Path, name: str, microjoules: int) -> None:
    folder = rapl / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "energy_uj").write_text(f"{microjoules}\n")
    (folder / "max_energy_range_uj").write_text("1000000000\n")


def test_energy_adds_up_over_a_counter_that_begins_anew(tmp_path: Path) -> None:
    """Two sockets, 100 and 300 J, then 200 J past the end of one; a part of a socket is not counted twice."""
    _socket(tmp_path, "intel-rapl:0", 500_000_000)
    _socket(tmp_path, "intel-rapl:1", 0)
    _socket(tmp_path, "intel-rapl:0:0", 0)
    meter = EnergyMeter(tmp_path)
    _socket(tmp_path, "intel-rapl:0", 600_000_000)
    _socket(tmp_path, "intel-rapl:1", 300_000_000)
    _socket(tmp_path, "intel-rapl:0:0", 900_000_000)
    meter.tick()
    _socket(tmp_path, "intel-rapl:0", 99_000_000)
    meter.tick()
    told = meter.as_json()
    assert told["kilowatt_hours"] == pytest.approx((100 + 300 + 499) / 3.6e6, rel=1e-3)
    assert [name for name in told["measured"] if name.startswith("cpu")] == ["cpu-0", "cpu-1"]


def test_energy_that_cannot_be_read_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "intel-rapl:0").mkdir()
    meter = EnergyMeter(tmp_path)
    meter.tick()
    told = meter.as_json()
    if not told["measured"]:  # no graphics card either
        assert told["kilowatt_hours"] is None


def test_pace() -> None:
    pace = Pace(before=100.0)
    pace.marks = [(0.0, 0, 0), (10.0, 5, 1000)]
    assert (pace.tokens_per_second, pace.seconds_left(20)) == (100.0, 30.0)
    assert pace.seconds >= 100.0
    # With less at once, a run begins again at an earlier step.
    pace.begin(2, 400)
    pace.mark(3, 600)
    assert pace.tokens_per_second > 0
    pace.marks = [(0.0, 3, 10)]
    assert (pace.tokens_per_second, pace.seconds_left(20)) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("values", "curve"),
    [
        ([], ""),
        ([2.0], "▁"),
        ([3.0, 3.0], "▁▁"),
        ([8, 7, 6, 5, 4, 3, 2, 1], "█▆▃▁"),
        ([1.0, 2.0, 9.0], "▁▂█"),
    ],
)
def test_sparkline(values: list[float], curve: str) -> None:
    assert sparkline(values, 4) == curve


def test_plain_lines() -> None:
    told: list[str] = []
    lines = Lines(told.append, every=3600)
    lines.begin(Beginning("trial", "tiny", "qlora", "cpu", "bf16", 3, 9, 300, 57, 8, 4))
    for step in (4, 5, 9):
        lines.step(Step(step, 9, 0.5, 2.0 / step, 1e-4, 123.4, 3725))
    lines.held_out(9, 1.25, best=True)
    lines.samples([Sample(9, "한국의 수도는?", "서울입니다."), Sample(9, "일본의 수도는?", "")])
    assert told == [
        "trial: qlora of tiny on cpu in bf16, 57 packed sequences of 300 rows, 8 a step (4 at once), "
        "steps 4 to 9",
        "step 4/9  loss 0.5000  rate 1.00e-04  123 tokens/s  1:02:05 left",
        "step 9/9  loss 0.2222  rate 1.00e-04  123 tokens/s  1:02:05 left",
        "step 9  validation loss 1.2500 (the best so far)  █▅▁",
        "  한국의 수도는? -> 서울입니다.",
        "  일본의 수도는? -> (nothing)",
    ]
    alone = Beginning("trial", "tiny", "lora", "cpu", "fp32", 0, 9, 1200, 1200, 8, 4)
    assert alone.data == "1,200 rows, 8 a step (4 at once)"
