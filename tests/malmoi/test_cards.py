"""`malmoi cards`, run as a person and as a program runs it."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from datacards.catalogue import load
from datacards.datasheet import NOT_ANSWERED, QUESTIONS
from tests.malmoi.command import malmoi_here as malmoi
from tests.malmoi.terminal import at_prompts


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one release that no test changes but for its datasheet."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "data").mkdir()
    (folder / "data/a.jsonl").write_text('{"text": "회의실은 하루 전에 예약합니다."}\n', encoding="utf-8")
    source = {
        "name": "a",
        "reader": "jsonl",
        "path": "a.jsonl",
        "licence": "NIKL terms of use: no redistribution",
    }
    recipe = {
        "name": "small",
        "title": "작은 자료",
        "sources": [source],
        "steps": [{"step": "length", "min": 2}],
    }
    (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe, allow_unicode=True), encoding="utf-8")
    done = malmoi("curate", "recipe.yaml", "--data", "data", home=folder)
    assert done.code == 0, done.err
    return folder


def test_list_and_filters(home: Path) -> None:
    every = malmoi("cards", "list", "--json", home=home).json["cards"]
    assert len(every) == len(load()) >= 149
    chosen = malmoi(
        "cards",
        "list",
        "--task",
        "hate speech",
        "--licence",
        "commercial",
        "--year",
        "2022-",
        "--json",
        home=home,
    )
    assert [card["id"] for card in chosen.json["cards"]] == ["apeach", "hatescore", "k-mhas"]
    shown = malmoi("cards", "list", "--access", "application", "--task", "speech", home=home)
    assert [line.split()[0] for line in shown.out.splitlines()[1:-1]] == [
        "clovacall",
        "ksponspeech",
        "olkavs",
    ]


def test_show(home: Path) -> None:
    shown = malmoi("cards", "show", "nikl-messenger", home=home)
    assert shown.code == 0
    assert "paper form" in shown.out
    assert "pricipal_residence" in shown.out
    assert malmoi("cards", "show", "KorQuAD 1.0, 2.0", "--json", home=home).json["id"] == "korquad"


def test_a_card_that_is_not_there(home: Path) -> None:
    done = malmoi("cards", "show", "kleu", home=home)
    assert done.code == 2
    assert "did you mean klue" in done.err
    assert malmoi("cards", "show", "unknown", home=home).code == 2, "that is no card's name"
    assert malmoi("cards", "show", "질문쌍", "--json", home=home).json["id"] == "question-pair"


def test_check_all(home: Path) -> None:
    done = malmoi("cards", "check", "--all", "--json", home=home)
    assert (done.code, done.json) == (0, {"cards": len(load()), "faults": []})


def test_check_names_file_field_and_fix_and_exits_with_1(home: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("---\nname: Mine\nlicence: TODO\n---\n\nA corpus.\n", encoding="utf-8")
    done = malmoi("cards", "check", tmp_path / "mine.md", "--json", home=home)
    assert done.code == 1
    faults = {fault["field"]: fault for fault in done.json["faults"]}
    assert faults["licence"]["fault"] == "placeholder: 'TODO'"
    assert faults["access"]["fault"] == "missing"
    assert all(fault["card"].endswith("mine.md") and fault["fix"] for fault in faults.values())


def test_check_a_release(home: Path) -> None:
    done = malmoi("cards", "check", "releases/small", home=home)
    assert (done.code, done.out) == (0, "1 card checked, no fault\n")


@pytest.mark.parametrize("arguments", [[], ["klue", "--all"], ["no-such-card"]])
def test_check_what(home: Path, arguments: list[str]) -> None:
    assert malmoi("cards", "check", *arguments, home=home).code == 2


def test_stats_and_map(home: Path) -> None:
    done = malmoi("cards", "stats", "--html", "cards.html", "--json", home=home)
    assert sum(sum(row.values()) for row in done.json["types"].values()) == 96
    assert done.json["groups"]["2022"]["Hate speech and other topics"] == 9
    assert "<!doctype html>" in (home / "cards.html").read_text(encoding="utf-8")
    shown = malmoi("cards", "map", home=home).out.splitlines()
    assert shown[0].split() == ["type", "open", "sign-in", "application", "unknown", "all"]
    assert int(shown[-1].split()[-1]) == len(load())
    by_use = malmoi("cards", "map", "--by", "use", "--task", "hate speech", "--json", home=home).json["map"]
    assert by_use == {"Hate speech detection": {"open": 5}}


def test_a_year_that_is_none(home: Path) -> None:
    done = malmoi("cards", "list", "--year", "new", "--json", home=home)
    assert done.code == 2
    assert done.json["error"]["where"] == "--year"


def test_an_interview_of_a_program(home: Path, tmp_path: Path) -> None:
    given = {"motivation.purpose": "검색을 시험합니다.", "uses.unfit": "사람을 가려내는 데 쓰지 않습니다."}
    (tmp_path / "answers.yaml").write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    done = malmoi(
        "cards", "interview", "releases/small", "--answers", tmp_path / "answers.yaml", "--json", home=home
    )
    assert done.code == 0, done.err
    sheet = Path(done.json["datasheet"]).read_text(encoding="utf-8")
    assert "검색을 시험합니다." in sheet
    assert "1 rows: a/train 1." in sheet
    assert "- redistribution forbidden: a (NIKL terms of use: no redistribution)" in sheet
    assert sheet.count(NOT_ANSWERED) == len(done.json["not_answered"])
    assert len(done.json["known"]) + 2 + len(done.json["not_answered"]) == len(QUESTIONS)
    assert yaml.safe_load((home / "releases/small.datasheet.yaml").read_text(encoding="utf-8")) == given
    assert malmoi("cards", "check", "releases/small", home=home).code == 0, "a datasheet is no foreign file"


def test_a_blank_answer_is_none(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home / "releases/small", tmp_path / "small")  # nothing was answered there yet
    (tmp_path / "answers.yaml").write_text("motivation.purpose: '  '\n", encoding="utf-8")
    done = malmoi(
        "cards", "interview", tmp_path / "small", "--answers", tmp_path / "answers.yaml", "--json", home=home
    )
    assert done.code == 0, done.err
    assert done.json["answered"] == []
    assert "motivation.purpose" in done.json["not_answered"]
    sheet = Path(done.json["datasheet"]).read_text(encoding="utf-8")
    assert sheet.count(NOT_ANSWERED) == len(done.json["not_answered"])


@pytest.mark.parametrize(
    ("answers", "said"),
    [({"motivation.reason": "x"}, "no question"), ({"uses.done": 3}, "must be text"), (["x"], "mapping")],
)
def test_answers_that_are_none(home: Path, tmp_path: Path, answers: object, said: str) -> None:
    (tmp_path / "answers.yaml").write_text(yaml.safe_dump(answers), encoding="utf-8")
    done = malmoi("cards", "interview", "releases/small", "--answers", tmp_path / "answers.yaml", home=home)
    assert done.code == 2
    assert said in done.err


def test_an_interview_at_a_terminal_is_stopped_and_gone_on_with(home: Path, tmp_path: Path) -> None:
    release = tmp_path / "release"
    assert malmoi("curate", "recipe.yaml", "--data", "data", "--out", release, home=home).code == 0
    kept = tmp_path / "release.datasheet.yaml"
    first = at_prompts(["cards", "interview", str(release)], home, ["검색을 시험합니다.", "", "\x04"])
    assert "무엇을 하려고 만들었습니까?" in first
    assert yaml.safe_load(kept.read_text(encoding="utf-8")) == {"motivation.purpose": "검색을 시험합니다."}
    second = at_prompts(["cards", "interview", str(release)], home, ["우리 연구실", "\x04"])
    assert "무엇을 하려고 만들었습니까?" not in second, "what was answered is not asked again"
    answers = yaml.safe_load(kept.read_text(encoding="utf-8"))
    assert answers == {"motivation.purpose": "검색을 시험합니다.", "motivation.funding": "우리 연구실"}
    assert "우리 연구실" in (release / "DATASHEET.md").read_text(encoding="utf-8")


def test_without_a_terminal_and_answers_it_asks_nobody(home: Path, tmp_path: Path) -> None:
    release = tmp_path / "release"
    assert malmoi("curate", "recipe.yaml", "--data", "data", "--out", release, home=home).code == 0
    done = malmoi("cards", "interview", release, "--json", home=home)
    assert done.code == 2
    assert json.loads(done.out)["error"]["fix"] == "give the answers: --answers FILE"


def test_a_release_of_closed_sources_is_put_nowhere_without_a_permission(home: Path, tmp_path: Path) -> None:
    address = f"file://{tmp_path}/there"
    run = ("curate", "recipe.yaml", "--data", "data", "--out", address)
    refused = malmoi(*run, home=home)
    assert refused.code == 2
    assert "may not be put where others can have it" in refused.err
    assert "a (NIKL terms of use: no redistribution)" in refused.err
    assert not (home / "releases/there").exists(), "it is said before the work, not after it"
    assert not (tmp_path / "there").exists()
    done = malmoi(*run, "--i-have-permission", "The institute, by letter.", home=home)
    assert done.code == 0, done.err
    manifest = json.loads((tmp_path / "there/manifest.json").read_bytes())
    assert manifest["permission"] == "The institute, by letter."
    assert "## Permission\n\nThe institute, by letter." in (tmp_path / "there/README.md").read_text(
        encoding="utf-8"
    )
    again = malmoi("curate", "resume", address, home=home)
    assert again.code == 0, "a permission that the release states holds on"
