"""Everything that happened to one row: where it was read, what was done to it, and where it is now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson

from curation.inspection.naming import ById, ByPlace, no_such_row, one_id, understand
from curation.inspection.open_release import OpenRelease, open_release
from curation.inspection.relations import changes_of, copies_of, original_of, stands_for
from curation.inspection.trail import Passed, trail_of

Fate = Literal["kept", "dropped", "quarantined"]
READ = "read"
_SPLIT_SUFFIX = len("-00000-of-00000.parquet")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a row left: the step, its reason, the value that decided, and what a person wants to see.

    ``duplicate_of`` is the row that stays for it, as far as this release holds it: its id, fate
    and place, and its text; of a row of an older release the id alone.
    """

    step: str
    reason: str
    score: float | None
    detail: str | None
    duplicate_of: Mapping[str, Any] | None

    def as_json(self) -> dict[str, Any]:
        """Give the verdict as JSON data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Story:
    """One row.

    ``row``
        the row as the release holds it, with tags and attributes as objects;
    ``held``
        the files of the release it stands in: several when a mix repeated it, ``copies`` times;
    ``recovered``
        how the reader had to repair it, and how many lines that took;
    ``stands_for``
        the rows that left because this one stays: how many, and the first twenty of them;
    ``alike``
        rows that say the same and come from the same source, this one included: they share an id.
    """

    fate: Fate
    row: Mapping[str, Any]
    held: Sequence[str]
    trail: Sequence[Passed] = ()
    config: str | None = None
    split: str | None = None
    copies: int = 1
    recovered: Mapping[str, Any] | None = None
    verdict: Verdict | None = None
    stands_for: Mapping[str, Any] = field(default_factory=lambda: {"count": 0, "rows": []})
    alike: int = 1

    def as_json(self) -> dict[str, Any]:
        """Give the story as JSON data."""
        return {
            "fate": self.fate,
            "id": self.row.get("id"),
            "source": self.row["source"],
            "file": self.row["file"],
            "line": self.row["line"],
            "in": list(self.held),
            "config": self.config,
            "split": self.split,
            "copies": self.copies,
            "alike": self.alike,
            "recovered": self.recovered,
            "steps": [passed.as_json() for passed in self.trail],
            "verdict": self.verdict.as_json() if self.verdict is not None else None,
            "stands_for": self.stands_for,
            "row": self.row,
        }


def explain(path: Path, wanted: str) -> list[Story]:
    """Find the rows called ``wanted``: an id or the beginning of one, or ``FILE:LINE``.

    Raises
    ------
    ConfigurationError
        When that names no row, or several ids.
    UserError
        When no row of the release is called so.
    """
    release = open_release(path)
    meant = understand(wanted, release)
    kept = list(release.found("data", list(meant.columns), meant.among))
    dropped = list(release.found("rejects", list(meant.columns), meant.among))
    if isinstance(meant, ById):
        one_id(wanted, (row["id"] for _, row in [*kept, *dropped]))
    stories = [*_kept(release, kept), *_dropped(release, dropped), *_quarantined(release, meant)]
    if not stories:
        raise no_such_row(wanted, meant, release)
    return stories


def _kept(release: OpenRelease, found: Sequence[tuple[Path, dict[str, Any]]]) -> Iterator[Story]:
    """Tell of kept rows; copies that a mix made are one story."""
    copies: dict[tuple[str, str, int], list[tuple[Path, dict[str, Any]]]] = {}
    for path, row in found:
        key = (row["id"].partition("#")[0], row["file"], row["line"])
        copies.setdefault(key, []).append((path, row))
    for (identifier, *_), held in copies.items():
        path, row = held[0]
        changes, alike = changes_of(release, identifier)
        yield Story(
            "kept",
            _opened(row) | {"id": identifier},
            list(dict.fromkeys(release.name_of(one) for one, _ in held)),
            trail_of(release.recipe["steps"], row["source"], changes, None),
            config=path.parent.name,
            split=path.name[:-_SPLIT_SUFFIX],
            copies=len(held) if "#" not in row["id"] else copies_of(release, identifier),
            recovered=_recovered(changes),
            stands_for=stands_for(release, identifier),
            alike=alike,
        )


def _dropped(release: OpenRelease, found: Sequence[tuple[Path, dict[str, Any]]]) -> Iterator[Story]:
    for path, row in found:
        changes, alike = changes_of(release, row["id"])
        verdict = Verdict(row["step"], row["reason"], row["score"], row["detail"], original_of(release, row))
        yield Story(
            "dropped",
            _opened(row),
            [release.name_of(path)],
            trail_of(release.recipe["steps"], row["source"], changes, row["step"]),
            config=_config(release, row["source"]),
            recovered=_recovered(changes),
            verdict=verdict,
            stands_for=stands_for(release, row["id"], row["duplicate_of"]),
            alike=alike,
        )


def _quarantined(release: OpenRelease, meant: ById | ByPlace) -> Iterator[Story]:
    if not isinstance(meant, ByPlace):
        return
    for path, entry in release.quarantined():
        last = entry["line"] + max(1, entry["lines"]) - 1
        if entry["file"] == meant.file and entry["line"] <= meant.line <= last:
            step = _raised_in(entry["error"], release)
            trail = trail_of(release.recipe["steps"], entry["source"], (), step, raised=True) if step else ()
            yield Story("quarantined", entry, [release.name_of(path)], trail)


def _raised_in(error: str, release: OpenRelease) -> str | None:
    """Give the step that could not work on a row, ``None`` when it could not even be read."""
    for use in release.recipe["steps"]:
        if error.startswith(f"the step '{use['step']}' raised "):
            name: str = use["step"]
            return name
    return None


def _recovered(changes: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    return next(
        ({"reason": one["rule"], "lines": one["count"]} for one in changes if one["step"] == READ), None
    )


def _config(release: OpenRelease, source: str) -> str | None:
    return next((one["config"] for one in release.manifest["sources"] if one["name"] == source), None)


def _opened(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a row with its JSON columns as objects, for people and programs that look at one row."""
    objects = {name: orjson.loads(row[name]) for name in ("tags", "attributes") if name in row}
    return dict(row) | objects
