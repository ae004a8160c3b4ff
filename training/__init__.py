"""Fine-tuning: plan, masks, QLoRA run, evaluation, merge, export. Floor 5. Planned: holds no code yet."""

from curation import privacy as privacy
