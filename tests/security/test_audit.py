"""`.ci/audit`: what it lets pass, what it does not, and what it says where nobody answers."""

import importlib.util
import sys
from datetime import date
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

TODAY = date(2026, 11, 23)
ENTRY = '[[exception]]\nid = "GHSA-1"\nreason = "It is never called here."\nuntil = {until}\n'


@pytest.fixture(scope="module")
def audit(project: Path) -> ModuleType:
    loader = SourceFileLoader("ci_audit", str(project / ".ci/audit"))
    spec = importlib.util.spec_from_loader("ci_audit", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["ci_audit"] = module  # dataclasses look it up
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return module


def python(*vulns: dict[str, Any]) -> dict[str, Any]:
    return {"dependencies": [{"name": "a", "version": "1", "vulns": list(vulns)}], "fixes": []}


FAULT = {"id": "PYSEC-1", "aliases": ["CVE-1", "GHSA-1"], "fix_versions": ["2"], "description": ""}
NODE = {
    "vulnerabilities": {
        "a": {
            "via": [{"source": 7, "name": "a", "url": "https://github.com/advisories/GHSA-1", "range": "<2"}]
        },
        "b": {"via": ["a"]},
    }
}


@pytest.mark.parametrize(
    ("reader", "report", "until", "code", "said"),
    [
        ("of_python", python(), "2026-12-01", 0, "no longer needed: the exception for GHSA-1"),
        ("of_python", python(FAULT), "", 1, "found: PYSEC-1 = CVE-1 = GHSA-1 in a 1; mended in: 2"),
        (
            "of_python",
            python(FAULT),
            "2026-11-23",
            0,
            "let pass until 2026-11-23: PYSEC-1 in a 1: It is never",
        ),
        ("of_python", python(FAULT), "2026-11-22", 1, "expired on 2026-11-22: the exception for GHSA-1"),
        ("of_python", python(), "2026-11-22", 1, "expired on 2026-11-22"),
        ("of_node", NODE, "", 1, "found: GHSA-1 = 7 in a <2"),
        ("of_node", NODE, "2027-01-01", 0, "let pass until 2027-01-01: GHSA-1 in a <2"),
        ("of_node", {"vulnerabilities": {}}, "", 0, "npm: no advisory"),
    ],
)
def test_findings_and_exceptions(
    audit: ModuleType, reader: str, report: dict[str, Any], until: str, code: int, said: str
) -> None:
    exempt = audit.read_exceptions(ENTRY.format(until=until) if until else "")
    found = audit.verdict([getattr(audit, reader)(report)], exempt, TODAY, must_reach=False)
    assert found[0] == code
    assert said in found[1]


@pytest.mark.parametrize(
    ("reader", "report", "said"),
    [
        (
            "of_python",
            {"dependencies": [{"name": "a", "skip_reason": "not found on PyPI: a (1)"}]},
            "NOT AUDITED: PyPI did not answer for 1 of 1 packages, for one: not found on PyPI: a (1)",
        ),
        ("of_node", {"message": "405 Method Not Allowed"}, "NOT AUDITED: npm did not answer for 405 Method"),
    ],
)
def test_who_does_not_answer_is_named(
    audit: ModuleType, reader: str, report: dict[str, Any], said: str
) -> None:
    asked = [getattr(audit, reader)(report)]
    assert audit.verdict(asked, [], TODAY, must_reach=False)[0] == 0
    code, told = audit.verdict(
        asked, audit.read_exceptions(ENTRY.format(until="2027-01-01")), TODAY, must_reach=True
    )
    assert code == 1
    assert said in told
    # Nobody knows that it is not needed.
    assert "no longer needed" not in told


@pytest.mark.parametrize(
    "text",
    [
        'exceptions = ["GHSA-1"]',
        '[[exception]]\nid = "GHSA-1"\nuntil = 2027-01-01',
        '[[exception]]\nid = "GHSA-1"\nreason = "later"\nuntil = 2027-01-01',
        '[[exception]]\nid = "GHSA-1"\nreason = "It is never called here."\nuntil = "soon"',
        ENTRY.format(until="2027-01-01") + 'package = "a"',
        "[[exception",
    ],
)
def test_an_exception_that_says_too_little_is_refused(audit: ModuleType, text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        audit.read_exceptions(text)


def test_the_exceptions_that_are_recorded_can_be_read(audit: ModuleType, project: Path) -> None:
    assert isinstance(audit.read_exceptions((project / ".ci/audit-exceptions.toml").read_text("utf-8")), list)


def test_just_check_runs_it(project: Path) -> None:
    recipe = (project / "justfile").read_text(encoding="utf-8").partition("\ncheck:")[2].partition("\n\n")[0]
    assert ".ci/audit" in recipe
