"""Task files of every year become one model; what is wrong with one is named."""

import pytest

from curation.readers.base import SourceFile
from curation.superni.checks import read_task
from curation.superni.files import task_files
from curation.superni.schema import Example, Instance, Task, task_bytes
from tests.curation.superni.conftest import TASK

ROW = {"id": "task12-a", "input": "좋다", "output": ["긍정"]}


def test_a_file_of_todays_schema(read_changed):
    task, faults = read_changed()
    assert faults == []
    assert task == Task(
        name="task12_reviews",
        contributors=("말모이",),
        source=("reviews",),
        url=("https://example.com/reviews",),
        categories=("Sentiment Analysis",),
        reasoning=(),
        definition=("영화평이 긍정인지 부정인지 답한다.",),
        input_language=("Korean",),
        output_language=("Korean",),
        instruction_language=("Korean",),
        domains=("Reviews -> Movies", "Movies"),
        positive=(
            Example("웃다가 울었다.", "긍정", "칭찬이다."),
            Example("졸다가 나왔다.", "부정", "불만이다."),
        ),
        negative=(Example("또 보고 싶다.", "부정", "칭찬이다."),),
        instance_licence=("CC0 1.0",),
        instances=(
            Instance("좋다", ("긍정",), 1, "task12-a"),
            Instance("나쁘다", ("부정", "나쁨"), 2, "task12-b"),
        ),
    )


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"Definition": "글 하나"}, "definition", ("글 하나",)),
        ({"Definition": ["", "둘째"]}, "definition", ("둘째",)),
        ({"Source": "reviews"}, "source", ("reviews",)),
        ({"Categories": "Translation"}, "categories", ("Translation",)),
        ({"Input_language": ["ko", "EN"]}, "input_language", ("Korean", "English")),
        ({"Input_language": None, "input_language": ["ko"]}, "input_language", ("Korean",)),
        ({"Instance License": None, "Instance license": "MIT"}, "instance_licence", ("MIT",)),
        ({"Instruction Source": ["https://example.com"]}, "instruction_source", ("https://example.com",)),
        *(
            ({key: None}, field, ())
            for key, field in (
                ("URL", "url"),
                ("Reasoning", "reasoning"),
                ("Input_language", "input_language"),
                ("Output_language", "output_language"),
                ("Instruction_language", "instruction_language"),
                ("Domains", "domains"),
                ("Instance License", "instance_licence"),
            )
        ),
        ({"Instances": [{"input": "a", "output": "b"}]}, "instances", (Instance("a", ("b",), 1),)),
        (
            {"Negative Examples": [{"input": "a", "output": ["b"]}]},
            "negative",
            (Example("a", "b"),),
        ),
    ],
)
def test_what_earlier_years_wrote_is_no_fault(read_changed, changes, field, value):
    task, faults = read_changed(changes)
    assert getattr(task, field) == value
    assert faults == []


@pytest.mark.parametrize(
    ("changes", "name", "field", "fault", "fix"),
    [
        ({"Categories": None}, None, "Categories", "missing", '"Categories": […]'),
        ({"Postive Examples": []}, None, "Postive Examples", "this key", "did you mean 'Positive Examples'?"),
        ({"URL": [None]}, None, "URL, item 1", "no text", "leave the list empty"),
        ({"Domains": 7}, None, "Domains", "neither a list nor text", "write it as text"),
        ({"Input_language": ["kr"]}, None, "Input_language", "'kr' is no language", "English name"),
        (
            {"Negative Examples": [{"input": "a"}]},
            None,
            "Negative Examples, item 1",
            "no 'output'",
            "give it an input, an output",
        ),
        ({"Positive Examples": []}, None, "Positive Examples", "none", "add two"),
        (
            {"Instances": [ROW, {"input": "b", "output": []}]},
            None,
            "Instances, item 2",
            "'output' is empty",
            "or remove it",
        ),
        ({"Instances": [ROW, {**ROW, "input": "b"}]}, None, "Instances, id", "task12-a", "its own"),
        ({"Instances": [ROW, {**ROW, "id": "task12-b"}]}, None, "Instances, input", "좋다", "merge"),
        (
            {"Instances": [ROW, {**ROW, "id": "task9-a", "input": "b"}]},
            None,
            "Instances, item 2",
            "'task9-a' is of another task",
            "task12-",
        ),
        (
            {"Instances": [ROW, {"input": "졸다가 나왔다.", "output": ["부정"]}]},
            None,
            "Instances, item 2",
            "positive example",
            "gives its answer away",
        ),
        (
            {"Instances": [{"input": str(n), "output": "a"} for n in range(6501)]},
            None,
            "Instances",
            "6,501",
            "at most 6,500",
        ),
        ({"Instances": []}, None, "Instances", "none", "add instances"),
        ({"Instances": [{"input": "a", "output": "b"}]}, "Task12.json", "file name", "not like", "rename"),
    ],
)
def test_a_fault_names_file_field_and_fix(read_changed, changes, name, field, fault, fix):
    task, (found,) = read_changed(changes, name or "task12_reviews.json")
    assert found.file == (name or "task12_reviews.json")
    assert found.field == field
    assert fault in found.fault
    assert fix in found.fix
    assert task.definition == tuple(TASK["Definition"])


def test_written_and_read_again_it_is_the_same(read_changed, tmp_path):
    task, _ = read_changed(
        {"Instruction Source": ["손으로 씀"], "Negative Examples": [{"input": "가", "output": "나"}]}
    )
    path = tmp_path / "task12_reviews.json"
    path.write_bytes(task_bytes(task))
    again, faults = read_task(SourceFile(path, path.name))
    assert (again, faults) == (task, [])
    assert task_bytes(again) == path.read_bytes()
    assert '\n    "Definition": [\n        "영화평이'.encode() in path.read_bytes()


def test_real_tasks_and_their_four_faults(corpora):
    files = task_files([corpora / "superni"])
    assert len(files) == 50
    read = [read_task(file) for file in files]
    assert sum(len(task.instances) for task, _ in read) == 45_835
    assert [(fault.file.split("/")[-1][:7], fault.field) for _, faults in read for fault in faults] == [
        ("task388", "Instances, item 173"),
        ("task388", "Instances, item 218"),
        ("task388", "Instances, item 950"),
        ("task603", "URL, item 1"),
    ]
    without_ids = [task.name for task, _ in read if task.instances[0].id is None]
    assert without_ids == [
        "task771_pawsx_korean_text_modification.excerpt",
        "task777_pawsx_english_korean_translation.excerpt",
        "task783_pawsx_korean_english_translation.excerpt",
        "task321_stereoset_classification_religion",
    ]


def test_real_tasks_survive_being_written(corpora, tmp_path):
    for file in task_files([corpora / "superni"]):
        task, _ = read_task(file)
        if "task388" in file.name:
            continue  # without its empty outputs the places of the instances are others
        path = tmp_path / file.path.name
        path.write_bytes(task_bytes(task))
        assert read_task(SourceFile(path, path.name)) == (task, [])
