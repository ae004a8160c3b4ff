"""Stage 1 with a model, and demos from as much of it as was answered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chat.errors import ModelUnavailableError
from curation.errors import UserError
from prompting.selection.calls import Caller
from prompting.selection.cosp import choose_cosp
from prompting.selection.labelling import log_shares
from prompting.selection.plan import FirstStage, Selection
from prompting.selection.types import Chosen, Embed, Query
from prompting.selection.usp import choose_cls, choose_lfg, choose_sfg


@dataclass(frozen=True, slots=True)
class Selected:
    """The demos, chosen from ``answered`` of the ``asked`` questions; ``stopped`` says why it ended early."""

    chosen: Chosen
    answered: int
    asked: int
    stopped: UserError | KeyboardInterrupt | None = None


def select(
    selection: Selection, pool: Sequence[Query], stage: FirstStage, caller: Caller, embed: Embed
) -> Selected:
    """Ask the model, and choose demos.

    When the budget is spent, the server goes away or the person stops it, they are chosen from the
    questions whose replies are all there.

    Raises
    ------
    UserError, KeyboardInterrupt
        What ended it, when no question is answered.
    """
    stopped: UserError | KeyboardInterrupt | None = None
    try:
        for calls in stage.parts():
            caller.make(calls)
    except (UserError, KeyboardInterrupt) as error:
        stopped = error
    lost = (one for one in caller.failures if isinstance(one, ModelUnavailableError))
    stopped = stopped or next(lost, None)
    chosen, answered = _chosen(selection, pool, stage, caller, embed)
    if not answered and (why := stopped or next(iter(caller.failures), None)):
        raise why
    notes = list(chosen.notes)
    if answered < len(pool):
        notes.append(f"Chosen from {answered:,} of {len(pool):,} questions: the others were not answered.")
    if selection.task == "cls" and not stage.asked.labels:
        notes.append(f"The labels' probabilities are estimated from {stage.asked.samples} replies each.")
    return Selected(replace(chosen, notes=tuple(notes)), answered, len(pool), stopped)


def _chosen(
    selection: Selection, pool: Sequence[Query], stage: FirstStage, caller: Caller, embed: Embed
) -> tuple[Chosen, int]:
    """Choose from the questions that are answered, and count them."""
    constants, labels = selection.constants, selection.labels
    if stage.asked.labels:
        whole = [
            (query, scores)
            for query, scores in zip(pool, caller.kept_scores(stage.asked), strict=True)
            if scores is not None
        ]
        queries, all_scores = [query for query, _ in whole], [scores for _, scores in whole]
        return choose_cls(queries, all_scores, labels, embed, constants), len(queries)
    queries, drawn, written = _whole(pool, stage, caller)
    if selection.task == "cls":
        estimated = [log_shares(replies, labels) for replies in drawn]
        return choose_cls(queries, estimated, labels, embed, constants), len(queries)
    if selection.task == "lfg":
        return choose_lfg(queries, drawn, written, embed, constants), len(queries)
    choose = choose_cosp if selection.method == "cosp" else choose_sfg
    return choose(queries, drawn, embed, constants), len(queries)


def _whole(
    pool: Sequence[Query], stage: FirstStage, caller: Caller
) -> tuple[list[Query], list[list[str]], list[str]]:
    """Questions whose replies are all there, their replies, and the greedy one."""
    nothing: list[list[str] | None] = [[""]] * len(pool)
    written = nothing if stage.greedy is None else caller.kept(stage.greedy)
    whole = [
        (query, replies, one[0])
        for query, replies, one in zip(pool, caller.kept(stage.asked), written, strict=True)
        if replies is not None and one is not None
    ]
    return [one[0] for one in whole], [one[1] for one in whole], [one[2] for one in whole]
