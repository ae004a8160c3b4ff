"""Prompts that make a chat model safer: self-check and rewriting. Floor 3. Planned: selection, RAIN.

A judge sees an answer alone, never the question, and is asked twice with its options swapped
(`judging`); `checking` rewrites what it calls harmful, at most twice; `calibration` says whether a
judge may be believed at all, and `refusals` tells refusals and broken answers by rules. A model is
whatever answers conversations (`asking`): a chat model of langchain, or a function.
"""

from curation import privacy as privacy
