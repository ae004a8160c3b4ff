"""Archives and their XML: opened within limits, and never with anything from outside.

Office documents and e-books are ZIP archives. Nothing is unpacked to disk: members are read by the
names in the archive's own directory, so that a name with ``../`` leads nowhere.
"""

import io
import zipfile
import zlib
from typing import Final

from lxml import etree

MOST_MEMBERS: Final = 20_000
MOST_UNPACKED: Final = 400_000_000
# Text in XML packs at most some fifty times smaller.
MOST_RATIO: Final = 200
_SMALL: Final = 5_000_000
_DOCTYPES = tuple("<!DOCTYPE".encode(codec) for codec in ("ascii", "utf-16-le", "utf-16-be"))
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Archive:
    """A ZIP archive in memory, whose members are read whole.

    Raises
    ------
    ValueError
        When it is none, or one that unpacks to far more than a document can need.
    """

    def __init__(self, content: bytes) -> None:
        if content.startswith(_OLE):
            raise ValueError("protected by a password, or of the format before 2007")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
            raise ValueError(f"no ZIP archive: {error}") from error
        self.names = frozenset(self._zip.namelist())
        members = self._zip.infolist()
        if len(members) > MOST_MEMBERS:
            raise ValueError(f"an archive of {len(members):,} files; the limit is {MOST_MEMBERS:,}")
        unpacked = sum(member.file_size for member in members)
        if unpacked > MOST_UNPACKED or unpacked > max(_SMALL, MOST_RATIO * len(content)):
            raise ValueError(
                f"unpacks to {unpacked:,} bytes from {len(content):,}, more than a document needs"
            )
        if any(member.flag_bits & 1 for member in members):
            raise ValueError("protected by a password")

    def read(self, name: str) -> bytes:
        """The bytes of a member.

        Raises
        ------
        ValueError
            When there is none of that name, or it is damaged.
        """
        try:
            return self._zip.read(name)
        except KeyError as error:
            raise ValueError(f"no {name} in the archive") from error
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
            raise ValueError(f"damaged archive: {error}") from error

    def xml(self, name: str) -> etree._Element:
        """The root of a member that is XML.

        Raises
        ------
        ValueError
            When it is no XML, or there is none of that name.
        """
        return xml_of(self.read(name))

    def check_office(self) -> None:
        """Refuse what no office program writes: document types, which can define endless entities.

        Raises
        ------
        ValueError
            When a part has one, or is damaged.
        """
        for name in self._zip.namelist():
            if name.lower().endswith((".xml", ".rels", ".vml")):
                head = self.read(name)
                if any(doctype in head for doctype in _DOCTYPES):
                    raise ValueError("a document type in the XML, which office documents do not have")


def xml_of(content: bytes) -> etree._Element:
    """The root of an XML document; entities stay unread and nothing is fetched.

    Raises
    ------
    ValueError
        When it is no XML.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"damaged XML: {error}") from error
    if root is None:
        raise ValueError("damaged XML: no element")
    return root
