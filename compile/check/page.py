"""The page of a bundle: `index.html` and what it loads, and `page.json`, which the page reads first."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from compile.check.chat_config import CHAT_CONFIG
from compile.check.fault import Fault
from compile.check.reading import (
    AGAIN,
    Object,
    Rules,
    check_fields,
    find_file,
    is_count,
    is_positive,
    is_text,
    is_texts,
    objects_of,
    read_object,
    shown,
)
from compile.check.records import APP_CONFIG, Record
from compile.check.shards import CACHE
from compile.check.tokenizer import TOKENIZER

INDEX: Final = "index.html"
PAGE: Final = "page.json"
_HOME: Final = "resolve/main/"
# What loads a file: other links are the reader's to follow.
_LOADED: Final = {"script": "src", "img": "src", "link": "href"}
_GGUF: Final = b"GGUF"
_COPY: Final = "copy the page again, or compile the model again"
_PAGE_FIELDS: Final[Rules] = {
    "name": (is_text, "a name"),
    "version": (is_text, "a version"),
    "models": (
        lambda value: bool(objects_of(value)) and len(objects_of(value)) == len(value),
        "a list of models",
    ),
    "search": (lambda value: value is None or isinstance(value, dict), "null, or folder and passages"),
}
_MODEL_FIELDS: Final[Rules] = {
    **dict.fromkeys(("id", "name", "model"), (is_text, "a string")),
    **dict.fromkeys(("bytes", "context"), (is_positive, "a number above zero")),
    "bufferBytes": (is_count, "a number of bytes"),
    "requiredFeatures": (is_texts, "a list of features"),
    "trimMessages": (lambda value: isinstance(value, bool), "true or false"),
    "gguf": (lambda value: value is None or isinstance(value, dict), "null, or file and bytes"),
}
_SEARCH_FIELDS: Final[Rules] = {
    "folder": (is_text, "the folder of the passages"),
    "passages": (is_count, "a number of passages"),
}
_GGUF_FIELDS: Final[Rules] = {
    "file": (is_text, "the name of a file"),
    "bytes": (is_positive, "a number of bytes"),
}


def download_bytes(model: Path) -> int:
    """Count what a page downloads of a model's folder: configuration, index, shards, tokenizer, library."""
    files = [model / name for name in (CHAT_CONFIG, CACHE, TOKENIZER)]
    files += [*model.glob("params_shard_*.bin"), *model.glob("*.wasm")]
    return sum(file.stat().st_size for file in files if file.is_file())


def check_index(bundle: Path) -> Iterator[Fault]:
    """Find files that `index.html` loads and the bundle does not have."""
    path = find_file(bundle, INDEX)
    try:
        text = path.read_text(encoding="utf-8") if path else None
    except (OSError, UnicodeDecodeError) as error:
        yield Fault(INDEX, "", f"malformed: it cannot be read: {error}", _COPY)
        return
    if text is None:
        yield Fault(INDEX, "", "missing: without it there is nothing to open", _COPY)
        return
    reader = _Loaded()
    reader.feed(text)
    for tag, address in dict.fromkeys(reader.found):
        try:
            parts = urlsplit(address)
        except ValueError:
            yield Fault(INDEX, tag, f"malformed: {shown(address)} is no address", _COPY)
            continue
        if parts.scheme == "data":
            continue
        if parts.scheme or parts.netloc:
            fault = (
                f"contradiction: {address[:80]} is loaded from elsewhere, and the page may ask nobody else"
            )
            yield Fault(INDEX, tag, fault, "put the file into the bundle")
        elif address.startswith("/"):
            fault = f"malformed: {address[:80]} is looked for at the root of the host, not beside the page"
            yield Fault(INDEX, tag, fault, "write it relative to the page: ./")
        elif not find_file(bundle, name := PurePosixPath(unquote(parts.path)).as_posix()):
            yield Fault(name, "", f"missing: {INDEX} loads it", _COPY)


