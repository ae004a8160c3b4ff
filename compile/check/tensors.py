"""The parameters against the configuration: the size of the vocabulary, and the head that may be tied."""

from collections.abc import Iterator, Sequence
from typing import Final

from compile.check.chat_config import CHAT_CONFIG
from compile.check.fault import Fault
from compile.check.reading import AGAIN, Object, is_positive, object_of
from compile.check.shards import CACHE, Tensor

_WEIGHTS: Final = ("weight", "q_weight")


def check_tensors(tensors: Sequence[Tensor], config: Object) -> Iterator[Fault]:
    """Hold embedding and head against what the configuration says of them."""
    tied = object_of(config.get("model_config")).get("tie_word_embeddings", False)
    head = [tensor.name for tensor in tensors if "lm_head" in tensor.name.split(".")]
    if tied is True and head:
        fault = "contradiction: the head is tied to the embedding, and stands here once more"
        yield Fault(
            CACHE, head[0], fault, f"leave lm_head out, or {AGAIN} from a checkpoint whose head is not tied"
        )
    embedding = next((one for one in tensors if _part(one) == "embed_tokens"), None)
    if tied is False and config and embedding is not None and not head:
        fault = "missing: the configuration says that the head is not tied to the embedding"
        fix = f"set tie_word_embeddings if the checkpoint has no lm_head either, and {AGAIN}"
        yield Fault(CACHE, "lm_head", fault, fix)
    size = config.get("vocab_size")
    if embedding is not None and is_positive(size) and embedding.shape and embedding.shape[0] != size:
        fault = f"contradiction: {size:,} tokens here, {embedding.shape[0]:,} rows in {embedding.name}"
        yield Fault(CHAT_CONFIG, "vocab_size", fault, AGAIN)


def _part(tensor: Tensor) -> str:
    """Give the module whose weight this is; nothing for scales and biases."""
    *modules, last = tensor.name.split(".")
    return modules[-1] if modules and last in _WEIGHTS else ""
