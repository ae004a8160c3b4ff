"""BLEU and PARENT: values worked out by hand, ToTTo's own rules, and its published figures."""

import math

import pytest

from curation.table_text.metrics.bleu import bleu
from curation.table_text.metrics.parent import ParentScore, mean, one_reference, parent
from curation.table_text.metrics.scores import score, score_parts
from curation.table_text.metrics.words import Comparing, prepared, tokens_of, without_particles
from curation.table_text.targets import read_sentences, read_targets, subsets
from tests.curation.readers.real_files import CORPORA
from tests.curation.table_text.cells import cell, head, table

SEOUL = table(
    [[head("도시"), head("인구")], [cell("서울"), cell("950만 명")]], [(1, 0), (1, 1)], page="대한민국"
)
GOLD = "서울은 인구가 950만 명이다."


def f_of(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall + 1e-8)


def test_bleu_of_one_wrong_word_in_five() -> None:
    # 4 of 5 words, 3 of 4 pairs, 2 of 3 triples, 1 of 2 fours: the fourth root of 1/5.
    assert bleu(["a b c d e"], [["a b c d f"] * 3]).score == pytest.approx(100 * 0.2**0.25, abs=1e-9)


def test_bleu_is_of_lower_case_and_says_how_it_was_computed() -> None:
    found = bleu(["The Harbour won 3-1."], [["the harbour WON 3-1."]])
    assert found.score == pytest.approx(100)
    assert found.signature.startswith("nrefs:3|case:mixed|eff:no|tok:13a|smooth:exp|version:2.")


def test_missing_references_are_null_and_count_for_the_length() -> None:
    # `< null >` is three words long, nearer to the four than the eight of the reference: no penalty.
    assert bleu(["a b c d"], [["a b c d e f g h"]]).score == pytest.approx(100)
    assert bleu(["a b c d"], [["a b c d e f g h"] * 3]).score == pytest.approx(100 * math.exp(1 - 8 / 4))


def test_an_empty_sentence_is_null() -> None:
    assert bleu(["", "a b c d"], [["a b c d"], ["a b c d"]]).score > 0
    # <null> agrees with the references that are missing.
    (found,) = parent([""], [["one word"]], [table([[cell("one")]], [(0, 0)])])
    assert found.precision == pytest.approx((1 * 1 * 1 * 1e-5) ** 0.25, abs=1e-9)


def test_parent_where_the_table_speaks_for_a_word() -> None:
    found = one_reference(["a", "b"], ["a", "c"], {"a", "b"}, [["b"]])
    # No n-grams of orders 3 and 4; all of the sentence is in the table or the reference.
    precision = (1 * 1 * 1e-5 * 1e-5) ** 0.25
    # The pair (a, c) counts half and is missing; the reference mentions nothing of the table, so that
    # recall is that of the table alone.
    assert found.precision == pytest.approx(precision, abs=1e-9)
    assert found.recall == pytest.approx(1, abs=1e-9)
    assert found.f == pytest.approx(f_of(precision, 1), abs=1e-9)


def test_parent_of_all_orders_and_a_share_of_the_table() -> None:
    found = one_reference(list("xyzwv"), list("xyzwu"), set("xyzw"), [["x", "y"], ["u"], ["q"]])
    precision = (4 / 5 * 7 / 8 * 8 / 9 * 7 / 8) ** 0.25
    reference_recall = (1 * 6 / 7 * 3 / 4 * 4 / 7) ** 0.25
    # The sentence mentions a third of the values, the reference two thirds: its recall weighs two thirds.
    recall = reference_recall ** (2 / 3) * (1 / 3) ** (1 / 3)
    assert found.precision == pytest.approx(precision, abs=1e-9)
    assert found.recall == pytest.approx(recall, abs=1e-9)
    assert found.f == pytest.approx(f_of(precision, recall), abs=1e-9)


def test_parent_of_words_in_order() -> None:
    # "2 b a" holds "a b" in part only, whichever of the two it keeps.
    found = one_reference(["2", "b", "a"], ["2", "b", "a"], {"a", "b"}, [["a", "b"]])
    assert found.recall == pytest.approx((1 - 0.5) * 0 + 1**0.5 * 0.5**0.5, abs=1e-9)


def test_a_sentence_with_nothing_of_either_has_no_precision() -> None:
    found = one_reference(["p"], ["x"], {"x"}, [["x"]])
    assert (found.precision, found.f) == (0, 0)
    assert found.recall == pytest.approx(1e-5)


def test_parent_takes_the_best_reference() -> None:
    held = table([[cell("a b")]], [(0, 0)])
    alone = parent(["a b c d"], [["q r s t"] * 3], [held])[0]
    best = parent(["a b c d"], [["q r s t", "a b c d", "q"]], [held])[0]
    assert best.f > alone.f
    assert best == ParentScore(pytest.approx(1), pytest.approx(1), pytest.approx(1))


def test_section_text_counts_for_precision_alone() -> None:
    bare = table([[cell("a"), cell("b")]], [(0, 0)], page="t")
    told = type(bare)(bare.rows, "t", "", "c d", bare.highlighted)
    without, within = (parent(["a c d t"], [["a t", "a t", "a t"]], [one])[0] for one in (bare, told))
    assert within.precision > without.precision
    assert within.recall == without.recall


