"""A random Llama of two layers for trials: it runs every stage within seconds and knows nothing."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from curation.checkpoints import Checkpoint, key_of
from training.base.model_cache import made_once
from training.base.weights import weights_sha256

LICENCE: Final = "CC0-1.0"
CONTEXT: Final = 2048
VOCABULARY: Final = 1536
# Goes up when the folder is made otherwise than before.
_VERSION: Final = 1
_SEED: Final = 5
_CONTROL: Final = ("<|pad|>", "<|im_start|>", "<|im_end|>")
_TEMPLATE: Final = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tiny() -> Checkpoint:
    """Give the folder of the tiny model: the same bytes on every machine with the same packages.

    Raises
    ------
    UserError
        When the cache cannot be written.
    """
    text = _syllables()
    return made_once("tiny", key_of("tiny", _VERSION, text), lambda folder: _make(text, folder))


def _syllables() -> list[str]:
    """Pairs of syllables that are frequent in Korean: their words become the vocabulary."""
    listed = files("curation") / "normalising" / "syllable_pairs.txt"
    pairs = [line.partition(" ")[2] for line in listed.read_text(encoding="utf-8").splitlines()]
    return [line[at : at + 2].rstrip("$") for line in pairs for at in range(0, len(line), 2)]


def _make(text: list[str], folder: Path) -> Mapping[str, Any]:
    import torch  # noqa: PLC0415
    from transformers import LlamaConfig, LlamaForCausalLM  # noqa: PLC0415

    tokenizer = _tokenizer(text)
    tokenizer.save_pretrained(folder)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        config = LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=64,
            intermediate_size=192,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=CONTEXT,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
        LlamaForCausalLM(config).save_pretrained(folder)
    return {"weights": weights_sha256(folder)}


def _tokenizer(text: list[str]) -> Any:
    """Byte-level, so that no text is lost; no token stands before the first turn, as with ChatML."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers  # noqa: PLC0415
    from transformers import PreTrainedTokenizerFast  # noqa: PLC0415

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(_CONTROL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(text, trainer)
    pad, _, end = _CONTROL
    fast: Any = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]  # the library has no types here
        tokenizer_object=tokenizer,
        eos_token=end,
        pad_token=pad,
        additional_special_tokens=list(_CONTROL[1:2]),
        model_max_length=CONTEXT,
    )
    fast.chat_template = _TEMPLATE
    return fast
