"""What a verification found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class EngineRun:
    """How one engine ran: its tokens by prompt, and its times.

    ``load_ms`` holds ``pipeline_ms``, the time of the shaders. Rates are tokens a second; 0 where there
    was nothing to measure. ``texts`` are answers to messages; prompts of tokens have none.
    """

    engine: str
    adapter: Mapping[str, Any]
    tokens: tuple[tuple[int, ...], ...]
    texts: tuple[str, ...]
    load_ms: float
    pipeline_ms: float
    prefill_tokens_per_second: float
    decode_tokens_per_second: float
    outside: tuple[str, ...]

    def equal(self, expected: Sequence[Sequence[int]]) -> int:
        """Count the tokens before the first that differs, over all prompts."""
        return sum(map(_common, self.tokens, expected))


@dataclass(frozen=True, slots=True)
class Verified:
    """How far the engines agree with the reference.

    ``equal`` of ``of`` tokens, over engines and prompts, come before the first that differs;
    ``outside`` are the addresses beyond the bundle that the page asked for.
    """

    equal: int
    of: int
    seconds: float
    adapter: str
    runs: tuple[EngineRun, ...]
    outside: tuple[str, ...]
    first_difference: str

    @property
    def passed(self) -> bool:
        """Whether all tokens are equal and nothing was asked of others."""
        return self.equal == self.of and not self.outside

    def as_json(self) -> dict[str, Any]:
        """Give the facts as JSON data."""
        return {
            "passed": self.passed,
            "equal": self.equal,
            "of": self.of,
            "seconds": round(self.seconds, 1),
            "adapter": self.adapter,
            "outside": list(self.outside),
            "first_difference": self.first_difference,
            "engines": {
                run.engine: {
                    "load_ms": round(run.load_ms),
                    "pipeline_ms": round(run.pipeline_ms),
                    "prefill_tokens_per_second": round(run.prefill_tokens_per_second, 2),
                    "decode_tokens_per_second": round(run.decode_tokens_per_second, 2),
                }
                for run in self.runs
            },
        }


def _common(found: Sequence[int], expected: Sequence[int]) -> int:
    pairs = zip(found, expected, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(found), len(expected)))
