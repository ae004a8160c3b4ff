"""What the licence of a base model allows."""

from pathlib import Path

import pytest

from training.base import ResolvedBase, licence_verdict
from training.base.licences import base_terms, is_certain, known_licence


def verdict(licence: str, name: str = "someone/model"):
    return licence_verdict(ResolvedBase(name, Path(), "sha256:0", licence))


@pytest.mark.parametrize(
    ("name", "licence", "certain"),
    [
        ("kakaocorp/kanana-1.5-2.1b-instruct-2505", "Apache-2.0", False),
        ("naver-hyperclovax/HyperCLOVAX-SEED-Text-Instruct-0.5B", "HyperCLOVA X SEED", False),
        ("meta-llama/Llama-3.2-1B-Instruct", "Llama 3 Community", True),
        ("MLP-KTLim/llama-3-Korean-Bllossom-8B", "Llama 3 Community", True),
        ("Qwen/Qwen3-8B", "Apache-2.0", True),
        ("Qwen/Qwen3.5-4B", "Apache-2.0", False),
        ("upstage/SOLAR-10.7B-v1.0", "Apache-2.0", True),
        ("upstage/SOLAR-10.7B-Instruct-v1.0", "CC-BY-NC-4.0", True),
        ("google/gemma-3-4b-it", "Gemma", True),
        ("google/gemma-4-E4B-it", "Apache-2.0", True),
        ("LGAI-EXAONE/EXAONE-4.0-1.2B", "EXAONE NC", True),
        ("/llama-3-trials/house/model", "", False),
        ("someone/model", "", False),
    ],
)
def test_known_families(name, licence, certain):
    assert (known_licence(name), is_certain(name)) == (licence, certain)


@pytest.mark.parametrize(
    "licence", ["CC-BY-ND-4.0", "cc-by-nc-nd-4.0", "own terms: no derivatives", "변경 금지"]
)
def test_a_licence_that_forbids_changes_refuses(licence):
    found = verdict(licence)
    assert not found.allowed
    assert found.reason == f"the licence of someone/model ({licence}) forbids works made from it"


@pytest.mark.parametrize(
    ("licence", "name", "notes"),
    [
        ("Apache-2.0", "someone/model", []),
        ("", "someone/model", ["base.licence"]),
        ("house-terms", "someone/model", ["not known what 'house-terms' allows"]),
        ("CC-BY-NC-4.0", "someone/model", ["forbids commercial use"]),
        ("Llama 3 Community", "meta-llama/Llama-3.1-8B", ["Built with Llama"]),
        ("llama3.1", "meta-llama/Llama-3.1-8B", ["Built with Llama"]),
        ("Gemma", "google/gemma-3-1b-it", ["Google's terms"]),
        ("Apache-2.0", "kakaocorp/kanana-1.5-8b", ["read the licence file"]),
        ("EXAONE NC", "LGAI-EXAONE/EXAONE-4.0", ["for research alone", "commercial use", "not known"]),
    ],
)
def test_what_a_person_should_know(licence, name, notes):
    found = verdict(licence, name)
    assert found.allowed
    assert len(found.notes) == len(notes)
    assert all(part in note for part, note in zip(notes, found.notes, strict=True))


def test_terms_that_only_models_have():
    assert base_terms("gemma").share_alike == ("Gemma Terms of Use",)
    assert base_terms("llama3.2").redistribution == "allowed"
    assert base_terms("EXAONE NC").commercial == "forbidden"
    assert base_terms("MIT").as_json()["attribution"] == "required"
    assert verdict("gemma").as_json()["terms"]["share_alike"] == ["Gemma Terms of Use"]
