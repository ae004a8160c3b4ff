"""What may be done to a bundle, and the test that its fault is named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from compile.check import check_bundle
from tests.compile.check_bundles import CACHES, edit, make
from tests.compile.check_variants import Variant

CACHE, OLDER_CACHE = CACHES
CHAT, APP, TOKENIZER = "mlc-chat-config.json", "app-config.json", "tokenizer.json"


def flip(folder: Path) -> None:
    path = folder / "params_shard_1.bin"
    content = bytearray(path.read_bytes())
    content[7] ^= 1
    path.write_bytes(content)


def shorten(folder: Path) -> None:
    path = folder / "params_shard_0.bin"
    path.write_bytes(path.read_bytes()[:-3])


def in_cache(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    return lambda folder: edit(folder, CACHE, change)


def in_chat(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    return lambda folder: edit(folder, CHAT, change)


def in_rope(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    return lambda folder: edit(folder, CHAT, lambda value: change(value["model_config"]))


def in_template(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    return lambda folder: edit(folder, CHAT, lambda value: change(value["conv_template"]))


def in_record(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    return lambda folder: edit(folder, APP, lambda value: change(value["model_list"][0]))


def in_tokenizer(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    return lambda folder: edit(folder, TOKENIZER, change)


def limit(size: int) -> Callable[[Path], None]:
    def change(adapter: dict[str, Any]) -> None:
        adapter["limits"]["maxStorageBufferBindingSize"] = size

    return lambda folder: edit(folder, "adapter.json", change)


def rename(cache: dict[str, Any]) -> None:
    cache["records"][0]["records"][0]["name"] = "model.embed_token.q_weight"


def rename_key(older: str, name: str) -> Callable[[Path], None]:
    return in_record(lambda record: record.update({older: record.pop(name)}))


def duplicate(tokenizer: dict[str, Any]) -> None:
    tokenizer["added_tokens"].append({"id": 4, "content": "<|im_end|>"})


class Seeded(NamedTuple):
    """A fault: what is done to which bundle, and the file, field and words that name it."""

    variant: Variant
    harm: Callable[[Path], object]
    file: str
    field: str
    words: str


def assert_named(folder: Path, seeded: Seeded, *, others: int = 0) -> None:
    """The fault is found, with a remedy, and `others` that come of it."""
    seeded.harm(make(folder, seeded.variant))
    found = check_bundle(folder)
    named = [fault for fault in found if (fault.file, fault.field) == (seeded.file, seeded.field)]
    assert named, found
    assert named[0].fault.startswith(seeded.words)
    assert named[0].fix
    assert len(found) == 1 + others, found
