"""The second stage: preferences, learned on top of the first stage's adapter (DPO, KTO).

`rows` reads a file, `preparing` encodes and checks its rows, `first_stage` keeps and loads what the stage
begins with, `arguments` and `trainers` are TRL's with what they lack, and `stage` does all of it.
"""
