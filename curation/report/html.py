"""HTML pages of one file: templates, styles, the script that draws charts, and Plotly itself.

Nothing is loaded from elsewhere: a page's Content Security Policy allows its own two scripts, by
their hashes, and inline styles. Every value is escaped. Without scripts a page shows all figures as
tables and both languages.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from curation.report import palette
from curation.report.charts import Cell, Columns, Rows, percent
from curation.report.plotly_script import csp_hash, embeddable, plotly_script
from curation.report.texts import shown
from curation.report.words import Both, step_name, step_summary


def render_page(template: str, figures: Mapping[str, Rows | Columns], **parts: Any) -> str:
    """Render a template of ``templates/report`` with the figures of its charts, by name.

    Equal parts give equal pages, byte for byte.

    Raises
    ------
    curation.errors.ConfigurationError
        When Plotly's script cannot be found.
    """
    environment = _environment()
    script = embeddable(_source(environment, "report.js"), "report.js")
    plotly = plotly_script()
    return environment.get_template(f"report/{template}").render(
        **parts,
        # Our own files, and a script that `embeddable` looked at.
        style=Markup(_source(environment, "report.css")),  # noqa: S704
        light=palette.css_variables(palette.LIGHT),
        dark=palette.css_variables(palette.DARK),
        script=Markup(script),  # noqa: S704
        plotly=Markup(plotly),  # noqa: S704
        script_hashes=f"{csp_hash(plotly)} {csp_hash(script)}",
        figures=_embedded({"charts": figures, "palettes": {"light": palette.LIGHT, "dark": palette.DARK}}),
    )


def _embedded(data: object) -> Markup:
    """Give JSON that may stand in a ``<script>`` element: no ``<``, ``>``, ``&`` in it."""
    text = orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode()
    for unsafe in "<>&\u2028\u2029":
        text = text.replace(unsafe, f"\\u{ord(unsafe):04x}")
    return Markup(text)  # noqa: S704


def _source(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, f"report/{name}")[0]


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("curation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(both=Both, step_name=step_name, step_summary=step_summary)
    environment.filters.update(cell=_cell, number=lambda value: f"{value:,}", percent=percent, shown=shown)
    environment.filters["plain"] = _plain
    environment.tests["facts"] = lambda value: isinstance(value, Mapping)
    return environment


def _cell(value: Cell) -> str | Both:
    return f"{value:,}" if isinstance(value, int) else value


def _plain(value: object) -> str | Both:
    """Say a parameter or a fact: JSON data of any kind but a mapping."""
    if value is None:
        return Both("없음", "none")
    if isinstance(value, bool):
        return Both("예", "yes") if value else Both("아니요", "no")
    if isinstance(value, (list, tuple)):
        return ", ".join(str(one) for one in value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)
