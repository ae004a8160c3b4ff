"""A bundle without a fault raises no alarm; a damaged one never ends the check."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from compile.check import check_bundle
from curation.errors import ConfigurationError
from tests.compile.check_bundles import CACHES, make
from tests.compile.check_harms import flip, in_chat, limit
from tests.compile.check_variants import Variant, any_variant

CACHE, OLDER_CACHE = CACHES
CHAT, APP, TOKENIZER = "mlc-chat-config.json", "app-config.json", "tokenizer.json"


@pytest.mark.parametrize("seed", range(20))
def test_a_clean_bundle_raises_no_alarm(tmp_path: Path, seed: int) -> None:
    assert check_bundle(make(tmp_path, any_variant(seed))) == []


def test_everything_at_once_is_told_at_once(tmp_path: Path) -> None:
    make(tmp_path)
    for harm in (flip, in_chat(lambda value: value.update(conv_template="llama-2")), limit(1000)):
        harm(tmp_path)
    assert {fault.file for fault in check_bundle(tmp_path)} == {"params_shard_1.bin", CHAT, "adapter.json"}


FILES = [CACHE, OLDER_CACHE, CHAT, APP, TOKENIZER, "tokenizer_config.json", "model.wasm"]


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_a_fault(tmp_path: Path, name: str) -> None:
    (make(tmp_path) / name).unlink()
    (fault,) = check_bundle(tmp_path)
    assert (fault.file, fault.fault.split(":")[0]) == (name, "missing")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
@pytest.mark.parametrize("name", [*FILES[:-1], "adapter.json"])
def test_damaged_json_is_a_fault(tmp_path: Path, name: str, content: bytes) -> None:
    (make(tmp_path) / name).write_bytes(content)
    found = [fault for fault in check_bundle(tmp_path) if fault.file == name]
    assert [fault.fault.split(":")[0] for fault in found] == ["malformed"]


def test_no_value_of_any_type_ends_the_check(tmp_path: Path) -> None:
    """Values all over the bundle's JSON are replaced by others; what matters is that the check goes on."""
    rng, told = random.Random(8), 0
    strange = [None, True, -1, 0, 3.5, 10**30, "", "/", "\0", "x" * 5000, [], [None], {}, {"a": [{}]}, [[]]]
    make(tmp_path, Variant(integrity="sha256"))
    names = [CACHE, CHAT, APP, TOKENIZER, "adapter.json"]
    whole = {name: (tmp_path / name).read_text(encoding="utf-8") for name in names}
    for _ in range(400):
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
    assert told > 200
    assert check_bundle(tmp_path) == []


def test_hashing_shows_its_progress(tmp_path: Path) -> None:
    from contextlib import contextmanager

    shown: list[object] = []

    class Shown:
        @contextmanager
        def task(self, name: str, total: int | None, unit: str) -> Any:
            shown.extend([name, total, unit])
            amounts: list[int] = []
            yield amounts.append
            shown.append(sum(amounts))

    check_bundle(make(tmp_path), Shown())
    size = sum(path.stat().st_size for path in tmp_path.glob("params_shard_*.bin"))
    assert shown == ["hash the shards", size, "B", size]


def test_no_folder_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no bundle"):
        check_bundle(tmp_path / "absent")


def test_an_empty_folder_names_all_that_is_missing(tmp_path: Path) -> None:
    found = check_bundle(tmp_path)
    assert {fault.file for fault in found} == {CACHE, OLDER_CACHE, CHAT, APP}
    assert all(fault.fault == "missing" for fault in found)
