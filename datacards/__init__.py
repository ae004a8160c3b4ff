"""What is known about datasets: the card model, its checks, and its renderers.

Floor 0: it imports nothing of the project. `card.py` is the model, `huggingface.py` renders a
dataset README, `croissant.py` the MLCommons Croissant description.
"""
