"""Rules of the step ``normalise``, one idea a file: each takes a text and gives it back, changed or not.

A rule is a pure function ``text -> (text, count)``; ``count`` says how often it changed something
and is 0 exactly when the text came back as it was.
"""
