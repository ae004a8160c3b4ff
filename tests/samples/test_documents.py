"""The handbook, its HWPX document, and the questions that the samples answer."""

import filecmp
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
import unhwp
import yaml

SAMPLES = Path(__file__).parents[2] / "samples"
HANDBOOK = SAMPLES / "handbook"
HWPX = HANDBOOK / "43-비상-대피-계획.hwpx"
PAGES = sorted(HANDBOOK.glob("*.md"))
QUESTIONS = yaml.safe_load((SAMPLES / "questions.yaml").read_text(encoding="utf-8"))
GENERATED = [
    "handbook/43-비상-대피-계획.hwpx",
    "handbook/지난-판/17-도서-구입.md",
    "handbook/지난-판/18-건강검진.md",
    "handbook/지난-판/22-주차.md",
    "inbox/notes.jsonl",
    "inbox/가을-회식-cp949.txt",
    "inbox/가을-회식-utf16.txt",
    "inbox/공기-청정기.txt",
    "inbox/빈-파일.txt",
    "inbox/여름-워크숍.txt",
    "inbox/창고-옮기기.txt",
]


def text_of(name: str) -> str:
    path = SAMPLES / name
    if path.suffix == ".hwpx":
        with unhwp.parse(path) as document:
            return str(document.plain_text)
    content = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return "\n".join(message["text"] for message in json.loads(content) if isinstance(message, dict))
    return content


def test_handbook_is_whole() -> None:
    assert len(PAGES) == 43
    numbers = [path.name[:2] for path in PAGES] + [HWPX.name[:2]]
    assert sorted(numbers) == [f"{number:02d}" for number in range(1, 45)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert 300 <= len(text) <= 1200
    assert re.match(r"# \S.*\n\n", text)
    assert text.count("\n# ") == 0
    assert text.endswith("\n")


def test_script_gives_the_same_bytes(tmp_path: Path) -> None:
    script = SAMPLES / "make_binary_samples.py"
    subprocess.run([sys.executable, "-B", script, tmp_path], check=True)
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert written == set(GENERATED)
    match, mismatch, errors = filecmp.cmpfiles(tmp_path, SAMPLES, GENERATED, shallow=False)
    assert (sorted(match), mismatch, errors) == (sorted(GENERATED), [], [])


def test_hwpx_is_a_package() -> None:
    with zipfile.ZipFile(HWPX) as package:
        entries = package.infolist()
        assert package.testzip() is None
        assert entries[0].filename == "mimetype"
        assert entries[0].compress_type == zipfile.ZIP_STORED
        assert package.read("mimetype") == b"application/hwp+zip"
        for name in package.namelist():
            if name.endswith((".xml", ".hpf")):
                ElementTree.fromstring(package.read(name))
        root = ElementTree.fromstring(package.read("META-INF/container.xml"))
        rootfile = next(element for element in root.iter() if element.tag.endswith("}rootfile"))
        content = ElementTree.fromstring(package.read(rootfile.attrib["full-path"]))
        parts = [element.attrib["href"] for element in content.iter() if element.tag.endswith("}item")]
        assert set(parts) <= set(package.namelist())
        assert "Contents/section0.xml" in parts
        assert len({entry.date_time for entry in entries}) == 1


def test_hwpx_style_references_exist() -> None:
    with zipfile.ZipFile(HWPX) as package:
        header = ElementTree.fromstring(package.read("Contents/header.xml"))
        section = ElementTree.fromstring(package.read("Contents/section0.xml"))
    for attribute, tag in (
        ("charPrIDRef", "charPr"),
        ("paraPrIDRef", "paraPr"),
        ("styleIDRef", "style"),
        ("borderFillIDRef", "borderFill"),
    ):
        defined = {element.get("id") for element in header.iter() if element.tag.endswith(f"}}{tag}")}
        used = {element.attrib[attribute] for element in section.iter() if attribute in element.attrib}
        assert used
        assert used <= defined


def test_hwpx_reads_back() -> None:
    assert unhwp.detect_format(HWPX) == unhwp.FORMAT_HWPX
    with zipfile.ZipFile(HWPX) as package:
        section = ElementTree.fromstring(package.read("Contents/section0.xml"))
    pieces = [element.text for element in section.iter() if element.tag.endswith("}t") and element.text]
    assert len(pieces) == 12 + 16
    with unhwp.parse(HWPX) as document:
        assert document.title == "비상 대피 계획"
        assert document.section_count == 1
        plain = document.plain_text
        markdown = document.markdown
    assert [line for line in plain.splitlines() if line] == pieces
    headings = [line for line in markdown.splitlines() if line.startswith("#")]
    assert headings[0] == "# 비상 대피 계획"
    assert headings[1:] == [
        f"## {heading}"
        for heading in ("불이 났을 때", "지진이 났을 때", "층별 대피 도우미", "모인 다음", "훈련")
    ]
    assert "| 8층 | 바탕팀, 응대팀 | 전산 창구 옆 빨간 함 | 7대 |" in markdown


def test_there_are_questions_enough() -> None:
    assert len(QUESTIONS["answerable"]) >= 12
    assert len(QUESTIONS["unanswerable"]) >= 6
    first = [entry["expects_document"] for entry in QUESTIONS["answerable"][:3]]
    assert [Path(name).suffix for name in first] == [".md", ".hwpx", ".json"]


@pytest.mark.parametrize("entry", QUESTIONS["answerable"], ids=lambda entry: entry["question"])
def test_answer_stands_in_one_sentence_of_one_document(entry: dict[str, str]) -> None:
    sentences = re.split(r"(?<=[.?!])\s+|\n", text_of(entry["expects_document"]))
    assert sum(entry["expects_in_quote"] in sentence for sentence in sentences) == 1


@pytest.mark.parametrize(
    ("word", "question"),
    [
        ("수영장", 0),
        ("강습", 0),
        ("우주", 1),
        ("정거장", 1),
        ("스톡옵션", 2),
        ("행사 가격", 2),
        ("셔틀", 3),
        ("정류장", 3),
        ("기숙사", 4),
        ("통금", 4),
        ("반려견", 5),
        ("접종", 5),
    ],
)
def test_no_sample_mentions_what_the_unanswerable_ask(word: str, question: int) -> None:
    assert word in QUESTIONS["unanswerable"][question]["question"]
    folders = ("handbook", "inbox", "labels", "superni", "slack_export", "sources")
    needles = [word.encode(encoding) for encoding in ("utf-8", "cp949", "utf-16-le")]
    for folder in folders:
        for path in (SAMPLES / folder).rglob("*"):
            if path.is_file():
                assert not any(needle in path.read_bytes() for needle in needles), path
