import pytest
from pydantic import ValidationError

from curation.tasks.spec import SEPARATOR, TaskOptions, TaskSpec, task, task_names
from tests.curation.tasks.superni_names import CATEGORIES, DOMAINS, REASONING

FILE = {
    "name": "말투",
    "definition": ["높임말인지 고른다.", "높임말이면 높임, 아니면 낮춤.", "말투를 고르시오."],
    "input": ["문장: {text}", "{text}\n높임말인가?", "다음 문장의 말투는? {text}"],
    "labels": {"1": "높임", "0": "낮춤"},
    "categories": ["Text Categorization"],
    "domains": ["Dialogue"],
    "positive": [
        {"fields": {"text": "어서 오세요."}, "output": "높임", "explanation": "'-세요'는 높이는 말이다."},
        {"fields": {"text": "빨리 와."}, "output": "낮춤", "explanation": "'-아'는 낮추는 말이다."},
    ],
    "negative": [{"fields": {"text": "빨리 와."}, "output": "네", "explanation": "말투를 고르지 않았다."}],
    "source": "우리가 쓴 문장",
    "url": "https://example.org",
    "licence": "CC0-1.0",
}


SEVERAL = {
    "labels": {"0": "높임", "1": "반말", "2": "해당 없음"},
    "several": True,
    "alone": "2",
    "positive": [
        {"fields": {"text": "네, 그래."}, "output": "높임, 반말", "explanation": "둘을 섞어 썼다."},
        {"fields": {"text": "해."}, "output": "해당 없음", "explanation": "말투를 알 수 없다."},
    ],
}


def spec(**changes: object) -> TaskSpec:
    return TaskSpec.model_validate({**FILE, **changes})


def test_a_row_becomes_a_record():
    record = spec().record(
        {"text": "밥 {먹어}."}, ["낮춤"], TaskOptions(), group="밥", attributes={"label": "0"}
    )
    assert [(turn.role, turn.content) for turn in record.messages] == [
        ("user", "문장: 밥 {먹어}."),
        ("assistant", "낮춤"),
    ]
    assert (record.task, record.definition) == ("말투", "높임말인지 고른다.")
    assert (record.references, record.label_space) == (("낮춤",), ("높임", "낮춤"))
    assert record.attributes == {"label": "0"}
    assert (
        record.split_group == spec().record({"text": "물"}, ["낮춤"], TaskOptions(), group="밥").split_group
    )


def test_the_wording_changes_definition_and_input_together():
    record = spec().record({"text": "자."}, ["낮춤"], TaskOptions(template=2))
    assert record.messages[0].content == "다음 문장의 말투는? 자."
    assert record.definition == "말투를 고르시오."
    assert record.split_group == ""


def test_mixed_wordings_depend_on_the_content_alone():
    mixed = TaskOptions(template="mixed")
    contents = [spec().record({"text": f"{n}번"}, ["낮춤"], mixed).definition for n in range(300)]
    assert contents == [spec().record({"text": f"{n}번"}, ["낮춤"], mixed).definition for n in range(300)]
    # Each of three wordings would get 100 of 300; 8 standard deviations are 65.
    assert all(35 < contents.count(wording) < 165 for wording in FILE["definition"])


def test_an_unknown_label_says_which_there_are():
    with pytest.raises(ValueError, match=r"the label '2' is none of 1, 0"):
        spec().in_words("2")


def test_a_row_names_all_its_labels_in_the_order_of_the_file():
    several = spec(**SEVERAL)
    assert several.all_in_words(["1", "0", "1"]) == "높임, 반말"
    assert several.all_in_words(iter(["2"])) == "해당 없음"
    assert several.record({"text": "자."}, ["높임, 반말"], TaskOptions()).label_space == ()


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ([], "the row has no label"),
        (["0", "2"], "the label '2' stands beside another"),
        (["0", ""], "the label '' is none of 0, 1, 2"),
        (["x" * 900], r"the label 'xxxxxxxxxxxx...xxxxxxxxxxxxx' is none of 0, 1, 2"),
    ],
)
def test_several_labels_that_no_row_has(labels, reason):
    with pytest.raises(ValueError, match=reason):
        spec(**SEVERAL).all_in_words(labels)


