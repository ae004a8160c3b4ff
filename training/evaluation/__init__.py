"""What a run gained and what it lost: the same sets before and after, with intervals.

``sets`` are rows to measure, ``measuring`` asks a model (``generating``, ``likelihood``) and scores what
it says (``scoring``) into what ``measured`` holds and ``kept`` keeps; ``bootstrap`` says how sure a
difference is, ``differences`` of which figures, ``forgetting`` is the gate. ``evaluate`` is the stage of a
run (``subjects`` are its two models, ``trained`` names the weights, ``report`` is its result), ``compare``
puts several beside each other.
``page`` and ``comparison_page`` show what they found, with ``charts``, ``samples`` and ``wording``.
``red_team`` judges answers to ``probes``; ``harm`` and ``red_team_page`` are its part here.
"""
