"""Data sets of the Hugging Face hub, through the package `datasets`: `hf:name[:config[:split]]`.

Rows are written as JSON lines or Parquet, whichever the source's reader takes. The hub's token is the one in
HF_TOKEN or of `hf auth login`; it goes to the hub alone.
"""

import re
import sys
from pathlib import Path
from typing import Any

import orjson

from curation.errors import ConfigurationError, UserError
from curation.fetching.kept import held, keep, part_of
from curation.installing import installing
from curation.progress import Progress
from curation.readers.quoting import shown

_ADDRESS = re.compile(r"hf:([\w-][\w.-]*(?:/[\w-][\w.-]*)?)(?::([\w-][\w.-]*))?(?::([\w-][\w.-]*))?")

_LONGEST_ERROR = 300


def means(address: str) -> bool:
    """Tell an address of rows (``hf:name``) from one of the hub's files (``hf://datasets/name/path``)."""
    return address.startswith("hf:") and not address.startswith("hf://")


def pattern_of(address: str, suffixes: tuple[str, ...]) -> str:
    """Where the rows of an address are kept, below the folder of fetched files.

    Raises
    ------
    ConfigurationError
        When it is no address, or the reader takes neither JSON lines nor Parquet.

    Examples
    --------
    >>> pattern_of("hf:skt/kobest_v1:boolq:test", (".parquet",))
    'hf/skt/kobest_v1/boolq/test.parquet'
    """
    name, config, split = _parts(address)
    suffix = next((one for one in (".parquet", ".jsonl") if one in suffixes), None)
    if suffix is None:
        raise ConfigurationError(
            "rows of a data set are JSON lines or Parquet, and this source's reader takes neither",
            where=address,
            fix="read them with `parquet` or `jsonl`, or name the hub's files: hf://datasets/owner/name/path",
        )
    return f"hf/{name}/{config or 'default'}/{split or 'only'}{suffix}"


def fetch_rows(address: str, target: Path, progress: Progress) -> Path:
    """Bring the rows of a data set to ``target``; not again while the hub has the same revision.

    Raises
    ------
    ConfigurationError
        When `datasets` is not installed, or the address does not say which of several splits is meant.
    UserError
        When the hub does not answer, or has no such data set.
    """
    try:
        import datasets  # noqa: PLC0415 - optional, and slow to import
        import huggingface_hub  # noqa: PLC0415
    except ImportError as error:
        raise ConfigurationError(
            "addresses hf: need the package datasets, which is not installed",
            where=address,
            fix=f"{installing('train')}, or name the hub's files: hf://datasets/owner/name/path",
        ) from error
    if not sys.stderr.isatty():
        datasets.disable_progress_bars()
    name, config, split = _parts(address)
    try:
        revision = str(huggingface_hub.HfApi().dataset_info(name).sha)
        note = held(target)
        if note is not None and note.version == revision:
            return target
        whole = datasets.load_dataset(name, config or None, revision=revision)
    except Exception as error:  # the hub, the network and every format raise their own
        said = " ".join(f"{error} {error.__cause__ or ''}".split())
        raise UserError(
            f"the data set cannot be loaded: {type(error).__name__}: {shown(said, _LONGEST_ERROR)}",
            where=address,
            fix="check its name and configuration, the network, and the token in HF_TOKEN",
        ) from error
    write_rows(_split(whole, split, address), target, progress)
    keep(target, revision)
    return target


def write_rows(rows: Any, target: Path, progress: Progress) -> None:
    """Write the rows of a data set as the part of ``target``, in the form that its suffix names."""
    part = part_of(target)
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        if target.suffix == ".parquet":
            rows.to_parquet(str(part))
            return
        with part.open("wb") as sink, progress.task("write the rows", len(rows), "rows") as advance:
            for row in rows:
                sink.write(orjson.dumps(row) + b"\n")
                advance(1)
    except TypeError as error:
        part.unlink(missing_ok=True)
        raise ConfigurationError(
            f"the rows hold what is no JSON: {error}", where=target.name, fix="read them with `parquet`"
        ) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _split(whole: Any, split: str, address: str) -> Any:
    if not split and len(whole) == 1:
        return next(iter(whole.values()))
    if split not in whole:
        # Never all of them: a test set would be trained on.
        raise ConfigurationError(
            f"the data set has the splits {', '.join(map(str, whole))}",
            where=address,
            fix="name one: hf:name:config:split, with `default` for a data set without configurations",
        )
    return whole[split]


def _parts(address: str) -> tuple[str, str, str]:
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise ConfigurationError(
            "this is no address of a data set",
            where=address,
            fix="write hf:owner/name, hf:owner/name:config or hf:owner/name:config:split",
        )
    return found[1], found[2] or "", found[3] or ""
