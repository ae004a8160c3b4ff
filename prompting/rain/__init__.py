"""RAIN (arXiv 2309.07124): a model answers by search, and judges what it is about to say.

`tree`, `growing` and `searching` are the method, over whatever can say what comes next
(`language_model`); `opened_model`, `kept_states` and `letters` are a model of this process.
"""

from prompting.rain.budget import Budget as Budget
from prompting.rain.constants import Constants as Constants
from prompting.rain.language_model import TooLongError as TooLongError
from prompting.rain.results import Searched as Searched
from prompting.rain.searching import search as search
