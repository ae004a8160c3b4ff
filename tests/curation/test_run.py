"""A run as a whole: where rows go, what is published, what bad input does."""

import contextlib
import hashlib
import random
from collections.abc import Callable
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest

from curation.errors import ConfigurationError, UserError
from curation.manifest import OF_THE_DAY
from curation.pipeline import Sizes
from curation.recipe import Recipe
from curation.run import run_recipe
from curation.workfolder import work_folder

SMALL = Sizes(batch_rows=7, group_bytes=200)
STEPS = [
    {"step": "normalise"},
    {"step": "length", "min": 2},
    {"step": "hangul_ratio"},
    {"step": "exact_dedup"},
]


def files_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def texts(release: Path, config: str) -> list[str]:
    tables = [pq.read_table(path) for path in sorted((release / "data" / config).glob("*.parquet"))]
    return [text for table in tables for text in table["text"].to_pylist()]


def rejects(release: Path, source: str) -> list[dict]:
    return [
        row
        for path in sorted((release / "rejects").glob(f"{source}-*.parquet"))
        for row in pq.read_table(path).to_pylist()
    ]


def test_every_row_ends_somewhere_with_its_reason(tmp_path, data, write_jsonl, recipe_of) -> None:
    write_jsonl(
        "a.jsonl",
        [
            "좋은\u200b  영화",
            "x",
            "plain English text",
            b"{broken",
            "좋은 영화",
            "123",
            {"text": "긴 글", "n": 1},
        ],
    )
    write_jsonl("b.jsonl", ["다른 글", "좋은 영화"])
    recipe = recipe_of({"a": "a.jsonl", "b": "b.jsonl"}, STEPS)
    report = run_recipe(recipe, data, tmp_path / "out")

    assert report.as_json()["sources"]["a"] == {
        "read": 7,
        "kept": 2,
        "dropped": {
            "exact_dedup/duplicate": 1,
            "hangul_ratio/little_hangul": 1,
            "hangul_ratio/no_letters": 1,
            "length/too_short": 1,
        },
        "quarantined": 1,
        "recovered": {},
    }
    assert texts(tmp_path / "out", "a") == ["좋은 영화", "긴 글"]
    assert texts(tmp_path / "out", "b") == ["다른 글"]
    kept = pq.read_table(tmp_path / "out/data/a/train-00000-of-00001.parquet").to_pylist()[0]
    (copy,) = [row for row in rejects(tmp_path / "out", "b") if row["step"] == "exact_dedup"]
    assert copy["duplicate_of"] == kept["id"]
    assert (copy["file"], copy["line"], copy["text"]) == ("b.jsonl", 2, "좋은 영화")
    (short,) = [row for row in rejects(tmp_path / "out", "a") if row["reason"] == "too_short"]
    assert (short["score"], short["text"], short["line"], short["duplicate_of"]) == (1.0, "x", 2, None)
    (bad,) = [orjson.loads(line) for line in (tmp_path / "out/quarantine/a.jsonl").open("rb")]
    assert (bad["file"], bad["line"], bad["text"], bad["source"]) == ("a.jsonl", 4, "{broken", "a")
    assert bad["raw"] == "e2Jyb2tlbg=="
    assert bad["error"]


def test_nothing_is_left_beside_the_release(tmp_path, data, write_jsonl, recipe_of) -> None:
    write_jsonl("a.jsonl", ["하나", "둘둘"])
    run_recipe(recipe_of({"a": "a.jsonl"}, STEPS), data, tmp_path / "rel" / "out")
    assert [path.name for path in (tmp_path / "rel").iterdir()] == ["out"]
    assert sorted(files_of(tmp_path / "rel" / "out")) == [
        "README.md",
        "croissant.json",
        "data/a/train-00000-of-00001.parquet",
        "manifest.json",
        "report.html",
        "timings.json",
    ]


def test_sizes_of_the_pieces_change_no_byte(tmp_path, data, write_jsonl, recipe_of) -> None:
    choose = random.Random(5)
    for name in ("a/1.jsonl", "a/2.jsonl", "a/3.jsonl", "b.jsonl"):
        write_jsonl(name, [f"글 {choose.randrange(60)}" for _ in range(50)] + [b"{"])
    recipe = recipe_of({"a": "a", "b": {"path": "b.jsonl", "config": "a"}}, STEPS)
    run_recipe(recipe, data, tmp_path / "one")
    run_recipe(recipe, data, tmp_path / "many", sizes=SMALL)
    one, many = files_of(tmp_path / "one"), files_of(tmp_path / "many")
    for name in OF_THE_DAY:
        del one[name], many[name]
    assert one == many
    manifest = (tmp_path / "one" / "manifest.json").read_text()
    assert str(tmp_path) not in manifest
    listed = {file["path"]: file["sha256"] for file in orjson.loads(manifest)["files"]}
    del one["manifest.json"]
    assert listed == one


