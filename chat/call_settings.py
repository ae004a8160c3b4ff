"""What a single call may ask of a model: how freely it answers, from which seed, and how much."""

import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from curation.errors import ConfigurationError

# Below it the most probable token has all of the probability, as far as float32 goes.
_LEAST_TEMPERATURE: Final = 1e-5


@dataclass(frozen=True, slots=True)
class CallSettings:
    """Settings of a call, as OpenAI's interface names them.

    Parameters
    ----------
    temperature
        Scores are divided by it before a token is drawn; 0 takes the most probable one.
    top_p
        Tokens are drawn from the fewest whose probabilities add up to it.
    top_k
        Tokens are drawn from so many of the most probable; 0 stands for all.
    seed
        Equal seeds draw equal answers; ``None`` draws another one each time.
    max_tokens
        Longest answer; ``None`` leaves it to the model.
    """

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    seed: int | None = None
    max_tokens: int | None = None

    @property
    def draws(self) -> bool:
        """Whether tokens are drawn, rather than the most probable ones taken."""
        return self.temperature >= _LEAST_TEMPERATURE

    def given(self) -> dict[str, float | int]:
        """Give what differs from the defaults, by name."""
        values = {field: getattr(self, field.name) for field in fields(self)}
        return {field.name: value for field, value in values.items() if value != field.default}


def call_settings(asked: Mapping[str, Any]) -> CallSettings:
    """Read the keyword arguments of a call; ``None`` stands for one that was not given.

    Raises
    ------
    ConfigurationError
        When there is no such setting, or its value is out of range: a setting that is passed over
        silently would give other answers than were asked for.
    """
    known = [field.name for field in fields(CallSettings)]
    values: dict[str, Any] = {}
    for name, value in asked.items():
        if name not in known:
            raise ConfigurationError(
                f"A chat model of malmoi has no setting {name!r}.",
                where="call of a chat model",
                fix=f"Choose among: {', '.join([*known, 'stop'])}.",
            )
        if value is not None:
            values[name] = _read(name, value)
    return CallSettings(**values)


def _read(name: str, value: Any) -> float | int:
    try:
        # `index` takes the integers of numpy too, and no fractions.
        read: float | int = float(value) if name in ("temperature", "top_p") else operator.index(value)
    except (TypeError, ValueError, OverflowError):
        read = math.nan
    inside = {
        "temperature": 0 <= read < math.inf,
        "top_p": 0 < read <= 1,
        "top_k": read >= 0,
        "seed": isinstance(read, int),
        "max_tokens": read >= 1,
    }
    if not inside[name]:
        raise ConfigurationError(
            f"{name} = {value!r} is not possible.", where="call of a chat model", fix=_RANGES[name]
        )
    return read


_RANGES: Final = {
    "temperature": "Give a number from 0 (the most probable tokens) upwards; 0.7 is common.",
    "top_p": "Give a share above 0, up to 1 (all tokens).",
    "top_k": "Give a whole number; 0 stands for all tokens.",
    "seed": "Give a whole number.",
    "max_tokens": "Give a whole number from 1 upwards.",
}