def test_unmarked_cells_count_for_precision_alone() -> None:
    first = table([[cell("a"), cell("b")]], [(0, 0)])
    both = table([[cell("a"), cell("b")]], [(0, 0), (0, 1)])
    references = [["a q r s"] * 3]
    one, two = (parent(["a x y z"], references, [held])[0] for held in (first, both))
    assert one.precision == two.precision
    assert one.recall != two.recall


def test_bars_in_values_are_dashes() -> None:
    held = table([[cell("3|1")]], [(0, 0)])
    assert parent(["3-1 it was so"], [["3-1 it was so"] * 3], [held])[0].recall == pytest.approx(1)


def test_a_table_without_marks_and_titles_leaves_recall_to_the_reference() -> None:
    (found,) = parent(["a b c d"], [["a b c d"] * 3], [table([[cell("")]])])
    assert found == ParentScore(pytest.approx(1), pytest.approx(1), pytest.approx(1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("경기도의 수도는 수원이다.", "경기도 수도 수원."),
        ("제주도까지 1,947m였다", "제주도 1,947m"),
        ("The 12 at the Denver Center", "The 12 at the Denver Center"),
        ("난 서울에서 왔다", "난 서울 왔다"),
        ("", ""),
    ],
)
def test_particles_are_taken_off(text: str, expected: str) -> None:
    assert without_particles([text]) == [expected]


def test_what_words_are() -> None:
    assert tokens_of("words")("김하늘은 1,234명, 3-1.") == ["김하늘은", "1,234명", ",", "3", "-", "1", "."]
    assert tokens_of("characters")("서울 1위") == ["서", "울", "1", "위"]
    assert prepared([" 서울은 KIA ", "A"], "particles") == ["서울 kia", "a"]


@pytest.mark.parametrize("comparing", ["particles", "characters"])
def test_korean_values_are_found_beside_their_particles(comparing: Comparing) -> None:
    plain, chosen = (score([GOLD], [[GOLD] * 3], [SEOUL], by) for by in ("words", comparing))
    assert plain.bleu.score == pytest.approx(100)
    assert chosen.bleu.score == pytest.approx(100)
    # By words the sentence mentions "950만" alone of three values: a sixth. Else it mentions both cells.
    recalls = [parent([GOLD], [[GOLD] * 3], [SEOUL], by)[0].recall for by in ("words", comparing)]
    assert recalls == pytest.approx([(1 / 6) ** (5 / 6), (2 / 3) ** (1 / 3)], abs=1e-9)
    other = "950만 명은 서울의 인구다."
    by_words, by_choice = (parent([other], [[GOLD] * 3], [SEOUL], by)[0] for by in ("words", comparing))
    assert by_choice.precision > by_words.precision + 0.2
    assert chosen.comparing == comparing
    assert ("tok:char" in chosen.bleu.signature) == (comparing == "characters")


def test_scores_as_an_object() -> None:
    found = score([GOLD], [[GOLD]], [SEOUL]).as_json()
    assert set(found) == {"examples", "comparing", "bleu", "parent"}
    assert (found["examples"], found["comparing"]) == (1, "words")


SAMPLE = CORPORA / "totto"
PUBLISHED = {
    "all": (45.5, 0.7611, 0.4383, 0.5334),
    "overlap": (37.2, 0.7140, 0.3135, 0.4134),
    "nonoverlap": (58.3, 0.8317, 0.6256, 0.7135),
}


def test_parts_are_scored_as_if_they_were_all() -> None:
    sentences = [GOLD, "서울은 크다.", "인구가 950만 명이다."]
    references, tables = [[GOLD], [GOLD, "서울은 넓다."], [GOLD]], [SEOUL] * 3
    parts = {"all": range(3), "some": [2, 0]}
    found = score_parts(sentences, references, tables, parts, "characters")
    assert list(found) == ["all", "some"]
    assert found["all"] == score(sentences, references, tables, "characters")
    assert found["some"] == score(
        [sentences[2], sentences[0]], [references[2], references[0]], [SEOUL] * 2, "characters"
    )
    assert found["some"] != found["all"]


@pytest.mark.skipif(
    not (SAMPLE / "dev_sample.jsonl").exists(), reason="ToTTo's sample is not in ../shared/corpora"
)
@pytest.mark.parametrize("part", PUBLISHED)
def test_the_published_figures_of_the_sample(part: str) -> None:
    # dev_sample.jsonl and output_sample.txt of https://github.com/google-research/language, language/totto.
    targets = read_targets(SAMPLE / "dev_sample.jsonl", "totto")
    sentences = read_sentences(SAMPLE / "output_sample.txt", 5)
    places = subsets(targets).get(part, list(range(5)))
    chosen = [targets[place] for place in places]
    found = score(
        [sentences[place] for place in places],
        [one.references for one in chosen],
        [one.table for one in chosen],
    )
    expected_bleu, *expected = PUBLISHED[part]
    assert round(found.bleu.score, 1) == expected_bleu
    assert [found.parent.precision, found.parent.recall, found.parent.f] == pytest.approx(expected, abs=1e-4)


def test_the_mean() -> None:
    found = mean([ParentScore(1, 0, 0.5), ParentScore(0, 1, 0)])
    assert found == ParentScore(0.5, 0.5, 0.25)
