"""`[slack]` of malmoi.toml becomes the bot's policy; what cannot be meant is named by its key."""

from pathlib import Path

import pytest

from curation.errors import ConfigurationError
from malmoi.slack_settings import open_titles, policy_of, store_of
from malmoi.workspace import SlackSettings, Workspace
from rag.index import index_paths
from rag.search import open_index
from slackbot.policy import Mode, Policy


def settings(folder: Path, text: str) -> SlackSettings:
    (folder / "malmoi.toml").write_text(f"[slack]\n{text}", encoding="utf-8")
    return Workspace(folder).settings().slack


def test_defaults_are_those_of_the_bot() -> None:
    assert policy_of(SlackSettings()) == Policy()


def test_every_value_arrives(tmp_path: Path) -> None:
    text = """
mode = "roots"
coaching = false
allow = ["U0HANEUL", "C0GENERAL"]
language = "ja"
save_emoji = "책갈피"
retention_days = 0

[slack.groups]
"인사팀" = ["U0HANEUL", "G0INSA"]
"""
    assert policy_of(settings(tmp_path, text)) == Policy(
        mode=Mode.ROOTS,
        coaching=False,
        allow=frozenset(("U0HANEUL", "C0GENERAL")),
        groups={"인사팀": ("U0HANEUL", "G0INSA")},
        language="ja",
        save_emoji="책갈피",
        retention_days=0,
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('allow = ["@haneul"]', "slack.allow"),
        ('allow = ["u0haneul"]', "slack.allow"),
        ('groups = {"인사팀" = ["#인사"]}', "slack.groups.인사팀"),
        ('save_emoji = ":books:"', "slack.save_emoji"),
        ('mode = "always"', "slack.mode"),
        ("retention_days = -1", "slack.retention_days"),
    ],
)
def test_a_wrong_value_names_its_key(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        policy_of(settings(tmp_path, text))
    assert f"`{key}`" in str(told.value)
    assert "malmoi.toml" in told.value.where


def test_the_store_is_the_one_that_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path)
    monkeypatch.delenv("SLACK_DATABASE_URL", raising=False)
    assert store_of(workspace, None) == tmp_path / "slack.sqlite"
    monkeypatch.setenv("SLACK_DATABASE_URL", "postgresql+psycopg://malmoi@localhost/malmoi")
    assert store_of(workspace, None) == "postgresql+psycopg://malmoi@localhost/malmoi"
    assert store_of(workspace, tmp_path / "other.sqlite") == tmp_path / "other.sqlite"


def test_only_titles_that_everybody_may_read_are_suggested(tmp_path: Path) -> None:
    rows = [
        '{"id": "1", "title": "연봉 협상표", "text": "연봉을 정합니다.", "acl": ["인사팀"]}',
        *(f'{{"id": "{n}", "title": "규정 {n}", "text": "{n}째 규정입니다."}}' for n in range(2, 8)),
    ]
    (tmp_path / "docs.jsonl").write_text("\n".join(rows), encoding="utf-8")
    index_paths([tmp_path / "docs.jsonl"], tmp_path / "index", embedder="none")
    titles = open_titles(open_index(tmp_path / "index"))
    assert len(titles) == len(set(titles)) == 3
    assert all(title.startswith("규정 ") for title in titles)
