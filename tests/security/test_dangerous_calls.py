"""No file that comes from elsewhere is run: the project's own source is searched for what would."""

import tomllib
from pathlib import Path

import pytest

from tests.security.dangerous_calls import dangerous

# File and call, and why it is right there.
ALLOWED = {
    ("curation/readers/documents/plain.py", "yaml.load"): "its loader is a SafeLoader that refuses aliases",
    ("datacards/front_matter.py", "yaml.load"): "its loader is a SafeLoader that knows lines",
}


def sources(project: Path) -> list[Path]:
    declared = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    packages = declared["tool"]["importlinter"]["root_packages"]
    assert len(packages) == 9
    found = [path for name in packages for path in sorted((project / name).rglob("*.py"))]
    return [path for path in found if "node_modules" not in path.parts]


def test_no_source_runs_what_a_file_says(project: Path) -> None:
    found = {
        (one.file, one.call): f"{one.file}:{one.line}: {one.call} {one.why}"
        for path in sources(project)
        for one in dangerous(path.read_text(encoding="utf-8"), path.relative_to(project).as_posix())
    }
    assert [said for place, said in found.items() if place not in ALLOWED] == []
    # What is allowed is still there; else the list would hide the next one.
    assert set(ALLOWED) - set(found) == set()


@pytest.mark.parametrize("path", [path for path, call in ALLOWED if call == "yaml.load"])
def test_a_loader_that_is_allowed_makes_no_objects(project: Path, path: str) -> None:
    import importlib

    import yaml

    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    loaders = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, yaml.SafeLoader | yaml.CSafeLoader)
    ]
    assert loaders
    for loader in loaders:
        with pytest.raises(yaml.YAMLError):
            yaml.load("!!python/object/apply:os.getcwd []", Loader=loader)


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "import importlib; importlib.import_module('pickle').loads(b'')",
        "__import__('marshal').loads(b'')",
        "import torch; torch.load('x')",
        "import torch as t; t.load('x', weights_only=False)",
        "from torch import load; load('x')",
        "import yaml; yaml.load('x', Loader=yaml.Loader)",
        "import yaml; yaml.load('x', yaml.FullLoader)",
        "import yaml; yaml.unsafe_load('x')",
        "eval('1')",
        "exec('1')",
        "import subprocess; subprocess.run('ls', shell=True)",
        "from subprocess import Popen; Popen('ls', shell=want)",
        "import os; os.system('ls')",
        "import tempfile; tempfile.mktemp()",
        "import numpy as np; np.load('x', allow_pickle=True)",
        "from numpy.lib import format as f; f.read_array(x)",
        "import tarfile; tarfile.open('x').extractall('y')",
        "archive.extractall('y', filter='fully_trusted')",
        "import zipfile; zipfile.ZipFile('x').extract('y')",
        "import shutil; shutil.unpack_archive('x')",
        "AutoModel.from_pretrained('x', trust_remote_code=True)",
    ],
)
def test_a_planted_call_is_found(source: str) -> None:
    assert list(dangerous(source, "planted.py"))


@pytest.mark.parametrize(
    "source",
    [
        "import torch; torch.load('x', weights_only=True)",
        "import yaml; yaml.safe_load('x'); yaml.load('x', Loader=yaml.SafeLoader)",
        "import numpy as np; np.load('x'); np.load('x', allow_pickle=False)",
        "import tarfile; tarfile.open('x').extractall('y', filter='data')",
        "import subprocess; subprocess.run(['ls'], check=True)",
        "model.eval(); re.match('eval', 'x')",
        "import json; json.load(open('x'))",
    ],
)
def test_what_is_harmless_is_not(source: str) -> None:
    assert list(dangerous(source, "harmless.py")) == []
