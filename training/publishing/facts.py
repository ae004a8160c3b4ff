"""The record of a run as lines of the model card: pairs of what and how much, and tables."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from training.config import TrainConfig

Facts = list[tuple[str, str]]
_MEASURES = {
    "nll": "loss, nats a token",
    "reported": "exact match or ROUGE-L, of 100",
    "exact_match": "exact match, of 100",
    "macro_f1": "macro F1, of 100",
    "rouge_l": "ROUGE-L, of 100",
}
_RATES = {
    "harmful": "harmful answers",
    "refused": "refusals of harmful requests",
    "over_refused": "refusals of harmless requests",
    "broken": "broken answers",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A figure before and after, with the 95 % interval of the change."""

    set: str
    measure: str
    before: str
    after: str
    interval: str
    rows: str


def number(value: Any) -> str:
    """Spell a number: thousands parted, four digits where there is a fraction.

    Examples
    --------
    >>> number(1234567), number(12345.6), number(0.0123456), number(99.0)
    ('1,234,567', '12,346', '0.01235', '99')
    """
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def configuration(config: TrainConfig) -> Facts:
    """Say how it was trained, as configured."""
    method, train, data = config.method, config.train, config.data
    rows: Facts = [("Method", method.kind)]
    if method.kind == "qlora":
        twice = ", doubly quantised" if method.double_quantisation else ""
        rows.append(("Base while training", f"NF4{twice}"))
    if method.kind != "full":
        rows.append(("Adapter", f"r {method.r}, alpha {method.alpha}, on {', '.join(method.targets)}"))
    ended = f", at most {train.max_steps:,} steps" if train.max_steps else ""
    packed = "packed" if data.packing else "not packed"
    rows += [
        ("Length", f"{number(train.epochs)} epochs{ended}"),
        ("Batch", f"{train.batch} sequences of at most {data.max_length:,} tokens, {packed}"),
        ("Learning rate", f"{train.learning_rate:g}, {train.schedule}, warm-up {train.warmup:.0%}"),
        ("Seed", str(train.seed)),
    ]
    if config.preference is not None:
        rows.append(("Second stage", f"{config.preference.kind}, beta {config.preference.beta:g}"))
    return rows


def training(run: Mapping[str, Any], config: TrainConfig) -> Facts:
    """Say how the run went, on what, and what it took; what was not measured is left out."""
    data = run.get("data") or {}
    named = (
        ("Rows learned", (data.get("rows") or {}).get("train"), ""),
        ("Rows replayed", (data.get("rows") or {}).get("replay"), ""),
        ("Tokens of them", data.get("tokens"), ""),
        ("Tokens learned", data.get("learned_tokens"), ""),
        ("Rows left out since they stand in what is held back", data.get("leaked"), ""),
        ("Trained parameters", run.get("trained_parameters"), ""),
        ("Steps", run.get("steps"), ""),
        ("First loss", run.get("first_loss"), " nats a token"),
        ("Last loss", run.get("last_loss"), " nats a token"),
        ("Least validation loss", run.get("validation_loss"), " nats a token"),
        ("Tokens a second", run.get("tokens_per_second"), ""),
        ("Time", run.get("seconds"), " s"),
        ("Peak memory", run.get("peak_rss_mb"), " MiB"),
        ("Peak memory of the graphics card", run.get("peak_gpu_mb"), " MiB"),
    )
    rows = _spelt(named)
    if cost := run.get("cost"):
        rows.append(("Cost", f"{number(cost)} {run.get('currency', config.train.currency)}"))
    return [*rows, *_machine(run)]


def preference(stage: Mapping[str, Any]) -> Facts:
    """Say how the second stage went; its losses are those of the comparison, no nats a token."""
    result = stage.get("result") or {}
    named = (
        ("Rows learned", result.get("rows"), ""),
        ("Steps", result.get("steps"), ""),
        ("First loss", result.get("first_loss"), ""),
        ("Last loss", result.get("last_loss"), ""),
        ("First margin", result.get("first_margin"), " nats"),
        ("Last margin", result.get("last_margin"), " nats"),
        ("Time", result.get("seconds"), " s"),
        ("Peak memory", result.get("peak_rss_mb"), " MiB"),
        ("Peak memory of the graphics card", result.get("peak_gpu_mb"), " MiB"),
    )
    return [*_spelt(named), *_machine(stage)]


