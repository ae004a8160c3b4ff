"""What a person gets wrong: one clear message, the right exit code, and nothing that was there is harmed."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from slackbot.emulator.process import RunningEmulator, running
from tests.malmoi.command import Result
from tests.malmoi.command import malmoi as malmoi_alone
from tests.malmoi.command import malmoi_here as malmoi
from tests.malmoi.small import notes, write_recipe

RECIPE = {
    "name": "small",
    "sources": [{"name": "notes", "reader": "jsonl", "path": "notes.jsonl", "licence": "CC0-1.0"}],
    "steps": [{"step": "normalise"}, {"step": "length", "min": 2}],
}


def fingerprint(folder: Path) -> dict[str, str]:
    """Every file below a folder with its hash."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a release and an index that mistakes must not touch."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "data").mkdir()
    (folder / "data/notes.jsonl").write_text(
        notes("회의실은 열나흘 전부터 예약합니다.", "주차장은 지하 2층에 있습니다."), encoding="utf-8"
    )
    write_recipe(folder, RECIPE)
    assert curate(folder).code == 0
    indexed = malmoi("rag", "index", "releases/small", "--json", home=folder)
    assert indexed.code == 0, indexed.err
    assert indexed.json["added"] == 2
    return folder


def curate(folder: Path, name: str = "recipe.yaml") -> Result:
    return malmoi("curate", name, "--data", "data", "--out", "releases/small", "--json", home=folder)


@pytest.fixture
def untouched(home: Path) -> Iterator[Path]:
    """The workspace, held to be byte for byte the same afterwards in releases and indexes."""
    # What an interrupted run left for its successor (`.small.work`) is no part of the release.
    kept = [home / "releases/small", home / "indexes/small"]
    before = [fingerprint(folder) for folder in kept]
    yield home
    assert [fingerprint(folder) for folder in kept] == before
    assert all(before)


def source(**changes: object) -> dict[str, object]:
    return {**RECIPE, "sources": [{**RECIPE["sources"][0], **changes}]}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("recipe", "code", "what", "fix"),
    [
        ({**RECIPE, "stpes": []}, 2, "stpes", "steps"),
        (source(licnece="MIT"), 2, "licnece", "licence"),
        (source(reader="jsnol"), 2, "jsnol", "jsonl"),
        (source(path="absent.jsonl"), 2, "absent.jsonl", "--data"),
        (source(path="../outside.jsonl"), 2, "outside", ""),
        (source(reader="csv", path="undecidable.csv", options={"text": "a"}), 1, "encoding", "options"),
        (source(path="empty.jsonl"), 1, "empty", ""),
        ({**RECIPE, "steps": [{"step": "length", "min": 5000}]}, 1, "empty", ""),
    ],
    ids=[
        "unknown key",
        "unknown key of a source",
        "unknown reader",
        "missing file",
        "path out of the data folder",
        "encoding that cannot be told",
        "empty corpus",
        "nothing left",
    ],
)
def test_a_recipe_that_cannot_work(untouched: Path, recipe: object, code: int, what: str, fix: str) -> None:
    (untouched / "data/undecidable.csv").write_bytes(b"a\n" + bytes(range(128, 256)) * 40 + b"\n")
    (untouched / "data/empty.jsonl").write_bytes(b"")
    write_recipe(untouched, recipe, "wrong.yaml")
    result = curate(untouched, "wrong.yaml")
    assert result.code == code, result.err
    assert what in result.err
    assert fix in result.err
    assert "Traceback" not in result.err
    assert what in json.dumps(result.json["error"], ensure_ascii=False)


def test_a_row_with_too_few_columns_is_quarantined_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/table.csv").write_text("a,b\n첫째 글,1\n둘째 글\n셋째 글,3\n", encoding="utf-8")
    write_recipe(tmp_path, source(reader="csv", path="table.csv", options={"text": "a"}))
    result = curate(tmp_path)
    assert result.code == 0, result.err
    assert result.json["sources"]["notes"]["quarantined"] == 1
    kept = [
        json.loads(line)
        for path in (tmp_path / "releases/small/quarantine").glob("*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert [(row["file"], row["line"], row["text"].strip()) for row in kept] == [("table.csv", 3, "둘째 글")]
    assert kept[0]["error"]


@pytest.mark.parametrize(
    ("question", "what"),
    [("", "empty"), ("   ", "empty"), ("가" * 20_000, "20,000 characters")],
    ids=["none", "blank", "20,000 characters"],
)
@pytest.mark.parametrize("command", [["ask"], ["rag", "search"]], ids=" ".join)
def test_a_question_of_the_wrong_length(
    untouched: Path, command: list[str], question: str, what: str
) -> None:
    result = malmoi(*command, question, home=untouched)
    assert result.code == 2
    assert result.out == ""
    assert len(result.err) < 1000  # the question is not thrown back at the person
    assert what in result.err


def test_an_unknown_model(untouched: Path) -> None:
    result = malmoi("ask", "주차장은 어디에 있나요?", "--model", "oracle:1", home=untouched)
    assert result.code == 2
    assert "extractive" in result.err


def test_a_file_that_is_no_release_stays_as_it_is(untouched: Path) -> None:
    mine = untouched / "mine"
    mine.mkdir(exist_ok=True)
    (mine / "diary.txt").write_text("비밀", encoding="utf-8")
    result = malmoi("curate", "recipe.yaml", "--data", "data", "--out", "mine", home=untouched)
    assert result.code == 2
    assert fingerprint(mine) == {"diary.txt": hashlib.sha256("비밀".encode()).hexdigest()}


@pytest.fixture(scope="module")
def slack() -> Iterator[RunningEmulator]:
    with running() as emulator:
        yield emulator


@pytest.mark.parametrize(
    ("bot", "app", "variable", "fix"),
    [
        ("", "xapp-1", "SLACK_BOT_TOKEN", "xoxb-"),
        ("xoxp-mine", "xapp-1", "SLACK_BOT_TOKEN", "xoxb-"),
        ("xoxb-1", "xoxb-1", "SLACK_APP_TOKEN", "xapp-"),
        ("xoxb-unknown", None, "SLACK_BOT_TOKEN", "again"),
        (None, "xapp-unknown", "SLACK_APP_TOKEN", "again"),
    ],
    ids=["unset", "of a person", "swapped", "refused bot token", "refused app token"],
)
def test_a_wrong_slack_token(
    untouched: Path, slack: RunningEmulator, bot: str | None, app: str | None, variable: str, fix: str
) -> None:
    tokens = {
        "SLACK_BOT_TOKEN": slack.bot_token if bot is None else bot,
        "SLACK_APP_TOKEN": slack.app_token if app is None else app,
    }
    result = malmoi_alone("slack", "run", home=untouched, SLACK_API_URL=slack.api_url, **tokens)
    assert result.code == 2, result.err
    assert variable in result.err
    assert fix in result.err
    for token in (bot, app):
        assert not token or len(token) < 7 or token not in result.err  # a secret is never shown
