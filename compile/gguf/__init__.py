"""A GGUF file as the model folder that it was made from: configuration, tokenizer, weights in plain numbers.

`reading` opens the file, `config` says what model it is (`rope` recovers Llama 3's scaling), `tensors` gives
the weights in their original order, a block of rows at a time, `tokenizer` writes the tokenizer, and
`unpacking` does it all. `companion` compares a file with a model. transformers reads such files too, but
holds the whole model in float32, and takes the scaling of Llama 3 for none.
"""

from compile.gguf.companion import require_same_model as require_same_model
from compile.gguf.unpacking import Unpacked as Unpacked
from compile.gguf.unpacking import describe as describe
from compile.gguf.unpacking import is_gguf as is_gguf
from compile.gguf.unpacking import unpack as unpack
from compile.gguf.unpacking import unpacked as unpacked
