"""Turns off every dependency's telemetry, and what downloads code unasked, before it is imported.

Each package of the project imports this module first, so that no import order can start a
reporter. A value that the user set is overridden as well: "nothing leaves the machine" is a
promise, not a preference, and a dependency's usage report is of no use to its user.
"""

import os
import sys
from collections.abc import MutableMapping

SWITCHES: dict[str, str] = {
    # What some libraries ask before they report, Scarf among them.
    "DO_NOT_TRACK": "true",
    "SCARF_NO_ANALYTICS": "true",
    # Ray reports cluster usage.
    "RAY_USAGE_STATS_ENABLED": "0",
    # Hugging Face adds a telemetry user agent to its requests; TRL reports each trainer that is made.
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DISABLE_TELEMETRY": "1",
    # transformers asks a service of the hub to convert the weights of a model that has pickles alone.
    "DISABLE_SAFETENSORS_CONVERSION": "1",
    # LangChain and LangGraph send whole prompts to LangSmith when tracing is on.
    "LANGSMITH_TRACING": "false",
    "LANGSMITH_TRACING_V2": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGCHAIN_TRACING": "false",
    "LANGGRAPH_CLI_NO_ANALYTICS": "1",
    # OpenTelemetry exporters that a dependency may configure by itself.
    "OTEL_SDK_DISABLED": "true",
    # Gradio-like web toolkits.
    "GRADIO_ANALYTICS_ENABLED": "False",
}


def switch_off_telemetry(environment: MutableMapping[str, str] = os.environ) -> None:
    """Set every switch in ``environment``; call it before the dependencies are imported."""
    environment.update(SWITCHES)


def hide_fetched_code() -> None:
    """Make the package ``kernels`` as good as not installed, for this process.

    Where it is installed, bitsandbytes downloads compiled code from the Hugging Face hub while it is
    imported, and transformers while some models are loaded; both do without.
    """
    sys.modules["kernels"] = None  # type: ignore[assignment]  # None is what says so


switch_off_telemetry()
hide_fetched_code()
