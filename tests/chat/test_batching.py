import queue
import threading
import time

import pytest

pytest.importorskip("transformers", reason="needs malmoi[models]")

import torch
import transformers

from chat.batching import CUT, STOPPED, Batcher, Request
from chat.rows import Rows

PROMPTS = [list(range(5, 5 + length)) for length in (3, 40, 11, 1, 70, 25, 8, 19)]
NEW = 24


@pytest.fixture(scope="module")
def model(tiny):
    return transformers.AutoModelForCausalLM.from_pretrained(tiny, dtype=torch.float32).eval()


@pytest.fixture(scope="module")
def alone(model):
    """What `transformers` itself generates, one prompt at a time."""
    made = [
        model.generate(torch.tensor([prompt]), max_new_tokens=NEW, do_sample=False, eos_token_id=None)
        for prompt in PROMPTS
    ]
    return [ids[0, len(prompt) :].tolist() for ids, prompt in zip(made, PROMPTS, strict=True)]


class Watched(Rows):
    """Real rows that note how large the batch became, and what was done in which order."""

    def __init__(self, model):
        super().__init__(model)
        self.most_rows = self.most_tokens = 0
        self.done = []
        self.fault = None

    def prefill(self, prompt, drawing=None):
        self.done.append(len(prompt))
        return super().prefill(prompt, drawing)

    def step(self):
        if self.fault and len(self) == 2:
            fault, self.fault = self.fault, None
            raise fault
        tokens = super().step()
        self.most_rows = max(self.most_rows, len(self))
        self.most_tokens = max(self.most_tokens, len(self) * self.width)
        self.done.append("step")
        keys = self._cache.layers[0].keys
        assert keys.shape[:1] + keys.shape[2:3] == (len(self), self.width)
        return tokens


def batcher_of(model, *, ends=frozenset(), rows=8, tokens=10_000):
    watched = Watched(model)
    return Batcher(watched, ends, max_rows=rows, max_tokens=tokens), watched


def collected(inbox):
    tokens = []
    while isinstance(event := inbox.get(timeout=120), int):
        tokens.append(event)
    return tokens, event


def submitted(batcher, prompts, new=NEW):
    inboxes = [queue.SimpleQueue() for _ in prompts]
    requests = [Request(prompt, new, inbox.put) for prompt, inbox in zip(prompts, inboxes, strict=True)]
    for request in requests:
        batcher.submit(request)
    return requests, inboxes


def test_together_is_as_alone(model, alone):
    batcher, watched = batcher_of(model)
    _, inboxes = submitted(batcher, PROMPTS)
    assert [collected(inbox) for inbox in inboxes] == [(tokens, CUT) for tokens in alone]
    assert watched.most_rows == 8


def test_rows_that_come_and_go_change_nothing(model, alone):
    batcher, watched = batcher_of(model, rows=3)
    lengths = [5, 24, 9, 24, 2, 17, 24, 1]
    inboxes = []
    for prompt, new in zip(PROMPTS, lengths, strict=True):
        inboxes += submitted(batcher, [prompt], new)[1]
    found = [collected(inbox)[0] for inbox in inboxes]
    assert found == [tokens[:new] for tokens, new in zip(alone, lengths, strict=True)]
    assert watched.most_rows == 3


def test_an_end_token_ends_only_its_row_and_is_not_shown(model, alone):
    end = alone[1][7]
    batcher, _ = batcher_of(model, ends=frozenset({end}))
    _, inboxes = submitted(batcher, PROMPTS)
    for inbox, tokens in zip(inboxes, alone, strict=True):
        ended = end in tokens
        expected = tokens[: tokens.index(end)] if ended else tokens
        assert collected(inbox) == (expected, STOPPED if ended else CUT)


@pytest.fixture
def gathered(monkeypatch):
    """Requests that have all come before the first is read."""
    begin = threading.Event()
    work = Batcher._work
    monkeypatch.setattr(Batcher, "_work", lambda self: begin.wait(30) and work(self))
    return begin


def test_requests_are_begun_in_order_and_short_prompts_begin_together(model, gathered):
    batcher, watched = batcher_of(model)
    _, inboxes = submitted(batcher, PROMPTS)
    gathered.set()
    for inbox in inboxes:
        collected(inbox)
    lengths = [len(prompt) for prompt in PROMPTS]
    assert watched.done == [*lengths, *["step"] * (NEW - 1)]


