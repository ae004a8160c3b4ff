"""Real texts to measure thresholds on: the public corpora, and pages or tables given by path."""

import json
import re
import tarfile
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import orjson
import pyarrow.parquet as pq

PROJECT = Path(__file__).parents[2]
CORPORA = PROJECT.parent / "shared" / "corpora"

_BLOCK = re.compile(
    "p|div|li|ul|ol|h[1-6]|tr|td|th|table|title|pre|dt|dd|dl|br|section|header|footer|nav|aside"
    "|item|steps|desc|note|list|page|screen"
)
_HIDDEN = frozenset({"script", "style", "noscript", "info"})


def public_corpora() -> dict[str, list[str]]:
    """Read the texts of the public corpora by name; `SuperNI` holds English inputs, for contrast."""
    petitions = _lines(CORPORA / "petitions/petitions_2017-08")
    reviews = (line.split("\t") for line in _lines(CORPORA / "nsmc/nsmc_from_raw_train_24k.txt")[1:])
    trees = _lines(CORPORA / "ud/ko_gsd-ud-dev.conllu")
    paragraphs = (line.split("\t") for line in _lines(CORPORA / "kobest/BoolQ_dev.tsv")[1:])
    return {
        "petitions": [orjson.loads(line)["content"] for line in petitions],
        "NSMC": [fields[1] for fields in reviews if len(fields) == 3],
        "KOTE": [line.split("\t")[1] for line in _lines(CORPORA / "kote/val.tsv")],
        "comments": [
            line.split("\t")[0] for line in _lines(CORPORA / "korean_hate_speech/labeled/train.tsv")[1:]
        ],
        "headlines": _lines(CORPORA / "korean_hate_speech/news_title/train.news_title.txt"),
        "KoBEST": list(dict.fromkeys(fields[1] for fields in paragraphs if len(fields) > 1)),
        "GSD": [line.removeprefix("# text = ") for line in trees if line.startswith("# text = ")],
        "SuperNI": list(_superni()),
    }


def sentence_pairs() -> list[tuple[str, str]]:
    """Read the Korean-English sentence pairs whose Korean side holds ten syllables or more."""
    with tarfile.open(CORPORA / "korean_parallel/korean-english-park.dev.tar.gz") as archive:
        sides = []
        for name in ("korean-english-park.dev.ko", "korean-english-park.dev.en"):
            member = archive.extractfile(name)
            assert member is not None
            sides.append(member.read().decode().splitlines())
    pairs = zip(*sides, strict=True)
    return [(korean, english) for korean, english in pairs if len(re.findall("[가-힣]", korean)) >= 10]


def more_texts(path: str, most: int = 3000) -> list[str]:
    """Read a folder of HTML or Mallard pages, or `FILE.parquet#COLUMN`: `most` texts, evenly spaced."""
    name, _, column = path.partition("#")
    if column:
        texts = [text for text in pq.read_table(name, columns=[column]).column(0).to_pylist() if text]
        return texts[:: 1 + len(texts) // most]
    found = sorted(file for file in Path(name).rglob("*") if file.suffix in (".html", ".page"))
    return [_page(file.read_text("utf-8", errors="replace")) for file in found[:: 1 + len(found) // most]]


def _superni() -> Iterator[str]:
    for task in sorted((CORPORA / "superni/tasks").glob("*.json")):
        # Not orjson: one of these files holds NaN.
        yield from (instance["input"] for instance in json.loads(task.read_bytes())["Instances"][:60])


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").rstrip("\n").split("\n")


class _Text(HTMLParser):
    """The text of a page: a line for each block."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, _: Iterable[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN
        self._edge(tag)

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN
        self._edge(tag)

    def handle_data(self, data: str) -> None:
        if self._hidden <= 0:
            self.parts.append(re.sub(r"\s+", " ", data))

    def _edge(self, tag: str) -> None:
        if _BLOCK.fullmatch(tag):
            self.parts.append("\n")


def _page(html: str) -> str:
    parser = _Text()
    parser.feed(html)
    lines = (" ".join(line.split()) for line in "".join(parser.parts).split("\n"))
    return "\n".join(line for line in lines if line)
