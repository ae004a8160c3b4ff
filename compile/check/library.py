"""The compiled library: that it is WebAssembly, and was compiled for what the bundle holds."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from json import JSONDecoder
from pathlib import Path
from typing import Any, Final

import orjson

from compile.check.chat_config import CHAT_CONFIG
from compile.check.fault import Fault
from compile.check.reading import (
    AGAIN,
    Object,
    find_file,
    is_count,
    is_positive,
    is_text,
    object_of,
    objects_of,
    shown,
)
from compile.check.shards import CACHE, Tensor

_MAGIC: Final = b"\0asm"
# The function `_metadata` returns this text; it stands in the library's constants as it is.
_METADATA: Final = re.compile(r'\{\s*"model_type"\s*:')
_MISSING: Final = "the library that the record names is not in the bundle"


def read_metadata(folder: Path, name: str, faults: list[Fault]) -> Object | None:
    """Read what a library says of itself: quantisation, windows, and the parameters that it takes."""
    path = find_file(folder, name)
    try:
        content = path.read_bytes() if path else None
    except OSError as error:
        faults.append(Fault(name, "", f"malformed: it cannot be read: {error.strerror}", AGAIN))
        return None
    if content is None:
        faults.append(Fault(name, "", f"missing: {_MISSING}", "copy it there, or correct model_lib"))
        return None
    if not content.startswith(_MAGIC):
        faults.append(Fault(name, "", "malformed: this is no WebAssembly", AGAIN))
        return None
    text = content.decode("latin-1")  # one character a byte; JSON of a library is ASCII
    for place in _METADATA.finditer(text):
        try:
            _, end = JSONDecoder().raw_decode(text, place.start())
            value = object_of(orjson.loads(content[place.start() : end]))
        except (ValueError, RecursionError):
            continue
        if isinstance(value.get("params"), list):
            return value
    fault = "missing: the library does not say what it was compiled for"
    faults.append(Fault(name, "_metadata", fault, AGAIN))
    return None


def check_library(
    name: str, metadata: Object | None, config: Object, tensors: Sequence[Tensor] | None
) -> Iterator[Fault]:
    """Hold the metadata of a library against the configuration and the parameters of the cache."""
    if metadata is None:
        return
    for field in ("model_type", "quantization"):
        compiled, stated = metadata.get(field), config.get(field)
        if is_text(compiled) and is_text(stated) and compiled != stated:
            fault = f"contradiction: {stated} here, {name} was compiled for {compiled}"
            fix = f"take the weights and the library from one run, or {AGAIN}"
            yield Fault(CHAT_CONFIG, field, fault, fix)
    if not is_positive(metadata.get("prefill_chunk_size")):
        fault = "missing: the library does not say how many tokens it reads at once"
        yield Fault(name, "_metadata.prefill_chunk_size", fault, AGAIN)
    if tensors is not None:
        yield from _parameters(name, objects_of(metadata["params"]), tensors)


def _parameters(name: str, wanted: list[Object], tensors: Sequence[Tensor]) -> Iterator[Fault]:
    by_name = {one["name"]: one for one in wanted if is_text(one.get("name"))}
    held = {tensor.name for tensor in tensors}
    unwanted = sorted(held - by_name.keys())
    for missing in sorted(by_name.keys() - held):
        close = get_close_matches(missing, unwanted, n=1, cutoff=0.8)
        if close:
            unwanted.remove(close[0])
            fault = f"renamed: the library takes {missing}, the cache has {close[0]}"
            yield Fault(CACHE, missing, fault, f"write {missing} in both cache files, or {AGAIN}")
        else:
            yield Fault(CACHE, missing, "missing: the library takes this parameter", AGAIN)
    for extra in unwanted:
        yield Fault(CACHE, extra, f"contradiction: {name} takes no such parameter", AGAIN)
    for tensor in tensors:
        parameter = by_name.get(tensor.name, {})
        for field, found in (("dtype", tensor.dtype), ("shape", list(tensor.shape))):
            if field in parameter and not _agree(parameter[field], found):
                fault = f"contradiction: {shown(found)} here, the library takes {shown(parameter[field])}"
                yield Fault(CACHE, f"{tensor.name}.{field}", fault, AGAIN)


def _agree(wanted: Any, found: Any) -> bool:
    """Whether a shape or type fits; a dimension without a number takes any."""
    if isinstance(wanted, list) and isinstance(found, list):
        return len(wanted) == len(found) and all(
            not is_count(one) or one == other for one, other in zip(wanted, found, strict=True)
        )
    return bool(wanted == found)
