"""`malmoi init`: four questions at a terminal or options in a script; what it writes, malmoi reads."""

import shlex
import tomllib
from pathlib import Path

import pytest

from curation.errors import ConfigurationError
from malmoi.init_interview import Question, Wishes, interview, questions, with_answer
from malmoi.workspace import Settings, Workspace
from malmoi.workspaces.settings_file import language_of, settings_text
from tests.malmoi.command import malmoi_here
from tests.malmoi.terminal import at_prompts


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "규정").mkdir()
    (tmp_path / "규정/여비.md").write_text("# 여비\n여비는 이레 안에 정산합니다.\n", encoding="utf-8")
    return tmp_path


def test_the_questions_at_a_terminal(home: Path) -> None:
    """A path that is not there is asked for again; numbers, Korean words and an empty line are answers."""
    shown = at_prompts(["init"], home, ["없는곳", "규정", "1", "예", "1, 2"])
    assert shown.count("문서는 어디에 있습니까?") == 2
    assert "There is no such folder or file." in shown
    for wanted in ("무엇이 답합니까?", "Is Slack to be used?", "무엇을 조심해야 합니까?", "1 extractive"):
        assert wanted in shown
    settings = Workspace(home).settings()
    assert (settings.answer.index, settings.answer.model) == ("indexes/규정", "extractive")
    assert (settings.slack.mode, settings.slack.retention_days) == ("mention", 30)
    assert (home / "acl.yaml").is_file()
    assert "malmoi rag index 규정 --out indexes/규정 --acl acl.yaml" in _plain(shown)


def test_enter_takes_what_is_usual_and_ctrl_d_writes_nothing(home: Path) -> None:
    at_prompts(["init", "fresh"], home, ["", "", "", ""])
    assert Workspace(home / "fresh").settings() == Settings()
    left = at_prompts(["init", "other"], home, ["규정", "\x04"])
    assert "Nothing was written." in left
    assert not (home / "other").exists()


def test_settings_that_are_there_are_replaced_only_when_told(home: Path) -> None:
    own = '[answer]\nmodel = "extractive" # mine\n'
    (home / "malmoi.toml").write_text(own, encoding="utf-8")
    assert "Nothing was written." in at_prompts(["init"], home, ["아니오"])
    refused = malmoi_here("init", "--yes", "--documents", "규정", home=home)
    assert (refused.code, "--force" in refused.err) == (2, True)
    assert (home / "malmoi.toml").read_text(encoding="utf-8") == own
    at_prompts(["init"], home, ["예", "규정", "", "", ""])
    assert Workspace(home).settings().answer.index == "indexes/규정"
    assert malmoi_here("init", "--yes", "--force", home=home).code == 0
    assert Workspace(home).settings() == Settings()


def test_rules_that_are_there_stay(home: Path) -> None:
    (home / "acl.yaml").write_text('"*": [hr]\n', encoding="utf-8")
    done = malmoi_here("init", "--yes", "--careful", "groups", home=home)
    assert done.code == 0, done.err
    assert (home / "acl.yaml").read_text(encoding="utf-8") == '"*": [hr]\n'


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--documents", "없는곳"], "There is no such folder or file."),
        (["--model", "oracle"], "There is no chat model 'oracle'."),
        (["--slack", "loud"], "'loud' is none of these."),
        (["--careful", "groups,everything"], "'everything' is none of these."),
        (["--model", "openai:m@http://user:sk-0123456789@host/v1"], "looks like a key or token"),
    ],
)
def test_what_cannot_be_meant_is_exit_2_and_nothing_is_written(
    home: Path, arguments: list[str], what: str
) -> None:
    done = malmoi_here("init", "made", "--yes", *arguments, home=home)
    assert done.code == 2
    assert what in done.err
    assert not (home / "made").exists()


def test_a_token_is_never_written(home: Path) -> None:
    shown = at_prompts(["init"], home, ["", "xoxb-0123-secret", "", "", ""])
    assert "looks like a key or token" in shown
    assert "xoxb" not in (home / "malmoi.toml").read_text(encoding="utf-8")
    text = settings_text(Wishes(slack="mention"), language="ko", has_classifier=False)
    assert "SLACK_BOT_TOKEN" in text
    assert "SLACK_APP_TOKEN" in text


