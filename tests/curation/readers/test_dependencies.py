"""Dependency trees: KLUE DP and CoNLL-U."""

import json

import pytest

from curation.errors import UserError
from tests.curation.readers.instructions import recoveries, turns

HEAD = "## 주석 : ##\n## 칼럼명 : INDEX\tWORD_FORM\tLEMMA\tPOS\tHEAD\tDEPREL\n"
TREE = (
    "## klue-dp-v1_x_00001\t값이 3.20% 올랐다.\n"
    "1\t값이\t값 이\tNNG+JKS\t3\tNP_SBJ\n"
    "2\t3.2%\t0\tSN+SW\t3\tNP_AJT\n"
    "3\t올랐다.\t오르 았 다 .\tVV+EP+EF+SF\t0\tVP\n"
)


def test_klue_dp(read_bytes):
    other = "## klue-dp-v1_x_00002\t좋다.\n1\t좋다.\t좋 다 .\tVA+EF+SF\t0\tVP\n"
    outcome = read_bytes("klue_dp", f"{HEAD}{TREE}\n{other}".encode())
    first, second = outcome.rows
    assert turns([first, second]) == [
        (
            "문장: 값이 3.20% 올랐다.",
            "1 값이 → 3 올랐다. (체언구 주어)\n2 3.20% → 3 올랐다. (체언구 부사어)\n"
            "3 올랐다. → 뿌리 (용언구)",
        ),
        ("문장: 좋다.", "1 좋다. → 뿌리 (용언구)"),
    ]
    assert recoveries(outcome.rows) == {3: "words restored from the sentence"}
    assert (first.lines, second.where.line, second.lines) == (4, 8, 2)
    assert first.record.attributes["id"] == "klue-dp-v1_x_00001"
    assert json.loads(first.record.attributes["annotation"]) == {
        "index": ["1", "2", "3"],
        "form": ["값이", "3.2%", "올랐다."],
        "lemma": ["값 이", "0", "오르 았 다 ."],
        "pos": ["NNG+JKS", "SN+SW", "VV+EP+EF+SF"],
        "head": ["3", "3", "0"],
        "deprel": ["NP_SBJ", "NP_AJT", "VP"],
    }


@pytest.mark.parametrize(
    ("before", "after", "error"),
    [
        ("\t0\tVP", "\tVP", "not every word has 6 columns"),
        ("\t3\tNP_SBJ", "\t9\tNP_SBJ", "the head '9' is none of the words"),
        ("\t3\tNP_SBJ", "\tx\tNP_SBJ", "the head 'x' is none of the words"),
        ("\n1\t값이", "\n일\t값이", "a word without a number"),
        ("NP_SBJ", "NP_ABC", "the relation 'NP_ABC' is unknown"),
        ("값이 3.20% ", "값이 ", "the words are not those of the sentence"),
        (
            "## klue-dp-v1_x_00001",
            "klue",
            "no line `## id` with a sentence at the beginning: 'klue�값이 3.20% 올랐다.'",
        ),
    ],
)
def test_a_damaged_tree_goes_to_quarantine_whole(read_bytes, before, after, error):
    damaged = TREE.replace(before, after, 1)
    outcome = read_bytes("klue_dp", f"{HEAD}{TREE}\n{damaged}\n{TREE}".encode())
    (bad,) = outcome.bad
    assert (bad.error, bad.raw.decode() + "\n", bad.where.line, bad.lines) == (error, damaged, 8, 4)
    assert [row.where.line for row in outcome.rows] == [3, 13]


