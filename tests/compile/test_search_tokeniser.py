"""How the page cuts a query: the likeliest way through the morphemes of the passages."""

import pytest

from compile.search import PageTokeniser, read_exported
from compile.search.characters import is_bigram
from compile.search.lexicon import EDGE, LINK, NOUN, Entry, Lexicon, learn
from curation.korean import content_morphemes
from tests.compile.search_documents import DOCUMENTS, write_export

TEXTS = [f"{row['title']}\n{row['text']}" for row in DOCUMENTS]


@pytest.fixture(scope="module")
def tokeniser(tmp_path_factory: pytest.TempPathFactory) -> PageTokeniser:
    folder, _ = write_export(tmp_path_factory.mktemp("search"), DOCUMENTS)
    return read_exported(folder).tokeniser


@pytest.mark.parametrize(
    ("question", "morphemes"),
    [
        ("연차 휴가는 언제 늘어나나요?", ["연차", "휴가", "늘어나"]),
        ("연차휴가는언제늘어나나요?", ["연차", "휴가", "늘어나"]),
        ("식권은 1,000원인가요?", ["식권", "1,000", "원"]),
        ("help@example.com 알려줘", ["help@example.com", "알리"]),
        ("GPU-4 담당자는?", ["gpu", "4", "담당자"]),
        ("비밀번호를 잊었어요", ["비밀", "번호", "잊"]),
        ("비밀번호를 잊을 때", ["비밀", "번호", "잊"]),
        ("차가 들어왔나요", ["차", "들어오"]),
        ("식당마다 식권밖에 식권대로 주차처럼 주차보다", ["식당", "식권", "식권", "주차", "주차"]),
        ("gpus 4000", ["gpus", "4000"]),
        ("잠수함은?", []),
    ],
)
def test_a_question_is_cut_into_morphemes(
    tokeniser: PageTokeniser, question: str, morphemes: list[str]
) -> None:
    assert [term for term in tokeniser.tokens(question) if not is_bigram(term)] == morphemes


def test_a_compound_is_found_by_its_halves_too() -> None:
    entries = {form: [Entry(NOUN, 1, (form,))] for form in ("내용증명", "내용", "증명", "연차휴가", "연차")}
    steps = [[0.0] * (EDGE + 1) for _ in range(EDGE + 1)]
    tokens = PageTokeniser(Lexicon(entries, {}, steps)).tokens
    assert [term for term in tokens("내용증명") if not is_bigram(term)] == ["내용증명", "내용", "증명"]
    # 휴가 is no noun of this index.
    assert [term for term in tokens("연차휴가") if not is_bigram(term)] == ["연차휴가"]


def test_bigrams_follow(tokeniser: PageTokeniser) -> None:
    assert tokeniser.tokens("잠수함은?") == ["_잠수", "_수함", "_함은"]


def test_words_of_the_passages_are_read_as_kiwi_reads_them(tokeniser: PageTokeniser) -> None:
    for text, morphemes in zip(TEXTS, content_morphemes(TEXTS), strict=True):
        found = [term for term in tokeniser.tokens(text) if not is_bigram(term)]
        assert sorted(found) == sorted(morphemes)


def test_what_counts_as_content_is_what_the_index_takes_for_it() -> None:
    text = "가르쳐 드린 대로 3.5%를 user@example.com 으로 보낸 사람은 李氏다. https://example.com/a 빨라요."
    texts = [text, text]
    morphemes = content_morphemes(texts)[0]
    lexicon, _ = learn(texts, set(morphemes))
    given = {term for readings in lexicon.entries.values() for one in readings for term in one.terms}
    assert given == set(morphemes)


def test_steps_are_costs() -> None:
    lexicon, _ = learn(TEXTS, set())
    assert len(lexicon.steps) == len(lexicon.steps[0]) == EDGE + 1
    assert all(cost >= 0 for row in lexicon.steps for cost in row)
    # A word begins with a noun rather than with what makes a predicate of one.
    assert lexicon.steps[EDGE][NOUN] < lexicon.steps[EDGE][LINK]
