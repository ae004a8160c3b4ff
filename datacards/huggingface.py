"""A card as the README of a Hugging Face dataset: YAML front matter and Markdown.

The front matter follows https://github.com/huggingface/hub-docs/blob/main/datasetcard.md; its
``configs`` make ``datasets.load_dataset(folder, config)`` work on the folder.
"""

import re
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from datacards.card import Card, Column, Config
from datacards.licences import licence
from datacards.terms import combine

_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
    (10_000_000_000, "1B<n<10B"),
    (100_000_000_000, "10B<n<100B"),
    (1_000_000_000_000, "100B<n<1T"),
)


_PERMISSION = re.compile(r"^## Permission\n.*\Z", re.DOTALL | re.MULTILINE)


def size_category(rows: int) -> str:
    """Give the hub's size bucket for a number of rows."""
    return next((name for limit, name in _SIZES if rows < limit), "n>1T")


def front_matter(card: Card) -> dict[str, Any]:
    """Give the YAML front matter as data."""
    matter: dict[str, Any] = {"pretty_name": card.title}
    if card.languages:
        matter["language"] = list(card.languages)
        matter["multilinguality"] = ["monolingual" if len(card.languages) == 1 else "multilingual"]
    matter |= _licence(card)
    if card.configs:
        matter["size_categories"] = [size_category(card.rows)]
        matter["configs"] = [_data_files(config) for config in card.configs]
        matter["dataset_info"] = [_info(config) for config in card.configs]
    return matter


def render(card: Card) -> str:
    """Render the whole README."""
    environment = Environment(
        loader=PackageLoader("datacards"),
        autoescape=False,  # noqa: S701  Markdown; cells are escaped by the filter below
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = cell
    matter = yaml.safe_dump(front_matter(card), allow_unicode=True, sort_keys=False, width=1000)
    return environment.get_template("huggingface.md.j2").render(
        card=card,
        matter=matter,
        licences=[licence(name) for name in card.licences],
        mix=combine((source.name, source.licence) for source in card.sources),
        layouts=_layouts(card),
    )


def with_permission(readme: str, sentence: str) -> str:
    """Add to a README why the dataset may be passed on although its licences do not allow it."""
    return f"{_PERMISSION.sub('', readme).rstrip()}\n\n## Permission\n\n{cell(sentence)}\n"


def cell(value: object) -> str:
    """Make a value fit for a cell of a Markdown table: one line, nothing that ends the cell."""
    text = re.sub(r"\s+", " ", str(value)).strip()
    return re.sub(r"([\\|<>`])", r"\\\1", text)


def _layouts(card: Card) -> list[tuple[tuple[Column, ...], list[str]]]:
    """Give each set of columns once, with the configurations that have it."""
    layouts: dict[tuple[Column, ...], list[str]] = {}
    for config in card.configs:
        layouts.setdefault(config.columns, []).append(config.name)
    return list(layouts.items())


def _licence(card: Card) -> dict[str, Any]:
    found = [licence(name) for name in card.licences]
    ids = list(dict.fromkeys(one.hub for one in found))
    matter: dict[str, Any] = {"license": ids[0] if len(ids) == 1 else ids}
    unknown = [one.given for one in found if one.hub == "other"]
    if unknown:
        matter["license_name"] = re.sub(r"[^a-z0-9.]+", "-", ", ".join(unknown).lower()).strip("-") or "other"
        matter["license_link"] = "README.md"
    return matter


def _data_files(config: Config) -> dict[str, Any]:
    return {
        "config_name": config.name,
        "data_files": [
            {"split": split.name, "path": [file.path for file in split.files]} for split in config.splits
        ],
    }


def _info(config: Config) -> dict[str, Any]:
    sizes = {split.name: split.bytes for split in config.splits}
    return {
        "config_name": config.name,
        "features": [_feature(column) for column in config.columns],
        "splits": [
            {"name": split.name, "num_bytes": split.bytes, "num_examples": split.rows}
            for split in config.splits
        ],
        "download_size": sum(sizes.values()),
        "dataset_size": sum(sizes.values()),
    }


def _feature(column: Column) -> dict[str, Any]:
    if column.dtype == "messages":
        turn = [{"name": "role", "dtype": "string"}, {"name": "content", "dtype": "string"}]
        return {"name": column.name, "list": turn}
    if column.repeated:
        return {"name": column.name, "list": column.dtype}
    return {"name": column.name, "dtype": column.dtype}
