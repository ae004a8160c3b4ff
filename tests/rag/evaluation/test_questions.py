import re

import pytest

from curation.errors import ConfigurationError
from rag.evaluation.questions import Question, answerable_with_relevant, read_questions


def _file(tmp_path, *lines):
    path = tmp_path / "q.jsonl"
    path.write_bytes("\n".join(lines).encode())
    return path


def test_questions_are_read_in_order(tmp_path):
    path = _file(
        tmp_path,
        '\ufeff{"query": "연차는 며칠인가요?", "relevant": ["휴가", 7], "split": "dev"}',
        "",
        '{"query": "사장님 생일은?", "answerable": false, "id": 3}',
        '{"query": " 기한은? ", "answer": "25일", "checked": false}',
    )
    assert read_questions(path) == [
        Question(query="연차는 며칠인가요?", relevant=("휴가", "7")),
        Question(query="사장님 생일은?", answerable=False, id="3"),
        Question(query="기한은?", answer="25일", checked=False),
    ]
    assert [one.query for one in answerable_with_relevant(read_questions(path), path)] == [
        "연차는 며칠인가요?"
    ]


@pytest.mark.parametrize(
    ("line", "what", "fix"),
    [
        ("{", "Not a line of JSON", "Correct"),
        ("[]", "Not a JSON object", "query"),
        ('{"question": "무엇?"}', "The question has no `query`", "It has question"),
        ('{"query": ""}', "`query`", "Correct"),
        ('{"query": " \\t"}', "`query`", "Correct"),
        (f'{{"query": "{"가" * 2_001}"}}', "`query`", "Correct"),
        ('{"query": "a", "relevant": "x"}', "`relevant`", "Correct"),
        ('{"query": "a", "relevant": [true]}', "`relevant.0`", "Correct"),
        ('{"query": "a", "relevant": ["x"], "answerable": false}', "not answerable", "Correct"),
    ],
)
def test_a_line_that_is_no_question_is_named(tmp_path, line, what, fix):
    path = _file(tmp_path, '{"query": "첫째"}', line)
    with pytest.raises(ConfigurationError, match=re.escape(what)) as caught:
        read_questions(path)
    assert caught.value.where == f"{path}:2"
    assert fix in caught.value.fix


def test_an_empty_or_absent_file_says_what_to_do(tmp_path):
    with pytest.raises(ConfigurationError, match="no question") as caught:
        read_questions(_file(tmp_path, "", " "))
    assert "make-queries" in caught.value.fix
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_questions(tmp_path / "absent.jsonl")
    path = _file(tmp_path, '{"query": "a"}')
    with pytest.raises(ConfigurationError, match="names the documents"):
        answerable_with_relevant(read_questions(path), path)
