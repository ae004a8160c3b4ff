"""Many tasks: which there are, which are in a split, which are wanted, what they count to."""

import pytest

from curation.errors import ConfigurationError, UserError
from curation.progress import Quiet
from curation.superni.files import selected_tasks, task_files
from curation.superni.selection import Selection
from curation.superni.splits import evaluation_instances, load_splits
from curation.superni.statistics import Statistics


@pytest.fixture
def real(corpora):
    return corpora / "superni"


def names(paths, faults=None, **criteria):
    found = selected_tasks(paths, Selection(**criteria), [] if faults is None else faults, Quiet())
    return [task.name for task in found]


def test_splits_of_the_default_track_are_those_of_the_published_table(real):
    splits = load_splits(real / "splits/default")
    assert (splits.track, len(splits.test), len(splits.train)) == ("default", 119, 34)
    rows = [line.split("\t") for line in (real / "membership.tsv").read_text("utf-8").splitlines()[1:]]
    assert len(rows) == 46
    assert {name: splits.part(name) for name, _ in rows} == dict(rows)


def test_the_xlingual_track_has_no_korean_task(real):
    splits = load_splits(real / "splits/xlingual")
    assert len(splits.test) == 35
    assert splits.train is None
    korean = (real / "korean_tasks.txt").read_text("utf-8").split()
    assert len(korean) == 13
    assert {splits.part(name) for name in korean} == {None}
    assert splits.part("task1168_xcopa_cause_effect_classification") == "test"


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({}, "no list of test tasks"),
        ({"train_tasks.txt": "task1_a\n"}, "no list of test tasks"),
        ({"train_tasks.txt": "task1_a\n", "test_tasks.txt": "task1_a\n"}, "task1_a is a training task and"),
        ({"test_tasks.txt": b"\xff\xfe\xff"}, "cannot be read"),
    ],
)
def test_wrong_lists_are_refused(tmp_path, files, what):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigurationError, match=what) as refused:
        load_splits(tmp_path)
    assert str(tmp_path) in refused.value.where


def test_whole_lists_go_before_parts_of_them(tmp_path):
    (tmp_path / "test_tasks.txt").write_text("task1_a\n\n task2_b \r\n", "utf-8")
    (tmp_path / "train_tasks.txt").write_text("task3_c", "utf-8")
    (tmp_path / "train_tasks.some.txt").write_text("task4_d", "utf-8")
    splits = load_splits(tmp_path)
    assert (splits.test, splits.train) == ({"task1_a", "task2_b"}, {"task3_c"})
    assert splits.part("task4_d") == "excluded"


def test_evaluation_is_over_the_first_hundred_of_the_file(real):
    counts = {}
    for task in selected_tasks([real / "tasks"], Selection(), [], Quiet()):
        counts[task.name] = len(evaluation_instances(task))
    assert counts.pop("task861_prost_mcq_answers_generation") == 97  # it has no more
    assert set(counts.values()) == {100}


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({"languages": ("Korean",)}, ["task771", "task777", "task783"]),
        ({"languages": ("ko",), "categories": ("translation",)}, ["task777", "task783"]),
        ({"categories": ("Paraphrasing",)}, ["task771"]),
        ({"categories": ("Text Modification",), "names": ("task77*",)}, ["task771"]),
        ({"names": ("task1146_*", "task78*")}, ["task783", "task1146"]),
        (
            {"licences": ("CC-BY-SA-3.0", "cc by 3.0")},
            ["task082", "task381"],
        ),
        ({"licences": ("public domain",)}, ["task1146", "task1317"]),
    ],
)
def test_selection(real, criteria, expected):
    found = names([real / "korean_excerpts", real / "tasks"], **criteria)
    assert [name.split("_")[0] for name in found] == expected


