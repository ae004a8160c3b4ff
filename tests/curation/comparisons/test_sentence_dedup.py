"""Repeated sentences: cut everywhere but in the first document, and never lost."""

import itertools
import random
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from curation.comparisons.sentence_dedup import SENTENCE_DEDUP
from curation.dedup import repeated_sentences
from curation.steps.sentence_dedup import SentenceDedupParams
from tests.curation.comparisons.batches import batch_of, decide, prepare, room_of

NOTICE = "이 글의 무단 전재와 재배포를 금합니다."
SMALL = SentenceDedupParams(min_documents=2, min_characters=5, min_rest=3)


def after(texts: list[str], found: list[dict[str, Any]]) -> list[str | None]:
    """Give the texts as they are after the decisions; None where one was dropped."""
    result: list[str | None] = list(texts)
    for row in found:
        text = texts[row["_order"]]
        if row["reason"] is not None:
            assert row["cut"] is None
            result[row["_order"]] = None
            continue
        ends = 0
        rest = ""
        for span in row["cut"]:
            assert ends <= span["start"] < span["end"] <= len(text)
            rest += text[ends : span["start"]]
            ends = span["end"]
        result[row["_order"]] = rest + text[ends:]
    return result


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], []),
        (["", " ", "\n"], ["", " ", "\n"]),
        (["처음 글이다. " + NOTICE, "둘째 글이다. " + NOTICE], ["처음 글이다. " + NOTICE, "둘째 글이다."]),
        ([NOTICE + "\n처음 글", NOTICE + "\n둘째 글"], [NOTICE + "\n처음 글", "둘째 글"]),
        (
            ["가나 글.\n\n" + NOTICE + "\n\n다라 글.", "마바 글.\n\n" + NOTICE + "\n\n사아 글."],
            ["가나 글.\n\n" + NOTICE + "\n\n다라 글.", "마바 글.\n\n사아 글."],
        ),
        # Two neighbours leave as one span, at the end with the white space before them.
        (
            ["하나 둘 셋 넷. " + NOTICE, "다른 글.\n하나 둘 셋 넷. " + NOTICE],
            ["하나 둘 셋 넷. " + NOTICE, "다른 글."],
        ),
        # Another case or spacing is the same sentence; other words are not.
        (["ALL rights reserved.", "글이다. all  rights\treserved."], ["ALL rights reserved.", "글이다."]),
        (["좋은 글입니다.", "좋은 글입니다!"], ["좋은 글입니다.", "좋은 글입니다!"]),
        # Too short to count.
        (["끝. 첫째 글", "끝. 둘째 글"], ["끝. 첫째 글", "끝. 둘째 글"]),
        # Nothing is left.
        ([NOTICE, NOTICE, "ㅎ. " + NOTICE], [NOTICE, None, None]),
        # Repetition inside one document is not repetition across documents.
        ([NOTICE + " " + NOTICE, "다른 글"], [NOTICE + " " + NOTICE, "다른 글"]),
        ([NOTICE + " " + NOTICE, "다른 글. " + NOTICE + " " + NOTICE], [NOTICE + " " + NOTICE, "다른 글."]),
        (["😀😀 글이다. " + NOTICE, "😀𠀀 또 글. " + NOTICE], ["😀😀 글이다. " + NOTICE, "😀𠀀 또 글."]),
    ],
)
def test_what_is_left(texts: list[str], expected: list[str | None], tmp_path: Path) -> None:
    found = decide(SENTENCE_DEDUP, SMALL, [batch_of(texts)], tmp_path)
    assert after(texts, found) == expected


def test_so_many_documents_must_have_it(tmp_path: Path) -> None:
    params = SentenceDedupParams(min_documents=3, min_characters=15)
    texts = [f"{number}번째 글의 다른 내용이다. {NOTICE}" for number in range(3)]
    assert decide(SENTENCE_DEDUP, params, [batch_of([*texts[:2], texts[0]])], tmp_path) != []
    (tmp_path / "two").mkdir()
    assert decide(SENTENCE_DEDUP, params, [batch_of([*texts[:2], NOTICE[:12]])], tmp_path / "two") == []


