"""Adds batches of fifty passages with vectors until it is killed; says each batch that is done.

Usage: endless_writer.py SPEC FOLDER DIMENSIONS
"""

import sys
from pathlib import Path

import numpy as np

from rag.stores import open_store
from tests.rag.stores.samples import passage, unit


def main() -> None:
    spec, folder, dimensions = sys.argv[1:]
    store = open_store(spec, Path(folder), int(dimensions), create=False)
    for number in range(10_000):
        many = [passage(f"{number}-{n}", doc_id=f"d{number}") for n in range(50)]
        store.add(many, ["휴가"] * 50)
        store.add_vectors(many, np.stack([unit(0)] * 50))
        sys.stdout.write(f"{number + 1}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
