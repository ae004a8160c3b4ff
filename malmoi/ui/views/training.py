"""Training runs: what was finished, the loss, the gate, and the page of the evaluation."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request

from curation.errors import ConfigurationError, UserError
from malmoi.holdings import Model
from malmoi.ui.curve import curve_of
from malmoi.ui.files import inside
from malmoi.ui.lines import tail_objects
from malmoi.ui.pages import desk_of

# About a hundred thousand steps.
_MOST_METRICS: Final = 16 * 1024 * 1024
_REPORT: Final = "eval/report.html"
_FACTS: Final = ("steps", "tokens_per_second", "seconds", "peak_rss_mb", "stopped")


def runs(request: Request) -> Mapping[str, Any]:
    """Runs and merged models."""
    return {"models": desk_of(request).holdings(anew=True).models}


def run(request: Request) -> Mapping[str, Any]:
    """One run: facts, loss, gate."""
    model = _wanted(request)
    folder = model.path if model.kind == "run" else model.run or model.path
    record = _record(folder)
    trained = _mapping(record.get("run"))
    gate = _mapping(_mapping(record.get("eval")).get("gate"))
    metrics = inside(folder, "metrics.jsonl")
    return {
        "model": model,
        "stages": list(record),
        "facts": [(name, trained[name]) for name in _FACTS if _is_plain(trained.get(name))],
        "curve": curve_of(tail_objects(metrics, _MOST_METRICS)) if metrics else None,
        "gate": gate if isinstance(gate.get("passed"), bool) else None,
        "has_report": inside(folder, _REPORT) is not None,
    }


def report_file(request: Request) -> Path:
    """Where the evaluation's page lies.

    Raises
    ------
    UserError
        The run was not evaluated.
    """
    model = _wanted(request)
    path = inside(model.path, _REPORT)
    if path is None:
        raise UserError("The run was not evaluated.", where=model.name, fix=f"malmoi train eval {model.path}")
    return path


def _wanted(request: Request) -> Model:
    name = request.query_params.get("name", "")
    for found in desk_of(request).holdings().models:
        if found.name == name:
            return found
    raise ConfigurationError(
        "There is no such run in the workspace.", where=name, fix="Start one with `malmoi train run`."
    )


def _record(folder: Path) -> Mapping[str, Any]:
    """The stages that were finished; of a model that came from elsewhere there are none."""
    from training.run_folder import RunFolder

    return RunFolder(folder).record()


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and value != ""
