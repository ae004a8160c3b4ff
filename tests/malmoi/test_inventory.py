from pathlib import Path

import pytest

from malmoi import inventory
from malmoi.inventory import inspect


def test_everything_the_base_needs_is_found_here(tmp_path: Path) -> None:
    states = {finding.name: finding.state for finding in inspect(tmp_path)}
    assert states["python"] == "ok"
    assert all(states[name] == "ok" for name in inventory.BASE)


def test_a_missing_package_is_named_with_its_cost_and_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = inventory.Extra("other", "something else", ("no-such-distribution",), 12)
    monkeypatch.setattr(inventory, "EXTRAS", (absent,))
    monkeypatch.setattr(inventory, "BASE", ("no-such-base",))
    found = {finding.name: finding for finding in inspect(Path())}
    assert found["no-such-base"].state == "missing"
    assert found["[other]"].state == "optional"
    assert "12 MB" in found["[other]"].cost
    assert found["[other]"].fix == "just setup other"


@pytest.mark.parametrize(
    ("value", "state", "detail"),
    [("", "optional", "not set"), ("xoxp-1", "optional", "xoxb-"), ("xoxb-secret", "ok", "set")],
)
def test_tokens_are_judged_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, value: str, state: str, detail: str
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", value)
    finding = next(f for f in inspect(Path()) if f.name == "SLACK_BOT_TOKEN")
    assert (finding.state, detail in finding.detail) == (state, True)
    assert "secret" not in str(finding)


def test_every_extra_is_declared(project: Path) -> None:
    import tomllib

    declared = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    assert {extra.name for extra in inventory.EXTRAS} | {"all"} == set(
        declared["project"]["optional-dependencies"]
    )
