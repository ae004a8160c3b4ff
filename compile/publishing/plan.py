"""What would be published, and what speaks against it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import orjson

from compile.check import check_bundle, is_whole
from compile.check.reading import is_count, is_texts, object_of
from curation.errors import ConfigurationError, UserError
from curation.progress import Progress
from datacards.terms import combine, may_publish
from training.publishing.licence import ModelLicence, model_licence
from training.publishing.publication import Publication

_SEARCH: Final = "search"
_SHOWN: Final = 5
# What is read of the index of passages, beside counts.
_TOLD: Final = {"licences": is_texts}


@dataclass(frozen=True, slots=True)
class Origin:
    """The model that a bundle was made from, and its licence, empty where it is not known.

    ``hub`` is its id on the hub, where it has one; ``languages`` are what it speaks, where that is known.
    """

    name: str
    licence: str
    hub: str = ""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Publication):
    """What is published where; ``public`` says what anybody can read afterwards."""

    kind: Literal["hub", "folder"]
    target: str
    public: tuple[str, ...]
    done: bool = False

    def require(self) -> None:
        """Raise when something speaks against it.

        Raises
        ------
        UserError
            With all of it.
        """
        if self.refusals:
            raise UserError(
                f"The bundle may not be published: {'; '.join(self.refusals)}.",
                where=self.target,
                fix="A dry run lists what speaks against it; mend that, or publish elsewhere.",
            )


def against_faults(bundle: Path, progress: Progress) -> Iterator[str]:
    """Give a sentence on the faults of a bundle, or none."""
    faults = check_bundle(bundle, progress)
    if not faults:
        return
    told = ", ".join(f"{one.file} {one.field}: {one.fault}" for one in faults[:_SHOWN])
    more = f", and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
    yield f"the bundle has {len(faults)} faults: {told}{more}"


def licence_of(origin: Origin) -> ModelLicence:
    """Decide whether a model that was quantised may be handed on: on the terms of the one it is made from."""
    return model_licence((origin.name, origin.licence), ())


def against_licence(origin: Origin, licence: ModelLicence) -> Iterator[str]:
    """Say why the licence forbids publishing, or nothing."""
    if not origin.licence:
        yield f"the licence of {origin.name} is not known: read it, and name it"
    elif not licence.verdict.allowed:
        yield f"the licence: {licence.verdict.reason}"


def against_passages(bundle: Path, *, permitted: bool) -> Iterator[str]:
    """Say why the bundle's passages may not be shared, or nothing.

    ``search/index.json`` may say of them: ``restricted``, how many not everybody may read, and
    ``licences``, those of their sources. What it does not say, somebody has to: ``permitted``.
    """
    if permitted or not (bundle / _SEARCH).is_dir():
        return
    index = search_index(bundle)
    if index.get("restricted"):
        yield f"{index['restricted']:,} passages are for certain groups only"
    licences: Sequence[str] | None = index.get("licences")
    if "restricted" not in index or licences is None:
        yield (
            f"nothing says that the {index.get('passages', 0):,} passages may be shared: "
            "look at them, and say so, or publish without them"
        )
        return
    verdict = may_publish(combine([(f"passages under {name or 'no licence'}", name) for name in licences]))
    if licences and not verdict.allowed:
        yield f"the passages: {verdict.reason}"


def search_index(bundle: Path) -> dict[str, Any]:
    """Read what the exported passages say of themselves; what is damaged, which is a fault, says nothing."""
    try:
        value = orjson.loads((bundle / _SEARCH / "index.json").read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return {name: told for name, told in object_of(value).items() if _TOLD.get(name, is_count)(told)}


def require_whole(bundle: Path) -> None:
    """Raise when this is no whole bundle.

    Raises
    ------
    ConfigurationError
        So.
    """
    if not bundle.is_dir() or not is_whole(bundle):
        raise ConfigurationError(
            "There is no whole bundle here, with page and models.",
            where=str(bundle),
            fix="Name the folder that `malmoi compile` wrote.",
        )
