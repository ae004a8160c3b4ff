"""Greedy tokens of transformers, with the weights that a bundle holds."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from compile.models import architecture_of
from compile.reference.weights import BundleWeights
from curation.errors import ConfigurationError


def reference_tokens(
    model_folder: Path, bundle_model_folder: Path, prompts: Sequence[Sequence[int]], count: int
) -> list[list[int]]:
    """Follow each prompt with ``count`` tokens, the likeliest at each place; no token ends them.

    One model is held in memory, in float32, and one of its parameters besides.

    Parameters
    ----------
    model_folder
        The model that the bundle was made from; its weights are not read.
    bundle_model_folder
        The bundle's folder of this model: shards and mlc-chat-config.json.
    prompts
        Tokens.
    count
        Tokens after each prompt.

    Raises
    ------
    UserError
        When the bundle was made from another model or is damaged, or a prompt does not fit the model.
    """
    architecture = architecture_of(model_folder)
    for place, prompt in enumerate(prompts):
        _require_fit(place, prompt, count, architecture.vocab, architecture.context)
    model = _loaded(model_folder, BundleWeights(bundle_model_folder, architecture))
    return [_greedy(model, prompt, count) for prompt in prompts]


def _loaded(folder: Path, weights: BundleWeights) -> Any:
    import torch  # noqa: PLC0415
    from transformers import AutoConfig, AutoModelForCausalLM  # noqa: PLC0415

    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    with torch.device("meta"):  # without memory, and without random numbers
        model: Any = AutoModelForCausalLM.from_config(config, dtype=torch.float32)  # type: ignore[no-untyped-call]  # the library has no types here
    for name, values in weights.tensors():
        model.load_state_dict({name: torch.from_numpy(values.copy())}, strict=False, assign=True)
    model.tie_weights()
    # Its frequencies are no weights: they come from the configuration.
    model.model.rotary_emb = type(model.model.rotary_emb)(config=model.config)
    return model.eval()


def _greedy(model: Any, prompt: Sequence[int], count: int) -> list[int]:
    import torch  # noqa: PLC0415

    tokens: list[int] = []
    cache = None
    step = list(prompt)
    with torch.inference_mode():
        while len(tokens) < count:
            out = model(input_ids=torch.tensor([step]), past_key_values=cache, use_cache=True)
            cache = out.past_key_values
            step = [int(out.logits[0, -1].argmax())]
            tokens += step
    return tokens


def _require_fit(place: int, prompt: Sequence[int], count: int, vocabulary: int, context: int) -> None:
    if not prompt:
        raise ConfigurationError(f"Prompt {place + 1} has no token.", fix="Give each prompt one at least.")
    if not 0 <= min(prompt) <= max(prompt) < vocabulary:
        raise ConfigurationError(
            f"Prompt {place + 1} has a token that the model does not know; it knows {vocabulary:,}.",
            fix="Write the prompts with the model's own tokenizer.",
        )
    if len(prompt) + count > context:
        raise ConfigurationError(
            f"Prompt {place + 1} and what follows are {len(prompt) + count:,} tokens; "
            f"the model knows {context:,}.",
            fix="Shorten the prompt, or ask for fewer tokens.",
        )
