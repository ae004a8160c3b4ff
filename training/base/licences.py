"""What the licence of a base model allows to do with it. Not legal advice.

The bases that a Korean user would pick, as their pages named their licences in November 2026, and
the clauses of the licences that are not among the well-known ones.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from datacards.terms import Terms, terms_of

if TYPE_CHECKING:
    from training.base.resolving import ResolvedBase


@dataclass(frozen=True, slots=True)
class LicenceVerdict:
    """Whether a base may be trained, why not, what its licence allows, and what a person should know."""

    allowed: bool
    reason: str
    licence: str
    terms: Terms
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give the verdict as JSON data."""
        return {
            "allowed": self.allowed,
            "reason": self.reason,
            "licence": self.licence,
            "terms": self.terms.as_json(),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class _Known:
    """A family of models by its name; ``verify`` says what is not certain about its licence."""

    pattern: str
    licence: str
    verify: str = ""


# The first that matches counts.
_KNOWN: Final = (
    _Known(r"smollm2?", "Apache-2.0"),
    _Known(r"kanana-1\.5", "Apache-2.0", "found on a derivative: read the licence file of the model"),
    _Known(r"hyperclova ?x", "HyperCLOVA X SEED", "a licence of its own: read it before you publish"),
    _Known(r"solar-10\.7b-instruct", "CC-BY-NC-4.0"),
    _Known(r"solar-10\.7b", "Apache-2.0"),
    _Known(r"bllossom|llama-?3", "Llama 3 Community"),
    _Known(r"qwen-?3\.5", "Apache-2.0", "disputed on one page: read the licence file of the model"),
    _Known(r"qwen-?3", "Apache-2.0"),
    _Known(r"gemma-?4", "Apache-2.0"),
    _Known(r"gemma-?3", "Gemma"),
    _Known(r"exaone", "EXAONE NC"),
)


@dataclass(frozen=True, slots=True)
class _Custom:
    pattern: str
    terms: Terms
    note: str


_CUSTOM: Final = (
    _Custom(
        r"llama[\s-]?[34]",
        Terms("allowed", "allowed", "allowed", "required", ("Llama Community License",)),
        "publish a copy of the Llama licence with the model, say 'Built with Llama', and begin its name "
        "with 'Llama'; above 700 million users a month Meta must be asked",
    ),
    _Custom(
        r"gemma",
        Terms("allowed", "allowed", "allowed", "required", ("Gemma Terms of Use",)),
        "whoever gets the model must get Google's terms and list of forbidden uses with it",
    ),
    _Custom(
        r"exaone",
        Terms("forbidden", "unknown", "allowed", "required"),
        "for research alone; what the model writes is restricted as well",
    ),
)


def known_licence(name: str) -> str:
    """Give the licence of a known family of models by a model's name or path, else an empty text."""
    found = _known(name)
    return found.licence if found is not None else ""


def is_certain(name: str) -> bool:
    """Tell whether a known family's licence needs no look into its licence file."""
    found = _known(name)
    return found is not None and not found.verify


def base_terms(licence: str) -> Terms:
    """Give the terms of a base model's licence, also of those that only models have."""
    custom = _custom(licence)
    return custom.terms if custom is not None else terms_of(licence)


def licence_verdict(resolved: "ResolvedBase") -> LicenceVerdict:
    """Judge whether the model may be changed at all: only an explicit prohibition refuses."""
    terms = base_terms(resolved.licence)
    if terms.modification == "forbidden":
        reason = f"the licence of {resolved.name} ({resolved.licence}) forbids works made from it"
        return LicenceVerdict(False, reason, resolved.licence, terms)
    return LicenceVerdict(True, "", resolved.licence, terms, tuple(_notes(resolved, terms)))


def _notes(resolved: "ResolvedBase", terms: Terms) -> list[str]:
    if not resolved.licence:
        return [
            f"the licence of {resolved.name} is unknown: read it, and name it in base.licence; "
            "until then the trained model may not be published"
        ]
    known, custom = _known(resolved.name), _custom(resolved.licence)
    notes = [f"{resolved.licence}: {custom.note}"] if custom is not None else []
    if known is not None and known.verify and known.licence == resolved.licence:
        notes.append(f"{resolved.licence}: {known.verify}")
    if terms.commercial == "forbidden":
        notes.append(f"{resolved.licence} forbids commercial use, and so does the trained model's licence")
    if "unknown" in (terms.modification, terms.redistribution):
        notes.append(
            f"it is not known what '{resolved.licence}' allows: the trained model may not be published "
            "before base.licence names an SPDX id or says it in words"
        )
    return notes


def _known(name: str) -> _Known | None:
    # The name itself and its owner, not folders above it.
    plain = re.sub(r"[_\s]+", "-", "/".join(name.rstrip("/").split("/")[-2:]).lower())
    return next((one for one in _KNOWN if re.search(rf"(?<![a-z]){one.pattern}", plain)), None)


def _custom(licence: str) -> _Custom | None:
    return next((one for one in _CUSTOM if re.search(one.pattern, licence.lower())), None)