def test_klue_dp_for_real(read, corpora):
    outcome = read("klue_dp", corpora / "klue/klue-dp-v1.1_dev.tsv")
    assert (len(outcome.rows), outcome.bad) == (2000, [])
    assert outcome.notes == {"klue-dp-v1.1_dev.tsv: lines of explanation": "5"}
    # The words are a quote of another shape, 15.70% and 7.70%, 0.90%, 5, 3.2, and 22.40%.
    assert recoveries(outcome.rows) == dict.fromkeys(
        (2996, 4295, 4811, 12334, 12775, 15564), "words restored from the sentence"
    )
    restored = "\n".join(answer for _, answer in turns(row for row in outcome.rows if row.recovery))
    assert all(f" {word} → " in restored for word in ("15.7%", "7.7%", "0.9%", "5.0", "3.20", "22.4%"))
    assert turns(outcome.rows[:1]) == [
        (
            "문장: 'K팝스타3’ 유희열이 홍정희의 탈락에 눈물을 흘렸다.",
            "1 'K팝스타3’ → 2 유희열이 (체언구)\n2 유희열이 → 6 흘렸다. (체언구 주어)\n"
            "3 홍정희의 → 4 탈락에 (체언구 관형어)\n4 탈락에 → 6 흘렸다. (체언구 부사어)\n"
            "5 눈물을 → 6 흘렸다. (체언구 목적어)\n6 흘렸다. → 뿌리 (용언구)",
        )
    ]
    assert turns(outcome.rows[-1:]) == [
        (
            "문장: 지하철에서 완전 가깝고 주변에 마트도 가까워요.",
            "1 지하철에서 → 3 가깝고 (체언구 부사어)\n2 완전 → 3 가깝고 (부사구)\n"
            "3 가깝고 → 6 가까워요. (용언구)\n"
            "4 주변에 → 6 가까워요. (체언구 부사어)\n5 마트도 → 6 가까워요. (체언구 주어)\n"
            "6 가까워요. → 뿌리 (용언구)",
        )
    ]
    # 26,501 lines: 5 explain, 2,000 end a sentence, 2,000 name one.
    assert sum(answer.count("\n") + 1 for _, answer in turns(outcome.rows)) == 22496


CONLLU = (
    "# newdoc id = 수필-1\n"
    "# sent_id = 수필-1.1\n"
    "# text = 산에 갔다(어제).\n"
    "1\t산에\t산+에\tNOUN\tNNG+JKB\t_\t2\tobl\t2:obl\t_\n"
    "2-3\t갔다\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n"
    "2\t가\t가\tVERB\tVV\t_\t0\troot\t0:root\t_\n"
    "3\t았다\t았+다\tAUX\tEP+EF\t_\t2\taux:pass\t2:aux\t_\n"
    "3.1\t나는\t_\tPRON\t_\t_\t_\t_\t2:nsubj\tCopyOf=-1\n"
    "4\t(\t(\tPUNCT\tSS\t_\t5\tpunct\t_\tSpaceAfter=No|Note=a\n"
    "5\t어제\t어제\tADV\tMAG\t_\t2\tadvmod\t_\tSpaceAfter=No\n"
    "6\t)\t)\tPUNCT\tSS\t_\t5\tpunct\t_\tSpaceAfter=No\n"
    "7\t.\t.\tPUNCT\tSF\t_\t2\tpunct\t_\t_\n"
)


def test_conllu_keeps_every_line(read_bytes):
    (row,) = read_bytes("conllu", f"{CONLLU}\n".encode()).rows
    assert (row.where.line, row.lines, row.recovery) == (1, 12, "")
    kept = json.loads(row.record.attributes["annotation"])
    assert row.record.attributes["id"] == "수필-1.1"
    written = [*kept["comments"], *("\t".join(word) for word in kept["words"])]
    assert "\n".join(written) + "\n" == CONLLU


def test_conllu_answers_with_the_words_of_the_tree(read_bytes):
    (row,) = read_bytes("conllu", f"{CONLLU}\n".encode()).rows
    assert turns([row]) == [
        (
            "문장: 산에 갔다(어제).",
            "1 산에 → 2 가 (부사어)\n2 가 → 뿌리 (뿌리)\n3 았다 → 2 가 (보조 용언(피동))\n"
            "4 ( → 5 어제 (문장 부호)\n"
            "5 어제 → 2 가 (부사 수식)\n6 ) → 5 어제 (문장 부호)\n7 . → 2 가 (문장 부호)",
        )
    ]


