"""A release goes where others can have it only when its sources allow it, or somebody says who did."""

import fsspec
import orjson
import pytest

from curation.errors import ConfigurationError
from curation.inspection.card_faults import check_release
from curation.manifest import load_manifest, verifies
from curation.permission import open_to_others
from curation.progress import Quiet
from curation.remote import upload_release
from curation.run import run_recipe

SENTENCE = "The institute allowed it\nin writing on 1 May 2026."


@pytest.fixture
def closed(tmp_path, data, write_jsonl, recipe_of):
    """A release one of whose sources may not be passed on."""
    write_jsonl("a.jsonl", ["회의실은 하루 전에 예약합니다."])
    write_jsonl("b.jsonl", ["주차장은 지하 이 층에 있습니다."])
    sources = {"a": "a.jsonl", "b": {"path": "b.jsonl", "licence": "NIKL terms of use: no redistribution"}}
    return run_recipe(recipe_of(sources), data, tmp_path / "out").release


def test_the_manifest_states_the_terms_with_the_reason(closed) -> None:
    terms = load_manifest(closed)["terms"]
    assert terms["redistribution"] == "forbidden"
    assert {
        "clause": "redistribution",
        "value": "forbidden",
        "sources": {"b": "NIKL terms of use: no redistribution"},
    } in terms["reasons"]


def test_nothing_is_put_there_without_a_permission(closed) -> None:
    system = fsspec.filesystem("memory")
    system.store.clear()
    before = (closed / "manifest.json").read_bytes()
    with pytest.raises(ConfigurationError, match="may not be put where others can have it") as caught:
        upload_release(closed, "memory://bucket/rel", Quiet())
    assert "redistribution forbidden: b (NIKL terms of use: no redistribution)" in caught.value.where
    assert "--i-have-permission" in caught.value.fix
    assert system.store == {}
    assert (closed / "manifest.json").read_bytes() == before


def test_a_permission_is_written_in_the_card_and_the_manifest(closed) -> None:
    system = fsspec.filesystem("memory")
    system.store.clear()
    upload_release(closed, "memory://bucket/rel", Quiet(), SENTENCE)
    manifest = orjson.loads(system.cat_file("/bucket/rel/manifest.json"))
    assert manifest["permission"] == "The institute allowed it in writing on 1 May 2026."
    card = system.cat_file("/bucket/rel/README.md").decode()
    assert card.endswith("## Permission\n\nThe institute allowed it in writing on 1 May 2026.\n")
    assert verifies(closed, load_manifest(closed)), "the card's new hash stands in the manifest"
    assert check_release(closed) == []
    system.store.clear()


def test_a_permission_holds_until_the_release_is_made_anew(closed, data, recipe_of, tmp_path) -> None:
    open_to_others(closed, SENTENCE)
    stated = (closed / "manifest.json").read_bytes()
    open_to_others(closed, "")
    open_to_others(closed, SENTENCE)
    assert (closed / "manifest.json").read_bytes() == stated


def test_a_blank_permission_is_none(closed) -> None:
    with pytest.raises(ConfigurationError, match="may not be put"):
        open_to_others(closed, "  \n")


def test_sources_that_allow_it_need_no_permission(tmp_path, data, write_jsonl, recipe_of) -> None:
    write_jsonl("a.jsonl", ["회의실은 하루 전에 예약합니다."])
    release = run_recipe(recipe_of({"a": "a.jsonl"}), data, tmp_path / "out").release
    before = (release / "manifest.json").read_bytes()
    open_to_others(release, "")
    assert (release / "manifest.json").read_bytes() == before


def test_what_is_no_release(tmp_path) -> None:
    with pytest.raises(ConfigurationError, match="no release"):
        open_to_others(tmp_path, "")
