"""A folder like those on the hub: a random Llama of two layers and a byte-level tokenizer, made here."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

TEXTS = (
    "연차 휴가는 한 해에 15일이다. 신청은 사흘 전까지 한다.",
    "출장비는 돌아온 날부터 이레 안에 정산한다.",
    "회의실은 사내 포털에서 예약한다.",
)
# ChatML: the turn's end is neither the tokenizer's end token nor the declared one.
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
CONTROL = ("<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>")
CONTEXT = 512


def save_tokenizer(folder: Path, template: str | None = TEMPLATE) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=320, special_tokens=list(CONTROL), initial_alphabet=alphabet)
    tokenizer.train_from_iterator(TEXTS, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        additional_special_tokens=["<|im_start|>", "<|im_end|>"],
    )
    fast.chat_template = template
    fast.save_pretrained(folder)
    return fast


def save_model(folder: Path, *, template: str | None = TEMPLATE, **changes: object) -> Path:
    """Weights from a fixed seed, so that tests see the same answers everywhere."""
    tokenizer = save_tokenizer(folder, template)
    torch.manual_seed(5)
    config = LlamaConfig(
        **{
            "vocab_size": len(tokenizer),
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "max_position_embeddings": CONTEXT,
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            # Larger than usual: the most probable token then depends on everything before it.
            "initializer_range": 0.4,
            **changes,
        }
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder
