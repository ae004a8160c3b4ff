"""The catalogue: every card is whole, and those of the survey say what its table says."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from curation.readers import READERS
from curation.tasks.spec import task, task_names
from datacards.catalogue import CatalogueCard, card_files, load
from datacards.checks import check_card
from datacards.history import ERAS, era_of, history, listed

HANGUL = re.compile("[가-힣]")
# Readers of formats, whatever corpus is in them.
FORMATS = {"csv", "documents", "jsonl", "parquet", "slack_export", "table_documents"}
UNITS = {"w": "words", "s": "sentences", "p": "pairs", "d": "dialogues", "h": "hours", "u": "utterances"}


@pytest.fixture(scope="module")
def cards() -> list[CatalogueCard]:
    return load()


@pytest.fixture(scope="module")
def table(project: Path) -> list[dict[str, str]]:
    path = project.parent / "shared" / "open_korean_corpora.tsv"
    if not path.is_file():
        pytest.skip("the survey's table is not beside the clone (../shared/open_korean_corpora.tsv)")
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def test_no_card_has_a_fault() -> None:
    faults = [
        fault for file in card_files() for fault in check_card(file.read_text(encoding="utf-8"), file.name)
    ]
    assert faults == []


def test_there_is_a_card_for_everything(cards: list[CatalogueCard]) -> None:
    ids = {card.id for card in cards}
    assert len(cards) == len(ids)
    assert len({card.name for card in cards}) == len(cards)
    families = (
        "newspaper",
        "written",
        "spoken",
        "messenger",
        "web",
        "mp",
        "ne",
        "wsd",
        "dp",
        "srl",
        "za",
        "cr",
    )
    assert {f"nikl-{family}" for family in families} <= ids
    assert {"nikl-table-to-text", "sejong", "aihub", "super-natural-instructions"} <= ids
    assert {"totto", "rotowire", "wikibio", "e2e", "kbgen", "namuwikitext", "kowiki"} <= ids
    assert sum(card.id.startswith("superni-task") and card.id.endswith("-ko") for card in cards) == 6


def test_the_native_korean_tasks_have_cards(cards: list[CatalogueCard], corpora: Path) -> None:
    names = (corpora / "superni/korean_tasks.txt").read_text(encoding="utf-8").split()
    assert len(names) == 13
    assert set(names) <= {card.name for card in cards}


def test_a_person_abroad_is_told_how_to_apply(cards: list[CatalogueCard]) -> None:
    nikl = [card for card in cards if card.id.startswith("nikl-")]
    assert len(nikl) == 16
    assert all(card.access.kind == "application" and "paper form" in card.access.abroad for card in nikl)
    assert all(card.allows.redistribution == "forbidden" for card in nikl)


def test_readers_that_cards_name_are_there(cards: list[CatalogueCard]) -> None:
    assert {reader for card in cards for reader in card.readers} - set(READERS) == set()
    assert {reader for card in cards for reader in card.readers} == set(READERS) - FORMATS


def reader_of(name: str) -> str:
    """The reader whose records are of a task: the longest that the task's name begins with."""
    if name in ("nikl_absa", "nikl_emotion", "nikl_inference", "nikl_table_to_text"):
        return "nikl_evaluation"
    return max((reader for reader in READERS if name.startswith(reader)), key=len)


@pytest.mark.parametrize("name", sorted({*task_names()} - FORMATS))
def test_a_task_has_the_licence_of_its_corpus(cards: list[CatalogueCard], name: str) -> None:
    reader = reader_of(name)
    assert task(name).licence in {card.licence for card in cards if reader in card.readers}


