"""The same release, whoever carries the work out, and whatever dies meanwhile."""

import contextlib
import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from curation.errors import ConfigurationError, UserError
from curation.executors.processes import Processes
from curation.executors.ray_cluster import RayCluster
from curation.pipeline import Sizes
from curation.run import run_recipe

STEPS = [
    {"step": "normalise", "repeats": 3},
    {"step": "length", "min": 3},
    {"step": "shape"},
    {"step": "repetition"},
    {"step": "language"},
    {"step": "exact_dedup"},
    {"step": "near_dedup", "threshold": 0.9},
    {"step": "personal_data"},
    {"step": "hangul_ratio"},
    {"step": "split", "splits": {"train": 0.8, "test": 0.2}, "near_duplicates": False},
    {"step": "mix", "caps": {"a": 150}},
]
NOUNS = ["도서관", "회의실", "주차장", "자전거", "급식실", "안내대", "보관함", "게시판"]
SMALL = Sizes(batch_rows=40, group_bytes=2000)
NODE = {"num_cpus": 1, "object_store_memory": 100_000_000}


@pytest.fixture
def recipe(write_jsonl, recipe_of):
    """Give a recipe over some forty units."""
    choose = random.Random(7)
    for number in range(40):
        rows = [
            f"{choose.choice(NOUNS)} {choose.choice(NOUNS)} 번호는 {choose.randrange(900)} 입니다 "
            f"{'ㅋ' * choose.randrange(6)} 문의 010-0000-{choose.randrange(10_000):04}"
            for _ in range(60)
        ]
        write_jsonl(f"a/{number:02}.jsonl", [*rows, b"{broken", "짧"])
    write_jsonl("b.jsonl", ["다른 출처의 글", "글 번호 7 입니다 "])
    return recipe_of({"a": {"path": "a", "config": "one"}, "b": "b.jsonl"}, STEPS)


def digest(release: Path) -> str:
    return hashlib.sha256((release / "manifest.json").read_bytes()).hexdigest()


def test_processes_make_the_same_release(tmp_path, data, recipe) -> None:
    run_recipe(recipe, data, tmp_path / "alone", sizes=SMALL)
    run_recipe(recipe, data, tmp_path / "spread", sizes=SMALL, executor=Processes(2))
    assert digest(tmp_path / "spread") == digest(tmp_path / "alone")


def test_what_a_process_raises_reaches_the_person(tmp_path, data, write_jsonl, recipe_of) -> None:
    write_jsonl("a.jsonl", [b"{"] * 30 + [f"글 번호 {n}" for n in range(30)])
    with pytest.raises(UserError, match="30 of 60 rows"):
        run_recipe(recipe_of({"a": "a.jsonl"}), data, tmp_path / "out", executor=Processes(1))
    assert not (tmp_path / "out").exists()


class Killing:
    """Shows nothing, and kills a node after some pieces of a task."""

    def __init__(self, task: str, after: int, kill) -> None:
        self.task_name, self.left, self.kill = task, after, kill
        self.killed = False

    @contextlib.contextmanager
    def task(self, name: str, total: int | None, unit: str) -> Iterator:
        def advance(_: int) -> None:
            if name == self.task_name and not self.killed:
                self.left -= 1
                if self.left == 0:
                    self.killed = True
                    self.kill()

        yield advance


@pytest.fixture(scope="module")
def ray():
    return pytest.importorskip("ray", reason="the extra [ray] is not installed")


@pytest.fixture
def cluster(ray):
    """Start two nodes with a core each on this machine."""
    from ray.cluster_utils import Cluster

    started = Cluster(
        initialize_head=True,
        head_node_args={"include_dashboard": False, **NODE},
    )
    second = started.add_node(**NODE)
    started.wait_for_nodes()
    yield started, second
    ray.shutdown()
    started.shutdown()


@pytest.mark.slow
def test_a_node_may_die_in_the_middle(tmp_path, data, recipe, cluster) -> None:
    started, second = cluster
    run_recipe(recipe, data, tmp_path / "alone", sizes=SMALL)
    progress = Killing("read", 8, lambda: started.remove_node(second, allow_graceful=False))
    executor = RayCluster(started.address, tmp_path)
    report = run_recipe(recipe, data, tmp_path / "spread", sizes=SMALL, executor=executor, progress=progress)
    executor.close()
    assert progress.killed
    assert digest(tmp_path / "spread") == digest(tmp_path / "alone")
    entry = report.sources["a"]
    assert entry.read == entry.kept + sum(entry.dropped.values()) + entry.quarantined == 40 * 62


def test_no_cluster_is_said_plainly(tmp_path, data, recipe, ray) -> None:
    executor = RayCluster("127.0.0.1:1", tmp_path)
    with pytest.raises(ConfigurationError, match="no Ray cluster answers"):
        run_recipe(recipe, data, tmp_path / "out", executor=executor)
