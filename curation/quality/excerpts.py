"""The part of a long text that is judged: something of its beginning, its middle and its end."""

_PARTS = 3


def excerpt(text: str, most: int) -> str:
    """Give ``text``, or three parts of it, of at most ``most`` characters in all.

    The parts begin and end at white space where there is some within half a part, so that
    few words are cut. They stand on lines of their own.

    Examples
    --------
    >>> excerpt("하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열", 20)
    '하나 둘 셋\n다섯 여섯\n아홉 열'
    """
    if len(text) <= most:
        return text
    part = most // _PARTS
    middle = (len(text) - part) // 2
    starts = (0, middle, len(text) - part)
    return "\n".join(_whole_words(text, start, start + part) for start in starts)


def _whole_words(text: str, start: int, end: int) -> str:
    slack = (end - start) // 2
    if start > 0 and not text[start - 1].isspace():
        start = next((place for place in range(start, start + slack) if text[place].isspace()), start)
    if end < len(text) and not text[end].isspace():
        end = next((place for place in range(end, end - slack, -1) if text[place - 1].isspace()), end)
    return text[start:end].strip()
