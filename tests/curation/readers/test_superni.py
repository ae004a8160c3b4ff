import json
import unicodedata

import pytest

from curation.errors import UserError

# The same label in another normal form, as files from a Mac have it.
NFD = unicodedata.normalize("NFD", "긍정")

TASK = {
    "Categories": ["Sentiment Analysis"],
    "Definition": ["첫 정의", "둘째 정의"],
    "Input_language": ["Korean"],
    "Output_language": ["Korean"],
    "Domains": ["Reviews -> Movies", "Movies"],
    "Instance License": ["CC0 1.0"],
    "Instances": [
        {"id": "task1-a", "input": "좋다", "output": ["긍정"]},
        {"id": "task1-b", "input": "나쁘다", "output": ["부정"]},
        {"id": "task1-c", "input": "최고다", "output": ["긍정"]},
        {"id": "task1-d", "input": "최악이다", "output": ["부정"]},
    ],
}


def encoded(**changes: object) -> bytes:
    task = {**TASK, **changes}
    return json.dumps({key: value for key, value in task.items() if value is not None}).encode()


def test_instance_becomes_a_record(read_bytes):
    outcome = read_bytes("superni", encoded(), name="task1_reviews2.1_classification.json")
    row = outcome.rows[1]
    assert row.where.line == 2
    record = row.record
    assert [(m.role, m.content) for m in record.messages] == [("user", "나쁘다"), ("assistant", "부정")]
    assert record.task == record.split_group == "task1_reviews2.1_classification"
    assert record.definition == "첫 정의"
    assert record.label_space == ("긍정", "부정")
    assert record.attributes == {
        "categories": "Sentiment Analysis",
        "input_language": "Korean",
        "output_language": "Korean",
        "domains": "Reviews -> Movies, Movies",
        "instance_licence": "CC0 1.0",
        "instance_id": "task1-b",
    }


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"Definition": "글 하나"}, lambda record: record.definition == "글 하나"),
        ({"Input_language": ["ko"]}, lambda record: record.attributes["input_language"] == "Korean"),
        ({"Input_language": "Korean"}, lambda record: record.attributes["input_language"] == "Korean"),
        ({"Domains": None}, lambda record: "domains" not in record.attributes),
        ({"Instance License": None}, lambda record: "instance_licence" not in record.attributes),
        ({"Instances": [{"input": "a", "output": "b"}]}, lambda record: record.references == ("b",)),
        (
            {"Instances": [{"input": "a", "output": ["b"]}]},
            lambda record: "instance_id" not in record.attributes,
        ),
        (
            {"Instances": [{"input": "a", "output": ["b", "c"]}]},
            lambda record: record.references == ("b", "c") and record.messages[1].content == "b",
        ),
        ({"Categories": ["Question Answering"]}, lambda record: record.label_space == ()),
        (
            # Every instance has an output of its own: a category that calls itself classification
            # and is none.
            {"Instances": [{"input": "a", "output": [f"결과 {n}"]} for n in range(9)]},
            lambda record: record.label_space == (),
        ),
        (
            {"Categories": ["Named Entity Recognition"]},
            lambda record: record.label_space == (),
        ),
        (
            {
                "Instances": [
                    {"input": "a", "output": [label]} for label in ("긍정", NFD, "부정", " 부정") * 2
                ]
            },
            lambda record: record.label_space == ("긍정", "부정"),
        ),
    ],
)
def test_drift_of_the_schema(read_bytes, changes, check):
    assert check(read_bytes("superni", encoded(**changes)).rows[0].record)


@pytest.mark.parametrize(
    ("instance", "error"),
    [
        (7, "no object"),
        ({"input": "a"}, "no 'output'"),
        ({"output": ["a"]}, "no 'input'"),
        ({"input": "a", "output": []}, "'output' is empty"),
        ({"input": "a", "output": [""]}, "empty or no text"),
        ({"input": "a", "output": None}, "empty or no text"),
        ({"input": 7, "output": ["a"]}, "'input' is a number"),
    ],
)
def test_malformed_instance_goes_to_quarantine(read_bytes, instance, error):
    outcome = read_bytes("superni", encoded(Instances=[instance, TASK["Instances"][0]]))
    (bad,) = outcome.bad
    assert error in bad.error
    assert (json.loads(bad.raw), bad.where.line) == (instance, 1)
    assert len(outcome.rows) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no JSON"),
        (b"[1]", "no JSON object"),
        (b"{}", "no Definition"),
        (encoded(Definition=[]), "no Definition"),
        (encoded(Instances=None), "no list of Instances"),
    ],
)
def test_file_that_is_no_task(read_bytes, content, reason):
    with pytest.raises(UserError, match=reason) as refused:
        read_bytes("superni", content, name="notes.json")
    assert refused.value.where == "notes.json"


def test_every_real_task(read, corpora):
    """45,838 instances, three of them with an empty output; NaN for a source in task603."""
    paths = sorted((corpora / "superni").rglob("*.json"))
    outcomes = {path.name: read("superni", path) for path in paths}
    assert len(outcomes) == 50
    assert sum(len(outcome.rows) + len(outcome.bad) for outcome in outcomes.values()) == 45_838
    bad = {name: [row.where.line for row in outcome.bad] for name, outcome in outcomes.items() if outcome.bad}
    assert bad == {"task388_torque_token_classification.json": [173, 218, 950]}
    closed = {name for name, outcome in outcomes.items() if outcome.rows[0].record.label_space}
    assert closed == {"task321_stereoset_classification_religion.json"}


def test_real_korean_excerpts(read, corpora):
    paths = sorted((corpora / "superni/korean_excerpts").glob("*.json"))
    assert len(paths) == 3
    for path in paths:
        record = read("superni", path).rows[0].record
        assert "Korean" in (record.attributes["input_language"], record.attributes["output_language"])
        assert len(record.definition) > 20


def test_first_and_last_instance_of_every_real_task(read, corpora):
    paths = sorted((corpora / "superni").rglob("*.json"))
    assert len(paths) == 50
    for path in paths:
        task = json.loads(path.read_bytes())
        rows = read("superni", path).rows
        assert len(rows) >= len(task["Instances"]) - 3
        for row, instance in ((rows[0], task["Instances"][0]), (rows[-1], task["Instances"][-1])):
            outputs = instance["output"]
            assert row.record.references == (tuple(outputs) if isinstance(outputs, list) else (outputs,))
            assert [one.content for one in row.record.messages] == [
                instance["input"],
                row.record.references[0],
            ]
            definition = task["Definition"]
            whole = definition if isinstance(definition, str) else definition[0]
            assert row.record.definition == whole.strip()
