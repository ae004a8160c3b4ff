"""The pages over HTTP: what they show, in which language, and what becomes of what is not there."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from malmoi.ui.words import WORDS
from tests.ui.conftest import Open


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def elements(text: str) -> list[tuple[str, dict[str, str]]]:
    """Every element of a page with its attributes, as a browser reads it."""
    reader = _Elements()
    reader.feed(text)
    return reader.found


def is_labelled(text: str, attributes: dict[str, str]) -> bool:
    """Whether a field has a name: a label around it, or one that names its id."""
    if f'for="{attributes.get("id")}"' in text:
        return True
    place = text.index(f'name="{attributes["name"]}"')
    return text.rfind("<label", 0, place) > text.rfind("</label>", 0, place)


PAGES = [
    "/",
    "/releases",
    "/release?name=samples",
    "/release/report?name=samples",
    "/release/ledger?name=samples",
    "/release/rows?name=samples",
    "/release/rejects?name=samples",
    "/release/quarantine?name=samples",
    "/cards",
    "/card?id=3i4k",
    "/measurements",
    "/measurement?file=evaluations/retrieval.json",
    "/training",
    "/run?name=small",
    "/bundles",
    "/ask",
    "/slack",
]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_page_is_whole_in_both_languages(page: TestClient, address: str, language: str) -> None:
    answer = page.get(address, headers={"accept-language": language})
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text
    assert answer.text.count("<h1>") == 1
    assert ("말모이</title>" in answer.text) == (language == "ko")
    assert answer.text.count('aria-current="page"') >= 1
    for tag, attributes in elements(answer.text):
        # Nothing is loaded from elsewhere, and nothing runs or looks as a text of the workspace says.
        assert not any(name.startswith("on") or name == "style" for name in attributes), tag
        assert tag not in ("link", "script", "img", "iframe") or attributes.get(
            "src", attributes.get("href", "")
        ).startswith(("/static/", "/release/", "/measurement/", "/run/"))
        if tag in ("input", "select", "textarea") and attributes.get("type") != "hidden":
            assert is_labelled(answer.text, attributes), attributes


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("en-GB", "en"),
        ("en;q=0.3, ko;q=0.4", "ko"),
        ("ja, en;q=0.2", "en"),
        ("de", "ko"),
        ("", "ko"),
        ("en;q=none", "ko"),
        ("en;q=0", "ko"),
    ],
)
def test_the_browser_says_which_language(page: TestClient, header: str, language: str) -> None:
    answer = page.get("/cards", headers={"accept-language": header})
    assert f'<html lang="{language}"' in answer.text


def test_a_choice_of_language_and_theme_is_kept(page: TestClient) -> None:
    assert 'lang="ko"' in page.get("/?lang=ko&theme=dark").text
    again = page.get("/releases").text
    assert '<html lang="ko" data-theme="dark">' in again
    assert '<html lang="en" data-theme="auto">' in page.get("/?lang=en&theme=auto").text
    # What is none changes nothing, and a link keeps what the page was asked for.
    assert '<html lang="en"' in page.get("/?lang=xx").text
    assert "/card?id=3i4k&amp;lang=ko" in page.get("/card?id=3i4k").text


def test_both_languages_say_everything_with_the_same_values() -> None:
    for word, (korean, english) in WORDS.items():
        assert korean, word
        assert english, word
        assert sorted(re.findall(r"\{\w+\}", korean)) == sorted(re.findall(r"\{\w+\}", english)), word


def test_the_overview_says_what_is_there(page: TestClient) -> None:
    shown = page.get("/").text
    assert "Sample sources of an invented company" in shown
    assert "Passages 3" in shown
    assert 'href="/run?name=small"' in shown
    assert 'href="/ask?index=rules"' in shown


def test_an_empty_workspace_says_how_to_begin(console: Open, tmp_path: Path) -> None:
    client = console(tmp_path, **{"accept-language": "en"})
    shown = client.get("/").text
    assert "There is nothing here yet." in shown
    assert "malmoi demo" in shown
    for address in ("/releases", "/measurements", "/training", "/bundles", "/ask", "/slack", "/cards"):
        assert client.get(address).status_code == 200, address
    assert "malmoi rag index" in client.get("/ask").text


def test_a_workspace_that_is_not_there_is_empty(console: Open, tmp_path: Path) -> None:
    assert console(tmp_path / "absent").get("/").status_code == 200


def test_a_fault_in_the_settings_is_a_page_that_says_where(console: Open, tmp_path: Path) -> None:
    (tmp_path / "malmoi.toml").write_text('[answer]\nmodle = "x"\n', encoding="utf-8")
    answer = console(tmp_path).get("/ask")
    assert answer.status_code == 404
    assert "answer.modle" in answer.text
    assert "answer.model" in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "/nothing",
        "/release?name=absent",
        "/release?name=../releases/samples",
        "/release?name=..%2F..%2Fetc",
        "/release?name=%00",
        "/release",
        "/release/report.html?name=..%2F..%2Fetc%2Fpasswd",
        "/card?id=../checks",
        "/measurement?file=../docs.jsonl",
        "/measurement?file=evaluations/notes.json",
        "/measurement?file=/etc/passwd",
        "/measurement/page.html?file=evaluations/other.html",
        "/run?name=..",
        "/bundle?name=absent",
        "/static/../pages.py",
        "/static/%2e%2e/pages.py",
        "/static/..%2f..%2fdesk.py",
        "http://127.0.0.1:8066//evil.example/",
    ],
)
def test_what_is_not_there_is_not_found(page: TestClient, address: str) -> None:
    answer = page.get(address)
    assert answer.status_code == 404
    assert "root:" not in answer.text
    assert 'href="//' not in answer.text
    assert "Traceback" not in answer.text


def test_the_catalogue_is_searched(page: TestClient) -> None:
    whole = page.get("/cards").text.count("<article")
    assert whole > 100
    some = page.get("/cards?q=speech+act").text
    assert 'href="/card?id=3i4k"' in some
    assert 0 < some.count("<article") < whole
    assert "0 of" in page.get("/cards?q=" + "없는말" * 5).text
    allowed = page.get("/cards?licence=commercial&access=open").text.count("<article")
    assert 0 < allowed < whole
    card = page.get("/card?id=3i4k").text
    assert "CC-BY-SA-4.0" in card
    assert "Short utterances sorted by intention" in card


def test_measurements_are_found_by_what_is_in_them(page: TestClient) -> None:
    listed = page.get("/measurements").text
    assert "evaluations/retrieval.json" in listed
    assert not any(name in listed for name in ("notes.json", "broken.json", "other.html", "manifest.json"))
    shown = page.get("/measurement?file=evaluations/retrieval.json").text
    assert "0.4958" in shown
    assert "latency_ms p50" in shown
    assert "Rows 1–50 of 120" in shown
    assert "&lt;img src=x" in shown
    assert "<img src=x" not in shown
    last = page.get("/measurement?file=evaluations/retrieval.json&row=999999999999").text
    assert "Rows 101–120 of 120" in last


def test_a_page_of_a_measurement_is_framed(console: Open, changed: Path) -> None:
    from rag.evaluation.page import render_retrieval
    from rag.evaluation.retrieval import MEASURES, FoundFor, RetrievalReport

    found = FoundFor(
        query="연차는?",
        relevant=("a",),
        ranking=("a",),
        measures=dict.fromkeys(MEASURES, 1.0),
        milliseconds=1.0,
    )
    text = render_retrieval(RetrievalReport((found,), dense=False), "rules")
    (changed / "evaluations" / "mine.html").write_text(text, encoding="utf-8")
    client = console(changed)
    shown = client.get("/measurement?file=evaluations/mine.html").text
    assert 'sandbox="allow-scripts"' in shown
    framed = client.get("/measurement/page.html?file=evaluations/mine.html")
    assert framed.text == text
    assert framed.headers["content-security-policy"].startswith("sandbox allow-scripts; default-src 'none'")


def test_a_run_shows_its_loss_and_its_gate(page: TestClient) -> None:
    shown = page.get("/run?name=small").text
    assert "Training loss, from 4 to 0.1, steps 1–40" in shown
    assert "Least validation loss 0.55" in shown
    assert "failed" in shown
    assert "정확도가 4.2 points 떨어짐" in shown
    assert "812.5" in shown
    points = re.search(r'points="([^"]+)"', shown)
    assert points is not None
    heights = [float(pair.split(",")[1]) for pair in points[1].split()]
    assert heights == sorted(heights)  # the loss falls: downwards on the page
    assert len(heights) == 40
    assert "전과 후" in page.get("/run/report.html?name=small").text


def test_a_run_that_has_just_begun_is_shown(console: Open, changed: Path) -> None:
    (changed / "runs/small/metrics.jsonl").write_text(
        '{"step": 1, "loss": 3.0}\n{"step": 2, "lo', encoding="utf-8"
    )
    record = changed / "runs/small/run.json"
    record.write_text('{"plan": {}}', encoding="utf-8")
    shown = console(changed, **{"accept-language": "en"}).get("/run?name=small")
    assert shown.status_code == 200
    assert "There is no record of the loss yet." in shown.text
    assert "Not evaluated yet." in shown.text
    record.write_text("{", encoding="utf-8")
    assert console(changed).get("/run?name=small").status_code == 500
