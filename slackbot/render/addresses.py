"""Links show where they lead: an address stands as itself, never behind other words."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from markdown_it.token import Token

from slackbot.render.pieces import Run, Style

LONGEST_ADDRESS = 1_000
_UNSAFE = re.compile(r"[\s<>|\"`]")
# A particle behind an address does not belong to it, letters within its path do.
_BARE = re.compile(r"https?://(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]|(?<=[/=_%+(-])\w+)+")
_TRAILING = ".,;:!?'*_~"
_NUMBER = re.compile(r"\d{1,4}")


def is_address(text: str) -> bool:
    """Whether Slack may be handed this as the address of a link."""
    if len(text) > LONGEST_ADDRESS or _UNSAFE.search(text):
        return False
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    # A name before "@" is not the host that it looks like.
    return parts.scheme in ("http", "https") and bool(host) and "@" not in parts.netloc


def linked(text: str, style: frozenset[Style]) -> Iterator[Run]:
    """Text with the addresses in it as links."""
    last = 0
    for found in _BARE.finditer(text):
        address = found[0].rstrip(_TRAILING)
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1].rstrip(_TRAILING)
        if is_address(address):
            yield Run(text[last : found.start()], style)
            yield Run(address, style, link=True)
            last = found.start() + len(address)
    yield Run(text[last:], style)


def label_and_address(label: Sequence[Run], opening: Token, style: frozenset[Style]) -> Iterator[Run]:
    """A link or an image of Markdown: what it is called, then its address in parentheses."""
    address = str(opening.attrs.get("href") or opening.attrs.get("src") or "")
    title = str(opening.attrs.get("title") or "")
    titled = f' "{title}"' if title else ""
    called = "".join(run.text for run in label)
    if opening.type == "image" and address.startswith("data:"):
        yield from label
    elif not is_address(address):
        # No address that leads anywhere from Slack: `[1](주1)` stays as it is written.
        before, after = ("<", ">") if opening.info == "auto" else ("[", f"]({address}{titled})")
        yield Run(f"!{before}" if opening.type == "image" else before, style)
        yield from label
        yield Run(after, style)
    elif called in (address, address.partition("://")[2]) and not title:
        yield Run(address, style, link=True)
    else:
        if called:
            citation = _NUMBER.fullmatch(called)
            yield from (Run(f"[{called}]", style),) if citation else label
            yield Run(" (", style)
        yield Run(address, style, link=True)
        yield Run(titled + (")" if called else ""), style)
