"""COSP (arXiv 2305.14106): demos with reasons, from a model's own chains of thought.

Stage 1 asks every question several times to think step by step. A chain that ends in the majority answer
of its question may become a demo. Two things make a good one: the replies to its question agree (entropy),
and it does not say the same thing again and again (repetitiveness). Stage 2 asks again with the demos;
the final answer is the majority over the replies of both stages.

That both terms and the cosines are z-scored is USP's way; COSP's is not confirmed by a published source
[M], nor is any rule of it for outliers or for the number of demos, so there is none.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from curation.korean import sentence_spans
from prompting.selection.answers import final_of, majority
from prompting.selection.choosing import Candidate, best, chosen_from
from prompting.selection.replies import votes
from prompting.selection.scores import repetitiveness, z_scores
from prompting.selection.types import PAPERS, Chosen, Constants, Embed, Query


def choose_cosp(
    queries: Sequence[Query], samples: Sequence[Sequence[str]], embed: Embed, constants: Constants = PAPERS
) -> Chosen:
    """Choose demos with reasons: low entropy of the question's answers, a rationale that does not repeat.

    At most one rationale is taken of a question. One of a single sentence has repetitiveness 0.

    Parameters
    ----------
    queries, samples
        For each question its replies, which reason and then answer; one that failed is an empty string.
    """
    dropped: Counter[str] = Counter()
    candidates: list[Candidate] = []
    same = constants.same_language
    voted, agreement = votes(queries, samples, cot=True, same_language=same, dropped=dropped)
    for one in voted:
        why = (
            f"{one.answers.count(one.answer)} of {len(one.answers)} replies end in {one.answer!r} "
            f"(entropy {one.entropy:.2f})"
        )
        ending = {reply for reply, said in zip(one.replies, one.answers, strict=True) if said == one.answer}
        candidates += [
            Candidate(one.query, reply, one.answer, 0.0, {"entropy": one.entropy}, why)
            for reply in sorted(ending)
        ]
    repeated = _repeated([one.response for one in candidates], embed)
    candidates = [
        replace(
            one,
            parts={**one.parts, "repetitiveness": found},
            why=f"{one.why}, repetitiveness {found:.2f}",
        )
        for one, found in zip(candidates, repeated, strict=True)
    ]
    doubt = z_scores([one.parts["entropy"] for one in candidates])
    values = -(doubt + constants.trade_off * z_scores(repeated))
    demos = best(candidates, values, embed, constants)
    return chosen_from(demos, agreement, dropped, wanted=constants.demos, enough=constants.enough_agreement)


def final_answer(first: Sequence[str], second: Sequence[str]) -> str:
    """Give the majority answer over the replies of both stages; empty when none can be read."""
    return majority([final_of(reply, cot=True) for reply in (*first, *second)])


def _repeated(rationales: Sequence[str], embed: Embed) -> list[float]:
    spans = sentence_spans(rationales)
    sentences = [
        [text[start:end] for start, end in found] for text, found in zip(rationales, spans, strict=True)
    ]
    known = sorted({one for several in sentences for one in several if len(several) > 1})
    if not known:
        return [0.0] * len(rationales)
    vectors = dict(zip(known, np.asarray(embed(known)), strict=True))
    return [
        repetitiveness(np.stack([vectors[one] for one in several])) if len(several) > 1 else 0.0
        for several in sentences
    ]
