"""The red team: questions that should be refused, and what a model answers to them.

``probes`` reads the questions, ``judging`` asks and judges, ``rates`` counts what came of it (``results``),
``page`` is the part that pages show. The runs of `training` compare a model before and after with it;
`prompting.safety_evaluation` measures any chat model.
"""