def test_korean_names_are_names_and_what_says_more_is_apart(cards: list[CatalogueCard]) -> None:
    for card in cards:
        named = "" if card.korean_name == "unknown" else f" ({card.korean_name})"
        assert card.body.startswith(f"# {card.name}{named}\n\n"), card.id
        assert HANGUL.search(card.summary_ko), card.id
        assert len(card.summary_ko) <= 40, card.id
        assert card.summary_ko != card.korean_name
    named_in_korean = {card.id for card in cards if card.korean_name != "unknown"}
    assert all(HANGUL.search(card.korean_name) for card in cards if card.id in named_in_korean)
    assert named_in_korean - {card.id for card in cards if card.id.startswith("nikl-")} == {
        *("aihub", "aihub-document-summaries", "aihub-korean-english", "aihub-mrc", "korean-ambiguity"),
        *("kowiki", "ksponspeech", "naver-nlp-challenge", "petitions", "question-pair", "sejong"),
    }


def test_every_row_of_the_survey_is_a_card_that_says_the_same(
    cards: list[CatalogueCard], table: list[dict[str, str]]
) -> None:
    by_row = {card.listed.id: card for card in cards if card.listed is not None}
    assert len(by_row) == len(table) == 96
    for row in table:
        card = by_row[row["id"]]
        assert card.listed is not None
        assert {
            "name": card.name,
            "section": card.task_type,
            "typical_usage": card.use,
            "provider": card.provider,
            "documentation": card.documentation,
            "license_use": card.listed.licence,
            "redistribution": card.listed.redistribution,
            "mod_x": str(int(card.listed.mod_x)),
            "volume": "-" if card.volume == "unknown" else card.volume,
            "goal": "Eval" if card.evaluation else "-",
            "languages": ", ".join("multi" if one == "mul" else one for one in card.languages),
            "year": str(card.year),
        } == {key: row[key] for key in row if key not in ("id", "url", "size_units", "host")}
        assert set(row["url"].split(" ; ")) <= set(card.links)
        assert list(card.units) == [UNITS[unit] for unit in row["size_units"].split(",") if unit]


def test_counts_by_type_and_year_equal_the_survey(
    cards: list[CatalogueCard], table: list[dict[str, str]]
) -> None:
    chosen = listed(cards)
    assert Counter(card.task_type for card in chosen) == Counter(row["section"] for row in table)
    assert Counter(str(card.year) for card in chosen) == Counter(row["year"] for row in table)
    assert Counter((card.task_type, card.provider) for card in chosen) == Counter(
        (row["section"], row["provider"]) for row in table
    )
    eras = history(cards)["types"]
    assert [sum(column) for column in zip(*eras.counts, strict=True)] == [18, 46, 32]
    assert eras.as_json()["Offensive language detection, fairness and bias"] == {
        "2015-2019": 0,
        "2020-2023": 12,
        "2024-": 3,
    }


def test_a_corpus_of_an_unknown_year_is_counted_apart(cards: list[CatalogueCard]) -> None:
    first, *others = listed(cards)
    undated = first.model_copy(update={"year": "unknown"})
    assert era_of(undated) == "unknown"
    types = history([undated, *others])["types"]
    assert types.columns == (*ERAS, "unknown")
    assert types.as_json()[first.task_type]["unknown"] == 1
    assert history(cards)["types"].columns == ERAS


def test_the_history_goes_from_parsing_to_hate_speech_and_evaluation(cards: list[CatalogueCard]) -> None:
    groups = history(cards)["groups"].as_json()
    before = {name: sum(groups[str(year)][name] for year in range(2015, 2020)) for name in groups["2019"]}
    after = {name: sum(groups[str(year)][name] for year in range(2020, 2026)) for name in groups["2019"]}
    assert before == {
        "Parsing and parallel corpora": 8,
        "Hate speech and other topics": 0,
        "Evaluation sets": 1,
        "The rest": 9,
    }
    assert after == {
        "Parsing and parallel corpora": 8,
        "Hate speech and other topics": 28,
        "Evaluation sets": 16,
        "The rest": 26,
    }
    assert groups["2017"] == dict.fromkeys(groups["2017"], 0), "a year without corpora stays in the picture"
