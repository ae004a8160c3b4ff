"""How harmful the answers of a chat model are in Korean, and how far those who judge them can be believed.

A model is asked the questions of `prompting.red_team`, or those of recorded ``dialogues``; ``judging`` has
models, the classifier of `curation.safety` and people (``human``) judge what it answers. The same judges
judge ``texts`` whose harm is known, which is their own ``accuracy``; ``raters`` tells by ``agreement``
whether they judge alike. ``measure`` does it all, each call through ``calling``; ``rates`` counts,
``report`` is what came of it with ``notes`` on what could not be measured, ``page`` shows it.
"""