def test_a_sentence_without_text_line_is_spelled_from_its_words(read_bytes):
    """Ranges stand for their words, empty nodes for nothing, SpaceAfter=No for no blank."""
    without = "".join(line for line in CONLLU.splitlines(keepends=True) if "# text" not in line)
    other = CONLLU.replace("산에 갔다(어제).", "산에 갔다 (어제).")
    plain, differing = read_bytes("conllu", f"{without}\n{other}".encode()).rows
    assert plain.record.messages[0].content == "문장: 산에 갔다(어제)."
    assert (plain.recovery, differing.recovery) == ("", "the text line differs from the words")
    assert differing.record.messages[0].content == "문장: 산에 갔다 (어제)."


def test_sentences_of_a_document_are_a_group(read_bytes):
    second = CONLLU.replace("# newdoc id = 수필-1\n", "")
    third = CONLLU.replace("수필-1", "수필-2")
    groups = [
        row.record.split_group for row in read_bytes("conllu", f"{CONLLU}\n{second}\n{third}".encode()).rows
    ]
    assert groups[0] == groups[1] != groups[2]
    (alone,) = read_bytes("conllu", second.encode()).rows
    assert alone.record.split_group == ""


@pytest.mark.parametrize(
    ("before", "after", "error"),
    [
        ("\t7\t", "\t7\t", ""),
        ("\tobl\t2:obl\t_", "\tobl\t_", "not every word has 10 columns"),
        ("\t2\tobl\t", "\t_\tobl\t", "the head '_' is none of the words"),
        ("\tobl\t", "\tobject\t", "the relation 'object' is unknown"),
        ("2-3\t", "2-x\t", "'2-x' is no range of words"),
    ],
)
def test_a_damaged_sentence(read_bytes, before, after, error):
    outcome = read_bytes("conllu", f"{CONLLU.replace(before, after, 1)}\n{CONLLU}".encode())
    assert [bad.error for bad in outcome.bad] == ([error] if error else [])
    assert [bad.where.line for bad in outcome.bad] == ([1] if error else [])
    assert len(outcome.rows) == (1 if error else 2)


def test_conllu_refuses_other_files(read_bytes):
    with pytest.raises(UserError, match="does not begin with a comment or a word of ten columns"):
        read_bytes("conllu", b"a\tb\n")


def test_ud_korean_gsd_for_real(read, corpora):
    path = corpora / "ud/ko_gsd-ud-dev.conllu"
    outcome = read("conllu", path)
    assert (len(outcome.rows), outcome.bad, recoveries(outcome.rows), outcome.notes) == (950, [], {}, {})
    kept = [json.loads(row.record.attributes["annotation"]) for row in outcome.rows]
    written = "".join(
        "\n".join([*one["comments"], *("\t".join(word) for word in one["words"])]) + "\n\n" for one in kept
    )
    assert written == path.read_text("utf-8")
    # 1,881 lines hold SpaceAfter=No, counted with grep.
    assert sum("SpaceAfter=No" in word[9] for one in kept for word in one["words"]) == 1881
    assert turns([outcome.rows[0]]) == [
        (
            "문장: 제일 가까운 스타벅스가 어디 있지",
            "1 제일 → 2 가까운 (부사 수식)\n2 가까운 → 3 스타벅스가 (형용사 수식)\n"
            "3 스타벅스가 → 5 있지 (주어)\n"
            "4 어디 → 5 있지 (부사 수식)\n5 있지 → 뿌리 (뿌리)",
        )
    ]
    assert turns([outcome.rows[-1]]) == [
        (
            "문장: 차가 작다고 무시 당하고 서비스가 재수 없음",
            "1 차가 → 2 작다고 (주어)\n2 작다고 → 4 당하고 (보절)\n3 무시 → 4 당하고 (목적어)\n"
            "4 당하고 → 뿌리 (뿌리)\n"
            "5 서비스가 → 7 없음 (주어)\n6 재수 → 7 없음 (주어)\n7 없음 → 4 당하고 (대등 연결)",
        )
    ]
