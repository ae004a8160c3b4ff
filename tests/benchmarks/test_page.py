"""The page of all figures: what stands in it, in both languages, and that it asks nobody for anything."""

import re
from typing import Any

import pytest


def result(script: str, status: str = "done", **more: Any) -> Any:
    from collecting.running import Result

    return Result(script, status, **more)  # type: ignore[arg-type]  # statuses are texts here


def output(**changes: Any) -> dict[str, Any]:
    return {
        "name": "filters",
        "unit": "CPU seconds",
        "lower_is_better": True,
        "ours": 1.5,
        "peers": {"plain <loop>": 1.0, "datatrove": 6.0},
        "limit": 1.8,
        "ratio_to_best_peer": 1.5,
        "machine": "here",
        "versions": {"malmoi": "0.1.0"},
        **changes,
    }


@pytest.fixture
def page() -> Any:
    from collecting.machine_facts import Facts
    from collecting.page import render

    facts = Facts("A processor (x86_64)", 2, 23.4, (), "Linux 6", "3.11.7", "abc + changes")

    def rendered(*results: Any, quick: bool = False) -> str:
        return render(results, facts, quick=quick, when="2026-01-02T03:04+00:00")

    return rendered


def test_a_figure_stands_beside_its_peers_limit_ratio_and_verdict(page: Any) -> None:
    text = page(result("curation/filters.py", output=output(), seconds=61.0, begun="2026-01-02"))
    for part in (
        "<strong>filters</strong>",
        "CPU seconds",
        "curation/filters.py",
        "≤ 1.8",
        "1.5 × the best peer",
    ):
        assert part in text
    assert '<span class="met"><span class="ko" lang="ko">지킴</span>' in text
    # Of the longest, which is datatrove's.
    assert re.findall(r'class="fill" style="width: ([\d.]+)%"', text) == ["25.0", "16.67", "100.0"]
    assert re.findall(r'class="mark" style="left: ([\d.]+)%"', text) == ["30.0"] * 3
    assert "malmoi 0.1.0" in text
    assert "A processor (x86_64)" in text


@pytest.mark.parametrize(
    ("changes", "verdict", "mark"),
    [
        ({"ours": 1.9, "ratio_to_best_peer": 1.9}, "missed", "▼"),
        ({"ours": 0.5, "ratio_to_best_peer": 0.5}, "met", "▲"),
        ({"limit": None}, "none", "▼"),
    ],
)
def test_verdict_and_direction_follow_the_figure(
    page: Any, changes: dict[str, Any], verdict: str, mark: str
) -> None:
    text = page(result("curation/filters.py", output=output(**changes)))
    assert f'<span class="{verdict}">' in text
    assert f"{mark} {changes.get('ratio_to_best_peer', 1.5):g} × the best peer" in text


def test_a_short_run_is_not_judged_and_says_so(page: Any) -> None:
    text = page(result("curation/filters.py", output=output(limit=1.0)), quick=True)
    assert "not judged" in text
    assert '<span class="missed">' not in text
    assert "limits missed" not in text


def test_what_was_not_measured_says_why_and_failures_come_first(page: Any) -> None:
    text = page(
        result("gpu/qlora_8b.py", "not_run", reason="there is no GPU"),
        result("slack/load.py", "left_out", reason="not among those of --only"),
        result("rag/scale.py", "failed", reason="ended with 1 · <b>Error</b>"),
        result("slack/pace.py", "waiting"),
    )
    named = re.findall(r"<li><code>([^<]+)</code>", text)
    assert named == ["rag/scale.py", "gpu/qlora_8b.py", "slack/load.py", "slack/pace.py"]
    assert "there is no GPU" in text
    assert "&lt;b&gt;Error" in text
    assert "<b>Error" not in text


def test_names_of_peers_are_text(page: Any) -> None:
    text = page(result("curation/filters.py", output=output()))
    assert "plain &lt;loop&gt;" in text


def test_a_busy_machine_is_told(page: Any) -> None:
    quiet = page(result("curation/filters.py", output=output(), load_before=1.9))
    busy = page(result("curation/filters.py", output=output(), load_before=2.1))
    assert "kept the machine busy" not in quiet
    assert "1 benchmarks began while other work kept the machine busy" in busy


def test_the_page_asks_nobody_for_anything(page: Any) -> None:
    text = page(result("curation/filters.py", output=output()))
    assert "default-src 'none'" in text
    assert not re.search(r"(?:src|href)=\"(?!#)", text)
    assert "http://" not in text
    assert "https://" not in text
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    from curation.report.plotly_script import csp_hash

    assert csp_hash(script) in text


def test_equal_results_give_equal_pages(page: Any) -> None:
    assert page(result("a.py", output=output())) == page(result("a.py", output=output()))


def test_every_group_of_scripts_has_a_heading() -> None:
    from collecting.page import GROUPS, group_of
    from collecting.scripts import SCRIPTS

    assert {group_of(script.path) for script in SCRIPTS} == set(GROUPS)
