"""What is known of a product with a stored matrix when its loops are written."""

from dataclasses import dataclass
from typing import Final

from compile.formats.quantisation import GROUP

CODES_A_WORD: Final = 8
WORDS_A_GROUP: Final = GROUP // CODES_A_WORD
ZERO: Final = 7


@dataclass(frozen=True, slots=True)
class Product:
    """Hidden states of shape (1, tokens, columns) times a quantised matrix of (rows, columns), plus a bias.

    How many rows and columns there are, which `GROUP` divides, is known only when it runs, and tokens too
    unless there is ``one_token``: so a library has the same few products whatever matrices its model has.
    """

    dtype: str
    bias: bool
    one_token: bool
