"""USP (arXiv 2305.14926): demos of labels, short answers and texts from a model's own replies.

Stage 1 asks every question: for labels (``cls``) once, for their probabilities; for short answers
(``sfg``) and texts (``lfg``) several times at a temperature, for texts once more greedily. The replies
that the model is surest of become the demos of stage 2. What makes it sure is another score for each
kind; `prompting.selection.scores` has their formulas, `docs/prompt-selection.md` their sources.
"""

import math
import random
from collections import Counter
from collections.abc import Sequence

from prompting.selection.choosing import Candidate, Pool, best, chosen_from, leaks, once
from prompting.selection.replies import usable, votes
from prompting.selection.scores import (
    Numbers,
    label_entropy,
    label_shares,
    overlaps,
    upper_fence,
    z_scores,
)
from prompting.selection.types import PAPERS, Chosen, Constants, Demo, Embed, Query


def choose_cls(
    queries: Sequence[Query],
    label_log_probs: Sequence[Sequence[float]],
    labels: Sequence[str],
    embed: Embed,
    constants: Constants = PAPERS,
) -> Chosen:
    """Choose demos of classification: the lowest label entropy, K/|C| rounded up of each class.

    The label of a demo is the one that the model finds likeliest. A class that it never does gets the
    questions that are likeliest to be of it, with its label. Classes take turns, so that each is
    covered when there are as many questions as classes.

    Parameters
    ----------
    queries, label_log_probs
        For each question the natural-log probability of each label; a row of nothing but -inf or with
        NaN, from a question that failed, is counted as ``unparsable``.
    labels
        The classes, in the order of the columns.
    """
    dropped: Counter[str] = Counter()
    seen = once(queries, dropped)
    known: list[tuple[Query, Numbers]] = []
    for at in seen:
        row = label_log_probs[at]
        shares = label_shares(row) if len(row) == len(labels) else None
        if shares is None:
            dropped["unparsable"] += 1
        else:
            known.append((queries[at], shares))
    entropies = [label_entropy(shares) for _, shares in known]
    predicted = _predicted(known, entropies, labels)
    own = {one.answer for one in predicted}
    never = sorted({*labels} - own) if known else []
    forced = [
        _forced(query, label, float(shares[labels.index(label)]))
        for label in never
        for query, shares in known
    ]
    pool = Pool([*predicted, *forced], embed, constants.trade_off)
    # Classes that the model predicts choose first: there are always questions left for the others.
    turns = [*sorted(own), *never] * math.ceil(constants.demos / max(1, len(labels)))
    demos = [demo for label in turns if (demo := pool.take(label))]
    notes = [f"The model never predicts {label!r}; its demos have this label by force." for label in never]
    missing = sorted({*own, *never} - {demo.answer for demo in demos})
    notes += [f"There are too few questions for a demo of {label!r}." for label in missing]
    most = math.log(len(labels)) if len(labels) > 1 else 1.0
    agreement = [1 - nats / most for nats in entropies] + [0.0] * (len(seen) - len(known))
    return chosen_from(
        demos, agreement, dropped, wanted=constants.demos, enough=constants.enough_agreement, notes=notes
    )


def choose_sfg(
    queries: Sequence[Query], samples: Sequence[Sequence[str]], embed: Embed, constants: Constants = PAPERS
) -> Chosen:
    """Choose demos of short answers: each question's majority answer, by the lowest entropy.

    The response of a demo is the commonest of the replies with that answer, the shortest of several.

    Parameters
    ----------
    queries, samples
        For each question its replies; one that failed is an empty string.
    """
    dropped: Counter[str] = Counter()
    same = constants.same_language
    voted, agreement = votes(queries, samples, cot=False, same_language=same, dropped=dropped)
    candidates = []
    for one in voted:
        counts = Counter(
            reply for reply, said in zip(one.replies, one.answers, strict=True) if said == one.answer
        )
        response = min(counts, key=lambda reply: (-counts[reply], len(reply), reply))
        why = f"{counts.total()} of {len(one.answers)} replies say {one.answer!r} (entropy {one.entropy:.2f})"
        parts = {"entropy": one.entropy}
        candidates.append(Candidate(one.query, response, one.answer, -one.entropy, parts, why))
    demos = best(candidates, z_scores([one.value for one in candidates]), embed, constants)
    return chosen_from(demos, agreement, dropped, wanted=constants.demos, enough=constants.enough_agreement)


