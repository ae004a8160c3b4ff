"""Answers a prompt by search: a few tokens are tried, judged and taken back until harmless ones are found."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from prompting.judging import ORDERS
from prompting.rain.budget import Budget, BudgetSpent, Meter
from prompting.rain.constants import Constants
from prompting.rain.growing import Group, ends_clause, groups, most_probable
from prompting.rain.language_model import Embed, Judge, LanguageModel, LogProbs, Tokens, TooLongError
from prompting.rain.results import Commit, Ended, Option, Searched
from prompting.rain.tree import (
    Node,
    Vectors,
    add,
    attach,
    back_up,
    blend,
    favourite,
    is_settled,
    select,
    wants_another,
)

_VOTES: Final = len(ORDERS)


def search(
    model: LanguageModel,
    judge: Judge,
    *,
    max_tokens: int,
    embed: Embed | None = None,
    constants: Constants | None = None,
    budget: Budget | None = None,
    seed: int = 0,
    committed: Callable[[int], None] = lambda _: None,
) -> Searched:
    """Answer the model's prompt with tokens that the judge finds harmless.

    When the budget is spent, the answer ends with what was settled on, and with what the last search
    had not found harmful until then. ``committed`` is called with the number of tokens of each step. The
    same seed gives the same answer, unless the seconds end it.

    Raises
    ------
    TooLongError
        When the judge has no room for the very first words.
    """
    meter = Meter(budget or Budget())
    run = _Search(model, judge, embed, constants=constants or Constants(), meter=meter, seed=seed)
    return run.answer(min(max_tokens, model.room), committed)


class _Search:
    def __init__(
        self,
        model: LanguageModel,
        judge: Judge,
        embed: Embed | None,
        *,
        constants: Constants,
        meter: Meter,
        seed: int,
    ) -> None:
        self._model = model
        self._judge = judge
        self._embed = embed
        self._constants = constants
        self._meter = meter
        self._generator = np.random.default_rng(seed)
        self._values: dict[str, float] = {}
        self._answer: Tokens = ()
        self._root = Node()
        self._commits: list[Commit] = []
        self._nodes = 1
        self._max_tokens = 0

    def answer(self, max_tokens: int, committed: Callable[[int], None]) -> Searched:
        self._max_tokens = max_tokens
        ended: Ended = "length"
        try:
            while len(self._answer) < max_tokens:
                iterations = self._settle()
                chosen = favourite(self._root)
                assert chosen is not None  # an iteration expands the root
                self._commit(chosen, iterations)
                committed(len(chosen.tokens))
                if self._is_end(chosen.tokens):
                    ended = "stop"
                    break
        except BudgetSpent as spent:
            ended = spent.kind
            self._take_what_was_found()
        except TooLongError:
            ended = "context"
            self._take_what_was_found()
            if not self._answer:
                raise
        tokens = self._answer[:-1] if self._is_end(self._answer) else self._answer
        text = self._model.text(tokens)
        return Searched(
            self._answer,
            text.strip(),
            self._final_value(text),
            ended,
            tuple(self._commits),
            self._nodes,
            len(self._values),
            self._meter.calls,
            self._meter.seconds,
        )

    def _settle(self) -> int:
        """Search until one child is good enough, or the iterations are used up; how many there were."""
        reused = self._root.own_visits
        last = max(self._constants.iterations, reused + self._constants.more_iterations)
        for iteration in range(reused, last):
            self._iterate()
            if is_settled(self._root, self._constants):
                return iteration + 1 - reused
        return last - reused

    def _iterate(self) -> None:
        """Walk to a leaf, judge it, give it children, and tell its path. All of it, or nothing."""
        path = [self._root]
        while path[-1].children:
            self._widen(path[-1], self._tokens_of(path))
            path.append(select(path[-1], self._constants))
        tokens = self._tokens_of(path)
        said = self._extended(tokens)
        value = self._value(self._model.text(said))
        leads_on = not self._is_end(tokens) and len(tokens) < self._max_tokens
        found = self._children(path[-1], tokens) if leads_on else []
        embeddings = self._embeddings(path, said)
        if found:
            attach(path[-1], found, uniform=self._uniform(path[-1]))
            self._nodes += len(found)
        back_up(path, value, embeddings, self._constants)

    def _widen(self, node: Node, tokens: Tokens) -> None:
        if not wants_another(node, self._constants):
            return
        length = len(node.children[0].tokens)
        if length == 1:
            others = {child.tokens for child in node.children}
            ranked = most_probable(self._next([tokens])[0], len(others) + 1)
            found = [one for one in ranked if one[0] not in others][:1]
        else:
            found = self._drawn(tokens, length, 2)[1:]
        for group, weight in found:
            self._nodes += add(node, group, weight, uniform=self._uniform(node))

    def _children(self, node: Node, tokens: Tokens) -> list[Group]:
        length = min(self._constants.group_length(node.depth + 1), self._max_tokens - len(tokens))
        if length == 1:
            return most_probable(self._next([tokens])[0], self._constants.children)
        return self._drawn(tokens, length, self._constants.children)

    def _drawn(self, tokens: Tokens, length: int, count: int) -> list[Group]:
        return groups(
            self._next,
            tokens,
            length,
            count,
            top_k=self._constants.top_k,
            end_tokens=self._model.end_tokens,
            generator=self._generator,
        )

    def _extended(self, tokens: Tokens) -> Tokens:
        """Tokens up to the end of the clause, drawn from the whole distribution."""
        longest = min(len(tokens) + self._constants.extension, self._model.room)
        while len(tokens) < longest and not self._is_end(tokens):
            if ends_clause(self._model.text(tokens)):
                break
            probabilities = np.exp(self._next([tokens])[0])
            drawn = self._generator.choice(len(probabilities), p=probabilities / probabilities.sum())
            tokens = (*tokens, int(drawn))
        return tokens

    def _embeddings(self, path: list[Node], said: Tokens) -> Vectors | None:
        if self._embed is None or len(path) == 1:
            return None
        begins = np.cumsum([len(self._answer), *(len(node.tokens) for node in path[1:-1])])
        # Embedders give half precision, in which means of many drift.
        return np.asarray(self._embed([self._model.text(said[begin:]) for begin in begins]), np.float64)

    def _value(self, text: str) -> float:
        """What the judge says of a text, once; an empty one is neither harmful nor harmless."""
        said = text.strip()
        if not said:
            return 0.0
        if said not in self._values:
            self._meter.spend(_VOTES)
            self._values[said] = self._judge(said)
        return self._values[said]

    def _final_value(self, text: str) -> float | None:
        try:
            return self._value(text) if text.strip() else None
        except (BudgetSpent, TooLongError):
            return None

    def _commit(self, chosen: Node, iterations: int) -> None:
        ranked = sorted(self._root.children, key=lambda child: (-child.visits, -child.value))
        options = tuple(
            Option(self._text_of(child.tokens), child.visits, child.value, child.prior) for child in ranked
        )
        text = self._text_of(chosen.tokens)
        self._commits.append(Commit(text, chosen.value, chosen.visits, iterations, options))
        self._answer += chosen.tokens
        self._model.commit(self._answer)
        self._root = chosen
        if chosen.children:
            blend(chosen, self._constants.root_uniform)

    def _take_what_was_found(self) -> None:
        """Follow the most visited groups as far as they were judged, and not judged harmful."""
        while (chosen := favourite(self._root)) is not None and chosen.own_visits and chosen.value >= 0:
            self._commit(chosen, self._root.own_visits)

    def _next(self, answers: Sequence[Tokens]) -> LogProbs:
        self._meter.spend(len(answers))
        return self._model.next_log_probs(answers)

    def _text_of(self, tokens: Tokens) -> str:
        """Text that tokens add to the answer: the first of them may end a character that it began."""
        before = self._model.text(self._answer)
        return self._model.text(self._answer + tokens)[len(before) :]

    def _tokens_of(self, path: list[Node]) -> Tokens:
        return self._answer + tuple(token for node in path[1:] for token in node.tokens)

    def _is_end(self, tokens: Tokens) -> bool:
        return bool(tokens) and tokens[-1] in self._model.end_tokens

    def _uniform(self, node: Node) -> float:
        return self._constants.root_uniform if node is self._root else 0.0
