"""A browser with the page verify.html of a bundle open: runs a model in it, and sees what it asks for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from compile.serving import BundleServer
from compile.verifying.browser import has_card, started
from compile.verifying.results import EngineRun
from compile.verifying.watching import OPEN_MS, PAGE, Watch
from curation.errors import ConfigurationError, UserError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# By themselves, told tokens; and the page's own, told messages, which they write with the bundle's template.
ENGINES: Final = ("web-runtime", "web-llm")
PAGE_ENGINES: Final = ("page-webgpu", "page-wasm")
# A page that tells nothing for this long hangs; every token, shard and second of shaders is told.
SILENCE_S: Final = 300.0
_HAS_ADAPTER: Final = "async () => Boolean(await navigator.gpu?.requestAdapter())"


class Session:
    """Runs models of a bundle in a browser.

    Parameters
    ----------
    url
        Where the bundle is served.
    bundle
        The bundle's folder.
    browser
        A browser that is running.
    silence_s
        After so many seconds without a sign of life the tab is closed.
    """

    def __init__(self, url: str, bundle: Path, browser: "Browser", silence_s: float = SILENCE_S) -> None:
        self._url = url
        self._bundle = bundle
        self._browser = browser
        self._silence_s = silence_s

    @classmethod
    @contextmanager
    def opened(
        cls, bundle: Path, *, page: Path | None = None, silence_s: float = SILENCE_S
    ) -> Iterator["Session"]:
        """Serve a bundle and start a browser on the graphics card, or without one on the processor.

        Parameters
        ----------
        bundle
            The bundle.
        page
            The folder of the built page, for a bundle that has no verify.html of its own.
        silence_s
            As of the class.

        Raises
        ------
        UserError
            When there is no verify.html, no browser, or a browser without WebGPU.
        """
        if not any((folder / PAGE).is_file() for folder in (bundle, page) if folder):
            raise ConfigurationError(
                f"The bundle has no {PAGE} to verify it with.",
                where=str(bundle),
                fix="Build the page first: `npm ci && npm run build` in compile/web.",
            )
        with BundleServer(bundle, page=page) as server:
            for software in (False, True) if has_card() else (True,):
                with started(software=software) as browser:
                    if _has_adapter(browser, server.url):
                        yield cls(server.url, bundle, browser, silence_s)
                        return
        raise UserError(
            "The browser gives no WebGPU adapter, not even SwiftShader's.",
            fix="Install a newer Chromium, 121 or later, with its SwiftShader (libvk_swiftshader.so).",
        )

    def run(
        self,
        engine: str,
        model_id: str,
        prompts: Sequence[Sequence[int] | str],
        count: int,
        told: Callable[[], None] = lambda: None,
    ) -> EngineRun:
        """Let an engine follow each prompt with `count` tokens, the likeliest at each place.

        Parameters
        ----------
        engine
            One of `ENGINES` or `PAGE_ENGINES`.
        model_id
            A model of the bundle's app-config.json.
        prompts
            Tokens; for the page's engines, messages of its reader.
        count
            Tokens after each prompt; a page's answer may end before.
        told
            Called for every token.

        Raises
        ------
        UserError
            When the model is not in the bundle, the page fails, hangs or crashes.
        """
        record = _record(self._bundle, model_id)
        job = {"engine": engine, "record": record, "prompts": list(prompts), "count": count}
        # A context of its own: nothing that an earlier run stored is found.
        context = self._browser.new_context()
        try:
            watch = Watch(context.new_page(), self._url, f"{model_id} in {engine}", self._silence_s, told)
            watch.open()
            answers = watch.follow(job)
            return _run(engine, watch.loaded, answers, watch.outside)
        finally:
            context.close()  # which ends a tab that hangs, too


def _has_adapter(browser: "Browser", url: str) -> bool:
    page = browser.new_page()
    try:
        page.goto(url + PAGE, timeout=OPEN_MS)  # WebGPU is there on pages of trusted origins alone
        return bool(page.evaluate(_HAS_ADAPTER))
    finally:
        page.close()


def _record(bundle: Path, model_id: str) -> Mapping[str, Any]:
    path = bundle / "app-config.json"
    try:
        listed = orjson.loads(path.read_bytes())["model_list"]
        records: dict[str, Mapping[str, Any]] = {one["model_id"]: one for one in listed}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"The bundle's list of models cannot be read: {error}",
            where=str(path),
            fix="Compile the bundle again.",
        ) from error
    if model_id not in records:
        raise ConfigurationError(
            f"The bundle has no model '{model_id}'.",
            where=str(path),
            fix=f"Choose one of {', '.join(records)}.",
        )
    return records[model_id]


def _run(
    engine: str, loaded: Mapping[str, Any], answers: Sequence[Mapping[str, Any]], outside: Sequence[str]
) -> EngineRun:
    read = sum(answer["promptTokens"] for answer in answers)
    written = sum(max(0, answer["completionTokens"] - 1) for answer in answers)
    return EngineRun(
        engine=engine,
        adapter=loaded["adapter"],
        tokens=tuple(tuple(answer["tokens"]) for answer in answers),
        texts=tuple(answer["text"] for answer in answers if answer["text"] is not None),
        load_ms=loaded["loadMs"],
        pipeline_ms=loaded["pipelineMs"],
        prefill_tokens_per_second=_rate(read, sum(answer["prefillMs"] for answer in answers)),
        decode_tokens_per_second=_rate(written, sum(answer["decodeMs"] for answer in answers)),
        outside=tuple(dict.fromkeys(outside)),
    )


def _rate(tokens: int, milliseconds: float) -> float:
    return tokens * 1000 / milliseconds if milliseconds else 0.0
