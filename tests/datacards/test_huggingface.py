"""A card as a README: front matter that the hub reads, Markdown that people read."""

import pytest
import yaml

from datacards.card import Card
from datacards.huggingface import cell, front_matter, render, size_category, with_permission


@pytest.mark.parametrize(
    ("rows", "bucket"),
    [
        (0, "n<1K"),
        (999, "n<1K"),
        (1000, "1K<n<10K"),
        (99_999, "10K<n<100K"),
        (10**6, "1M<n<10M"),
        (10**12 - 1, "100B<n<1T"),
        (10**12, "n>1T"),
    ],
)
def test_size_category(rows: int, bucket: str) -> None:
    assert size_category(rows) == bucket


def test_front_matter(card: Card) -> None:
    matter = front_matter(card)
    assert matter["pretty_name"] == card.title
    assert matter["license"] == ["mit", "other"]
    assert matter["license_name"] == "own-terms"
    assert matter["multilinguality"] == ["monolingual"]
    assert matter["size_categories"] == ["1K<n<10K"]
    (config,) = matter["configs"]
    assert config["data_files"] == [
        {
            "split": "train",
            "path": ["data/one/train-00000-of-00002.parquet", "data/one/train-00001-of-00002.parquet"],
        }
    ]
    (info,) = matter["dataset_info"]
    assert info["features"] == [
        {"name": "text", "dtype": "string"},
        {"name": "labels", "list": "int64"},
        {
            "name": "messages",
            "list": [{"name": "role", "dtype": "string"}, {"name": "content", "dtype": "string"}],
        },
    ]
    assert info["splits"] == [{"name": "train", "num_bytes": 20, "num_examples": 1200}]


def test_a_known_licence_stands_alone(card: Card) -> None:
    matter = front_matter(card.model_copy(update={"licences": ("MIT", "mit")}))
    assert matter["license"] == "mit"
    assert "license_name" not in matter


def test_readme(card: Card) -> None:
    text = render(card)
    assert yaml.safe_load(text.split("---\n")[1]) == front_matter(card)
    assert "| `one` | `train` | 1,200 | 20 | 2 |" in text
    assert "| a | MIT | `` | 1,300 | 1,200 | 100 | 0 | 0 | https://example.org |" in text
    assert r"| b\|\<b\> | own terms |" in text
    assert "1. `length`: drops (min 2, max unlimited). Dropped 100 rows." in text
    assert "- own terms: `b" in text
    assert "Near duplicates were not searched for." in text


def test_a_card_of_a_dataset_that_is_known_by_name_only() -> None:
    text = render(Card(name="known", title="Known", licences=("MIT",)))
    assert "license: mit" in text
    assert "No step was applied" in text


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a|b", r"a\|b"), ("a\nb", "a b"), ("a\\", "a\\\\"), ("`x` <y>", r"\`x\` \<y\>"), (3, "3"), (" ", "")],
)
def test_cell(value: object, expected: str) -> None:
    assert cell(value) == expected


def test_the_strictest_terms_stand_there_with_their_reason(card: Card) -> None:
    text = render(card)
    assert "| Commercial use | unknown | b\\|\\<b\\> (own terms) |" in text
    assert "| Redistribution | unknown | b\\|\\<b\\> (own terms) |" in text
    shared = [
        one.model_copy(update={"licence": name})
        for one, name in zip(card.sources, ("CC-BY-SA-4.0", "ODbL-1.0"), strict=True)
    ]
    text = render(card.model_copy(update={"sources": tuple(shared)}))
    assert "| Commercial use | allowed |  |" in text
    assert "| Works made from it carry | ODbL-1.0 |" in text
    assert "- a work made from all of them cannot carry CC-BY-SA-4.0 and ODbL-1.0 at once" in text


def test_a_permission_is_the_last_section_and_there_once(card: Card) -> None:
    once = with_permission(render(card), "Given by\nthe owner.")
    assert once.endswith("\n## Permission\n\nGiven by the owner.\n")
    assert with_permission(once, "Given by the owner.") == once
    assert once.startswith(render(card).rstrip())
