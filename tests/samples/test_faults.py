"""Every fault of samples/faults.yaml stands where it is listed, and none stands unlisted."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict

SAMPLES = Path(__file__).parents[2] / "samples"
CATALOGUE = yaml.safe_load((SAMPLES / "faults.yaml").read_text(encoding="utf-8"))
ENCODINGS = {entry["file"]: entry["encoding"] for entry in CATALOGUE["encodings"]}
SLACK_LISTS = ("slack_export/users.json", "slack_export/channels.json")
Place = tuple[str, int | None]

Outcome = Literal["kept", "recovered", "quarantined", "dropped", "ignored"]
Need = Literal["exact_dedup", "near_dedup", "hangul_ratio", "length", "normalise", "personal_data"]
PersonalDataType = Literal[
    "resident_registration_number",
    "business_registration_number",
    "card_number",
    "phone_number",
    "email_address",
]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Twin(Strict):
    file: str
    line: int | None = None


class PersonalData(Strict):
    type: PersonalDataType
    text: str


class Expected(Strict):
    outcomes: list[Outcome]
    needs: Need | None = None
    duplicate_of: Twin | None = None
    differs_by: Literal["nothing", "white_space", "nfd", "encoding"] | None = None
    contains: list[PersonalData] = []


class Fault(Strict):
    id: str
    kind: Literal[
        "exact_duplicate",
        "near_duplicate",
        "personal_data",
        "broken_row",
        "encoding",
        "noise",
        "unknown_user",
    ]
    file: str
    line: int | None = None
    expected: Expected
    note: str = ""

    @property
    def place(self) -> Place:
        return self.file, self.line

    @property
    def twin(self) -> Place:
        assert self.expected.duplicate_of is not None
        return self.expected.duplicate_of.file, self.expected.duplicate_of.line


FAULTS = [Fault.model_validate(entry) for entry in CATALOGUE["faults"]]


def of_kind(kind: str) -> list[object]:
    return [pytest.param(fault, id=fault.id) for fault in FAULTS if fault.kind == kind]


def decoded(name: str) -> str:
    """The file's text without its mark, line breaks as they are."""
    content = (SAMPLES / name).read_bytes()
    return content.decode(ENCODINGS.get(name, "utf-8")).removeprefix("\ufeff")


def line_bytes(name: str, line: int) -> bytes:
    return (SAMPLES / name).read_bytes().split(b"\n")[line - 1]


def array(name: str) -> list[object]:
    value = json.loads(decoded(name))
    items = value["Instances"] if isinstance(value, dict) else value
    assert isinstance(items, list)
    return items


def table() -> dict[int, list[str]]:
    """Rows of the CSV by the physical line that each begins at."""
    reader = csv.reader(io.StringIO(decoded("labels/문의분류.csv"), newline=""))
    rows, begins = {}, 1
    for row in reader:
        rows[begins] = row
        begins = reader.line_num + 1
    return rows


def object_text(value: object) -> str | None:
    """The text of a note, an instance or a message; ``None`` when it is not as it should be."""
    if not isinstance(value, dict):
        return None
    if "input" in value:
        outputs = value.get("output")
        return f"{value['input']}\n{outputs[0]}" if isinstance(value["input"], str) and outputs else None
    text = value.get("text")
    return text if isinstance(text, str) and ("ts" in value or "author" in value) else None


def note_text(raw: bytes) -> str | None:
    try:
        value = json.loads(raw.decode("utf-8"))
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except ValueError:
        return None
    return object_text(value)


def sources() -> Iterator[str]:
    for path in sorted(SAMPLES.rglob("*")):
        name = path.relative_to(SAMPLES).as_posix()
        if (
            name.startswith(("handbook/", "inbox/", "labels/", "superni/", "slack_export/"))
            and path.is_file()
        ):
            yield name


def every_row() -> dict[Place, str | None]:
    """Each row of the samples by place; ``None`` for one without readable text."""
    rows: dict[Place, str | None] = {}
    for name in sources():
        if name.endswith((".md", ".txt")):
            rows[name, None] = decoded(name) or None
        elif name.endswith(".jsonl"):
            lines = (SAMPLES / name).read_bytes().split(b"\n")[:-1]
            rows |= {(name, number): note_text(line) for number, line in enumerate(lines, 1)}
        elif name.endswith(".csv"):
            rows |= {
                (name, line): " ".join(row[1:]) if len(row) == 3 else None
                for line, row in table().items()
                if line > 1
            }
        elif name.endswith(".json") and name not in SLACK_LISTS:
            rows |= {(name, n): object_text(value) for n, value in enumerate(array(name), 1)}
    return rows


ROWS = every_row()
READABLE = {place: text for place, text in ROWS.items() if text is not None}


def folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def grams(text: str) -> set[str]:
    text = folded(text)
    return {text[start : start + 5] for start in range(max(1, len(text) - 4))}


def jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


