import errno
import gzip
import io
import os
import signal
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest

from curation.errors import ConfigurationError, UserError
from rag.backup import backup, restore
from rag.index import index_paths
from rag.lock import held_for_writing
from rag.manifest import Manifest
from rag.search import open_index
from rag.verify import verify
from tests.rag.conftest import HANDBOOK, write_documents

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def index(tmp_path):
    index_paths([write_documents(tmp_path / "docs.jsonl", HANDBOOK)], tmp_path / "index", embedder="none")
    return tmp_path / "index"


def first(index):
    return open_index(index).search("연차 휴가")[0].passage


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_is_restored_answers_like_what_was_saved(index, tmp_path):
    expected = first(index)
    saved = backup(index, tmp_path / "saved.tar.gz")
    docs = write_documents(tmp_path / "docs.jsonl", {"급여.md": HANDBOOK["급여.md"]})
    index_paths([docs], index)

    restored = restore(tmp_path / "saved.tar.gz", tmp_path / "new" / "index")

    assert (restored.files, restored.bytes, restored.passages) == (saved.files, saved.bytes, 6)
    assert first(tmp_path / "new/index") == expected
    assert verify(tmp_path / "new/index").is_sound
    assert names(tmp_path / "new") == ["index"]
    assert open_index(index).passages == 1
    # A restored index goes on like any other.
    assert index_paths([docs], tmp_path / "new/index").deleted == 5


def test_the_archive_says_nothing_of_the_machine_and_can_be_checked_by_hand(index, tmp_path):
    backup(index, tmp_path / "saved.tar.gz")
    (tmp_path / "out").mkdir()
    subprocess.run(["tar", "xzf", tmp_path / "saved.tar.gz", "-C", tmp_path / "out"], check=True)

    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "out", check=False)

    assert done.returncode == 0
    with tarfile.open(tmp_path / "saved.tar.gz") as tar:
        members = tar.getmembers()
    assert {(one.uid, one.gid, one.uname, one.gname, one.mtime) for one in members} == {(0, 0, "", "", 0)}
    assert members[-1].name == "SHA256SUMS"
    assert all(not one.name.startswith("/") and ".lock" not in one.name for one in members)


def test_it_may_be_searched_and_not_written_while_it_is_saved(index, tmp_path):
    opened, done, failures = open_index(index), threading.Event(), []

    def search():
        while not done.is_set():
            if opened.search("연차 휴가")[0].passage.doc_id != "연차.md":
                failures.append("another answer")

    reader = threading.Thread(target=search)
    reader.start()
    for _ in range(3):
        backup(index, tmp_path / "saved.tar.gz")
    done.set()
    reader.join()

    assert failures == []
    with held_for_writing(index), pytest.raises(UserError, match="Another run"):
        backup(index, tmp_path / "other.tar.gz")
    assert not (tmp_path / "other.tar.gz").exists()


