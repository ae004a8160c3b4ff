"""Better and safer answers without training, over any chat model. Floor 3.

A model is whatever answers conversations (`asking`): a chat model of langchain, or a function; `journal`
keeps what was asked, so that nothing is paid for twice. `selection` chooses demos for a prompt from the
model's own answers (USP, COSP). A judge sees an answer alone, never the question, and is asked twice with
its options swapped (`judging`); `checking` rewrites what it calls harmful, at most twice; `guarding` puts
that before answers, with the classifier or without; `calibration` says whether a judge may be believed.
`rain` searches for an answer that the model itself calls harmless, `debiasing` weighs tokens while it writes.
`red_team` and `safety_evaluation` measure harm, `superni` evaluates and translates tasks.
"""

from curation import privacy as privacy
