"""Throughput of readers beside a plain parser of the same file.

The plain parser is what a person would write for one file: csv.DictReader or json of the standard
library, and for each row a dictionary with the messages and the rest of the columns. It knows the
encoding, checks nothing, and stops at the first bad row; an output that has to
be put together (entities, a tree, the names of several emotions) it puts together too. The reader
tells the encoding, keeps the place of each row, checks labels, and gives unreadable rows to quarantine.
Both run in this process, in turns; the rows they give must be as many, or the benchmark fails.
Usage: python benchmarks/curation/readers.py [--runs 7] [--json]
"""

import argparse
import csv
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

sys.path.append(str(Path(__file__).parents[1]))

from machine import corpora_or_exit, machine, median, report, versions

from curation.readers import READERS
from curation.readers.base import SourceFile
from curation.records import Row
from curation.tasks.spec import task

LIMIT = 2.0
LEAST_SECONDS = 0.05  # a shorter pass is repeated until it lasts so long
Rows = Iterator[dict[str, Any]]


class Case(NamedTuple):
    """A file, how to parse it, and which columns are the input and the output."""

    reader: str
    path: str
    parse: Callable[[Path], Rows]
    inputs: tuple[str, ...]
    output: str


def table(
    columns: tuple[str, ...] = (), *, delimiter: str = "\t", quotes: bool = False
) -> Callable[[Path], Rows]:
    def parse(path: Path) -> Rows:
        quoting = csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file, columns or None, delimiter=delimiter, quoting=quoting)

    return parse


def json_list(path: Path) -> Rows:
    yield from json.loads(path.read_text("utf-8"))


def json_lines(path: Path) -> Rows:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def nested_entities(path: Path) -> Rows:
    for row in json_lines(path):
        text = row["text"]
        row["entities"] = "\n".join(f"{text[begin:end]} ({kind})" for begin, end, kind in row["label"])
        yield row


def tagged_characters(path: Path) -> Rows:
    for sentence in path.read_text("utf-8").strip().split("\n\n"):
        words = [line.split("\t") for line in sentence.split("\n") if not line.startswith("## ")]
        found: list[list[str]] = []
        for character, tag in words:
            if tag[0] == "B":
                found.append([character, tag[2:]])
            elif tag[0] == "I":
                found[-1][0] += character
        text = "".join(character for character, _ in words)
        entities = "\n".join(f"{entity} ({kind})" for entity, kind in found)
        yield {"text": text, "entities": entities, "annotation": json.dumps(words, ensure_ascii=False)}


def trees(path: Path) -> Rows:
    for sentence in path.read_text("utf-8").strip().split("\n\n"):
        row: dict[str, Any] = {}
        words = []
        for line in sentence.split("\n"):
            if line[0] == "#":
                name, _, value = line[2:].partition(" = ")
                row[name] = value
            else:
                words.append(line.split("\t"))
        forms = {word[0]: word[1] for word in words}
        row["tree"] = "\n".join(f"{word[1]} ({word[7]}) {forms.get(word[6])}" for word in words)
        row["annotation"] = json.dumps(words, ensure_ascii=False)
        yield row


def emotions(path: Path) -> Rows:
    names = [*task("kote").labels.values()]
    for row in table(("id", "text", "labels"))(path):
        row["emotions"] = ", ".join([names[int(number)] for number in row["labels"].split(",")])
        yield row


def instances(path: Path) -> Rows:
    whole = json.loads(path.read_text("utf-8"))
    for instance in whole["Instances"]:
        yield {**instance, "output": instance["output"][0]}


