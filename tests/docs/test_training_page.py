"""The page on fine-tuning: it names every key with its default, and its limits are those of the code."""

import re
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from prompting import calibration
from prompting.calibration import read_items
from prompting.red_team.probes import load_probes
from training import config
from training.config import load_config
from training.evaluation.forgetting import FEWEST
from training.run_folder import RunFolder

SECTIONS: dict[str, type[BaseModel]] = {
    "The whole file": config.TrainConfig,
    "`base`": config.Base,
    "`data`": config.Data,
    "Rows": config.Rows,
    "`method`": config.Method,
    "`train`": config.Train,
    "`preference`": config.Preference,
    "`eval`": config.Evaluation,
    "`forgetting`": config.Forgetting,
    "`merge`": config.Merge,
    "`export`": config.Export,
    "`hub`": config.Hub,
}
STAGES = ("plan", "run", "resume", "eval", "compare", "merge", "export", "card", "push")


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/training.md").read_text(encoding="utf-8")


def shown(value: Any, required: bool) -> str:
    """A default as the tables write it."""
    if required:
        return "needed"
    if isinstance(value, BaseModel):
        return "below"
    if value in ("", (), None):
        return "–"
    if isinstance(value, tuple):
        return ", ".join(value)
    return (
        str(value).lower()
        if isinstance(value, bool)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


@pytest.mark.parametrize("heading", SECTIONS)
def test_a_table_has_every_key_with_its_default_in_order(page: str, heading: str) -> None:
    (section,) = re.findall(rf"^### {re.escape(heading)}\n(.*?)(?=^##|\Z)", page, re.DOTALL | re.MULTILINE)
    told = re.findall(r"^\| `(\w+)` \| (.*?) \| \S", section, re.MULTILINE)
    fields = SECTIONS[heading].model_fields
    assert told == [
        (name, shown(field.get_default(call_default_factory=True), field.is_required()))
        for name, field in fields.items()
    ]


def test_every_model_of_the_configuration_has_a_table() -> None:
    models = {
        one
        for one in vars(config).values()
        if isinstance(one, type) and issubclass(one, config._Strict) and one is not config._Strict
    }
    assert models == set(SECTIONS.values())


def allowed(annotation: Any) -> set[str]:
    """The texts that a Literal anywhere in an annotation allows."""
    if get_origin(annotation) is Literal:
        return set(get_args(annotation))
    return {value for one in get_args(annotation) for value in allowed(one)}


def test_every_allowed_value_is_named(page: str) -> None:
    values = {
        value
        for model in SECTIONS.values()
        for field in model.model_fields.values()
        for value in allowed(field.annotation)
    }
    assert {"qlora", "sharegpt", "kto", "wandb", "q8_0", "constant_with_warmup"} <= values
    assert {value for value in values if not re.search(rf'`"?{value}"?`', page)} == set()


@pytest.mark.parametrize("number", [0, 1])
def test_the_examples_are_configurations(page: str, tmp_path: Path, number: int) -> None:
    examples = [one for one in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if one.startswith("name:")]
    (tmp_path / "train.yaml").write_text(examples[number], encoding="utf-8")
    assert load_config(tmp_path / "train.yaml").name == "guide"
    assert len(examples) == 2


def test_the_probes_of_the_page_are_probes(page: str, tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(probes:.*?)```", page, re.DOTALL)
    (tmp_path / "probes.yaml").write_text(example, encoding="utf-8")
    assert [one.expect for one in load_probes(tmp_path / "probes.yaml").probes] == ["refuse", "answer"]


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_an_example(page: str, stage: str) -> None:
    assert re.search(rf"^malmoi train {stage} ", page, re.MULTILINE)


def test_the_folder_is_that_of_the_code(page: str) -> None:
    folder = RunFolder(Path("run"))
    (told,) = re.findall(r"```\nruns/<name>/\n(.*?)```", page, re.DOTALL)
    names = [name.rstrip("/") for name in re.findall(r"^  (\S+)", told, re.MULTILINE)]
    paths = (
        folder.config, folder.record_file, folder.data, folder.checkpoints, folder.adapter, folder.metrics,
        folder.samples, folder.evaluation, folder.merged,
    )  # fmt: skip
    assert names == [path.name for path in paths]


def test_the_figures_are_those_of_the_code(page: str) -> None:
    said = " ".join(page.split())
    probes, items = load_probes().probes, read_items()
    assert f"is {len(probes)} Korean questions" in said
    assert f"and {sum(one.benign for one in probes)} that only look harmful" in said
    assert f"judge {len(items)} answers" in said
    assert f"The {len(items)} answers and the {len(probes)} probes" in said
    bar = (calibration.LEAST_PRECISION, calibration.LEAST_RECALL, calibration.MOST_FALSE_ALARMS)
    assert bar == (0.8, 0.8, 0.1)
    assert "Below 80 % precision or recall, or above 10 % false alarms" in said
    assert f"fewer than {FEWEST} rows" in said
