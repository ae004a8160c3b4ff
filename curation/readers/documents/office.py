"""What DOCX and PPTX share: parts of an Open Packaging archive, found through their relationships.

Source: ECMA-376, Office Open XML, parts 1 and 2. Only parts with words are ever opened: macros
(`vbaProject.bin`), embedded files and pictures stay where they are, external targets are not followed.
"""

import posixpath
from collections.abc import Iterator
from typing import Final

from lxml import etree

from curation.readers.documents.archive import Archive, xml_of

_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# Transitional and strict documents differ in their namespaces alone.
_STRICT = (
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
    (
        b"http://purl.oclc.org/ooxml/presentationml/main",
        b"http://schemas.openxmlformats.org/presentationml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)


class Package:
    """An office document's parts.

    Raises
    ------
    ValueError
        When the archive is damaged, protected, or no office document.
    """

    def __init__(self, content: bytes) -> None:
        self._archive = Archive(content)
        self._archive.check_office()
        targets = self.related("", "officeDocument")
        if not targets:
            raise ValueError("no main part in the package")
        self.main = targets[0]

    def root(self, part: str) -> etree._Element:
        """The root element of a part, in the transitional namespaces.

        Raises
        ------
        ValueError
            When there is no such part, or it is no XML.
        """
        content = self._archive.read(part)
        for strict, transitional in _STRICT:
            content = content.replace(strict, transitional)
        return xml_of(content)

    def related(self, part: str, kind: str) -> list[str]:
        """The names of the parts that ``part`` names as its ``kind``, such as ``styles``, in order."""
        return [target for _, target in self._relations(part, kind)]

    def by_id(self, part: str, kind: str) -> dict[str, str]:
        """The same by the id of the relationship."""
        return dict(self._relations(part, kind))

    def title(self) -> str:
        """The title that the document's properties state."""
        for part in self.related("", "core-properties"):
            found = self.root(part).find(_TITLE)
            if found is not None:
                return (found.text or "").strip()
        return ""

    def _relations(self, part: str, kind: str) -> Iterator[tuple[str, str]]:
        folder, name = posixpath.split(part)
        held = posixpath.join(folder, "_rels", f"{name}.rels")
        if held not in self._archive.names:
            return
        for relation in self._archive.xml(held).iter(_PACKAGE):
            if relation.get("TargetMode") == "External" or not relation.get("Type", "").endswith(f"/{kind}"):
                continue
            target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
            if target in self._archive.names:
                yield relation.get("Id", ""), target
