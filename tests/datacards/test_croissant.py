"""A card as Croissant: what MLCommons' own library says to it."""

import json
from datetime import date
from pathlib import Path

import mlcroissant
import pytest

from datacards.card import Card
from datacards.croissant import render

DAY = date(2026, 11, 22)


def test_the_specification_library_finds_no_fault(tmp_path: Path, card: Card) -> None:
    path = tmp_path / "croissant.json"
    path.write_text(json.dumps(render(card.model_copy(update={"creator": "A maker"}), DAY)))
    metadata = mlcroissant.Dataset(jsonld=str(path)).metadata
    assert not metadata.ctx.issues.errors
    assert not metadata.ctx.issues.warnings
    assert metadata.name == "trial"
    assert metadata.date_published.date() == DAY
    assert [record_set.uuid for record_set in metadata.record_sets] == ["one.train"]


def test_what_the_pipeline_knows_stands_in_rai_fields(tmp_path: Path, card: Card) -> None:
    path = tmp_path / "croissant.json"
    path.write_text(json.dumps(render(card.model_copy(update={"creator": "A maker"}), DAY)))
    metadata = mlcroissant.Dataset(jsonld=str(path)).metadata
    assert not metadata.ctx.issues.errors
    assert metadata.data_collection == (
        "Rows were read from existing sources: a (MIT, https://example.org); b|<b> (own terms)."
    )
    assert metadata.data_collection_missing_data.startswith("0 of 1,300 rows read could not be used")
    assert metadata.data_preprocessing_protocol == ["length: drops; dropped 100 rows"]
    assert metadata.data_limitations == ["Near duplicates were not searched for."]
    assert metadata.personal_sensitive_information == [
        "Personal data was not searched for; texts may hold names, numbers and addresses."
    ]


def test_a_search_for_personal_data_is_stated(card: Card) -> None:
    step = card.steps[0].model_copy(update={"name": "personal_data", "summary": "masks numbers of persons"})
    described = render(card.model_copy(update={"steps": (step,)}), DAY)
    assert described["rai:personalSensitiveInformation"] == ["masks numbers of persons"]


def lose_the_files(described: dict) -> None:
    del described["distribution"]


def name_another_file(described: dict) -> None:
    described["recordSet"][0]["field"][0]["source"]["fileSet"]["@id"] = "absent"


@pytest.mark.parametrize("fault", [lose_the_files, name_another_file])
def test_the_library_would_notice_a_fault(tmp_path: Path, card: Card, fault) -> None:
    described = render(card, DAY)
    fault(described)
    path = tmp_path / "croissant.json"
    path.write_text(json.dumps(described))
    with pytest.raises(mlcroissant.ValidationError):
        mlcroissant.Dataset(jsonld=str(path))


def test_every_file_has_its_hash(card: Card) -> None:
    described = render(card, DAY)
    files = [one for one in described["distribution"] if one["@type"] == "cr:FileObject"]
    assert [one["sha256"] for one in files] == ["0" * 64] * 2
    assert described["license"] == ["https://spdx.org/licenses/MIT.html", "own terms"]
    assert described["version"] == "2.0.0"
    assert described["isBasedOn"] == ["https://example.org"]
    assert "creator" not in described
