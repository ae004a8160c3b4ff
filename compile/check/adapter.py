"""What the model asks of the WebGPU adapter, against its record and the adapter that is declared.

``adapter.json`` is optional: ``features`` and ``limits`` as a browser's ``GPUAdapter`` reports them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from compile.check.fault import Fault
from compile.check.reading import (
    Object,
    Rules,
    check_fields,
    find_file,
    is_positive,
    is_texts,
    object_of,
    read_object,
)
from compile.check.records import APP_CONFIG, Record
from compile.check.shards import Tensor

ADAPTER: Final = "adapter.json"
_F16: Final = "shader-f16"
_COMPUTES_IN_F16: Final = re.compile(r"(?<!b)f16")
_LIMIT: Final = "maxStorageBufferBindingSize"
_SMALLER: Final = "compile with a smaller context, or choose a smaller model"


def read_adapter(folder: Path, faults: list[Fault]) -> Object:
    """Read the adapter that the bundle declares; nothing where it declares none."""
    if find_file(folder, ADAPTER) is None:
        return {}
    fix = "write features and limits as the browser reports them"
    adapter = read_object(folder, ADAPTER, faults, fix=fix)
    if adapter is None:
        return {}
    rules: Rules = {
        "features": (is_texts, "a list of features"),
        "limits": (_has_limit, f"an object with {_LIMIT}"),
    }
    faults += check_fields(adapter, rules, ADAPTER, fix)
    return adapter


def check_adapter(
    adapter: Object,
    config: Object,
    tensors: Sequence[Tensor],
    records: Sequence[Record],
    libraries: Mapping[str, Object | None],
) -> list[Fault]:
    """Hold features and buffer sizes against what records state, and against the adapter."""
    found: list[Fault] = []
    for record in records:
        # What the library computes in counts; without a library, what the configuration says.
        settings = {**config, **(libraries.get(record.library) or {})}
        found += _features(settings.get("quantization"), adapter)
        found += _record_features(record, settings.get("quantization"), adapter)
        found += _buffers(record, {**settings, **config}, tensors, adapter)
    return list(dict.fromkeys(found))


def _has_limit(value: Any) -> bool:
    return is_positive(object_of(value).get(_LIMIT))


def _in_f16(quantization: Any) -> bool:
    return isinstance(quantization, str) and _COMPUTES_IN_F16.search(quantization) is not None


def _features(quantization: Any, adapter: Object) -> Iterator[Fault]:
    if _in_f16(quantization) and is_texts(adapter.get("features")) and _F16 not in adapter["features"]:
        fault = f"contradiction: {quantization} needs {_F16}, which this adapter lacks"
        yield Fault(ADAPTER, "features", fault, "compile with q4f32_1, or declare another adapter")


def _record_features(record: Record, quantization: Any, adapter: Object) -> Iterator[Fault]:
    required = record.value.get("required_features", [])
    field = f"{record.field}.required_features"
    if not is_texts(required):
        return
    if _in_f16(quantization) and _F16 not in required:
        fault = f"missing: {quantization} needs {_F16}; without it, adapters that lack it fail late"
        yield Fault(APP_CONFIG, field, fault, f'write ["{_F16}"]')
    for feature in required if is_texts(adapter.get("features")) else ():
        if feature != _F16 and feature not in adapter["features"]:
            fault = f"contradiction: {feature} is required, which the adapter of {ADAPTER} lacks"
            yield Fault(APP_CONFIG, field, fault, "compile without it, or declare another adapter")


def _buffers(record: Record, settings: Object, tensors: Sequence[Tensor], adapter: Object) -> Iterator[Fault]:
    """Hold the largest buffer against what the record announces and the adapter allows."""
    needed = {tensor.name: tensor.bytes for tensor in tensors}
    overrides = object_of(record.value.get("overrides"))
    needed["the key-value cache of a layer"] = _cache_bytes({**settings, **overrides})
    largest = max(needed, key=needed.__getitem__)
    announced = record.value.get("buffer_size_required_bytes")
    field = f"{record.field}.buffer_size_required_bytes"
    if is_positive(announced) and announced < needed[largest]:
        fault = f"contradiction: {announced:,} bytes are announced, {largest} takes {needed[largest]:,}"
        yield Fault(APP_CONFIG, field, fault, f"write {needed[largest]}")
    limit = object_of(adapter.get("limits")).get(_LIMIT)
    if not is_positive(limit):
        return
    if needed[largest] > limit:
        fault = f"contradiction: {largest} takes {needed[largest]:,} bytes, a storage buffer holds {limit:,}"
        yield Fault(ADAPTER, f"limits.{_LIMIT}", fault, _SMALLER)
    elif is_positive(announced) and announced > limit:
        fault = (
            f"contradiction: {announced:,} bytes are announced, the adapter's storage buffer holds {limit:,}"
        )
        yield Fault(APP_CONFIG, field, fault, f"write {needed[largest]}, if no buffer is larger")


def _cache_bytes(settings: Object) -> int:
    """Give the bytes of a layer's keys and values, which are one buffer; 0 where the sizes are not known."""
    cache = object_of(settings.get("kv_cache"))
    heads, size = cache.get("num_key_value_heads"), cache.get("head_dim")
    window = max(
        (
            one
            for one in map(settings.get, ("context_window_size", "sliding_window_size"))
            if is_positive(one)
        ),
        default=0,
    )
    if not is_positive(heads) or not is_positive(size):
        return 0
    item = 2 if _in_f16(settings.get("quantization")) else 4
    return 2 * int(heads) * int(size) * int(window) * item
