"""A release's card against its rows: a true release has no fault, and each seeded one is named."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from curation.errors import ConfigurationError
from curation.inspection.card_faults import check_release
from curation.recipe import Recipe
from curation.run import run_recipe
from datacards.front_matter import split

TEXTS = [f"회의실 {number}호는 하루 전에 예약합니다." for number in range(1, 30)]


def made(folder: Path, texts: list[str], steps: list[dict[str, Any]] | None = None, **source: str) -> Path:
    """A release of one jsonl source."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "data/a.jsonl").write_bytes(b"".join(orjson.dumps({"text": text}) + b"\n" for text in texts))
    described = {
        "name": "a",
        "reader": "jsonl",
        "path": "a.jsonl",
        "licence": "CC0-1.0",
        "config": "a",
        **source,
    }
    return of_recipe(folder, {"name": "small", "sources": [described], "steps": steps or []})


def of_recipe(folder: Path, recipe: dict[str, Any]) -> Path:
    return run_recipe(Recipe.model_validate_json(json.dumps(recipe)), folder / "data", folder / "out").release


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("good"), TEXTS)


@pytest.fixture
def release(good: Path, tmp_path: Path) -> Path:
    """A copy of a good release that a test may spoil."""
    return Path(shutil.copytree(good, tmp_path / "release"))


def test_a_true_card_has_no_fault(good: Path) -> None:
    assert check_release(good) == []


def test_what_stands_alone_instead_of_in_a_list_is_read_too(release: Path) -> None:
    matter, body = split((release / "README.md").read_text(encoding="utf-8"))
    for field in ("language", "size_categories", "dataset_info"):
        (matter[field],) = matter[field]
    front = yaml.safe_dump(matter, allow_unicode=True)
    (release / "README.md").write_text(f"---\n{front}---\n{body}\n", encoding="utf-8")
    faults = [(fault.field, fault.fault) for fault in check_release(release)]
    assert faults == [("files.README.md.sha256", "the file is another one than the manifest says")]


def swap(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(release: Path) -> None:
        text = (release / name).read_text(encoding="utf-8")
        assert old in text
        (release / name).write_text(text.replace(old, new), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "file", "field", "fault"),
    [
        (
            swap("README.md", "num_examples: 29", "num_examples: 30"),
            "README.md",
            "dataset_info.a.train.num_examples",
            "30 rows are declared, 29 are there",
        ),
        (
            swap("README.md", "num_examples: 29", "num_examples: twenty nine"),
            "README.md",
            "dataset_info.a.train.num_examples",
            "'twenty nine' rows are declared, 29 are there",
        ),
        (
            swap("README.md", "name: train", "name: test"),
            "README.md",
            "dataset_info.a.test",
            "the split is declared and is not there",
        ),
        (
            swap("README.md", "name: train", "name: test"),
            "README.md",
            "dataset_info.a.train",
            "the split is there with 29 rows and is not declared",
        ),
        (
            swap("README.md", "n<1K", "1K<n<10K"),
            "README.md",
            "size_categories",
            "29 rows are there, which is n<1K",
        ),
        (
            swap("README.md", "- ko\n", "- en\n"),
            "README.md",
            "language",
            "en is declared; 100.0% of the letters are Hangul",
        ),
        (swap("README.md", "license: cc0-1.0\n", ""), "README.md", "license", "missing"),
        (
            swap("croissant.json", '"sha256": "', '"sha256": "0'),
            "croissant.json",
            "sha256",
            "the manifest has another hash",
        ),
        (lambda release: (release / "croissant.json").unlink(), "croissant.json", "file", "cannot be read"),
        (
            lambda release: (release / "report.html").unlink(),
            "manifest.json",
            "files.report.html",
            "the file is not there",
        ),
        (
            lambda release: (release / "report.html").write_text("x"),
            "manifest.json",
            "files.report.html.sha256",
            "another one",
        ),
    ],
)
def test_a_seeded_fault_is_named_with_its_file(
    release: Path, change: Callable[[Path], None], file: str, field: str, fault: str
) -> None:
    change(release)
    named = [
        one for one in check_release(release) if one.card == str(release / file) and one.field.endswith(field)
    ]
    assert [one.fault for one in named if fault in one.fault], check_release(release)
    # Besides it, only the hash of a README that was written over is another one.
    others = [one for one in check_release(release) if one.card != str(release / file)]
    assert {one.field for one in others} <= {"files.README.md.sha256"}


def test_rows_under_a_licence_that_no_source_has(release: Path) -> None:
    (path,) = (release / "data/a").glob("*.parquet")
    table = pq.read_table(path)
    at = table.schema.get_field_index("licence")
    pq.write_table(table.set_column(at, table.schema.field(at), pa.array(["MIT"] * len(table))), path)
    assert "29 rows are under 'MIT', which no source has" in {one.fault for one in check_release(release)}


@pytest.mark.parametrize(
    ("texts", "language", "faults"),
    [
        (TEXTS, "ko", 0),
        (["The meeting room is booked a day before."], "en", 0),
        (["The meeting room is booked a day before."], "ko", 1),
        (TEXTS, "en", 1),
        (["12345", "67890"], "ko", 0),  # no letter says anything
    ],
)
def test_the_language_is_measured(tmp_path: Path, texts: list[str], language: str, faults: int) -> None:
    found = check_release(made(tmp_path, texts, language=language))
    assert [one.field for one in found] == ["language"] * faults


PHONE = "문의는 010-1234-5678로 하십시오."


@pytest.mark.parametrize(
    ("steps", "description", "faults"),
    [
        ([], "", 1),
        ([{"step": "personal_data", "params": {"kinds": ["phone_number"]}}], "", 0),
        ([], "Texts hold phone_number data of companies.", 0),
    ],
)
def test_personal_data_that_the_card_does_not_name(
    tmp_path: Path, steps: list[dict[str, Any]], description: str, faults: int
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.jsonl").write_bytes(orjson.dumps({"text": PHONE}))
    source = {"name": "a", "reader": "jsonl", "path": "a.jsonl", "licence": "CC0-1.0", "config": "a"}
    recipe = {"name": "small", "description": description, "sources": [source], "steps": steps}
    found = check_release(of_recipe(tmp_path, recipe))
    assert [one.field for one in found] == ["personal data"] * faults
    for one in found:
        assert "1 of kind phone_number are in the texts, the first in data/a/train" in one.fault
        assert "1234" not in one.fault


def test_licences_that_do_not_go_together_and_splits_that_share_texts(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in "ab":
        (tmp_path / f"data/{name}.jsonl").write_bytes(orjson.dumps({"text": TEXTS[0]}))
    sources = [
        {
            "name": name,
            "reader": "jsonl",
            "path": f"{name}.jsonl",
            "licence": licence,
            "config": "c",
            "split": split,
        }
        for name, licence, split in (("a", "CC-BY-SA-4.0", "train"), ("b", "ODbL-1.0", "test"))
    ]
    found = check_release(of_recipe(tmp_path, {"name": "small", "sources": sources}))
    assert {(one.field, one.fault) for one in found} == {
        ("configs.c", "1 texts stand in more than one split of c"),
        (
            "license",
            "a work made from all of them cannot carry CC-BY-SA-4.0 and ODbL-1.0 at once: "
            "a (CC-BY-SA-4.0), b (ODbL-1.0)",
        ),
    }


def test_what_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="not a release"):
        check_release(tmp_path)
