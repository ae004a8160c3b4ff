"""The step: what is flagged is tagged, dropped, or the only thing that stays."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from curation.errors import ConfigurationError
from curation.safety.model import SafetyModel, load, save
from curation.steps.base import Drop, Given, Keep, Outcome
from curation.steps.safety import SAFETY, SafetyParams

RUDE = "옆집 가수는 아무리 봐도 멍텅구리라서 말이 안 통한다"


def params(**keys: Any) -> SafetyParams:
    return SafetyParams.model_validate_json(orjson.dumps(keys))


def judged(texts: list[str], given: Given | None = None, **keys: Any) -> list[Outcome]:
    assert SAFETY.make is not None
    return list(SAFETY.make(params(**keys), given or Given())(texts))


@pytest.fixture
def given(model: SafetyModel, tmp_path: Path) -> Given:
    save(model, tmp_path / "small.npz")
    return Given(files={"models/small.npz": tmp_path / "small.npz"})


def test_words_are_tagged_and_clean_texts_pass_untouched() -> None:
    clean, foul = judged(["오늘은 맑다", "씨발 저 틀딱 씨발"])
    assert clean == "오늘은 맑다"
    assert foul == Keep(
        "씨발 저 틀딱 씨발",
        score=1.0,
        counts={"keywords/profanity": 2, "keywords/slur.age": 1},
        tags={"safety.profanity": 1.0, "safety.slur.age": 1.0},
    )


@pytest.mark.parametrize(
    ("keys", "text", "expected"),
    [
        ({"action": "drop"}, "씨발", Drop("profanity", 1.0, "profanity 1 (씨발)")),
        ({"action": "drop"}, "맑다", "맑다"),
        ({"action": "only"}, "맑다", Drop("not_flagged")),
        ({"categories": ["slur"]}, "씨발", "씨발"),
        (
            {"categories": ["slur"], "action": "drop"},
            "짱깨",
            Drop("slur.origin", 1.0, "slur.origin 1 (짱깨)"),
        ),
        ({"categories": ["slur.gender"]}, "짱깨", "짱깨"),
        ({"allow": ["씨발 라면"]}, "씨발라면", "씨발라면"),
        (
            {"words": ["멍텅구리"], "action": "drop"},
            "멍텅구리",
            Drop("profanity", 1.0, "profanity 1 (멍텅구리)"),
        ),
        ({"words": {"rude": ["멍텅구리"]}, "categories": {"rude": None}}, "씨발", "씨발"),
    ],
)
def test_keywords(keys: dict[str, Any], text: str, expected: Outcome) -> None:
    assert judged([text], **keys) == [expected]


def test_only_keeps_what_is_flagged_with_its_tags() -> None:
    assert judged(["지랄"], action="only") == [
        Keep("지랄", score=1.0, counts={"keywords/profanity": 1}, tags={"safety.profanity": 1.0})
    ]


def test_the_classifier_tags_with_its_score(given: Given) -> None:
    rude, kind = judged([RUDE, "버스 기사는 새 책을 읽고 있다"], given, model="models/small.npz")
    assert isinstance(rude, Keep)
    assert isinstance(kind, Keep)
    assert rude.tags == {"safety.rude": rude.score}
    assert rude.counts == {"classifier/rude": 1}
    assert kind.tags == {}
    assert 0 < (kind.score or 0) < (rude.score or 0) <= 1


def test_a_threshold_of_the_recipe_wins(given: Given) -> None:
    text = RUDE
    keys = {"model": "models/small.npz", "action": "drop"}
    assert isinstance(judged([text], given, categories={"rude": None}, **keys)[0], Drop)
    assert isinstance(judged([text], given, categories={"rude": 1.0}, **keys)[0], Keep)


def test_the_highest_score_of_both_layers_decides(given: Given) -> None:
    (dropped,) = judged([f"{RUDE} 병신아"], given, model="models/small.npz", action="drop")
    assert isinstance(dropped, Drop)
    assert (dropped.reason, dropped.score) == ("profanity", 1.0)
    assert dropped.detail is not None
    assert "rude 0." in dropped.detail


def test_the_outcome_does_not_depend_on_the_batch(given: Given) -> None:
    texts = [RUDE, "버스가 왔다", "지랄", ""] * 2
    keys = {"model": "models/small.npz"}
    assert judged(texts, given, **keys) == [judged([text], given, **keys)[0] for text in texts]


def test_a_model_makes_a_need_and_facts_for_the_manifest(given: Given) -> None:
    with_model = params(model="models/small.npz")
    assert SAFETY.needs is not None
    assert SAFETY.about is not None
    assert SAFETY.needs(with_model).files == ("models/small.npz",)
    assert SAFETY.needs(params()).files == ()
    facts = SAFETY.about(with_model, given)
    assert facts["model"] == load(given.files["models/small.npz"]).sha256
    assert facts["categories"]["rude"]["test"]["own"]["support"] > 0
    assert [source["licence"] for source in facts["trained_on"]] == ["CC0-1.0"] * 4
    assert set(facts["thresholds"]) == {"rude"}
    assert orjson.dumps(facts)
    assert SAFETY.about(params(), Given()) == {}


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"layers": ["classifier"]}, "needs a model"),
        ({"layers": ["keywords"], "model": "m.npz"}, "not among the layers"),
        ({"layers": []}, "at least 1"),
        ({"model": "../m.npz"}, "relative to the data folder"),
        ({"categories": ["profane"]}, "did you mean 'profanity'"),
        ({"categories": ["slur.o"]}, "unknown category"),
        ({"categories": {"profanity": 2}}, "between 0 and 1"),
        ({"words": [" "]}, "found everywhere"),
        ({"allow": ["^"]}, "found everywhere"),
        ({"action": "delete"}, "'tag', 'drop' or 'only'"),
        ({"threshold": 1}, "Extra inputs"),
    ],
)
def test_wrong_parameters(keys: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        params(**keys)


def test_a_category_that_neither_words_nor_model_know(given: Given) -> None:
    with pytest.raises(ConfigurationError, match="unknown category 'rudee', did you mean 'rude'"):
        judged([], given, model="models/small.npz", categories=["rudee"])


def test_judging_needs_no_scikit_learn(given: Given) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from curation.steps.base import Given\n"
        "from curation.steps.safety import SAFETY, SafetyParams\n"
        "heavy = {'kiwipiepy', 'sklearn', 'scipy'}\n"
        "before = sorted(heavy & set(sys.modules))\n"
        "given = Given(files={'m': Path(sys.argv[1])})\n"
        "SAFETY.make(SafetyParams(model='m'), given)(['멍텅구리'])\n"
        "print(before, sorted(heavy & set(sys.modules)))\n"
    )
    path = str(given.files["models/small.npz"])
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert done.stdout == "[] ['kiwipiepy']\n"


@pytest.mark.parametrize(
    ("file", "most"),
    [
        ("kobest/HellaSwag_dev.tsv", 0),
        ("kobest/COPA_dev.tsv", 0),
        ("kornlu/xnli.dev.ko.tsv", 0),
        ("parakqc/paraKQC_v1.txt", 0),
        ("kobest/WiC_dev.tsv", 1),  # the column that names the word looked up
        ("petitions/petitions_2017-08", 4),  # read: all of them quote or use the word
    ],
)
def test_words_in_ordinary_text(corpora: Path, file: str, most: int) -> None:
    """Lines of corpora without harm; korcen flags 41 of the petitions."""
    lines = (corpora / file).read_text(encoding="utf-8").splitlines()
    assert sum(not isinstance(outcome, str) for outcome in judged(lines)) <= most
