"""`malmoi init-corpus` as a person and a program use it, from unknown files to a release."""

import shutil
from pathlib import Path

import pytest
import yaml

from datacards.checks import check_card
from tests.malmoi.command import malmoi_here as malmoi

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
REVIEWS = [("배송이 빨라 좋았어요", "긍정"), ("포장이 뜯겨 있었어요", "부정")] * 20
TABLE = "번호,후기,감정\n" + "".join(f"{n},{text} {n},{label}\n" for n, (text, label) in enumerate(REVIEWS))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "후기 모음"
    folder.mkdir()
    (folder / "후기_test.csv").write_text(TABLE, "cp949")
    (folder / "LICENSE").write_text("Attribution 4.0 International\n", "utf-8")
    (folder / "junk.bin").write_bytes(bytes(range(256)))
    return folder


def test_from_unknown_files_to_a_release(folder: Path, tmp_path: Path) -> None:
    done = malmoi("init-corpus", folder, "--out", "drafts", home=tmp_path)
    assert done.code == 0, done.err
    assert "junk.bin: the encoding of this file cannot be told" in done.out
    assert "40 of 40 rows read" in done.out
    recipe = yaml.safe_load((tmp_path / "drafts/corpus.yaml").read_text("utf-8"))
    assert recipe == {
        "name": "corpus",
        "title": "후기 모음",
        "sources": [
            {
                "name": "corpus",
                "reader": "csv",
                "path": "후기_test.csv",
                "options": {"text": "후기"},
                "licence": "CC-BY-4.0",
                "split": "test",
            }
        ],
        "steps": [{"step": "normalise"}, {"step": "exact_dedup", "scope": "source"}],
    }
    run = malmoi(
        "curate", "drafts/corpus.yaml", "--data", folder, "--out", "releases/c", "--json", home=tmp_path
    )
    assert run.code == 0, run.err
    counts = run.json["sources"]["corpus"]
    assert (counts["read"], counts["kept"], counts["quarantined"]) == (40, 40, 0)


def test_the_object_for_programs(folder: Path, tmp_path: Path) -> None:
    told = malmoi("init-corpus", folder, "--out", tmp_path, "--json", home=tmp_path).json
    assert (told["recipe"], told["card"]) == (str(tmp_path / "corpus.yaml"), str(tmp_path / "corpus.md"))
    (source,) = told["sources"]
    assert (source["rows"], source["known"], source["level"]) == (40, "counted", "likely")
    assert source["labels"] == {"감정": 2}
    assert source["said"] == [{"file": "LICENSE", "quote": "Attribution 4.0 International"}]
    junk, table = told["files"]
    assert (junk["name"], junk["guesses"], junk["sha256"]) == ("junk.bin", [], None)
    assert [guess["reader"] for guess in table["guesses"]] == ["csv", "table_documents"]
    assert len(table["sha256"]) == 64
    assert [one["name"] for one in told["left_out"]] == ["junk.bin", "LICENSE"]
    card = (tmp_path / "corpus.md").read_text("utf-8")
    assert table["sha256"] in card
    assert [fault.field for fault in check_card(card, "corpus.md")] == ["links"]


def test_drafts_are_written_over_only_when_told(folder: Path, tmp_path: Path) -> None:
    draft = tmp_path / "corpus.yaml"
    draft.write_text("mine", "utf-8")
    refused = malmoi("init-corpus", folder, home=tmp_path)
    assert refused.code == 2
    assert "there is a file already" in refused.err
    assert draft.read_text("utf-8") == "mine"
    assert not (tmp_path / "corpus.md").exists()
    assert malmoi("init-corpus", folder, "--force", home=tmp_path).code == 0
    assert draft.read_text("utf-8") != "mine"


def test_its_own_drafts_are_no_data(folder: Path, tmp_path: Path) -> None:
    for _ in range(2):
        told = malmoi("init-corpus", ".", "--force", "--json", home=folder).json
        assert [one["name"] for one in told["files"]] == ["junk.bin", "후기_test.csv"]


def test_a_folder_that_nothing_reads(tmp_path: Path) -> None:
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk/a.bin").write_bytes(bytes(range(256)))
    refused = malmoi("init-corpus", "junk", home=tmp_path)
    assert refused.code == 1
    assert "No reader takes any file" in refused.err
    assert "a.bin: the encoding of this file cannot be told" in refused.out
    told = malmoi("init-corpus", "junk", "--json", home=tmp_path)
    assert (told.code, told.json["recipe"], told.json["sources"]) == (1, None, [])
    assert [path.name for path in tmp_path.iterdir()] == ["junk"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    refused = malmoi("init-corpus", "absent", home=tmp_path)
    assert refused.code == 2
    assert "there is no such folder" in refused.err


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora do not lie beside the clone")
def test_a_real_corpus_from_download_to_release(tmp_path: Path) -> None:
    for name in ("kommongen", "ud", "korean_parallel"):
        shutil.copytree(CORPORA / name, tmp_path / "downloads" / name)
    told = malmoi("init-corpus", "downloads", "--json", home=tmp_path).json
    assert {one["name"]: (one["reader"], one["rows"]) for one in told["sources"]} == {
        "kommongen": ("kommongen", 1_000),
        "conllu": ("conllu", 950),
        "korean_parallel": ("korean_parallel", 2_000),
    }
    draft = (tmp_path / "downloads.yaml").read_text("utf-8")
    assert "# if this is KommonGen, its licence is MIT: malmoi cards show kommongen" in draft
    command = ("curate", "downloads.yaml", "--data", "downloads", "--out", "releases/d", "--json")
    run = malmoi(*command, home=tmp_path)
    assert run.code == 0, run.err
    assert {name: counts["read"] for name, counts in run.json["sources"].items()} == {
        "kommongen": 1_000,
        "conllu": 950,
        "korean_parallel": 2_000,
    }


def test_a_place_that_cannot_be_written_to(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", "utf-8")
    refused = malmoi("init-corpus", folder, "--out", "taken/drafts", home=tmp_path)
    assert refused.code == 1
    assert "The draft cannot be written: Not a directory" in refused.err


def test_help_shows_an_example(tmp_path: Path) -> None:
    shown = malmoi("init-corpus", "--help", home=tmp_path).out
    assert "Example: malmoi init-corpus" in shown
