"""Telemetry is off in each dependency's own judgement, whatever the environment says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from curation.privacy import SWITCHES, switch_off_telemetry

PACKAGES = ["curation", "chat", "prompting", "rag", "training", "compile", "slackbot", "malmoi"]


def run(code: str) -> str:
    """Run ``code`` in a fresh interpreter whose environment asks for telemetry."""
    opposite = {"0": "true", "false": "true", "False": "true"}
    wanted = {name: opposite.get(value, "false") for name, value in SWITCHES.items()}
    done = subprocess.run(
        [sys.executable, "-c", code],
        # Ray takes nothing but 0 and 1.
        env={**os.environ, **wanted, "RAY_USAGE_STATS_ENABLED": "1", "LANGSMITH_API_KEY": "not-a-key"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_any_package_sets_every_switch(package: str) -> None:
    shown = run(f"import os, {package}; print({{name: os.environ[name] for name in {list(SWITCHES)}}})")
    assert shown == str(SWITCHES)


@pytest.mark.parametrize(
    ("dependency", "opted_out"),
    [
        (
            "ray",
            "import ray; from ray._common.usage.usage_lib import usage_stats_enabled as on; print(not on())",
        ),
        ("langsmith", "from langsmith.utils import tracing_is_enabled; print(not tracing_is_enabled())"),
        (
            "huggingface_hub",
            "from huggingface_hub import constants; print(constants.HF_HUB_DISABLE_TELEMETRY)",
        ),
        (
            "transformers",
            "from transformers.utils.hub import http_user_agent as agent; print('telemetry/off' in agent())",
        ),
    ],
)
def test_the_dependency_itself_sees_that_it_is_off(dependency: str, opted_out: str) -> None:
    pytest.importorskip(dependency)
    assert run(opted_out) == "False", f"{dependency} reports by default; else this test shows nothing"
    assert run(f"import curation; {opted_out}") == "True"


KERNELS = """
from pathlib import Path
def get_kernel(name, **wanted):
    Path(__file__).with_name("fetched").write_text(name)
    raise OSError("not from here")
"""


@pytest.mark.parametrize("package", PACKAGES)
def test_the_package_that_fetches_compiled_code_is_as_good_as_not_installed(
    package: str, tmp_path: Path
) -> None:
    (tmp_path / "kernels.py").write_text(KERNELS)
    here = f"import sys; sys.path.insert(0, {str(tmp_path)!r})"
    found = "from importlib.util import find_spec; print(find_spec('kernels') is not None)"
    assert run(f"{here}; {found}") == "True", "it could be imported; else this test shows nothing"
    assert run(f"{here}; import {package}; {found}") == "False"


def test_training_imports_its_libraries_in_silence_and_they_fetch_nothing(tmp_path: Path) -> None:
    pytest.importorskip("bitsandbytes")
    (tmp_path / "kernels.py").write_text(KERNELS)
    here = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.stderr = sys.stdout"
    shown = run(f"{here}; import training.planning; print('bitsandbytes' in sys.modules)")
    assert shown == "True"
    assert not (tmp_path / "fetched").exists()


# Packages that exist to report: whoever brings one in must look at what it sends, and switch that off. Ray
# brings OpenTelemetry with an exporter that sends nothing, but waits to be asked.
REPORTERS = re.compile(
    r"^(amplitude[\w-]*|analytics-python|datadog|ddtrace|heapanalytics|honeycomb\S*|mixpanel|newrelic|"
    r"opentelemetry-exporter-(?!prometheus)\S*|posthog|rollbar|rudder\S*|scarf\S*|segment-analytics\S*|sentry-sdk|"
    r"statsig|telemetry\S*)==",
    re.MULTILINE,
)


def test_no_package_that_exists_to_report_is_among_the_pins(project: Path) -> None:
    for planted in ("posthog==4.0", "opentelemetry-exporter-otlp-proto-http==1.45.2"):
        assert REPORTERS.search(f"numpy==2.4\n{planted}\n")
    pins = (project / "constraints.txt").read_text(encoding="utf-8").lower()
    assert [found[0] for found in REPORTERS.finditer(pins)] == []


def test_nothing_else_in_the_environment_is_touched() -> None:
    environment = {"HOME": "somewhere"}
    switch_off_telemetry(environment)
    assert environment == {"HOME": "somewhere", **SWITCHES}
