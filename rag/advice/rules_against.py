"""What not to do, and why."""

from rag.advice import conditions as on
from rag.advice.rules import Rule
from rag.advice.state import EXAMPLES

AGAINST = (
    Rule(
        "facts-are-not-tuned",
        "fine-tune",
        lambda s: (
            on.complains_of_knowledge(s) or (bool(s.problems) and s.facts_change in ("weekly", "daily"))
        ),
        ("problems", "facts_change"),
        "Do not fine-tune to teach facts: it does not do so reliably, names no source, and each change "
        "of a fact would be a new training.",
    ),
    Rule(
        "weights-have-no-readers",
        "fine-tune",
        on.complains_of_readers,
        ("problems",),
        "Do not train on what not everybody may read: weights tell everyone the same, passages have readers.",
    ),
    Rule(
        "prompt-comes-first",
        "fine-tune",
        lambda s: not s.prompt_tried and (on.wants_form(s) or on.wants_thrift(s)),
        ("prompt_tried",),
        "Do not fine-tune before a prompt was tried: it may suffice, and without it nobody knows what "
        "tuning gained.",
    ),
    Rule(
        "few-examples",
        "fine-tune",
        lambda s: (
            (on.wants_form(s) or on.wants_thrift(s))
            and s.training_examples is not None
            and s.training_examples < EXAMPLES
        ),
        ("training_examples",),
        "Do not fine-tune on {training_examples:,} examples: fewer than "
        f"{EXAMPLES} are learnt by heart more than learnt from.",
    ),
    Rule(
        "copied-conversations",
        "fine-tune",
        lambda s: s.examples_written is False,
        ("training_examples", "examples_written"),
        "Do not fine-tune on conversations as they are: a model takes over the habits with the tone. "
        "One tuned on 140,000 Slack messages put work off until tomorrow, as colleagues do.",
    ),
    Rule(
        "form-is-there",
        "fine-tune",
        lambda s: on.complains_of_form(s) and s.style_score is not None and not on.out_of_form(s),
        ("style_score",),
        "Do not fine-tune for a form that {style_score:.0%} of the answers have: little to gain, and general "
        "knowledge to lose.",
    ),
    Rule(
        "not-in-use-while-it-forgets",
        "fine-tune",
        on.forgets,
        ("forgetting",),
        "Do not put this tuned model to use, and do not mend what it forgot with more documents.",
    ),
    Rule(
        "rag-teaches-no-form",
        "rag",
        on.wants_form,
        ("problems", "style_score"),
        "Do not expect retrieval to teach a tone, a form or a trade's language: passages say what, not how.",
    ),
    Rule(
        "rag-saves-nothing",
        "rag",
        on.wants_thrift,
        ("problems",),
        "Do not expect retrieval to save tokens or time: it adds passages to every prompt.",
    ),
    Rule(
        "retrieval-is-not-the-fault",
        "rag",
        lambda s: on.found(s) and on.ungrounded(s),
        ("recall_at_5", "grounded"),
        "Do not add passages or another index: the right ones are there ({recall_at_5:.0%}), and more "
        "distract.",
    ),
    Rule(
        "no-index-for-few-documents",
        "rag",
        lambda s: on.lacks_knowledge(s) and on.few_documents(s),
        ("documents", "facts_change"),
        "Do not build an index for so few documents ({documents}).",
    ),
)
