"""A small labelled corpus of our own, its training recipe, and the model that comes of it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import orjson
import pytest

from curation.safety.model import SafetyModel
from curation.safety.training import train
from curation.safety.training_recipe import TrainingRecipe

# A made-up tongue of rudeness: the tests need a category that can be learned, not an insult.
WHO = ("옆집 사람은", "우리 반장은", "어제 온 손님은", "그 가수는", "버스 기사는", "동네 주민은", "저 배우는")
RUDE = (
    "멍텅구리라서 말이 안 통한다",
    "멍텅구리처럼 웃기만 한다",
    "아무리 봐도 멍텅구리다",
    "멍텅구리니 피해라",
)
KIND = ("아침마다 공원을 걷는다", "김치찌개를 좋아한다", "새 책을 읽고 있다", "두 시에 역에 왔다")
TESTS = {"이 가수는 멍텅구리라서 말이 없다": True, "배우는 두 시에 왔다": False, "책을 읽고 있다": False}
PLACES = ("부산", "광장", "시장", "학교", "집", "역", "숲", "강가")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one labelled corpus and two files of harmless texts."""
    folder = tmp_path_factory.mktemp("corpora")
    rows = [
        {"text": f"{who} {what}", "labels": {"rude": what in RUDE}, "group": f"{who}{number // 2}"}
        for who in WHO
        for number, what in enumerate(RUDE + KIND)
    ]
    _write(folder / "labelled.jsonl", rows)
    tests = [{"text": text, "labels": {"rude": rude}} for text, rude in TESTS.items()]
    _write(folder / "test.jsonl", tests)
    _write(folder / "plain.jsonl", [{"text": f"{place} 날씨가 맑다고 한다"} for place in PLACES])
    _write(folder / "clean.jsonl", [{"text": f"{place}에서 기차를 기다렸다"} for place in PLACES])
    return folder


def _write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))


@pytest.fixture(scope="session")
def recipe_of() -> Callable[..., TrainingRecipe]:
    """Build a training recipe over those files; keys replace its own."""

    def build(**keys: object) -> TrainingRecipe:
        plain = {"reader": "jsonl", "licence": "CC0-1.0"}
        parts: dict[str, object] = {
            "name": "small",
            "corpora": [
                {
                    "name": "own",
                    "format": "jsonl",
                    "train": "labelled.jsonl",
                    "test": "test.jsonl",
                    "licence": "CC0-1.0",
                }
            ],
            "background": [plain | {"name": "plain", "path": "plain.jsonl"}],
            "clean": [plain | {"name": "clean", "path": "clean.jsonl"}],
            "features": {"bits": 14, "morphemes": True},
            "folds": 3,
        }
        return TrainingRecipe.model_validate(parts | keys)

    return build


@pytest.fixture(scope="session")
def model(small: Path, recipe_of: Callable[..., TrainingRecipe]) -> SafetyModel:
    """The model of that recipe."""
    return train(recipe_of(), small)
