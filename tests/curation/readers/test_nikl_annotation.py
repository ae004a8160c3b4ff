"""모두의 말뭉치 with annotated sentences: entities, morphemes, senses, dependencies, roles."""

import copy
import json
from pathlib import Path

import pytest

from curation.readers.nikl.entries import REPAIRED
from tests.curation.readers.instructions import recoveries, turns

BY_FORMAT = Path(__file__).parent / "by_format"
FORM = "나는 강가에서 배를 탔다."


def sentences_of(name: str) -> list[dict]:
    return json.loads((BY_FORMAT / name).read_bytes())["document"][-1]["sentence"]


def corpus(*sentences: object, **document: object) -> bytes:
    held = {"id": "NX1.1", "metadata": {"title": "글"}, "sentence": list(sentences)} | document
    return json.dumps({"id": "NX1", "document": [held]}, ensure_ascii=False, indent=1).encode()


def entity(form: str, begin: int, end: int, label: str = "LC") -> dict[str, object]:
    return {"id": 1, "form": form, "label": label, "begin": begin, "end": end}


def test_entities_of_15_types(read):
    outcome = read("nikl_ne", BY_FORMAT / "nikl_ne.json")
    assert outcome.bad == []
    assert {row.record.task for row in outcome.rows} == {"nikl_ne_15"}
    assert len({row.record.split_group for row in outcome.rows}) == 1
    assert turns(outcome.rows) == [
        ("문장: 참 잘했다.", "없음"),
        ("문장: 이순신은 한산도에서 이겼다.", "이순신 (인물)\n한산도 (장소)"),
        ("문장: 섬과 섬 사이, 또 섬", "섬 (장소)"),
        ("문장: 아무 일도 없다.", "없음"),
    ]
    second = outcome.rows[1].record.attributes
    assert {key: second[key] for key in ("id", "document_id", "title", "category")} == {
        "id": "NXNE1902000001.1.2",
        "document_id": "NXNE1902000001.1",
        "title": "역사",
        "category": "신문 > 개체명 분석",
    }
    annotation = json.loads(second["annotation"])
    assert list(annotation) == ["word", "NE"]
    assert annotation["NE"][1] == {"id": 2, "form": "한산도", "label": "LC", "begin": 5, "end": 8}


@pytest.mark.parametrize(
    ("text", "stated", "mended"),
    [
        ("섬과 섬 사이, 또 섬", ("섬", 0, 1), None),
        ("섬과 섬 사이, 또 섬", ("섬", 4, 5), (3, 4)),
        ("섬과 섬 사이, 또 섬", ("섬", 10, 10), (11, 12)),
        ("먼 섬", ("섬", -1, -1), (2, 3)),
        ("먼 섬!", ("섬", -2, -1), (2, 3)),
        ("먼 섬", ("먼 섬", 0, 2), (0, 3)),  # an end that is not exclusive
    ],
)
def test_offsets_are_checked_against_the_form(read_bytes, text, stated, mended):
    """``end`` is exclusive; another form there is looked for nearby."""
    (row,) = read_bytes("nikl_ne", corpus({"id": "1", "form": text, "NE": [entity(*stated)]})).rows
    assert row.recovery == (REPAIRED if mended else "")
    (kept,) = json.loads(row.record.attributes["annotation"])["NE"]
    assert (kept["begin"], kept["end"]) == (mended or stated[1:])
    assert turns([row])[0][1] == f"{stated[0]} (장소)"


