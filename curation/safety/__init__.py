"""Harmful text: words and a trained classifier that tag it by category, with a score.

`lexicon`, `automaton` and `keywords` are the keyword layer, `words.yaml` its words. `segments`,
`features` and `model` judge with a trained model; `joining` serves both. `training_recipe`, `labels`,
`grouping`, `material`, `fitting`, `training`, `evaluation` and `mentions` make one; that needs
scikit-learn, judging does not.
"""
