"""Markdown of cards as HTML: no HTML of its own passes, nothing is loaded, links lead to the web alone."""

from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

# A card of ours has some thousand characters; what is longer is cut.
MAX_CHARACTERS: Final = 400_000
_WEB: Final = ("https://", "http://")


def to_html(text: str) -> Markup:
    """Render Markdown (CommonMark, tables); images become their texts, links to files lose their target."""
    tokens = _MARKDOWN.parse(text[:MAX_CHARACTERS])
    for token in tokens:
        # Alignment comes as an inline style, which the pages' policy forbids.
        token.attrs.pop("style", None)
    _tend(tokens)
    rendered = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return Markup(rendered)  # noqa: S704 - the renderer escapes whatever the text holds


def _tend(tokens: list[Token]) -> None:
    for token in tokens:
        if token.type == "link_open":
            if str(token.attrs.get("href", "")).startswith(_WEB):
                token.attrs.update(rel="noreferrer noopener", target="_blank")
            elif not str(token.attrs.get("href", "")).startswith("#"):
                token.attrs = {}
        _tend(token.children or [])


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable("table")

    parser.add_render_rule("image", _text_alone)
    return parser


def _text_alone(_: Any, tokens: list[Token], place: int, *__: Any) -> str:
    return str(Markup.escape(tokens[place].content))


_MARKDOWN: Final = _parser()
