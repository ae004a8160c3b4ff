"""The configuration in the Trainer's words."""

from typing import Any

from trl import SFTConfig  # type: ignore[attr-defined]  # not in what it says it exports

from training.config import TrainConfig
from training.run_folder import RunFolder
from training.running.device import device_type, precision_of, processes
from training.running.model import launched_with
from training.running.reporting import PROJECT


def training_arguments(config: TrainConfig, folder: RunFolder, *, micro_batch: int, evaluates: bool) -> Any:
    """Give what :class:`~training.running.trainer.RunTrainer` is made with.

    Parameters
    ----------
    micro_batch
        Sequences that each process computes at once.
    evaluates
        Whether there are validation rows.

    Returns
    -------
    trl.SFTConfig
    """
    train = config.train
    on_cuda = device_type() == "cuda"
    made = SFTConfig(
        output_dir=str(folder.checkpoints),
        run_name=config.name,
        project=PROJECT,
        # Steps.
        num_train_epochs=train.epochs,
        max_steps=train.max_steps or -1,
        per_device_train_batch_size=micro_batch,
        per_device_eval_batch_size=micro_batch,
        gradient_accumulation_steps=train.batch // (micro_batch * processes()),
        # The optimiser.
        optim=_optimiser(on_cuda),
        learning_rate=train.learning_rate,
        lr_scheduler_type=train.schedule,
        warmup_steps=train.warmup,
        weight_decay=train.weight_decay,
        max_grad_norm=train.max_grad_norm,
        neftune_noise_alpha=train.neftune_alpha or None,
        seed=train.seed,
        data_seed=train.seed,
        # Memory and products.
        bf16=precision_of(train) == "bf16",
        use_cpu=not on_cuda,
        **_checkpointing(train.gradient_checkpointing, on_cuda),
        # Rows come tokenised, with their labels.
        dataset_kwargs={"skip_prepare_dataset": True},
        remove_unused_columns=False,
        max_length=None,
        dataloader_pin_memory=on_cuda,
        # What is written, and when.
        logging_steps=train.log_every,
        logging_nan_inf_filter=False,
        eval_strategy="steps" if evaluates else "no",
        eval_steps=train.evaluate_every,
        prediction_loss_only=True,
        metric_for_best_model="loss" if evaluates and train.early_stopping else None,
        greater_is_better=False if evaluates and train.early_stopping else None,
        save_strategy="steps",
        save_steps=train.checkpoint_every,
        save_total_limit=None,
        restore_callback_states_from_checkpoint=True,
        report_to=list(train.report_to),
        push_to_hub=False,
        disable_tqdm=True,
        log_level="error",
        log_level_replica="error",
    )
    return on_one_card(made)


def on_one_card(arguments: Any) -> Any:
    """Keep a process to its card; a Trainer would deal batches out to all that it sees, each as large."""
    arguments._n_gpu = min(arguments.n_gpu, 1)
    return arguments


def _optimiser(on_cuda: bool) -> str:
    """Paged states wait in the machine's memory when a card's is short; parted ones cannot be paged."""
    parted = launched_with("FSDP") or launched_with("DEEPSPEED")
    return "paged_adamw_32bit" if on_cuda and not parted else "adamw_torch_fused"


def _checkpointing(wish: str, on_cuda: bool) -> dict[str, Any]:
    """A card's memory is scarce, a processor's time."""
    # Older versions of transformers have the second name alone.
    names = ("activation_checkpointing", "gradient_checkpointing")
    name = next(one for one in names if one in SFTConfig.__dataclass_fields__)
    return {name: wish == "on" or (wish == "auto" and on_cuda)}
