"""Renders pages: the reader's language and theme, the templates, and what went wrong as a page."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from rich.filesize import decimal
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from curation.errors import UserError
from curation.report.texts import shown
from malmoi.ui.desk import Desk
from malmoi.ui.words import LANGUAGES, WORDS

THEMES: Final = ("auto", "light", "dark")
_YEAR_S: Final = 365 * 24 * 3600
_COOKIE: Final = "malmoi-ui-"
# The order of the menu: where it leads, and the word for it.
_MENU: Final = (
    ("/", "home", "home"),
    ("/ask", "ask", "ask"),
    ("/releases", "releases", "layers"),
    ("/cards", "cards", "book"),
    ("/measurements", "measurements", "chart"),
    ("/training", "training", "spark"),
    ("/bundles", "bundles", "window"),
    ("/slack", "slack", "hash"),
)

View = Callable[[Request], Mapping[str, Any]]


def desk_of(request: Request) -> Desk:
    """What the views share."""
    desk: Desk = request.app.state.desk
    return desk


def page(template: str, here: str, view: View) -> Callable[[Request], Any]:
    """An endpoint: ``view`` gathers in a worker thread what the template shows.

    Parameters
    ----------
    here
        Where in the menu the page stands.
    """

    async def answer(request: Request) -> Response:
        parts = await run_in_threadpool(view, request)
        return await run_in_threadpool(render, request, template, here, parts)

    return answer


def render(
    request: Request, template: str, here: str, parts: Mapping[str, Any], status: int = 200
) -> HTMLResponse:
    """Render a template of ``templates`` in the reader's language and theme; remembers a new choice."""
    language, theme = language_of(request), theme_of(request)

    def say(word: str, **values: object) -> str:
        return WORDS[word][LANGUAGES.index(language)].format(**values)

    def link(path: str | None = None, **changed: object) -> str:
        """An address; without a path the page's own, with some of its parameters changed."""
        kept = {} if path else dict(request.query_params)
        chosen = {**kept, **{name: str(value) for name, value in changed.items() if value is not None}}
        left = {name: value for name, value in chosen.items() if changed.get(name, "") is not None}
        return (path or "/" + request.url.path.lstrip("/")) + (f"?{urlencode(left)}" if left else "")

    text = _ENVIRONMENT.get_template(template).render(
        {
            "say": say,
            "link": link,
            "both": lambda text: getattr(text, language),
            "language": language,
            "theme": theme,
            "themes": THEMES,
            "menu": _MENU,
            "here": here,
            "token": desk_of(request).token,
            "query": request.query_params,
            **parts,
        }
    )
    response = HTMLResponse(text, status)
    for name, value in (("lang", language), ("theme", theme)):
        if name in request.query_params:
            response.set_cookie(_COOKIE + name, value, _YEAR_S, httponly=True, samesite="strict")
    return response


def language_of(request: Request) -> str:
    """The language asked for, chosen before, or preferred by the browser; Korean when it knows neither."""
    for chosen in (request.query_params.get("lang"), request.cookies.get(f"{_COOKIE}lang")):
        if chosen in LANGUAGES:
            return chosen
    weighed = []
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((float(weight or 1), tag.lower().partition("-")[0]))
        except ValueError:
            continue
    known = [(weight, tag) for weight, tag in weighed if tag in LANGUAGES and weight > 0]
    return max(known, key=lambda one: one[0])[1] if known else LANGUAGES[0]


def theme_of(request: Request) -> str:
    """The theme asked for or chosen before; ``auto`` follows the device."""
    for chosen in (request.query_params.get("theme"), request.cookies.get(f"{_COOKIE}theme")):
        if chosen in THEMES:
            return chosen
    return THEMES[0]


async def fault_page(request: Request, error: Exception) -> Response:
    """Say what was wrong, where, and what to do; ours alone has a traceback, on the terminal."""
    if isinstance(error, UserError):
        parts = {"what": error.what, "where": error.where, "fix": error.fix}
        status = 404 if error.exit_code == 2 else 500
        return render(request, "fault.html.j2", "", parts, status)
    return render(request, "fault.html.j2", "", {"what": "", "where": "", "fix": ""}, 500)


async def not_found(request: Request, _: Exception) -> Response:
    """There is no such page."""
    parts = {"what": None, "where": request.url.path, "fix": ""}
    return render(request, "fault.html.j2", "", parts, 404)


def _day(moment: datetime | None) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M") if moment else "–"


def _cut(text: str, most: int) -> Markup:
    """A text as `shown` spells it, up to so many characters."""
    parts = [shown(text[start : start + 600]) for start in range(0, min(len(text), most), 600)]
    return Markup("").join(parts)


def _short(text: str) -> str:
    """Paths below the person's own folder as people write them; a quoted one would no longer be found."""
    own = str(Path.home()).rstrip("/")
    return text.replace(f"{own}/", "~/") if own and not {"'", '"'} & set(text) else text


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("malmoi.ui"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        bytes=lambda size: decimal(int(size)),
        number=lambda value: f"{value:,}",
        day=_day,
        cut=_cut,
        short=_short,
    )
    return environment


_ENVIRONMENT: Final = _environment()