def test_a_dropped_row_names_the_row_that_keeps_its_sentence(tmp_path: Path) -> None:
    texts = ["다른 글", "글이다. " + NOTICE, "ㅎ. " + NOTICE]
    (row,) = decide(SENTENCE_DEDUP, SMALL, [batch_of(texts)], tmp_path)
    assert (row["_order"], row["reason"], row["duplicate_of"]) == (2, "repeated_sentences", "id1")
    letters = len(NOTICE.replace(" ", ""))
    assert row["score"] == pytest.approx(letters / (letters + 2))


def test_scopes_and_other_kinds_are_left_alone(tmp_path: Path) -> None:
    texts = ["처음 글이다. " + NOTICE]
    batches = [
        batch_of(texts, scope="text/source/a"),
        batch_of(texts, 1, scope="text/source/b"),
        batch_of(texts, 2, kind="instruction", scope="text/source/a"),
        batch_of(texts, 3, kind="instruction", scope="text/source/a"),
    ]
    assert decide(SENTENCE_DEDUP, SMALL, batches, tmp_path) == []


SENTENCE = st.sampled_from(
    [f"{word} 문장 하나가 있다." for word in "가나다라마바"] + ["짧다.", "끝.", NOTICE]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    documents=st.lists(st.lists(SENTENCE, max_size=5), max_size=8),
    min_documents=st.integers(2, 3),
    joined=st.sampled_from([" ", "\n", "\n\n "]),
)
def test_every_sentence_stays_somewhere(
    documents: list[list[str]],
    min_documents: int,
    joined: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    params = SentenceDedupParams(min_documents=min_documents, min_characters=8, min_rest=8)
    texts = [joined.join(sentences) for sentences in documents]
    found = decide(SENTENCE_DEDUP, params, [batch_of(texts)], tmp_path_factory.mktemp("x"))
    rest = after(texts, found)
    for sentence in {sentence for sentences in documents for sentence in sentences if len(sentence) > 9}:
        before = [number for number, sentences in enumerate(documents) if sentence in sentences]
        now = [number for number, text in enumerate(rest) if text is not None and sentence in text]
        assert now == (before if len(before) < min_documents else before[:1])
    for text, sentences in zip(rest, documents, strict=True):
        if text is not None and text != joined.join(sentences):
            assert text == text.strip()
            assert len("".join(text.split())) >= params.min_rest


def corpus() -> list[str]:
    choose = random.Random(2)
    pool = [f"{number}번 문장은 여기저기에 나온다." for number in range(200)]
    return ["\n".join(choose.choices(pool, k=choose.randint(0, 6))) for _ in range(300)]


def test_files_make_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = corpus()
    whole = decide(SENTENCE_DEDUP, SMALL, [batch_of(texts)], tmp_path)
    bounds = [0, 1, 1, 50, 200, 201, 290, 300]
    batches = [batch_of(texts[start:end], start) for start, end in itertools.pairwise(bounds)]
    assert decide(SENTENCE_DEDUP, SMALL, batches, tmp_path) == whole
    monkeypatch.setattr(repeated_sentences, "ENTRIES_AT_ONCE", 40)
    assert decide(SENTENCE_DEDUP, SMALL, batches, tmp_path) == whole
    assert len(whole) > 100
    assert not list((tmp_path / "scratch").glob("sentences.*"))


def test_memory_does_not_grow_with_the_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated_sentences, "ENTRIES_AT_ONCE", 4_000)
    peaks = []
    for files in (10, 60):
        folder = tmp_path / str(files)
        folder.mkdir()
        batches = [
            batch_of([f"{row}번 글의 문장 {n}\n{n}번 공지가 또 나온다" for n in range(500)], 500 * row)
            for row in range(files)
        ]
        paths = prepare(SENTENCE_DEDUP, SMALL, batches, folder)
        tracemalloc.start()
        cut = sum(table.num_rows for table in SENTENCE_DEDUP.decide(SMALL, paths, room_of(folder)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert cut == 500 * (files - 1)
    assert peaks[1] < 2 * peaks[0]


@pytest.mark.parametrize(
    "params", [{"min_rest": 30}, {"min_documents": 1}, {"min_characters": 0}, {"unknown": 1}], ids=str
)
def test_parameters_that_make_no_sense(params: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        SentenceDedupParams(**params)  # type: ignore[arg-type]