@pytest.mark.parametrize(
    ("held", "error"),
    [
        ([entity("강", 0, 1)], "'강' does not stand at 0–1"),
        ([entity("섬", 1, 2)], "'섬' does not stand at 1–2"),  # as near to 0 as to 2
        ([entity("", 0, 0)], "'' does not stand at 0–0"),
        ([{**entity("섬", 0, 1), "form": None, "end": 9}], "0–9 does not lie within the text"),
        ([{**entity("섬", 0, 1), "begin": "0"}], "'begin' is no whole number"),
        ([entity("섬", 0, 1, "SEOM")], "the entity type 'SEOM' is unknown"),
        ([None], "an item of 'NE' is no object"),
        ({}, "'NE' is no list"),
    ],
)
def test_what_cannot_be_mended_goes_to_quarantine_as_it_was(read_bytes, held, error):
    good = {"id": "2", "form": "섬", "NE": [entity("섬", 0, 1)]}
    sentence = {"id": "1", "form": "섬 섬", "NE": held}
    outcome = read_bytes("nikl_ne", corpus(good, sentence, {"id": "3", "form": "섬"}))
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [(2, error), (3, "no 'NE'")]
    assert json.loads(outcome.bad[0].raw) == sentence
    assert len(outcome.rows) == 1


def test_entities_stand_in_the_order_of_the_text(read_bytes):
    held = [entity("뭍", 3, 4), entity("섬과 뭍", 0, 4, "CV"), entity("섬", 0, 1)]
    (row,) = read_bytes("nikl_ne", corpus({"id": "1", "form": "섬과 뭍", "NE": held})).rows
    assert turns([row])[0][1] == "섬 (장소)\n섬과 뭍 (문명)\n뭍 (장소)"
    assert json.loads(row.record.attributes["annotation"])["NE"] == held


def test_the_set_of_types_is_told_by_the_first_entity(read_bytes):
    empty = {"id": "1", "form": "음.", "NE": None}
    fine = {"id": "2", "form": "서울", "NE": [entity("서울", 0, 2, "LCP_CAPITALCITY")]}
    outcome = read_bytes("nikl_ne", corpus(empty, fine))
    assert [row.record.task for row in outcome.rows] == ["nikl_ne_150", "nikl_ne_150"]
    assert [answer for _, answer in turns(outcome.rows)] == ["없음", "서울 (수도)"]


def test_a_real_layout(read, corpora):
    outcome = read("nikl_ne", corpora / "nikl_schema_samples/NXNE_konne_dev_sample.json")
    assert (len(outcome.rows), outcome.bad, recoveries(outcome.rows), outcome.notes) == (400, [], {}, {})
    assert turns(outcome.rows[:1])[0][1] == (
        "경찰 (정치·행정 기관)\n박 (인물)\n딸 (가족·친족 관계)\n32 (나이)\n김 (인물)\n"
        "33 (나이)\n16명 (인원수)"
    )
    assert turns(outcome.rows[-1:])[0][1].endswith("50m (길이)\n권총 (스포츠 종목)\n예선 (스포츠 행사)")
    konne = read("konne", corpora / "konec_konne/konne-dev.jsonl").rows[:400]
    assert turns(outcome.rows) == turns(konne)


def test_morphemes(read):
    outcome = read("nikl_mp", BY_FORMAT / "nikl_mp.json")
    (row,) = outcome.rows
    assert turns([row]) == [
        (
            f"문장: {FORM}",
            "나는 → 나/NP + 는/JX\n강가에서 → 강가/NNG + 에서/JKB\n배를 → 배/NNG + 를/JKO\n"
            "탔다. → 타/VV + 았/EP + 다/EF + ./SF",
        )
    ]
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [(3, "no morphemes")]
    # A null document and a null list of sentences; a sentence with an empty form.
    assert outcome.notes == {
        "nikl_mp.json: documents without sentences": "2",
        "nikl_mp.json: sentences without text": "1",
    }


def changed(key: str, change) -> dict:
    documents = json.loads((BY_FORMAT / "nikl_mp.json").read_bytes())["document"]
    sentence = documents[1]["sentence"][0]
    sentence[key] = change(sentence[key])
    return sentence


def test_an_annotation_without_a_text_is_not_lost(read_bytes):
    sentences = [{"id": "1", "form": form, "NE": [entity("섬", 0, 1)]} for form in ("", None, 7)]
    outcome = read_bytes("nikl_ne", corpus(*sentences, {"id": "4", "form": " ", "NE": []}))
    assert [bad.error for bad in outcome.bad] == ["an annotation without a text"] * 3
    assert [json.loads(bad.raw) for bad in outcome.bad] == sentences
    assert outcome.notes == {"input: sentences without text": "1"}


