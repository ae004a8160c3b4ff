"""Which characters of a text are shown at all.

Removed is what shows nothing itself and can make text look like other text: control characters,
bidirectional controls (Unicode UAX 9), zero-width characters and tags. A joiner stays where it
joins: in emoji and after combining marks. Conjoining jamo are letters and stay.
"""

import html

import regex

_LINE_ENDS = regex.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNSHOWN = regex.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f]"  # controls but tab and newline
    r"|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # bidirectional
    r"|[\u00ad\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb]"  # zero width
    r"|[\U000e0000-\U000e0fff]"  # tags and variation selectors of ideographs
    r"|(?<![\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d]"
)


def shown(text: str) -> str:
    """The text as Slack may show it: every letter stays, in order; line ends become ``\\n``."""
    kept: str = _UNSHOWN.sub("", _LINE_ENDS.sub("\n", text))
    # A surrogate on its own is no character: JSON could carry it, UTF-8 cannot.
    return kept.encode(errors="replace").decode()


def escape(text: str) -> str:
    """Text for the ``text`` of a message, where Slack shows it as it is."""
    return html.escape(text, quote=False)


def within(escaped: str, most: int) -> str:
    """Escaped text cut to ``most`` bytes of UTF-8, never inside a character or an entity."""
    encoded = escaped.encode()
    if len(encoded) <= most:
        return escaped
    kept = encoded[: most - len("…".encode())].decode(errors="ignore")
    start = kept.rfind("&")
    if start > kept.rfind(";") and len(kept) - start < len("&amp;"):
        kept = kept[:start]
    return f"{kept.rstrip()}…"


def short(text: str, most: int) -> str:
    """One line of at most ``most`` characters."""
    one_line = " ".join(shown(text).split())
    return one_line if len(one_line) <= most else f"{one_line[: most - 1].rstrip()}…"
