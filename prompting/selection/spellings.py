"""Two spellings of one answer become equal: 1,000원 = 천 원, 네 = 예 = yes, 서울입니다 = 서울, (A) = A."""

import re
import unicodedata
from typing import Final

from prompting.selection.numerals import number_in

_MARKS = re.compile(r"[*_`#\"'“”‘’「」『』《》〈〉{}]+|\\boxed|\\text|\$(?!\s?[-\d])")
_OUTER: Final = " \t\n.,:;!?。…·~()[]<>"
# What a Korean sentence puts behind its answer.
_ENDING = re.compile(
    r"(?<=\S)(?:"
    r"(?:이|가)\s?(?:정답|답|맞)(?:입니다|이에요|예요|이다|습니다|아요|다|는)?"
    r"|(?:이)?라고\s?(?:할\s?수\s?있|생각|봅니다|합니다|해요|한다|보)\S*(?:\s?(?:합니다|습니다|해요|다))?"
    r"|(?:인|일)\s?(?:것|거)\s?(?:같습니다|같아요|같다|입니다|예요|이다)"
    r"|(?:이|가)\s?(?:됩니다|돼요|된다)"
    r"|\s?(?:입니다|이었습니다|였습니다|이에요|예요|이죠|이지요|인데요)"
    r"|(?<=[\d개명원번])(?:이다|다|임|이야|야|요)"
    r")$"
)
_COPULA = re.compile(r"(?<=[가-힣])(?:이다|임|이야|이요)$")
_LEAD = re.compile(r"^(?:it(?:'s| is| was)|they are|that(?:'s| is)|the|an|a)\s+(?=\S)")
_AROUND = re.compile(
    r"^(?:총|모두|전부|합계|합쳐서|약|대략|정확히|about|exactly|approximately|a total of|total)\s+(?=\S)"
)
# Without blanks and signs.
_YES = re.compile(
    r"^(?:네|넵|예|응|그렇습니다|그렇다|그래요|그럼요|맞습니다|맞다|맞아요|맞음|옳습니다|참|사실|사실이다"
    r"|yes|yeah|yep|true|correct|right|itis|thatisright|thatiscorrect|thatistrue)$"
)
_NO = re.compile(
    r"^(?:아니요|아니오|아니|아뇨|아닙니다|아니다|아니에요|그렇지않습니다|그렇지않다|틀립니다|틀렸습니다|틀림|거짓"
    r"|사실이아닙니다|맞지않습니다|no|nope|false|incorrect|wrong|itisnot|notcorrect|nottrue)$"
)
_OPENED = re.compile(
    r"^(네|넵|예|응|아니요|아니오|아뇨|yes|no)(?:\s*[,.!]\s*|\s+(?=그렇|맞|아닙))(.+)$", re.DOTALL
)
# A bracketed letter may be followed by what it stands for, not by another option.
_OPTION = re.compile(
    r"^(?:option\s+|보기\s*)?(?:\(([a-h])\)|([a-h])\s*번?)"
    r"(?(1)(?:[\s.:,)](?:(?!\([a-h]\)).)+)?|(?:\s*[).:]\s*\S.*|\s+(?=[가-힣]).*)?)$",
    re.DOTALL,
)
_NUMBERED = re.compile(r"^\((\d{1,2})\)(?:\s+\S.*)?$", re.DOTALL)


def normalised(answer: str) -> str:
    """Write an answer as all its spellings are written; gold answers too. Empty when nothing is left.

    Examples
    --------
    >>> [normalised(one) for one in ("1,000원", "1천 원", "천원", "$1000.00")]
    ['1000', '1000', '1000', '1000']
    >>> [normalised(one) for one in ("예, 맞습니다.", "'서울'입니다", "The Nile.", "(B) 바다")]
    ['yes', '서울', 'nile', 'b']
    """
    text = unicodedata.normalize("NFKC", answer).strip().casefold()
    text = " ".join(_MARKS.sub("", text).split())
    for option in (_NUMBERED.match(text), _OPTION.match(text.rstrip(_OUTER[:8]))):
        if option:
            return str(next(filter(None, option.groups())))
    if known := _yes_no(text):
        return known
    bare = _LEAD.sub("", _bare(text))
    return number_in(_AROUND.sub("", bare)) or _spelled(bare)


def _bare(text: str) -> str:
    """Take away punctuation and the copula around an answer."""
    before = ""
    while before != text:
        before = text
        text = _ENDING.sub("", text.strip(_OUTER)).strip(_OUTER)
        # After a final consonant 이다 is the copula; after a vowel 이 may be the end of a noun.
        copula = _COPULA.search(text)
        if copula and (ord(text[copula.start() - 1]) - ord("가")) % 28:
            text = text[: copula.start()]
    return text


def _yes_no(text: str) -> str:
    for spelled in (_letters(text), _letters(_bare(text))):
        if _NO.match(spelled):
            return "no"
        if _YES.match(spelled):
            return "yes"
    opened = _OPENED.match(text)
    if not opened:
        return ""
    if _NO.match(opened[1]):
        return "no"
    # "네, 서울입니다" is polite and then answers; what follows 네 as a clause says why.
    rest = _bare(opened[2])
    is_polite = " " not in rest and rest != opened[2].strip(_OUTER) and not _YES.match(_letters(rest))
    return normalised(rest) if is_polite else "yes"


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _spelled(text: str) -> str:
    """Drop signs, except between digits; Korean is compared without blanks."""
    joined = re.sub(r"(?<!\d)[.']|[.'](?!\d)", "", text)
    words = re.sub(r"(?<!\d)[^\w\s]|[^\w\s](?!\d)", " ", joined).split()
    return ("" if re.search("[가-힣]", text) else " ").join(words)
