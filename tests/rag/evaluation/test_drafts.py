from collections import Counter

import orjson
import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from curation.errors import UserError
from rag.evaluation.drafts import draft_questions
from rag.evaluation.questions import read_questions
from rag.lexical import lexical_fields
from rag.types import Passage

TEXTS = [
    "연차 휴가는 1년을 채우면 16일이 됩니다. 휴가는 5영업일 전까지 나이테에서 신청합니다.",
    "국내 출장의 숙박비는 하루에 11만 원까지 드립니다. 영수증은 살림팀에 냅니다.",
    "지하 주차장은 회사 자리가 18면 있습니다.",
    "급여는 매달 25일에 들어옵니다. 날씨가 참 좋군요.",
    "계정의 비밀번호는 14자 이상이어야 합니다.",
    "신입 면접은 3월 25일에 실시합니다.",
    "대회의실은 본관 3층에 있습니다. 회의실은 전날까지 예약합니다.",
    "동호회의 지원금은 분기마다 30만 원입니다.",
    "건강검진의 비용은 회사가 50만 원까지 부담합니다.",
]
PASSAGES = [
    Passage(f"{at}#0", f"{at}.md", "", f"규정/{at}.md", text, 0, len(text)) for at, text in enumerate(TEXTS)
]


def frequencies(tokens):
    found = Counter(token for field in lexical_fields(TEXTS) for token in set(field.split()))
    return {token: found[token] for token in tokens}


def _drafts(count, **options):
    return draft_questions(PASSAGES, frequencies, count, **options)


def _model(*replies):
    return GenericFakeChatModel(messages=iter([AIMessage(content=reply) for reply in replies]))


def test_a_third_of_each_kind_each_of_another_passage():
    drafts = _drafts(6)
    assert Counter(draft.kind for draft in drafts) == {"wording": 2, "paraphrase": 2, "unanswerable": 2}
    assert len({draft.passage.doc_id for draft in drafts}) == len(drafts)
    assert len({draft.query for draft in drafts}) == len(drafts)


def test_every_line_is_a_question_that_says_what_it_was_made_of(tmp_path):
    drafts = _drafts(12)
    path = tmp_path / "questions.jsonl"
    path.write_bytes(b"".join(orjson.dumps(draft.as_row()) + b"\n" for draft in drafts))
    questions = read_questions(path)
    assert len(questions) == len(drafts) >= 9
    for question, draft in zip(questions, drafts, strict=True):
        assert not question.checked
        assert question.answerable is (draft.kind != "unanswerable")
        assert question.relevant == ((draft.passage.doc_id,) if question.answerable else ())
        assert not question.answer or question.answer in draft.passage.text
        assert question.answer not in question.query or not question.answer
        # The statement stands in the passage as it is.
        assert draft.because.rpartition(": ")[2] in draft.passage.text
        assert draft.as_row()["source"] == draft.passage.source


def test_an_unanswerable_question_names_what_no_passage_holds():
    drafts = [draft for draft in _drafts(9) if draft.kind == "unanswerable"]
    for draft in drafts:
        noun, _, other = draft.because.partition(":")[0].partition(" → ")
        assert other in draft.query
        assert noun in draft.passage.text
        assert not any(other in text for text in TEXTS)


def _of(text, tokens, count=3, **options):
    passage = Passage("a", "a", "", "", text, 0, len(text))
    return {draft.kind: draft for draft in draft_questions([passage], tokens, count, **options)}


def _none_held(tokens):
    return dict.fromkeys(tokens, 0)


def _part_of_words(tokens):
    """Every pair of syllables occurs in some word, and no word by itself."""
    return {token: int(token.startswith("_")) for token in tokens}


LODGING = "출장의 숙박비는 11만 원입니다. 해외의 숙박비는 22만 원입니다. 휴일의 숙박비는 15만 원입니다."


def test_a_noun_inside_another_word_counts_as_held():
    assert _of(LODGING, _none_held).keys() == {"wording", "paraphrase", "unanswerable"}
    assert _of(LODGING, _part_of_words).keys() == {"wording", "paraphrase"}


def test_particles_agree_with_the_noun_that_took_the_place():
    found = _of(
        "계정의 비밀번호는 14자입니다. 이 계정은 9월 1일에 닫습니다. 앱의 비밀번호는 6자입니다.", _none_held
    )
    # 교환원, 비번 and 패스워드 are near, in this order; what may mean the same is not for the unanswerable.
    assert found["paraphrase"].query.startswith("이 차변은")
    assert found["unanswerable"].query == "앱의 패스워드는 몇 자인가요?"


def test_a_part_of_a_name_is_not_replaced():
    assert "paraphrase" not in _of("햄 비밀번호는 14자입니다. 햄 비밀번호는 15자입니다.", _none_held)
    assert "paraphrase" not in _of("앱의 비밀번호표는 14자입니다. 앱의 비밀번호표는 15자입니다.", _none_held)


def test_the_same_seed_gives_the_same_drafts():
    first, second = _drafts(6, seed=1), draft_questions(PASSAGES[::-1], frequencies, 6, seed=1)
    assert [draft.query for draft in first] == [draft.query for draft in second]
    assert [draft.query for draft in _drafts(6, seed=2)] != [draft.query for draft in first]


def test_a_model_writes_the_paraphrases():
    drafts = _drafts(6, model=_model('"첫 번째로 달리 물으면?"\n설명', " 둘째를 달리 물으면? "))
    asked = [draft.query for draft in drafts if draft.kind == "paraphrase"]
    assert asked == ["첫 번째로 달리 물으면?", "둘째를 달리 물으면?"]


@pytest.mark.parametrize("reply", ["", "질문이 아닙니다.", f"{'매우 ' * 100}긴가요?"])
def test_a_model_that_writes_no_question_is_told_of(reply):
    passages = [
        Passage(f"{at}", f"{at}", "", "", f"{at}번 창구의 마감은 매월 {at}일입니다.", 0, 0)
        for at in range(1, 29)
    ]
    with pytest.raises(UserError, match="10 times in a row"):
        draft_questions(passages, lambda tokens: dict.fromkeys(tokens, 1), 30, model=_model(*[reply] * 28))


def test_a_paraphrase_that_holds_the_answer_is_no_question():
    made = _of(LODGING, _part_of_words, model=_model("22만 원인가요?", "숙박료는 얼마인가요?"))
    assert made["paraphrase"].query == "숙박료는 얼마인가요?"
    assert made["paraphrase"].answer == "15만 원"


def test_texts_without_facts_give_nothing():
    passage = Passage("a", "a", "", "", "어제는 비가 왔다. 참 좋다.", 0, 0)
    assert draft_questions([passage], frequencies, 5) == []
    assert draft_questions([], frequencies, 5) == []
