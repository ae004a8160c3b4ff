"""Takes the best candidates that differ from one another: both papers' greedy choice.

The first is the best by itself; each next one is the best after λ times its largest cosine to those
taken before has been subtracted. Scores and cosines are z-scored over the candidates, so that λ means the
same for an entropy and for a ROUGE.

Questions are put in the order of their content first (`once`): who comes first in a file decides nothing,
not even where two are equally good.
"""

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from prompting.selection.scores import Numbers, z_scores
from prompting.selection.types import Chosen, Constants, Demo, Embed, Query

_TIED: Final = 9  # decimals beyond which a difference is one of rounding
_LEAST_LEAKED: Final = 10  # characters from which on a question is looked for within a demo


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question with a response, before it is chosen; ``value`` is better the higher it is.

    A forced one is taken by its value alone.
    """

    query: Query
    response: str
    answer: str
    value: float
    parts: Mapping[str, float]
    why: str
    forced: bool = False

    def demo(self, similarity: float | None) -> Demo:
        """Make it a demo; ``similarity`` to those chosen before, None for the first."""
        parts, why = dict(self.parts), self.why
        if similarity is not None:
            parts["similarity"] = similarity
            why = f"{why}; its nearest among those before it has cosine {similarity:.2f}"
        query = self.query
        return Demo(
            query.id, query.text, self.response, self.answer, self.value, parts, f"{why}.", self.forced
        )


class Pool:
    """Candidates with their cosines, to be taken one after the other, at most one of a question.

    Of those that are equally good the first is taken.
    """

    def __init__(self, candidates: Iterable[Candidate], embed: Embed, trade_off: float) -> None:
        self._candidates = list(candidates)
        self._keys = [_key(one.query.text) for one in self._candidates]
        self._embed = embed
        self._trade_off = trade_off
        self._taken: list[int] = []
        self._taken_vectors: list[Numbers] = []
        # Forced candidates repeat questions: they would make all of them look nearer than they are. There
        # may be thousands, so only those that are taken are embedded.
        free = [at for at, one in enumerate(self._candidates) if not one.forced]
        self._rows = {at: row for row, at in enumerate(free)}
        self._vectors = self._embedded(free) if len(self._candidates) > 1 else np.zeros((len(free), 1))
        self._pairs = (self._vectors @ self._vectors.T)[np.triu_indices(len(free), 1)]
        self._nearest = np.full(len(free), -np.inf)

    def take(self, answer: str | None = None) -> Demo | None:
        """Take the best that is left, of those with this answer; None when there is none."""
        taken = {self._keys[at] for at in self._taken}
        left = [
            at
            for at, one in enumerate(self._candidates)
            if (answer is None or one.answer == answer) and self._keys[at] not in taken
        ]
        if not left:
            return None
        near = z_scores(self._nearest, self._pairs) if self._taken else np.zeros(len(self._nearest))
        chosen = min(left, key=lambda at: (-round(self._objective(at, near), _TIED), at))
        return self._candidates[chosen].demo(self._mark(chosen))

    def _objective(self, at: int, near: Numbers) -> float:
        row, value = self._rows.get(at), self._candidates[at].value
        return value if row is None else value - self._trade_off * float(near[row])

    def _mark(self, chosen: int) -> float | None:
        """Count a candidate among the taken; give its largest cosine to those before, None for the first."""
        row = self._rows.get(chosen)
        vector = self._embedded([chosen])[0] if row is None else self._vectors[row]
        similarity = max((float(vector @ other) for other in self._taken_vectors), default=None)
        self._taken.append(chosen)
        self._taken_vectors.append(vector)
        self._nearest = np.maximum(self._nearest, self._vectors @ vector)
        return similarity

    def _embedded(self, places: Sequence[int]) -> Numbers:
        texts = [f"{self._candidates[at].query.text}\n{self._candidates[at].response}" for at in places]
        return np.asarray(self._embed(texts), np.float64)


def best(candidates: Sequence[Candidate], values: Numbers, embed: Embed, constants: Constants) -> list[Demo]:
    """Take K candidates, with these values in place of their own."""
    valued = [replace(one, value=float(value)) for one, value in zip(candidates, values, strict=True)]
    pool = Pool(valued, embed, constants.trade_off)
    return [demo for _ in range(constants.demos) if (demo := pool.take())]


def chosen_from(
    demos: Sequence[Demo],
    agreement: Sequence[float],
    dropped: Counter[str],
    *,
    wanted: int,
    enough: float,
    notes: Sequence[str] = (),
) -> Chosen:
    """Say whether the demos are worth it; ``agreement`` of each question, none when it was not measured."""
    confidence = math.fsum(agreement) / len(agreement) if agreement else 0.0
    said = list(notes)
    if not demos:
        said.append("There are no demos: none of the replies can be used.")
    elif len(demos) < wanted:
        said.append(f"There are {len(demos)} demos instead of {wanted}: no other reply can be used.")
    if not agreement:
        said.append("Confidence is not known: that takes two replies to a question, or more.")
    elif demos and confidence >= enough:
        said.append(
            f"Not worth it: the model agrees with itself without demos (confidence {confidence:.2f}, "
            f"from {enough:.2f} on they gain little)."
        )
    worth_it = bool(demos) and confidence < enough
    return Chosen(tuple(demos), confidence, worth_it, tuple(said), dict(sorted((+dropped).items())))


def once(queries: Sequence[Query], dropped: Counter[str]) -> list[int]:
    """Give the places of the questions in the order of their content, each question once.

    Case, blanks and the full stop make no other question; of those that are the same, the one whose text
    and id come first has its place, and the others are counted as ``duplicate``.
    """
    named = [(_key(query.text), query.text, query.id, at) for at, query in enumerate(queries)]
    first: dict[str, int] = {}
    for key, _, _, at in sorted(named):
        first.setdefault(key, at)
    dropped["duplicate"] += len(queries) - len(first)
    return list(first.values())


def leaks(demo: Demo, query: Query) -> bool:
    """Tell whether a demo shows the very question that is asked, or holds it in its text."""
    asked = _key(query.text)
    if asked == _key(demo.query):
        return True
    return len(asked) >= _LEAST_LEAKED and asked in _key(f"{demo.query}\n{demo.response}")


def _key(text: str) -> str:
    # Signs stay: 3 + 1 is another question than 3 - 1.
    return "".join(unicodedata.normalize("NFKC", text).casefold().split()).rstrip(".?!。…")