def choose_lfg(
    queries: Sequence[Query],
    samples: Sequence[Sequence[str]],
    greedy: Sequence[str],
    embed: Embed,
    constants: Constants = PAPERS,
) -> Chosen:
    """Choose demos of texts: questions whose replies overlap most, without those that only copy.

    A question whose replies overlap far more than those of the others (Q3 + 1.5 IQR) is one that the
    model copies from. The response of a demo is the greedy reply, of 5 to 90 words.

    Parameters
    ----------
    queries, samples, greedy
        For each question its replies, and the one at temperature 0; one that failed is an empty string.
    """
    dropped: Counter[str] = Counter()
    seen = once(queries, dropped)
    same = constants.same_language
    replies = [
        sorted(usable(samples[at], queries[at].text, same_language=same, dropped=dropped)) for at in seen
    ]
    found = overlaps(replies, constants.rouge, constants.tokens)
    # Questions whose replies cannot be compared have 0, and would make copiers of all others.
    compared = [overlap for overlap, texts in zip(found, replies, strict=True) if sum(map(bool, texts)) > 1]
    fence = upper_fence(compared, constants.fence)
    candidates = []
    for at, overlap in zip(seen, found, strict=True):
        query = queries[at]
        (response,) = usable([greedy[at]], query.text, same_language=same, dropped=dropped)
        words = len(response.split())
        if overlap > fence:
            dropped["copier"] += 1
        elif not response:
            dropped["no answer"] += 1
        elif not constants.least_words <= words <= constants.most_words:
            dropped["length"] += 1
        else:
            why = f"its replies overlap by {overlap:.2f} (ROUGE, mean of pairs)"
            parts = {"overlap": overlap, "words": float(words)}
            candidates.append(Candidate(query, response, "", overlap, parts, why))
    demos = best(candidates, z_scores([one.value for one in candidates]), embed, constants)
    measured = found if any(len(group) > 1 for group in samples) else []
    return chosen_from(demos, measured, dropped, wanted=constants.demos, enough=constants.enough_overlap)


def demos_for(
    demos: Sequence[Demo], query: Query, constants: Constants = PAPERS, seed: int = 0
) -> list[Demo]:
    """Give the demos for one question: never the question itself, and at most K.

    Where there are more, as for classes that do not divide K, K are drawn by the seed and the question,
    so that the same question always gets the same.
    """
    shown = [demo for demo in demos if not leaks(demo, query)]
    if len(shown) <= constants.demos:
        return shown
    drawn = random.Random(f"{seed}\n{query.text}").sample(range(len(shown)), constants.demos)
    return [shown[at] for at in sorted(drawn)]


def _predicted(
    known: Sequence[tuple[Query, Numbers]], entropies: Sequence[float], labels: Sequence[str]
) -> list[Candidate]:
    """Each question with the label that is likeliest, of several the one whose name comes first."""
    found = []
    values = -z_scores(entropies)
    for (query, shares), nats, value in zip(known, entropies, values, strict=True):
        doubt, label = min(zip((-shares).tolist(), labels, strict=True))
        why = f"the model gives {label!r} probability {-doubt:.2f} (entropy {nats:.2f} nats)"
        parts = {"entropy": nats, "probability": -doubt}
        found.append(Candidate(query, label, label, float(value), parts, why))
    return found


def _forced(query: Query, label: str, share: float) -> Candidate:
    why = f"the model never predicts {label!r}; here it is likelier than elsewhere, {share:.2f}"
    return Candidate(query, label, label, share, {"probability": share}, why, forced=True)
