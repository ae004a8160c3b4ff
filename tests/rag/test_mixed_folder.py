"""A folder of every kind of document, good and bad: the good ones are indexed, the others named."""

import os
import shutil
import unicodedata
import zipfile
from pathlib import Path

import pypdf
import pytest

from curation.errors import ConfigurationError
from rag.acl import read_rules
from rag.files import Unreadable
from rag.sources import open_sources
from rag.types import Document
from tests.curation.readers.documents.writers import all_formats, leave_pdf, letter

EXPORT = Path(__file__).parents[2] / "samples/slack_export"


def read(*paths, **options):
    found = open_sources(paths, **options)
    items = [*found.faults, *(item for one in found.inputs for item in one.read())]
    documents = {item.doc_id: item for item in items if isinstance(item, Document)}
    return documents, {item.where: item.error for item in items if isinstance(item, Unreadable)}


def locked(content):
    writer = pypdf.PdfWriter(clone_from=content)
    writer.encrypt("비밀", "owner", algorithm="AES-256")
    return writer


def test_every_format_is_a_document(tmp_path):
    formats = all_formats()
    for suffix, content in formats.items():
        (tmp_path / f"문서{suffix}").write_bytes(content)
    (tmp_path / "글.md").write_text("# 글\n\n본문입니다.", "utf-8")

    documents, faults = read(tmp_path)

    # Of a mailbox each message is one.
    assert {name.split("#")[0] for name in documents} == {"글.md", *(f"문서{suffix}" for suffix in formats)}
    assert "문서.mbox#<2@example.com>" in documents
    assert faults == {}
    assert all(document.source == name.split("#")[0] for name, document in documents.items())
    assert "pages" in documents["문서.pdf"].attributes


def test_bad_files_are_named_with_the_reason_and_the_rest_is_read(tmp_path):
    (tmp_path / "좋음.md").write_text("연차는 15일입니다.", "utf-8")
    (tmp_path / "빈.txt").write_bytes(b"")
    (tmp_path / "깨진.pdf").write_bytes(leave_pdf()[:200])
    (tmp_path / "깨진.hwp").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    (tmp_path / "깨진.hwpx").write_bytes(b"PK\x03\x04" + bytes(100))
    (tmp_path / "그림.txt").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "원본.pdf").write_bytes(leave_pdf())
    locked(tmp_path / "원본.pdf").write(tmp_path / "잠긴.pdf")
    with (tmp_path / "큰.txt").open("wb") as stream:
        stream.truncate(500_000_000)
    (tmp_path / "끊긴.md").symlink_to(tmp_path / "없음.md")
    (tmp_path / "안").mkdir()
    (tmp_path / "안/돌기").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(tmp_path / "관.txt")

    documents, faults = read(tmp_path)

    assert set(documents) == {"좋음.md", "원본.pdf"}
    assert {where.removesuffix(":1") for where in faults} == {
        *("빈.txt", "깨진.pdf", "깨진.hwp", "깨진.hwpx", "그림.txt", "잠긴.pdf", "큰.txt"),
        *("끊긴.md", "안/돌기", "관.txt"),
    }
    assert faults["잠긴.pdf:1"] == "no PDF document: protected by a password"
    assert faults["큰.txt"] == "500 MB are more than the limit of 100 MB"
    assert faults["안/돌기"] == "a link to a folder is not followed"
    assert faults["끊긴.md"] == faults["관.txt"] == "it leads to no file"
    assert faults["빈.txt:1"] == "empty file"


def test_the_limit_of_size_may_be_set_and_mailboxes_have_none(tmp_path):
    (tmp_path / "긴.txt").write_text("가나다 " * 300_000, "utf-8")
    mails = b"".join(b"From a@b Mon Nov 23 00:00:00 2026\n" + letter() + b"\n\n" for _ in range(3))
    (tmp_path / "편지.mbox").write_bytes(mails + b"\n" * 2_000_000)

    assert set(read(tmp_path, most_megabytes=2)[1]) == {"긴.txt"}
    documents, faults = read(tmp_path, most_megabytes=1)

    assert set(faults) == {"긴.txt"}
    assert documents
    assert all(name.startswith("편지.mbox") for name in documents)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_folder_that_may_not_be_read_is_named(tmp_path):
    (tmp_path / "닫힌").mkdir(mode=0o000)
    (tmp_path / "글.md").write_text("본문", "utf-8")
    documents, faults = read(tmp_path)
    assert (set(documents), set(faults)) == ({"글.md"}, {"닫힌"})


def test_names_of_a_mac_are_composed(tmp_path):
    (tmp_path / unicodedata.normalize("NFD", "휴가.md")).write_text("연차는 15일입니다.", "utf-8")
    assert set(read(tmp_path)[0]) == {"휴가.md"}


def test_files_of_several_folders_are_told_apart(tmp_path):
    for name in ("인사", "총무"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "안내.md").write_text(f"{name} 안내입니다.", "utf-8")

    assert set(read(tmp_path / "인사", tmp_path / "총무")[0]) == {"인사/안내.md", "총무/안내.md"}
    assert set(read(tmp_path / "인사")[0]) == {"안내.md"}
    assert set(read(tmp_path / "인사", tmp_path / "인사")[0]) == {"인사/안내.md"}


