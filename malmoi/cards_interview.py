"""The interview for a datasheet: what only a person knows is asked, and kept as it is answered."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from curation.atomic import write_text
from curation.errors import ConfigurationError
from curation.inspection.datasheet import known_answers
from curation.inspection.open_release import OpenRelease
from curation.yaml_lines import nearest, read_yaml
from datacards.datasheet import QUESTIONS, Question, render

DATASHEET = "DATASHEET.md"
Ask = Callable[[Question], str | None]
"""Asks one question; an empty answer leaves it open, ``None`` ends the interview."""


def answers_file(release: Path) -> Path:
    """Give the file beside a release that keeps the answers: a release that is made anew keeps them."""
    resolved = release.resolve()
    return resolved.with_name(f"{resolved.name}.datasheet.yaml")


def read_answers(path: Path) -> dict[str, str]:
    """Read answers by question.

    Raises
    ------
    ConfigurationError
        When the file is not a mapping of questions to texts.
    """
    file = read_yaml(path)
    if not isinstance(file.data, dict):
        raise file.fault((), "answers must be a mapping of questions to texts")
    names = [question.id for question in QUESTIONS]
    for name, answer in file.data.items():
        if name not in names:
            raise file.fault((name,), f"there is no question '{name}'", nearest(name, names))
        if not isinstance(answer, str):
            raise file.fault((name,), f"the answer to '{name}' must be text", "put it in quotes")
    return file.data


def interview(
    release: OpenRelease, told: Mapping[str, str], ask: Ask, keep: Callable[[dict[str, str]], None]
) -> dict[str, str]:
    """Ask what neither the manifest nor ``told`` answers; ``keep`` is given all answers after each."""
    known, answers = known_answers(release), dict(told)
    for question in QUESTIONS:
        if question.id in known or answers.get(question.id, "").strip():
            continue
        answer = ask(question)
        if answer is None:
            break
        if answer.strip():
            answers[question.id] = answer.strip()
            keep(answers)
    return answers


def keep_answers(path: Path, answers: Mapping[str, str]) -> None:
    """Write answers so that a person can read and correct them."""
    write_text(path, yaml.safe_dump(dict(answers), allow_unicode=True, sort_keys=False))


def write_datasheet(release: OpenRelease, answers: Mapping[str, str]) -> dict[str, Any]:
    """Write the datasheet into the release; say which questions are answered and which are not."""
    answers = {question: answer for question, answer in answers.items() if answer.strip()}
    known = known_answers(release)
    title = release.recipe["title"] or release.recipe["name"]
    target = release.path / DATASHEET
    write_text(target, render(title, known, answers))
    open_ones = [
        question.id for question in QUESTIONS if question.id not in known and question.id not in answers
    ]
    return {
        "release": str(release.path.resolve()),
        "datasheet": str(target.resolve()),
        "known": list(known),
        "answered": list(answers),
        "not_answered": open_ones,
    }


def no_answers(path: Path) -> ConfigurationError:
    """Build the error for an interview without anybody to ask."""
    return ConfigurationError(
        "there is no terminal to ask at", where=str(path), fix="give the answers: --answers FILE"
    )
