"""The faults planted in the samples, as far as readers see them: what is read, recovered, quarantined."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from curation.readers import READERS
from curation.readers.base import SourceFile
from curation.readers.encoding import file_encoding
from curation.records import BadRow, Row

SAMPLES = Path(__file__).parents[3] / "samples"
PLANTED = yaml.safe_load((SAMPLES / "faults.yaml").read_text(encoding="utf-8"))
OPTIONS = {"csv": {"text": "문의"}, "jsonl": {"text": "text"}}
BEFORE_ANY_STEP = {"kept", "recovered", "quarantined", "ignored"}


@dataclass(frozen=True)
class Place:
    outcome: str
    lines: int


def read_source(source: str, name: str) -> dict[tuple[str, int], Place]:
    """What became of each place in a source."""
    reader, path = READERS[name], SAMPLES / source
    paths = [path]
    if path.is_dir() and reader.unit == "file":
        paths = sorted(p for p in path.rglob("*") if p.suffix in reader.suffixes)
    options = reader.options(**OPTIONS.get(name, {}))
    found = {}
    for one in paths:
        for item in reader.read(SourceFile(one, one.relative_to(SAMPLES).as_posix()), options):
            if isinstance(item, BadRow):
                found[item.where.file, item.where.line] = Place("quarantined", item.lines)
            elif isinstance(item, Row):
                outcome = "recovered" if item.recovery else "kept"
                found[item.where.file, item.where.line] = Place(outcome, item.lines)
    return found


@pytest.fixture(scope="module")
def places() -> dict[tuple[str, int], Place]:
    return {
        place: outcome
        for entry in PLANTED["rows"]
        for place, outcome in read_source(entry["source"], entry["reader"]).items()
    }


@pytest.mark.parametrize("entry", PLANTED["encodings"], ids=lambda entry: entry["file"])
def test_encoding_is_told(entry):
    encoding = file_encoding(SourceFile(SAMPLES / entry["file"], entry["file"]))
    assert (encoding.codec, bool(encoding.mark)) == (entry["encoding"], entry.get("mark", False))


@pytest.mark.parametrize(
    "entry",
    [entry for entry in PLANTED["rows"] if entry["reader"] != "slack_export"],
    ids=lambda e: e["source"],
)
def test_number_of_rows(entry):
    assert len(read_source(entry["source"], entry["reader"])) == entry["rows"]


def concerns_readers(fault: dict) -> bool:
    """Whether a fault shows before any step, at a place that readers give."""
    whole_file = fault["kind"] == "encoding" and "line" not in fault
    # An answer in Slack stands in the record of its thread, which has the place of the question.
    in_thread = fault["file"].startswith("slack_export/") and fault["kind"] != "broken_row"
    return "needs" not in fault["expected"] and not whole_file and not in_thread


@pytest.mark.parametrize(
    "fault", [f for f in PLANTED["faults"] if concerns_readers(f)], ids=lambda fault: fault["id"]
)
def test_fault_is_met_as_planned(places, fault):
    place = places.get((fault["file"], fault.get("line", 1)))
    outcome = place.outcome if place else "ignored"
    assert outcome in set(fault["expected"]["outcomes"]) & BEFORE_ANY_STEP


def test_every_slack_message_is_accounted_for(read):
    outcome = read("slack_export", SAMPLES / "slack_export")
    (planted,) = (entry["rows"] for entry in PLANTED["rows"] if entry["reader"] == "slack_export")
    noted = sum(int(value) for value in outcome.notes.values())
    assert sum(row.lines for row in outcome.rows) + len(outcome.bad) + noted == planted


def test_a_mention_of_nobody_keeps_its_id(read):
    assert sum("@U0TODAM099" in text for text in read("slack_export", SAMPLES / "slack_export").texts) == 1


def test_rows_without_fault_are_kept(places):
    faulty = {(fault["file"], fault.get("line", 1)) for fault in PLANTED["faults"]}
    assert {outcome.outcome for place, outcome in places.items() if place not in faulty} == {"kept"}
