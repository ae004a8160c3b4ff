"""The questions that rules ask of a state; a figure that is not measured is neither high nor low."""

from rag.advice.state import (
    DOCUMENTS,
    EXAMPLES,
    FORGETTING,
    FORM,
    GROUNDED,
    KNOWLEDGE,
    RECALL,
    REFUSAL,
    STYLE,
    THRIFT,
    TOKENS,
    State,
)


def _low(figure: float | None, limit: float) -> bool:
    return figure is not None and figure < limit


def _complained(state: State, kinds: frozenset[str]) -> bool:
    return bool((state.problems or frozenset()) & kinds)


def found(state: State) -> bool:
    """Whether retrieval was measured, and finds."""
    return state.recall is not None and state.recall >= RECALL


def lost(state: State) -> bool:
    """Whether retrieval was measured, and misses."""
    return _low(state.recall, RECALL)


def ungrounded(state: State) -> bool:
    """Whether too many sentences have no support in their sources."""
    return _low(state.grounding, GROUNDED)


def misrefuses(state: State) -> bool:
    """Whether refusals are wrong too often, in either direction."""
    return _low(state.refusals, REFUSAL)


def forgets(state: State) -> bool:
    """Whether tuning lost more than it may."""
    return state.forgetting is not None and state.forgetting > FORGETTING


def complains_of_readers(state: State) -> bool:
    """Whether not everybody may read everything."""
    return _complained(state, frozenset({"privacy"}))


def complains_of_facts(state: State) -> bool:
    """Whether facts are complained of: not there, old or made up."""
    return _complained(state, KNOWLEDGE - {"privacy"})


def complains_of_knowledge(state: State) -> bool:
    """Whether facts, or who may read them, are complained of."""
    return _complained(state, KNOWLEDGE)


def lacks_knowledge(state: State) -> bool:
    """Whether what the model knows is complained of, or measured to be amiss."""
    return complains_of_knowledge(state) or lost(state) or ungrounded(state) or misrefuses(state)


def out_of_form(state: State) -> bool:
    """Whether how the model acts is measured to be amiss."""
    return _low(state.style_score, STYLE)


def complains_of_form(state: State) -> bool:
    """Whether how the model acts is complained of."""
    return _complained(state, FORM)


def wants_form(state: State) -> bool:
    """Whether how the model acts is complained of, or measured to be amiss."""
    return complains_of_form(state) or out_of_form(state)


def wants_thrift(state: State) -> bool:
    """Whether cost or waiting is complained of."""
    return _complained(state, THRIFT)


def long_prompt(state: State) -> bool:
    """Whether cost or waiting is complained of, and the prompt is known to be long."""
    return wants_thrift(state) and state.prompt_tokens is not None and state.prompt_tokens >= TOKENS


def few_documents(state: State) -> bool:
    """Whether all documents fit into a prompt that everybody may see, and stay so for a while."""
    few = state.documents is not None and 0 < state.documents <= DOCUMENTS
    return few and state.facts_change not in ("weekly", "daily") and not complains_of_readers(state)


def no_documents(state: State) -> bool:
    """Whether there is nothing to retrieve from; where retrieval was measured, there is something."""
    return state.documents == 0 and state.recall is None


def examples_ready(state: State) -> bool:
    """Whether there are enough examples, and they are as the answers should be."""
    return (state.training_examples or 0) >= EXAMPLES and state.examples_written is True


def lacks_examples(state: State) -> bool:
    """Whether the prompt was tried, tuning could help, and there is not enough to tune on."""
    could = out_of_form(state) or long_prompt(state)
    return could and bool(state.prompt_tried) and not examples_ready(state)


def wrong(state: State) -> bool:
    """Whether anything is complained of, or measured to be amiss."""
    return bool(state.problems) or lacks_knowledge(state) or wants_form(state) or forgets(state)
