"""Training data: rows of a release or of common formats, masked, packed, checked, in batches.

`reading` and `gathering` give examples, `leaks` finds those that are held back, `masks` says which tokens
are learned, `tokenising` and `packing` make sequences, `preparing` does all of it once and keeps it,
and `collator` makes batches. `openai_jsonl` writes the same rows for OpenAI's fine-tuning.
"""

from training.data.collator import Collator as Collator
from training.data.examples import Example as Example
from training.data.examples import RowsRead as RowsRead
from training.data.gathering import Gathered as Gathered
from training.data.gathering import evaluated_rows as evaluated_rows
from training.data.gathering import gather as gather
from training.data.masks import Encoded as Encoded
from training.data.masks import encode as encode
from training.data.preparing import Prepared as Prepared
from training.data.preparing import prepare as prepare
from training.data.reading import read_rows as read_rows
from training.data.report import DataReport as DataReport
