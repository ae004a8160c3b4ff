"""A release as a card: only what was measured or stated in the recipe."""

from collections.abc import Mapping
from typing import Any, Literal

from curation.ledger import Entry
from curation.lengths import Lengths
from curation.recipe import Recipe, StepUse
from curation.records import SCHEMAS, Kind
from curation.steps import STEPS
from datacards.card import Card, Column, Config, Figure, FileFacts, SourceFacts, Split, StepFacts

_COLUMNS = {
    "id": "hash of source and content as read, stable across runs",
    "text": "the text",
    "title": "title, empty where the source has none",
    "source": "name of the source",
    "licence": "licence of the source",
    "attributes": "what else the source says about the row: a JSON object with sorted keys",
    "tags": "what the steps found out about the row: a JSON object with sorted keys",
    "file": "file that the row was read from",
    "line": "its line there, or its item in formats without lines",
    "task": "task the row belongs to",
    "definition": "the task's definition",
    "messages": "the conversation; the last message is the one to learn",
    "references": "all accepted outputs",
    "label_space": "the closed set of outputs of a classification task, else empty",
    "split_group": "rows with the same group must not be parted between train and test",
}
# What a reader of the card may take for granted, by the step that would have done it.
_NOT_DONE = (
    ("exact_dedup", "Exact duplicates were not removed."),
    ("near_dedup", "Near duplicates were not searched for."),
    ("personal_data", "Personal data was not searched for; texts may hold names, numbers and addresses."),
    ("safety", "Abusive or biased content was neither marked nor removed."),
)


def card_of(
    recipe: Recipe,
    kinds: Mapping[str, Kind],
    ledger: Mapping[str, Entry],
    lengths: Mapping[str, Lengths],
    files: list[dict[str, Any]],
) -> Card:
    """Describe a release.

    Parameters
    ----------
    kinds
        Kind of record by configuration.
    lengths
        Lengths of the kept texts by source.
    files
        The data files as the manifest describes them.
    """
    title = recipe.title or recipe.name
    return Card(
        name=recipe.name,
        title=title,
        version=str(recipe.version),
        description=recipe.description,
        url=recipe.url,
        creator=recipe.creator,
        languages=tuple(dict.fromkeys(source.language for source in recipe.sources)),
        licences=tuple(dict.fromkeys(source.licence for source in recipe.sources)),
        configs=tuple(_configs(recipe, kinds, files)),
        sources=tuple(_source(recipe, name, entry) for name, entry in ledger.items()),
        steps=tuple(_step(use, ledger) for use in recipe.steps),
        figures=tuple(_figures(ledger, lengths)),
        quirks=tuple(_quirks(recipe, ledger)),
    )


def _configs(recipe: Recipe, kinds: Mapping[str, Kind], files: list[dict[str, Any]]) -> list[Config]:
    found: dict[tuple[str, str], list[FileFacts]] = {}
    for file in files:
        _, config, name = file["path"].split("/")
        split = name[: -len("-00000-of-00000.parquet")]
        found.setdefault((config, split), []).append(FileFacts(**file))
    # In the recipe's order; a split of which nothing was kept has no file and no place here.
    places = [place for place in dict.fromkeys((s.config, s.split) for s in recipe.sources) if place in found]
    places += [place for place in found if place not in places]  # made by a step
    return [
        Config(
            name=config,
            columns=tuple(_column(field.name) for field in SCHEMAS[kinds[config]]),
            splits=tuple(
                Split(name=split, files=tuple(found[of, split])) for of, split in places if of == config
            ),
        )
        for config in dict.fromkeys(config for config, _ in places)
    ]


def _column(name: str) -> Column:
    dtypes: dict[str, Literal["messages", "int64"]] = {"messages": "messages", "line": "int64"}
    return Column(
        name=name,
        dtype=dtypes.get(name, "string"),
        repeated=name in ("references", "label_space"),
        description=_COLUMNS[name],
    )


def _source(recipe: Recipe, name: str, entry: Entry) -> SourceFacts:
    source = next(source for source in recipe.sources if source.name == name)
    return SourceFacts(
        name=name,
        licence=source.licence,
        url=source.url,
        language=source.language,
        config=source.config,
        read=entry.read,
        kept=entry.kept,
        dropped=sum(entry.dropped.values()),
        quarantined=entry.quarantined,
        recovered=sum(counts["rows"] for counts in entry.recovered.values()),
    )


def _step(use: StepUse, ledger: Mapping[str, Entry]) -> StepFacts:
    concerned = tuple(name for name in ledger if use.concerns(name))
    dropped = sum(
        count
        for name in concerned
        for label, count in ledger[name].dropped.items()
        if label.startswith(f"{use.step}/")
    )
    return StepFacts(
        name=use.step,
        summary=STEPS[use.step].summary,
        params={key: value for key, value in use.params.items() if not isinstance(value, list | dict)},
        sources=() if len(concerned) == len(ledger) else concerned,
        dropped=dropped,
    )


def _figures(ledger: Mapping[str, Entry], lengths: Mapping[str, Lengths]) -> list[Figure]:
    every = Lengths()
    for one in lengths.values():
        for length, count in one.counts.items():
            every.counts[length] = every.counts.get(length, 0) + count
    read = sum(entry.read for entry in ledger.values())
    kept = sum(entry.kept for entry in ledger.values())
    return [
        Figure(label="Rows read from the sources", value=f"{read:,}"),
        Figure(label="Share kept", value=f"{kept / read:.1%}"),
        Figure(label="Characters", value=f"{every.total():,}"),
        Figure(label="Median length in characters", value=f"{every.quantile(0.5):,}"),
        Figure(label="95 % of texts are no longer than", value=f"{every.quantile(0.95):,}"),
    ]


def _quirks(recipe: Recipe, ledger: Mapping[str, Entry]) -> list[str]:
    done = {use.step for use in recipe.steps}
    quirks = [statement for step, statement in _NOT_DONE if step not in done]
    for name, entry in ledger.items():
        for reason, counts in sorted(entry.recovered.items()):
            quirks.append(
                f"Rows of `{name}` that were repaired because of {reason}: {counts['rows']:,} "
                f"(lines of its files: {counts['lines']:,})."
            )
    return quirks
