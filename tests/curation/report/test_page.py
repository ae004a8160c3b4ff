"""The page as a file: what it holds, what cannot run in it, and that equal input gives equal bytes."""

import hashlib
import html.parser
import json
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from curation.errors import ConfigurationError
from curation.ledger import Entry
from curation.lengths import Lengths
from curation.report.data import ReleaseReport, Scores, quarantine_samples
from curation.report.page import render_report
from curation.report.plotly_script import embeddable, plotly_script

VOID = {"meta", "br", "img", "input", "link", "hr"}


class Page(html.parser.HTMLParser):
    """Elements, links, the text of the body, and what scripts hold."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.scripts: list[str] = []
        self.text = ""
        self.feed(content)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["script"]:
            self.scripts[-1] += data
        elif "body" in self.open:
            self.text += data

    def values(self, name: str) -> list[str]:
        return [value for _, attribute, value in self.attributes if attribute == name]


@pytest.fixture(scope="module")
def content(rich: ReleaseReport) -> str:
    return render_report(rich)


@pytest.fixture(scope="module")
def page(content: str) -> Page:
    return Page(content)


def test_every_element_is_closed_and_none_comes_from_the_data(page: Page) -> None:
    assert not page.tags & {"img", "b", "link", "iframe", "object", "base", "form", "svg"}
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert len(page.scripts) == 3


def test_nothing_is_loaded_from_elsewhere(page: Page, content: str) -> None:
    assert page.values("src") == []
    assert all(link.startswith("#") for link in page.values("href"))
    own = content.replace(page.scripts[1], "")
    assert "url(" not in own
    assert "@import" not in own


def test_the_policy_allows_the_two_scripts_of_the_page_and_no_network(page: Page) -> None:
    (policy,) = [value for value in page.values("content") if "default-src" in value]
    hashes = [
        f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in page.scripts[1:]
    ]
    assert policy.split("; ") == [
        "default-src 'none'",
        f"script-src {' '.join(hashes)}",
        "style-src 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_texts_are_shown_as_they_are(page: Page) -> None:
    assert "시험 <i>모음</i>" in page.text
    assert "</script><script>document.title='ran'</script><img src=x onerror=" in page.text
    assert "<b>굵게</b> &amp; {{ 7*7 }} U+2028 U+202E U+0000 끝" in page.text
    assert "news/part-0.jsonl:18 · 0.4213 · 겹친 말: <b>오늘 아침</b>" in page.text
    assert "not JSON" in page.text


def test_figures_are_json_that_cannot_leave_its_element(page: Page) -> None:
    assert not set("<>&\u2028\u2029") & set(page.scripts[0])
    figures = json.loads(page.scripts[0])
    drawn = [name for _, attribute, name in page.attributes if attribute == "data-chart"]
    assert sorted(figures["charts"]) == sorted(drawn)
    assert len(drawn) == len(set(drawn))


def test_every_chart_has_a_table_of_its_figures(content: str) -> None:
    figures = re.findall(r"<figure.*?</figure>", content, re.DOTALL)
    assert len(figures) > 15
    for figure in figures:
        assert '<details class="figures" open>' in figure
        assert figure.count("<tr>") > 1


def test_a_number_stands_in_both_languages(page: Page) -> None:
    for words in (
        "읽음 read",
        "남김 kept",
        "뺌 dropped",
        "격리 quarantined",
        "길이: 너무 짧음 (length/too_short)",
    ):
        assert words in page.text
    assert page.text.count("742,327") >= 2
    assert "0.812" in page.text


def test_sections_without_data_do_not_appear(minimal: ReleaseReport, page: Page) -> None:
    sections = [
        value
        for tag, name, value in Page(render_report(minimal)).attributes
        if (tag, name) == ("section", "id")
    ]
    assert sections == ["overview", "way", "mix", "sources"]
    assert [value for tag, name, value in page.attributes if (tag, name) == ("section", "id")] == [
        "overview", "way", "mix", "lengths", "scores", "reasons", "duplicates", "changes", "personal",
        "safety", "tags", "quarantine", "splits", "steps", "sources",
    ]  # fmt: skip


def test_links_lead_somewhere(page: Page) -> None:
    assert {link[1:] for link in page.values("href")} <= set(page.values("id"))


def test_a_model_that_was_not_measured_and_facts_of_any_shape_are_shown(minimal: ReleaseReport) -> None:
    about = {
        "near_dedup": {"chance": {"0.8": 0.9991234, "more": {"deep": [1, 2]}}, "metrics": {}, "none": None}
    }
    steps = minimal.recipe.model_copy(update={"steps": ()})
    text = Page(render_report(replace(minimal, recipe=steps, about=about))).text
    assert "0.999123" in text
    assert "1, 2" in text


def _backwards(value: Any) -> Any:
    """Give equal data whose mappings were filled in the opposite order."""
    if isinstance(value, Mapping):
        return {key: _backwards(value[key]) for key in reversed(list(value))}
    if isinstance(value, Lengths):
        return Lengths(_backwards(value.counts))
    if isinstance(value, Scores):
        return Scores(_backwards(value.kept), _backwards(value.dropped))
    if isinstance(value, Entry):
        return replace(value, dropped=_backwards(value.dropped), recovered=_backwards(value.recovered))
    return value


def test_equal_reports_give_equal_pages(rich: ReleaseReport, content: str) -> None:
    sources = [
        replace(source, **{field.name: _backwards(getattr(source, field.name)) for field in fields(source)})
        for source in rich.sources
    ]
    facts = {field.name: _backwards(getattr(rich, field.name)) for field in fields(rich)}
    again = ReleaseReport(**{**facts, "sources": sources, "recipe": rich.recipe})
    assert again == rich
    assert render_report(again) == content


def test_plotly_is_read_but_never_imported() -> None:
    program = (
        "import sys, curation.report\n"
        "from curation.report.plotly_script import plotly_script\n"
        "print(len(plotly_script()) > 1_000_000, 'plotly' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "True False\n"


def test_a_missing_plotly_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "plotly").mkdir()
    (tmp_path / "plotly" / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(ConfigurationError, match="Plotly's script"):
        plotly_script()


@pytest.mark.parametrize("script", ["a('</SCRIPT>')", "a('<!--')", "'<script src=x>'"])
def test_a_script_that_would_end_its_element_is_refused(script: str) -> None:
    with pytest.raises(ConfigurationError, match=r"plotly\.js"):
        embeddable(script, "plotly.js")


def test_line_ends_of_a_script_are_as_the_parser_reads_them() -> None:
    assert embeddable("a\r\nb\rc\n", "plotly.js") == "a\nb\nc\n"


def test_quarantine_samples_are_few_and_short(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    assert quarantine_samples(path) == []
    path.write_text("".join(json.dumps({"text": "가" * 999, "line": line}) + "\n" for line in range(9)))
    samples = quarantine_samples(path)
    assert [sample["line"] for sample in samples] == [0, 1, 2, 3, 4]
    assert {len(sample["text"]) for sample in samples} == {300}
