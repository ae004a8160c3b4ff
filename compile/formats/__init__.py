"""How a bundle stores a model's weights, and how they get there from a checkpoint.

`checkpoint` reads safetensors a block at a time, `quantisation` makes codes and scales of a block (scales and
norms pass through `bfloat16`), `shards` writes and reads the files that web-llm loads, and `converting`
does the three in turn.
"""

from compile.formats.converting import Converted as Converted
from compile.formats.converting import convert as convert
from compile.formats.quantisation import QUANTISATIONS as QUANTISATIONS
from compile.formats.quantisation import Quantisation as Quantisation
from compile.formats.quantisation import quantisation_named as quantisation_named
from compile.formats.shards import INDEX_NAMES as INDEX_NAMES
from compile.formats.shards import ShardReader as ShardReader
