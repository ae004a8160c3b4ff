"""The tokenizer of a base: whole Korean text, a template, an end of turn, and padding that is its own."""

from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from curation.errors import ConfigurationError
from tests.chat.tiny_model import save_tokenizer
from training.base import ResolvedBase, load_tokenizer

KOREAN = "안녕하세요. 말모이는 18쪽입니다!\n  값은 ₩3,000 — ‘똠방각하’ 펲시 🙂"


def at(folder: Path, template: str = "") -> ResolvedBase:
    return ResolvedBase("base", folder, "sha256:0", "", template)


@pytest.mark.parametrize("name", ["tiny", "smollm2"])
def test_korean_text_comes_back_whole(request, name):
    tokenizer = load_tokenizer(at(request.getfixturevalue(name)))
    ids = tokenizer(KOREAN, add_special_tokens=False)["input_ids"]
    assert tokenizer.decode(ids) == KOREAN
    assert tokenizer.unk_token_id not in ids


def test_smollm2_pads_with_a_token_that_ends_no_turn(smollm2):
    tokenizer = load_tokenizer(at(smollm2))
    assert tokenizer.eos_token == "<|im_end|>"
    assert tokenizer.pad_token == "<|endoftext|>"


def test_tiny_has_padding_of_its_own_and_chatml(tiny):
    tokenizer = load_tokenizer(at(tiny))
    assert (tokenizer.pad_token, tokenizer.eos_token, len(tokenizer)) == ("<|pad|>", "<|im_end|>", 1536)
    turns = [{"role": "user", "content": "몇 쪽?"}, {"role": "assistant", "content": "18쪽."}]
    said = tokenizer.decode(tokenizer.apply_chat_template(turns)["input_ids"])
    assert said == "<|im_start|>user\n몇 쪽?<|im_end|>\n<|im_start|>assistant\n18쪽.<|im_end|>\n"
    # Syllables that are frequent are one token each, or the model would see bytes alone.
    assert len(tokenizer("안녕하세요 입니다", add_special_tokens=False)["input_ids"]) <= 12


def test_the_unknown_token_pads_where_there_is_no_padding(tmp_path):
    save_tokenizer(tmp_path)
    assert load_tokenizer(at(tmp_path)).pad_token == "<unk>"


def test_a_configured_template_takes_the_place_of_the_own_one(tiny):
    template = "{% for m in messages %}[{{ m.role }}] {{ m.content }}</s>{% endfor %}"
    assert load_tokenizer(at(tiny, template)).chat_template == template


def test_a_tokenizer_without_a_template_names_the_key(tmp_path):
    save_tokenizer(tmp_path, template=None)
    with pytest.raises(ConfigurationError, match="no chat template") as caught:
        load_tokenizer(at(tmp_path))
    assert "base.template" in caught.value.fix


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{% for m in messages %}{{ m.content }", "does not render"),
        ("{{ raise_exception('no') }}", "does not render: no"),
        ("{{ messages[0].content }}", "leaves out what the assistant says"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused(tiny, template, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        load_tokenizer(at(tiny, template))
    assert caught.value.where == "base.template"


def saved(folder: Path, vocabulary: list[str], **special: str) -> Path:
    inner = Tokenizer(models.WordLevel({word: at for at, word in enumerate(vocabulary)}, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(tokenizer_object=inner, **special)
    fast.chat_template = "{% for m in messages %}{{ m.content }}{% endfor %}"
    fast.save_pretrained(folder)
    return folder


def test_a_tokenizer_without_an_end_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="no end token"):
        load_tokenizer(at(saved(tmp_path, ["<unk>", "a"])))


def test_a_tokenizer_that_loses_korean_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="loses Korean text"):
        load_tokenizer(at(saved(tmp_path, ["<unk>", "</s>", "a"], eos_token="</s>")))


def test_a_folder_without_a_tokenizer_is_named(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ConfigurationError, match="tokenizer cannot be loaded") as caught:
        load_tokenizer(at(tmp_path))
    assert caught.value.where == str(tmp_path)
