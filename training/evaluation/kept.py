"""Measurements in files: written whole, and taken again while what they are of is the same."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from curation.atomic import write_bytes
from curation.errors import UserError
from training.evaluation.measured import Measured, measured_from
from training.run_folder import RunFolder


def before_file(folder: RunFolder) -> Path:
    """Where the measurement of the base lies."""
    return folder.evaluation / "before.json"


def after_file(folder: RunFolder) -> Path:
    """Where the measurement of what was trained lies."""
    return folder.evaluation / "after.json"


def keep(path: Path, data: dict[str, Any]) -> None:
    """Write JSON data in one step."""
    write_bytes(path, orjson.dumps(data, option=orjson.OPT_INDENT_2))


def kept(path: Path) -> dict[str, Any]:
    """Read JSON data; empty where there is no such file.

    Raises
    ------
    UserError
        When the file is damaged.
    """
    try:
        found = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, orjson.JSONDecodeError) as error:
        raise _damaged(path, error) from error
    return found if isinstance(found, dict) else {}


def kept_measurement(paths: Iterable[Path], key: str) -> Measured | None:
    """Give the first measurement with this key; files that cannot be read are no measurements."""
    for path in paths:
        try:
            data = kept(path)
            if data.get("key") == key:
                return measured_from(data)
        except (UserError, KeyError, TypeError, AttributeError):
            continue
    return None


def finished(path: Path) -> Measured:
    """Read the measurement of a run that was evaluated.

    Raises
    ------
    UserError
        When the run was not evaluated, or the file is damaged.
    """
    data = kept(path)
    if not data:
        raise UserError(
            "The run was not evaluated.", where=str(path), fix="Run `malmoi train eval` on it first."
        )
    try:
        return measured_from(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, error) from error


def earlier(folder: RunFolder) -> list[Path]:
    """List measurements of bases: this run's, then those of the runs beside it."""
    own = before_file(folder)
    name = Path(own.parent.name) / own.name
    return [own, *sorted(path / name for path in folder.path.parent.glob("*") if path != folder.path)]


def _damaged(path: Path, error: Exception) -> UserError:
    return UserError(
        f"The measurement cannot be read: {error}",
        where=str(path),
        fix="Delete the file, and run `malmoi train eval` again.",
    )
