"""What a format of documents is, and which suffix belongs to which; each is imported when it is met."""

from collections.abc import Callable
from dataclasses import dataclass

from curation.readers.documents.draft import Draft
from curation.registry import Registry

_PLACES = {
    ".hwpx": "hangul:HANGUL",
    ".hwp": "hangul:HANGUL",
    ".html": "html:HTML",
    ".htm": "html:HTML",
    ".xhtml": "html:HTML",
    ".pdf": "pdf:PDF",
    ".docx": "docx:DOCX",
    ".pptx": "pptx:PPTX",
    ".xlsx": "xlsx:XLSX",
    ".epub": "epub:EPUB",
    ".eml": "mail:MAIL",
}


@dataclass(frozen=True, slots=True)
class Format:
    """A format whose files hold one document each.

    ``name`` completes "no … document" in messages. ``parse`` takes the bytes of a file, opens nothing
    else, and raises ``ValueError`` with the reason when there is no text to be had.
    """

    name: str
    parse: Callable[[bytes], Draft]


FORMATS: Registry[Format] = Registry(
    Format, {suffix: f"curation.readers.documents.{place}" for suffix, place in _PLACES.items()}
)
