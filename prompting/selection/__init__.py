"""Worked examples for a prompt, chosen from a model's own answers to unlabelled questions. No training.

A model that sees a few solved questions before a new one answers better. Nobody has to solve them: it
is asked a set of questions, and the answers that it seems surest of become the examples (a demo: a
question with its answer). Two methods: `cosp` (COSP, arXiv 2305.14106) for answers with reasons, `usp`
(USP, arXiv 2305.14926) for labels, short answers and texts.

The way of a question: `wording` writes the prompt → the model replies several times → `replies` drops
what is no answer → `answers` reads the final answer, so that "1,000원" and "천 원" are one vote →
`scores` says how far the replies agree → `choosing` takes the best that differ from one another →
`types.Chosen`. All of these are pure; calls of a model and files are in modules of their own.
"""
