"""What a library says of itself, in its function ``_metadata``."""

import json
from collections.abc import Mapping

from compile.formats.quantisation import Quantisation
from compile.models import Architecture
from compile.tvm.settings import LibrarySettings
from compile.tvm.weights import stored_parameters


def metadata_of(
    architecture: Architecture,
    quantisation: Quantisation,
    settings: LibrarySettings,
    memory_usage: Mapping[str, int],
) -> str:
    """Describe a library as MLC's does: web-llm reads ``params`` and ``prefill_chunk_size`` from it.

    ``memory_usage``: bytes of working memory that each function allocates, beside weights and cache.
    """
    stored = stored_parameters(architecture, quantisation)
    return json.dumps(
        {
            # First, so that `compile check` finds it among the constants of the library.
            "model_type": architecture.model_type,
            "quantization": quantisation.name,
            "context_window_size": settings.context,
            # A window is the kernels' own affair: the cache holds a whole context.
            "sliding_window_size": -1,
            "attention_sink_size": -1,
            "prefill_chunk_size": settings.prefill_chunk,
            "tensor_parallel_shards": 1,
            "pipeline_parallel_stages": 1,
            "disaggregation": False,
            "kv_state_kind": "kv_cache",
            "max_batch_size": 1,
            "active_vocab_size": architecture.vocab,
            "model_task": "chat",
            "kv_cache": {
                "num_hidden_layers": architecture.layers,
                "num_attention_heads": architecture.heads,
                "num_key_value_heads": architecture.kv_heads,
                "head_dim": architecture.head_dim,
            },
            "memory_usage": dict(memory_usage),
            "params": [
                {"name": name, "shape": list(shape), "dtype": dtype, "preprocs": [], "pipeline_stages": [0]}
                for name, shape, dtype in stored
            ],
        }
    )
