"""The fields of rotary positions, which two libraries write in two forms.

MLC reads ``rope_theta`` (its own configurations: ``position_embedding_base``) and ``rope_scaling``, and
takes 10,000 without scaling where they are absent; transformers 5 writes ``rope_parameters`` alone. A bundle
that states only the latter loads, and talks nonsense.
"""

from collections.abc import Iterator
from typing import Any, Final

from compile.check.chat_config import CHAT_CONFIG
from compile.check.fault import Fault
from compile.check.reading import AGAIN, Object, is_number, object_of, shown

_BASES: Final = ("rope_theta", "position_embedding_base", "rope_parameters.rope_theta")
# What each kind of scaling cannot be computed without.
_NEEDED: Final = {
    "linear": ("factor",),
    "dynamic": ("factor",),
    "yarn": ("factor", "original_max_position_embeddings"),
    "llama3": ("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"),
    "longrope": ("short_factor", "long_factor"),
}
_FIX: Final = f"write both forms, with what the model's config.json says, or {AGAIN}"


def check_rope(model: Object) -> Iterator[Fault]:
    """Find fields of rotary positions that are missing or contradict each other in ``model_config``."""
    yield from _bases(model)
    scaling, parameters = _scaling(model.get("rope_scaling")), _scaling(model.get("rope_parameters"))
    for form, values in (("rope_scaling", scaling), ("rope_parameters", parameters)):
        for field in _NEEDED.get(str(values.get("rope_type")), ()):
            if field not in values:
                fault = f"missing: scaling '{values['rope_type']}' needs it"
                yield _fault(f"{form}.{field}", fault)
    if parameters and not scaling:
        yield _fault("rope_scaling", f"missing: rope_parameters scale by '{parameters['rope_type']}'")
    elif "rope_parameters" in model and scaling and not parameters:
        fault = f"contradiction: '{scaling['rope_type']}' here, no scaling in rope_parameters"
        yield _fault("rope_scaling", fault)
    for field in sorted(scaling.keys() & parameters.keys()):
        if scaling[field] != parameters[field]:
            told = f"{shown(scaling[field])} here, {shown(parameters[field])} in rope_parameters"
            yield _fault(f"rope_scaling.{field}", f"contradiction: {told}")


def _bases(model: Object) -> Iterator[Fault]:
    parameters = object_of(model.get("rope_parameters"))
    stated = (model.get("rope_theta"), model.get("position_embedding_base"), parameters.get("rope_theta"))
    given = {name: value for name, value in zip(_BASES, stated, strict=True) if value is not None}
    for name, value in given.items():
        if not is_number(value) or value <= 0:
            yield _fault(name, f"malformed: {shown(value)} where a number above zero is expected")
            return
    if not given.keys() & set(_BASES[:2]):
        meant = f" instead of {given[_BASES[2]]:g}" if given else ""
        yield _fault("rope_theta", f"missing: the base would be taken for 10,000{meant}")
    elif len(set(given.values())) > 1:
        told = ", ".join(f"{name} {value:g}" for name, value in given.items())
        yield _fault("rope_theta", f"contradiction: {told}")


def _scaling(value: Any) -> dict[str, Any]:
    """Give the fields of a scaling with its kind as ``rope_type``; nothing where positions are not scaled."""
    fields = {name: one for name, one in object_of(value).items() if name not in ("type", "rope_theta")}
    kind = fields.get("rope_type") or object_of(value).get("type")
    return {**fields, "rope_type": kind} if isinstance(kind, str) and kind != "default" else {}


def _fault(field: str, fault: str) -> Fault:
    return Fault(CHAT_CONFIG, f"model_config.{field}", fault, _FIX)
