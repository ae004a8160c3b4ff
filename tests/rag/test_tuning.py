import inspect
import shutil

import numpy as np
import pytest

from rag.answer import CitedAnswerer
from rag.evaluation.questions import Question
from rag.fusion import dense_weight
from rag.ranking import Found, by_words, rank
from rag.search import open_index
from rag.settings import Ranking
from rag.stores.base import Stored
from rag.tuning import _OF_AN_ANSWER, _settings, _tried, apply, fit, tune
from rag.types import Passage

PRESENT = Ranking(
    k1=1.2, b=0.75, coverage_low=0.25, coverage_high=0.55, dense_least=0.25, dense_most=0.95, gate=0.6
)
RIGHT = "맞다"


def _stored(name, lexical):
    return Stored(Passage(name, name, "", "", lexical, 0, len(lexical)), lexical)


def _found(lexical, cosines):
    """What was found for the query ``ㄱ ㄴ ㄷ ㄹ``, all its terms equally rare."""
    terms = ("ㄱ", "ㄴ", "ㄷ", "ㄹ")
    weights = dict.fromkeys(terms, 1.0)
    passages = {name: _stored(name, text) for name, text in lexical.items()}
    return Found(passages, weights, 4.0, cosines, terms, terms, weights)


def _fit(found_for, present=PRESENT):
    """Fit to ``(found, answerable)`` of each question; ``맞다`` answers it."""
    found = {f"질문 {at}": one for at, (one, _) in enumerate(found_for)}
    questions = [
        Question(query=f"질문 {at}", relevant=(RIGHT,) if answerable else (), answerable=answerable)
        for at, (_, answerable) in enumerate(found_for)
    ]
    return fit(questions, lambda question: found[question.query], present)


def _words_are_right(random):
    """All of the query's terms were found in words: nearness misleads."""
    others = {f"다른 {at}": f"ㄱ ㄴ {'ㅁ ' * 2}" for at in range(8)}
    near = {name: 0.8 + random.random() / 10 for name in others}
    return _found({RIGHT: "ㄱ ㄴ ㄷ ㄹ", **others}, {RIGHT: 0.7, **near})


def _meaning_is_right(random):
    """Three of four terms were found, in a passage about something else: words mislead."""
    others = {f"다른 {at}": "ㄱ ㄴ ㄷ ㅁ" for at in range(8)}
    far = {name: 0.7 + random.random() / 10 for name in others}
    return _found({RIGHT: "ㅂ ㅅ ㅇ ㄱ", **others}, {RIGHT: 0.9, **far})


def test_it_finds_the_weights_that_the_questions_want():
    random = np.random.default_rng(1)
    cases = [(_words_are_right(random), True) for _ in range(30)]
    cases += [(_meaning_is_right(random), True) for _ in range(30)]
    tuning = _fit(cases)
    # At a coverage of .75 the present settings go by words; meaning is right there, and at 1 it is not.
    assert dense_weight(0.75, PRESENT) == 0.25
    fitted = tuning.settings()
    assert dense_weight(0.75, fitted) > 0.6
    assert dense_weight(1.0, fitted) < 0.5
    assert tuning.ranking.is_real
    assert tuning.ranking.difference.b == pytest.approx(1.0)
    assert tuning.ranking.difference.a < 0.7
    assert fitted.gate == PRESENT.gate


def test_it_finds_how_much_length_counts():
    # The right passage is long and repeats nothing; a norm by length puts it last.
    long = "ㄱ ㄴ " + "ㅁ " * 40
    found = _found({RIGHT: long, **{f"다른 {at}": "ㄱ ㅁ" for at in range(5)}}, {})
    present = PRESENT.model_copy(update={"b": 1.0, "k1": 2.2})
    assert rank(found, present, 1)[0].passage.doc_id != RIGHT
    tuning = _fit([(found, True)] * 20, present)
    assert tuning.ranking.is_real
    assert tuning.settings().b < 1
    assert rank(found, tuning.settings(), 1)[0].passage.doc_id == RIGHT


def _noise(random):
    terms = list("ㄱㄴㄷㄹㅁㅂ")
    names = [RIGHT, *(f"다른 {at}" for at in range(19))]
    lexical = {name: " ".join(random.choice(terms, random.integers(2, 9))) for name in names}
    return _found(lexical, {name: float(random.random()) for name in names})


