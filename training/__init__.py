"""Fine-tuning, from a release and a base model to a merged, measured model folder. Floor 5.

Begin with `config.py`, the file that a person writes, and `run_folder.py`, where everything of a run lies.
`planning` says what would fail before an hour is spent; `data` turns rows into tokens and masks; `base` loads
the model; `running` trains it and resumes to the same bytes; `preference` is DPO and KTO; `evaluation`
decides whether it forgot too much; `merging` and `publishing` make the model that is handed on;
`launching` starts several processes.
"""

import logging
import warnings

from curation import privacy as privacy

# What libraries say to programmers is not for the people who train. On a processor bitsandbytes warns of
# lacking a package that would fetch code from the network; whatever imports transformers first imports it.
logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
# PEFT and TRL use a name that transformers replaced.
warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
