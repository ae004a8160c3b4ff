import subprocess
import sys
import threading

import pytest

from curation.korean import (
    analyses,
    content_morphemes,
    is_syllable,
    kiwi_versions,
    sentence_spans,
    spelled,
    tagged_content,
)


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("연차 휴가는 15일입니다.", ["연차", "휴가", "15", "일"]),
        ("VPN에 접속했다", ["vpn", "접속"]),
        ("문의: Help@Malmoi.kr", ["문의", "help@malmoi.kr"]),
        ("2024. 5. 1. 시행", ["2024.5.1.", "시행"]),
        ("", []),
        (" \n\t", []),
        ("ㅋㅋㅋ!!! 😀", []),
    ],
)
def test_content_morphemes_hold_no_particles_endings_or_white_space(text, forms):
    assert content_morphemes([text]) == [forms]


def test_irregular_verbs_carry_the_plain_tag():
    assert tagged_content(["집을 지었다"]) == [[("집", "NNG"), ("짓", "VV")]]


def test_no_texts_no_work():
    assert content_morphemes([]) == []
    assert sentence_spans([]) == []


def test_sentences_end_where_their_text_ends():
    text = "휴가는 2024. 5. 1.부터다. 신청은 포털에서 한다!  끝"

    assert [text[start:end] for start, end in sentence_spans([text])[0]] == [
        "휴가는 2024. 5. 1.부터다.",
        "신청은 포털에서 한다!",
        "끝",
    ]


def test_a_word_that_kiwi_does_not_know_is_not_cut():
    text = "휴가다. 𠮷은 좋다."

    assert [text[start:end] for start, end in sentence_spans([text])[0]][-1].endswith("𠮷은 좋다.")


def test_threads_share_the_one_model():
    texts = ["연차 휴가는 15일입니다."] * 20
    found: list[list[list[str]]] = []
    threads = [threading.Thread(target=lambda: found.append(content_morphemes(texts))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [[["연차", "휴가", "15", "일"]] * 20] * 4


def test_analyses_stand_where_their_text_stands():
    texts = ["😀 𠮷 밥을 했다.", "", "\n", "그렇게 됬다 ㅋㅋ"]

    found = list(analyses(texts))

    assert [
        [(m.form, text[m.start : m.end]) for m in morphemes]
        for text, morphemes in zip(texts, found, strict=True)
    ] == [
        [
            ("😀", "😀"),
            ("𠮷", "𠮷"),
            ("밥", "밥"),
            ("을", "을"),
            ("하", "했"),
            ("었", "했"),
            ("다", "다"),
            (".", "."),
        ],
        [],
        [],
        [("그렇", "그렇"), ("게", "게"), ("되", "됬"), ("었", "됬"), ("다", "다"), ("ㅋㅋ", "ㅋㅋ")],
    ]
    assert all(morpheme.score < 0 for morphemes in found for morpheme in morphemes)


def test_analyses_are_the_same_alone_and_in_any_company():
    texts = ["재밋게 봤다.", "연차 휴가는 15일입니다.", "갉뷁꽯", "나는학교에 갔다."]

    def readings(batch):
        return [[(m.form, m.tag, m.start, m.score) for m in morphemes] for morphemes in analyses(batch)]

    alone = [readings([text])[0] for text in texts]

    assert readings(texts) == alone
    assert readings(texts * 50) == alone * 50


def test_few_texts_are_read_ahead():
    asked = 0

    def texts():
        nonlocal asked
        for _ in range(500):
            asked += 1
            yield "연차 휴가는 15일입니다."

    ahead = [asked - done for done, _ in enumerate(analyses(texts()))]

    assert len(ahead) == 500
    assert max(ahead) <= 64


def test_typing_errors_are_corrected_on_demand_only():
    assert [m.form for m in next(iter(analyses(["재밋다"])))] != ["재밌", "다"]
    (morphemes,) = analyses(["재밋다"], typos=True)
    assert [(m.form, m.typo_cost > 0) for m in morphemes] == [("재밌", True), ("다", False)]


def test_morphemes_are_contracted_when_written():
    assert spelled([("하", "VV"), ("었", "EP"), ("다", "EF")]) == "했다"
    assert spelled([("밥", "NNG"), ("을", "JKO")]) == "밥을"


@pytest.mark.parametrize(("char", "expected"), [("가", True), ("힣", True), ("ㄱ", False), ("a", False)])
def test_syllables_are_whole(char, expected):
    assert is_syllable(char) is expected


def test_versions_are_those_of_what_is_imported():
    import kiwipiepy
    import kiwipiepy_model

    assert kiwi_versions() == {
        "kiwipiepy": kiwipiepy.__version__,
        "kiwipiepy_model": kiwipiepy_model.__version__,
    }


def test_kiwi_is_loaded_when_it_is_asked_and_not_before():
    code = (
        "import sys\n"
        "from curation.korean import content_morphemes, kiwi_versions\n"
        "kiwi_versions(), content_morphemes([])\n"
        "print('kiwipiepy' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
