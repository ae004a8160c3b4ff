"""How many tokens fit: the configuration, what records override, and what the library was compiled for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from compile.check.chat_config import CHAT_CONFIG
from compile.check.fault import Fault
from compile.check.reading import AGAIN, Object, is_count, is_positive, object_of
from compile.check.records import APP_CONFIG, Record

_CONTEXT: Final = "context_window_size"
_SLIDING: Final = "sliding_window_size"
_SINK: Final = "attention_sink_size"
_PREFILL: Final = "prefill_chunk_size"


def check_windows(
    config: Object, records: Iterable[Record], libraries: Mapping[str, Object | None]
) -> list[Fault]:
    """Find chunks larger than the window, and windows larger than the library was compiled for."""
    found = [*_kinds(config, CHAT_CONFIG, ""), *_prefill(config, CHAT_CONFIG, "")]
    for name, metadata in libraries.items():
        found += _prefill(metadata or {}, name, "_metadata.")
    for record in records:
        overrides = object_of(record.value.get("overrides"))
        settings = {**config, **overrides}
        within = f"{record.field}.overrides."
        if overrides.keys() & {_CONTEXT, _SLIDING}:
            found += _kinds(settings, APP_CONFIG, within)
        if _PREFILL in overrides:
            found += _prefill(settings, APP_CONFIG, within)
        for field in (_CONTEXT, _SLIDING):
            compiled = object_of(libraries.get(record.library)).get(field)
            wanted = settings.get(field)
            if is_positive(compiled) and is_positive(wanted) and wanted > compiled:
                here = (APP_CONFIG, within + field) if field in overrides else (CHAT_CONFIG, field)
                fault = (
                    f"contradiction: {wanted:,} tokens here, {record.library} was compiled for {compiled:,}"
                )
                found.append(Fault(*here, fault, f"write {compiled}, or {AGAIN} for {wanted:,}"))
    return list(dict.fromkeys(found))


def _kinds(settings: Object, file: str, within: str) -> Iterator[Fault]:
    if _CONTEXT not in settings:
        return
    given = [field for field in (_CONTEXT, _SLIDING) if is_positive(settings.get(field))]
    if len(given) == 2:
        fault = f"contradiction: {_CONTEXT} is set as well, and only one of them may be"
        yield Fault(file, within + _SLIDING, fault, "set the other one to -1")
    elif not given:
        fault = f"missing: neither this nor {_SLIDING} says how many tokens fit"
        yield Fault(file, within + _CONTEXT, fault, "set one of them")
    elif given == [_SLIDING] and not is_count(settings.get(_SINK)):
        fault = "missing: a sliding window needs the number of first tokens that stay in it"
        yield Fault(file, within + _SINK, fault, "write 0 or more; 4 is usual")


def _prefill(settings: Object, file: str, within: str) -> Iterator[Fault]:
    sizes = [settings[field] for field in (_CONTEXT, _SLIDING) if is_positive(settings.get(field))]
    chunk = settings.get(_PREFILL)
    if sizes and is_positive(chunk) and chunk > min(sizes):
        fault = f"contradiction: a chunk of {chunk:,} tokens does not fit a window of {min(sizes):,}"
        yield Fault(file, within + _PREFILL, fault, f"write {min(sizes)} or less, and compile with it")
