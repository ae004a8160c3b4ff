import inspect
from pathlib import Path

import pytest

from curation.readers import READERS
from curation.readers.base import Options


@pytest.mark.parametrize("name", READERS)
def test_reader_keeps_the_contract(name):
    reader = READERS[name]
    assert issubclass(reader.options, Options)
    assert reader.kind(reader.options()) in ("text", "instruction")
    assert inspect.isgeneratorfunction(reader.read), "a reader streams"
    assert all(suffix.startswith(".") and suffix.islower() for suffix in reader.suffixes)
    assert reader.summary
    assert reader.options.__doc__


@pytest.mark.parametrize("name", READERS)
def test_reader_has_a_test_of_its_own(name):
    """Tests that go over all readers alike (contract, damage) do not count."""
    shared = {"test_registry.py", "test_fuzz.py", "test_hostile.py", "test_nikl_fuzz.py", "test_recall.py"}
    own = [path for path in Path(__file__).parent.rglob("test_*.py") if path.name not in shared]
    assert any(f'"{name}"' in path.read_text(encoding="utf-8") for path in own)
