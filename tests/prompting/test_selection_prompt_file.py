"""The files of a selection: questions in, a prompt out, and what is wrong with either."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.errors import ConfigurationError
from curation.records import Message
from prompting.selection.plan import Selection
from prompting.selection.prompt_file import Prompt, load_prompt, prompt_of, write_prompt
from prompting.selection.queries import pool_of, read_queries, sha256_of
from prompting.selection.types import Chosen, Demo, Query

CHOSEN = Chosen(
    tuple(Demo(f"q{n}", f"질문 {n}?", f"답 {n}", f"답{n}", -0.5, {"entropy": 0.1}, "왜.") for n in range(3)),
    0.71,
    worth_it=True,
    notes=("하나.",),
    dropped={"empty": 2},
)
PROMPT = prompt_of(Selection("usp", "sfg"), [Query("q0", "질문 0?")], "scripted", CHOSEN, 18)


def written(tmp_path, *lines):
    path = tmp_path / "q.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_questions_are_read_with_their_ids_and_answers(tmp_path):
    path = written(
        tmp_path,
        '\ufeff{"query": " 서울의 인구는?\u2028", "id": 7, "answer": 9386000}',
        "",
        '{"query": "수도는?", "answer": "서울", "split": "test"}\r',
    )
    first, second = read_queries(path)
    assert (first.id, first.text, first.gold) == ("7", "서울의 인구는?", "9386000")
    assert (second.text, second.gold) == ("수도는?", "서울")
    assert second.id == read_queries(written(tmp_path, '{"query": "수도는?"}'))[0].id


@pytest.mark.parametrize(
    ("lines", "what", "line"),
    [
        ([], "holds no question", ""),
        (["", "  "], "holds no question", ""),
        (['{"query": "가"}', '{"query": '], "Not a line of JSON", ":2"),
        (['["가"]'], "Not a JSON object", ":1"),
        (['{"qeury": "가"}'], "has no `query`", ":1"),
        (['{"query": 3}'], "`query` is no text", ":1"),
        (['{"query": "가", "id": true}'], "`id` is no text", ":1"),
        (['{"query": "가", "answer": ["나"]}'], "`answer` is no text", ":1"),
        (['{"query": " \\t"}'], "The question is empty", ":1"),
        (
            ['{"query": "가", "id": "1"}', '{"query": "나", "id": 1}'],
            "Two questions have the id '1'",
            ":2, and",
        ),
    ],
)
def test_a_file_that_is_wrong_is_told_with_its_line(tmp_path, lines, what, line):
    path = written(tmp_path, *lines)
    with pytest.raises(ConfigurationError, match=what) as error:
        read_queries(path)
    assert f"{path}{line}" in error.value.where
    assert error.value.fix


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_queries(tmp_path / "none.jsonl")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_queries(tmp_path)


def test_the_pool_is_the_same_in_any_order_and_holds_each_question_once():
    queries = [Query(str(n), f"{n}번 질문") for n in range(100)]
    pool, again = pool_of([*queries, Query("a", "3번 질문."), queries[5]], 64)
    assert (len(pool), again) == (64, 2)
    assert pool_of([queries[5], Query("a", "3번 질문."), *queries[::-1]], 64) == (pool, 2)
    assert [query.text for query in pool] != sorted(query.text for query in queries)[:64]
    assert sha256_of(queries) == sha256_of(queries[::-1]) != sha256_of(queries[1:])


@given(
    st.text(min_size=1),
    st.text(alphabet="\x00\x1b\x7f\x85\x9f\u2028\u2029\ufeff\ufffe\uffff\t\"'\\:😀가", min_size=1),
)
def test_any_text_comes_back_from_the_file(tmp_path_factory, one, other):
    path = tmp_path_factory.mktemp("prompt") / "p.json"
    demos = (Demo("1", one, other, other, 0.1, {}, one),)
    prompt = prompt_of(Selection("usp", "sfg"), [Query("1", one)], one, Chosen(demos, 0.5, worth_it=True))
    write_prompt(path, prompt)
    assert load_prompt(path) == prompt
    assert Prompt.model_validate(json.loads(path.read_text(encoding="utf-8"))) == prompt


def test_a_prompt_asks_with_its_demos_and_never_shows_the_question_itself():
    asked = PROMPT.conversation("질문 1?")
    assert [turn.content for turn in asked[1:]] == ["질문 0?", "답 0", "질문 2?", "답 2", "질문 1?"]
    assert asked[0] == Message("system", PROMPT.instruction)
    assert [turn.role for turn in PROMPT.turns()] == ["user", "assistant"] * 3
    assert len(Prompt(task="sfg", demos=PROMPT.demos, k=1).turns()) == 2


def test_a_person_may_write_one_in_yaml(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text(
        "task: cls\nlabels: [긍정, 부정]\ninstruction: 느낌을 고르십시오.\n"
        "demos:\n  - {query_id: a, query: 재미있다, response: 긍정}\n",
        encoding="utf-8",
    )
    prompt = load_prompt(path)
    assert [turn.content for turn in prompt.conversation("지루하다")] == [
        "느낌을 고르십시오.",
        "재미있다",
        "긍정",
        "지루하다",
    ]


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("task: sfg\ndemos: []\nlables: []\n", "unknown key 'lables'", ":3"),
        ("task: sfg\n", "the key 'demos' is missing", ""),
        ("task: poem\ndemos: []\n", "wrong value for 'task'", ":1"),
        ("task: sfg\ndemos:\n- {query_id: a, query: 가}\n", "'response' is missing", ":3"),
        ("task: sfg\ndemos: []\nk: '5'\n", "wrong value for 'k'", ":3"),
        ("version: 2\ntask: sfg\ndemos: []\n", "wrong value for 'version'", ":1"),
        ("task: cls\ndemos: []\n", "names its labels", ""),
        ("[]", "no prompt file", ""),
        ('{"task": "sfg", "demos": [', "not valid YAML", ":1"),
        ("", "is empty", ""),
    ],
)
def test_a_prompt_that_is_wrong_is_told_with_its_line(tmp_path, text, what, line):
    path = tmp_path / "p.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=what) as error:
        load_prompt(path)
    assert f"{path}{line}" in error.value.where
