import random
from pathlib import Path

import pytest
from pydantic import ValidationError

from curation.steps.base import Drop, Given, Keep
from curation.steps.boilerplate import BOILERPLATE, BoilerplateParams
from curation.steps.quality import QUALITY, QualityParams

KOBEST = Path(__file__).parents[3] / "shared/corpora/kobest/BoolQ_dev.tsv"
PROSE = "연차 휴가는 한 달을 일할 때마다 하루씩 생기고, 쓰지 않은 휴가는 다음 해로 넘어가지 않는다."
NONSENSE = "휴뷁꽯 갉는 쫢달을 뿕슭할 뀅마쒧 걁루씩 뷁기고, 쓰궯 않쀍 휴뒑는 뷟음 해로 갋어가쥡 않뙓다."


def judged(*texts: str, **params: object) -> list[object]:
    judge = QUALITY.make(QualityParams.model_validate(params), Given())
    return list(judge(texts))


def score_of(text: str) -> float:
    (kept,) = judged(text)
    assert isinstance(kept, Keep)
    return kept.tags["quality"]


def test_a_text_is_kept_as_it_is_with_its_measures():
    (kept,) = judged(PROSE)

    assert kept.text == PROSE
    assert not kept.rewritten
    assert kept.score == kept.tags["quality"] > 0.85
    assert kept.tags == {
        "quality": kept.score,
        "quality.fluency": pytest.approx(-3.3, abs=0.5),
        "quality.unknown": 0.0,
        "quality.foreign": 0.0,
        "quality.function": pytest.approx(0.35, abs=0.1),
        "quality.spacing_errors": 0.0,
        "quality.boilerplate": 0.0,
    }
    assert all(value == round(value, 3) for value in kept.tags.values())


@pytest.mark.parametrize(
    ("text", "params", "expected"),
    [
        (PROSE, {"min_fluency": -7, "min_score": 0.5}, None),
        (NONSENSE, {"min_fluency": -7}, "not_fluent"),
        (NONSENSE, {"max_unknown": 0.2}, "unknown_words"),
        (NONSENSE, {"min_score": 0.3}, "low_quality"),
        ("나는학교에 가서할수있는 일 을 했다.", {"max_spacing_errors": 0.2}, "spacing_errors"),
        ("비가 왔다.\n홍길동 기자\n댓글 3", {"max_boilerplate": 0.4}, "boilerplate"),
        ("쫢뿕", {"min_fluency": -7}, None),  # too little to judge
        ("123 456", {"min_fluency": -7}, None),
        ("", {"min_fluency": -7, "min_score": 0.9, "max_unknown": 0}, None),
    ],
)
def test_limits_drop_or_tag(text, params, expected):
    (dropped,) = judged(text, **params, action="drop")
    (tagged,) = judged(text, **params)

    assert tagged.tags.get("quality.fault") == expected
    if expected is None:
        assert isinstance(dropped, Keep)
    else:
        assert isinstance(dropped, Drop)
        assert dropped.reason == expected
        assert dropped.score is not None


def test_a_score_falls_with_every_fault():
    words = PROSE.split()
    random.Random(1).shuffle(words)
    faults = {
        "words in disorder": " ".join(words),
        "no spaces": PROSE.replace(" ", ""),
        "single letters": " ".join(PROSE.replace(" ", "")),
        "menus": f"{PROSE}\n홍길동 기자 hong@malmoi.kr\n댓글 12개\n이전글 | 다음글 | 목록",
        "keywords": "연차 휴가 하루 다음 해 회사 부서 근무 신청 승인",
        "nonsense": NONSENSE,
        "mojibake": PROSE.encode().decode("latin-1"),
    }

    scores = {fault: score_of(text) for fault, text in faults.items()}

    assert all(score < score_of(PROSE) - 0.1 for score in scores.values()), scores
    assert scores["nonsense"] < 0.1
    assert scores["mojibake"] < 0.1


def test_the_outcome_does_not_depend_on_the_batch():
    texts = [PROSE, NONSENSE, "나는학교에 갔다.", "", "😀 𠮷", "English only"] * 7

    assert judged(*texts) == [outcome for text in texts for outcome in judged(text)]


def test_a_long_text_is_judged_by_three_parts():
    long = "\n".join([PROSE] * 300)
    worse = "\n".join([PROSE] * 100 + [NONSENSE] * 100 + [PROSE] * 100)

    assert judged(long, max_characters=600)[0].score == pytest.approx(score_of(PROSE), abs=0.1)
    assert judged(worse, max_characters=600)[0].score < judged(long, max_characters=600)[0].score - 0.2


@pytest.mark.parametrize(
    "params", [{"action": "drop"}, {"min_fluency": 1}, {"min_score": 2}, {"max_characters": 10}, {"floor": 1}]
)
def test_parameters_that_make_no_sense_are_refused(params):
    with pytest.raises(ValidationError):
        QualityParams.model_validate(params)


@pytest.mark.skipif(not KOBEST.is_file(), reason="the public corpora are not beside the clone")
def test_edited_prose_scores_above_its_own_disorder():
    lines = KOBEST.read_text(encoding="utf-8").splitlines()[1:]
    prose = list(dict.fromkeys(line.split("\t")[1] for line in lines))[:80]
    shuffled = random.Random(5)

    def disordered(text: str) -> str:
        words = text.split()
        shuffled.shuffle(words)
        return " ".join(words)

    good = sorted(outcome.score for outcome in judged(*prose))
    bad = [outcome.score for outcome in judged(*map(disordered, prose))]

    # Area under the ROC curve: the share of pairs in which the prose scores higher.
    pairs = sum(one > other for one in good for other in bad) / (len(good) * len(bad))
    assert pairs > 0.9
    assert good[len(good) // 20] > 0.6


@pytest.mark.parametrize(
    ("action", "text", "expected"),
    [
        ("cut", "비가 왔다.\n홍길동 기자", Keep("비가 왔다.", 0.5, {"found": 1}, rewritten=True)),
        ("cut", "홍길동 기자", Drop("boilerplate", 1.0, "홍길동 기자")),
        (
            "tag",
            "비가 왔다.\n홍길동 기자",
            Keep("비가 왔다.\n홍길동 기자", 0.5, {"found": 1}, {"boilerplate": 0.5}),
        ),
        ("drop", "비가 와.\n홍길동 기자", Drop("boilerplate", 0.5556, "홍길동 기자")),
        (
            "drop",
            "비가 왔다. 오늘도 왔다.\n홍길동 기자",
            Keep("비가 왔다. 오늘도 왔다.\n홍길동 기자", 0.3125, {"found": 1}, {"boilerplate": 0.3125}),
        ),
        ("drop", "비가 왔다.", "비가 왔다."),
    ],
)
def test_boilerplate_is_cut_tagged_or_a_reason_to_drop(action, text, expected):
    assert BOILERPLATE.make(BoilerplateParams(action=action), Given())([text]) == [expected]
