"""Each sample is in the encoding, form and line breaks that samples/faults.yaml claims."""

import codecs
import unicodedata
from pathlib import Path

import pytest
import yaml

SAMPLES = Path(__file__).parents[2] / "samples"
CLAIMS = yaml.safe_load((SAMPLES / "faults.yaml").read_text(encoding="utf-8"))["encodings"]
MARKS = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE}


def line_breaks(text: str) -> str:
    windows = text.count("\r\n")
    if "\r" in text.replace("\r\n", ""):
        return "other"
    return "lf" if not windows else "crlf" if windows == text.count("\n") else "mixed"


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim["file"])
def test_claim(claim: dict[str, object]) -> None:
    content = (SAMPLES / str(claim["file"])).read_bytes()
    encoding = str(claim["encoding"])
    mark = MARKS.get(encoding, b"\xff\xfe")
    assert content.startswith(mark) == bool(claim.get("mark", False))
    text = content.decode(encoding).removeprefix("\ufeff")
    assert "\ufeff" not in text
    assert line_breaks(text) == claim["line_breaks"]
    assert any("가" <= c <= "힣" for c in unicodedata.normalize("NFC", text))
    assert unicodedata.is_normalized("NFD" if claim.get("form") == "nfd" else "NFC", text)


@pytest.mark.parametrize("claim", [c for c in CLAIMS if c["encoding"] == "cp949"], ids=lambda c: c["file"])
def test_cp949_is_neither_utf8_nor_euc_kr(claim: dict[str, str]) -> None:
    content = (SAMPLES / claim["file"]).read_bytes()
    for narrower in ("utf-8", "euc-kr"):
        with pytest.raises(UnicodeDecodeError):
            content.decode(narrower)


def test_every_other_text_is_plain_utf8() -> None:
    """Except inbox/notes.jsonl, whose one line in CP949 is a listed fault."""
    special = {claim["file"] for claim in CLAIMS} | {"inbox/notes.jsonl"}
    checked = 0
    for path in SAMPLES.rglob("*"):
        name = path.relative_to(SAMPLES).as_posix()
        if path.suffix not in {".md", ".txt", ".json", ".jsonl", ".yaml", ".csv", ".py"} or name in special:
            continue
        text = path.read_bytes().decode("utf-8")
        assert not text.startswith("\ufeff"), name
        assert "\r" not in text, name
        assert name.startswith("superni/") or unicodedata.is_normalized("NFC", text), name
        checked += 1
    assert checked > 60


def test_file_names_are_composed() -> None:
    for path in SAMPLES.rglob("*"):
        assert unicodedata.is_normalized("NFC", path.name), path.name
