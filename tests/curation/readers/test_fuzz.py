"""Readers survive what happens to real files: each promise of a reader is held over damaged copies.

`survey` checks the promises. Copies are drawn from fixed seeds; a failure names the file, the
damage and the seed, and `mutations` makes the same copy again.
"""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.readers import READERS
from tests.curation.readers.containers import damaged_export, damaged_member, write_table
from tests.curation.readers.mutations import ANY_FILE, TEXT_FILE
from tests.curation.readers.real_files import SAMPLES, RealFile, corpus_files, format_files, sample_files
from tests.curation.readers.survey import survey

MOST_BYTES = 15_000
FILES = [*sample_files(), *format_files(), *corpus_files()]
PARQUET_OPTIONS = [{}, {"title": "title"}, {"attributes": ["tags", "nested", "day", "raw", "exact"]}]
# Options with which a reader takes a file that has nothing to do with it.
BARE_OPTIONS = {"jsonl": {}, "csv": {"header": False, "text": 1}}
quick = settings(
    derandomize=True,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def test_every_reader_has_a_real_file() -> None:
    told = {file.reader for file in FILES} | {"slack_export", "parquet", "wikibio", "kbgen"}
    if not corpus_files():
        pytest.skip("the public corpora are not beside the clone (../shared/corpora)")
    assert told == set(READERS)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_an_undamaged_file_is_read(file: RealFile, tmp_path: Path) -> None:
    path = tmp_path / file.path.name
    path.write_bytes(file.content(3_000_000))
    found = survey(file.reader, path, **file.options)
    assert found.refused is None
    assert found.rows or found.bad  # one of the samples is an empty file


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_damaged_file(file: RealFile, tmp_path: Path) -> None:
    content = file.content(MOST_BYTES)
    damages = ANY_FILE if file.path.suffix == ".hwpx" else TEXT_FILE
    path = tmp_path / file.path.name
    for name, damage in damages.items():
        for seed in (1, 2):
            path.write_bytes(damage(content, random.Random(f"{file} {name} {seed}")))
            with naming(f"{name}, seed {seed}"):
                survey(file.reader, path, **file.options)


@pytest.mark.parametrize("file", [one for one in FILES if one.path.suffix != ".md"], ids=str)
def test_a_file_damaged_twice(file: RealFile, tmp_path: Path) -> None:
    content = file.content(MOST_BYTES)
    damages = ANY_FILE if file.path.suffix == ".hwpx" else TEXT_FILE
    path = tmp_path / file.path.name
    for seed in range(10):
        chance = random.Random(f"{file} {seed}")
        names = chance.sample(sorted(damages), 2)
        damaged = damages[names[1]](damages[names[0]](content, chance), chance)
        path.write_bytes(damaged)
        with naming(f"{names}, seed {seed}"):
            survey(file.reader, path, **file.options)


def test_a_damaged_hwpx_document(tmp_path: Path) -> None:
    (document,) = SAMPLES.rglob("*.hwpx")
    content = document.read_bytes()
    outcomes = set()
    for seed in range(150):
        path = tmp_path / "문서.hwpx"
        path.write_bytes(damaged_member(content, random.Random(seed)))
        with naming(f"seed {seed}"):
            found = survey("documents", path)
        outcomes.add((len(found.rows), len(found.bad)))
    assert outcomes == {(1, 0), (0, 1)}


def test_a_damaged_slack_export(tmp_path: Path) -> None:
    whole = survey("slack_export", SAMPLES / "slack_export")
    kept = set()
    for seed in range(40):
        copy = tmp_path / f"export-{seed}"
        damaged_export(SAMPLES / "slack_export", copy, random.Random(seed))
        with naming(f"seed {seed}"):
            kept.add(len(survey("slack_export", copy).rows))
    assert len(whole.rows) > max(kept - {len(whole.rows)}) > 0


def test_a_damaged_parquet_table(tmp_path: Path) -> None:
    outcomes = set()
    for seed in range(300):
        chance = random.Random(seed)
        path = tmp_path / "table.parquet"
        write_table(path, chance)
        name = chance.choice(sorted(ANY_FILE))
        path.write_bytes(ANY_FILE[name](path.read_bytes(), chance))
        with naming(f"{name}, seed {seed}"):
            found = survey("parquet", path, **chance.choice(PARQUET_OPTIONS))
        outcomes.add(found.refused is None)
    assert outcomes == {True, False}


@pytest.mark.parametrize("reader", sorted({file.reader for file in FILES}))
def test_a_file_of_another_reader(reader: str, tmp_path: Path) -> None:
    for file in FILES[:6] + FILES[-12:]:
        path = tmp_path / f"{file.reader}{file.path.suffix}"
        path.write_bytes(file.content(MOST_BYTES))
        with naming(str(file)):
            survey(reader, path, **BARE_OPTIONS.get(reader, {}))


@pytest.mark.parametrize("reader", sorted(set(READERS) - {"slack_export"}))
@quick
@given(content=st.binary(max_size=300))
def test_any_bytes(reader: str, tmp_path: Path, content: bytes) -> None:
    for suffix in READERS["documents"].suffixes if reader == "documents" else ("",):
        path = tmp_path / f"bytes{suffix}"
        path.write_bytes(content)
        survey(reader, path, **BARE_OPTIONS.get(reader, {}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    (
        *("text", "title", "content", "review", "rating", "id", "input", "output", "ts", "thread_ts", "user"),
        *("Definition", "Instances", "Categories", "subtype", "files", "attachments", "bot_id"),
        *("user_profile", "profile", "name", "real_name"),
    )
)


@quick
@given(
    values=st.lists(st.dictionaries(KEYS, JSON | st.just("3.4") | st.just(["가"]), max_size=6), max_size=5)
)
def test_json_of_any_types(write_json: Callable, values: list) -> None:
    """Valid JSON with the right keys and anything under them."""
    path = write_json("a.jsonl", *values)
    survey("jsonl", path)
    survey("jsonl", path, prompt="input", response="output", attributes=["files", "rating"])
    survey("petitions", path)
    survey("nsmc_raw", write_json("a.json", values))
    survey("superni", write_json("b.json", {"Definition": ["가"], "Instances": values}))
    for one in values:
        survey("superni", write_json("b.json", one))
    export = write_json("export/일반/2026-01-31.json", values).parents[1]
    write_json("export/users.json", values)
    write_json("export/channels.json", values)
    survey("slack_export", export)


@pytest.fixture
def write_json(tmp_path: Path) -> Callable[..., Path]:
    """Write values as JSON, one a line, NaN and half characters included."""
    import json

    def write(name: str, *values: object) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(value) + "\n" for value in values))
        return path

    return write


class naming:  # noqa: N801 - reads as the verb it is
    """Say which copy it was when the block fails."""

    def __init__(self, copy: str) -> None:
        self.copy = copy

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if error is not None:
            error.add_note(f"the copy: {self.copy}")