class _Loaded(HTMLParser):
    """Notes what an HTML page loads: pairs of tag and address."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get(_LOADED.get(tag, ""))
        if address:
            self.found.append((tag, address))


def check_page(
    bundle: Path, records: Sequence[Record], configs: Mapping[str, Object], faults: list[Fault]
) -> Object:
    """Check `page.json` against the records and the models' folders; give its content.

    ``configs`` has what each model's folder says of it, by the folder's name in the bundle.
    """
    page = read_object(bundle, PAGE, faults, fix=AGAIN)
    if page is None:
        return {}
    faults += check_fields(page, _PAGE_FIELDS, PAGE, AGAIN)
    models = objects_of(page.get("models"))
    for place, model in enumerate(models):
        field = f"models.{place}."
        faults += check_fields(model, _MODEL_FIELDS, PAGE, AGAIN, field)
        faults += _model(bundle, model, field, configs)
        faults += _record(model, field, records, configs)
    listed = {model["id"] for model in models if is_text(model.get("id"))}
    for record in records:
        name = record.value.get("model_id")
        if is_text(name) and name not in listed:
            fault = f"missing: {APP_CONFIG} has the model {name}, which the page does not offer"
            faults.append(Fault(PAGE, "models", fault, f"add it, or take its record out of {APP_CONFIG}"))
    if isinstance(page.get("search"), dict):
        faults += check_fields(page["search"], _SEARCH_FIELDS, PAGE, AGAIN, "search.")
    return page


def _model(bundle: Path, model: Object, field: str, configs: Mapping[str, Object]) -> Iterator[Fault]:
    """Hold a model of the page against its folder and its GGUF file."""
    home = _home(model)
    if home and home not in configs:
        fault = f"missing: the bundle has no {home[:80]}"
        yield Fault(PAGE, f"{field}model", fault, "write models/ID/, or copy the model there")
    elif home:
        yield from _facts(bundle / home, model, field, configs[home])
    if not isinstance(model.get("gguf"), dict):
        return
    wrong = check_fields(model["gguf"], _GGUF_FIELDS, PAGE, AGAIN, f"{field}gguf.")
    yield from wrong
    if not wrong:
        yield from _gguf(bundle, model["gguf"], f"{field}gguf.")


def _home(model: Object) -> str:
    """Give the folder that a model of the page is loaded from, or nothing where none is named."""
    if not is_text(model.get("model")):
        return ""
    return f"{model['model'].removeprefix('./').strip('/')}/{_HOME}"


def _facts(folder: Path, model: Object, field: str, config: Object) -> Iterator[Fault]:
    size, whole = (
        download_bytes(folder),
        sum(one.stat().st_size for one in folder.rglob("*") if one.is_file()),
    )
    if is_positive(model.get("bytes")) and not size <= model["bytes"] <= whole:
        fault = f"contradiction: {model['bytes']:,} bytes to download are announced, there are {size:,}"
        yield Fault(PAGE, f"{field}bytes", fault, f"write {size}")
    # A conversation may be longer than a window that slides.
    window = config.get("context_window_size")
    if is_positive(window) and is_positive(model.get("context")) and model["context"] > window:
        fault = f"contradiction: {model['context']:,} tokens here, {CHAT_CONFIG} says {window:,}"
        yield Fault(PAGE, f"{field}context", fault, f"write {window}")


def _gguf(bundle: Path, stated: Object, field: str) -> Iterator[Fault]:
    path = find_file(bundle, stated["file"])
    if path is None:
        yield Fault(
            stated["file"], "", f"missing: {PAGE} names it", f"copy it there, or write null as {field[:-1]}"
        )
        return
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            magic = stream.read(len(_GGUF))
    except OSError as error:
        yield Fault(stated["file"], "", f"malformed: it cannot be read: {error.strerror}", AGAIN)
        return
    if magic != _GGUF:
        yield Fault(stated["file"], "", "malformed: this is no GGUF file", "copy the file again")
    if size != stated["bytes"]:
        fault = f"contradiction: it has {size:,} bytes, {PAGE} says {stated['bytes']:,}"
        yield Fault(stated["file"], f"{field}bytes", fault, f"copy the file again, or write {size}")


def _record(model: Object, field: str, records: Sequence[Record], homes: Collection[str]) -> Iterator[Fault]:
    """Hold a model of the page against the record of the same name."""
    if not is_text(model.get("id")):
        return
    record = next((one for one in records if one.value.get("model_id") == model["id"]), None)
    if record is None:
        fault = f"missing: {APP_CONFIG} has no record of {model['id'][:80]}"
        yield Fault(
            PAGE, f"{field}id", fault, f"write the record's model_id, or add a record to {APP_CONFIG}"
        )
        return
    said: dict[str, Any] = {
        "requiredFeatures": record.value.get("required_features", []),
        "bufferBytes": record.value.get("buffer_size_required_bytes", 0),
    }
    for name, value in said.items():
        if name in model and model[name] != value:
            fault = f"contradiction: {shown(model[name])} here, {shown(value)} in {APP_CONFIG}"
            yield Fault(PAGE, field + name, fault, "write the same in both")
    if record.home and _home(model) in homes and _home(model) != record.home:
        fault = f"contradiction: {_home(model)} here, {record.home} in {APP_CONFIG}"
        yield Fault(PAGE, f"{field}model", fault, "write the same in both")
