"""What others do with a release: load it, validate its description, look at its report."""

import html.parser
import json
from pathlib import Path

import datasets
import mlcroissant
import orjson
import pyarrow.parquet as pq
import pytest
import yaml

from curation import tables
from curation.pipeline import Sizes
from curation.run import run_recipe

A_ROWS = tables.ROWS + 1
EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)> | ` & 한글'


@pytest.fixture(scope="module")
def release(tmp_path_factory) -> Path:
    """A release of two kinds, three configurations, two splits and several files a split."""
    from curation.recipe import Recipe

    root = tmp_path_factory.mktemp("release")
    data = root / "data"
    data.mkdir()
    # One more row than a row group holds; with the smallest file size that makes two files.
    (data / "a.jsonl").write_bytes(b"".join(b'{"text": "\xea\xb8\x80 %d"}\n' % n for n in range(A_ROWS)))
    (data / "b.jsonl").write_bytes(
        b"".join(
            orjson.dumps(row) + b"\n"
            for row in ({"text": EVIL, "from": "<b>"}, {"text": "<"}, {"text": EVIL}, {"text": "또 하나"})
        )
        + b'{"text": <script>bad()</script>}\n'
    )
    (data / "c.jsonl").write_bytes(orjson.dumps({"q": "물음?", "a": "답."}) + b"\n")
    sources = [
        {"name": "a", "path": "a.jsonl", "licence": "CC0-1.0", "url": "https://example.org/a"},
        {"name": "a2", "path": "b.jsonl", "licence": "MIT", "config": "a", "split": "test"},
        {"name": "b", "path": "b.jsonl", "licence": "free for any purpose", "language": "en"},
        {
            "name": "c",
            "path": "c.jsonl",
            "licence": "CC BY-SA 4.0",
            "options": {"prompt": "q", "response": "a"},
        },
    ]
    recipe = Recipe.model_validate_json(
        json.dumps(
            {
                "name": "trial",
                "title": "시험 <i>모음</i>",
                "description": "A trial.",
                "sources": [{"reader": "jsonl", "config": one["name"], **one} for one in sources],
                "steps": [
                    {"step": "normalise"},
                    {"step": "length", "params": {"min": 2}},
                    {"step": "exact_dedup", "params": {"scope": "source"}},
                ],
            }
        )
    )
    run_recipe(recipe, data, root / "trial", sizes=Sizes(batch_rows=5000, file_bytes=1))
    return root / "trial"


def test_every_configuration_loads(release: Path, tmp_path: Path) -> None:
    names = datasets.get_dataset_config_names(str(release))
    assert names == ["a", "b", "c"]
    rows = {
        name: {
            split: part.num_rows
            for split, part in datasets.load_dataset(str(release), name, cache_dir=str(tmp_path)).items()
        }
        for name in names
    }
    assert rows == {"a": {"train": A_ROWS, "test": 2}, "b": {"train": 2}, "c": {"train": 1}}
    one = datasets.load_dataset(str(release), "c", split="train", cache_dir=str(tmp_path))[0]
    assert one["messages"] == [{"role": "user", "content": "물음?"}, {"role": "assistant", "content": "답."}]
    assert (one["source"], one["licence"], one["references"]) == ("c", "CC BY-SA 4.0", ["답."])
    texts = datasets.load_dataset(str(release), "b", split="train", cache_dir=str(tmp_path))["text"]
    assert list(texts) == [EVIL, "또 하나"]


def test_the_description_validates_and_gives_the_rows(release: Path) -> None:
    described = mlcroissant.Dataset(jsonld=str(release / "croissant.json"))
    issues = described.metadata.ctx.issues
    assert not issues.errors
    assert not issues.warnings
    raw = orjson.loads((release / "croissant.json").read_bytes())
    manifest = orjson.loads((release / "manifest.json").read_bytes())
    hashes = {file["path"]: file["sha256"] for file in manifest["files"] if file["path"].startswith("data/")}
    assert hashes == {f["contentUrl"]: f["sha256"] for f in raw["distribution"] if "sha256" in f}
    rows = list(described.records("b.train"))
    assert [row["b.train/text"].decode() for row in rows] == [EVIL, "또 하나"]
    assert sum(1 for _ in described.records("a.train")) == A_ROWS
    (talk,) = described.records("c.train")
    assert [turn["c.train/messages/content"].decode() for turn in talk["c.train/messages"]] == [
        "물음?",
        "답.",
    ]


def test_the_card_states_what_was_measured(release: Path) -> None:
    text = (release / "README.md").read_text()
    _, matter, body = text.split("---\n", 2)
    front = yaml.safe_load(matter)
    assert front["license"] == ["cc0-1.0", "mit", "other", "cc-by-sa-4.0"]
    assert front["license_name"] == "free-for-any-purpose"
    assert front["language"] == ["ko", "en"]
    assert front["size_categories"] == ["10K<n<100K"]
    assert [config["config_name"] for config in front["configs"]] == ["a", "b", "c"]
    assert front["dataset_info"][0]["splits"][0]["num_examples"] == A_ROWS
    assert "| b | free for any purpose | `b` | 5 | 2 | 2 | 1 | 0 | not stated |" in body
    assert "Near duplicates were not searched for." in body
    for placeholder in ("More Information Needed", "TODO", "None", "{{", "undefined"):
        assert placeholder not in text


class Page(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "srcset", "action")]
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_report_shows_rows_as_text_and_loads_nothing(release: Path) -> None:
    content = (release / "report.html").read_text()
    page = Page()
    page.feed(content)
    assert EVIL in page.text
    assert "<script>bad()</script>" in page.text
    assert "시험 <i>모음</i>" in page.text
    assert not page.tags & {"img", "link", "iframe", "object", "i2", "b"}
    assert all(link.startswith("#") for link in page.links)
    for words in ("읽음 read", "남김 kept", "뺌 dropped", "격리 quarantined", "length/too_short"):
        assert words in page.text


def test_files_are_numbered_and_hold_their_rows_in_order(release: Path) -> None:
    files = sorted((release / "data" / "a").glob("train-*.parquet"))
    assert [path.name for path in files] == ["train-00000-of-00002.parquet", "train-00001-of-00002.parquet"]
    numbers = [
        int(text.split()[1])
        for path in files
        for text in pq.read_table(path, columns=["text"])["text"].to_pylist()
    ]
    assert numbers == list(range(A_ROWS))


def test_what_two_uses_of_a_step_say_stands_side_by_side(tmp_path, data, write_jsonl, recipe_of) -> None:
    write_jsonl("a.jsonl", ["도서관은 월요일마다 쉽니다", "주차권은 안내대에서 받습니다"])
    steps = [{"step": "near_dedup", "bands": 30}, {"step": "length"}, {"step": "near_dedup", "bands": 12}]
    run_recipe(recipe_of({"a": "a.jsonl"}, steps), data, tmp_path / "out")
    about = orjson.loads((tmp_path / "out/manifest.json").read_bytes())["about"]
    assert list(about) == ["near_dedup", "near_dedup#2"]
    wide, narrow = (next(iter(said.values())) for said in about.values())
    assert wide.keys() == narrow.keys()
    assert all(wide[similarity] >= chance for similarity, chance in narrow.items())
    assert wide != narrow
    page = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert ">near_dedup</span>" in page
    assert ">near_dedup#2</span>" in page
