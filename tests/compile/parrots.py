"""Bundles of models that say one thing, so that tests of the page know what is answered."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

from compile.conversation import ChatSettings
from compile.formats import quantisation_named
from compile.machine import browser_memory
from compile.models import architecture_of
from compile.page import copy_page
from compile.preparing import prepare
from compile.records import model_folder, page_description, page_entry, web_llm_record
from compile.search import export_search
from tests.compile.browser import QUANTISATION
from tests.compile.llm_folders import save_llm
from tests.compile.page_screens import HANDBOOK

CONTEXT = 4096
CHUNK = 256


def save_parrot(folder: Path, reply: str, *, endless: bool = False) -> Path:
    """A model that always says one thing: each of its tokens makes the next one the likeliest.

    ``endless`` says it over and over. No token may occur twice in it.
    """
    import torch
    import transformers

    save_llm(folder, "llama", num_hidden_layers=1, max_position_embeddings=CONTEXT)
    tokenizer: Any = transformers.AutoTokenizer.from_pretrained(folder)
    model: Any = transformers.AutoModelForCausalLM.from_pretrained(folder)
    asked = [{"role": "user", "content": "?"}]
    prompt = tokenizer.apply_chat_template(asked, add_generation_prompt=True, return_dict=True)["input_ids"]
    said = tokenizer.encode(reply, add_special_tokens=False)
    chain = [prompt[-1], *said, said[0] if endless else tokenizer.eos_token_id]
    assert len(set(chain)) == len(chain) - endless
    embeddings, head = model.get_input_embeddings().weight, model.get_output_embeddings().weight
    layer = model.model.layers[0]
    with torch.no_grad():
        # Only the token itself reaches the head: nothing is added by attention or by the feed-forward part.
        layer.self_attn.o_proj.weight.zero_()
        layer.mlp.down_proj.weight.zero_()
        model.model.norm.weight.fill_(1)
        # Plus and minus 1 are exact in four bits.
        embeddings.copy_(embeddings.sign())
        head.zero_()
        for token, following in pairwise(chain):
            head[following] += embeddings[token]
    model.save_pretrained(folder)
    return folder


def build(out: Path, page: Path, reply: str, *, endless: bool = False) -> Path:
    """A bundle of the page, such a model, and the passages of the sample handbook."""
    from compile.tvm import LibrarySettings, compile_library

    source = save_parrot(out.with_name(f"{out.name}-model"), reply, endless=endless)
    prepared = prepare(str(source), model_folder(out, "parrot"), ChatSettings(QUANTISATION, CONTEXT, CHUNK))
    architecture = architecture_of(source)
    library = prepared.folder / "parrot.wasm"
    compile_library(architecture, LibrarySettings(QUANTISATION, CONTEXT, CHUNK, optimise=False), library)
    memory = browser_memory(architecture, quantisation_named(QUANTISATION), CONTEXT, CHUNK)
    download = sum(file.stat().st_size for file in prepared.folder.iterdir())
    entry = page_entry("parrot", "parrot", prepared, memory, download, licence="", gguf=None)
    copy_page(page, out)
    passages = export_search(HANDBOOK, out / "search").passages
    record = web_llm_record("parrot", prepared, memory)
    (out / "app-config.json").write_text(json.dumps({"model_list": [record]}))
    (out / "page.json").write_text(json.dumps(page_description("규정", "1", [entry], passages)))
    return out
