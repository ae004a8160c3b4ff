"""The step `personal_data`: what happens to what is found, and the samples' planted data."""

from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from pydantic import ValidationError

from curation.errors import ConfigurationError
from curation.personal_data import DEFAULT_KINDS, find
from curation.steps.base import Drop, Given, Keep, Needs, Outcome
from curation.steps.personal_data import PERSONAL_DATA, PersonalDataParams

SAMPLES = Path(__file__).parents[2] / "samples"
PLANTED = [
    fault
    for fault in yaml.safe_load((SAMPLES / "faults.yaml").read_text(encoding="utf-8"))["faults"]
    if fault["kind"] == "personal_data"
]
SECRET = "a secret only for tests"
TEXT = "연락은 010-0000-1234나 user@example.org로, 급하면 010-0000-5678로 주세요."


def params_of(**params: Any) -> PersonalDataParams:
    """Read parameters as a recipe's are read."""
    return PersonalDataParams.model_validate_json(orjson.dumps(params))


def judge(text: str, secret: str = SECRET, **params: Any) -> Outcome:
    assert PERSONAL_DATA.make is not None
    given = Given(secrets={"MALMOI_PSEUDONYM_KEY": secret})
    return PERSONAL_DATA.make(params_of(**params), given)([text])[0]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (
            {},
            Keep(
                "연락은 [전화번호]나 [이메일]로, 급하면 [전화번호]로 주세요.",
                counts={"phone_number": 2, "email_address": 1},
            ),
        ),
        (
            {"kinds": ["phone_number"]},
            Keep(
                "연락은 [전화번호]나 user@example.org로, 급하면 [전화번호]로 주세요.",
                counts={"phone_number": 2},
            ),
        ),
        ({"action": "drop"}, Drop("email_address", 1.0)),
        ({"action": "drop", "kinds": ["phone_number", "person"]}, Drop("phone_number", 2.0)),
        (
            {"action": "tag"},
            Keep(
                TEXT,
                counts={"phone_number": 2, "email_address": 1},
                tags={"has_phone_number": True, "has_email_address": True},
            ),
        ),
        (
            {"action": "tag", "actions": {"email_address": "mask"}},
            Keep(
                TEXT.replace("user@example.org", "[이메일]"),
                counts={"phone_number": 2, "email_address": 1},
                tags={"has_phone_number": True},
            ),
        ),
        ({"actions": {"email_address": "drop"}}, Drop("email_address", 1.0)),
        ({"kinds": ["card_number"]}, TEXT),
    ],
)
def test_what_happens_to_it(params: dict[str, Any], expected: Outcome) -> None:
    assert judge(TEXT, **params) == expected


def test_a_text_without_personal_data_comes_back_as_it_is() -> None:
    text = "2024년 1월 5일 제12조를 고쳤다."
    assert judge(text) is text


def test_pseudonyms_agree_between_texts_and_runs_and_keep_the_rest() -> None:
    first = judge("전화 010-0000-1234, 면허 없음", action="pseudonymise")
    second = judge("01000001234로 전화", action="pseudonymise")
    assert isinstance(first, Keep)
    assert isinstance(second, Keep)
    number = first.text.removeprefix("전화 ").removesuffix(", 면허 없음")
    assert number != "010-0000-1234"
    assert second.text == number.replace("-", "") + "로 전화"
    other = judge("전화 010-0000-1234, 면허 없음", "another secret for tests", action="pseudonymise")
    assert isinstance(other, Keep)
    assert other.text != first.text


@pytest.mark.parametrize(
    ("params", "needs"),
    [
        ({}, Needs()),
        ({"action": "pseudonymise"}, Needs(secrets=("MALMOI_PSEUDONYM_KEY",))),
        ({"actions": {"address": "pseudonymise"}}, Needs(secrets=("MALMOI_PSEUDONYM_KEY",))),
        ({"kinds": ["phone_number"], "actions": {"address": "pseudonymise"}}, Needs()),
    ],
)
def test_only_pseudonyms_need_a_secret(params: dict[str, Any], needs: Needs) -> None:
    assert PERSONAL_DATA.needs is not None
    assert PERSONAL_DATA.needs(params_of(**params)) == needs


@pytest.mark.parametrize("secret", ["", "5ecret"])
def test_a_poor_secret_is_refused(secret: str) -> None:
    with pytest.raises(ConfigurationError, match="16 characters") as error:
        judge(TEXT, secret, action="pseudonymise")
    assert "MALMOI_PSEUDONYM_KEY" in error.value.where
    assert "5ecret" not in str(error.value)


@pytest.mark.parametrize(
    "params",
    [
        {"kinds": ["phone"]},
        {"kinds": []},
        {"action": "remove"},
        {"actions": {"phone": "mask"}},
        {"mask": "x"},
    ],
)
def test_wrong_parameters_are_refused(params: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as error:
        params_of(**params)
    if params == {"kinds": ["phone"]}:
        assert all(kind in str(error.value) for kind in DEFAULT_KINDS)


def test_parameters_have_one_order() -> None:
    forwards = params_of(kinds=["phone_number", "email_address"])
    assert forwards == params_of(kinds=["email_address", "phone_number", "phone_number"])


def test_persons_are_not_looked_for_unless_asked() -> None:
    assert "person" not in PersonalDataParams().kinds
    assert judge("담당자: 홍길동 과장", kinds=["person"]) == Keep("담당자: [이름] 과장", counts={"person": 1})


def test_the_same_text_has_the_same_outcome_in_any_batch() -> None:
    assert PERSONAL_DATA.make is not None
    texts = [TEXT, "그냥 글", TEXT, "4111 1111 1111 1111"]
    step = PERSONAL_DATA.make(PersonalDataParams(), Given())
    assert step(texts) == [step([text])[0] for text in texts]


def _sample(file: str) -> str:
    encoding = "cp949" if file.endswith(".csv") or "cp949" in file or "창고" in file else "utf-8"
    return (SAMPLES / file).read_text(encoding=encoding, errors="replace")


@pytest.mark.parametrize("fault", PLANTED, ids=lambda fault: fault["id"])
def test_what_is_planted_in_the_samples_is_found(fault: dict[str, Any]) -> None:
    text = _sample(fault["file"])
    found = {(one.kind, text[one.start : one.end]) for one in find(text, DEFAULT_KINDS)}
    assert {(item["type"], item["text"]) for item in fault["expected"]["contains"]} <= found


def test_nothing_else_is_found_in_the_samples() -> None:
    planted: dict[str, set[str]] = {}
    for fault in PLANTED:
        planted.setdefault(fault["file"], set()).update(
            item["text"] for item in fault["expected"]["contains"]
        )
    for path in sorted(SAMPLES.rglob("*")):
        if path.suffix in (".md", ".csv", ".json", ".jsonl") and path.name != "README.md":
            file = path.relative_to(SAMPLES).as_posix()
            text = _sample(file)
            found = {text[one.start : one.end] for one in find(text, DEFAULT_KINDS)}
            assert found == planted.get(file, set()), file
