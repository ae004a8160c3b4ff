"""One model of a bundle: the flat folder of `malmoi compile convert`, with its library and records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from compile.check.adapter import check_adapter, read_adapter
from compile.check.chat_config import CHAT_CONFIG, check_chat_config
from compile.check.fault import Fault
from compile.check.library import check_library, read_metadata
from compile.check.reading import AGAIN, Object, object_of, read_object
from compile.check.records import Record, check_records
from compile.check.rope import check_rope
from compile.check.shards import Tensor, check_shards
from compile.check.tensors import check_tensors
from compile.check.tokenizer import check_tokenizer
from compile.check.windows import check_windows
from curation.progress import Progress


@dataclass(frozen=True, slots=True)
class Model:
    """What a model's folder says; ``tensors`` is None where no file lists them."""

    config: Object
    tensors: list[Tensor] | None
    adapter: Object


def check_model(folder: Path, faults: list[Fault], progress: Progress) -> Model:
    """Check a model's folder with the records of its own; files are named as they are called there."""
    config = read_object(folder, CHAT_CONFIG, faults, fix=AGAIN)
    tensors = check_shards(folder, faults, progress)
    records = check_records(folder, faults)
    named = dict.fromkeys(record.library for record in records if record.library)
    libraries = {name: read_metadata(folder, name, faults) for name in named}
    if config is not None:
        faults += check_chat_config(config)
        faults += check_rope(object_of(config.get("model_config")))
        check_tokenizer(folder, config, faults)
    if tensors is not None:
        faults += check_tensors(tensors, config or {})
    model = Model(config or {}, tensors, read_adapter(folder, faults))
    faults += check_uses(model, records, libraries, model.adapter)
    return model


def check_uses(
    model: Model, records: Sequence[Record], libraries: Mapping[str, Object | None], adapter: Object
) -> list[Fault]:
    """Hold records and the libraries that they name against a model and an adapter."""
    found: list[Fault] = []
    for name, metadata in libraries.items():
        found += check_library(name, metadata, model.config, model.tensors)
    found += check_windows(model.config, records, libraries)
    found += check_adapter(adapter, model.config, model.tensors or [], records, libraries)
    return found