def test_rows_stand_in_the_order_of_recipe_file_and_line(tmp_path, data, write_jsonl, recipe_of) -> None:
    write_jsonl("b.jsonl", [f"나 {n}" for n in range(20)])
    write_jsonl("a/2.jsonl", [f"가 2 {n}" for n in range(20)])
    write_jsonl("a/10.jsonl", [f"가 10 {n}" for n in range(20)])
    recipe = recipe_of(
        {"b": {"path": "b.jsonl", "config": "all"}, "a": {"path": "a", "config": "all"}}, STEPS
    )
    run_recipe(recipe, data, tmp_path / "out", sizes=SMALL)
    expected = [f"나 {n}" for n in range(20)] + [f"가 {f} {n}" for f in ("10", "2") for n in range(20)]
    assert texts(tmp_path / "out", "all") == expected


def first_copies(rows: list[tuple[str, str, str]], scope: str) -> list[tuple[str, str, str]]:
    """The plain model: ``rows`` are source, configuration and text, in order."""
    seen, kept = set(), []
    for source, config, text in rows:
        key = {"release": text, "config": (config, text), "source": (source, text)}[scope]
        if key not in seen:
            seen.add(key)
            kept.append((source, config, text))
    return kept


@pytest.mark.parametrize("scope", ["release", "config", "source"])
@pytest.mark.parametrize("more_steps_follow", [False, True])
def test_dedup_keeps_exactly_the_first_copy(
    tmp_path, data, write_jsonl, recipe_of, scope: str, more_steps_follow: bool
) -> None:
    choose = random.Random(scope)
    config_of = {"a": "one", "b": "one", "c": "two"}
    rows = [
        (source, config_of[source], f"글 {choose.randrange(150)}") for source in "abc" for _ in range(200)
    ]
    for source in "abc":
        write_jsonl(f"{source}.jsonl", [text for name, _, text in rows if name == source])
    sources = {name: {"path": f"{name}.jsonl", "config": config_of[name]} for name in "abc"}
    steps = [{"step": "exact_dedup", "scope": scope}]
    if more_steps_follow:
        steps.append({"step": "length", "min": 4})  # drops "글 0" to "글 9"
    run_recipe(recipe_of(sources, steps), data, tmp_path / "out", sizes=Sizes(batch_rows=23, group_bytes=999))

    model = first_copies(rows, scope)
    if more_steps_follow:
        model = [row for row in model if len(row[2]) >= 4]
    for config in ("one", "two"):
        assert texts(tmp_path / "out", config) == [text for _, of, text in model if of == config]
    copies = [
        row for name in "abc" for row in rejects(tmp_path / "out", name) if row["step"] == "exact_dedup"
    ]
    assert len(copies) == len(rows) - len(first_copies(rows, scope))
    ids = {row["id"] for name in "abc" for row in rejects(tmp_path / "out", name) if row["step"] == "length"}
    for path in (tmp_path / "out" / "data").rglob("*.parquet"):
        ids.update(pq.read_table(path)["id"].to_pylist())
    assert {row["duplicate_of"] for row in copies} <= ids


def test_a_release_of_the_same_plan_is_given_back(tmp_path, data, write_jsonl, recipe_of) -> None:
    write_jsonl("a.jsonl", ["하나", "둘둘"])
    recipe, out = recipe_of({"a": "a.jsonl"}, STEPS), tmp_path / "out"
    first = run_recipe(recipe, data, out)
    born = (out / "timings.json").stat().st_ino
    again = run_recipe(recipe, data, out)
    assert (first.reused, again.reused) == (False, True)
    assert (first.sources, first.manifest_sha256) == (again.sources, again.manifest_sha256)
    assert (out / "timings.json").stat().st_ino == born
    forced = run_recipe(recipe, data, out, force=True)
    assert (forced.reused, forced.manifest_sha256) == (False, first.manifest_sha256)
    assert (out / "timings.json").stat().st_ino != born


