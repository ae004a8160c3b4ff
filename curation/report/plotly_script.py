"""Plotly's own JavaScript, out of the installed Python package, for a page that opens offline."""

import hashlib
from base64 import b64encode
from importlib.util import find_spec
from pathlib import Path

from curation.errors import ConfigurationError

_FILE = Path("package_data", "plotly.min.js")


def plotly_script() -> str:
    """Give the script as it may stand in a ``<script>`` element.

    The package is found but not imported: importing it takes longer than making the page.

    Raises
    ------
    ConfigurationError
        When the package is not installed or does not hold the script.
    """
    spec = find_spec("plotly")
    folders = spec.submodule_search_locations if spec is not None else None
    for folder in folders or ():
        path = Path(folder) / _FILE
        if path.is_file():
            return embeddable(path.read_text(encoding="utf-8"), path.name)
    raise ConfigurationError(
        "the report needs Plotly's script, which the Python package 'plotly' holds, and it is not there",
        fix="Install malmoi again, or run: pip install plotly",
    )


def embeddable(script: str, name: str) -> str:
    """Give ``script`` unchanged but for its line ends, as HTML parsers read them.

    Raises
    ------
    ConfigurationError
        When it holds what would end or nest the element (HTML, "Restrictions for contents of
        script elements").
    """
    folded = script.casefold()
    for unwanted in ("</script", "<script", "<!--"):
        if unwanted in folded:
            raise ConfigurationError(
                f"{name} holds '{unwanted}' and cannot stand inside a page",
                fix="Install another version of it.",
            )
    return script.replace("\r\n", "\n").replace("\r", "\n")


def csp_hash(script: str) -> str:
    """Give the source expression by which a Content Security Policy allows just this script."""
    return f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
