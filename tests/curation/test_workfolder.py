"""One run owns the work folder; the lock ends with its owner."""

import subprocess
import sys
from pathlib import Path

import pytest

from curation.errors import UserError
from curation.workfolder import work_folder

HOLD = """
import sys
from pathlib import Path
from curation.workfolder import work_folder
with work_folder(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_lock_of_a_killed_run_is_free(tmp_path: Path) -> None:
    out = tmp_path / "out"
    owner = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(out)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"held\n"
        with pytest.raises(UserError, match="another run") as caught, work_folder(out):
            pass
        assert caught.value.exit_code == 1
    finally:
        owner.kill()
        owner.communicate()
    with work_folder(out) as folder:
        assert folder.is_dir()
    assert not folder.exists()


def fail_in(out: Path, *, late: bool) -> None:
    with work_folder(out) as folder:
        if late:
            (folder / "read").mkdir()
        raise ValueError("stopped")


def test_work_stays_after_an_error_and_an_empty_folder_does_not(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(ValueError, match="stopped"):
        fail_in(out, late=False)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="stopped"):
        fail_in(out, late=True)
    assert (tmp_path / ".out.work" / "read").is_dir()
