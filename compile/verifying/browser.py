"""A Chromium without a window, with WebGPU and without a way out of this machine."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from curation.errors import ConfigurationError, UserError
from curation.installing import installing

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Every name but this machine's is unknown: what a page asks of others fails, and is recorded.
_NO_WAY_OUT: Final = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
_WEBGPU: Final = "--enable-unsafe-webgpu"
_CARD: Final = ("--enable-features=Vulkan", "--use-angle=vulkan")
_SOFTWARE: Final = "--use-webgpu-adapter=swiftshader"
_CARDS: Final = ("dri/renderD*", "nvidia0")


def browser_path() -> Path:
    """Find Chromium or Chrome.

    Raises
    ------
    ConfigurationError
        When there is none.
    """
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise ConfigurationError(
            "There is no Chromium to verify the bundle in.",
            where=f"looked for {', '.join(BROWSERS)}",
            fix="Install it: on Debian and Ubuntu, `apt-get install chromium`.",
        )
    return Path(found)


@contextmanager
def started(*, software: bool) -> Iterator["Browser"]:
    """Run Chromium while the block does.

    Parameters
    ----------
    software
        Compute on the processor (SwiftShader), whatever graphics card there is.

    Raises
    ------
    UserError
        When Playwright or Chromium is missing, or Chromium does not start.
    """
    try:
        from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError(
            "Playwright, which drives the browser, is not installed.",
            fix=f"Install it with `{installing('compile')}`.",
        ) from None
    path = browser_path()
    flags = [_NO_WAY_OUT, _WEBGPU, *((_SOFTWARE,) if software else _CARD)]
    with sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=path, args=flags)
        except Error as error:
            raise UserError(
                f"The browser does not start: {error.message.strip().splitlines()[0]}",
                where=str(path),
                fix=f"Try `{path.name} --headless=new --dump-dom about:blank`; it says what is missing.",
            ) from error
        try:
            yield browser
        finally:
            browser.close()


def has_card() -> bool:
    """Whether the machine has a graphics card that a browser could compute on."""
    return any(next(Path("/dev").glob(pattern), None) for pattern in _CARDS)