def test_ids_are_unique() -> None:
    ids = [fault.id for fault in FAULTS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("kind", ["exact_duplicate", "near_duplicate", "personal_data", "broken_row"])
def test_fields_belong_to_the_kind(kind: str) -> None:
    for fault in FAULTS:
        expected = fault.expected
        if fault.kind == kind:
            assert (expected.duplicate_of is not None) == kind.endswith("duplicate"), fault.id
            assert (expected.differs_by is not None) == (kind == "exact_duplicate"), fault.id
            assert bool(expected.contains) == (kind == "personal_data"), fault.id


@pytest.mark.parametrize("fault", of_kind("exact_duplicate"))
def test_exact_duplicate(fault: Fault) -> None:
    copy, original = ROWS[fault.place], ROWS[fault.twin]
    assert copy is not None
    assert original is not None
    assert fault.twin[0] < fault.file or (fault.twin[0] == fault.file and fault.twin[1] < fault.line)  # type: ignore[operator]
    assert folded(copy) == folded(original)
    composed = unicodedata.normalize("NFC", copy)
    differs = {
        "nothing": copy == original,
        "encoding": copy == original and ENCODINGS.get(fault.file) != ENCODINGS.get(fault.twin[0]),
        "nfd": copy != original and composed == original,
        "white_space": composed == copy != original,
    }
    assert differs[fault.expected.differs_by or ""]


def test_no_other_exact_duplicate() -> None:
    seen: dict[str, Place] = {}
    found = set()
    for place, text in READABLE.items():
        if (first := seen.setdefault(folded(text), place)) != place:
            found.add((place, first))
    assert found == {(f.place, f.twin) for f in FAULTS if f.kind == "exact_duplicate"}


@pytest.mark.parametrize("fault", of_kind("near_duplicate"))
def test_near_duplicate(fault: Fault) -> None:
    copy, original = READABLE[fault.place], READABLE[fault.twin]
    assert 0.6 <= jaccard(grams(copy), grams(original)) <= 0.99


def test_no_other_near_duplicate() -> None:
    exact = {f.place for f in FAULTS if f.kind == "exact_duplicate"}
    # Messages of a deployment bot and of people who join resemble each other by nature.
    rows = {
        place: grams(text)
        for place, text in READABLE.items()
        if place not in exact and not place[0].startswith("slack_export/")
    }
    pairs = {(b, a) for a, b in combinations(rows, 2) if jaccard(rows[a], rows[b]) >= 0.6}
    assert pairs == {(f.place, f.twin) for f in FAULTS if f.kind == "near_duplicate"}


def not_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return True
    return False


def note(name: str, line: int) -> object:
    return json.loads(line_bytes(name, line))


WHY_BROKEN: dict[str, Callable[[str, int], bool]] = {
    "notes-truncated": lambda f, n: not_json(line_bytes(f, n)) and not line_bytes(f, n).endswith(b'"}'),
    "notes-single-quotes": lambda f, n: not_json(line_bytes(f, n)) and line_bytes(f, n).startswith(b"{'"),
    "notes-other-key": lambda f, n: "text" not in note(f, n) and "body" in note(f, n),  # type: ignore[operator]
    "notes-blank": lambda f, n: line_bytes(f, n) == b"",
    "notes-nul": lambda f, n: not_json(line_bytes(f, n)) and line_bytes(f, n).count(b"\0") == 1,
    "notes-no-json": lambda f, n: not_json(line_bytes(f, n)) and b"{" not in line_bytes(f, n),
    "notes-null": lambda f, n: note(f, n)["text"] is None,  # type: ignore[index]
    "notes-number": lambda f, n: note(f, n)["text"] == 20260216,  # type: ignore[index]
    "notes-array": lambda f, n: isinstance(note(f, n), list),
    "notes-lone-surrogate": lambda f, n: note(f, n)["mood"] == "\ud83d",  # type: ignore[index]
    "notes-two-objects": lambda f, n: not_json(line_bytes(f, n)) and line_bytes(f, n).count(b"} {") == 1,
    "labels-two-columns": lambda _, n: len(table()[n]) == 2,
    "labels-one-column": lambda _, n: len(table()[n]) == 1,
    "labels-two-columns-again": lambda _, n: len(table()[n]) == 2,
    "labels-bare-comma": lambda _, n: len(table()[n]) == 4,
    "labels-bare-comma-again": lambda _, n: len(table()[n]) == 4,
    "labels-open-quote": lambda f, n: line_bytes(f, n).count(b'"') == 1 and n == max(table()),
    "superni-no-references": lambda f, n: array(f)[n - 1]["output"] == [],  # type: ignore[index]
    "superni-no-output": lambda f, n: "output" not in array(f)[n - 1],  # type: ignore[operator]
    "superni-number": lambda f, n: array(f)[n - 1]["input"] == 7,  # type: ignore[index]
    "slack-no-ts": lambda f, n: "ts" not in array(f)[n - 1],  # type: ignore[operator]
    "slack-no-object": lambda f, n: isinstance(array(f)[n - 1], str),
    "inbox-empty": lambda f, _: (SAMPLES / f).stat().st_size == 0,
}


@pytest.mark.parametrize("fault", of_kind("broken_row"))
def test_broken_row(fault: Fault) -> None:
    assert WHY_BROKEN[fault.id](fault.file, fault.line or 0)


def test_every_unreadable_row_is_listed() -> None:
    unreadable = {place for place, text in ROWS.items() if text is None}
    listed = {f.place for f in FAULTS if f.kind == "broken_row" or f.id == "notes-cp949-line"}
    assert unreadable == listed


def resident_number_is_valid(text: str) -> bool:
    digits = [int(c) for c in text if c.isdigit()]
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    total = sum(digit * weight for digit, weight in zip(digits, weights, strict=False))
    return len(digits) == 13 and (11 - total % 11) % 10 == digits[12]


def business_number_is_valid(text: str) -> bool:
    digits = [int(c) for c in text if c.isdigit()]
    weights = (1, 3, 7, 1, 3, 7, 1, 3, 5)
    total = sum(digit * weight for digit, weight in zip(digits, weights, strict=False)) + digits[8] * 5 // 10
    return len(digits) == 10 and (10 - total % 10) % 10 == digits[9]


def card_number_is_valid(text: str) -> bool:
    digits = [int(c) for c in text if c.isdigit()]
    doubled = [sum(divmod(digit * 2, 10)) for digit in digits[-2::-2]]
    return len(digits) == 16 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


PATTERNS = {
    "resident_registration_number": (re.compile(r"\d{6}-\d{7}(?!\d)"), resident_number_is_valid),
    "business_registration_number": (re.compile(r"(?<!\d)\d{3}-\d{2}-\d{5}(?!\d)"), business_number_is_valid),
    "card_number": (re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}"), card_number_is_valid),
    "phone_number": (re.compile(r"(?<![\d-])0\d{1,2}-0000-\d{4}(?!\d)"), lambda _: True),
    "email_address": (re.compile(r"[a-z]+@[a-z]+\.example\.com"), lambda _: True),
}
LOOSE_PERSONAL_DATA = re.compile(
    r"@[\w-]+\.\w|(?<![\d-])0\d{1,2}-\d{3,4}-\d{4}|\d{6}-[1-8]\d{6}|\d{3}-\d{2}-\d{5}"
)


@pytest.mark.parametrize("fault", of_kind("personal_data"))
def test_personal_data(fault: Fault) -> None:
    for item in fault.expected.contains:
        pattern, is_valid = PATTERNS[item.type]
        assert item.text in READABLE[fault.place]
        assert pattern.fullmatch(item.text)
        assert is_valid(item.text)


def test_no_other_personal_data() -> None:
    listed = {(f.place, item.text) for f in FAULTS for item in f.expected.contains}
    found = {
        (place, match.group())
        for place, text in READABLE.items()
        for pattern, _ in PATTERNS.values()
        for match in pattern.finditer(text)
    }
    assert found == listed
    for place, text in READABLE.items():
        rest = text
        for item in (item for listed_place, item in listed if listed_place == place):
            rest = rest.replace(item, "")
        assert LOOSE_PERSONAL_DATA.search(rest) is None, place


def test_line_in_another_encoding() -> None:
    (fault,) = (f for f in FAULTS if f.id == "notes-cp949-line")
    raw = line_bytes(fault.file, fault.line or 0)
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert "헌 건전지" in json.loads(raw.decode("cp949"))["text"]


def test_noise() -> None:
    text = {f.id: READABLE[f.place] for f in FAULTS if f.kind == "noise"}
    assert set(text) == {"notes-only-jamo", "notes-english", "notes-too-short", "notes-loose-jamo"}
    assert re.fullmatch(r"[ㄱ-ㅣ ]+", text["notes-only-jamo"])
    assert text["notes-english"].isascii()
    assert len(text["notes-too-short"]) == 2
    assert re.search(r"[ㄱ-ㅎ][ㅏ-ㅣ]", unicodedata.normalize("NFC", text["notes-loose-jamo"]))


def test_unknown_user() -> None:
    (fault,) = (f for f in FAULTS if f.kind == "unknown_user")
    known = {user["id"] for user in json.loads(decoded("slack_export/users.json"))}
    unknown = {
        place
        for place, text in READABLE.items()
        if place[0].startswith("slack_export/") and set(re.findall(r"<@(U\w+)>", text)) - known
    }
    assert unknown == {fault.place}


def test_row_counts() -> None:
    counted: dict[str, int] = {}
    for entry in CATALOGUE["rows"]:
        source, reader = entry["source"], entry["reader"]
        if reader == "documents":
            suffixes = (".md", ".txt", ".hwpx")
            counted[source] = sum(n.startswith(f"{source}/") and n.endswith(suffixes) for n in sources())
        else:
            places = [place for place in ROWS if place[0] == source or place[0].startswith(f"{source}/")]
            blank = {f.place for f in FAULTS if f.id == "notes-blank"}
            counted[source] = len(set(places) - blank)
    assert counted == {entry["source"]: entry["rows"] for entry in CATALOGUE["rows"]}
