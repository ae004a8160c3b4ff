"""Whether a model can be compiled for the browser: what MLC-LLM has an implementation of."""

from typing import Final

from training.base.facts import Facts

# Causal language models of MLC-LLM's registry (python/mlc_llm/model/model.py).
_COMPILED: Final = frozenset(
    {
        *("llama", "mistral", "mixtral", "ministral3", "gemma", "gemma2", "gemma3", "gemma3_text", "gpt2"),
        *("gpt_neox", "gpt_bigcode", "gptj", "phi", "phi3", "qwen", "qwen2", "qwen2_moe", "qwen3"),
        *("qwen3_moe", "qwen3_5", "qwen3_5_text", "deepseek", "deepseek_v2", "deepseek_v3", "stablelm"),
        *("baichuan", "internlm", "internlm2", "orion", "starcoder2", "cohere", "minicpm", "chatglm"),
        *("olmo", "nemotron"),
    }
)
_NEVER: Final = {"exaone": "EXAONE", "gemma4": "Gemma 4", "gemma3n": "Gemma 3n"}


def browser_fault(facts: Facts) -> str:
    """Say why the model cannot run in a browser; empty when it can."""
    if facts.model_type in _COMPILED:
        return ""
    name = next((name for start, name in _NEVER.items() if facts.model_type.startswith(start)), "")
    if name:
        return f"MLC-LLM has no implementation of {name} (model_type '{facts.model_type}')"
    return (
        f"MLC-LLM knows no model_type '{facts.model_type}' ({facts.architecture or 'no architecture named'})"
    )
