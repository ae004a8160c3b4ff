"""What quantising cost: the weights of a bundle against the original ones, over the same answers.

`predicting` asks one model about rows, `result` holds both against each other, and `comparing` loads one
after the other: one model is in memory at a time.
"""

from compile.comparing.comparing import compare as compare
from compile.comparing.result import Cost as Cost
