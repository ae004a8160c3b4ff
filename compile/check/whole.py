"""The whole bundle: its models, the records that the page gives to web-llm, the page, the passages."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from compile.check.adapter import ADAPTER, read_adapter
from compile.check.fault import Fault
from compile.check.library import read_metadata
from compile.check.model_folder import Model, check_model, check_uses
from compile.check.page import INDEX, PAGE, check_index, check_page
from compile.check.reading import Object, is_text, object_of
from compile.check.records import APP_CONFIG, Record, check_records
from compile.check.search import check_search
from curation.errors import ConfigurationError
from curation.progress import Progress

MODELS: Final = "models"
_HOMES: Final = f"{MODELS}/*/resolve/main/"


def is_whole(folder: Path) -> bool:
    """Whether a folder has the layout of a whole bundle, and is not one model's."""
    return (folder / MODELS).is_dir() or any((folder / name).is_file() for name in (PAGE, INDEX))


def model_homes(bundle: Path) -> list[str]:
    """Give the models' folders of a whole bundle as ``models/ID/resolve/main/``, by their names."""
    return sorted(f"{path.relative_to(bundle).as_posix()}/" for path in bundle.glob(_HOMES) if path.is_dir())


def model_folder(bundle: Path, name: str = "") -> Path:
    """Find a model's folder: the bundle itself, or the one of its models that is named or alone.

    Raises
    ------
    ConfigurationError
        When there is none, or several and none is named.
    """
    if not bundle.is_dir():
        raise ConfigurationError(
            "There is no bundle here.", where=str(bundle), fix="Name the folder of a compiled model."
        )
    if not is_whole(bundle):
        return bundle
    names = [Path(home).parts[1] for home in model_homes(bundle)]
    wanted = [one for one in names if one == name or not name]
    if len(wanted) == 1:
        return bundle / "models" / wanted[0] / "resolve" / "main"
    told = f"There is no model '{name}' in the bundle." if name else f"The bundle has {len(names)} models."
    raise ConfigurationError(
        told,
        where=str(bundle),
        fix=f"Name one of: {', '.join(names)}." if names else "Compile a model first.",
    )


def check_whole(bundle: Path, faults: list[Fault], progress: Progress) -> None:
    """Check a whole bundle; files are named relative to it."""
    records = check_records(bundle, faults)
    faults += _homes(bundle, records)
    adapter = read_adapter(bundle, faults)
    models: dict[str, Model] = {}
    for home in dict.fromkeys([*(record.home for record in records if record.home), *model_homes(bundle)]):
        inside: list[Fault] = []
        models[home] = check_model(bundle / home, inside, progress)
        faults += _within(home, inside)
    for record in records:
        if record.home:
            faults += _uses(bundle, record, models[record.home], adapter)
    faults += check_index(bundle)
    page = check_page(bundle, records, {home: model.config for home, model in models.items()}, faults)
    stated = object_of(page.get("search"))
    if is_text(stated.get("folder")):
        faults += check_search(bundle, stated["folder"], stated.get("passages"), progress)


def _homes(bundle: Path, records: Iterable[Record]) -> Iterator[Fault]:
    """Hold the records against the folders of models: each must have the other."""
    named = {record.home for record in records}
    for record in records:
        if not record.home and is_text(record.value.get("model")):
            fault = (
                f"missing: {record.value['model'][:80]} is no folder of the bundle with resolve/main/ in it"
            )
            fix = "write models/ID/, or copy the model there"
            yield Fault(APP_CONFIG, f"{record.field}.model", fault, fix)
    for home in model_homes(bundle):
        if home not in named:
            fault = f"missing: no record names {home}"
            yield Fault(APP_CONFIG, "model_list", fault, "add its record, or remove the folder")


def _uses(bundle: Path, record: Record, model: Model, adapter: Object) -> Iterator[Fault]:
    """Check what the page's own record makes of a model: windows, buffers and the library."""
    inside: list[Fault] = []
    own = record.library.startswith(record.home)
    name = record.library.removeprefix(record.home)
    libraries = {}
    if name:
        libraries[name] = read_metadata(bundle / record.home if own else bundle, name, inside)
    held = replace(record, library=name)
    inside += check_uses(model, [held], libraries, adapter or model.adapter)
    top = {APP_CONFIG, *([ADAPTER] if adapter else []), *([] if own else [name])}
    yield from (fault for fault in inside if fault.file in top)
    yield from _within(record.home, (fault for fault in inside if fault.file not in top))


def _within(home: str, faults: Iterable[Fault]) -> Iterator[Fault]:
    yield from (replace(fault, file=home + fault.file) for fault in faults)
