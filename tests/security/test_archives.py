"""Small files that claim to be huge, or that lead elsewhere: what the other tests of readers do not plant.

Office documents, e-books, HWPX, PDF and mail are in tests/curation/readers, with their bombs and entities.
"""

import bz2
import contextlib
import gzip
import io
import resource
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from curation.errors import UserError
from curation.readers import READERS
from curation.readers.base import SourceFile
from rag.backup import restore
from rag.slack_archive import unpacked
from rag.stores import TABLES_FOLDER

MILLIONS = 60_000_000


def packed(*parts: bytes) -> bytes:
    """One stream after the other, as dumps are packed; a bomb costs no memory to make."""
    compressed = {part: bz2.compress(part) for part in set(parts)}
    return b"".join(compressed[part] for part in parts)


BLOCK = b"a" * 1_000_000
BLOCKS = [BLOCK] * (MILLIONS // len(BLOCK))
HEAD, TAIL = b"<mediawiki><page><title>a</title>", b"</page></mediawiki>"
DUMPS = {
    "a text": (
        "a page of more than",
        [HEAD + b"<revision><text>", *BLOCKS, b"</text></revision>" + TAIL],
    ),
    "a title": ("a page of more than", [b"<mediawiki><page><title>", *BLOCKS, b"</title>" + TAIL]),
    "an attribute": ("a tag of more than", [HEAD + b'<redirect title="', *BLOCKS, b'"/>' + TAIL]),
    "a name": ("a tag of more than|out of memory", [b"<mediawiki><", *BLOCKS, b"/></mediawiki>"]),
    "a comment": ("a tag of more than", [b"<mediawiki><!--", *BLOCKS, b"--></mediawiki>"]),
    "depth": ("elements in each other", [b"<mediawiki>", *[b"<a>" * 300_000] * 20]),
}


@pytest.mark.parametrize("case", DUMPS.values(), ids=DUMPS.keys())
def test_a_dump_that_unpacks_to_far_more_is_refused(tmp_path: Path, case: tuple[str, list[bytes]]) -> None:
    reason, parts = case
    content = packed(*parts)
    assert len(content) < 20_000
    path = tmp_path / "kowiki-pages-articles.xml.bz2"
    path.write_bytes(content)
    reader = READERS["kowiki"]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UserError, match=f"This dump cannot be read: ({reason})"):
        list(reader.read(SourceFile(path, path.name), reader.options()))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB


def tarred(*members: tarfile.TarInfo, content: bytes = b"x") -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        for member in members:
            member.size = len(content) if member.isreg() else 0
            tar.addfile(member, io.BytesIO(content))
    return target.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


BACKUPS = {
    "up": [member("../outside")],
    "up from the tables": [member(f"{TABLES_FOLDER}/../../outside")],
    "absolute": [member("/outside")],
    "a link": [
        member(f"{TABLES_FOLDER}/a", tarfile.SYMTYPE, "../../.."),
        member(f"{TABLES_FOLDER}/a/outside"),
    ],
    "a hard link": [member(f"{TABLES_FOLDER}/a", tarfile.LNKTYPE, "/etc/passwd")],
    "a device": [member(f"{TABLES_FOLDER}/a", tarfile.CHRTYPE)],
    "a pipe": [member(f"{TABLES_FOLDER}/a", tarfile.FIFOTYPE)],
    "another file": [member("lance.py")],
}


@pytest.mark.parametrize("members", BACKUPS.values(), ids=BACKUPS.keys())
def test_a_backup_that_leads_elsewhere_is_refused(tmp_path: Path, members: list[tarfile.TarInfo]) -> None:
    folder = tmp_path / "inner" / "folder"
    folder.mkdir(parents=True)
    archive = folder / "planted.tar.gz"
    archive.write_bytes(gzip.compress(tarred(*members)))
    with pytest.raises(UserError, match="which no backup of an index does"):
        restore(archive, folder / "index")
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))] == [
        "inner",
        "inner/folder",
        "inner/folder/planted.tar.gz",
    ]


def long_name() -> bytes:
    """A header that announces a name of gigabytes (GNU tar)."""
    header = member("././@LongLink", tarfile.GNUTYPE_LONGNAME)
    header.size = 1 << 31
    return header.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize(
    "head",
    [
        member("manifest.sqlite").tobuf(),
        member("SHA256SUMS").tobuf(),
        long_name(),
    ],
    ids=["a file", "the sums", "a name"],
)
def test_a_backup_that_unpacks_to_far_more_is_refused(tmp_path: Path, head: bytes) -> None:
    info = tarfile.TarInfo.frombuf(head, "utf-8", "strict")
    info.size = 1 << 31
    archive = tmp_path / "bomb.tar.gz"
    block = gzip.compress(bytes(10_000_000))
    archive.write_bytes(gzip.compress(info.tobuf(tarfile.GNU_FORMAT)) + block * 40)
    assert archive.stat().st_size < 1_000_000
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match="unpacks to far more than a backup does"):
            restore(archive, tmp_path / "index")
        assert tracemalloc.get_traced_memory()[1] < 250_000_000
    finally:
        tracemalloc.stop()
    assert [path.name for path in tmp_path.iterdir()] == ["bomb.tar.gz"]


@pytest.mark.parametrize(
    "name",
    [
        "../2026-01-01.json",
        "../../2026-01-01.json",
        "/2026-01-01.json",
        "export/../2026-01-01.json",
        "export/../../2026-01-01.json",
        "공지\\..\\2026-01-01.json",
        ".//2026-01-01.json",
        "공지/2026-01-01.json/../../x.json",
        "x.py",
    ],
)
def test_names_of_a_slack_export_lead_nowhere_else(tmp_path: Path, name: str) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("channels.json", "[]")
        archive.writestr(name, "[]")
    before = set(tmp_path.parent.rglob("*"))
    with contextlib.suppress(ValueError), unpacked(path) as folder:
        inside = {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()}
        assert all(one.resolve().is_relative_to(folder.resolve()) for one in folder.rglob("*"))
        assert "x.py" not in inside
        # Beside the folder, where `..` would lead.
        assert not (folder.parent / "2026-01-01.json").exists()
    assert set(tmp_path.parent.rglob("*")) == before


def test_a_link_in_a_slack_export_is_but_its_text(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("공지/2026-01-01.json")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with unpacked(path) as folder:
        [copy] = [one for one in folder.rglob("*") if one.is_file()]
        assert not copy.is_symlink()
        assert copy.read_text() == "/etc/passwd"
