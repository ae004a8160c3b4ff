"""Decontamination: which evaluation items a text contains, and what never counts as containing one."""

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from curation.errors import ConfigurationError
from curation.overlap import Rules, boilerplate, overlaps, prepare
from curation.overlap.boilerplate import usual_places
from curation.overlap.folding import composed, fold
from curation.overlap.items import gather
from curation.steps.base import Drop, Given, Keep, Outcome
from curation.steps.decontaminate import DECONTAMINATE, DecontaminateParams

CORPORA = Path(__file__).parents[2].parent / "shared/corpora"

PASSAGE = (
    "구름 마을 도서관은 매주 수요일 저녁에 동화 읽기 모임을 연다. 참가자는 번갈아 가며 "
    "한 쪽씩 읽고, 다 읽은 뒤에는 차를 마시며 이야기를 나눈다."
)
QUESTION = "동화 읽기 모임은 언제 열리나요?"
SHORT = "오늘 점심은 무엇을 먹을까요?\n아니오"


@pytest.fixture
def judge(tmp_path: Path):
    """Judge texts against one set of items, or several by name."""

    def run(
        items: Sequence[str] | dict[str, Sequence[str]], texts: Sequence[str], **params: object
    ) -> Sequence[Outcome]:
        sets = items if isinstance(items, dict) else {"quiz": items}
        given = Given(evaluation_sets={name: [write(tmp_path, name, rows)] for name, rows in sets.items()})
        assert DECONTAMINATE.make is not None
        chosen = DecontaminateParams.model_validate_json(json.dumps({"against": list(sets), **params}))
        return DECONTAMINATE.make(chosen, given)(texts)

    return run


def write(folder: Path, name: str, rows: Sequence[str]) -> Path:
    path = folder / f"{name}.parquet"
    pq.write_table(pa.table({"text": pa.array(rows, pa.string())}), path, row_group_size=1)
    return path


@pytest.mark.parametrize(
    ("text", "overlap"),
    [
        (PASSAGE, 1.0),
        (f"다음은 발췌이다. {PASSAGE} 여기까지.", 1.0),
        (PASSAGE.replace(" ", ""), 1.0),  # other spacing
        (PASSAGE.replace("읽기 모임", "읽기모임").replace("번갈아 가며", "번갈아가며"), 1.0),
        (PASSAGE.replace(".", "").replace(",", " -"), 1.0),  # other punctuation
        (unicodedata.normalize("NFD", PASSAGE), 1.0),
        (PASSAGE.replace("수요일", "목요일"), 0.81),  # one word of a copy was changed
        (PASSAGE.replace("참가자는", "손님들은"), 0.93),  # in the middle, and as long
        (PASSAGE.replace("참가자는", "모인 사람은"), 0.93),
        (PASSAGE[:36], None),  # less than half of the item
        (f"{SHORT.splitlines()[0]} 하고 친구가 물었다.", 0.8),
        ('나는 어제 "오늘 점심은 무엇을 먹을까요?" 라고 했다.', 0.8),
        ("새오늘 점심은 무엇을 먹을까요", None),  # starts within a word
        ("오늘 점심은 무엇을 먹을까요오", None),  # ends within a word
        ("아니오", None),  # a label is no contamination
        ("오늘 저녁은 무엇을 먹을까요?", None),
        ("", None),
    ],
)
def test_rows_that_contain_an_item_leave(judge, text: str, overlap: float | None) -> None:
    (outcome,) = judge([PASSAGE, SHORT], [text])
    if overlap is None:
        assert not isinstance(outcome, Drop)
    else:
        assert isinstance(outcome, Drop)
        assert outcome.reason == "in_quiz"
        assert outcome.score == pytest.approx(overlap, abs=0.02)


def test_the_detail_names_the_item_and_shows_the_text_as_the_row_has_it(judge) -> None:
    copied = "『" + PASSAGE.replace("동화 읽기", "동화  읽기").upper() + "』"
    (outcome,) = judge([QUESTION, PASSAGE], [f"앞글. {copied} 뒷글."])
    assert outcome.detail == f"quiz row 2: {copied[1:-2]}"


def test_a_long_match_is_shown_in_part(judge) -> None:
    item = " ".join(f"{number}번째 문장은 서로 다른 이야기를 담는다." for number in range(60))
    (outcome,) = judge([item], [item])
    assert outcome.detail.endswith("…")
    assert len(outcome.detail) < 330