@pytest.mark.parametrize("change", ["a source", "the recipe", "a released file", "a file lost"])
def test_a_release_that_is_out_of_date_is_built_anew(
    tmp_path, data, write_jsonl, recipe_of, change: str
) -> None:
    write_jsonl("a.jsonl", ["하나", "둘둘"])
    recipe, out = recipe_of({"a": "a.jsonl"}, STEPS), tmp_path / "out"
    run_recipe(recipe, data, out)
    if change == "a source":
        write_jsonl("a.jsonl", ["하나", "셋셋"])
    elif change == "the recipe":
        recipe = recipe_of({"a": "a.jsonl"}, STEPS, version=2)
    elif change == "a file lost":
        (out / "croissant.json").unlink()
    else:
        with (out / "README.md").open("a") as stream:
            stream.write("tampered")
    assert not run_recipe(recipe, data, out).reused
    assert "tampered" not in (out / "README.md").read_text()
    assert run_recipe(recipe, data, out).reused


BAD_INPUT: dict[str, tuple[dict, type[Exception], str]] = {
    "missing file": ({"path": "absent.jsonl"}, ConfigurationError, "source 'a': the path does not exist"),
    "glob without a match": (
        {"path": "*.absent"},
        ConfigurationError,
        "source 'a': the path matches nothing",
    ),
    "folder without such files": ({"path": "empty"}, ConfigurationError, "no file with .jsonl"),
    "link out of the data folder": ({"path": "link.jsonl"}, ConfigurationError, "out of the data folder"),
    "empty file": ({"path": "nothing.jsonl"}, UserError, "empty corpus: source 'a' has no rows"),
    "only broken rows": ({"path": "broken.jsonl"}, UserError, "none of the 2 rows of source 'a'"),
    "everything dropped": ({"path": "english.jsonl"}, UserError, "the steps dropped every row"),
    "unknown reader": ({"path": "good.jsonl", "reader": "nosuch"}, ConfigurationError, "unknown reader"),
}


