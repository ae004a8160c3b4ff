"""`malmoi.toml` as `malmoi init` writes it: with comments, read back strictly before it is kept."""

import json
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from curation.atomic import write_text
from malmoi.init_interview import EXTRACTIVE, Wishes
from malmoi.workspace import SETTINGS_FILE, GuardChoice, Settings
from malmoi.workspaces.shown import joined

RULES_FILE: Final = "acl.yaml"
# Days after which texts of finished questions go where they may hold personal data.
_DAYS, _CAREFUL_DAYS = 90, 30
_LANGUAGES: Final = ("ko", "en", "ja")
_RULES: Final = """\
# 누가 무엇을 볼 수 있는가. 마지막으로 맞는 줄이 이깁니다.
# Who may find what: patterns of sources, and groups. The last pattern that matches counts.
#   malmoi rag index FOLDER --acl acl.yaml
"*": everyone
# "인사/*": [hr]
# "인사/공지/*": everyone
"""


@dataclass(frozen=True, slots=True)
class Written:
    """The text of malmoi.toml, the settings that it reads as, and the commands to go on with."""

    text: str
    settings: Settings
    commands: tuple[str, ...]


def language_of(environment: "os._Environ[str] | dict[str, str]") -> str:
    """The language of the locale where the bot speaks it, else Korean."""
    told = next(
        (environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), ""
    )
    return told[:2] if told[:2] in _LANGUAGES else "ko"


def index_name(documents: Path | None) -> str:
    """The name that `malmoi rag index` gives an index of these documents; empty without any."""
    if documents is None:
        return ""
    resolved = documents.resolve()
    return (resolved.stem if resolved.is_file() else resolved.name) or "index"


def guard_of(wishes: Wishes, *, has_classifier: bool) -> GuardChoice:
    """What judges answers; `extractive` only quotes, so a model cannot be asked with it."""
    if "harm" not in wishes.careful:
        return "off"
    if wishes.model == EXTRACTIVE:
        return "classifier" if has_classifier else "off"
    return "both" if has_classifier else "self-check"


def settings_text(wishes: Wishes, *, language: str, has_classifier: bool) -> str:
    """Write the file for what a person wants."""
    name = index_name(wishes.documents)
    guard = guard_of(wishes, has_classifier=has_classifier)
    index = f"index = {_quoted(f'indexes/{name}')}" if name else '# index = "indexes/NAME"'
    lines = [
        "# malmoi의 설정 · settings of this workspace. 열쇠와 토큰은 여기에 적지 않습니다.",
        "# No key or token belongs here: they are read from the environment. All keys: docs/settings.md",
        "",
        "[answer]",
        "# 묻는 색인 · the index that is asked; without it the one written last.",
        index,
        "# 답하는 모델 · who answers: extractive quotes, and needs no model.",
        f"model = {_quoted(wishes.model)}",
        *_about_model(wishes.model),
        "# 답을 보이기 전에 살핌 · what judges an answer first: off, self-check, classifier, both.",
        f"guard = {_quoted(guard)}",
        *_about_guard(wishes, guard),
        "",
        *_slack(wishes, language),
    ]
    return "\n".join(lines) + "\n"


def _about_model(model: str) -> list[str]:
    if not model.startswith("openai:"):
        return []
    return [
        "# 서버의 열쇠 · the server's key, where it asks for one: MALMOI_OPENAI_API_KEY or OPENAI_API_KEY."
    ]


def _about_guard(wishes: Wishes, guard: GuardChoice) -> list[str]:
    if "harm" not in wishes.careful or guard != "off":
        return []
    return [
        "# extractive는 문서의 문장을 그대로 보입니다 · extractive shows sentences of your documents as they",
        '# stand. With `malmoi safety` make models/safety.npz, then: guard = "classifier"',
    ]


def _slack(wishes: Wishes, language: str) -> list[str]:
    used = wishes.slack != "no"
    days = _CAREFUL_DAYS if "personal" in wishes.careful else _DAYS
    mode = wishes.slack if used else "mention"
    rows = [
        (
            "채널에서 답하는 때 · what is answered in channels: off, mention, roots, threads.",
            f"mode = {_quoted(mode)}",
        ),
        (
            "슬랙의 언어가 ko, en, ja가 아닌 사람에게 · for people whose Slack speaks another language.",
            f"language = {_quoted(language)}",
        ),
        (
            "끝난 질문의 글을 지우는 날수 · days until texts of questions are erased.",
            f"retention_days = {days}",
        ),
        ("물을 수 있는 사람과 채널의 ID · ids that may ask; empty: everybody.", "allow = []"),
    ]
    comment = "" if used else "# "
    head = [
        "# 봇의 토큰 · the bot's tokens, in the environment: SLACK_BOT_TOKEN, SLACK_APP_TOKEN",
        "# (for --http: SLACK_SIGNING_SECRET)."
        if used
        else "# 슬랙을 쓰려면 # 를 지웁니다 · to use Slack, uncomment.",
    ]
    lines = [*head, f"{comment}[slack]"]
    for about, row in rows:
        lines += [f"# {about}", comment + row]
    if "groups" in wishes.careful:
        lines += [
            "# 색인의 무리와 그에 드는 사람·채널 · groups of acl.yaml, and who belongs to each.",
            "# [slack.groups]",
            '# hr = ["U0123ABCD", "C0123ABCD"]',
        ]
    return lines


def write(folder: Path, wishes: Wishes, *, language: str) -> Written:
    """Write the settings, and rules who may find what where they are wanted and are not there yet.

    The text is read by our own reader before anything is written: what is written can be read.
    """
    from prompting.flagging import DEFAULT_MODEL
    from rag.acl import read_rules

    text = settings_text(wishes, language=language, has_classifier=(folder / DEFAULT_MODEL).is_file())
    settings = Settings.model_validate(tomllib.loads(text))
    folder.mkdir(parents=True, exist_ok=True)
    rules = folder / RULES_FILE
    if "groups" in wishes.careful and not rules.exists():
        write_text(rules, _RULES)
        read_rules(rules)
    write_text(folder / SETTINGS_FILE, text)
    return Written(text, settings, tuple(commands(folder, wishes)))


def commands(folder: Path, wishes: Wishes) -> list[str]:
    """The commands to go on with, pasted one after the other; paths are those in the workspace."""
    place, named = folder.absolute(), os.environ.get("MALMOI_HOME")
    told = [] if place == Path.cwd() else [joined("cd", str(folder))]
    if named and Path(named).absolute() != place:
        told.append(joined("export", f"MALMOI_HOME={place}"))
    if wishes.documents is None:
        told.append("malmoi demo")
    else:
        documents = wishes.documents
        inside = documents.relative_to(place) if documents.is_relative_to(place) else documents
        rules = ["--acl", RULES_FILE] if "groups" in wishes.careful else []
        out = f"indexes/{index_name(documents)}"
        told.append(joined("malmoi", "rag", "index", str(inside), "--out", out, *rules))
        told.append('malmoi ask "…"')
    if wishes.slack != "no":
        told += ["malmoi slack manifest", "malmoi slack doctor"]
    return [*told, "malmoi status"]


def _quoted(text: str) -> str:
    # A basic string of TOML is one of JSON, but for DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
