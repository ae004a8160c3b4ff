"""What steps need besides their parameters, found and hashed before anything runs."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from curation.checkpoints import sha256_of
from curation.errors import ConfigurationError
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

    def with_evaluation_sets(self, paths: Mapping[str, Sequence[Path]]) -> dict[int, Given]:
        """Complete what is given by the evaluation sets, once they were read."""
        return {
            place: replace(given, evaluation_sets={n: paths[n] for n in self.needs[place].evaluation_sets})
            for place, given in self.given.items()
        }


def find_needs(recipe: Recipe, data: Path, out: Path) -> Found:
    """Find the files, signature indexes and secrets that the recipe's steps need.

    A file is looked for below the data folder, then from the current folder; a signature index
    below ``signatures`` beside the release ``out``, whose own part of an index does not count:
    making a release again must not take its own rows for older ones.

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
        files = {name: _file(use, name, data) for name in wanted.files}
        indexes = {name: _index(use, name, out) for name in wanted.signatures}
        secrets = {name: _secret(use, name) for name in wanted.secrets}
        needs[place] = wanted
        given[place] = Given(files=files, signatures=indexes, secrets=secrets)
        identity[place] = {
            "files": {name: sha256_of(path) for name, path in files.items()},
            "signatures": {
                name: [[path.name, _folder_hash(path)] for path in paths] for name, paths in indexes.items()
            },
            "secrets": {name: _fingerprint(value) for name, value in secrets.items()},
            "evaluation_sets": list(wanted.evaluation_sets),
        }
    return Found(needs, given, identity)


def _file(use: StepUse, name: str, data: Path) -> Path:
    for path in (data / name, Path(name)):
        if path.is_file():
            return path.resolve()
    raise ConfigurationError(
        f"the step '{use.step}' needs a file that is not there",
        where=name,
        fix="put it below the data folder, or give its path from the current folder",
    )


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
