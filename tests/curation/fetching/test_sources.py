"""Sources of a recipe elsewhere: stated hashes, and runs that may ask nobody."""

import hashlib

import fsspec
import orjson
import pytest

from curation.checkpoints import Hashed
from curation.errors import ConfigurationError, UserError
from curation.inputs import find_inputs
from curation.progress import Quiet
from curation.readers import READERS
from curation.recipe import Source, load_recipe
from curation.remote import bring_here
from curation.run import run_recipe
from tests.curation.fetching.test_github import blob

ROWS = b'{"text": "\xed\x95\x98\xeb\x82\x98"}\n{"text": "\xeb\x91\x98"}\n'
SHA256 = hashlib.sha256(ROWS).hexdigest()


@pytest.fixture
def run(site, tmp_path, data, recipe_of):
    """Run a recipe over one source; give how many rows it kept."""
    site.files["/a.jsonl"] = ROWS

    def go(path: str, **keys: object) -> int:
        recipe = recipe_of({"a": {"path": [path], **keys}})
        return run_recipe(recipe, data, tmp_path / "out", force=True).sources["a"].kept

    return go


def test_a_stated_hash_spares_the_question(run, site):
    address = f"{site.address}/a.jsonl"
    assert run(address, sha256=SHA256) == run(address, sha256=SHA256) == 2
    assert site.paths == ["/a.jsonl"]
    assert run(address) == 2
    assert len(site.asked) == 2, "without one, whether it changed is asked"


def test_another_hash_names_both(run, site):
    stated = "0" * 64
    for _ in range(2):
        with pytest.raises(UserError, match=f"stated {stated}, found {SHA256}") as refused:
            run(f"{site.address}/a.jsonl", sha256=stated)
        assert refused.value.where == f"{site.address}/a.jsonl"


def test_files_here_are_checked_too(run, data):
    (data / "a.jsonl").write_bytes(ROWS)
    assert run("a.jsonl", sha256=SHA256) == 2
    (data / "a.jsonl").write_bytes(ROWS * 2)
    with pytest.raises(UserError, match="another SHA-256") as refused:
        run("a.jsonl", sha256=SHA256)
    assert refused.value.where == "a.jsonl"
    (data / "folder").mkdir()
    with pytest.raises(ConfigurationError, match="this is none"):
        run("folder", sha256=SHA256)


def test_what_a_stated_hash_was_checked_on_is_not_hashed_again(site, tmp_path, data):
    site.files["/a.jsonl"] = ROWS
    (data / "a.jsonl").write_bytes(ROWS)
    folder = tmp_path / "fetched"
    sources = [
        Source(name=name, reader="jsonl", path=(path,), licence="MIT", config=name, sha256=SHA256)
        for name, path in (("here", "a.jsonl"), ("there", f"{site.address}/a.jsonl"))
    ]
    for _ in range(2):  # fetched, and held
        local, roots, known = bring_here(sources, str(data), folder, Quiet())
        files = [
            file for given in find_inputs(local, data, READERS, Quiet(), roots=roots) for file in given.files
        ]
        assert {file.path: Hashed(file.bytes, file.modified_ns, file.sha256) for file in files} == known
        assert {file.sha256 for file in files} == {SHA256}
    told = {path: one._replace(sha256="told") for path, one in known.items()}
    again = find_inputs(local, data, READERS, Quiet(), roots=roots, known=told)
    assert [file.sha256 for given in again for file in given.files] == ["told", "told"]
    (data / "a.jsonl").write_bytes(ROWS * 2)
    here, there = find_inputs(local, data, READERS, Quiet(), roots=roots, known=told)
    assert here.files[0].sha256 == hashlib.sha256(ROWS * 2).hexdigest(), "it changed since"
    assert there.files[0].sha256 == "told"


@pytest.mark.parametrize("line", ["sha256: abc", f"sha256: {SHA256}\n    path: [a, b]"])
def test_a_hash_in_a_recipe(tmp_path, line):
    path = tmp_path / "recipe.yaml"
    paths = "" if "path" in line else "\n    path: a"
    path.write_text(
        f"name: x\nsources:\n  - name: a\n    reader: jsonl\n    licence: MIT\n    {line}{paths}\n"
    )
    with pytest.raises(ConfigurationError, match=r"sha256|pattern"):
        load_recipe(path)


