"""A store is opened again, and killed in the middle of writing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from curation.errors import ConfigurationError
from tests.rag.stores.conftest import DIMENSIONS
from tests.rag.stores.samples import found, passage, unit

PROJECT = Path(__file__).parents[3]


def test_what_was_written_is_there_when_it_is_opened_again(place):
    first = place.open(create=True)
    first.add([passage("a"), passage("b", doc_id="e")], ["휴가", "출장"])
    first.add_vectors([passage("a")], unit(0)[None])
    first.close()

    for create in (False, True):
        again = place.open(create=create)
        assert sorted(again.passage_ids()) == [("a", "d"), ("b", "e")]
        assert list(again.vector_ids()) == [("a", "d")]
        assert found(again, "출장") == {"b"}
        assert list(again.dense_scores(unit(0), 5)) == ["a"]
        again.close()


def test_a_store_that_is_gone_is_told_and_not_made(place):
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="has a manifest and no") as caught:
            place.open()
        assert "malmoi rag index" in caught.value.fix


def test_a_kill_in_the_middle_of_adding_loses_nothing_acknowledged(place):
    place.open(create=True).close()
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.rag.stores.endless_writer", place.spec, place.folder, str(DIMENSIONS)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    acknowledged = 0
    try:
        while acknowledged < 8:
            acknowledged = int(writer.stdout.readline())
        time.sleep(0.05)
    finally:
        os.kill(writer.pid, signal.SIGKILL)
        # What it had said before it died counts too.
        acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
        writer.wait()
        writer.stdout.close()

    store = place.open()
    ids = [passage_id for passage_id, _ in store.passage_ids()]
    batches = {name.split("-")[0] for name in ids}
    vectors = {name for name, _ in store.vector_ids()}
    # The run that follows removes what is not whole, and writes it again.
    doubtful = [f"d{number}" for number in range(acknowledged, acknowledged + 2)]
    store.remove_documents(doubtful)
    for number in range(acknowledged, acknowledged + 2):
        many = [passage(f"{number}-{n}", doc_id=f"d{number}") for n in range(50)]
        store.add(many, ["휴가"] * 50)
        store.add_vectors(many, np.stack([unit(0)] * 50))
    left = sorted(store.passage_ids())
    assert store.passages() == store.vectors() == len(left) == len(set(left)) == 50 * (acknowledged + 2)
    store.close()

    assert {str(number) for number in range(acknowledged)} <= batches
    assert {f"{number}-{n}" for number in range(acknowledged) for n in range(50)} <= {*ids} & vectors
    assert len(ids) == len(set(ids)) == 50 * len(batches)
