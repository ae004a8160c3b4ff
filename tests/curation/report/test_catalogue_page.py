"""The catalogue as a page: it holds every card, loads nothing, and is the same for the same cards."""

import re

import pytest

from curation.report.catalogue import render_catalogue
from datacards.catalogue import CatalogueCard, load
from datacards.history import history
from tests.curation.report.test_page import Page


@pytest.fixture(scope="module")
def cards() -> list[CatalogueCard]:
    return load()


@pytest.fixture(scope="module")
def content(cards: list[CatalogueCard]) -> str:
    return render_catalogue(cards)


@pytest.fixture(scope="module")
def page(content: str) -> Page:
    return Page(content)


def test_it_opens_offline(page: Page, content: str) -> None:
    assert not page.tags & {"img", "link", "iframe", "object", "base", "form", "svg"}
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert page.values("src") == []
    assert len(page.scripts) == 3
    assert "default-src 'none'" in content
    links = [link for link in page.values("href") if not link.startswith("#")]
    assert len(links) == len(load())
    assert all(link.startswith(("https://", "http://")) for link in links)


def test_every_card_and_every_chart_is_there_in_both_languages(
    page: Page, cards: list[CatalogueCard], content: str
) -> None:
    assert page.values("data-chart") == list(history(cards))
    for card in cards:
        assert " ".join(card.name.split()) in " ".join(page.text.split())
    assert content.count('class="ko" lang="ko"') == content.count('class="en" lang="en"')
    for word in ("혐오 표현·그 밖의 주제", "Hate speech and other topics", "상업적 이용", "unknown"):
        assert word in page.text


def test_tables_hold_the_figures(page: Page, cards: list[CatalogueCard]) -> None:
    text = re.sub(r"\s+", " ", page.text)
    assert "공격적 언어·공정성 Offensive language detection, fairness and bias0123" in text
    assert f"{len(cards)} cards. Charts by year count the 96 corpora" in text


def test_equal_cards_give_equal_bytes(cards: list[CatalogueCard], content: str) -> None:
    assert render_catalogue(load()) == content


def test_a_card_cannot_end_the_page(cards: list[CatalogueCard]) -> None:
    evil = cards[0].model_copy(update={"name": "</script><img src=x onerror=alert(1)>"})
    found = Page(render_catalogue([evil, *cards[1:]]))
    assert not found.tags & {"img"}
    assert "</script><img" in found.text