@pytest.mark.parametrize("form", ["folder", "inside a folder", "zip", "zip with a folder in it"])
def test_threads_of_a_slack_export_are_whole(tmp_path, form):
    direct = read(EXPORT)[0]
    if form == "folder":
        source = EXPORT
    elif form == "inside a folder":
        source = tmp_path / "mixed"
        shutil.copytree(EXPORT, source / "slack_export")
        (source / "글.md").write_text("본문입니다.", "utf-8")
    else:
        source = tmp_path / "slack_export.zip"
        inside = "내보내기/" if form != "zip" else ""
        with zipfile.ZipFile(source, "w") as archive:
            for path in sorted(EXPORT.rglob("*.json")):
                archive.write(path, inside + path.relative_to(EXPORT).as_posix())

    documents, faults = read(source)

    documents.pop("글.md", None)
    # Two of the sample's messages are damaged on purpose.
    assert sorted(faults.values()) == ["a message is no object", "a message without a ts"]
    assert {one.text for one in documents.values()} == {one.text for one in direct.values()}
    assert len(documents) == len(direct) > 3
    thread = max(documents.values(), key=lambda one: int(one.attributes["messages"]))
    assert int(thread.attributes["messages"]) > 2
    assert thread.source.startswith(f"#{thread.attributes['channel']} ")
    assert thread.doc_id.endswith(f"#{thread.attributes['channel']}/{thread.attributes['ts']}")
    assert thread.date.startswith("20")


def test_a_zip_file_that_is_no_export_is_left_alone(tmp_path):
    (tmp_path / "글.md").write_text("본문입니다.", "utf-8")
    with zipfile.ZipFile(tmp_path / "사진.zip", "w") as archive:
        archive.writestr("a/사진.md", "본문")
    assert set(read(tmp_path)[0]) == {"글.md"}
    with pytest.raises(ConfigurationError):
        open_sources([tmp_path / "사진.zip"])


def test_a_damaged_archive_is_told_and_the_rest_is_read(tmp_path):
    (tmp_path / "글.md").write_text("본문입니다.", "utf-8")
    with zipfile.ZipFile(tmp_path / "slack.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("users.json", "[]" + " " * 1000)
    content = bytearray((tmp_path / "slack.zip").read_bytes())
    begin = 30 + len("users.json")
    content[begin : begin + 4] = b"\xff" * 4
    (tmp_path / "slack.zip").write_bytes(content)

    documents, faults = read(tmp_path)

    assert list(documents) == ["글.md"]
    assert "no Slack export" in faults["slack.zip"]


def test_a_name_in_an_archive_leads_nowhere_else(tmp_path):
    with zipfile.ZipFile(tmp_path / "slack.zip", "w") as archive:
        archive.writestr("users.json", "[]")
        archive.writestr("../2026-01-01.json", "[]")
        archive.writestr("../../etc/2026-01-02.json", "[]")
    before = sorted(tmp_path.rglob("*"))
    documents, faults = read(tmp_path / "slack.zip")
    assert documents == {}
    assert "slack.zip" in faults
    assert sorted(tmp_path.rglob("*")) == before


def test_rules_say_who_may_find_what(tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text('"인사/*": [hr, officers]\n"인사/공지*": everyone\n"인사/공지-급여.md": [hr]\n', "utf-8")
    folder = tmp_path / "문서"
    for name in ("인사/급여.md", "인사/공지-1.md", "인사/공지-급여.md", "총무/안내.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("본문입니다.", "utf-8")

    documents, _ = read(folder, rules=read_rules(rules))

    assert {name: one.acl for name, one in documents.items()} == {
        "인사/급여.md": ("hr", "officers"),
        "인사/공지-1.md": (),
        "인사/공지-급여.md": ("hr",),
        "총무/안내.md": (),
    }


def test_a_document_that_names_its_groups_keeps_them(tmp_path):
    (tmp_path / "docs.jsonl").write_text(
        '{"id": "a", "text": "글", "acl": ["board"]}\n{"id": "b", "text": "글"}'
    )
    (tmp_path / "rules.yaml").write_text('"*": [staff]')
    documents, _ = read(tmp_path / "docs.jsonl", rules=read_rules(tmp_path / "rules.yaml"))
    assert {name: one.acl for name, one in documents.items()} == {"a": ("board",), "b": ("staff",)}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is empty"),
        ("- 인사", "no mapping"),
        ('"*": []', "no list of groups"),
        ('"*": staff', "no list of groups"),
        ('"*": [staff, 7]', "no list of groups"),
        ('"*": [""]', "no list of groups"),
        ("7: [staff]", "must be text"),
        ('"a": [x]\n"a": [y]', "repeat|twice|stands"),
        ('"a": [x', "YAML"),
    ],
)
def test_rules_that_are_not_understood_are_refused(tmp_path, text, fault):
    (tmp_path / "rules.yaml").write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match=fault) as caught:
        read_rules(tmp_path / "rules.yaml")
    assert "rules.yaml" in caught.value.where