def test_noise_is_no_gain():
    real = 0
    for seed in range(5):
        random = np.random.default_rng(seed)
        tuning = _fit([(_noise(random), True) for _ in range(40)])
        # The best of 500 settings looks better on the questions that it was chosen on.
        real += tuning.is_real
        if not tuning.is_real:
            assert tuning.settings() == PRESENT
            assert tuning.settings(force=True) != PRESENT
    assert real <= 1


def test_settings_that_cannot_be_bettered_stay():
    found = _found({RIGHT: "ㄱ ㄴ ㄷ ㄹ", "다른": "ㅁ ㅂ"}, {RIGHT: 0.9, "다른": 0.1})
    tuning = _fit([(found, True)] * 25)
    assert not tuning.is_real
    assert tuning.settings(force=True) == PRESENT


@pytest.mark.parametrize("seed", range(3))
def test_what_is_tried_ranks_as_a_search_does(seed):
    random = np.random.default_rng(seed)
    found = _noise(random)
    question = Question(query="q", relevant=(RIGHT,))
    settings = random.permutation(_settings(PRESENT))[:40]
    gains, covered = _tried(found, question, settings)
    for at, ranking in enumerate(settings):
        hits = rank(found, ranking, 50)
        place = [hit.passage.doc_id for hit in hits].index(RIGHT) + 1
        assert gains[at] == pytest.approx(1 / np.log2(place + 1) if place <= 10 else 0)
        assert covered[at] == max(hit.coverage for hit in hits[:_OF_AN_ANSWER])
    given = inspect.signature(CitedAnswerer).parameters["passages"].default
    assert given == _OF_AN_ANSWER


def test_a_query_without_a_word_in_common_is_ranked_by_meaning():
    found = _found({RIGHT: "ㅁ", "다른": "ㅂ"}, {RIGHT: 0.9, "다른": 0.1})
    assert by_words(found, PRESENT) == ({}, 0.0)
    assert rank(found, PRESENT, 1)[0].passage.doc_id == RIGHT


def _covering(terms):
    return _found({RIGHT: " ".join("ㄱㄴㄷㄹ"[:terms])}, {})


def test_the_gate_parts_what_can_be_answered_from_what_cannot():
    # Answerable questions are covered by half and more, the others by a quarter and less.
    cases = [(_covering(2 + at % 3), True) for at in range(40)]
    cases += [(_covering(at % 2), False) for at in range(12)]
    tuning = _fit(cases)
    assert tuning.gate.is_real
    assert not tuning.ranking.is_real
    assert 0.25 < tuning.settings().gate <= 0.5
    assert tuning.gate.difference.b == pytest.approx(1.0)
    # A third of the answerable ones was refused, and they weigh half of all.
    assert tuning.gate.difference.a == pytest.approx((26 / 40 + 1) / 2)
    assert tuning.settings().k1 == PRESENT.k1


def test_a_gate_is_not_fitted_to_noise():
    random = np.random.default_rng(5)
    cases = [(_covering(int(random.integers(0, 5))), at % 2 == 0) for at in range(60)]
    assert not _fit(cases).gate.is_real


def test_too_few_questions_are_said():
    tuning = _fit([(_covering(4), True)] * 19 + [(_covering(1), False)] * 9)
    assert (tuning.ranking.questions, tuning.ranking.difference) == (19, None)
    assert (tuning.unanswerable, tuning.gate.difference) == (9, None)
    assert tuning.settings(force=True) == PRESENT
    assert tuning.as_json()["ranking"] == {"questions": 19, "is_real": False, "difference": None}


def test_an_index_is_tuned_and_ranks_so_from_now_on(handbook, tmp_path):
    folder = tmp_path / "index"
    shutil.copytree(handbook, folder)
    asked = {"연차는 며칠인가요?": "연차.md", "급여는 언제 들어오나요?": "급여.md"}
    questions = [Question(query=one, relevant=(name,)) for one, name in asked.items()] * 10
    index = open_index(folder)
    tuning = tune(index, questions)
    assert tuning.ranking.difference.a == 1.0
    assert not tuning.is_real
    changed = tuning.present.model_copy(update={"gate": 0.45, "k1": 2.0})
    apply(folder, changed)
    assert index.ranking == open_index(folder).ranking == changed
