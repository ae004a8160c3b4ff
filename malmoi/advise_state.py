"""What `malmoi advise` knows: a state file, the reports of evaluations, and single values."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import ValidationError

from curation.errors import ConfigurationError
from curation.yaml_lines import YamlFile, invalid, nearest, read_yaml
from rag.advice import State

_RETRIEVAL: Final = {"queries": "retrieval_questions", "recall@5": "recall_at_5"}
_ANSWERS: Final = {
    "questions": "answer_questions",
    "grounded": "grounded",
    "refusal_accuracy": "refusal_accuracy",
}


def gather(state: Path | None, retrieval: Path | None, answers: Path | None, sets: Sequence[str]) -> State:
    """Put a state together; reports stand above the file, single values above both.

    Raises
    ------
    ConfigurationError
        A file cannot be read, a key is unknown, or a value is wrong.
    """
    told: dict[str, Any] = {}
    if state is not None:
        told |= _of_file(read_yaml(state))
    for path, names, command in (
        (retrieval, _RETRIEVAL, "malmoi eval retrieval"),
        (answers, _ANSWERS, "malmoi eval answers"),
    ):
        if path is not None:
            figures = _of_report(path, names, command)
            _check(figures, str(path))
            told |= figures
    for one in sets:
        value = _of_set(one)
        _check(value, f"--set {one}")
        told |= value
    return _check(told, "--set")


def _of_file(file: YamlFile) -> dict[str, Any]:
    if not isinstance(file.data, dict):
        raise file.fault((), "a state must be a mapping of what is known", "such as recall_at_5: 0.8")
    try:
        State.model_validate(file.data)
    except ValidationError as error:
        raise invalid(file, error, State.model_fields) from error
    return file.data


def _of_report(path: Path, names: Mapping[str, str], command: str) -> dict[str, Any]:
    fix = f"give what `{command} … --json` prints"
    try:
        report = orjson.loads(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(
            f"the report cannot be read: {error.strerror}", where=str(path), fix=fix
        ) from error
    except orjson.JSONDecodeError as error:
        raise ConfigurationError(f"the report is not JSON: {error}", where=str(path), fix=fix) from error
    missing = [key for key in names if not isinstance(report, dict) or key not in report]
    if missing:
        raise ConfigurationError(f"the report has no '{missing[0]}'", where=str(path), fix=fix)
    return {field: report[key] for key, field in names.items()}


def _of_set(text: str) -> dict[str, Any]:
    key, equals, value = text.partition("=")
    if not equals:
        raise ConfigurationError(
            f"'{text}' sets nothing", where="--set", fix="give KEY=VALUE, such as recall_at_5=0.8"
        )
    return {key.strip(): value.strip()}


def _check(told: Mapping[str, Any], where: str) -> State:
    """Make a state of values that stand in no file with lines."""
    try:
        return State.model_validate(told)
    except ValidationError as error:
        raise _wrong(error, where) from error


def _wrong(error: ValidationError, where: str) -> ConfigurationError:
    first = error.errors()[0]
    key = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        return ConfigurationError(f"unknown key '{key}'", where=where, fix=nearest(key, State.model_fields))
    message = str(first["ctx"]["error"]) if first["type"] == "value_error" else first["msg"]
    return ConfigurationError(
        f"wrong value for '{key}': {message}" if key else message, where=where, fix="correct the value"
    )
