import threading

import pytest

from curation.korean import content_morphemes, sentence_spans, tagged_content


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
