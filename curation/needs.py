"""What steps need besides their parameters, found and hashed before anything runs."""

import difflib
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from curation.checkpoints import sha256_of
from curation.errors import ConfigurationError
from curation.inputs import SourceInput
from curation.recipe import Recipe, StepUse, step_params
from curation.steps import STEPS
from curation.steps.base import Given, Needs

SIGNATURES = "signatures"  # the folder of signature indexes, beside releases
_SECRET_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for the steps that need something, by their place in the recipe.

    ``identity`` is JSON data that changes when what was found changes; it holds no secret.
    """

    needs: Mapping[int, Needs]
    given: Mapping[int, Given]
    identity: Mapping[int, Any]

    def knowing(self, evaluation: Sequence[SourceInput]) -> "Found":
        """Enter the files of the evaluation sets into the identity: other files, another result."""
        sets = {
            one.source.name: [
                one.reader.name,
                one.options.model_dump(mode="json"),
                [[file.name, file.sha256] for file in one.files],
            ]
            for one in evaluation
        }
        identity = {
            place: {
                **one,
                "evaluation_sets": {name: sets[name] for name in self.needs[place].evaluation_sets},
            }
            for place, one in self.identity.items()
        }
        return replace(self, identity=identity)

    def with_evaluation_sets(self, paths: Mapping[str, Sequence[Path]]) -> dict[int, Given]:
        """Complete what is given by the evaluation sets, once they were read."""
        return {
            place: replace(given, evaluation_sets={n: paths[n] for n in self.needs[place].evaluation_sets})
            for place, given in self.given.items()
        }


def find_needs(
    recipe: Recipe, data: Path, out: Path, missing: dict[int, ConfigurationError] | None = None
) -> Found:
    """Find the files, signature indexes and secrets that the recipe's steps need.

    A file is looked for below the data folder, then from the current folder; a signature index
    below ``signatures`` beside the release ``out``, whose own part of an index does not count:
    making a release again must not take its own rows for older ones.

    Parameters
    ----------
    missing
        Takes, by place, what is not there, instead of an error at the first; such a step is given
        nothing.

    Raises
    ------
    ConfigurationError
        For the first that is missing, before any work is done.
    """
    needs: dict[int, Needs] = {}
    given: dict[int, Given] = {}
    identity: dict[int, Any] = {}
    for place, use in enumerate(recipe.steps):
        step = STEPS[use.step]
        if step.needs is None:
            continue
        wanted = step.needs(step_params(use))
        if wanted == Needs():
            continue
        try:
            files = {name: _file(use, name, data) for name in wanted.files}
            indexes = {name: _index(use, name, out) for name in wanted.signatures}
            secrets = {name: _secret(use, name) for name in wanted.secrets}
        except ConfigurationError as error:
            if missing is None:
                raise
            missing[place] = error
            continue
        needs[place] = wanted
        given[place] = Given(files=files, signatures=indexes, secrets=secrets)
        identity[place] = {
            "files": {name: sha256_of(path) for name, path in files.items()},
            "signatures": {
                name: [[path.name, _folder_hash(path)] for path in paths] for name, paths in indexes.items()
            },
            "secrets": {name: _fingerprint(value) for name, value in secrets.items()},
        }
    return Found(needs, given, identity)


def _file(use: StepUse, name: str, data: Path) -> Path:
    for path in (data / name, Path(name)):
        if path.is_file():
            return path.resolve()
    key = next((key for key, value in use.params.items() if value == name), None)
    raise ConfigurationError(
        f"the step '{use.step}' needs a file that is not there"
        + (f" (its parameter '{key}')" if key else ""),
        where=name,
        fix=_similar(name, data) or "put it below the data folder, or give its path from the current folder",
    )


def _similar(name: str, data: Path) -> str:
    """Name the file that is spelled most like ``name``, in the folder where it should be."""
    for root in (data, Path()):
        folder = (root / name).parent
        there = sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
        close = difflib.get_close_matches(Path(name).name, there, n=1)
        if close:
            return f"did you mean '{(Path(name).parent / close[0]).as_posix()}'?"
    return ""


def _index(use: StepUse, name: str, out: Path) -> list[Path]:
    """Give the parts of an index, one for each release that saved into it."""
    signatures = out.resolve().parent / SIGNATURES
    parts = sorted(path for path in (signatures / name).glob("*") if path.is_dir() and path.name != out.name)
    # The first release of a series compares with what there will be.
    if parts or use.params.get("save") == name:
        return parts
    there = sorted(one.name for one in signatures.iterdir() if one.is_dir()) if signatures.is_dir() else []
    raise ConfigurationError(
        f"the step '{use.step}' names a signature index '{name}' that is not there",
        where=str(signatures / name),
        fix=f"there are: {', '.join(there)}" if there else "make one first with 'save: NAME' in a run",
    )


def _secret(use: StepUse, name: str) -> str:
    value = os.environ.get(name, "")
    if len(value) >= _SECRET_LENGTH:
        return value
    what = "is not set" if not value else f"has fewer than {_SECRET_LENGTH} characters"
    raise ConfigurationError(
        f"the step '{use.step}' needs a secret, and the environment variable {what}",
        where=name,
        fix=f'{name}="$(openssl rand -hex 32)" makes one; keep it to get the same replacements again',
    )


def _fingerprint(secret: str) -> str:
    return hashlib.blake2b(secret.encode(), digest_size=8, person=b"malmoi-needs").hexdigest()


def _folder_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{sha256_of(path)}\n".encode())
    return digest.hexdigest()
