"""What is wrong with the README of a dataset, by itself: the hub's front matter, and the text.

What the data has to say to it is checked where data is read.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from datacards.checks import PLACEHOLDER, Fault, covered, hollow
from datacards.front_matter import split
from datacards.huggingface import size_category
from datacards.licences import is_hub_id

_HEADING = re.compile(r"^#{1,6}[ \t].*$", re.MULTILINE)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)*")
_SIZES = {size_category(10**power) for power in range(14)}


def check_readme(text: str, name: str) -> list[Fault]:
    """Check the README of a dataset: the front matter that the hub reads, and the text."""
    try:
        matter, body = split(text)
    except ValueError as error:
        return [
            Fault(
                name,
                "front matter",
                f"malformed: {error}",
                "see https://huggingface.co/docs/hub/datasets-cards",
            )
        ]
    found = [*_readme_gaps(matter, name)]
    told = {fault.field for fault in found}
    for check in (_licence, _languages, _sizes, _configs):
        found += [fault for fault in check(matter, name) if not covered(fault.field, told)]
    if not _HEADING.sub("", body).strip():
        found.append(
            Fault(name, "body", "empty", "say what the dataset is, where it comes from and what it lacks")
        )
    for placeholder in dict.fromkeys(one[0] for one in PLACEHOLDER.finditer(body)):
        found.append(
            Fault(
                name,
                "body",
                f"placeholder: '{placeholder.strip()}'",
                "replace it by the fact, or leave it out",
            )
        )
    return found


def _readme_gaps(matter: Mapping[str, Any], name: str) -> Iterator[Fault]:
    for field in ("pretty_name", "language", "license", "size_categories", "configs"):
        if field not in matter:
            yield Fault(name, field, "missing", "state it in the front matter")
    for field, value in matter.items():
        if field != "dataset_info":
            yield from hollow(value, name, field)


def _licence(matter: Mapping[str, Any], name: str) -> Iterator[Fault]:
    named = as_list(matter.get("license"))
    for one in named:
        if not isinstance(one, str) or not is_hub_id(one):
            fix = "give the hub's id (https://huggingface.co/docs/hub/repositories-licenses), or 'other'"
            yield Fault(name, "license", f"malformed: the hub knows no licence '{one}'", fix)
    if "other" in named:
        for field in ("license_name", "license_link"):
            if field not in matter:
                yield Fault(name, field, "missing", "a licence 'other' needs its name and a link to it")


def _languages(matter: Mapping[str, Any], name: str) -> Iterator[Fault]:
    for one in as_list(matter.get("language")):
        if not isinstance(one, str) or not _LANGUAGE.fullmatch(one):
            yield Fault(
                name, "language", f"malformed: '{one}' is no ISO 639 code", "give the code, such as ko"
            )


def _sizes(matter: Mapping[str, Any], name: str) -> Iterator[Fault]:
    buckets = as_list(matter.get("size_categories"))
    for one in buckets:
        if one not in _SIZES:
            yield Fault(
                name,
                "size_categories",
                f"malformed: the hub knows no size '{one}'",
                "give a bucket, such as 1K<n<10K",
            )
    counts: list[Any] = [count for _, _, count in declared_splits(matter)]
    if counts and all(isinstance(count, int) for count in counts):
        bucket = size_category(sum(counts))
        if len(buckets) == 1 and buckets[0] in _SIZES and buckets[0] != bucket:
            fault = f"contradiction: {sum(counts):,} rows are declared, which is {bucket}, not {buckets[0]}"
            yield Fault(name, "size_categories", fault, f"write {bucket}")


def declared_splits(matter: Mapping[str, Any]) -> list[tuple[Any, Any, Any]]:
    """Give configuration, name and rows of each split that is declared."""
    return [
        (info.get("config_name"), part.get("name"), part.get("num_examples"))
        for info in as_list(matter.get("dataset_info"))
        if isinstance(info, Mapping)
        for part in as_list(info.get("splits"))
        if isinstance(part, Mapping)
    ]


def _configs(matter: Mapping[str, Any], name: str) -> Iterator[Fault]:
    names: list[str] = []
    for place, config in enumerate(as_list(matter.get("configs"))):
        if not isinstance(config, Mapping) or not config.get("config_name") or not config.get("data_files"):
            yield Fault(name, f"configs.{place}", "malformed: needs config_name and data_files", "state both")
            continue
        if config["config_name"] in names:
            fault = f"malformed: two configurations are named '{config['config_name']}'"
            yield Fault(name, f"configs.{place}", fault, "give each a name of its own")
        names.append(config["config_name"])


def as_list(value: Any) -> list[Any]:
    """Give what may stand alone or in a list as a list."""
    return value if isinstance(value, list) else [] if value in (None, "") else [value]
