"""Unicode NFC: one spelling for what looks the same."""

import unicodedata


def compose(text: str) -> tuple[str, int]:
    """Give ``text`` in NFC, and 1 when that changed it.

    Never NFKC: it would turn ㈜ into (주), ① into 1, ½ into 1⁄2 and ㎡ into m2.
    """
    composed = unicodedata.normalize("NFC", text)
    return composed, int(composed != text)
