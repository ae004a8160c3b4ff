"""What to work on, and the figure that each reason rests on."""

from rag.advice import conditions as on
from rag.advice.rules import Rule
from rag.advice.state import EXAMPLES, FORGETTING, GROUNDED, QUESTIONS, RECALL, REFUSAL, STYLE, TOKENS

FOR = (
    Rule(
        "begin-with-the-prompt",
        "prompt",
        lambda s: not s.prompt_tried and (s.problems is None or on.wrong(s)),
        ("prompt_tried",),
        "Begin with clear instructions, a few examples and evaluation questions: this costs the least, and "
        "every later step is compared with it.",
    ),
    Rule(
        "name-the-fault",
        "prompt",
        lambda s: s.problems is None and bool(s.prompt_tried) and not on.wrong(s),
        ("problems",),
        "What is wrong is not said, and no figure says it: evaluate the prompt, and read the worst answers.",
    ),
    Rule(
        "no-documents",
        "prompt",
        lambda s: on.lacks_knowledge(s) and on.no_documents(s),
        ("documents",),
        "There is no document to retrieve from: let the prompt refuse what is not known, and collect "
        "documents.",
    ),
    Rule(
        "few-documents",
        "prompt",
        lambda s: on.lacks_knowledge(s) and on.few_documents(s),
        ("documents", "facts_change"),
        "All documents together ({documents}) fit into the prompt.",
    ),
    Rule(
        "bring-knowledge",
        "rag",
        lambda s: on.lacks_knowledge(s) and s.recall is None and s.documents != 0 and not on.few_documents(s),
        ("problems", "documents", "facts_change", "recall_at_5", "retrieval_questions"),
        "What the answers must know comes from documents at the time of the question: a new version is "
        "indexed (`malmoi rag index`), nothing is trained. Whether the right passages are found is not "
        f"measured on {QUESTIONS} questions yet: measure this first.",
    ),
    Rule(
        "passages-have-readers",
        "rag",
        lambda s: on.complains_of_readers(s) and not on.no_documents(s),
        ("problems", "documents"),
        "Say in a file of groups who may read what (--acl): a passage that the asker may not read is not "
        "looked at, so no answer can hold it.",
    ),
    Rule(
        "find-better",
        "rag",
        lambda s: on.lost(s) and not on.few_documents(s),
        ("recall_at_5", "retrieval_questions"),
        "Only {recall_at_5:.0%} of the questions have a right passage among the first five "
        f"(wanted: {RECALL:.0%}): no model answers well from the wrong passages.",
    ),
    Rule(
        "tune-the-gate",
        "rag",
        lambda s: on.found(s) and on.misrefuses(s),
        ("refusal_accuracy", "recall_at_5"),
        "The passages are found ({recall_at_5:.0%}), but only {refusal_accuracy:.0%} of the "
        f"questions are rightly answered or refused (wanted: {REFUSAL:.0%}): fit the coverage gate.",
    ),
    Rule(
        "ground-the-answers",
        "prompt",
        lambda s: on.found(s) and on.ungrounded(s),
        ("grounded", "recall_at_5"),
        "The passages are found ({recall_at_5:.0%}), but only {grounded:.0%} of the sentences are "
        f"supported by them (wanted: {GROUNDED:.0%}): ask for answers from the sources alone, with a "
        "quote for each sentence.",
    ),
    Rule(
        "look-at-the-answers",
        "prompt",
        lambda s: on.complains_of_facts(s) and on.found(s) and s.grounding is None,
        ("recall_at_5", "grounded", "answer_questions"),
        "The passages are found ({recall_at_5:.0%}); what the answers make of them is not measured on "
        f"{QUESTIONS} questions yet: measure this first.",
    ),
    Rule(
        "questions-miss-the-complaint",
        "prompt",
        lambda s: (
            on.complains_of_facts(s)
            and on.found(s)
            and s.grounding is not None
            and not on.ungrounded(s)
            and not on.misrefuses(s)
            and not on.forgets(s)
        ),
        ("problems", "recall_at_5", "grounded", "refusal_accuracy"),
        "People complain, and the figures are high ({recall_at_5:.0%} found, {grounded:.0%} grounded): the "
        "evaluation does not ask what they ask. Add their questions.",
    ),
    Rule(
        "examples-miss-the-complaint",
        "prompt",
        lambda s: on.complains_of_form(s) and s.style_score is not None and not on.out_of_form(s),
        ("problems", "style_score"),
        "People complain of the form, and {style_score:.0%} of the evaluated answers have it: the "
        "evaluation does not ask what they ask. Add their questions.",
    ),
    Rule(
        "measure-the-form",
        "prompt",
        lambda s: on.complains_of_form(s) and bool(s.prompt_tried) and s.style_score is None,
        ("problems", "style_score"),
        "How many answers have the wished form is not measured: measure this first, with the prompt as "
        "it is.",
    ),
    Rule(
        "collect-examples",
        "prompt",
        on.lacks_examples,
        ("training_examples", "examples_written"),
        f"There are not {EXAMPLES} examples that a person wrote or checked: put the best into the "
        "prompt, and keep every good answer as an example.",
    ),
    Rule(
        "look-at-the-cost",
        "prompt",
        lambda s: on.wants_thrift(s) and bool(s.prompt_tried) and not on.long_prompt(s),
        ("problems", "prompt_tokens"),
        f"A prompt of {TOKENS:,} tokens or more is what tuning can shorten, and this one is shorter or "
        "not counted: ask for shorter answers, send fewer passages, or take a smaller model.",
    ),
    Rule(
        "teach-the-form",
        "fine-tune",
        lambda s: on.out_of_form(s) and bool(s.prompt_tried) and on.examples_ready(s) and not s.tuned,
        ("style_score", "training_examples"),
        "With the prompt, {style_score:.0%} of the answers have the wished form (wanted: "
        f"{STYLE:.0%}), and there are {{training_examples:,}} examples of it: form and tone are what "
        "tuning teaches.",
    ),
    Rule(
        "tune-again",
        "fine-tune",
        lambda s: on.out_of_form(s) and bool(s.prompt_tried) and on.examples_ready(s) and bool(s.tuned),
        ("style_score", "training_examples"),
        "After tuning on {training_examples:,} examples, {style_score:.0%} of the answers have the "
        f"wished form (wanted: {STYLE:.0%}): correct and add examples like the failures, rather than "
        "train for longer.",
    ),
    Rule(
        "shorten-the-prompt",
        "fine-tune",
        lambda s: on.long_prompt(s) and bool(s.prompt_tried) and on.examples_ready(s),
        ("prompt_tokens", "training_examples"),
        "{prompt_tokens:,} tokens go with every question: tuned on {training_examples:,} examples, a "
        "model acts so without being told each time.",
    ),
    Rule(
        "undo-the-forgetting",
        "fine-tune",
        on.forgets,
        ("forgetting",),
        "Tuning lost {forgetting:.1%} on general questions "
        f"(allowed: {FORGETTING:.1%}): train again with general data mixed in, a lower rate or fewer steps.",
    ),
)
