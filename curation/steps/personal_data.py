"""Personal data: masked, replaced by stand-ins, tagged, or a reason to drop the record."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

from pydantic import Field, field_validator

from curation.errors import ConfigurationError
from curation.personal_data import DEFAULT_KINDS, KINDS, MASKS, Found, Kind, find
from curation.personal_data.pseudonyms import Pseudonyms
from curation.steps.base import BatchJudge, Drop, Given, Keep, Needs, Outcome, Params, Step, each

Action = Literal["mask", "pseudonymise", "drop", "tag"]

SECRET = "MALMOI_PSEUDONYM_KEY"  # noqa: S105 - the name of the variable
_SHORTEST_SECRET = 16


class PersonalDataParams(Params):
    """What to look for and what to do about it.

    ``actions`` says for single kinds what differs from ``action``.
    """

    kinds: tuple[Kind, ...] = Field(default=DEFAULT_KINDS, min_length=1)
    action: Action = "mask"
    actions: dict[Kind, Action] = Field(default_factory=dict)

    @field_validator("kinds")
    @classmethod
    def _in_order(cls, kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
        return tuple(kind for kind in KINDS if kind in kinds)

    @field_validator("actions")
    @classmethod
    def _sorted(cls, actions: dict[Kind, Action]) -> dict[Kind, Action]:
        return {kind: actions[kind] for kind in KINDS if kind in actions}

    def action_for(self, kind: Kind) -> Action:
        """Give what happens to data of one kind."""
        return self.actions.get(kind, self.action)

    @property
    def pseudonymises(self) -> bool:
        """Whether stand-ins are wanted for any kind."""
        return any(self.action_for(kind) == "pseudonymise" for kind in self.kinds)


def _needs(params: PersonalDataParams) -> Needs:
    return Needs(secrets=(SECRET,)) if params.pseudonymises else Needs()


def _make(params: PersonalDataParams, given: Given) -> BatchJudge:
    kinds = frozenset(params.kinds)
    actions = {kind: params.action_for(kind) for kind in params.kinds}
    pseudonyms = Pseudonyms(_secret(given)) if params.pseudonymises else None

    def written(found: Found, text: str) -> str:
        action, original = actions[found.kind], text[found.start : found.end]
        if action == "mask":
            return MASKS[found.kind]
        if action == "pseudonymise" and pseudonyms is not None:
            return pseudonyms.of(found, original)
        return original

    def judge(text: str) -> Outcome:
        found = find(text, kinds)
        if not found:
            return text
        counts: Counter[str] = Counter(one.kind for one in found)
        for kind in params.kinds:
            if counts[kind] and actions[kind] == "drop":
                return Drop(kind, float(counts[kind]))
        tags = {f"has_{kind}": True for kind in params.kinds if counts[kind] and actions[kind] == "tag"}
        return Keep(_replaced(text, found, written), counts=dict(counts), tags=tags)

    return each(judge)


def _replaced(text: str, found: Sequence[Found], written: Callable[[Found, str], str]) -> str:
    parts, place = [], 0
    for one in found:
        parts += [text[place : one.start], written(one, text)]
        place = one.end
    return "".join([*parts, text[place:]])


def _secret(given: Given) -> str:
    secret = given.secrets.get(SECRET, "")
    if len(secret) < _SHORTEST_SECRET:
        raise ConfigurationError(
            f"The secret for pseudonyms is {'shorter than' if secret else 'not set; it needs'} "
            f"{_SHORTEST_SECRET} characters.",
            where=f"environment variable {SECRET}",
            fix="Make one with `python -c 'import secrets; print(secrets.token_hex(32))'` and keep it: "
            "later releases agree with this one only under the same secret.",
        )
    return secret


PERSONAL_DATA = Step(
    name="personal_data",
    summary="finds registration, card, account and telephone numbers, e-mail and postal addresses; "
    "masks, replaces or tags them, or drops the record",
    params=PersonalDataParams,
    sees="everything",
    make=_make,
    needs=_needs,
)