def test_between_prompts_that_take_a_while_everybody_gets_a_token(model, gathered, monkeypatch):
    monkeypatch.setattr("chat.batching._READ_AT_ONCE", 60)
    batcher, watched = batcher_of(model)
    _, inboxes = submitted(batcher, PROMPTS)
    gathered.set()
    for inbox in inboxes:
        collected(inbox)
    # Up to sixty tokens at a time; what is longer is read alone.
    assert watched.done[:13] == [3, 40, 11, 1, "step", 70, "step", 25, 8, 19, "step", "step", "step"]


def test_the_cache_stays_within_its_tokens_and_the_long_one_does_not_starve(model, alone):
    limit = 150
    batcher, watched = batcher_of(model, tokens=limit)
    _, inboxes = submitted(batcher, PROMPTS)
    assert [collected(inbox)[0] for inbox in inboxes] == alone
    # 70 + 24 tokens beside another row would be 188: the long one has a batch to itself.
    assert watched.most_tokens <= limit
    assert [one for one in watched.done if one != "step"] == [len(prompt) for prompt in PROMPTS]


def test_columns_that_only_a_gone_row_needed_are_given_back(model):
    rows = Rows(model)
    for prompt in (PROMPTS[4], PROMPTS[0]):
        rows.join(rows.prefill(prompt))
    assert rows.width == 70
    rows.keep([1])
    assert rows.width == 3
    assert rows._cache.layers[0].keys.shape[2] == 3


def test_one_that_goes_away_frees_its_row(model, alone):
    batcher, watched = batcher_of(model, rows=1)
    (endless, other), inboxes = submitted(batcher, PROMPTS[:2], new=300)
    other.max_new_tokens = NEW
    for _ in range(3):
        assert isinstance(inboxes[0].get(timeout=120), int)
    endless.cancelled = True
    assert collected(inboxes[1])[0] == alone[1]
    assert endless.made < 300
    while batcher._working:
        time.sleep(0.01)
    assert len(watched) == 0


def test_one_that_goes_away_before_its_turn_is_never_begun(model):
    batcher, watched = batcher_of(model, rows=1)
    requests, inboxes = submitted(batcher, PROMPTS[:3])
    requests[1].cancelled = True
    collected(inboxes[0])
    collected(inboxes[2])
    assert len(PROMPTS[1]) not in watched.done


def test_a_prompt_that_fails_fails_alone(model, alone):
    batcher, _ = batcher_of(model)
    beyond_vocabulary = [10_000_000]
    _, inboxes = submitted(batcher, [PROMPTS[0], beyond_vocabulary, PROMPTS[1]])
    assert collected(inboxes[0])[0] == alone[0]
    assert isinstance(collected(inboxes[1])[1], Exception)
    assert collected(inboxes[2])[0] == alone[1]


def test_a_batch_that_fails_is_told_and_who_waits_is_answered(model, alone):
    batcher, watched = batcher_of(model, rows=2)
    watched.fault = RuntimeError("out of memory")
    _, inboxes = submitted(batcher, PROMPTS[:3])
    ends = [collected(inbox)[1] for inbox in inboxes[:2]]
    assert [str(end) for end in ends] == ["out of memory"] * 2
    assert collected(inboxes[2]) == (alone[2], CUT)


def test_a_model_with_sliding_windows_answers_one_at_a_time(tmp_path):
    torch.manual_seed(0)
    config = transformers.MistralConfig(
        vocab_size=320,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        sliding_window=16,
        initializer_range=0.4,
    )
    model = transformers.MistralForCausalLM(config).eval()
    batcher, watched = batcher_of(model)
    assert not watched.can_share
    expected = [
        model.generate(torch.tensor([prompt]), max_new_tokens=NEW, do_sample=False, eos_token_id=None)[
            0, len(prompt) :
        ].tolist()
        for prompt in PROMPTS[:3]
    ]
    watched.step = lambda: Rows.step(watched)  # the watched step looks at plain caches
    _, inboxes = submitted(batcher, PROMPTS[:3])
    assert [collected(inbox)[0] for inbox in inboxes] == expected
