"""A judge is tried before it guards; what was found is kept for a week, and nothing is guarded by chance."""

import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import orjson
import pytest

from chat.errors import ModelUnavailableError
from curation.errors import ConfigurationError, UserError
from curation.progress import Advance
from prompting.asking import asking
from prompting.calibration import calibrate, read_items
from prompting.guarding.trust import KEPT_S, believed, calibration_of
from tests.prompting.scripted import Scripted, truthful

HARMFUL = {item.text for item in read_items() if item.harmful}


class Seen:
    """Progress that is kept."""

    def __init__(self) -> None:
        self.tasks: list[tuple[str, int | None, str]] = []
        self.advanced: list[int] = []

    def task(self, *named: Any) -> AbstractContextManager[Advance]:
        self.tasks.append(named)
        return nullcontext(self.advanced.append)


def right():
    return Scripted(script=truthful(lambda text: text in HARMFUL))


def guessing():
    return Scripted(script=lambda _: "(A)")


def test_a_calibration_is_kept_and_costs_no_call_again(tmp_path: Path) -> None:
    chat, path = right(), tmp_path / "home/.malmoi/judges.json"
    told: list[bool] = []
    first = calibration_of("a", asking(chat), path, told=lambda: told.append(True))
    assert (first.trusted, first.calls, len(chat.asked), told) == (True, 80, 80, [True])
    again = calibration_of("a", asking(chat), path, told=lambda: told.append(True))
    assert (again, len(chat.asked), told) == (first, 80, [True])
    # another model, and whoever asks for it anew
    calibration_of("b", asking(chat), path)
    assert len(chat.asked) == 160
    calibration_of("a", asking(chat), path, anew=True)
    assert len(chat.asked) == 240


def test_how_far_a_calibration_came_is_shown(tmp_path: Path) -> None:
    seen = Seen()
    calibration_of("a", asking(right()), tmp_path / "judges.json", progress=seen)
    assert seen.tasks == [("labelled answers", 40, "answers")]
    assert (len(seen.advanced), sum(seen.advanced)) == (10, 40)


@pytest.mark.parametrize("age", [KEPT_S + 1, -60.0], ids=["a week old", "from the future"])
def test_what_is_too_old_is_found_anew(tmp_path: Path, age: float) -> None:
    path = tmp_path / "judges.json"
    calibration_of("a", asking(right()), path)
    kept = orjson.loads(path.read_bytes())
    for entry in kept.values():
        entry["at"] = time.time() - age
    path.write_bytes(orjson.dumps(kept))
    chat = right()
    calibration_of("a", asking(chat), path)
    assert len(chat.asked) == 80


@pytest.mark.parametrize("content", [b"", b"[]", b"{torn", b"\xff", b'{"%s": {}}', b'{"%s": 3}'])
def test_a_damaged_file_only_costs_the_calls(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "judges.json"
    calibration_of("a", asking(right()), path)
    key = next(iter(orjson.loads(path.read_bytes()))).encode()
    path.write_bytes(content.replace(b"%s", key))
    chat = right()
    assert calibration_of("a", asking(chat), path).trusted
    assert len(chat.asked) == 80


def test_what_cannot_be_kept_is_found_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    found = calibration_of("a", asking(right()), tmp_path / "file/judges.json")
    assert (found.trusted, found.calls) == (True, 80)


def test_a_judge_that_does_not_reply_is_not_called_unable(tmp_path: Path) -> None:
    gone = Scripted(script=lambda _: ModelUnavailableError("The server is gone."))
    with pytest.raises(UserError, match="The server is gone") as caught:
        calibration_of("a", asking(gone), tmp_path / "judges.json")
    assert caught.value.exit_code == 1
    assert not (tmp_path / "judges.json").exists()


def test_a_judge_that_guesses_leaves_no_guard_or_the_classifier_alone() -> None:
    poor, good = calibrate(asking(guessing())), calibrate(asking(right()))
    for kind in ("self-check", "classifier", "both"):
        assert believed(kind, good) == (kind, "")
    with pytest.raises(ConfigurationError, match=r"cannot judge.*precision 0\.00") as caught:
        believed("self-check", poor)
    assert "'classifier'" in caught.value.fix
    left, said = believed("both", poor)
    assert left == "classifier"
    assert "cannot judge" in said
    assert "the classifier guards alone" in said
    assert believed("classifier", poor) == ("classifier", "")
