"""One tab of the browser in which a model runs, watched until it is done."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from curation.errors import UserError

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page

PAGE: Final = "verify.html"
OPEN_MS: Final = 60_000
_STEP_MS: Final = 20
_COMPLAINTS: Final = 8


class Watch:
    """A page with verify.html: what it reports, complains of and asks for.

    ``loaded`` is what it said of loading, ``outside`` are addresses beyond ``url`` that it asked for.
    """

    def __init__(self, page: "Page", url: str, what: str, silence_s: float, told: Callable[[], None]) -> None:
        self._page = page
        self._url = url
        self._what = what
        self._silence_s = silence_s
        self._told = told
        self._heard = time.monotonic()
        self._progress = "nothing"
        self._complaints: deque[str] = deque(maxlen=_COMPLAINTS)
        self._answers: list[Mapping[str, Any]] = []
        self._end = ""
        self.loaded: Mapping[str, Any] = {}
        self.outside: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._complaints.append(str(error)))
        page.on("crash", lambda _: self._finish("the tab crashed, most likely for want of memory"))
        page.on("websocket", lambda socket: self.outside.append(socket.url))
        page.context.on("request", lambda request: self._on_request(request.url))
        page.expose_function("report", self._on_report)

    def open(self) -> None:
        """Open verify.html."""
        from playwright.sync_api import Error  # noqa: PLC0415

        try:
            self._page.goto(self._url + PAGE, timeout=OPEN_MS)
        except Error as error:
            raise self._failed(f"{PAGE} cannot be opened: {error.message.splitlines()[0]}") from error
        if not self._page.evaluate("() => typeof window.startVerification === 'function'"):
            raise self._failed(f"{PAGE} did not start")

    def follow(self, job: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Start the run, and wait until it is done, fails or falls silent."""
        from playwright.sync_api import Error  # noqa: PLC0415

        self._heard = time.monotonic()
        # At once: a run that hangs must not hang this call.
        self._page.evaluate("(job) => { setTimeout(() => window.startVerification(job)); }", job)
        while not self._end:
            if time.monotonic() - self._heard > self._silence_s:
                raise self._failed(f"no sign of life for {self._silence_s:.0f} seconds")
            try:
                self._page.wait_for_timeout(_STEP_MS)
            except Error as error:
                self._finish(self._end or error.message.splitlines()[0])
        if self._end != "done":
            raise self._failed(self._end)
        return self._answers

    def _on_report(self, report: Mapping[str, Any]) -> None:
        self._heard = time.monotonic()
        match report["kind"]:
            case "progress":
                self._progress = report["text"]
            case "loaded":
                self.loaded = report["loaded"]
                self._progress = "loaded"
            case "token":
                self._told()
            case "answer":
                self._answers.append(report["answer"])
            case "done":
                self._finish("done")
            case "failed":
                self._finish(report["message"])

    def _on_console(self, message: "ConsoleMessage") -> None:
        if message.type in ("error", "warning"):
            self._complaints.append(message.text)

    def _on_request(self, url: str) -> None:
        if not url.startswith((self._url, "blob:", "data:")):
            self.outside.append(url)

    def _finish(self, end: str) -> None:
        self._end = self._end or end

    def _failed(self, why: str) -> UserError:
        said = "".join(f"\n    {text[:400]}" for text in self._complaints)
        return UserError(
            f"The model did not run in the browser: {why}.",
            where=f"{self._what}; last heard: {self._progress}" + (f"\n  console:{said}" if said else ""),
            fix="`malmoi compile check` names faults of the bundle; a model that is too large for the "
            "machine's memory has to be smaller, or its context shorter.",
        )