@pytest.mark.parametrize("case", BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_says_so_and_touches_nothing(
    tmp_path, data, write_jsonl, recipe_of, case: tuple[dict, type[UserError], str]
) -> None:
    source, error, words = case
    (data / "empty").mkdir()
    write_jsonl("nothing.jsonl", [])
    write_jsonl("broken.jsonl", [b"{", b"["])
    write_jsonl("english.jsonl", ["only English here"])
    outside = tmp_path / "outside.jsonl"
    outside.write_bytes(b'{"text": "\xea\xb8\x80\xea\xb8\x80"}\n')
    (data / "link.jsonl").symlink_to(outside)
    write_jsonl("good.jsonl", ["좋은 글"])
    out = tmp_path / "out"
    run_recipe(recipe_of({"good": "good.jsonl"}, STEPS), data, out)
    before = files_of(out)
    with pytest.raises(error, match=words) as caught:
        run_recipe(recipe_of({"a": source}, STEPS), data, out)
    assert type(caught.value) is error
    assert files_of(out) == before
    assert {path.name for path in tmp_path.iterdir()} <= {"data", "outside.jsonl", "out", ".out.work"}


def test_configurations_do_not_mix_kinds(tmp_path, data, write_jsonl, recipe_of) -> None:
    write_jsonl("a.jsonl", [{"text": "글", "q": "물음", "a": "답"}])
    recipe = recipe_of(
        {
            "a": {"path": "a.jsonl", "config": "one"},
            "b": {"path": "a.jsonl", "config": "one", "options": {"prompt": "q", "response": "a"}},
        }
    )
    with pytest.raises(ConfigurationError, match="'one' would hold text records and, from source 'b'"):
        run_recipe(recipe, data, tmp_path / "out")


@pytest.mark.parametrize("content", [None, b"{}", b"not json"])
def test_an_output_that_is_no_release_stays(tmp_path, data, write_jsonl, recipe_of, content) -> None:
    write_jsonl("a.jsonl", ["하나"])
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("years of work")
    if content is not None:
        (out / "manifest.json").write_bytes(content)
    before = files_of(out)
    with pytest.raises(ConfigurationError, match="is not a release"):
        run_recipe(recipe_of({"a": "a.jsonl"}), data, out)
    assert files_of(out) == before


def test_an_empty_folder_may_be_the_output(tmp_path, data, write_jsonl, recipe_of) -> None:
    write_jsonl("a.jsonl", ["하나"])
    (tmp_path / "out").mkdir()
    report = run_recipe(recipe_of({"a": "a.jsonl"}, STEPS), data, tmp_path / "out")
    assert report.as_json()["sources"]["a"]["kept"] == 1


def test_two_runs_do_not_share_an_output(tmp_path, data, write_jsonl, recipe_of) -> None:
    write_jsonl("a.jsonl", ["하나"])
    recipe, out = recipe_of({"a": "a.jsonl"}), tmp_path / "out"
    with work_folder(out), pytest.raises(UserError, match="another run"):
        run_recipe(recipe, data, out)
    assert not out.exists()
    run_recipe(recipe, data, out)


def test_instruction_records_are_edited_judged_and_compared_as_conversations(
    tmp_path, data, write_jsonl, recipe_of
) -> None:
    rows = [
        ("안녕\u200b  하세요?", "네,  반갑습니다."),
        ("안녕 하세요?", "네, 반갑습니다."),
        ("안녕 하세요?", "아니요."),
        ("hi", "hello"),
    ]
    write_jsonl("a.jsonl", [{"q": question, "a": answer} for question, answer in rows])
    recipe = recipe_of({"a": {"path": "a.jsonl", "options": {"prompt": "q", "response": "a"}}}, STEPS)
    report = run_recipe(recipe, data, tmp_path / "out")
    assert report.sources["a"].dropped == {"exact_dedup/duplicate": 1, "hangul_ratio/little_hangul": 1}
    kept = pq.read_table(tmp_path / "out/data/a/train-00000-of-00001.parquet").to_pylist()
    assert [[turn["content"] for turn in row["messages"]] for row in kept] == [
        ["안녕 하세요?", "네, 반갑습니다."],
        ["안녕 하세요?", "아니요."],
    ]
    assert all(row["references"] == [row["messages"][-1]["content"]] for row in kept)
    (english,) = [row for row in rejects(tmp_path / "out", "a") if row["step"] == "hangul_ratio"]
    assert english["text"] == "hi\nhello"


def test_steps_concern_the_sources_they_name(tmp_path, data, write_jsonl, recipe_of) -> None:
    write_jsonl("a.jsonl", ["English one", "한글"])
    write_jsonl("b.jsonl", ["English two", "한글"])
    recipe = recipe_of(
        {"a": "a.jsonl", "b": "b.jsonl"},
        [{"step": "hangul_ratio", "except_sources": ["b"]}, {"step": "exact_dedup", "sources": ["a"]}],
    )
    run_recipe(recipe, data, tmp_path / "out")
    assert texts(tmp_path / "out", "a") == ["한글"]
    assert texts(tmp_path / "out", "b") == ["English two", "한글"]


def test_a_release_without_steps_holds_the_rows_as_read(
    tmp_path, data, write_jsonl, recipe_of: Callable[..., Recipe]
) -> None:
    write_jsonl("a.jsonl", ["  두  칸 ", "  두  칸 "])
    run_recipe(recipe_of({"a": "a.jsonl"}), data, tmp_path / "out")
    assert texts(tmp_path / "out", "a") == ["  두  칸 ", "  두  칸 "]


class Recorder:
    """Progress that adds up what each task was told."""

    def __init__(self) -> None:
        self.totals: dict[str, int | None] = {}
        self.done: dict[str, int] = {}

    @contextlib.contextmanager
    def task(self, name: str, total: int | None, unit: str):
        self.totals[name], self.done[name] = total, 0

        def advance(amount: int) -> None:
            assert amount >= 0
            self.done[name] += amount

        yield advance


def test_every_task_comes_to_its_end(tmp_path, data, write_jsonl, recipe_of) -> None:
    write_jsonl("a/1.jsonl", ["하나", "둘둘", "x"])
    write_jsonl("a/2.jsonl", ["하나", b"{"])
    write_jsonl("b.jsonl", ["English"])
    sources = {"a": "a", "b": {"path": "b.jsonl", "split": "test"}}
    shown = Recorder()
    run_recipe(recipe_of(sources, STEPS), data, tmp_path / "out", progress=shown, sizes=SMALL)
    assert shown.done == shown.totals
    assert set(shown.done) == {"check the sources", "read", "compare", "write", "describe"}
    assert shown.totals["write"] == 5