CASES = (
    Case("klue_nli", "klue/klue-nli-v1.1_dev.json", json_list, ("premise", "hypothesis"), "gold_label"),
    Case("kosbi", "kosbi/kosbi_valid.json", json_list, ("context", "sentence"), "sentence_label"),
    Case("kommongen", "kommongen/kommongen_dev.json", json_lines, ("concept-set",), "scene"),
    Case("kobest_boolq", "kobest/BoolQ_dev.tsv", table(), ("Text", "Question"), "Answer"),
    Case("kornli", "kornlu/xnli.dev.ko.tsv", table(), ("sentence1", "sentence2"), "gold_label"),
    Case("korsts", "kornlu/sts-train.tsv", table(), ("sentence1", "sentence2"), "score"),
    Case("beep", "korean_hate_speech/labeled/train.tsv", table(), ("comments",), "hate"),
    Case("kote", "kote/val.tsv", emotions, ("text",), "emotions"),
    Case("3i4k", "3i4k/fci_train_val.txt", table(("label", "text")), ("text",), "label"),
    Case("sae4k", "sae4k/sae4k_v1.txt", table(("text", "argument", "kind")), ("text",), "argument"),
    Case(
        "chatbot_data",
        "chatbot_data/ChatbotData.csv",
        table(delimiter=",", quotes=True),
        ("Q",),
        "A",
    ),
    Case(
        "question_pair",
        "question_pair/kor_pair_train.csv",
        table(delimiter=",", quotes=True),
        ("question1", "question2"),
        "is_duplicate",
    ),
    Case("petitions", "petitions/petitions_2017-08", json_lines, ("title",), "content"),
    Case("konne", "konec_konne/konne-dev.jsonl", nested_entities, ("text",), "entities"),
    Case("klue_ner", "klue/klue-ner-v1.1_dev.tsv", tagged_characters, ("text",), "entities"),
    Case("conllu", "ud/ko_gsd-ud-dev.conllu", trees, ("text",), "tree"),
    Case("superni", "superni/tasks/task1146_country_capital.json", instances, ("input",), "output"),
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=7)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    corpora = corpora_or_exit()
    measured = {case.reader: measure(case, corpora / case.path, given.runs) for case in CASES}
    worst = max(measured, key=lambda name: measured[name]["ratio"])
    report(
        {
            "name": "readers",
            "unit": "microseconds of CPU a row, where a reader takes most beside a plain parser",
            "lower_is_better": True,
            "ours": measured[worst]["ours"],
            "peers": {"plain parser": measured[worst]["plain"]},
            "limit": LIMIT * measured[worst]["plain"],
            "ratio_to_best_peer": measured[worst]["ratio"],
            "median_ratio": median([one["ratio"] for one in measured.values()]),
            "worst": worst,
            "runs": given.runs,
            "readers": measured,
            "machine": machine(),
            "versions": versions("malmoi"),
        },
        as_json=given.json,
    )


def measure(case: Case, path: Path, runs: int) -> dict[str, float]:
    reader = READERS[case.reader]
    file, options = SourceFile(path, path.name), reader.options()

    def ours() -> int:
        return sum(isinstance(item, Row) for item in reader.read(file, options))

    def plain() -> int:
        return sum(bool(plain_record(row, case)) for row in case.parse(path))

    rows = ours()
    if rows != plain():
        sys.exit(f"{case.reader}: {rows} rows, and {plain()} by the plain parser")
    took: dict[str, list[float]] = {"ours": [], "plain": []}
    for _ in range(runs):
        for name, work in (("ours", ours), ("plain", plain)):
            took[name].append(seconds(work) / rows * 1e6)
    ours_us, plain_us = median(took["ours"]), median(took["plain"])
    return {"rows": rows, "ours": ours_us, "plain": plain_us, "ratio": ours_us / plain_us}


def plain_record(row: dict[str, Any], case: Case) -> dict[str, Any]:
    output = row.pop(case.output)
    question = "\n".join(f"{name}: {row.pop(name)}" for name in case.inputs)
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": output}]
    return {"task": case.reader, "messages": messages, "references": [output], "attributes": row}


def seconds(work: Callable[[], object]) -> float:
    passes, begun = 0, time.process_time()
    while (took := time.process_time() - begun) < LEAST_SECONDS:
        work()
        passes += 1
    return took / passes


if __name__ == "__main__":
    main()