def test_without_a_terminal_it_asks_nobody(home: Path) -> None:
    done = malmoi_here("init", home=home)
    assert (done.code, "there is no terminal to ask at" in done.err) == (2, True)
    assert not (home / "malmoi.toml").exists()


def test_a_script_goes_on_with_the_commands_that_it_is_told(home: Path) -> None:
    """Each is run as it stands, from where the first leads to."""
    done = malmoi_here(
        "init", "work", "--yes", "--documents", "규정", "--careful", "groups", "--json", home=home
    )
    assert done.code == 0, done.err
    told = done.json
    assert told["settings"] == str(home / "work/malmoi.toml")
    assert told["written"]["answer"]["index"] == "indexes/규정"
    change, home_of, *commands = map(shlex.split, told["next"])
    assert change == ["cd", "work"]
    assert home_of == ["export", f"MALMOI_HOME={home / 'work'}"]
    for command in commands:
        assert command[0] == "malmoi"
        words = ["여비는 언제까지 정산합니까?" if word == "…" else word for word in command[1:]]
        result = malmoi_here(*words, home=home / "work")
        assert result.code == 0, (command, result.err)
    assert "이레 안에" in malmoi_here("ask", "여비는 언제까지 정산합니까?", home=home / "work").out
    assert (home / "work/indexes/규정/manifest.sqlite").is_file()


@pytest.mark.parametrize("slack", ["no", "mention", "roots", "threads"])
@pytest.mark.parametrize("careful", [(), ("groups", "personal", "harm")], ids=["plain", "careful"])
@pytest.mark.parametrize("model", ["extractive", "openai:m@http://localhost:8000/v1"])
@pytest.mark.parametrize("has_classifier", [False, True])
def test_whatever_is_wanted_reads_as_it_was_meant(
    slack: str, careful: tuple[str, ...], model: str, has_classifier: bool
) -> None:
    wishes = Wishes(Path('/odd "folder"\\한글'), model, slack, careful)
    text = settings_text(wishes, language="en", has_classifier=has_classifier)
    read = Settings.model_validate(tomllib.loads(text))
    assert read.answer.index == 'indexes/odd "folder"\\한글'
    assert read.answer.model == model
    guards = {
        (False, False): "off",
        (False, True): "classifier",
        (True, False): "self-check",
        (True, True): "both",
    }
    judged = guards[model != "extractive", has_classifier] if careful else "off"
    assert read.answer.guard == judged
    assert read.slack.mode == ("mention" if slack == "no" else slack)
    assert read.slack.language == ("ko" if slack == "no" else "en")
    assert read.slack.retention_days == (30 if careful and slack != "no" else 90)
    # What is switched off can be switched on by taking the marks away.
    opened = "\n".join(line.removeprefix("# ") if _is_key(line) else line for line in text.splitlines())
    Settings.model_validate(tomllib.loads(opened))


def _is_key(line: str) -> bool:
    return line.startswith("# [slack") or (line.startswith("# ") and " = " in line and "then:" not in line)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "C.UTF-8"}, "ko"),
        ({}, "ko"),
    ],
)
def test_the_language_is_that_of_the_locale(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def test_only_models_that_are_installed_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    import chat

    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else found(name))
    assert set(chat.installed()) == {"extractive", "openai"}
    (question,) = [one for one in questions({"extractive": ""}) if one.name == "model"]
    with pytest.raises(ConfigurationError, match="not installed"):
        with_answer(Wishes(), question, "smollm2")


def test_an_answer_that_is_none_is_asked_for_again() -> None:
    answers = iter(["nowhere", "", "9", "2", "maybe", "no", "1 5", "3"])
    complaints: list[str] = []

    def ask(question: Question) -> str | None:
        return next(answers)

    asked = questions({"extractive": "", "openai:m@http://localhost:1/v1": ""})
    assert interview(asked, ask, complaints.append) == Wishes(
        None, "openai:m@http://localhost:1/v1", "no", ("harm",)
    )
    assert len(complaints) == 4


def _plain(shown: str) -> str:
    return " ".join(shown.split())
