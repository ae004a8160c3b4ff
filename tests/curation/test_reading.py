"""The reading stage: what a reader may do to it, and what it makes of that."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from curation.errors import ConfigurationError
from curation.inputs import find_inputs
from curation.intake import Intake
from curation.progress import Quiet
from curation.readers.base import Item, Options, Reader, SourceFile
from curation.records import BadRow, FileNote, Location, Row, TextRecord
from curation.run import run_recipe


def lines(file: SourceFile, options: Options) -> Iterator[Item]:
    """Each line is a text; some lines have a meaning of their own."""
    yield FileNote(file.name, "encoding", "utf-8")
    for number, raw in enumerate(file.path.read_bytes().splitlines(), 1):
        where = Location(file.name, number)
        if raw == b"half a pair":
            yield Row(TextRecord("앞 \ud83d 뒤"), where)
        elif raw == b"bytes":
            yield BadRow(b"\xff\xfe\x00", where, "no text: '\udcff'", lines=2)
        elif raw == b"two lines":
            yield Row(TextRecord("두 줄"), where, lines=2, recovery="line break")
        else:
            yield Row(TextRecord(raw.decode()), where)


def folder(file: SourceFile, options: Options) -> Iterator[Item]:
    for number, path in enumerate(sorted(file.path.rglob("*.txt")), 1):
        yield Row(TextRecord(path.read_text()), Location(f"{file.name}/{path.name}", number))


READERS = {
    "lines": Reader("lines", "a text a line", Options, lines, lambda _: "text", suffixes=(".txt",)),
    "folder": Reader("folder", "a text a file", Options, folder, lambda _: "text", unit="folder"),
    "liar": Reader("liar", "not what it says", Options, lines, lambda _: "instruction"),
}


def test_broken_unicode_goes_to_quarantine(tmp_path: Path, data: Path, recipe_of) -> None:
    (data / "a.txt").write_text("하나\nhalf a pair\nbytes\ntwo lines\n")
    recipe = recipe_of({"a": {"path": "a.txt", "reader": "lines"}})
    report = run_recipe(recipe, data, tmp_path / "out", readers=READERS)
    assert report.as_json()["sources"]["a"] == {
        "read": 4,
        "kept": 2,
        "dropped": {},
        "quarantined": 2,
        "recovered": {"line break": {"rows": 1, "lines": 2}},
    }
    pair, raw = [orjson.loads(line) for line in (tmp_path / "out/quarantine/a.jsonl").open("rb")]
    assert "not valid Unicode" in pair["error"]
    assert (pair["line"], pair["text"]) == (2, "앞 \ufffd\ufffd\ufffd 뒤")
    assert (raw["raw"], raw["lines"], raw["error"]) == ("//4A", 2, "no text: '?'")
    manifest = orjson.loads((tmp_path / "out/manifest.json").read_bytes())
    assert manifest["sources"][0]["files"][0]["notes"] == {"encoding": "utf-8"}
    assert "line break" in (tmp_path / "out/report.html").read_text()


def test_a_reader_that_gives_another_kind_is_our_bug(tmp_path: Path, data: Path, recipe_of) -> None:
    (data / "a.txt").write_text("하나\n")
    with pytest.raises(TypeError, match="gave a text record where instruction was promised") as caught:
        run_recipe(
            recipe_of({"a": {"path": "a.txt", "reader": "liar"}}), data, tmp_path / "out", readers=READERS
        )
    assert caught.value.__notes__ == ["while the reader 'liar' read a.txt"]


def test_a_run_says_nothing_by_itself(tmp_path: Path, data: Path, recipe_of, capfd) -> None:
    (data / "a.txt").write_text("하나\n둘\n하나\n")
    recipe = recipe_of({"a": {"path": "a.txt", "reader": "lines"}}, [{"step": "exact_dedup"}])
    run_recipe(recipe, data, tmp_path / "out", readers=READERS)
    assert capfd.readouterr() == ("", "")


def units(recipe, data: Path, group_bytes: int = 10) -> list[list[str]]:
    (given,) = find_inputs(recipe.sources, data, READERS, Quiet(), group_bytes=group_bytes)
    return [[target.name for target in unit.targets] for unit in given.units]


def test_small_files_are_packed_and_large_ones_stand_alone(data: Path, recipe_of) -> None:
    for name, size in (("1", 4), ("2", 4), ("3", 40), ("4", 4), (".hidden", 4)):
        (data / f"{name}.txt").write_text("x" * size)
    (data / "5.csv").write_text("x")
    (data / "deep").mkdir()
    (data / "deep" / "0.txt").write_text("x")
    recipe = recipe_of({"a": {"path": ".", "reader": "lines"}})
    assert units(recipe, data) == [["1.txt", "2.txt"], ["3.txt"], ["4.txt", "deep/0.txt"]]
    recipe = recipe_of({"a": {"path": ["*.txt", "1.txt"], "reader": "lines"}})
    assert units(recipe, data) == [["1.txt", "2.txt"], ["3.txt"], ["4.txt"]]


def test_a_folder_is_one_unit_and_all_its_files_count(tmp_path: Path, data: Path, recipe_of) -> None:
    for name in ("one/1.txt", "one/2.txt", "two/1.txt"):
        (data / name).parent.mkdir(exist_ok=True)
        (data / name).write_text(f"글 {name}")
    recipe = recipe_of({"a": {"path": ["one", "two"], "reader": "folder"}})
    assert units(recipe, data) == [["one"], ["two"]]
    first = run_recipe(recipe, data, tmp_path / "out", readers=READERS)
    assert first.sources["a"].kept == 3
    (data / "one" / "2.txt").write_text("다른 글")
    assert not run_recipe(recipe, data, tmp_path / "out", readers=READERS).reused


def test_a_folder_reader_wants_a_folder(data: Path, recipe_of) -> None:
    (data / "a.txt").write_text("x")
    with pytest.raises(ConfigurationError, match="takes a folder"):
        units(recipe_of({"a": {"path": "a.txt", "reader": "folder"}}), data)


def test_a_file_name_that_is_no_unicode_is_told(data: Path, recipe_of) -> None:
    (data / "\udcff.txt").write_text("x")
    with pytest.raises(ConfigurationError, match="file name is not UTF-8"):
        units(recipe_of({"a": {"path": ".", "reader": "lines"}}), data)


def test_batches_hold_rows_in_order_with_their_place(tmp_path: Path, data: Path, recipe_of) -> None:
    (data / "a.txt").write_text("".join(f"글 {n}\n" for n in range(25)))
    recipe = recipe_of({"a": {"path": "a.txt", "reader": "lines"}})
    (given,) = find_inputs(recipe.sources, data, READERS, Quiet())
    intake = Intake("a", "text", tmp_path, batch_rows=10, base=700)
    batches = [batch.content() for batch, _ in intake.batches(given, given.units[0])]
    assert [len(batch["id"]) for batch in batches] == [10, 10, 5]
    assert [line for batch in batches for line in batch["line"].to_pylist()] == list(range(1, 26))
    assert len({one for batch in batches for one in batch["id"].to_pylist()}) == 25
    assert intake.facts()["records"] == 25


def test_orders_go_on_from_the_base(tmp_path: Path, data: Path, recipe_of) -> None:
    (data / "a.txt").write_text("하나\n둘\n셋\n")
    recipe = recipe_of({"a": {"path": "a.txt", "reader": "lines"}})
    (given,) = find_inputs(recipe.sources, data, READERS, Quiet())
    intake = Intake("a", "text", tmp_path, batch_rows=2, base=700)
    orders = [batch.fixed["_order"].to_pylist() for batch, _ in intake.batches(given, given.units[0])]
    assert orders == [[700, 701], [702]]
