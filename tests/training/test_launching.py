import argparse
from pathlib import Path
from typing import Any

import pytest

from curation.errors import ConfigurationError
from training.launching import KINDS, launch_config


def _read(kind: str, processes: int, folder: Path) -> Any:
    """Read a configuration with accelerate's own class, which refuses unknown keys."""
    from accelerate.commands.config.config_args import ClusterConfig

    file = folder / f"{kind}.yaml"
    file.write_text(launch_config(kind, processes), encoding="utf-8")
    return ClusterConfig.from_yaml_file(file)


def _launched(kind: str, folder: Path) -> argparse.Namespace:
    """What `accelerate launch` makes of the configuration."""
    from accelerate.commands.launch import _validate_launch_command, launch_command_parser

    file = folder / f"{kind}.yaml"
    file.write_text(launch_config(kind, 4), encoding="utf-8")
    given = launch_command_parser().parse_args(["--config_file", str(file), "-m", "malmoi"])
    given.nondefault = set()  # as the command's own parser finds out what was typed
    launched = _validate_launch_command(given)[0]
    launched.deepspeed_fields_from_accelerate_config = ""  # the command sets it where DeepSpeed is installed
    return launched


@pytest.mark.parametrize(
    ("kind", "distributed"),
    [
        ("ddp", "MULTI_GPU"),
        ("fsdp", "FSDP"),
        ("deepspeed-zero2", "DEEPSPEED"),
        ("deepspeed-zero3", "DEEPSPEED"),
    ],
)
def test_accelerate_reads_every_configuration(kind: str, distributed: str, tmp_path: Path) -> None:
    config = _read(kind, 4, tmp_path)
    assert (config.distributed_type.value, config.num_processes, config.num_machines) == (distributed, 4, 1)
    assert config.mixed_precision == "bf16"
    assert config.use_cpu is False


@pytest.mark.parametrize("kind", KINDS)
def test_accelerate_knows_every_nested_key(kind: str, tmp_path: Path) -> None:
    # Those of `fsdp_config` and `deepspeed_config` are not checked when read: a wrong one does nothing.
    from accelerate.commands.launch import launch_command_parser

    known = {action.dest for action in launch_command_parser()._actions}
    config = _read(kind, 2, tmp_path)
    assert {*config.fsdp_config, *config.deepspeed_config} - known == set()


def test_fsdp_parts_weights_and_saves_them_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from accelerate.utils import FullyShardedDataParallelPlugin
    from accelerate.utils.launch import prepare_multi_gpu_env

    for name, value in prepare_multi_gpu_env(_launched("fsdp", tmp_path)).items():
        monkeypatch.setenv(name, value)
    plugin = FullyShardedDataParallelPlugin()
    assert (plugin.fsdp_version, plugin.reshard_after_forward) == (2, True)
    assert plugin.state_dict_type.name == "FULL_STATE_DICT"
    assert plugin.cpu_ram_efficient_loading is False
    assert plugin.activation_checkpointing is False
    assert "transformer" in getattr(plugin.auto_wrap_policy, "__name__", str(plugin.auto_wrap_policy))


@pytest.mark.parametrize(
    ("kind", "stage", "whole"), [("deepspeed-zero2", 2, False), ("deepspeed-zero3", 3, True)]
)
def test_deepspeed_takes_batch_and_clipping_from_the_trainer(
    kind: str, stage: int, whole: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accelerate.utils import DeepSpeedPlugin
    from accelerate.utils.launch import prepare_deepspeed_cmd_env

    for name, value in prepare_deepspeed_cmd_env(_launched(kind, tmp_path))[1].items():
        monkeypatch.setenv(name, value)
    plugin = DeepSpeedPlugin()
    assert (plugin.zero_stage, plugin.zero3_save_16bit_model) == (stage, whole)
    assert (plugin.gradient_accumulation_steps, plugin.gradient_clipping) == ("auto", "auto")
    assert (plugin.offload_optimizer_device, plugin.offload_param_device) == ("none", "none")


@pytest.mark.parametrize(
    ("kind", "processes", "said"),
    [
        ("fdsp", 2, "did you mean 'fsdp'"),
        ("", 2, "allowed: ddp, deepspeed-zero2"),
        ("fsdp", 0, "at least one process"),
    ],
)
def test_wrong_usage_says_what_is_allowed(kind: str, processes: int, said: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        launch_config(kind, processes)
    assert said in str(error.value)


def test_the_page_names_every_kind(project: Path) -> None:
    page = (project / "docs/training-multi-gpu.md").read_text(encoding="utf-8")
    assert all(f"`{kind}`" in page for kind in KINDS)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_nf4_weights_are_kept_in_a_type_that_fsdp_parts(
    precision: Any, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # FSDP parts floats, of one type: what accelerate says it launches with must reach bitsandbytes.
    import torch
    from bitsandbytes.nn import Linear4bit

    from training.config import Method
    from training.running.model import load_base

    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    model = load_base(tiny, Method(), precision)
    linear = [one for one in model.modules() if isinstance(one, Linear4bit)]
    assert {one.weight.dtype for one in linear} == {torch.float32 if precision == "fp32" else torch.bfloat16}
    assert {one.weight.dtype for one in linear} == {model.get_input_embeddings().weight.dtype}
