"""What a correction leaves alone: text that is not prose, or that someone else's spelling owns."""

import re

Span = tuple[int, int]

# Each alternative fails fast: nothing is tried from inside a word, and a bracket stops at the next one.
_SHIELDED = re.compile(
    # Code: a fenced block, a span between backticks.
    r"```.*?(?:```|\Z)|`[^`\n]*`"
    # Web addresses with or without a scheme, e-mail addresses, hashtags, mentions, tags of markup.
    r"|(?:https?|ftp)://\S+|(?<![\w.+-])(?:www\.\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?<![\w.-])[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|kr|io|co|한국)(?:/\S*)?(?![A-Za-z])"
    r"|[#@]\w+|</?[A-Za-z][^<>\n]*>"
    # Titles and quotations in brackets: their spelling is their author's.
    r"|《[^《》\n]*》|〈[^〈〉\n]*〉|「[^「」\n]*」|『[^『』\n]*』|【[^【】\n]*】|\[[^\[\]\n]*\]|<(?=\S)[^<>\n]*>"
    # Laughter and cries in whole syllables: 하하하, 푸하하, 흐흐, 크크크, 아아악.
    r"|[푸우와크꺄]?([하호히헤후흐크키캬깔낄껄])\1+|([아-잏])\2{2,}",
    re.DOTALL,
)


def shielded(text: str) -> list[Span]:
    """Give the spans of ``text`` that no correction may touch, in order.

    Examples
    --------
    >>> shielded("#오늘의날씨 는 맑다")
    [(0, 6)]
    """
    return [match.span() for match in _SHIELDED.finditer(text)]