def test_offline_uses_what_is_here(run, site, monkeypatch):
    address = f"{site.address}/a.jsonl"
    run(address)
    monkeypatch.setenv("MALMOI_OFFLINE", "1")
    assert run(address) == 2
    assert len(site.asked) == 1


def test_offline_says_what_is_missing(run, site, tmp_path, monkeypatch):
    monkeypatch.setenv("MALMOI_OFFLINE", "1")
    with pytest.raises(UserError, match="MALMOI_OFFLINE is set") as missing:
        run(f"{site.address}/a.jsonl")
    assert missing.value.where == f"{site.address}/a.jsonl"
    assert "run once without MALMOI_OFFLINE" in missing.value.fix
    assert site.asked == []
    monkeypatch.delenv("MALMOI_OFFLINE")
    run(f"{site.address}/a.jsonl")
    (held,) = (tmp_path / ".fetched").rglob("a.jsonl")
    held.write_bytes(ROWS[:-1])
    monkeypatch.setenv("MALMOI_OFFLINE", "1")
    with pytest.raises(UserError, match="or has changed since"):
        run(f"{site.address}/a.jsonl")


def test_offline_holds_for_every_protocol(run, site, other_site, monkeypatch):
    from curation.fetching import github

    monkeypatch.setattr(github, "API", site.address)
    monkeypatch.setattr(github, "RAW", other_site.address)
    tree = {"tree": [{"path": "data/a.jsonl", "type": "blob", "sha": blob(ROWS)}]}
    site.files["/repos/e9t/nsmc/git/trees/v1?recursive=1"] = orjson.dumps(tree)
    other_site.files["/e9t/nsmc/v1/data/a.jsonl"] = ROWS
    bucket = fsspec.filesystem("memory")
    bucket.pipe_file("/offline/a.jsonl", ROWS)
    addresses = ["github:e9t/nsmc/data@v1", "memory://offline/*.jsonl"]
    monkeypatch.setenv("MALMOI_OFFLINE", "1")
    for address in addresses:
        with pytest.raises(UserError, match="MALMOI_OFFLINE is set"):
            run(address)
    monkeypatch.delenv("MALMOI_OFFLINE")
    assert [run(address) for address in addresses] == [2, 2]
    bucket.store.clear()
    site.files.clear()
    monkeypatch.setenv("MALMOI_OFFLINE", "1")
    assert [run(address) for address in addresses] == [2, 2]


def test_offline_never_takes_half_a_folder(run, site, other_site, monkeypatch):
    from curation.fetching import github

    monkeypatch.setattr(github, "API", site.address)
    monkeypatch.setattr(github, "RAW", other_site.address)
    blobs = [{"path": f"data/{name}.jsonl", "type": "blob", "sha": blob(ROWS)} for name in "ab"]
    site.files["/repos/e9t/nsmc/git/trees/HEAD?recursive=1"] = orjson.dumps({"tree": blobs})
    other_site.files["/e9t/nsmc/HEAD/data/a.jsonl"] = ROWS
    with pytest.raises(ConfigurationError, match="nothing is there"):
        run("github:e9t/nsmc/data")
    monkeypatch.setenv("MALMOI_OFFLINE", "1")
    with pytest.raises(UserError, match="was not fetched before"):
        run("github:e9t/nsmc/data")
    monkeypatch.delenv("MALMOI_OFFLINE")
    other_site.files["/e9t/nsmc/HEAD/data/b.jsonl"] = ROWS
    assert run("github:e9t/nsmc/data") == 4
    assert other_site.paths.count("/e9t/nsmc/HEAD/data/a.jsonl") == 1
    monkeypatch.setenv("MALMOI_OFFLINE", "1")
    assert run("github:e9t/nsmc/data") == 4


def test_the_hub_alone_is_kept_from(run, site, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert run(f"{site.address}/a.jsonl") == 2
    for address in ("hf:skt/kobest_v1:boolq:test", "hf://datasets/skt/kobest_v1/boolq.jsonl"):
        with pytest.raises(UserError, match="HF_HUB_OFFLINE is set"):
            run(address)


def test_no_token_stands_in_a_release(run, site, tmp_path, monkeypatch):
    for name in ("GITHUB_TOKEN", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "secret-token")
    run(f"{site.address}/a.jsonl")
    assert site.header("Authorization") == [None]
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in written if b"secret-token" in path.read_bytes()]
