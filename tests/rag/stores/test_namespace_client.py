"""What of a package is imported before anything of it is used."""

import subprocess
import sys

import pytest

from rag.stores.namespace_client import defer

NAME = "deferred_sample"


@pytest.fixture
def sample(tmp_path, monkeypatch):
    """A package whose `__init__` imports more than the submodule `part` needs."""
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / "__init__.py").write_text(f"from {NAME}.heavy import WEIGHT\n", encoding="utf-8")
    (folder / "heavy.py").write_text("WEIGHT = 7\n", encoding="utf-8")
    (folder / "part.py").write_text("SIZE = 2\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield NAME
    for name in [name for name in sys.modules if name.split(".")[0] == NAME]:
        del sys.modules[name]


def test_a_submodule_comes_alone_and_the_rest_when_it_is_asked_for(sample):
    defer(sample)
    from deferred_sample.part import SIZE

    package = sys.modules[sample]
    assert SIZE == 2
    assert not hasattr(package, "__wrapped__")
    assert f"{sample}.heavy" not in sys.modules
    from deferred_sample import WEIGHT

    assert WEIGHT == 7
    with pytest.raises(AttributeError, match="'deferred_sample' has no attribute 'lightness'"):
        _ = package.lightness


def test_a_name_that_is_nowhere_is_told_after_the_package_ran(sample):
    defer(sample)
    with pytest.raises(ImportError, match="lightness"):
        from deferred_sample import lightness  # noqa: F401
    assert f"{sample}.heavy" in sys.modules


def test_what_was_imported_before_stays_as_it_is(sample):
    import deferred_sample

    defer(sample)
    assert sys.modules[sample] is deferred_sample
    defer("no_such_package_anywhere")
    assert "no_such_package_anywhere" not in sys.modules


def test_a_store_is_opened_without_the_client_and_who_asks_for_it_gets_it():
    code = (
        "import sys, rag.stores\n"
        "name = 'lance_namespace_urllib3_client'\n"
        "assert 'lancedb' in sys.modules and name in sys.modules\n"
        "print(name + '.api' in sys.modules)\n"
        "from lance_namespace_urllib3_client import ApiClient\n"
        "print(ApiClient.__module__, name + '.api' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.split() == ["False", "lance_namespace_urllib3_client.api_client", "True"]
