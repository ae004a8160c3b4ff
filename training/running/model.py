"""The model that is trained: a base in NF4 or as it is, with adapters or without."""

import os
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, set_seed

from curation.errors import ConfigurationError
from training.base import ResolvedBase
from training.config import Method, Train
from training.running.device import Precision, device_type, precision_of
from training.running.nf4 import keep_differentiable


def load_for_training(resolved: ResolvedBase, method: Method, train: Train, tokenizer: Any) -> Any:
    """Load the base and put the adapters on, their first values drawn by the seed.

    A frozen base is held in the precision of the run, or in NF4; what is trained (adapters, or with
    ``full`` all weights) in 32 bits, since bfloat16 would round small steps away. NF4 layers pass gradients
    on also after an evaluation.

    Returns
    -------
    PeftModel or PreTrainedModel
        On its device, ready for :class:`~training.running.trainer.RunTrainer`.

    Raises
    ------
    ConfigurationError
        When the model has none of the layers that ``method.targets`` names, or its vocabulary is smaller
        than the tokenizer's.
    """
    precision = precision_of(train)
    set_seed(train.seed)
    model = load_base(resolved.folder, method, precision)
    known = model.get_input_embeddings().num_embeddings
    if len(tokenizer) > known:
        raise ConfigurationError(
            f"The tokenizer has {len(tokenizer)} tokens, the model only {known}.",
            where=str(resolved.folder),
            fix="Take the tokenizer that the model came with.",
        )
    keep_differentiable(model)
    return model if method.kind == "full" else _with_adapters(model, method)


def load_base(folder: Path, method: Method, precision: Precision) -> Any:
    """Load a base model as a run of ``method`` sees it; nothing is fetched."""
    compute = torch.bfloat16 if precision == "bf16" else torch.float32
    model = AutoModelForCausalLM.from_pretrained(
        folder,
        dtype=torch.float32 if method.kind == "full" else compute,
        quantization_config=_quantisation(method, compute) if method.kind == "qlora" else None,
        device_map=_device_map(),
        # Flash attention sees the borders of packed rows only in batches of one.
        attn_implementation="sdpa",
        local_files_only=True,
    )
    model.config.use_cache = False
    return model


def _quantisation(method: Method, compute: Any) -> Any:
    # FSDP parts weights of one type only.
    parted = {"bnb_4bit_quant_storage": compute} if launched_with("FSDP") else {}
    return BitsAndBytesConfig(  # type: ignore[no-untyped-call]  # the library has no types here
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=method.double_quantisation,
        bnb_4bit_compute_dtype=compute,
        **parted,
    )


def _device_map() -> dict[str, int] | None:
    """Each process has a card of its own; what parts the model puts it there itself."""
    if device_type() == "cpu" or launched_with("FSDP") or launched_with("DEEPSPEED"):
        return None
    return {"": int(os.environ.get("LOCAL_RANK", "0"))}


def launched_with(way: str) -> bool:
    """Tell whether `accelerate launch` was told to part the model with ``FSDP`` or ``DEEPSPEED``."""
    return os.environ.get(f"ACCELERATE_USE_{way}", "false").lower() == "true"


def parts_weights() -> bool:
    """Tell whether a process holds only a part of each weight: all of them must then compute together."""
    return launched_with("FSDP") or (
        launched_with("DEEPSPEED") and os.environ.get("ACCELERATE_DEEPSPEED_ZERO_STAGE") == "3"
    )


def _with_adapters(model: Any, method: Method) -> Any:
    all_linear = method.targets == ("all-linear",)
    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=method.r,
        lora_alpha=method.alpha,
        lora_dropout=method.dropout,
        target_modules="all-linear" if all_linear else list(method.targets),
        use_dora=method.kind == "dora",
    )
    try:
        return get_peft_model(model, config)
    except ValueError as error:
        linear = sorted({name.rpartition(".")[2] for name, one in model.named_modules() if _is_linear(one)})
        raise ConfigurationError(
            f"Adapters cannot be put on these layers: {error}",
            where=f"method.targets: {', '.join(method.targets)}",
            fix=f"Take all-linear, or some of: {', '.join(linear)}.",
        ) from error


def _is_linear(module: Any) -> bool:
    return isinstance(module, torch.nn.Linear)
