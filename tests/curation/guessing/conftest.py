from collections.abc import Callable
from pathlib import Path

import pytest

from curation.guessing.guess import Looked, look_at
from curation.readers.base import SourceFile

Look = Callable[[str, bytes], Looked]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Writes a file below a folder and looks at it."""
    (tmp_path / "scratch").mkdir()

    def look_(name: str, content: bytes) -> Looked:
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return look_at(SourceFile(path, name), tmp_path / "scratch")

    return look_