def test_many_labels_are_not_all_told():
    with pytest.raises(ValueError, match=r"none of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, …$"):
        spec(labels={str(n): f"{n}째" for n in range(44)} | {"a": "높임", "b": "낮춤"}).in_words("44")


def test_tasks_over_the_same_texts_share_their_groups():
    by_text = [
        spec(**changes).record({"text": "자."}, ["낮춤"], TaskOptions(), group="자.").split_group
        for changes in (
            {"name": "말투", "groups": "대화"},
            {"name": "높임법", "groups": "대화"},
            {"name": "대화"},
            {"name": "말투"},
        )
    ]
    assert by_text[0] == by_text[1] == by_text[2] != by_text[3]


def test_which_task_files_share_groups():
    sharing: dict[str, set[str]] = {}
    for one in map(task, task_names()):
        if one.groups:
            sharing.setdefault(one.groups, set()).add(one.name)
    assert sharing == {
        "klue_ner": {"konec", "konne"},
        "beep": {"beep_hate", "beep_bias", "beep_gender_bias"},
        "kold": {"kold_offensive", "kold_target"},
        "korean_parallel": {"korean_parallel_en", "korean_parallel_ko"},
        "lbox": {"lbox_casename", "lbox_statute", "lbox_ljp_criminal", "lbox_ljp_civil"},
        "nikl": {
            *("nikl_mp", "nikl_ne_15", "nikl_ne_150", "nikl_wsd"),
            *("nikl_dp", "nikl_srl", "nikl_za", "nikl_cr"),
        },
    }
    assert sharing.keys() & {*task_names()} == {"klue_ner"}, "the groups of that task itself"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"input": ["{text}", "{text}", "{other}"]}, "name different fields"),
        ({"definition": ["하나", "둘"]}, "at least 3"),
        ({"labels": {"1": "존대", "0": "낮춤"}}, "'높임' is no label in words"),
        (
            {"negative": [{"fields": {}, "output": "네", "explanation": "틀렸다."}]},
            "other fields than the input",
        ),
        ({"surplus": 1}, "Extra inputs"),
        ({"several": True, "labels": {}}, "several labels need names"),
        (SEVERAL | {"labels": {"0": "높임, 반말", "2": "해당 없음"}}, "need names without ', '"),
        (SEVERAL | {"alone": "3"}, "'3' is none of several labels"),
        ({"alone": "1"}, "'1' is none of several labels"),
        (SEVERAL | {"labels": {"1": "반말", "0": "높임", "2": "해당 없음"}}, "labels in another order"),
        (SEVERAL | {"alone": "0"}, "'0' stands beside another"),
        (SEVERAL | {"labels": {"0": "높임", "2": "해당 없음"}}, "'높임, 반말' is no label in words"),
    ],
)
def test_a_fault_in_a_task_file_is_named(changes, reason):
    with pytest.raises(ValidationError, match=reason):
        spec(**changes)


@pytest.mark.parametrize("name", task_names())
def test_task_files_are_whole(name):
    held = task(name)
    assert held.name == name
    assert len(set(held.definition)) == len(held.definition)
    assert len(set(held.input)) == len(held.input)
    outputs = [example.output for example in held.negative]
    positive = [(example.fields, example.output) for example in held.positive]
    assert all((example.fields, example.output) not in positive for example in held.negative), outputs
    assert {*held.categories} <= CATEGORIES
    assert {*held.domains} <= DOMAINS
    assert {*held.reasoning} <= REASONING


@pytest.mark.parametrize("name", [name for name in task_names() if task(name).labels])
def test_every_wording_names_every_label(name):
    held = task(name)
    words = dict.fromkeys(held.labels.values())
    for definition in held.definition:
        assert [word for word in words if word not in definition] == []
    if held.several:
        others = SEPARATOR.join(word for label, word in held.labels.items() if label != held.alone)
        # UnSmile's last label is of another kind and is told apart.
        assert all(others.removesuffix(", 악플/욕설") in definition for definition in held.definition)
