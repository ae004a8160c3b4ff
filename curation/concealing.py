"""Takes out of a text what an address should never have held: a name with a password, and a query's values.

What a person mistyped is told back to them, and what is told stands in logs.
"""

import re
from typing import Final

# The part of an address before its host (RFC 3986, section 3.2.1), up to the last @ before a slash.
# Taken for a path, an address has lost one of its slashes; what has one letter is a drive.
_USER: Final = re.compile(r"(?:(?<=://)|(?<=[\w+.-]{2}:/))[^/\s]*@")
_VALUE: Final = re.compile(r"([?&;][\w.%-]+=)[^\s&;#'\"`]+")


def without_secrets(text: str) -> str:
    """The text, with `…` for what addresses in it hold besides host, path and names of parameters.

    Examples
    --------
    >>> without_secrets("nothing answers at https://bada:1234@host:80/v1?key=5678")
    'nothing answers at https://…@host:80/v1?key=…'
    """
    if ":/" not in text:
        return text
    return _VALUE.sub(r"\1…", _USER.sub("…@", text))


def secretless(text: str) -> str:
    """The text itself, where a setting may be kept and told again.

    Raises
    ------
    ValueError
        It is an address that holds more than host, path and names of parameters.
    """
    if without_secrets(text) != text:
        raise ValueError("an address that holds a password or a key")
    return text
