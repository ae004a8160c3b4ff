import pytest

from curation.installing import installing

IN_A_CLONE = ("justfile", "pyproject.toml")


@pytest.mark.parametrize(
    ("beside", "extra", "command"),
    [
        (IN_A_CLONE, "train", "just setup train"),
        (IN_A_CLONE, "", "just setup"),
        ((), "train", "pip install 'malmoi[train]'"),
        ((), "", "pip install malmoi"),
        (("pyproject.toml",), "train", "pip install 'malmoi[train]'"),
        (("justfile",), "train", "pip install 'malmoi[train]'"),
    ],
)
def test_the_command_is_one_that_works_where_malmoi_lies(tmp_path, beside, extra, command):
    for name in beside:
        (tmp_path / name).touch()
    assert installing(extra, root=tmp_path) == command


def test_it_looks_beside_the_packages(project):
    assert (project / "justfile").is_file()
    assert installing("train") == "just setup train"
