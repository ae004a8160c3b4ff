"""The tokenizer's files: that they are there, and that they know the tokens that the configuration names."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from compile.check.chat_config import CHAT_CONFIG
from compile.check.fault import Fault
from compile.check.reading import (
    Object,
    find_file,
    is_count,
    is_positive,
    is_text,
    object_of,
    objects_of,
    read_object,
)

TOKENIZER: Final = "tokenizer.json"
_COPY: Final = "copy it from the model's folder"


def check_tokenizer(folder: Path, config: Object, faults: list[Fault]) -> None:
    """Check the tokenizer's files, and the ids of the configuration against its vocabulary."""
    listed = config.get("tokenizer_files")
    for name in (one for one in listed if is_text(one)) if isinstance(listed, list) else ():
        if name == TOKENIZER:
            continue
        if find_file(folder, name) is None:
            faults.append(Fault(name, "", f"missing: {CHAT_CONFIG} lists it", _COPY))
        elif name.endswith(".json"):
            read_object(folder, name, faults, fix=_COPY)
    if isinstance(listed, list) and TOKENIZER not in listed:
        fault = f"missing: {TOKENIZER}, the only form that web-llm reads everywhere"
        faults.append(Fault(CHAT_CONFIG, "tokenizer_files", fault, f"add {TOKENIZER}"))
    tokenizer = read_object(
        folder,
        TOKENIZER,
        faults,
        fix=f"{_COPY}; without one there, save it with transformers' fast tokenizer",
    )
    if tokenizer is None:
        return
    added = objects_of(tokenizer.get("added_tokens"))
    faults += _twice(added)
    ids = _ids(object_of(tokenizer.get("model")).get("vocab"))
    if not ids:
        faults.append(Fault(TOKENIZER, "model.vocab", "malformed: a vocabulary is expected", _COPY))
        return
    ids |= {one["id"] for one in added if is_count(one.get("id"))}
    size = config.get("vocab_size")
    if is_positive(size) and max(ids) >= size:
        fault = f"contradiction: the tokenizer has the id {max(ids)}, the model {size:,} tokens"
        faults.append(
            Fault(CHAT_CONFIG, "vocab_size", fault, "take the tokenizer that the model was trained with")
        )
    for field, named in _named(config):
        faults += _unknown(field, named, ids)


def _ids(vocabulary: Any) -> set[int]:
    """Give the ids of a vocabulary: ids by token, or a list whose places are the ids."""
    if isinstance(vocabulary, list):
        return set(range(len(vocabulary)))
    return {one for one in object_of(vocabulary).values() if is_count(one)}


def _twice(added: list[Object]) -> Iterator[Fault]:
    for field in ("content", "id"):
        counts = Counter(one[field] for one in added if isinstance(one.get(field), str | int))
        for value, times in counts.items():
            if times > 1:
                fault = f"malformed: {times} tokens have the {field} {value!r}; the tokenizer refuses to load"
                yield Fault(
                    TOKENIZER, "added_tokens", fault, "keep the one whose id the embedding was trained on"
                )


def _named(config: Object) -> Iterator[tuple[str, Any]]:
    yield "eos_token_id", config.get("eos_token_id")
    template = object_of(config.get("conv_template"))
    for field in ("stop_token_ids", "system_prefix_token_ids"):
        yield f"conv_template.{field}", template.get(field)


def _unknown(field: str, named: Any, ids: Iterable[int]) -> Iterator[Fault]:
    for one in named if isinstance(named, list) else [named]:
        if is_count(one) and one not in ids:
            fault = f"contradiction: the tokenizer has no token {one}"
            yield Fault(CHAT_CONFIG, field, fault, "name the id of the token that is meant")
