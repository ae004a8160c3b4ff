"""What a model came from: the releases and files that it learned, with their hashes and licences."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from curation.checkpoints import sha256_of
from curation.errors import ConfigurationError
from curation.manifest import NAME, load_manifest
from curation.permission import README
from training.base import ResolvedBase
from training.config import Preference, Rows, TrainConfig

Use = Literal["learned", "replayed", "preferred"]


@dataclass(frozen=True, slots=True)
class DataSource:
    """A source of a release, or a file by itself; ``figures`` are those of the release's ledger."""

    name: str
    licence: str
    url: str = ""
    figures: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset as a model used it.

    ``manifest`` and ``card`` are hashes of a release's files, ``file`` that of a file in another format.
    ``permission`` is the sentence of somebody who allowed a release to be handed on.
    """

    name: str
    use: Use
    sources: tuple[DataSource, ...]
    title: str = ""
    url: str = ""
    languages: tuple[str, ...] = ()
    manifest: str = ""
    card: str = ""
    file: str = ""
    permission: str = ""

    def as_json(self) -> dict[str, Any]:
        """Give the facts as JSON data."""
        return asdict(self)


def datasets_of(config: TrainConfig, record: Mapping[str, Any]) -> tuple[Dataset, ...]:
    """Describe every dataset that went into a model, in the order of the configuration.

    Raises
    ------
    ConfigurationError
        When a release is not where the configuration says, or not the one that the record of the run
        tells of.
    """
    sources = (record.get("run") or {}).get("sources") or ()
    return tuple(_datasets(config, {one["path"]: one["sha256"] for one in sources}))


def refuse_other_base(record: Mapping[str, Any], base: ResolvedBase) -> None:
    """Make sure that a base is the one that the record of a run tells of.

    Raises
    ------
    ConfigurationError
        When it is another one: what was trained does not fit it.
    """
    trained = ((record.get("run") or {}).get("base") or {}).get("revision", base.revision)
    if trained != base.revision:
        raise ConfigurationError(
            f"The base model has changed since the run: it was {trained}, and is {base.revision}.",
            where=f"base: {base.name}",
            fix="Put the earlier weights back (or name them in base.revision), or run again.",
        )


def _datasets(config: TrainConfig, learned: Mapping[str, str]) -> Iterator[Dataset]:
    uses: tuple[tuple[Use, tuple[Rows, ...]], ...] = (
        ("learned", config.data.train),
        ("replayed", config.data.replay),
    )
    for use, every in uses:
        for rows in every:
            was = learned.get(rows.path, "")
            yield _release(rows, use, was) if rows.format == "release" else _file(rows, use, was)
    if config.preference is not None:
        yield _file(config.preference, "preferred", "")


def _release(rows: Rows, use: Use, was: str) -> Dataset:
    folder = Path(rows.path).expanduser()
    manifest = load_manifest(folder)
    if manifest is None:
        raise ConfigurationError(
            "The release that the model learned from is not here, so its licences cannot be told.",
            where=f"data: {rows.path}",
            fix="Put it back, or correct the path.",
        )
    sha256 = sha256_of(folder / NAME)
    if sha256 != (was or rows.sha256 or sha256):
        raise ConfigurationError(
            f"The release is not the one that the model learned from: its manifest is {sha256}.",
            where=f"data: {rows.path}",
            fix="Put back the release of the run, or run again.",
        )
    recipe = manifest["recipe"]
    used = [one for one in manifest["sources"] if rows.config in ("", one["config"])]
    named = {one["name"] for one in used}
    languages = (one.get("language", "") for one in recipe.get("sources", []) if one["name"] in named)
    return Dataset(
        name=manifest["name"],
        use=use,
        sources=tuple(_source(one, manifest["ledger"].get(one["name"], {})) for one in used),
        title=recipe.get("title", ""),
        url=recipe.get("url", ""),
        languages=tuple(dict.fromkeys(one for one in languages if one)),
        manifest=sha256,
        card=sha256_of(folder / README),
        permission=manifest.get("permission", ""),
    )


def _source(source: dict[str, Any], entry: dict[str, Any]) -> DataSource:
    dropped = entry.get("dropped", {})
    lost = sum(dropped.values()) if isinstance(dropped, dict) else int(dropped)
    figures = {**{key: entry.get(key) for key in ("read", "kept")}, "dropped": lost}
    figures["quarantined"] = entry.get("quarantined")
    told = tuple((key, value) for key, value in figures.items() if isinstance(value, int)) if entry else ()
    return DataSource(source["name"], source["licence"], source["url"], told)


def _file(given: Rows | Preference, use: Use, was: str) -> Dataset:
    file = Path(given.path).expanduser()
    sha256 = was or (sha256_of(file) if file.is_file() else "")
    return Dataset(file.name, use, (DataSource(file.name, given.licence),), file=sha256)
