"""The same questions asked in five ways: with a prompt's demos, and with what may do as well for less.

The others are zero-shot, zero-shot with reasons (CoT), as many demos drawn at random, and
self-consistency: the majority over as many replies with reasons as COSP takes in both stages.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from chat.errors import ModelUnavailableError
from prompting.asking import Conversation
from prompting.selection.answers import final_of, majority
from prompting.selection.calls import Caller, Calls, Plan, plan_anew
from prompting.selection.labelling import label_of
from prompting.selection.plan import Selection
from prompting.selection.prompt_file import Prompt
from prompting.selection.types import Constants, Demo, Query, Task
from prompting.selection.wording import instruction_for, prompt_for

ZERO_SHOT: Final = "zero-shot"
PROMPT: Final = "the prompt"
RANDOM: Final = "random demos"
REASONS: Final = "zero-shot CoT"
CONSISTENCY: Final = "self-consistency"

_SEED: Final = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """A way to ask, the calls of the model that it takes for a question, and the questions' answers.

    An answer is normalised, a label, or a text; empty where none can be read.
    """

    way: str
    calls: int
    answers: list[str]


class Baselines:
    """Asks the same questions in each way; only what the way is about differs.

    Parameters
    ----------
    prompt
        One that COSP chose is asked as COSP does: the majority over replies without and with demos.
    queries
        Different questions. Random demos are some of them, with what the model replies without demos.
    caller
        The model.
    constants
        How many replies and tokens.
    """

    def __init__(
        self, prompt: Prompt, queries: Sequence[Query], caller: Caller, constants: Constants
    ) -> None:
        self._prompt = prompt
        self._queries = queries
        self._caller = caller
        self._constants = constants
        self._selection = Selection(
            "usp", prompt.task, tuple(prompt.labels), prompt.language, prompt.cot, constants
        )
        self._known: list[tuple[Calls, list[list[str]]]] = []
        self._is_cosp = prompt.method == "cosp"
        self._scores = prompt.task == "cls" and caller.scores_labels

    def plan(self) -> Plan:
        """Count the calls; random demos are taken to be as long as the prompt's, and not shown before."""
        ways = [self._plain(), self._shown(self._demos())]
        if self._prompt.task != "lfg":
            ways += [self._reasons(), self._drawn_reasons()]
        # The random ones are not known before the replies that they show.
        return self._caller.plan(ways) + plan_anew(ways[1])

    def ask(self) -> Iterator[Answered]:
        """Ask in one way after the other; what the model fails to answer is empty.

        Raises
        ------
        UserError
            When the budget is spent or the model is gone; the ways until then are whole.
        """
        plain = self._answers(self._plain())
        yield Answered(ZERO_SHOT, 1, plain)
        yield self._with(PROMPT, self._demos())
        reasons: list[str] = []
        if self._prompt.task != "lfg":
            reasons = self._answers(self._reasons(), with_reasons=True)
            yield Answered(REASONS, 1, reasons)
        yield self._with(RANDOM, self._random_demos(reasons if self._prompt.cot else plain))
        if self._prompt.task != "lfg":
            drawn = self._drawn_reasons()
            yield Answered(CONSISTENCY, drawn.samples, self._answers(drawn, with_reasons=True))

    def _demos(self) -> list[Demo]:
        return [one.demo() for one in self._prompt.demos]

    def _with(self, way: str, demos: Sequence[Demo]) -> Answered:
        shown = self._shown(demos)
        if not self._is_cosp:
            return Answered(way, 1, self._answers(shown, with_reasons=self._prompt.cot))
        first = self._replies(self._drawn_reasons())
        second = self._replies(shown)
        answers = [
            self._read([*one[: self._constants.cosp_samples], *other], with_reasons=True)
            for one, other in zip(first, second, strict=True)
        ]
        return Answered(way, self._constants.cosp_samples + shown.samples, answers)

    def _plain(self) -> Calls:
        instruction = "" if self._prompt.cot else self._prompt.instruction
        conversations = [self._asked(self._prompt.task, query, instruction) for query in self._queries]
        return self._selection.scores(conversations) if self._scores else self._selection.calls(conversations)

    def _shown(self, demos: Sequence[Demo]) -> Calls:
        conversations = [self._prompt.conversation_with(query, demos) for query in self._queries]
        if self._scores:
            return self._selection.scores(conversations)
        return self._selection.calls(
            conversations, self._constants.cosp_second_samples if self._is_cosp else 0
        )

    def _reasons(self, samples: int = 0) -> Calls:
        language, labels = self._prompt.language, self._prompt.labels
        instruction = instruction_for("sfg", (), language, cot=True)
        if labels:
            instruction = f"{instruction_for('cls', labels, language)}\n{instruction}"
        elif self._prompt.cot and self._prompt.instruction:
            instruction = self._prompt.instruction
        return self._selection.calls(
            [self._asked("sfg", query, instruction) for query in self._queries], samples
        )

    def _drawn_reasons(self) -> Calls:
        return self._reasons(self._constants.cosp_samples + self._constants.cosp_second_samples)

    def _asked(self, task: Task, query: Query, instruction: str) -> Conversation:
        prompt = self._prompt
        return prompt_for(
            task, query, labels=prompt.labels, language=prompt.language, instruction=instruction
        )

    def _random_demos(self, answers: Sequence[str]) -> list[Demo]:
        """Draw one more than are shown: the question itself may be among them."""
        source = self._reasons() if self._prompt.cot else self._plain()
        said = answers if self._scores else [one[0] for one in self._replies(source)]
        usable = [
            Demo(query.id, query.text, reply, answer, 0.0, {}, "drawn at random")
            for query, reply, answer in zip(self._queries, said, answers, strict=True)
            if answer
        ]
        usable.sort(key=lambda demo: (demo.query, demo.query_id))
        return random.Random(_SEED).sample(usable, min(len(usable), self._prompt.k + 1))

    def _answers(self, calls: Calls, *, with_reasons: bool = False) -> list[str]:
        if not calls.labels:
            return [self._read(one, with_reasons=with_reasons) for one in self._replies(calls)]
        self._make(calls)
        labels = sorted(calls.labels)
        answers = []
        for scores in self._caller.kept_scores(calls):
            found = dict(zip(calls.labels, scores or (), strict=scores is not None))
            answers.append(max(labels, key=found.__getitem__) if found else "")
        return answers

    def _replies(self, calls: Calls) -> list[list[str]]:
        """Ask, and give the replies to each question; empty ones where it was not answered."""
        for asked, known in self._known:
            if asked == calls:
                return known
        self._make(calls)
        replies = [one or [""] * calls.samples for one in self._caller.kept(calls)]
        self._known.append((calls, replies))
        return replies

    def _make(self, calls: Calls) -> None:
        before = len(self._caller.failures)
        self._caller.make(calls)
        for failure in self._caller.failures[before:]:
            if isinstance(failure, ModelUnavailableError):
                raise failure

    def _read(self, replies: Sequence[str], *, with_reasons: bool) -> str:
        if self._prompt.task == "lfg":
            return replies[0].strip()
        if self._prompt.task == "cls":
            return majority([label_of(one, self._prompt.labels, cot=with_reasons) for one in replies])
        return majority([final_of(one, cot=with_reasons) for one in replies])
