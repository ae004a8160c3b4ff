import subprocess
import sys

import pytest

from curation.comparisons import COMPARISONS
from curation.readers import READERS
from curation.registry import Registry
from curation.steps import STEPS


@pytest.mark.parametrize("registry", [STEPS, READERS], ids=["steps", "readers"])
def test_entries_have_the_names_they_are_listed_under(registry):
    assert {name: entry.name for name, entry in registry.items()} == {name: name for name in registry}


def test_every_comparison_carries_out_a_step():
    assert {name for name in STEPS if STEPS[name].sees == "release"} == set(COMPARISONS)
    assert all(COMPARISONS.values())


def test_unknown_names_are_missing_as_in_any_mapping():
    assert "nothing" not in STEPS
    assert STEPS.get("nothing") is None
    with pytest.raises(KeyError):
        STEPS["nothing"]


def test_an_entry_of_another_kind_is_a_mistake_in_the_listing():
    with pytest.raises(TypeError, match="collections:Counter is no str"):
        Registry(str, {"counter": "collections:Counter"})["counter"]


def test_what_is_listed_is_not_imported_before_it_is_used():
    code = (
        "import sys; from curation.steps import STEPS; from curation.readers import READERS;"
        "assert 'safety' in STEPS and 'documents' in READERS; STEPS['length'];"
        "print([name for name in sys.modules if name in ("
        "'curation.steps.safety', 'curation.steps.length', 'curation.readers.documents')])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "['curation.steps.length']"


def test_entries_can_be_added_and_taken_out():
    numbers = Registry(int, {"flags": "re:DOTALL"})
    numbers["one"] = 1
    assert dict(numbers) == {"flags": 16, "one": 1}
    numbers["flags"] = 2
    del numbers["one"]
    assert dict(numbers) == {"flags": 2}
