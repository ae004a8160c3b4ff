"""The source distribution and the wheel out of it, each built once."""

import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.packaging.building import Wheel, build

# What running, testing and building leave in the folders of packages.
LEFT_BEHIND = {"__pycache__", "node_modules", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


@pytest.fixture(scope="session")
def files_in() -> Callable[[Path], set[str]]:
    """Every file under a folder that somebody wrote, relative to the folder above it."""

    def found(folder: Path) -> set[str]:
        return {
            path.relative_to(folder.parent).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and not LEFT_BEHIND.intersection(path.parts)
        }

    return found


@pytest.fixture(scope="session")
def unpacked(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, unpacked, without a page that somebody built."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build("sdist", project, folder / "built")) as archive:
        archive.extractall(folder, filter="data")
    (source,) = (path for path in folder.iterdir() if path.name != "built")
    shutil.rmtree(source / "build", ignore_errors=True)
    return source


@pytest.fixture(scope="session")
def wheel_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Wheel]:
    """Build the wheel of a source folder."""

    def made(source: Path) -> Wheel:
        return Wheel.opened(build("wheel", source, tmp_path_factory.mktemp("wheel") / "built"))

    return made


@pytest.fixture(scope="session")
def wheel(unpacked: Path, wheel_of: Callable[[Path], Wheel]) -> Wheel:
    """The wheel out of the source distribution, where no page was built."""
    return wheel_of(unpacked)
