"""From the name of a base model to the folder it lies in, its revision and its licence."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from curation.errors import ConfigurationError
from curation.progress import Progress, Quiet
from datacards.front_matter import split
from datacards.licences import licence
from training.base import smollm2, tiny
from training.base.licences import is_certain, known_licence
from training.base.weights import weights_sha256
from training.config import Base

_COMMIT: Final = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class ResolvedBase:
    """A base model that is here.

    ``name`` is what the configuration calls it; ``revision`` the hub's commit, or ``sha256:`` and the
    hash of the weights; ``licence`` an SPDX id or the model's own words, empty when nothing is known;
    ``template`` the text of a chat template that takes the place of the tokenizer's, or empty.
    """

    name: str
    folder: Path
    revision: str
    licence: str
    template: str = ""


def resolve(base: Base, progress: Progress | None = None) -> ResolvedBase:
    """Find the base model on this machine; nothing is downloaded.

    Raises
    ------
    ConfigurationError
        When it is not here, not complete, not of the revision that is named, or its licence is told
        in two ways.
    UserError
        When a model that malmoi makes by itself cannot be put into the cache.
    """
    progress = progress if progress is not None else Quiet()
    template = _template(base.template)
    if base.model in ("smollm2", "tiny"):
        bundled = smollm2 if base.model == "smollm2" else tiny
        made = smollm2.smollm2(progress) if base.model == "smollm2" else tiny.tiny()
        revision = f"sha256:{made.facts['weights']}"
        _check_revision(base, revision)
        return ResolvedBase(base.model, made.folder, revision, bundled.LICENCE, template)
    folder, revision = _found(base, progress)
    return ResolvedBase(base.model, folder, revision, _licence(base, folder), template)


def _found(base: Base, progress: Progress) -> tuple[Path, str]:
    from chat.local_model import local_folder  # noqa: PLC0415

    folder = local_folder(base.model)
    if folder.parent.name == "snapshots" and _COMMIT.fullmatch(folder.name):
        folder = _snapshot(folder, base)
        return folder, folder.name
    with progress.task("hash the base model", None, "files") as advance:
        revision = f"sha256:{weights_sha256(folder)}"
        advance(1)
    _check_revision(base, revision)
    return folder, revision


def _snapshot(folder: Path, base: Base) -> Path:
    """The snapshot of the revision that is asked for: a commit, or a branch or tag that the cache knows."""
    if not base.revision:
        return folder
    reference = folder.parents[1] / "refs" / base.revision
    commit = reference.read_text().strip() if reference.is_file() else base.revision
    wanted = folder.parent / commit
    if _COMMIT.fullmatch(commit) and wanted.is_dir():
        return wanted
    raise ConfigurationError(
        f"The cache of the Hugging Face hub has this model, but not its revision '{base.revision}'.",
        where="base.revision",
        fix=f"Fetch it once with: hf download {base.model} --revision {base.revision}",
    )


def _check_revision(base: Base, revision: str) -> None:
    if base.revision and base.revision != revision:
        raise ConfigurationError(
            f"The weights of the base model are not those of the named revision: they are {revision}.",
            where=f"base.revision: {base.revision}",
            fix="Put the right weights there, or correct or leave out base.revision.",
        )


def _template(path: str) -> str:
    if not path:
        return ""
    try:
        return Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The chat template cannot be read: {error}",
            where=f"base.template: {path}",
            fix="Name a Jinja file in UTF-8.",
        ) from error


def _licence(base: Base, folder: Path) -> str:
    """What the folder's own card says, else what is known of the model, else what the configuration says."""
    told, known = _of_readme(folder / "README.md"), known_licence(base.model)
    found = told or (known if is_certain(base.model) else base.licence or known)
    if found and base.licence and _same(found) != _same(base.licence):
        raise ConfigurationError(
            f"base.licence says '{base.licence}', but the model's is '{found}'.",
            where="base.licence",
            fix="Leave base.licence out; it is for models whose licence is not known.",
        )
    return found or base.licence


def _same(name: str) -> str:
    return licence(name).spdx or " ".join(name.lower().split())


def _of_readme(path: Path) -> str:
    """The licence in the front matter of a model card; one named ``other`` by its ``license_name``."""
    try:
        front, _ = split(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError):
        return ""
    told = front.get("license")
    names = [str(one) for one in (told if isinstance(told, list) else [told]) if one]
    if names in (["other"], ["unknown"]):
        names = [str(front["license_name"])] if front.get("license_name") else []
    return "; ".join(licence(name).spdx or name for name in names)
