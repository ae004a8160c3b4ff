"""The console as one application: which address shows what, behind `protection`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from curation.errors import UserError
from malmoi.ui.desk import Desk
from malmoi.ui.files import framed
from malmoi.ui.pages import fault_page, not_found, page
from malmoi.ui.protection import Protected
from malmoi.ui.views import asking, cards, home, local_slack, measurements, release, training

_STATIC: Final = Path(__file__).parent / "static"


def application(desk: Desk) -> ASGIApp:
    """The console of one start."""
    app = Starlette(
        routes=_routes(),
        exception_handlers={UserError: fault_page, 404: not_found, 405: not_found, Exception: fault_page},
    )
    app.state.desk = desk
    # Outside of everything, so that faults are protected as well.
    return Protected(app, desk.token)


def _routes() -> list[Route | Mount]:
    def shows(path: str, template: str, here: str, view: Any) -> Route:
        return Route(path, page(f"{template}.html.j2", here, view), methods=["GET"])

    return [
        shows("/", "home", "home", home.home),
        shows("/releases", "releases", "releases", home.releases),
        shows("/release", "release_card", "releases", release.card),
        shows("/release/report", "release_report", "releases", release.report),
        Route("/release/report.html", _frame(release.report_file), methods=["GET"]),
        shows("/release/ledger", "release_ledger", "releases", release.ledger),
        shows("/release/rows", "release_rows", "releases", release.data),
        shows("/release/rejects", "release_rejects", "releases", release.rejects),
        shows("/release/quarantine", "release_quarantine", "releases", release.quarantine),
        shows("/cards", "cards", "cards", cards.cards),
        shows("/card", "card", "cards", cards.card),
        shows("/measurements", "measurements", "measurements", measurements.measurements),
        shows("/measurement", "measurement", "measurements", measurements.measurement),
        Route("/measurement/page.html", _frame(_page_of_measurement), methods=["GET"]),
        shows("/training", "training", "training", training.runs),
        shows("/run", "run", "training", training.run),
        Route("/run/report.html", _frame(training.report_file), methods=["GET"]),
        shows("/bundles", "bundles", "bundles", home.bundles),
        shows("/bundle", "bundle", "bundles", home.bundle),
        shows("/ask", "ask", "ask", asking.ask),
        Route("/ask/answer", asking.answer, methods=["POST"]),
        shows("/slack", "slack", "slack", home.slack),
        Route("/slack/start", local_slack.start, methods=["POST"]),
        Route("/slack/stop", local_slack.stop, methods=["POST"]),
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]


def _frame(file_of: Callable[[Request], Path]) -> Callable[[Request], Any]:
    """An endpoint for a page in a file, which another page shows in a frame."""

    async def answer(request: Request) -> Response:
        return await run_in_threadpool(lambda: framed(file_of(request)))

    return answer


def _page_of_measurement(request: Request) -> Path:
    written = measurements.wanted(request)
    if written.kind != "page":
        raise UserError("This measurement is no page.", where=written.name)
    return written.path
