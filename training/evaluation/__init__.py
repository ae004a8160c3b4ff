"""What a run gained and what it lost: the same sets before and after, with intervals.

``sets`` are rows to measure, ``measuring`` asks a model (``generating``, ``likelihood``) and scores what
it says (``scoring``) into what ``measured`` holds and ``kept`` keeps; `curation.bootstrap` says how sure a
difference is, ``differences`` of which figures, ``forgetting`` is the gate. ``evaluate`` is the stage of a
run (``subjects`` are its two models, ``trained`` names the weights, ``report`` is its result), ``compare``
puts several beside each other.
``page`` and ``comparison_page`` show what they found, with ``charts`` and ``wording``.
`prompting.red_team` asks and judges; ``harm`` is its part here.
"""
