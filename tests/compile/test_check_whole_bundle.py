"""The whole bundle: clean ones raise no alarm, a fault anywhere is named by its place in the bundle."""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from compile.check import check_bundle, is_whole, model_homes
from tests.compile.check_bundles import CACHES, edit, sri
from tests.compile.check_harms import flip, in_cache, in_chat, rename, shorten
from tests.compile.check_variants import Variant, any_variant
from tests.compile.check_whole_bundles import (
    APP,
    HOME,
    ID,
    PAGE,
    SEARCH,
    edit_page,
    edit_record,
    make_whole,
    within,
)

F16 = Variant(quantization="q4f16_1", adapter=False)


@pytest.mark.parametrize("seed", range(20))
def test_a_clean_bundle_raises_no_alarm(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    variants = [any_variant(seed + 100 * number) for number in range(rng.randint(1, 3))]
    made = make_whole(tmp_path, *variants, gguf=rng.random() < 0.5, search=rng.random() < 0.7)
    assert check_bundle(made) == []
    assert is_whole(made)
    assert f"models/{ID}/resolve/main/" in model_homes(made)
    assert len(model_homes(made)) == len(variants)


class Seeded(NamedTuple):
    """A fault: the bundle, what is done to it, and the file, field and words that name it."""

    variant: Variant
    harm: Callable[[Path], object]
    file: str
    field: str
    words: str


def old_template(config: dict[str, Any]) -> None:
    config["conv_template"] = "llama-2"


def page_model(**changes: Any) -> Callable[[Path], None]:
    return edit_page(lambda page: page["models"][0].update(changes))


def older_key(record: dict[str, Any]) -> None:
    record["local_id"] = record.pop("model_id")


def bad_hash(folder: Path) -> None:
    edit(folder, APP, lambda value: value["model_list"][0].update(integrity={"config": sri(b"", "sha256")}))


def other_passage(folder: Path) -> None:
    path = folder / "search" / "postings.bin"
    path.write_bytes(path.read_bytes().upper())


THE_EIGHT = {
    "a byte of a shard": Seeded(
        Variant(), within(flip), f"{HOME}params_shard_1.bin", "md5sum", "contradiction: its MD5"
    ),
    "a renamed tensor": Seeded(
        Variant(), within(in_cache(rename)), HOME + CACHES[0], "model.embed_tokens.q_weight", "renamed: "
    ),
    "a missing shard": Seeded(
        Variant(),
        lambda folder: (folder / HOME / "params_shard_0.bin").unlink(),
        f"{HOME}params_shard_0.bin",
        "",
        "missing",
    ),
    "an old conv_template": Seeded(
        Variant(),
        within(in_chat(old_template)),
        f"{HOME}mlc-chat-config.json",
        "conv_template",
        "malformed: the name 'llama-2'",
    ),
    "a prefill above the context": Seeded(
        Variant(),
        within(in_chat(lambda value: value.update(prefill_chunk_size=600))),
        f"{HOME}mlc-chat-config.json",
        "prefill_chunk_size",
        "contradiction: a chunk of 600 tokens",
    ),
    "an older key of a record": Seeded(
        Variant(), edit_record(older_key), APP, "model_list.0.local_id", "malformed: web-llm now calls"
    ),
    "q4f16 without shader-f16": Seeded(
        F16,
        edit_record(lambda record: record.update(required_features=[])),
        APP,
        "model_list.0.required_features",
        "missing: q4f16_1 needs shader-f16",
    ),
    "a hash of another file": Seeded(
        Variant(), bad_hash, APP, "model_list.0.integrity.config", "contradiction: mlc-chat-config.json has"
    ),
}
OF_THE_WHOLE = {
    "a shard cut short": Seeded(
        Variant(), within(shorten), f"{HOME}params_shard_0.bin", "nbytes", "contradiction: it has"
    ),
    "a library that is gone": Seeded(
        Variant(), lambda folder: (folder / HOME / "model.wasm").unlink(), f"{HOME}model.wasm", "", "missing"
    ),
    "an override above the library's context": Seeded(
        Variant(),
        lambda folder: edit(
            folder,
            APP,
            lambda value: value["model_list"][0].update(overrides={"context_window_size": 9000}),
        ),
        APP,
        "model_list.0.overrides.context_window_size",
        "contradiction: 9,000 tokens here, model.wasm was compiled for 512",
    ),
    "a model that is not there": Seeded(
        Variant(), page_model(model="models/other/"), PAGE, "models.0.model", "missing: the bundle has no"
    ),
    "another model's folder": Seeded(
        Variant(),
        page_model(model="models/model-1/"),
        PAGE,
        "models.0.model",
        f"contradiction: models/model-1/resolve/main/ here, {HOME} in app-config.json",
    ),
    "a model that no record names": Seeded(
        Variant(),
        lambda folder: shutil.copytree(folder / "models" / ID, folder / "models" / "b"),
        APP,
        "model_list",
        "missing: no record names models/b/resolve/main/",
    ),
    "an id without a record": Seeded(
        Variant(), page_model(id="other"), PAGE, "models.0.id", "missing: app-config.json has no record"
    ),
    "a size": Seeded(Variant(), page_model(bytes=7), PAGE, "models.0.bytes", "contradiction: 7 bytes"),
    "a context": Seeded(
        Variant(), page_model(context=513), PAGE, "models.0.context", "contradiction: 513 tokens here"
    ),
    "another buffer": Seeded(
        Variant(), page_model(bufferBytes=5), PAGE, "models.0.bufferBytes", "contradiction: 5 here"
    ),
    "a gguf that is gone": Seeded(
        Variant(),
        lambda folder: (folder / f"models/{ID}/{ID}.gguf").unlink(),
        f"models/{ID}/{ID}.gguf",
        "",
        "missing: page.json names it",
    ),
    "a gguf of another size": Seeded(
        Variant(),
        lambda folder: (folder / f"models/{ID}/{ID}.gguf").write_bytes(b"GGUF"),
        f"models/{ID}/{ID}.gguf",
        "models.0.gguf.bytes",
        "contradiction: it has 4 bytes, page.json says 64",
    ),
    "something else for a gguf": Seeded(
        Variant(),
        lambda folder: (folder / f"models/{ID}/{ID}.gguf").write_bytes(b"\0" * 64),
        f"models/{ID}/{ID}.gguf",
        "",
        "malformed: this is no GGUF",
    ),
    "altered passages": Seeded(
        Variant(), other_passage, "search/postings.bin", "sha256", "contradiction: its SHA-256 is"
    ),
    "missing passages": Seeded(
        Variant(),
        lambda folder: (folder / "search" / "passages.json").unlink(),
        "search/passages.json",
        "",
        "missing: index.json lists it",
    ),
    "no index of the passages": Seeded(
        Variant(), lambda folder: (folder / SEARCH).unlink(), SEARCH, "", "missing"
    ),
    "no folder of passages": Seeded(
        Variant(),
        lambda folder: shutil.rmtree(folder / "search"),
        PAGE,
        "search.folder",
        "missing: the bundle has no search/",
    ),
    "another number of passages": Seeded(
        Variant(),
        edit_page(lambda page: page["search"].update(passages=4)),
        PAGE,
        "search.passages",
        "contradiction: 4 passages here, 3 in search/index.json",
    ),
    "no page.json": Seeded(Variant(), lambda folder: (folder / PAGE).unlink(), PAGE, "", "missing"),
    "no index.html": Seeded(
        Variant(), lambda folder: (folder / "index.html").unlink(), "index.html", "", "missing"
    ),
    "a script that is gone": Seeded(
        Variant(),
        lambda folder: (folder / "assets" / "main.js").unlink(),
        "assets/main.js",
        "",
        "missing: index.html loads it",
    ),
    "a script from elsewhere": Seeded(
        Variant(),
        lambda folder: (folder / "index.html").write_text('<script src="//cdn.example/x.js"></script>'),
        "index.html",
        "script",
        "contradiction: //cdn.example/x.js is loaded from elsewhere",
    ),
    "a script at the root of the host": Seeded(
        Variant(),
        lambda folder: (folder / "index.html").write_text('<script src="/assets/main.js"></script>'),
        "index.html",
        "script",
        "malformed: /assets/main.js is looked for at the root",
    ),
}


@pytest.mark.parametrize("name", [*THE_EIGHT, *OF_THE_WHOLE])
def test_a_seeded_fault_is_named(tmp_path: Path, name: str) -> None:
    seeded = {**THE_EIGHT, **OF_THE_WHOLE}[name]
    make_whole(tmp_path, seeded.variant, Variant(), gguf=True)
    assert check_bundle(tmp_path) == []
    seeded.harm(tmp_path)
    found = check_bundle(tmp_path)
    named = [fault for fault in found if (fault.file, fault.field) == (seeded.file, seeded.field)]
    assert len(named) == 1, found
    assert named[0].fault.startswith(seeded.words)
    assert named[0].fix


@pytest.mark.parametrize("name", [PAGE, APP, SEARCH])
@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff\xfe"])
def test_damaged_json_is_a_fault(tmp_path: Path, name: str, content: bytes) -> None:
    (make_whole(tmp_path) / name).write_bytes(content)
    found = [fault for fault in check_bundle(tmp_path) if fault.file == name and not fault.field]
    assert [fault.fault.split(":")[0] for fault in found] == ["malformed"]


def test_no_value_of_any_type_ends_the_check(tmp_path: Path) -> None:
    rng, told = random.Random(9), 0
    strange = [None, True, -1, 0, 3.5, 10**30, "", "/", "\0", "..", "[", "x" * 5000, [], [None], {}, [[]]]
    make_whole(tmp_path, Variant(integrity="sha256"), gguf=True)
    names = [PAGE, APP, SEARCH]
    whole = {name: (tmp_path / name).read_text(encoding="utf-8") for name in names}
    for _ in range(150):
        name = rng.choice(names)
        value = at = json.loads(whole[name])
        while True:
            key = rng.choice(list(at) if isinstance(at, dict) else range(len(at)))
            if not at[key] or not isinstance(at[key], dict | list) or rng.random() < 0.2:
                break
            at = at[key]
        at[key] = rng.choice(strange)
        (tmp_path / name).write_text(json.dumps(value), encoding="utf-8")
        told += check_bundle(tmp_path) != []
        (tmp_path / name).write_text(whole[name], encoding="utf-8")
    assert told > 80
    assert check_bundle(tmp_path) == []


def test_a_models_folder_of_the_bundle_is_checked_by_itself_too(tmp_path: Path) -> None:
    make_whole(tmp_path)
    assert check_bundle(tmp_path / HOME) == []
    flip(tmp_path / HOME)
    (fault,) = check_bundle(tmp_path / HOME)
    assert fault.file == "params_shard_1.bin"
