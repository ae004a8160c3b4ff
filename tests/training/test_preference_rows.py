from pathlib import Path

import orjson
import pytest

from curation.checkpoints import sha256_of
from curation.errors import ConfigurationError
from curation.records import Message
from training.preference.rows import Judged, Pair, read_preferences

ASKED = (Message("user", "수도는?"),)


def _lines(folder: Path, *rows: object, name: str = "rows.jsonl") -> Path:
    path = folder / name
    path.write_bytes(b"\n".join(one if isinstance(one, bytes) else orjson.dumps(one) for one in rows))
    return path


def _turns(*contents: str) -> list[dict[str, str]]:
    roles = ("user", "assistant")
    return [{"role": roles[at % 2], "content": content} for at, content in enumerate(contents)]


PAIRS = {
    "texts": {"prompt": "수도는?", "chosen": "서울입니다.", "rejected": "몰라."},
    "messages": {
        "prompt": _turns("수도는?"),
        "chosen": [{"role": "assistant", "content": "서울입니다."}],
        "rejected": [{"role": "assistant", "content": "몰라."}],
    },
    "mixed": {"prompt": _turns("수도는?"), "chosen": "서울입니다.", "rejected": "몰라."},
    "whole conversations": {
        "chosen": _turns("수도는?", "서울입니다."),
        "rejected": _turns("수도는?", "몰라."),
    },
}
JUDGED = {
    "texts": {"prompt": "수도는?", "completion": "서울입니다.", "label": True},
    "messages": {
        "prompt": _turns("수도는?"),
        "completion": [{"role": "assistant", "content": "서울입니다."}],
        "label": "true",
    },
    "a whole conversation": {"messages": _turns("수도는?", "서울입니다."), "label": 1},
}


@pytest.mark.parametrize("form", PAIRS)
def test_every_form_of_a_pair_reads_alike(form: str, tmp_path: Path) -> None:
    path = _lines(tmp_path, PAIRS[form])
    read = read_preferences(path, "dpo")
    assert read.pairs == (Pair(ASKED, "서울입니다.", "몰라.", "rows.jsonl:1"),)
    assert (read.judged, read.bad, read.sha256) == ((), (), sha256_of(path))


@pytest.mark.parametrize("form", JUDGED)
def test_every_form_of_a_judged_answer_reads_alike(form: str, tmp_path: Path) -> None:
    read = read_preferences(_lines(tmp_path, JUDGED[form]), "kto")
    assert read.judged == (Judged(ASKED, "서울입니다.", True, "rows.jsonl:1"),)


def test_earlier_turns_and_the_system_prompt_stay_in_the_prompt(tmp_path: Path) -> None:
    earlier = [{"role": "system", "content": "짧게"}, *_turns("안녕", "네", "수도는?")]
    row = {"prompt": earlier, "chosen": "서울", "rejected": "몰라"}
    (pair,) = read_preferences(_lines(tmp_path, row), "dpo").pairs
    assert [turn.role for turn in pair.prompt] == ["system", "user", "assistant", "user"]
    assert pair.chosen == "서울"


def test_a_pair_is_two_judged_answers_for_kto(tmp_path: Path) -> None:
    read = read_preferences(_lines(tmp_path, PAIRS["texts"]), "kto")
    assert [(one.completion, one.label) for one in read.judged] == [("서울입니다.", True), ("몰라.", False)]


@pytest.mark.parametrize(("name", "parted"), [("rows.csv", ","), ("rows.tsv", "\t")])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
def test_tables_are_read_with_quotes_and_their_encoding(
    name: str, parted: str, encoding: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    lines = [
        "prompt,completion,label",
        '"수도는?\n하나만",서울입니다 그리고 부산은 아닙니다,TRUE',
        "수도는?,몰라,0",
    ]
    path.write_text("\n".join(line.replace(",", parted) for line in lines), encoding=encoding)
    read = read_preferences(path, "kto")
    assert [(one.prompt[0].content, one.label, one.where) for one in read.judged] == [
        ("수도는?\n하나만", True, f"{name}:2"),
        ("수도는?", False, f"{name}:4"),
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (b"{broken", "no JSON"),
        ({"prompt": "수도는?", "chosen": "서울"}, "rejected is neither a text nor a list"),
        ({"prompt": "수도는?", "chosen": "서울", "rejected": 3}, "rejected is neither a text nor a list"),
        ({"prompt": "수도는?", "chosen": [], "rejected": "몰라"}, "chosen is neither a text nor a list"),
        ({"prompt": "수도는?", "answer": "서울"}, "among the columns: prompt, answer"),
        ({"prompt": "수도는?", "completion": "서울", "label": True}, "DPO needs chosen and rejected"),
        (
            {"chosen": _turns("수도는?", "서울"), "rejected": _turns("도시는?", "몰라")},
            "answer different prompts",
        ),
        ({"chosen": "서울", "rejected": "몰라"}, "must end with a user's turn and the assistant's"),
        (
            {"prompt": [{"role": "tool", "content": "x"}], "chosen": "가", "rejected": "나"},
            "prompt holds a turn without a known role",
        ),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_the_others_stay(row: object, said: str, tmp_path: Path) -> None:
    read = read_preferences(_lines(tmp_path, PAIRS["texts"], row, PAIRS["messages"]), "dpo")
    assert len(read.pairs) == 2
    (bad,) = read.bad
    assert bad.startswith("rows.jsonl:2: ")
    assert said in bad


@pytest.mark.parametrize("label", ["좋음", 2, None, [True], 0.5])
def test_a_label_that_is_neither_is_a_bad_row(label: object, tmp_path: Path) -> None:
    row = {**JUDGED["texts"], "label": label}
    read = read_preferences(_lines(tmp_path, JUDGED["texts"], row), "kto")
    assert [one.partition(":")[2] for one in read.bad] == [f"2: label is neither true nor false: {label!r}"]


def test_a_table_row_of_the_wrong_width_is_bad(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("prompt,chosen,rejected\n가,나,다\n가,나\n", encoding="utf-8")
    assert read_preferences(path, "dpo").bad == ("rows.csv:3: 2 columns instead of 3",)


def test_a_file_without_a_usable_row_says_which_columns_it_wants(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"rows\.jsonl:1: neither chosen and rejected") as error:
        read_preferences(_lines(tmp_path, {"text": "가"}), "dpo")
    assert "prompt, chosen, rejected" in error.value.fix
    with pytest.raises(ConfigurationError, match="no rows"):
        read_preferences(_lines(tmp_path), "dpo")
    with pytest.raises(ConfigurationError, match="no such file"):
        read_preferences(tmp_path / "none.jsonl", "dpo")
