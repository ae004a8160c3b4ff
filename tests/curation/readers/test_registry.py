import inspect

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
