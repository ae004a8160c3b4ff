"""Whether an index is behind its sources is told as its next run would tell it."""

from pathlib import Path

import pytest

from rag.freshness import BuiltFrom, Freshness, freshness
from rag.index import index_paths
from rag.manifest import Manifest
from rag.saved import update_saved


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for folder, name in (("규정", "여비"), ("안내", "주차")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{name}.md").write_text(f"{name}에 대한 글입니다.\n", encoding="utf-8")
    return tmp_path


def built(home: Path, *folders: str, acl: Path | None = None) -> int:
    paths = [home / folder for folder in folders]
    return index_paths(paths, home / "index", embedder="none", acl=acl).files_read


def found(home: Path) -> Freshness:
    with Manifest.open(home / "index") as manifest:
        return freshness(manifest)


@pytest.mark.parametrize("folders", [["규정"], ["규정", "안내"]], ids=len)
def test_what_is_told_is_what_the_next_run_reads(home: Path, folders: list[str]) -> None:
    """Documents of several folders are named otherwise than those of one."""
    built(home, *folders)
    assert found(home).is_current
    (home / "규정/새.md").write_text("새 글입니다.\n", encoding="utf-8")
    (home / "규정/여비.md").write_text("여비는 이레 안에 정산합니다.\n", encoding="utf-8")
    told = found(home)
    assert (told.changed, told.come) == ((str(home / "규정/여비.md"),), (str(home / "규정/새.md"),))
    assert built(home, *folders) == len(told.changed) + len(told.come)
    assert found(home).is_current


def test_a_folder_that_is_gone_is_not_a_heap_of_files(home: Path) -> None:
    built(home, "규정", "안내")
    (home / "안내").rename(home / "away")
    assert found(home).lost == (str(home / "안내"),)
    assert not found(home).altered


def test_other_rules_alter_and_what_is_gone_of_them_too(home: Path) -> None:
    rules = home / "acl.yaml"
    rules.write_text('"*": everyone\n', encoding="utf-8")
    built(home, "규정", acl=rules)
    assert found(home).is_current
    rules.write_text('"*": [hr]\n', encoding="utf-8")
    assert found(home) == Freshness(altered=True)
    rules.unlink()
    assert found(home).altered


def test_what_was_saved_beside_the_sources_is_no_change(home: Path) -> None:
    built(home, "규정")
    (home / "knowledge").mkdir()
    (home / "knowledge/a.jsonl").write_text('{"id": "a", "text": "저장한 글입니다."}\n', encoding="utf-8")
    update_saved(home / "index", home / "knowledge")
    assert found(home).is_current


def test_a_run_that_changes_nothing_writes_nothing_of_its_sources(home: Path) -> None:
    built(home, "규정")
    with Manifest.open(home / "index") as manifest:
        assert BuiltFrom.read(manifest) == BuiltFrom((str(home / "규정"),))
        before = manifest.contents_hash()
    built(home, "규정", "안내")
    with Manifest.open(home / "index") as manifest:
        assert BuiltFrom.read(manifest) == BuiltFrom((str(home / "규정"), str(home / "안내")))
        assert manifest.contents_hash() != before


def test_equal_documents_have_an_equal_hash(home: Path, tmp_path: Path) -> None:
    """However they came there: at once, or one after the other."""
    built(home, "규정", "안내")
    index_paths([home / "안내", home / "규정"], tmp_path / "other", embedder="none")
    with Manifest.open(home / "index") as one, Manifest.open(tmp_path / "other") as other:
        assert one.contents_hash() == other.contents_hash()
