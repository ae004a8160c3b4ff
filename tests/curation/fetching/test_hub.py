"""Data sets of the hub: the real `datasets` in a process of its own, over the hub's answers on loopback."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from curation.errors import ConfigurationError
from curation.fetching.hub import means, pattern_of, write_rows
from curation.fetching.kept import part_of
from curation.progress import Quiet
from tests.curation.fetching.hub_site import Hub, serving

pytest.importorskip("datasets")
PROJECT = Path(__file__).parents[3]
TRAIN, TEST = b'{"text": "a"}\n{"text": "b"}\n', b'{"text": "c"}\n'
RUN = """
import sys
from pathlib import Path
from curation.errors import UserError
from curation.recipe import load_recipe
from curation.run import run_recipe
try:
    report = run_recipe(load_recipe(Path(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3]), force=True)
    print(report.sources["a"].kept)
except UserError as error:
    print(error)
"""


@pytest.fixture
def hub():
    files = {"README.md": b"---\nlicense: mit\n---\n", "train.jsonl": TRAIN, "test.jsonl": TEST}
    with serving("skt/small", files) as served:
        yield served


@pytest.fixture
def run(hub: Hub, tmp_path: Path):
    """Run a recipe over an address in a process whose hub is the one on loopback; give what it says."""

    def go(address: str, reader: str = "jsonl", **settings: str) -> str:
        recipe = tmp_path / "recipe.yaml"
        source = {"name": "a", "reader": reader, "licence": "MIT", "path": [address]}
        recipe.write_bytes(orjson.dumps({"name": "x", "sources": [source]}))
        home = {"HF_ENDPOINT": hub.address, "HF_HOME": str(tmp_path / "home"), "HF_TOKEN": "secret-token"}
        quiet = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "0", "HF_DATASETS_OFFLINE": "0"}
        done = subprocess.run(
            [sys.executable, "-c", RUN, str(recipe), str(tmp_path), str(tmp_path / "out/x")],
            env={**os.environ, **home, **quiet, **settings},
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "secret-token" not in done.stdout + done.stderr
        return done.stdout.strip()

    return go


def test_rows_become_files_that_the_reader_takes(run, hub, tmp_path):
    assert run("hf:skt/small:default:train") == "2"
    kept = tmp_path / "out/.fetched/hf/skt/small/default/train.jsonl"
    assert list(map(orjson.loads, kept.read_bytes().splitlines())) == [{"text": "a"}, {"text": "b"}]
    assert run("hf:skt/small:default:test", reader="parquet") == "1"
    assert (tmp_path / "out/.fetched/hf/skt/small/default/test.parquet").read_bytes()[:4] == b"PAR1"
    assert {headers["Authorization"] for _, headers in hub.asked} == {"Bearer secret-token"}
    release = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not [path for path in release if b"secret-token" in path.read_bytes()]


def test_again_only_when_the_revision_changed_and_never_offline(run, hub):
    assert run("hf:skt/small:default:train") == "2"
    asked = len(hub.asked)
    assert run("hf:skt/small:default:train") == "2"
    assert [path for path, _ in hub.asked[asked:]] == ["/api/datasets/skt/small"]
    hub.files["train.jsonl"] = TRAIN * 2 + b'{"text": "d"}\n'
    assert run("hf:skt/small:default:train", HF_HUB_OFFLINE="1") == "2"
    assert run("hf:skt/small:default:train") == "5"
    missing = run("hf:skt/small:default:test", HF_HUB_OFFLINE="1")
    assert missing.startswith("HF_HUB_OFFLINE is set, and this was not fetched before")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("hf:skt/small", "the data set has the splits train, test"),
        ("hf:skt/small:default:dev", "the data set has the splits train, test"),
        ("hf:skt/none", "the data set cannot be loaded: RepositoryNotFoundError"),
        (
            "hf:skt/small:other:train",
            "the data set cannot be loaded: ValueError: BuilderConfig 'other' not found",
        ),
    ],
)
def test_what_the_hub_does_not_have(run, address, message):
    assert run(address).startswith(message)


def test_files_that_do_not_go_together(run, hub):
    hub.files["test.jsonl"] = b'{"text": "c", "n": 1}\n'
    said = run("hf:skt/small:default:train")
    assert said.startswith("the data set cannot be loaded: DatasetGenerationError")
    assert "Couldn't cast" in said, "the cause is said too"


@pytest.mark.parametrize(
    ("address", "suffixes", "pattern"),
    [
        ("hf:skt/kobest_v1:boolq:test", (".jsonl", ".ndjson"), "hf/skt/kobest_v1/boolq/test.jsonl"),
        ("hf:nsmc", (".parquet",), "hf/nsmc/default/only.parquet"),
        ("hf:nsmc:ko", (".jsonl", ".parquet"), "hf/nsmc/ko/only.parquet"),
    ],
)
def test_where_rows_are_kept(address, suffixes, pattern):
    assert means(address)
    assert pattern_of(address, suffixes) == pattern


@pytest.mark.parametrize(
    ("address", "suffixes", "message"),
    [
        ("hf:nsmc", (".csv",), "takes neither"),
        ("hf:", (".jsonl",), "no address of a data set"),
        ("hf:../x", (".jsonl",), "no address of a data set"),
        ("hf:a/b/c", (".jsonl",), "no address of a data set"),
        ("hf:a:b:c:d", (".jsonl",), "no address of a data set"),
        ("hf:a:..:c", (".jsonl",), "no address of a data set"),
    ],
)
def test_addresses_that_mean_nothing(address, suffixes, message):
    with pytest.raises(ConfigurationError, match=message) as refused:
        pattern_of(address, suffixes)
    assert refused.value.where == address
    assert not means("hf://datasets/a/b")


def test_rows_that_are_no_json(tmp_path):
    import datasets

    rows = datasets.Dataset.from_list([{"text": "a", "image": b"\xff"}])
    target = tmp_path / "a/only.jsonl"
    with pytest.raises(ConfigurationError, match="no JSON") as refused:
        write_rows(rows, target, Quiet())
    assert "parquet" in refused.value.fix
    assert not part_of(target).exists()
    write_rows(rows, target.with_suffix(".parquet"), Quiet())
    assert part_of(target.with_suffix(".parquet")).stat().st_size > 0


def test_without_datasets(tmp_path, monkeypatch):
    from curation.fetching.hub import fetch_rows

    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(ConfigurationError, match="need the package datasets") as refused:
        fetch_rows("hf:nsmc", tmp_path / "a.jsonl", Quiet())
    assert "just setup train" in refused.value.fix
