"""A fine-tuning run: model, trainer, checkpoints, how it is stopped and how it goes on."""
