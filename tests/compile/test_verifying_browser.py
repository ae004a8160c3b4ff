"""What stands in the way of a verification is named before anything runs."""

from pathlib import Path

import pytest

from compile.verifying import browser_path, verify
from compile.verifying.browser import started
from curation.errors import ConfigurationError, UserError
from tests.compile.browser import needs_browser


def test_a_bundle_without_its_page(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no verify\.html"):
        verify(tmp_path, "good", [[1]], [[1]])


def test_a_machine_without_a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ConfigurationError, match="no Chromium") as raised:
        browser_path()
    assert "apt-get install chromium" in raised.value.fix


@needs_browser
def test_a_browser_that_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(UserError, match="does not start"), started(software=True):
        pass
