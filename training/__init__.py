"""Fine-tuning: plan, data and masks, QLoRA run, preferences, evaluation, merge, card, push. Floor 5."""

import logging
import warnings

from curation import privacy as privacy

# What libraries say to programmers is not for the people who train. On a processor bitsandbytes warns of
# lacking a package that would fetch code from the network; whatever imports transformers first imports it.
logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
# PEFT and TRL use a name that transformers replaced.
warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