def _spelt(named: Iterable[tuple[str, float | None, str]]) -> Facts:
    return [(name, number(value) + unit) for name, value, unit in named if value]


def _machine(run: Mapping[str, Any]) -> Facts:
    """Say what a stage took and ran on."""
    rows: Facts = []
    if "energy" in run:
        spent = (run["energy"] or {}).get("kilowatt_hours")
        rows.append(
            ("Energy", f"{number(spent)} kWh" if spent else "no counter of this machine could be read")
        )
    if precision := run.get("precision"):
        rows.append(("Precision", str(precision)))
    hardware = run.get("hardware") or {}
    if hardware:
        cards = ", ".join(hardware.get("gpus") or ())
        machine = f"{hardware['processor']}, {hardware['cores']} cores, {hardware['memory_mb']:,} MiB"
        rows.append(("Hardware", f"{cards}; {machine}" if cards else machine))
    versions = run.get("versions") or {}
    if versions:
        rows.append(("Versions", ", ".join(f"{name} {version}" for name, version in versions.items())))
    return rows


def changes(evaluation: Mapping[str, Any]) -> list[Change]:
    """Give every figure of every set, before and after."""
    return [
        Change(
            name,
            _MEASURES.get(measure, measure),
            number(found["before"]),
            number(found["after"]),
            f"{found['low']:+.4g} to {found['high']:+.4g}",
            number(found["rows"]),
        )
        for name, measure, found in _measured(evaluation)
    ]


def model_index(name: str, evaluation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the results in the form of the hub's ``model-index``."""
    types = {"rouge_l": "rouge", "macro_f1": "f1"}
    results: dict[str, dict[str, Any]] = {}
    for dataset, measure, found in _measured(evaluation):
        result = results.setdefault(
            dataset,
            {
                "task": {"type": "text-generation"},
                "dataset": {"name": f"{name}: {dataset}", "type": dataset},
                "metrics": [],
            },
        )
        metric = {"type": types.get(measure, measure), "name": _MEASURES.get(measure, measure)}
        result["metrics"].append({**metric, "value": round(found["after"], 4)})
    return [{"name": name, "results": list(results.values())}] if results else []


def _measured(evaluation: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for name, one in (evaluation.get("sets") or {}).items():
        for measure, found in one["measures"].items():
            yield name, measure, found


def red_team(evaluation: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Give shares of the answers to the red team before and after; empty where none was asked."""
    found = evaluation.get("red_team")
    if not found:
        return []
    before, after = found["before"], found["after"]
    rows = [("probes", number(before["asked"] + before["benign"]), number(after["asked"] + after["benign"]))]
    rows.append(("with a verdict", number(before["decided"]), number(after["decided"])))
    rows += [(words, _share(before[name]), _share(after[name])) for name, words in _RATES.items()]
    return rows


def judges(evaluation: Mapping[str, Any]) -> list[str]:
    """Say who judged the red team, and how far that is to be believed."""
    found = (evaluation.get("red_team") or {}).get("judges") or {}
    self_check, classifier = found.get("self_check"), found.get("classifier")
    said = []
    if self_check:
        right = f"it was right on {self_check['right']:.0%} of {self_check['judged']} labelled items"
        fault = "too rarely, so its verdicts are left out"
        counts = fault if self_check.get("reasons") else "its verdicts count"
        said.append(f"The base model judged by self-check: {right}; {counts}.")
    said.append(
        "The safety classifier judged what it knows: abuse and hate."
        if classifier
        else "No safety classifier was at hand."
    )
    return said


def _share(value: float | None) -> str:
    return "not judged" if value is None else f"{value:.1%}"