def test_a_killed_backup_leaves_the_older_archive(index, tmp_path):
    archive = tmp_path / "saved" / "saved.tar.gz"
    backup(index, archive)
    older = archive.read_bytes()
    script = (
        "import os, signal, sys; from pathlib import Path; import rag.backup as b\n"
        "write = b._write\n"
        "def dying(*a): write(*a); os.kill(os.getpid(), signal.SIGKILL)\n"
        "b._write = dying; b.backup(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    killed = subprocess.run([sys.executable, "-c", script, index, archive], env=environment, check=False)

    assert killed.returncode == -signal.SIGKILL
    assert archive.read_bytes() == older
    backup(index, archive)
    assert restore(archive, tmp_path / "again").passages == 6


def cut(data):
    return data[: len(data) // 2]


def flipped(data):
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :]


def without_sums(data):
    return repacked(data, lambda member, content: None if member == "SHA256SUMS" else content)


def without_a_table_file(data):
    return repacked(data, lambda member, content: None if member.endswith(".manifest") else content)


def with_another_byte(data):
    return repacked(data, lambda member, content: content + b"x" if member.endswith(".lance") else content)


def repacked(data, change):
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as tar, tarfile.open(fileobj=out, mode="w:gz") as changed:
        for member in tar:
            content = change(member.name, tar.extractfile(member).read())
            if content is not None:
                member.size = len(content)
                changed.addfile(member, io.BytesIO(content))
    return out.getvalue()


@pytest.mark.parametrize(
    "damage",
    [
        cut,
        flipped,
        without_sums,
        without_a_table_file,
        with_another_byte,
        lambda _: b"",
        lambda _: b"no archive",
        lambda _: gzip.compress(b"no archive"),
    ],
)
def test_a_damaged_archive_leaves_nothing(index, tmp_path, damage):
    backup(index, tmp_path / "saved.tar.gz")
    (tmp_path / "saved.tar.gz").write_bytes(damage((tmp_path / "saved.tar.gz").read_bytes()))

    with pytest.raises(UserError, match="cannot be restored"):
        restore(tmp_path / "saved.tar.gz", tmp_path / "new")

    assert names(tmp_path) == ["docs.jsonl", "index", "saved.tar.gz"]


def hostile(name, kind=tarfile.REGTYPE, target=""):
    member = tarfile.TarInfo(name)
    member.type, member.linkname, member.size = kind, target, 4 if kind == tarfile.REGTYPE else 0
    return member


@pytest.mark.parametrize(
    "member",
    [
        hostile("../evil"),
        hostile("tables/../../evil"),
        hostile("/tmp/evil"),
        hostile("tables"),
        hostile("evil"),
        hostile("tables/link", tarfile.SYMTYPE, "/etc/passwd"),
        hostile("tables/link", tarfile.LNKTYPE, "manifest.sqlite"),
        hostile("manifest.sqlite", tarfile.SYMTYPE, "/etc/passwd"),
        hostile("tables/pipe", tarfile.FIFOTYPE),
        hostile("tables/device", tarfile.CHRTYPE),
    ],
)
def test_an_archive_cannot_reach_out_of_its_folder(tmp_path, member):
    with tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as tar:
        tar.addfile(member, io.BytesIO(b"evil"))

    with pytest.raises(UserError, match="no backup of an index"):
        restore(tmp_path / "evil.tar.gz", tmp_path / "deep" / "index")

    assert names(tmp_path) == ["deep", "evil.tar.gz"]
    assert names(tmp_path / "deep") == []


def test_a_folder_that_holds_something_is_left_alone(index, tmp_path):
    backup(index, tmp_path / "saved.tar.gz")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/photo.jpg").write_bytes(b"x")

    for target in (tmp_path / "mine", index, tmp_path / "docs.jsonl"):
        with pytest.raises(ConfigurationError, match="not empty"):
            restore(tmp_path / "saved.tar.gz", target)
    assert names(tmp_path / "mine") == ["photo.jpg"]
    (tmp_path / "empty").mkdir()
    assert restore(tmp_path / "saved.tar.gz", tmp_path / "empty").passages == 6


def test_an_archive_of_a_newer_version_is_refused(index, tmp_path):
    with Manifest.open(index) as manifest:
        manifest.set_meta("format", "99")
    with tarfile.open(tmp_path / "newer.tar.gz", "w:gz") as tar:
        tar.add(index / "manifest.sqlite", "manifest.sqlite")
        digest = subprocess.run(
            ["sha256sum", "manifest.sqlite"], cwd=index, capture_output=True, check=True
        ).stdout
        sums = tarfile.TarInfo("SHA256SUMS")
        sums.size = len(digest)
        tar.addfile(sums, io.BytesIO(digest))

    with pytest.raises(ConfigurationError, match="another version"):
        restore(tmp_path / "newer.tar.gz", tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["saved.zip", "saved"])
def test_an_archive_says_what_it_is(index, tmp_path, name):
    with pytest.raises(ConfigurationError, match=r"\.tar\.gz"):
        backup(index, tmp_path / name)


def test_a_missing_archive_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        restore(tmp_path / "none.tar.gz", tmp_path / "index")
    assert names(tmp_path) == []


def test_a_full_disk_is_told_and_the_older_archive_stays(index, tmp_path, monkeypatch):
    backup(index, tmp_path / "saved.tar.gz")
    older = (tmp_path / "saved.tar.gz").read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    # What writes to the disk: the archive here, the tables' files there.
    monkeypatch.setattr("tarfile.TarFile.addfile", full)
    with pytest.raises(UserError, match="The disk is full; no archive was written"):
        backup(index, tmp_path / "saved.tar.gz")
    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(UserError, match="The disk is full; nothing was restored"):
        restore(tmp_path / "saved.tar.gz", tmp_path / "new")

    assert (tmp_path / "saved.tar.gz").read_bytes() == older
    assert names(tmp_path) == ["docs.jsonl", "index", "saved.tar.gz"]
