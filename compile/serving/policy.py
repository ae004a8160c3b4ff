"""The content-security policy of a bundle's page, which its server repeats as a header."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Final

# A page that says nothing: what web-llm needs, and no address but its own.
DEFAULT: Final = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; "
    "connect-src 'self' blob: data:; img-src 'self' data: blob:; style-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'none'"
)
# Browsers heed it in a header alone.
_HEADER_ONLY: Final = "frame-ancestors 'none'"


def policy_of(page: Path) -> str:
    """Give the policy that the page states in its head, with what only a header can add.

    A page that is absent or states none gets one that allows the page's own origin alone.
    """
    reader = _Reader()
    if page.is_file():
        reader.feed(page.read_text(encoding="utf-8", errors="replace"))
    return f"{reader.policy or DEFAULT}; {_HEADER_ONLY}"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.policy = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the first policy."""
        given = dict(attrs)
        if tag == "meta" and (given.get("http-equiv") or "").lower() == "content-security-policy":
            self.policy = self.policy or " ".join((given.get("content") or "").split()).rstrip("; ")
