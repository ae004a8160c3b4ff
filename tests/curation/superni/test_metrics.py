"""ROUGE-L and exact match equal the values of Tk-Instruct's own script; Korean is no zero."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rouge_score.tokenizers import DefaultTokenizer

from curation.errors import ConfigurationError
from curation.superni.metrics import exact_match, metric_of, normalised, rouge_l
from curation.superni.tokens import characters, gpt2_tokens, morphemes, rouge_tokens

# 50 pairs with what src/compute_metrics.py of Tk-Instruct (7c0e400) gives for them in its two tracks.
PAIRS = json.loads((Path(__file__).parent / "scores.json").read_text("utf-8"))
PREDICTIONS = [pair["prediction"] for pair in PAIRS]
REFERENCES = [pair["references"] for pair in PAIRS]


def test_the_default_track():
    assert len(PAIRS) == 50
    scores = rouge_l(PREDICTIONS, REFERENCES, rouge_tokens)
    assert scores == pytest.approx([pair["rouge"] for pair in PAIRS], abs=1e-6)


def test_the_xlingual_track(gpt2_merges):
    scores = rouge_l(PREDICTIONS, REFERENCES, gpt2_tokens(gpt2_merges))
    assert scores == pytest.approx([pair["gpt2"] for pair in PAIRS], abs=1e-6)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["prediction"][:20])
def test_exact_match(pair):
    assert exact_match(pair["prediction"], pair["references"]) == pair["exact"]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("The  Answer: YES.", "the answer yes"),
        ("답은  ‘예’\n입니다.", "답은 ‘예’ 입니다"),
        ("10,000원", "10000원"),
        ("네。", "네。"),
        ("ＡＢＣ", "ａｂｃ"),
        ("", ""),
    ],
)
def test_normalising_is_of_ascii_only(text, result):
    assert normalised(text) == result


@pytest.mark.parametrize(
    ("prediction", "reference", "expected"),
    [
        ("서울", "서울", 1.0),
        ("긍정", "부정", 0.5),  # one of two syllables
        ("가나다라", "가다", 2 * 1.0 * 0.5 / 1.5),
        ("비가 온다", "비가온다", 1.0),
        ("Café", "cafe\u0301", 1.0),  # two ways to write one letter
        ("강", "산", 0.0),
    ],
)
def test_characters_of_korean(prediction, reference, expected):
    assert rouge_l([prediction], [[reference]], characters) == [pytest.approx(expected)]


def test_hangul_scores_zero_with_the_default_tokens_and_not_with_the_others():
    same = ["그는 학교에 갔다."], [["그는 학교에 갔다."]]
    assert rouge_l(*same, rouge_tokens) == [0.0]
    assert rouge_l(*same, morphemes) == [1.0]
    assert rouge_l(*same, characters) == [1.0]


def test_morphemes_part_particles_from_nouns():
    # 학생/이 학교/에 가/ㄴ다 and 학생/은 학교/에 가/었/다: 학생, 학교, 에 and 가 are common.
    (tokens,) = morphemes(["학생이 학교에 간다"])
    assert [token.split("/")[0] for token in tokens] == ["학생", "이", "학교", "에", "가", "ᆫ다"]
    (score,) = rouge_l(["학생이 학교에 간다"], [["학생은 학교에 갔다"]], morphemes)
    assert score == pytest.approx(2 * 4 / (6 + 7))


def test_the_best_reference_counts():
    (score,) = rouge_l(["a b"], [["c d", "a b", "a c"]], rouge_tokens)
    assert score == 1.0
    assert exact_match("나", ["가", "나."]) == 1


def test_an_empty_text_is_no_error():
    assert rouge_l(["", "가"], [["가"], [""]], characters) == [0.0, 0.0]
    assert rouge_l([], [], morphemes) == []


def test_gpt2_tokens_lose_the_mark_of_a_blank(gpt2_merges):
    tokenise = gpt2_tokens(gpt2_merges)
    assert tokenise(["I'll  go to Seoul in 2023!"]) == [
        ["I", "'ll", "", "go", "to", "Seoul", "in", "20", "23", "!"]
    ]
    assert tokenise(["서울은"]) == [["ì", "Ħ", "ľ", "ì", "ļ", "¸", "ìĿ", "Ģ"]]


@pytest.mark.parametrize(
    ("content", "what"),
    [(None, "cannot be read"), ("#version: 0.2\na b\n", "1 lines"), ("{}", "1 lines")],
)
def test_another_file_is_not_taken_for_gpt2s_merges(tmp_path, content, what):
    path = tmp_path / "merges.txt"
    if content is not None:
        path.write_text(content, "utf-8")
    with pytest.raises(ConfigurationError, match=what) as refused:
        gpt2_tokens(path)
    assert refused.value.where == str(path)
    assert "merges.txt" in refused.value.fix


def test_merging_follows_the_order_of_the_list(tmp_path):
    # A list of our own: "ab" before "bc", and the rest never matches.
    path = tmp_path / "merges.txt"
    lines = ["a b", "b c", "ab ab", "Ġ a", *(f"x{n} y" for n in range(49_996))]
    path.write_text("#version: 0.2\n" + "\n".join(lines) + "\n", "utf-8")
    tokenise = gpt2_tokens(path)
    assert tokenise(["abc", "bcbc", "ababab", "b ab", "a a", ""]) == [
        ["ab", "c"],
        ["bc", "bc"],
        ["abab", "ab"],
        ["b", "", "ab"],
        ["a", "a"],
        [],
    ]


@pytest.mark.parametrize(
    ("category", "metric"),
    [
        ("Textual Entailment", "exact_match"),
        ("Word Analogy", "exact_match"),
        ("Title Generation", "rouge_l"),
        ("Grammar Error Correction", "rouge_l"),
        ("Translation", "rouge_l"),
    ],
)
def test_the_metric_that_the_paper_reports(category, metric):
    assert metric_of(category) == metric


@given(st.text(st.sampled_from("aB1 \t\n\u3000\x1c\x85é—'-.İΣς한ſﬁ")) | st.text())
@example("The cats' running, re-running\u2028studies")
def test_tokens_are_those_of_rouge_score(text):
    assert rouge_tokens([text]) == [DefaultTokenizer(use_stemmer=True).tokenize(text)]
