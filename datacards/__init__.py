"""What is known about datasets: cards, their checks, and their renderers.

Floor 0: it imports nothing of the project.

`card.py` is the model of a release's card; `huggingface.py` renders it as a README, `croissant.py` as a
Croissant description with RAI fields. `catalogue.py` is the model of the cards of known corpora in
`cards/`, which `choosing.py` chooses from and `history.py` counts. `checks.py` and `readme_checks.py` say
what is wrong with a card. `licences.py` knows how licences are spelled, `terms.py` what they allow alone
and mixed. `datasheet.py` holds the questions of a datasheet; `front_matter.py` takes Markdown apart.
"""