def test_ids_of_the_set_are_used_and_the_best_item_is_named(tmp_path: Path) -> None:
    path = tmp_path / "exam.parquet"
    half = PASSAGE[: len(PASSAGE) // 2]
    pq.write_table(pa.table({"id": ["q-1", "q-2"], "text": [PASSAGE + " " + QUESTION * 3, half]}), path)
    assert DECONTAMINATE.make is not None
    judge = DECONTAMINATE.make(
        DecontaminateParams(against=("exam",)), Given(evaluation_sets={"exam": [path]})
    )
    (outcome,) = judge([half])
    assert isinstance(outcome, Drop)
    assert outcome.detail is not None
    assert outcome.detail.startswith("exam q-2: ")


def test_the_first_named_set_is_the_reason_when_two_hold_the_item(judge) -> None:
    (outcome,) = judge({"second": [PASSAGE], "first": [PASSAGE]}, [PASSAGE])
    assert outcome.reason == "in_second"


def test_a_small_overlap_stays_and_is_measured(judge) -> None:
    text = "새로 쓴 글이다. " + PASSAGE[:36]
    (outcome,) = judge([PASSAGE], [text])
    assert isinstance(outcome, Keep)
    assert outcome.text == text
    assert outcome.score == pytest.approx(0.44, abs=0.02)
    assert isinstance(judge([PASSAGE], [text], min_overlap=0.3)[0], Drop)


@pytest.mark.parametrize(
    ("item", "text", "dropped"),
    [
        ("예\n오늘 점심은 무엇을 먹을까요?", "그가 오늘 점심은 무엇을 먹을까요? 했다.", True),
        ("비가 온다더니.\n하늘이 맑기만 하다.", "비가 온다더니, 하늘이 맑기만 하다.", True),
        ("비가 온다더니.\n하늘이 맑기만 하다.", "눈이 온다더니, 하늘이 맑기만 하다.", False),
        ("비가 온다더니.\n하늘이 맑기만 하다.", "잔비가 온다더니, 하늘이 맑기만 하다.", False),
    ],
)
def test_short_lines_and_short_items_are_found_as_a_whole(judge, item: str, text: str, dropped: bool) -> None:
    (outcome,) = judge([item], [text])
    assert isinstance(outcome, Drop) == dropped


def test_an_item_of_little_but_boilerplate_is_not_looked_for(judge) -> None:
    form = "다음 낱말의 뜻으로 알맞은 것을 보기에서 하나만 골라 번호를 쓰세요"
    items = [f"{form} {letter}" for letter in "가나다라마바사아자차카타파하"]
    outcomes = judge([*items, PASSAGE], [*items, PASSAGE])
    assert [isinstance(outcome, Drop) for outcome in outcomes] == [False] * len(items) + [True]


def test_parts_copied_in_another_order_add_up(judge) -> None:
    cut = len(PASSAGE) // 2
    (outcome,) = judge([PASSAGE], [PASSAGE[cut:] + " 그리고 " + PASSAGE[:cut] + " 또 " + PASSAGE[:cut]])
    assert outcome.score == pytest.approx(1.0, abs=0.02)


def test_what_many_items_share_counts_for_nothing(judge) -> None:
    form = "다음 글을 읽고 물음에 알맞은 답을 보기에서 하나만 골라 번호를 쓰세요."
    items = [
        f"{form} {number}번 손님은 {animal}에게 무엇을 건넸는가"
        for number, animal in enumerate(
            [
                "고양이",
                "호랑이",
                "거북이",
                "두루미",
                "다람쥐",
                "고슴도치",
                "너구리",
                "오소리",
                "부엉이",
                "까마귀",
                "수달",
                "담비",
            ]
        )
    ]
    texts = [form, f"우리 반 시험지에는 {form} 하고 쓰여 있었다.", items[3]]
    only_form, quoted_form, copy = judge(items, texts)
    assert not isinstance(only_form, Drop)
    assert not isinstance(quoted_form, Drop)
    assert isinstance(copy, Drop)
    assert "두루미" in copy.detail
    # With a higher limit the form is text like any other.
    assert isinstance(judge(items, texts, max_items=50)[0], Drop)


def test_repeated_items_are_one_item_not_boilerplate(judge) -> None:
    (outcome,) = judge([PASSAGE] * 30, [PASSAGE])
    assert isinstance(outcome, Drop)


@pytest.mark.parametrize(
    ("text", "dropped"),
    [
        (PASSAGE, True),
        (PASSAGE.replace("모임을", "모임도"), True),
        (PASSAGE.replace(" ", ""), False),  # words with other spacing are other words
        (" ".join(word + "는" for word in PASSAGE.split()), False),
    ],
)
def test_words(judge, text: str, dropped: bool) -> None:
    (outcome,) = judge([PASSAGE], [text], unit="words", n=5)
    assert isinstance(outcome, Drop) == dropped


def test_texts_that_say_one_thing_for_pages_cost_no_more_than_others(judge) -> None:
    items = ["ㅋ" * 4_000 + f" {number}번 손님이 남긴 말은 이것뿐이었다" for number in range(9)]
    outcomes = judge(items, ["ㅋ" * 50_000, "하하" * 20_000])
    assert not isinstance(outcomes[1], Drop)


def test_a_set_of_labels_is_refused(judge) -> None:
    with pytest.raises(ConfigurationError, match="'quiz' can be looked for: 3 items"):
        judge(["예", "아니오", "모름"], ["글"])


@pytest.mark.parametrize(
    "params", [{"n": 10}, {"min_overlap": 0}, {"min_characters": 3}, {"against": []}, {"unit": "jamo"}]
)
def test_senseless_parameters_are_refused(params: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DecontaminateParams.model_validate_json(json.dumps({"against": ["quiz"], **params}))


def test_what_was_loaded_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "quiz", [PASSAGE, PASSAGE, QUESTION, "예"])
    params = DecontaminateParams(against=("quiz",))
    assert DECONTAMINATE.about is not None
    assert DECONTAMINATE.needs is not None
    assert DECONTAMINATE.needs(params).evaluation_sets == ("quiz",)
    assert DECONTAMINATE.about(params, Given(evaluation_sets={"quiz": [path]})) == {
        "evaluation_sets": {"quiz": {"items": 4, "different": 2, "looked_for": 2}}
    }


WIDTH, RUN = 4, 6
LETTERS = st.text(alphabet="가나다 .\n", max_size=40)


def plain_coverage(item: str, text: str) -> float:
    """Measure what the module measures, by trying everything; without lines and boilerplate."""
    letters, inside = fold([composed(item)]), fold([composed(text)])
    needle = "".join(map(chr, letters.codes))
    hay = "".join(map(chr, inside.codes))
    covered = np.zeros(len(needle), dtype=bool)
    for start in range(len(needle) - RUN + 1):
        if needle[start : start + RUN] in hay:
            covered[start : start + RUN] = True
    return float(covered.mean())


@st.composite
def copied_in_pieces(draw: st.DrawFn) -> tuple[str, str]:
    """Draw an item, and a text that is put together of pieces of it."""
    # Longer ones of one letter alone would hold an anchor more often than is looked at.
    item = draw(st.text(alphabet="가나다라마바 .", min_size=RUN, max_size=26))
    pieces = draw(st.lists(st.tuples(st.integers(0, 34), st.integers(1, 20), LETTERS.map(lambda x: x[:2]))))
    return item, "".join(item[start : start + length] + between for start, length, between in pieces)


@settings(max_examples=500)
@given(copied_in_pieces())
def test_runs_are_those_that_trying_everything_finds(drawn: tuple[str, str]) -> None:
    item, text = drawn
    evaluation = prepare([("quiz", ["1"], [item])], Rules(n=RUN, width=WIDTH, words=False, most=5))
    if len(fold([item]).codes) >= RUN:
        found = overlaps(evaluation, ["앞글", text]).get(1)
        assert (found.coverage if found else 0.0) == pytest.approx(plain_coverage(item, text))


@settings(max_examples=100)
@given(st.lists(LETTERS, max_size=5), st.lists(LETTERS, max_size=5), st.integers(1, 5))
def test_the_batch_does_not_matter(items: list[str], texts: list[str], cut: int) -> None:
    rules = Rules(n=RUN, width=WIDTH, words=False, most=2)
    evaluation = prepare([("quiz", [str(row) for row in range(len(items))], items)], rules)
    whole = overlaps(evaluation, texts)
    parts = overlaps(evaluation, texts[:cut]) | {
        row + cut: found for row, found in overlaps(evaluation, texts[cut:]).items()
    }
    assert whole == parts
    for row, found in whole.items():
        assert 0 <= found.coverage <= 1
        assert found.text in composed(texts[row])


@given(st.lists(LETTERS, max_size=8), st.integers(1, 3), st.integers(1, 30))
def test_boilerplate_is_the_same_however_many_passes_it_takes(
    items: list[str], most: int, at_once: int
) -> None:
    rules = Rules(n=RUN, width=WIDTH, words=False, most=most)
    gathered = gather([("quiz", [str(row) for row in range(len(items))], items)], rules)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boilerplate, "_AT_ONCE", at_once)
        usual = usual_places(gathered, rules)
    letters = "".join(map(chr, gathered.values))
    owners = [letters[a:b] for a, b in zip(gathered.starts, gathered.starts[1:], strict=False)]
    for item, (start, end) in enumerate(zip(gathered.starts, gathered.starts[1:], strict=False)):
        for place in range(start, end):
            window = letters[place : min(place + WIDTH, end)]
            expected = len(window) == WIDTH and sum(window in owner for owner in owners) > most
            assert usual[place] == expected, (item, place)


@pytest.mark.skipif(not (CORPORA / "klue").is_dir(), reason="the corpora are not on this machine")
def test_klue_nli_holds_movie_reviews_and_petitions_hold_none_of_it(judge) -> None:
    items = [
        f"{row['premise']}\n{row['hypothesis']}"
        for row in json.loads((CORPORA / "klue/klue-nli-v1.1_dev.json").read_bytes())
    ]
    reviews = [
        row["review"]
        for path in sorted((CORPORA / "nsmc/raw").glob("*.json"))
        for row in json.loads(path.read_bytes())
    ]
    petitions = [
        json.loads(line)["content"]
        for line in (CORPORA / "petitions/petitions_2017-08").read_text(encoding="utf-8").splitlines()
    ]
    dropped = [outcome for outcome in judge(items, reviews) if isinstance(outcome, Drop)]
    assert len(dropped) == 3
    assert all(isinstance(outcome, str | Keep) for outcome in judge(items, petitions))
