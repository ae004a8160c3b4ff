"""What the manifest of a release answers of a datasheet, so that nobody is asked for it."""

from collections.abc import Iterable
from typing import Any

from curation.inspection.open_release import OpenRelease
from curation.steps import STEPS
from datacards.terms import combine


def known_answers(release: OpenRelease) -> dict[str, str]:
    """Give answers by the ids of :data:`datacards.datasheet.QUESTIONS`, as Markdown."""
    recipe, ledger = release.recipe, release.ledger
    kept = sum(entry.kept for entry in ledger.values())
    read = sum(entry.read for entry in ledger.values())
    lost = sum(entry.quarantined for entry in ledger.values())
    return {
        "motivation.maker": f"Creator as stated in the recipe: {recipe['creator']}.",
        "composition.rows": f"{kept:,} rows: {_splits(release)}.",
        "composition.choice": (
            f"Of {read:,} rows read, {kept:,} were kept, {read - kept - lost:,} dropped with a reason "
            f"(`rejects/`), and {lost:,} could not be used (`quarantine/`)."
        ),
        "composition.splits": f"{_splits(release)}.",
        "composition.errors": _not_done(recipe),
        "composition.personal": _personal(recipe),
        "collection.sources": _listed(
            f"{one['name']}: {one['licence']}" + (f", {one['url']}" if one["url"] else "")
            for one in release.manifest["sources"]
        ),
        "preprocessing.steps": _steps(release),
        "preprocessing.raw": (
            "Files that were read are named in `manifest.json` with their SHA-256; dropped rows and rows "
            "before they were changed are in `rejects/` and `changes/`."
        ),
        "preprocessing.software": _listed(
            f"{name} {version}"
            for name, version in release.manifest["code"].items()
            if name != "sources_sha256"
        ),
        "distribution.terms": _terms(release),
    } | ({"distribution.where": recipe["url"]} if recipe["url"] else {})


def _splits(release: OpenRelease) -> str:
    rows: dict[str, int] = {}
    for file in release.manifest["files"]:
        if file["path"].startswith("data/"):
            _, config, name = file["path"].split("/")
            place = f"{config}/{name.partition('-')[0]}"
            rows[place] = rows.get(place, 0) + file["rows"]
    return ", ".join(f"{place} {number:,}" for place, number in rows.items())


def _steps(release: OpenRelease) -> str:
    said = []
    for use in release.recipe["steps"]:
        dropped = sum(
            count
            for entry in release.ledger.values()
            for label, count in entry.dropped.items()
            if label.startswith(f"{use['step']}/")
        )
        summary = (
            STEPS[use["step"]].summary if use["step"] in STEPS else "a step that this version does not know"
        )
        said.append(f"`{use['step']}`: {summary}; dropped {dropped:,} rows")
    return _listed(said) if said else "Nothing: rows are as they were read."


def _not_done(recipe: dict[str, Any]) -> str:
    done = {use["step"] for use in recipe["steps"]}
    said = {
        "exact_dedup": "exact duplicates were not removed",
        "near_dedup": "near duplicates were not searched for",
        "quality": "quality was not judged",
    }
    missing = [what for step, what in said.items() if step not in done]
    return f"Not done: {'; '.join(missing)}." if missing else "Exact and near duplicates were removed."


def _personal(recipe: dict[str, Any]) -> str:
    if not any(use["step"] == "personal_data" for use in recipe["steps"]):
        return "Personal data was not searched for."
    return "Numbers, addresses and accounts of persons were searched for; see the processing steps."


def _terms(release: OpenRelease) -> str:
    mix = combine((one["name"], one["licence"]) for one in release.manifest["sources"])
    said = [f"{reason}" for reason in mix.reasons] or ["no conditions"]
    if "permission" in release.manifest:
        said.append(f"permission: {release.manifest['permission']}")
    return _listed([*said, *mix.conflicts])


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
