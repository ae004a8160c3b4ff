"""The model card: from the record of the run and the cards of its data alone, with no gap to fill in.

The front matter follows https://github.com/huggingface/hub-docs/blob/main/modelcard.md.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from curation.atomic import write_text
from curation.errors import ConfigurationError
from datacards.checks import PLACEHOLDER, Fault, hollow
from datacards.front_matter import split
from datacards.huggingface import cell
from datacards.licences import is_hub_id, licence
from training.base import ResolvedBase, browser_fault, facts_of, resolve
from training.config import TrainConfig
from training.publishing import facts
from training.publishing.licence import ModelLicence, front_matter, model_licence
from training.publishing.lineage import Dataset, datasets_of, refuse_other_base
from training.run_folder import RunFolder
from training.running.at_work import at_work

README = "README.md"
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_HUB_DATASET = re.compile(r"https://huggingface\.co/datasets/([\w.-]+/[\w.-]+)/?")
_BUNDLED = {"smollm2": "HuggingFaceTB/SmolLM2-135M-Instruct"}
_NEEDED = ("license", "language", "library_name", "pipeline_tag", "tags")


@dataclass(frozen=True, slots=True)
class WrittenCard:
    """A card, and what the hub or a reader would find wrong with it."""

    path: Path
    faults: tuple[Fault, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the card's name and its faults as JSON data."""
        return {"card": self.path.name, "faults": [one.as_json() for one in self.faults]}


def write_card(config: TrainConfig, folder: RunFolder) -> WrittenCard:
    """Write ``merged/README.md``, whatever stood there, and check it.

    Raises
    ------
    ConfigurationError
        When there is no merged model, or a release that it learned from is not here.
    UserError
        When the disk is full, or another run or stage works in the folder.
    """
    with at_work(folder, "card"):
        return card_of(config, folder)


def card_of(config: TrainConfig, folder: RunFolder) -> WrittenCard:
    """Write the card as `write_card` does, for a stage that holds the folder."""
    if not (folder.merged / "config.json").is_file():
        raise ConfigurationError(
            "There is no merged model to write a card for yet.",
            where=str(folder.merged),
            fix="Run `malmoi train merge` first.",
        )
    record = folder.record()
    base = resolve(config.base)
    refuse_other_base(record, base)
    text = render(config, record, base, datasets_of(config, record), browser_fault(facts_of(folder.merged)))
    readme = folder.merged / README
    write_text(readme, text)
    return WrittenCard(readme, tuple(check_model_card(text)))


def render(
    config: TrainConfig,
    record: dict[str, Any],
    base: ResolvedBase,
    datasets: tuple[Dataset, ...],
    browser: str,
) -> str:
    """Render the card; ``browser`` is why the model cannot go into a browser, empty when it can."""
    given = model_licence((base.name, base.licence), datasets, config.hub.licence)
    matter = matter_of(config, record, base, datasets, given)
    environment = Environment(
        loader=PackageLoader("training", "publishing/templates"),
        autoescape=False,  # noqa: S701  Markdown; cells are escaped by the filter below
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = cell
    environment.filters["number"] = facts.number
    environment.filters["licence"] = licence
    evaluation = record.get("eval") or {}
    return environment.get_template("model.md.j2").render(
        matter=yaml.safe_dump(matter, allow_unicode=True, sort_keys=False, width=1000),
        config=config,
        base=base,
        base_name=base_name(base),
        datasets=datasets,
        given=given,
        browser=browser,
        repo=config.hub.repo or config.name,
        configuration=facts.configuration(config),
        training=facts.training(record.get("run") or {}, config),
        preference=facts.preference(record.get("preference") or {}),
        changes=facts.changes(evaluation),
        gate=evaluation.get("gate"),
        red_team=facts.red_team(evaluation),
        judges=facts.judges(evaluation),
        merge=record.get("merge"),
    )


def matter_of(
    config: TrainConfig,
    record: dict[str, Any],
    base: ResolvedBase,
    datasets: tuple[Dataset, ...],
    given: ModelLicence,
) -> dict[str, Any]:
    """Give the YAML front matter as data."""
    matter: dict[str, Any] = {"language": [config.language], **front_matter(given.name)}
    if hub := _hub_id(base):
        matter |= {"base_model": hub, "base_model_relation": "finetune"}
    urls = [url for one in datasets for url in (one.url, *(source.url for source in one.sources))]
    named = [found[1] for url in urls if (found := _HUB_DATASET.fullmatch(url))]
    if named:
        matter["datasets"] = list(dict.fromkeys(named))
    matter |= {
        "library_name": "transformers",
        "pipeline_tag": "text-generation",
        "tags": ["malmoi", config.method.kind, "conversational"],
    }
    if index := facts.model_index(config.name, record.get("eval") or {}):
        matter["model-index"] = index
    return matter


def check_model_card(text: str) -> list[Fault]:
    """Check a model card: what the hub reads, and that nothing stands where a fact should."""
    try:
        matter, body = split(text)
    except ValueError as error:
        return [Fault(README, "front matter", f"malformed: {error}", "write the card again")]
    found = [Fault(README, field, "missing", "state it") for field in _NEEDED if field not in matter]
    for field, value in matter.items():
        found += hollow(value, README, field)
    if "license" in matter and not is_hub_id(matter["license"]):
        fault = f"malformed: the hub knows no licence '{matter['license']}'"
        found.append(Fault(README, "license", fault, "give the hub's id, or 'other'"))
    for placeholder in dict.fromkeys(one[0] for one in PLACEHOLDER.finditer(body)):
        fix = "replace it by the fact in the configuration, or leave it out"
        found.append(Fault(README, "body", f"placeholder: '{placeholder.strip()}'", fix))
    return found


def base_name(base: ResolvedBase) -> str:
    """Name the base without where it lies on this machine."""
    return _hub_id(base) or Path(base.name).name


def _hub_id(base: ResolvedBase) -> str:
    """Give the id on the hub, where the model is from there: the cache keeps it below ``snapshots``."""
    if base.name in _BUNDLED:
        return _BUNDLED[base.name]
    return base.name if _HUB_ID.fullmatch(base.name) and base.folder.parent.name == "snapshots" else ""
