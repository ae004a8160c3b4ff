"""Where releases, indexes and the bot's store of one person lie, and the settings in `malmoi.toml`."""

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from curation.errors import ConfigurationError
from curation.yaml_lines import nearest

SETTINGS_FILE = "malmoi.toml"
GuardChoice = Literal["off", "self-check", "classifier", "both"]


class AnswerSettings(BaseModel):
    """`[answer]`: which index, model, reranker, guard and prompt `ask` and the bot use."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    index: str = ""
    model: str = "extractive"
    reranker: str = ""
    guard: GuardChoice = "off"
    prompt: str = ""


class SlackSettings(BaseModel):
    """`[slack]`: where the bot keeps what it knows, and whom it serves how; see `slackbot.policy`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    store: str = "slack.sqlite"
    knowledge: str = "knowledge"
    mode: Literal["off", "mention", "roots", "threads"] = "mention"
    coaching: bool = True
    allow: tuple[str, ...] = ()
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    language: Literal["ko", "en", "ja"] = "ko"
    save_emoji: str = "books"
    retention_days: int = Field(default=90, ge=0)


class Settings(BaseModel):
    """The whole of `malmoi.toml`; every key has a default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer: AnswerSettings = Field(default_factory=AnswerSettings)
    slack: SlackSettings = Field(default_factory=SlackSettings)


class Workspace:
    """The folder that `MALMOI_HOME` names, or the current one."""

    def __init__(self, home: Path | None = None) -> None:
        self.home = home or Path(os.environ.get("MALMOI_HOME") or ".")

    @property
    def indexes(self) -> Path:
        """The folder in which indexes get a place by name."""
        return self.home / "indexes"

    def settings(self) -> Settings:
        """Read `malmoi.toml`; absent means defaults.

        Raises
        ------
        ConfigurationError
            The file is not TOML, or a key is unknown or of the wrong type.
        """
        path = self.home / SETTINGS_FILE
        if not path.is_file():
            return Settings()
        try:
            return Settings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                "The settings file is not valid TOML.", where=f"{path}: {error}", fix="Correct the file."
            ) from error
        except ValidationError as error:
            raise _settings_error(path, error) from error

    def default_index(self) -> Path:
        """The index of `[answer] index`, or the one written last.

        Raises
        ------
        ConfigurationError
            There is none.
        """
        named = self.settings().answer.index
        if named:
            return self.home / named
        built = [path.parent for path in self.indexes.glob("*/manifest.sqlite")]
        if not built:
            raise ConfigurationError(
                "There is no index to ask.",
                where=str(self.indexes),
                fix="Build one with `malmoi rag index PATH`, or name one with --index.",
            )
        return max(built, key=lambda path: (path / "manifest.sqlite").stat().st_mtime)


def _settings_error(path: Path, error: ValidationError) -> ConfigurationError:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return ConfigurationError(
            f"Unknown key `{key}`.", where=str(path), fix=nearest(key, known_keys(Settings))
        )
    return ConfigurationError(f"`{key}`: {first['msg']}.", where=str(path), fix="Correct the value.")


def known_keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    """Every key that a settings file may hold, with the names of its tables: ``answer.index``."""
    keys: list[str] = []
    for name, field in model.model_fields.items():
        inner: Any = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            keys += known_keys(inner, f"{prefix}{name}.")
        else:
            keys.append(prefix + name)
    return keys
