"""Real Korean texts for the benchmarks of retrieval, and their vectors, kept beside other caches."""

import csv
import hashlib
import os
import random
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import orjson

from rag.embedding import Vectors

PROJECT = Path(__file__).parents[2]
CORPORA = PROJECT.parent / "shared" / "corpora"
DATA = Path(__file__).parent / "data"
# Vectors are kept in blocks of so many texts: an interrupted run goes on with the next block.
_BLOCK = 256
# A petition runs over pages; its beginning is a passage like the others.
_PETITION_CHARACTERS = 250


def questions_and_paragraphs() -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Paragraph by id, and ``(question, id of its paragraph)``: KoBEST BoolQ's development set."""
    paragraphs: dict[str, str] = {}
    ids: dict[str, str] = {}
    questions = []
    for row in _table(CORPORA / "kobest/BoolQ_dev.tsv"):
        paragraph = ids.setdefault(row["Text"], f"boolq-{row['ID']}")
        paragraphs[paragraph] = row["Text"]
        questions.append((row["Question"], paragraph))
    return paragraphs, questions


def distractors(most: int = 5_000) -> dict[str, str]:
    """Texts by id that answer none of the questions, in the same order at every run."""
    found = dict.fromkeys(text.strip() for text in _others())
    paragraphs, _ = questions_and_paragraphs()
    texts = sorted(set(found) - set(paragraphs.values()) - {""})
    random.Random(0).shuffle(texts)
    return {f"other-{n}": text for n, text in enumerate(texts[:most])}


def rows(name: str) -> list[dict[str, str]]:
    """The questions of ``data/<name>.jsonl``."""
    lines = (DATA / f"{name}.jsonl").read_bytes().splitlines()
    return [orjson.loads(line) for line in lines if line.strip()]


def cache() -> Path:
    """Where vectors are kept: under ``MALMOI_CACHE``, or the temporary folder."""
    folder = Path(os.environ.get("MALMOI_CACHE", tempfile.gettempdir())) / "malmoi-benchmark-vectors"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def vectors(texts: Sequence[str], embed: Callable[[Sequence[str]], Vectors], kind: str) -> Vectors:
    """Vectors of the texts, made once and kept under ``MALMOI_CACHE`` or the temporary folder."""
    folder = cache()
    blocks = []
    for at in range(0, len(texts), _BLOCK):
        block = texts[at : at + _BLOCK]
        key = hashlib.sha256("\x1f".join((kind, *block)).encode()).hexdigest()[:32]
        file = folder / f"{key}.npy"
        if not file.is_file():
            made = file.with_suffix(f".{os.getpid()}.npy")
            np.save(made, embed(block))
            made.replace(file)
        blocks.append(np.load(file))
    return np.concatenate(blocks)


def _others() -> Iterator[str]:
    for row in _table(CORPORA / "kobest/HellaSwag_dev.tsv"):
        yield row["context"]
    for row in _table(CORPORA / "kobest/WiC_dev.tsv"):
        yield row["SENTENCE1"].replace("[", "").replace("]", "")
    for row in orjson.loads((CORPORA / "klue/klue-nli-v1.1_dev.json").read_bytes()):
        yield row["premise"]
    for line in (CORPORA / "petitions/petitions_2017-08").read_bytes().splitlines():
        yield " ".join(orjson.loads(line)["content"].split())[:_PETITION_CHARACTERS]
    for line in (CORPORA / "ud/ko_gsd-ud-dev.conllu").read_text("utf-8").splitlines():
        if line.startswith("# text = "):
            yield line.removeprefix("# text = ")
    with tarfile.open(CORPORA / "korean_parallel/korean-english-park.dev.tar.gz") as archive:
        member = archive.extractfile("korean-english-park.dev.ko")
        assert member is not None
        yield from member.read().decode().splitlines()
    for line in (CORPORA / "klue/klue-ner-v1.1_dev.tsv").read_text("utf-8").splitlines():
        if line.startswith("## klue-ner"):
            yield _without_tags(line.split("\t", 1)[1])


def _without_tags(marked: str) -> str:
    # <경찰:OG> stands for 경찰.
    parts = marked.split("<")
    return parts[0] + "".join(_plain(part) for part in parts[1:])


def _plain(part: str) -> str:
    inner, closed, rest = part.partition(">")
    form, _, tag = inner.rpartition(":")
    return form + rest if closed and tag.isupper() else f"<{part}"


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