def test_morphemes_are_put_in_order(read, read_bytes):
    whole = read("nikl_mp", BY_FORMAT / "nikl_mp.json").rows
    (row,) = read_bytes("nikl_mp", corpus(changed("morpheme", lambda held: held[::-1]))).rows
    assert turns([row]) == turns(whole)


@pytest.mark.parametrize(
    ("sentence", "error"),
    [
        (
            changed("word", lambda held: [{**one, "id": one["id"] - 1} for one in held]),
            "a morpheme of word 4, which there is not",
        ),
        (changed("word", lambda held: [held[0], held[0]]), "two words have the same id"),
        (changed("word", lambda held: None), "no words"),
        (changed("morpheme", lambda held: []), "no morphemes"),
        (changed("morpheme", lambda held: [{**held[0], "position": None}]), "'position' is no whole number"),
    ],
)
def test_words_are_numbered_from_1(read_bytes, sentence, error):
    assert [bad.error for bad in read_bytes("nikl_mp", corpus(sentence)).bad] == [error]


def test_offsets_of_words_are_mended(read_bytes):
    inclusive = changed("word", lambda held: [{**one, "end": one["end"] - 1} for one in held])
    (row,) = read_bytes("nikl_mp", corpus(inclusive)).rows
    assert row.recovery == REPAIRED
    kept = json.loads(row.record.attributes["annotation"])["word"]
    assert [(one["begin"], one["end"]) for one in kept] == [(0, 2), (3, 7), (8, 10), (11, 14)]


def test_senses(read, read_bytes):
    outcome = read("nikl_wsd", BY_FORMAT / "nikl_mp.json")
    assert turns(outcome.rows) == [(f"문장: {FORM}", "배/NNG → 2\n타다/VV → 1"), ("문장: 와!", "없음")]
    far = changed("WSD", lambda held: [{**held[0], "end": 99}])
    assert [bad.error for bad in read_bytes("nikl_wsd", corpus(far)).bad] == [
        "8–99 does not lie within the sentence"
    ]


def test_dependencies(read, read_bytes):
    outcome = read("nikl_dp", BY_FORMAT / "nikl_dp.json")
    assert turns(outcome.rows) == [
        (
            f"문장: {FORM}",
            "1 나는 → 4 탔다. (체언구 주어)\n2 강가에서 → 4 탔다. (체언구 부사어)\n"
            "3 배를 → 4 탔다. (체언구 목적어)\n4 탔다. → 뿌리 (용언구)",
        )
    ]
    (sentence,) = sentences_of("nikl_dp.json")
    sentence["DP"][0]["head"] = 7
    outcome = read_bytes("nikl_dp", corpus(sentence, {"id": "2", "form": "음", "DP": None}))
    assert [bad.error for bad in outcome.bad] == ["the head '7' is none of the words", "no dependencies"]


def test_roles(read, read_bytes):
    outcome = read("nikl_srl", BY_FORMAT / "nikl_srl.json")
    assert turns(outcome.rows) == [
        (f"문장: {FORM}", "탔다 ← 나는 (ARG0)\n탔다 ← 강가에서 (장소)\n탔다 ← 배를 (ARG1)"),
        ("문장: 춥다!", "춥다 ← 없음"),
        ("문장: 아이고!", "없음"),
    ]
    sentence = sentences_of("nikl_srl.json")[0]
    moved, unknown = copy.deepcopy(sentence), copy.deepcopy(sentence)
    moved["SRL"][0]["argument"][2]["begin"] = 7
    unknown["SRL"][0]["argument"][0]["label"] = "AGENT"
    outcome = read_bytes("nikl_srl", corpus(moved, unknown))
    assert [row.recovery for row in outcome.rows] == [REPAIRED]
    assert [bad.error for bad in outcome.bad] == ["the role 'AGENT' is unknown"]
    assert json.loads(outcome.bad[0].raw) == unknown
