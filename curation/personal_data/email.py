"""E-mail addresses, also those that are written around the sign: ``user (at) domain.com``."""

import re
from collections.abc import Iterator

from curation.personal_data.kinds import Found

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?"
_DOT = r"(?:\.|[ ]?[(\[{<] ?(?:dot|점|닷) ?[)\]}>][ ]?|[ ]?(?:닷|점)(?=[ ]?(?:com|net|org|kr|co)\b)[ ]?)"
_PROVIDER = r"(?:naver|daum|hanmail|gmail|nate|kakao|hotmail|yahoo|outlook|icloud)"
_SPOKEN_PROVIDER = (
    r"(?:네이버|다음|한메일|지메일|구글|네이트|카카오|핫메일|야후)(?:[ ]?(?:닷컴|\.com|점[ ]?컴|닷[ ]?넷))?"
)
_DOMAIN = (
    rf"(?:{_LABEL}(?:{_DOT}{_LABEL}){{0,5}}{_DOT}[A-Za-z]{{2,24}}(?![A-Za-z0-9])"
    rf"|{_PROVIDER}(?![A-Za-z0-9]))"
)
_LOCAL = r"(?<![A-Za-z0-9._%+-])([A-Za-z0-9](?:[A-Za-z0-9._%+-]{0,62}[A-Za-z0-9_+-])?)"
_SIGN = r"(?:[ ]?@[ ]?|[ ]?[(\[{<] ?(?:at|골뱅이|@) ?[)\]}>][ ]?|[ ]?골뱅이[ ]?)"
_ADDRESS = re.compile(rf"{_LOCAL}{_SIGN}({_DOMAIN}|{_SPOKEN_PROVIDER})", re.IGNORECASE)
_WRITTEN_DOT = re.compile(r"[ ]?(?:[(\[{<] ?(?:dot|점|닷) ?[)\]}>]|닷|점)[ ]?", re.IGNORECASE)
# "image@2x.png" is a file.
_FILE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|bmp|ico)\Z", re.IGNORECASE)


def email_addresses(text: str) -> Iterator[Found]:
    """Find e-mail addresses; of well-known providers the end may be missing (``user@naver``)."""
    for match in _ADDRESS.finditer(text):
        domain = _WRITTEN_DOT.sub(".", match[2])
        if not _FILE.search(domain):
            yield Found("email_address", match.start(), match.end(), f"{match[1]}@{domain}".lower())
