"""The peer of `curate_throughput.py`: what a person would write in an afternoon.

It reads the sources of `recipes/first.yaml`, applies the same filters and writes JSON lines with
orjson. It has no ledger, no quarantine, no manifest and no resume, skips malformed lines, and
holds every key in memory. Usage: plain_loop.py CORPORA OUT
"""

import csv
import hashlib
import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import orjson

INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\u200b\u200e\u200f\u2060\ufeff\xad]")
BLANK_LINES = re.compile(r"\n{3,}")
LETTERS = re.compile(r"[^\W\d_]")
HANGUL = re.compile("[가-힣ㄱ-ㆎᄀ-ᇿ]")
SUPERNI = (
    "korean_excerpts/task771_pawsx_korean_text_modification.excerpt.json",
    "korean_excerpts/task777_pawsx_english_korean_translation.excerpt.json",
    "korean_excerpts/task783_pawsx_korean_english_translation.excerpt.json",
    "tasks/task1146_country_capital.json",
    "tasks/task381_boolq_question_generation.json",
)

Record = tuple[list[str], dict[str, object]]


def nsmc(corpora: Path) -> Iterator[Record]:
    with (corpora / "nsmc/nsmc_from_raw_train_24k.txt").open("rb") as stream:
        next(stream)
        for line in stream:
            fields = line.decode().rstrip("\n").split("\t")
            if len(fields) == 3:
                yield [fields[1]], {"id": fields[0], "label": fields[2]}


def nsmc_raw(corpora: Path) -> Iterator[Record]:
    for path in sorted((corpora / "nsmc/raw").glob("*.json")):
        for review in orjson.loads(path.read_bytes()):
            yield [review["review"]], {"id": review["review_id"], "rating": review["rating"]}


def chatbot_data(corpora: Path) -> Iterator[Record]:
    with (corpora / "chatbot_data/ChatbotData.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield [row["Q"], row["A"]], {"label": row["label"].strip()}


def kobest_boolq(corpora: Path) -> Iterator[Record]:
    with (corpora / "kobest/BoolQ_dev.tsv").open(encoding="utf-8") as stream:
        next(stream)
        for line in stream:
            _, text, question, answer = line.rstrip("\n").split("\t")
            yield [f"{text}\n{question}", answer], {}


def petitions(corpora: Path) -> Iterator[Record]:
    with (corpora / "petitions/petitions_2017-08").open("rb") as stream:
        for line in stream:
            petition = orjson.loads(line)
            yield [petition["content"]], {"title": petition["title"], "category": petition["category"]}


def superni(corpora: Path) -> Iterator[Record]:
    for name in SUPERNI:
        task = orjson.loads((corpora / "superni" / name).read_bytes())
        for instance in task["Instances"]:
            output = instance["output"]
            yield [instance["input"], output[0] if isinstance(output, list) else output], {"task": name}


SOURCES = (nsmc, nsmc_raw, chatbot_data, kobest_boolq, petitions, superni)


def normalise(text: str) -> str:
    text = unicodedata.normalize("NFC", INVISIBLE.sub("", text.replace("\r\n", "\n")))
    lines = "\n".join(" ".join(line.split()) for line in text.splitlines())
    return BLANK_LINES.sub("\n\n", lines).strip()


def keep(source: str, text: str) -> bool:
    if not 2 <= len(text) <= 20000:
        return False
    if source == "superni":
        return True
    letters = len(LETTERS.findall(text))
    return letters > 0 and len(HANGUL.findall(text)) / letters >= 0.3


def main() -> None:
    corpora, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    counts = {}
    for source in SOURCES:
        name = source.__name__
        read = kept = 0
        seen: set[bytes] = set()
        with (out / f"{name}.jsonl").open("wb") as stream:
            for raw, attributes in source(corpora):
                read += 1
                strings = [normalise(string) for string in raw]
                if not keep(name, "\n".join(strings)):
                    continue
                key = hashlib.blake2b("\0".join(strings).encode(), digest_size=16).digest()
                if key in seen:
                    continue
                seen.add(key)
                kept += 1
                stream.write(orjson.dumps({"text": strings, **attributes}, option=orjson.OPT_APPEND_NEWLINE))
        counts[name] = {"read": read, "kept": kept}
    sys.stdout.buffer.write(orjson.dumps(counts))


if __name__ == "__main__":
    main()
