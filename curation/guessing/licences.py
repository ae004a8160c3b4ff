"""What the papers beside the data say of rights: quoted, and never concluded from anything else."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from curation.readers.base import SourceFile
from curation.readers.encoding import cannot_open
from datacards.catalogue import CatalogueCard
from datacards.front_matter import split
from datacards.licences import licence

UNKNOWN = "unknown"
_MOST_BYTES = 64 * 1024
# A licence says its name at its beginning; further down it may name others.
_HEADING = 800
_LONGEST_QUOTE = 160
_CREATIVE_COMMONS = re.compile(
    r"Attribution((?:[- ](?:NonCommercial|Share-?Alike|NoDeriv(?:ative)?s))*)[ ,]+(\d\.\d)", re.IGNORECASE
)
_GNU = re.compile(r"GNU (LESSER |AFFERO )?GENERAL PUBLIC LICENSE\s+Version (\d)", re.IGNORECASE)
_TITLES = (
    (re.compile(r"\bMIT License\b|Permission is hereby granted, free of charge", re.IGNORECASE), "MIT"),
    (re.compile(r"Apache License,?\s+Version 2\.0", re.IGNORECASE), "Apache-2.0"),
    (re.compile(r"CC0 1\.0", re.IGNORECASE), "CC0-1.0"),
    (re.compile(r"BSD 3-Clause", re.IGNORECASE), "BSD-3-Clause"),
    (re.compile(r"BSD 2-Clause", re.IGNORECASE), "BSD-2-Clause"),
    (re.compile(r"\bISC License\b", re.IGNORECASE), "ISC"),
    (re.compile(r"\bUnlicense\b|free and unencumbered software", re.IGNORECASE), "Unlicense"),
    (re.compile(r"Open Database License.{0,20}\bv?1\.0", re.IGNORECASE), "ODbL-1.0"),
)
_TAG = re.compile(r"<[^<>]*>")
_MENTIONS = re.compile(r"licen[cs]e|copyright|라이선스|라이센스|저작권|이용 ?허락|CC[ -]BY", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """What a paper says: its words, and the SPDX id where it names one licence at its head."""

    file: str
    quote: str
    spdx: str = ""


def read_papers(papers: Iterable[SourceFile]) -> list[Said]:
    """Read what papers say of rights; those that say nothing are left out."""
    found = []
    for paper in papers:
        try:
            with paper.path.open("rb") as stream:
                text = stream.read(_MOST_BYTES).decode("utf-8-sig", "replace")
        except OSError as error:
            raise cannot_open(paper, error) from error
        said = what_it_says(text, paper.name)
        if said is not None:
            found.append(said)
    return found


def what_it_says(text: str, name: str) -> Said | None:
    """Quote what one paper says, None when it says nothing.

    Examples
    --------
    >>> what_it_says("MIT License\\n\\nCopyright (c) 2020 ...", "LICENSE")
    Said(file='LICENSE', quote='MIT License', spdx='MIT')
    """
    if re.match(r"licen[cs]e|copying", PurePosixPath(name).name, re.IGNORECASE):
        ids = _named(text[:_HEADING])
        first = next((line for line in text.splitlines() if line.strip(" \t=#-*")), "")
        return Said(name, _short(first), ids.pop() if len(ids) == 1 else "") if first else None
    stated = _stated(text)
    if stated:
        return Said(name, f"license: {_short(stated)}", licence(stated).spdx)
    plain = _TAG.sub(" ", text)
    lines = [line for line in plain.splitlines() if _MENTIONS.search(line) and not line.startswith("#")]
    return Said(name, _short(lines[0])) if lines else None


def _named(heading: str) -> set[str]:
    ids = {spdx for title, spdx in _TITLES if title.search(heading)}
    for found in _CREATIVE_COMMONS.finditer(heading):
        parts = re.findall(r"NonC|Share|NoD", found[1], re.IGNORECASE)
        clauses = [{"nonc": "NC", "share": "SA", "nod": "ND"}[part.lower()] for part in parts]
        ids.add("-".join(["CC", "BY", *clauses, found[2]]))
    for found in _GNU.finditer(heading):
        ids.add(f"{(found[1] or ' ')[0].strip().upper()}GPL-{found[2]}.0")
    return ids


def _stated(text: str) -> str:
    """The licence that a front matter states, as cards of data sets do."""
    try:
        matter, _ = split(text)
    except ValueError:
        return ""
    value = matter.get("license", matter.get("licence", ""))
    return value.strip() if isinstance(value, str) else ""


def _short(line: str) -> str:
    text = " ".join(line.split()).strip("# ")
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"


def catalogued(cards: Iterable[CatalogueCard]) -> dict[str, frozenset[str]]:
    """Give by reader the licences of the corpora that it reads; no reader of one whose licence is unknown."""
    stated: dict[str, set[str]] = {}
    for card in cards:
        for reader in card.readers:
            stated.setdefault(reader, set()).add(card.licence)
    return {reader: frozenset(held) for reader, held in stated.items() if UNKNOWN not in held}


def nearest(file: str, said: Iterable[Said]) -> tuple[str, tuple[Said, ...]]:
    """Give the licence for a file and the papers nearest to it that speak of rights.

    The papers of its own folder count, or else of the first folder above that has any; when they do not
    name one licence, it is ``unknown``.
    """
    by_folder: dict[PurePosixPath, list[Said]] = {}
    for one in said:
        by_folder.setdefault(PurePosixPath(one.file).parent, []).append(one)
    path = PurePosixPath(file)
    for folder in (path, *path.parents):  # the first when it is a folder itself
        told = by_folder.get(folder)
        if told:
            ids = {one.spdx for one in told if one.spdx}
            return (ids.pop() if len(ids) == 1 else UNKNOWN), tuple(told)
    return UNKNOWN, ()
