"""datatrove's MinHash in its four stages, one worker. Usage: datatrove_minhash.py DOCUMENTS KEPT TOKENIZER.

TOKENIZER is ``default`` (spaCy for English, as ``MinhashDedupSignature`` chooses) or ``split``
(``str.split``, which is what 5-grams of Korean words need, and several times faster).
"""

import sys
import tempfile
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup.minhash import (
    MinhashConfig,
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter


class Split:
    def word_tokenize(self, text: str) -> list[str]:
        return text.split()


def main() -> None:
    documents, kept, tokenizer = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    config = MinhashConfig(n_grams=5, num_buckets=14, hashes_per_bucket=8)
    with tempfile.TemporaryDirectory(dir=kept.parent) as name:
        folder = Path(name)
        reader = JsonlReader(str(documents.parent), glob_pattern=documents.name)
        signature = MinhashDedupSignature(str(folder / "signatures"), config=config)
        if tokenizer == "split":
            signature.word_tokenizer = Split()
        run([reader, signature], folder / "log1")
        run(
            [MinhashDedupBuckets(str(folder / "signatures"), str(folder / "buckets"), config=config)],
            folder / "log2",
            config.num_buckets,
        )
        run(
            [MinhashDedupCluster(str(folder / "buckets"), str(folder / "remove"), config=config)],
            folder / "log3",
        )
        writer = JsonlWriter(str(folder / "out"), compression=None)
        run([reader, MinhashDedupFilter(str(folder / "remove")), writer], folder / "log4")
        with kept.open("wb") as out:
            for part in sorted((folder / "out").iterdir()):
                out.write(part.read_bytes())


def run(pipeline: list[object], log: Path, tasks: int = 1) -> None:
    LocalPipelineExecutor(pipeline=pipeline, tasks=tasks, workers=1, logging_dir=str(log)).run()


if __name__ == "__main__":
    main()
