"""Labels, scores and texts as corpora write them."""

import re
import reprlib

_LONGEST = 60
_SCORE = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,20})?")


def trimmed(written: str, what: str = "label") -> tuple[str, str]:
    """A label without the blanks around it, and the recovery to state when there were some.

    Raises
    ------
    ValueError
        When it is longer than any label; the message is the reason for quarantine.

    Examples
    --------
    >>> trimmed("2"), trimmed("원인 ", "question")
    (('2', ''), ('원인', 'blanks around the question'))
    """
    label = written.strip()
    if len(label) > _LONGEST:
        raise ValueError(f"the {what} has {len(label):,} characters")
    return label, "" if label == written else f"blanks around the {what}"


def score(written: str, most: float) -> str:
    """A score as it is written, when it is a number from 0 to ``most``.

    Raises
    ------
    ValueError
        When it is none.

    Examples
    --------
    >>> score("4.750", 5)
    '4.750'
    """
    if _SCORE.fullmatch(written) is None or float(written) > most:
        raise ValueError(f"the score {reprlib.repr(written)} is no number from 0 to {most:g}")
    return written


def squeezed(text: str) -> str:
    """A text as split groups compare it: one space between its words, and none around them.

    Examples
    --------
    >>> squeezed(" 두  번\\n읽는다")
    '두 번 읽는다'
    """
    # Of all blanks the space alone is printable, so most texts are found to be so in one look.
    if text.isprintable() and "  " not in text and text == text.strip(" "):
        return text
    return " ".join(text.split())


def required(text: str, what: str) -> str:
    """A text that is not blank.

    Raises
    ------
    ValueError
        When it is.
    """
    if not text or text.isspace():
        raise ValueError(f"the {what} is empty")
    return text
