"""Real files that readers read: all samples, and the corpora where they lie beside the clone."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[3]
SAMPLES = PROJECT / "samples"
_ITEMS = 15
CORPORA = PROJECT.parent / "shared" / "corpora"


@dataclass(frozen=True)
class RealFile:
    """A file, the reader that reads it, and the options it needs."""

    reader: str
    path: Path
    options: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.reader}-{self.path.name}"

    def content(self, most: int) -> bytes:
        """The beginning of the file, enough to be damaged: whole lines, or the first items of a JSON."""
        whole = self.path.read_bytes()
        if len(whole) <= most:
            return whole
        if self.path.suffix == ".json":
            return _first_items(whole)
        return whole[: whole.rfind(b"\n", 0, most) + 1] or whole[:most]


def _first_items(content: bytes) -> bytes:
    value = json.loads(content)
    if isinstance(value, list):
        value = value[:_ITEMS]
    else:
        value = {key: held[:_ITEMS] if isinstance(held, list) else held for key, held in value.items()}
    return json.dumps(value, ensure_ascii=False, indent=4).encode()


def sample_files() -> list[RealFile]:
    """The shipped samples."""
    documents = sorted(path for path in SAMPLES.rglob("*") if path.suffix in (".md", ".txt", ".hwpx"))
    return [
        RealFile("jsonl", SAMPLES / "inbox/notes.jsonl"),
        RealFile("csv", SAMPLES / "labels/문의분류.csv", {"text": "문의"}),
        *(RealFile("superni", path) for path in sorted((SAMPLES / "superni").glob("*.json"))),
        *(RealFile("documents", path) for path in documents),
    ]


def corpus_files() -> list[RealFile]:
    """Files of public corpora, one of each form; none when the corpora are not there."""
    listed = [
        RealFile("nsmc", CORPORA / "nsmc/nsmc_from_raw_train_24k.txt"),
        *(RealFile("nsmc_raw", path) for path in sorted((CORPORA / "nsmc/raw").glob("*.json"))[:1]),
        RealFile("chatbot_data", CORPORA / "chatbot_data/ChatbotData.csv"),
        RealFile("kobest_boolq", CORPORA / "kobest/BoolQ_dev.tsv"),
        RealFile("petitions", CORPORA / "petitions/petitions_2017-08"),
        RealFile("superni", CORPORA / "superni/tasks/task1146_country_capital.json"),
        RealFile("superni", CORPORA / "superni/tasks/task603_wikitext-103_fill_in_the_blank.json"),
        RealFile(
            "superni",
            CORPORA / "superni/legacy_schema_2021-09/task321_stereoset_classification_religion.json",
        ),
        RealFile("jsonl", CORPORA / "konec_konne/konne-dev.jsonl", {"attributes": ["label", "id"]}),
        RealFile("csv", CORPORA / "question_pair/kor_pair_train.csv", {"text": "question1"}),
        RealFile("csv", CORPORA / "korean_hate_speech/labeled/dev.tsv", {"text": "comments"}),
        RealFile("csv", CORPORA / "kornlu/sts-dev.tsv", {"text": "sentence1", "attributes": ["score"]}),
        RealFile("csv", CORPORA / "3i4k/fci_train_val.txt", {"header": False, "text": 2}),
    ]
    return [one for one in listed if one.path.exists()]
