"""What answering from sources takes: the parts of the graph in `rag.answer`.

`rewrite` makes a follow-up a question of its own; `instructions` finds what a document tells a model to
do, `evidence` is what of a passage may be shown and cited; `writing` lets a model write, and `draft` cuts
that into cited sentences. `quantities`, `moments` and `statements` read what a sentence says, by the word
lists of `vocabulary`; `support` holds one against its evidence and `clashes` finds contradictions.
`refusals` are the reasons and words of no answer.
"""