def test_selection_by_part(real):
    splits = load_splits(real / "splits/default")
    assert len(names([real / "tasks"], splits=splits, part="train")) == 34
    assert len(names([real / "tasks"], splits=splits, part="test")) == 3
    assert len(names([real / "tasks"], splits=splits, part="excluded")) == 9
    assert len(names([real / "tasks"], splits=splits)) == 46


def test_nothing_wanted_says_what_there_is(real):
    with pytest.raises(UserError, match="None of 3 tasks") as refused:
        names([real / "korean_excerpts"], languages=("Klingon",))
    assert refused.value.fix == "Ask for less. The languages are English, Korean."
    with pytest.raises(UserError) as refused:
        names([real / "korean_excerpts"], categories=("Nonsense",), licences=("MIT",))
    assert refused.value.fix == (
        "Ask for less. The categories are Text Modification -> Paraphrasing, Translation. "
        "The licences are not stated."
    )
    with pytest.raises(UserError) as refused:
        names([real / "korean_excerpts"], names=("task9*",))
    assert refused.value.fix == "Ask for less."


def test_a_file_that_is_no_task_is_a_fault_among_tasks_and_an_error_alone(write_task):
    task = write_task()
    other = task.parent / "notes.json"
    other.write_text("[1]", "utf-8")
    (task.parent / ".hidden.json").write_text("[1]", "utf-8")
    faults = []
    assert names([task.parent], faults) == ["task12_reviews"]
    assert [(fault.file, fault.field) for fault in faults] == [("notes.json", "the whole file")]
    with pytest.raises(UserError, match="no Super-NaturalInstructions task"):
        names([other])


def test_faults_are_those_of_the_tasks_that_are_wanted(write_task):
    write_task({"URL": [7]}, "task12_a.json")
    folder = write_task({"URL": [7], "Input_language": ["English"], "Output_language": ["English"]}).parent
    faults = []
    assert names([folder], faults, languages=("Korean",)) == ["task12_a"]
    assert [fault.file for fault in faults] == ["task12_a.json"]


def test_files_are_found_once(write_task, tmp_path):
    path = write_task()
    assert [file.name for file in task_files([path.parent, path])] == ["task12_reviews.json"]
    with pytest.raises(ConfigurationError, match="does not exist"):
        task_files([tmp_path / "absent"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigurationError, match=r"no \.json file"):
        task_files([tmp_path / "empty"])


def test_statistics_of_two_tasks(read_changed):
    counted = Statistics()
    counted.add(read_changed()[0])
    legacy = dict.fromkeys(("Input_language", "Output_language", "Domains", "Instance License"))
    english = {
        "Definition": "Say it in other words",
        "Categories": ["A -> B", "A -> C"],
        "Negative Examples": [],
    }
    counted.add(read_changed({**legacy, **english})[0])
    assert counted.as_json() == {
        "tasks": 2,
        "instances": 4,
        "instances_per_task": 2,
        "non_english_tasks": 1,
        "words_per_definition": 4.5,
        "positive_examples_per_task": 2,
        "negative_examples_per_task": 0.5,
        "contributors": 1,
        "sources": 1,
        "languages": {"Korean": 1, "unstated": 1},
        "categories": {"A": 1, "Sentiment Analysis": 1},
        "domains": {"Movies": 1, "Reviews": 1, "unstated": 1},
        "licences": {"CC0 1.0": 1, "unstated": 1},
        "instances_by_category": {"A": 2, "Sentiment Analysis": 2},
    }


def test_statistics_of_the_real_tasks(real):
    counted = Statistics()
    for task in selected_tasks([real], Selection(), [], Quiet()):
        counted.add(task)
    figures = counted.as_json()
    assert (figures["tasks"], figures["instances"], figures["non_english_tasks"]) == (50, 45_835, 3)
    assert figures["languages"] == {"English": 48, "Korean": 3, "unstated": 1}
    assert list(figures["categories"].items())[:2] == [
        ("Question Generation", 11),
        ("Information Extraction", 6),
    ]
    assert figures["licences"]["Apache 2.0"] == 12
