"""Pieces of the user's data inside a message: short, and without signs that would steer a terminal."""


def shown(text: str, most: int = 60) -> str:
    """At most ``most`` characters of ``text``; what has no shape becomes a replacement character.

    Examples
    --------
    >>> shown("첫\\x1b[31m 줄"), shown("가나다라", most=2)
    ('첫�[31m 줄', '가나…')
    """
    plain = "".join(one if one.isprintable() else "\ufffd" for one in text[:most])
    return plain if len(text) <= most else f"{plain}…"
