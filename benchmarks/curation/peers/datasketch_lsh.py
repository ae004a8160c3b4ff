"""MinHash and LSH of datasketch, with a union-find. Usage: datasketch_lsh.py DOCUMENTS KEPT."""

import sys
from pathlib import Path

import orjson
from datasketch import MinHash, MinHashLSH

BANDS, ROWS, GRAM = 14, 8, 5


def main() -> None:
    documents, kept = Path(sys.argv[1]), Path(sys.argv[2])
    lsh = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
    parents: list[int] = []

    def root(row: int) -> int:
        while parents[row] != row:
            parents[row] = parents[parents[row]]
            row = parents[row]
        return row

    with documents.open("rb") as stream:
        for row, line in enumerate(stream):
            words = orjson.loads(line)["text"].lower().split()
            grams = {" ".join(words[i : i + GRAM]).encode() for i in range(max(1, len(words) - GRAM + 1))}
            signature = MinHash(num_perm=BANDS * ROWS)
            signature.update_batch(list(grams))
            parents.append(row)
            for other in lsh.query(signature):
                first, second = sorted((root(row), root(other)))
                parents[second] = first
            lsh.insert(row, signature)
    with documents.open("rb") as stream, kept.open("wb") as out:
        out.writelines(line for row, line in enumerate(stream) if root(row) == row)


if __name__ == "__main__":
    main()
